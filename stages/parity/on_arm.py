"""Files for ARM, run by the Paddle-Lite library for ARM that a project gives, on a sample of the images.

What stands for such a file is what Paddle computes of it, on all images (:mod:`stages.parity.listing`). On
the sample the library's own answers take the place of Paddle's. An emulated processor takes seconds an
image, so they say nothing of time.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import numpy as np

from stages.contract import Fault, Needs, OnArm
from stages.contract.artifacts import ARM_RUNTIME
from stages.device.program import CannotCompileError, compile_program, is_native
from stages.lite.elf import NotALibraryError
from stages.lite.library import Library, read_library
from stages.lite.needs import Lack, lacks
from stages.message import joined, msg, text_of
from stages.parity.models import Model
from stages.parity.series import Difference, Series
from stages.parity.task import Prediction, Task
from stages.preprocess import Prepare, read_image
from stages.runners import ModelRunner, RunnerFailedError
from stages.runtime import Context
from stages.testset import spread

#: Images that are read, spread evenly over the test set: so many lines, and of pages as many as have as many
#: pixels, but two.
SAMPLE, _PIXELS, _FEWEST = 16, 16 * 48 * 640, 2
_TARGET = "arm"


def run_on_arm(
    context: Context,
    columns: Sequence[Series[Prediction]],
    names: Sequence[str],
    prepare: Prepare,
    task: Task[Prediction],
) -> None:
    """Run each emulated file for ARM in the project's library, if it has one.

    Args:
        context: of the stage.
        columns: all series; of those for ARM, predictions of the sample are replaced, and ``on_arm`` is set.
        names: of all test images.
        prepare: makes the models' input.
        task: reads the outputs.
    """
    if not context.has(ARM_RUNTIME):
        return
    models = {column.model.name: column.model for column in columns}
    with context.guarding():
        runtime, program, why = _program(context)
        for column in columns:
            if not (column.alive and column.model.emulated and column.model.target == _TARGET):
                continue
            version = runtime.version if runtime else ""
            column.on_arm = OnArm(0, version, is_native())
            needs = column.model.needs
            unfit = why or (_unfit(runtime, needs) if runtime and needs else "")
            if program is None or unfit:
                column.on_arm = replace(column.on_arm, failure=unfit)
                continue
            reference = models[column.model.reference]
            _Sample(context, column, reference, program, names, prepare, task).read()


def _program(context: Context) -> tuple[Library | None, Path | None, str]:
    """Return what the library says of itself, the program that runs files in it, and why there is none."""
    folder = context.input(ARM_RUNTIME)
    try:
        library = read_library(next((folder / "lib").glob("*.so")).read_bytes())
        return library, compile_program(folder, context.scratch / "lite_run"), ""
    except (NotALibraryError, CannotCompileError) as error:
        return None, None, text_of(error)


def _unfit(library: Library, needs: Needs) -> str:
    """Return what a file needs and the library lacks; "" if nothing, as far as it can be told."""
    lacking = set(lacks(needs, library))
    if Lack.HALF in lacking:
        return msg("the library has no kernels of half precision (--with_arm82_fp16=ON)")
    if Lack.EXTRA in lacking:
        operators = joined(", ", library.lacks(frozenset(needs.extra)))
        return msg("the library lacks {operators} (with_extra=ON)", operators)
    return ""


class _Sample:
    """One file on the sample, beside the model that it is compared with."""

    def __init__(
        self,
        context: Context,
        column: Series[Prediction],
        reference: Model,
        program: Path,
        names: Sequence[str],
        prepare: Prepare,
        task: Task[Prediction],
    ) -> None:
        height, width = context.parameters["image_shape"][1:]
        count = max(_FEWEST, min(SAMPLE, _PIXELS // (height * width)))
        self._numbers = spread(count, len(names))
        self._context, self._column, self._reference = context, column, reference
        self._read = self._same = 0
        self._files = [str(program), str(context.input(column.model.name))]
        self._names, self._prepare, self._task = names, prepare, task
        self._sanity = task.sanity()
        self._sanity.half = column.model.half

    def read(self) -> None:
        """Read the images; what the model says of them takes the place of what Paddle said.

        A processor's threads wait for each other in loops, which costs an emulated one most of its time: so
        there are as many processes, with a thread each.
        """
        hands = min(self._context.spec.threads, len(self._numbers))
        with ExitStack() as stack:
            arms = [stack.enter_context(ModelRunner("arm", self._files)) for _ in range(hands)]
            files = list(self._reference.files)
            reference = stack.enter_context(ModelRunner(self._reference.kind, files))
            try:
                for runner in (*arms, reference):
                    runner.wait_ready()
                for done in range(0, len(self._numbers), hands):
                    self._say(done)
                    self._read_some(self._numbers[done : done + hands], arms, reference)
                    if self._column.failure:
                        return
            except RunnerFailedError as error:
                self._column.on_arm = self._made(text_of(error))
                return
        self._say(self._read)
        self._column.on_arm = self._made()

    def _read_some(
        self, numbers: Sequence[int], arms: Sequence[ModelRunner], reference: ModelRunner
    ) -> None:
        """Let each process read one image, and hold what it says against the reference."""
        self._context.check_stop()
        folder = self._context.input("test")
        images = [self._prepare(read_image(folder / self._names[number])) for number in numbers]
        for arm, image in zip(arms, images, strict=False):
            arm.ask(image)
        for number, arm, image in zip(numbers, arms, images, strict=False):
            expected = reference.read(image).probabilities
            self._take(number, arm.take().probabilities, expected)
            if self._column.failure:
                return
            self._read += 1

    def _made(self, failure: str = "") -> OnArm | None:
        made, same = self._column.on_arm, self._same if self._read else None
        return replace(made, images=self._read, failure=failure, same=same) if made else None

    def _say(self, done: int) -> None:
        note = msg("running {name} in the library for ARM", self._column.model.name)
        self._context.progress(done, len(self._numbers), "images", note)

    def _take(self, number: int, output: np.ndarray, expected: np.ndarray) -> None:
        column = self._column
        if wrong := self._sanity.fault(output):
            column.fail(wrong.fault, msg("on ARM's kernels: {fault}", wrong.detail))
        elif output.shape != expected.shape:
            said = msg(
                "on ARM's kernels its output has the shape {found}, {reference}'s {expected}",
                list(output.shape),
                self._reference.name,
                list(expected.shape),
            )
            column.fail(Fault.UNLIKE_REFERENCE, said)
        else:
            column.predictions[number], confidence = self._task.read(output, number)
            self._same += column.predictions[number] == self._task.read(expected, number)[0]
            if confidence is not None:
                column.confidences[number] = confidence
            # there are no more, if the reference failed on the way
            if number < len(column.differences):
                column.differences[number] = Difference.of(output, expected)
