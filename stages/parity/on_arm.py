"""Files for ARM, run by the Paddle-Lite library for ARM that a project gives, on a sample of the images.

What stands for such a file is what Paddle computes of it, on all images (:mod:`stages.parity.listing`). On
the sample the library's own answers take the place of Paddle's. An emulated processor takes seconds an
image, so they say nothing of time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from stages.contract import Fault, OnArm
from stages.contract.artifacts import ARM_RUNTIME
from stages.device.program import CannotCompileError, compile_program, is_native
from stages.lite.library import Library, NotALibraryError, read_library
from stages.lite.naive_buffer import read_naive_buffer
from stages.message import joined, msg
from stages.parity.models import Model
from stages.parity.series import Difference, Series
from stages.parity.task import Prediction, Task
from stages.parity.unsound import is_half
from stages.preprocess import Prepare, read_image
from stages.runners import ModelRunner, RunnerFailedError
from stages.runtime import Context
from stages.testset import spread

#: Images that are read, spread evenly over the test set.
SAMPLE = 16
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
            unfit = why or (_unfit(runtime, context.input(column.model.name)) if runtime else "")
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
        return None, None, error.args[0]


def _unfit(library: Library, nb: Path) -> str:
    """Return what a file needs and the library lacks; "" if nothing, as far as it can be told."""
    read = read_naive_buffer(nb)
    if is_half(read) and library.half is False:
        return msg("the library has no kernels of half precision (--with_arm82_fp16=ON)")
    lacking = library.lacks(frozenset(each.type for each in read.every_operator()))
    return (
        msg("the library lacks {operators} (with_extra=ON)", joined(", ", lacking))
        if lacking
        else ""
    )


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
        self._numbers = spread(SAMPLE, len(names))
        self._context, self._column, self._reference = context, column, reference
        self._files = [str(program), str(context.input(column.model.name))]
        self._names, self._prepare, self._task = names, prepare, task
        self._sanity = task.sanity()
        self._sanity.half = column.model.half

    def read(self) -> None:
        """Read the images; what the model says of them takes the place of what Paddle said."""
        threads, done = self._context.spec.threads, 0
        with (
            ModelRunner("arm", self._files, threads) as arm,
            ModelRunner(self._reference.kind, list(self._reference.files), threads) as reference,
        ):
            try:
                arm.wait_ready()
                reference.wait_ready()
                for done, number in enumerate(self._numbers):
                    self._context.check_stop()
                    self._say(done)
                    image = self._prepare(
                        read_image(self._context.input("test") / self._names[number])
                    )
                    expected = reference.read(image).probabilities
                    self._take(number, arm.read(image).probabilities, expected)
                    if self._column.failure:
                        return
                done = len(self._numbers)
            except RunnerFailedError as error:
                self._column.on_arm = self._made(done, str(error))
                return
        self._say(done)
        self._column.on_arm = self._made(done)

    def _made(self, images: int, failure: str = "") -> OnArm | None:
        made = self._column.on_arm
        return replace(made, images=images, failure=failure) if made else None

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
            if confidence is not None:
                column.confidences[number] = confidence
            if column.differences:  # none, if the reference failed in the first pass
                column.differences[number] = Difference.of(output, expected)
