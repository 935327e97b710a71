"""All NB models of a project, each on the image on which it differs from the PD model."""

from __future__ import annotations

import math
import platform
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from stages.contract import Finding, Located, Location
from stages.contract.variant import Variant
from stages.emulation.call import NotEmulatedError
from stages.emulation.program import write_emulation
from stages.errors import StageError
from stages.lite.kernels import target_of
from stages.lite.naive_buffer import NaiveBuffer, read_naive_buffer
from stages.lite.targets import runnable_target
from stages.locate.divergence import TOLERANCE
from stages.locate.layers import layers
from stages.locate.search import Files, Search
from stages.message import msg, text_of
from stages.preparation import preparation_of
from stages.preprocess import read_image
from stages.runners import ModelRunner, RunnerFailedError
from stages.runtime import Context
from stages.testset import read_test_labels

#: The PD model, and what ``opt`` was given, among the inputs.
_PD, _LITE = ("pdmodel", "pdiparams"), ("lite-program", "lite-parameters")
#: Images after which a file of half precision agrees: run in float32, what it holds differs at once or never.
_ENOUGH = 8


@dataclass
class _File:
    """An NB model, and the image on which it differs most from its reference of those that were looked at."""

    nb: NaiveBuffer
    made_of: tuple[Files, ...]
    runner: ModelRunner
    entry: Located
    half: bool = False
    image: np.ndarray | None = None
    worst: float = -1.0
    seen: int = 0

    def waits(self, tolerance: float) -> bool:
        """Whether it has not differed yet, and may."""
        return self.worst <= tolerance and not (self.half and self.seen >= _ENOUGH)

    def look(self, name: str, image: np.ndarray, expected: np.ndarray) -> None:
        """Run the model, and keep the image if it differs more on it than on any before."""
        self.seen += 1
        try:
            if self.image is None:
                self.runner.wait_ready()
            output = self.runner.read(image).probabilities
        except RunnerFailedError as error:
            sys.stderr.write(f"{self.entry.model} on {name}: {error}\n")
            output = np.empty(0)
        same = output.shape == expected.shape
        found = float(np.abs(output - expected).max()) if same else math.inf
        if not found <= self.worst:
            self.worst = found if math.isfinite(found) else math.inf
            said = found if math.isfinite(found) else None
            self.image, self.entry = image, replace(self.entry, image=name, difference=said)


def locate(context: Context) -> Location:
    """Look for the operators.

    Raises:
        StageError: an image cannot be read, or the PD model cannot be run.
    """
    tolerance = float(context.parameters["tolerance"])
    found: list[Located] = []
    with ExitStack() as stack:
        files, unread = _files(context, stack)
        _choose_images(context, files, tolerance, stack)
    apart = any(item.worst > tolerance for item in files)
    search = Search(layers(context) if apart else {}, context.output)
    for item in files:
        if item.image is not None and item.worst > tolerance:
            found.append(search.look(item.entry, item.nb, item.image, item.made_of))
        else:
            found.append(item.entry)
    return Location(TOLERANCE, tuple(sorted((*found, *unread), key=lambda entry: entry.model)))


def _files(context: Context, stack: ExitStack) -> tuple[list[_File], list[Located]]:
    """Start all NB models; those that nothing can run come back as entries."""
    files, unread = [], []
    asked = context.parameters.get("models") or [each.model for each in context.variants]
    for variant in (each for each in context.variants if each.model in asked):
        name = variant.model
        try:
            nb = read_naive_buffer(context.input(name))
            kind, paths = _runnable(nb, context.output / name)
        except (NotEmulatedError, StageError) as error:
            unread.append(Located(name, Finding.UNKNOWN, "", why=text_of(error)))
        else:
            runner = stack.enter_context(ModelRunner(kind, [str(path) for path in paths]))
            made_of = tuple(_made_of(context, variant))
            entry = Located(name, Finding.AGREES, "")
            files.append(_File(nb, made_of, runner, entry, variant.half))
    return files, unread


def _made_of(context: Context, variant: Variant) -> Iterator[Files]:
    """Give the model that a file is held against, and what was rewritten of it for ``opt``."""
    program, parameters = variant.weights.inputs
    if context.has(program):  # rounded for these weights, after it was rewritten
        yield context.input(program), context.input(parameters)
        return
    yield context.input(_PD[0]), context.input(_PD[1])
    if context.has(_LITE[0]) and variant.model not in context.parameters["made_elsewhere"]:
        yield context.input(_LITE[0]), context.input(_LITE[1])


def _runnable(nb: NaiveBuffer, folder: Path) -> tuple[str, tuple[Path, ...]]:
    """Return how a file is run here: by Paddle-Lite, or read back by Paddle, always in float32."""
    if target_of(nb) == runnable_target(platform.machine()):
        return "nb", (nb.path,)
    return "pd", write_emulation(nb, folder, rounds=False)


def _choose_images(
    context: Context, files: list[_File], tolerance: float, stack: ExitStack
) -> None:
    """Run all models on one image after the other until each has differed, or there are no more."""
    references = {
        made: stack.enter_context(ModelRunner("pd", [str(path) for path in made]))
        for made in dict.fromkeys(item.made_of[0] for item in files)
    }
    try:
        for reference in references.values():
            reference.wait_ready()
        for name, image in _images(context):
            waiting = [item for item in files if item.waits(tolerance)]
            if not waiting:
                return
            wanted = dict.fromkeys(item.made_of[0] for item in waiting)
            expected = {made: references[made].read(image).probabilities for made in wanted}
            for item in waiting:
                item.look(name, image, expected[item.made_of[0]])
    except RunnerFailedError as error:
        raise StageError(msg("the PD model cannot be run: {error}", error)) from error


def _images(context: Context) -> Iterator[tuple[str, np.ndarray]]:
    """Give test images with their names, prepared; those that were asked for first."""
    asked: list[str] = list(context.parameters["images"])
    names = [label.image for label in read_test_labels(context)]
    if unknown := [name for name in asked if name not in names]:
        raise StageError(msg("{name} is not an image of the test set", unknown[0]))
    rest = [] if context.parameters["only_these"] else names
    prepare, root = preparation_of(context), context.input("test")
    for name in dict.fromkeys((*asked, *rest)):
        yield name, prepare(read_image(root / name))
