"""What a library for ARM says of a sample takes its place among the numbers of all images."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType, SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from stages.parity import on_arm
from stages.parity.models import Model
from stages.parity.sanity import RowSanity, Sanity
from stages.parity.series import Difference, Series
from stages.runners import ModelRunner, Output, RunnerFailedError
from stages.runtime import Context

IMAGES = 40
RIGHT, WRONG = np.eye(2, dtype=np.float32), np.eye(2, dtype=np.float32)[::-1]


class Stage:
    """As much of a stage's context as running on ARM asks for."""

    spec = SimpleNamespace(threads=2)
    parameters: Mapping[str, Any] = MappingProxyType({"image_shape": (3, 48, 320)})

    def has(self, _name: str) -> bool:
        return True

    def input(self, name: str) -> Path:
        return Path(name)

    @contextlib.contextmanager
    def guarding(self) -> Iterator[None]:
        yield

    def check_stop(self) -> None:
        return

    def progress(self, *_said: object) -> None:
        return


class Runner:
    """A reference that is right, and a library for ARM that is not."""

    def __init__(self, kind: str, _files: list[str]) -> None:
        self._gives = WRONG if kind == "arm" else RIGHT

    def __enter__(self) -> Runner:
        return self

    def __exit__(self, *_error: object) -> None:
        return

    def wait_ready(self) -> None:
        return

    def ask(self, _image: np.ndarray) -> None:
        return

    def take(self) -> Output:
        return Output(self._gives, 0.0, 0.0)

    def read(self, _image: np.ndarray) -> Output:
        return self.take()


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


def ran(monkeypatch: pytest.MonkeyPatch, compared: int) -> Series[str]:
    """Run a file whose reference gave an output for so many images; return its column."""
    monkeypatch.setattr(on_arm, "ModelRunner", Runner)
    monkeypatch.setattr(on_arm, "read_image", lambda _path: RIGHT)
    library = SimpleNamespace(version="2.13-rc")
    monkeypatch.setattr(on_arm, "_program", lambda _context: (library, Path("lite_run"), ""))
    monkeypatch.setattr(on_arm, "_unfit", lambda _library, _nb: "")
    pd = Series[str](Model("pd", "pd"))
    arm = Series[str](Model("nb-arm-fp16", "pd", target="arm", emulated=True, half=True))
    arm.predictions += [str(RIGHT.argmax(axis=1))] * IMAGES
    arm.differences += [Difference(0.0, 0.0)] * compared
    names = [f"{number}.png" for number in range(IMAGES)]
    on_arm.run_on_arm(cast(Context, Stage()), [pd, arm], names, lambda image: image, Task())
    return arm


def test_how_many_of_the_sample_are_as_the_reference_is_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    arm = ran(monkeypatch, IMAGES)
    assert arm.on_arm is not None
    assert (arm.on_arm.images, arm.on_arm.same) == (16, 0)
    assert sum(item.largest for item in arm.differences) == 16.0


def test_an_emulator_that_is_waited_for_in_vain_ends_with_its_runner(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    emulator, told = tmp_path / "qemu-aarch64-static", tmp_path / "told"
    emulator.write_text(f"#!/bin/sh\necho $$ > {told}.new\nmv {told}.new {told}\nexec sleep 1000\n")
    emulator.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    runner = ModelRunner("arm", ["lite_run", "a.nb"])
    while not told.exists():
        time.sleep(0.01)
    monkeypatch.setattr(runner, "_until", 0.0)
    with pytest.raises(RunnerFailedError, match="no answer"):
        runner.wait_ready()
    runner.close()
    emulated = Path("/proc", told.read_text().strip(), "stat")
    while emulated.exists() and emulated.read_text().rpartition(")")[2].split()[0] != "Z":
        time.sleep(0.01)  # whoever it belongs to now has to take it away


def test_a_reference_that_died_on_the_way_is_no_reason_to_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    arm = ran(monkeypatch, compared=3)
    assert arm.on_arm is not None and arm.on_arm.images == 16
    assert [item.largest for item in arm.differences] == [1.0, 0.0, 1.0]
