"""What a library for ARM says of a sample takes its place among the numbers of all images."""

from __future__ import annotations

import os
import time
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from stages.contract import Needs
from stages.contract.artifacts import ARM_RUNTIME
from stages.parity import on_arm
from stages.parity.models import Model
from stages.parity.series import Difference, Series
from stages.recognition.task import Recognition
from stages.runners import ModelRunner, Output, RunnerFailedError
from stages.text.dictionary import Dictionary
from support.legacy import SHAPE, context

IMAGES = 40
DICTIONARY = Dictionary(("a", "b"), "", "")
#: A blank, an "a" and a "b"; and the other way round.
RIGHT, WRONG = np.eye(3, dtype=np.float32), np.eye(3, dtype=np.float32)[::-1]


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


def ran(monkeypatch: pytest.MonkeyPatch, folder: Path, compared: int) -> Series[str]:
    """Run a file whose reference gave an output for so many images; return its column."""
    monkeypatch.setattr(on_arm, "ModelRunner", Runner)
    monkeypatch.setattr(on_arm, "read_image", lambda _path: RIGHT)
    library = SimpleNamespace(version="2.13-rc")
    monkeypatch.setattr(on_arm, "_program", lambda _context: (library, Path("lite_run"), ""))
    monkeypatch.setattr(on_arm, "_unfit", lambda _library, _nb: "")
    pd = Series[str](Model("pd", "pd"))
    needs = Needs("2.13", half=True)
    arm = Series[str](Model("nb-arm-fp16", "pd", target="arm", emulated=True, needs=needs))
    arm.predictions += ["ab"] * IMAGES
    arm.confidences += [1.0] * IMAGES
    arm.differences += [Difference(0.0, 0.0)] * compared
    names = [f"{number}.png" for number in range(IMAGES)]
    (folder / "library").touch()
    inputs = dict.fromkeys((ARM_RUNTIME, "nb-arm-fp16", "test"), folder / "library")
    run = context("verify", folder, inputs, {"image_shape": list(SHAPE)})
    on_arm.run_on_arm(run, [pd, arm], names, lambda image: image, Recognition(DICTIONARY))
    return arm


def test_how_many_of_the_sample_are_as_the_reference_is_kept(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    arm = ran(monkeypatch, tmp_path, IMAGES)
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
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    arm = ran(monkeypatch, tmp_path, compared=3)
    assert arm.on_arm is not None and arm.on_arm.images == 16
    assert [item.largest for item in arm.differences] == [1.0, 0.0, 1.0]
