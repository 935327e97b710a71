"""What a test does inside the image verify-arm: ``python inside.py FOLDER``; prints what it saw as JSON.

FOLDER has the stand-in library and two naive buffers, ``plain.nb`` and ``rnn.nb``.
"""

from __future__ import annotations

import contextlib
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import MappingProxyType, SimpleNamespace
from typing import Any, cast

import cv2
import numpy as np

from stages.contract.artifacts import ARM_RUNTIME
from stages.device.program import CannotCompileError, compile_program
from stages.lite.library import read_library
from stages.lite.naive_buffer import read_naive_buffer
from stages.lite.needs import needs_of
from stages.parity.models import Model
from stages.parity.on_arm import run_on_arm
from stages.parity.sanity import RowSanity, Sanity
from stages.parity.series import Difference, Series
from stages.runners import ModelRunner
from stages.runtime import Context

IMAGES, EMULATED = 40, "as emulated"


class Stage:
    """As much of a stage's context as running on ARM asks for."""

    spec, parameters = SimpleNamespace(threads=2), MappingProxyType({"image_shape": (3, 4, 5)})

    def __init__(self, folder: Path, nb: Path) -> None:
        self.scratch = folder / "scratch"
        self._inputs = {ARM_RUNTIME: folder, "nb-arm": nb, "test": folder}

    def has(self, name: str) -> bool:
        return name in self._inputs

    def input(self, name: str) -> Path:
        return self._inputs[name]

    @contextlib.contextmanager
    def guarding(self) -> Iterator[None]:
        yield

    def check_stop(self) -> None:
        return

    def progress(self, *_said: object) -> None:
        return


class Task:
    """Reads the most probable class of each row."""

    def sanity(self) -> Sanity:
        return RowSanity()

    def check(self, _name: str, output: np.ndarray) -> int:
        return int(output.shape[1])

    def read(self, output: np.ndarray, _number: int) -> tuple[str, None]:
        return str(output.argmax(axis=1)), None

    def compare(self, _name: str, _output: np.ndarray, _reference: np.ndarray) -> None:
        return


def prepare(image: np.ndarray) -> np.ndarray:
    """Return an image whose first channel has rows that sum to one."""
    values = np.moveaxis(image.astype(np.float32) + 1, 2, 0)
    return np.asarray(values / values.sum(axis=2, keepdims=True), np.float32)


def ran(folder: Path, program: Path, nb: Path) -> dict[str, Any]:
    """Run a file on ARM, beside the plain one as its reference; return what became of its column."""
    pd = Series[str](Model("pd", "arm", (str(program), str(folder / "plain.nb"))))
    needs = needs_of(read_naive_buffer(nb))
    arm = Series[str](Model("nb-arm", "pd", ("a", "b"), target="arm", emulated=True, needs=needs))
    for column in (pd, arm):
        column.predictions += [EMULATED] * IMAGES
        column.differences += [Difference(0.0, 0.0)] * IMAGES
    names = [f"{number}.png" for number in range(IMAGES)]
    run_on_arm(cast(Context, Stage(folder, nb)), [pd, arm], names, prepare, Task())
    return {
        "images": arm.on_arm.images if arm.on_arm else None,
        "why": str(arm.on_arm.failure) if arm.on_arm else None,
        "fault": arm.failure.fault.value if arm.failure else None,
        "replaced": sum(prediction != EMULATED for prediction in arm.predictions),
        "difference": max((item.largest for item in arm.differences), default=None),
    }


def main(folder: Path) -> dict[str, Any]:
    """Compile the library, look into it, run files in it."""
    library = folder / "lib" / "libpaddle_light_api_shared.so"
    library.parent.mkdir()
    subprocess.run(
        ["aarch64-linux-gnu-g++-12", "-std=c++11", "-shared", "-fPIC", "-O1", f"-I{folder}/include",
         str(folder / "stand_in.cpp"), "-o", str(library)],
        check=True,
    )  # fmt: skip
    found = read_library(library.read_bytes())
    said: dict[str, Any] = {
        "library": [found.machine, found.system, found.version, sorted(found.kernels)]
    }
    random = np.random.default_rng(1)
    for number in range(IMAGES):
        cv2.imwrite(str(folder / f"{number}.png"), random.integers(0, 255, (4, 5, 3), np.uint8))
    plain, program = folder / "plain.nb", compile_program(folder, folder / "out")
    for name in ("triple", "abort"):
        shutil.copy(plain, folder / f"{name}.nb")
    with ModelRunner("arm", [str(program), str(plain)]) as runner:
        runner.wait_ready()
        shapes = [(3, 2, 4), (3, 6, 2)]
        images = [random.random(shape, np.float32) for shape in shapes]
        same = [(runner.read(each).probabilities == each[0]).all() for each in images]
        said["same"] = [bool(each) for each in same]
    for name in ("plain", "triple", "abort", "rnn"):
        said[name] = ran(folder, program, folder / f"{name}.nb")
    (folder / "include" / "paddle_api.h").write_text("#error another version", encoding="ascii")
    try:
        compile_program(folder, folder / "out")
    except CannotCompileError as error:
        said["misfit"] = str(error)
    return said


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]))))
