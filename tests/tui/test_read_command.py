"""``paddock read``: what it prints, as text and as JSON, and what it ends with."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from stages.contract import Exit
from stages.contract.reading import ReadImage, Reading, Readings
from support.cli import call
from support.projects import write_project
from tui.commands import load

PD = Reading("pd", "AB12", 0.998, 50.14)
IMAGE = ReadImage(
    "my\x1b[2J.png",
    (
        PD,
        Reading("nb-x86", "AB1Z", 0.6, 61.0),
        Reading("nb-arm", "AB12", 0.997, emulated=True),
        Reading("nb-opencl", why="not checked: \x1b[2Jx"),
    ),
)


def test_each_model_has_a_line_and_drives_no_terminal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = Readings("recognition", (IMAGE, ReadImage("b", why="it is not an image")))
    monkeypatch.setattr(load("read"), "read_images", lambda *_words: found)
    folder = write_project(tmp_path / "project")
    done = call("read", "my.png", "--project", folder)
    assert done.returncode == Exit.PARITY and "\x1b" not in done.stdout
    lines = [" ".join(line.split()) for line in done.stdout.splitlines()]
    assert "pd AB12 99.8% 50.1 ms ✔" in lines
    assert "nb-x86 AB1Z 60.0% 61.0 ms ✘" in lines
    assert "nb-arm AB12 99.7% emulated ✔" in lines
    assert any(line.startswith("nb-opencl not checked") for line in lines)
    assert "✘ it is not an image" in lines
    raw = json.loads(call("read", "my.png", "--json", "--project", folder).stdout)
    assert raw["images"][0]["readings"][1] == {
        "model": "nb-x86", "found": "AB1Z", "score": 0.6, "milliseconds": 61.0,
    }  # fmt: skip


def test_models_that_agree_are_held_against_the_label_and_end_well(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write_project(tmp_path / "project")

    def read(*readings: Reading) -> tuple[int, list[str]]:
        found = Readings("recognition", (replace(IMAGE, readings=readings, label="AB13"),))
        monkeypatch.setattr(load("read"), "read_images", lambda *_words: found)
        done = call("read", "--test", "1", "--project", folder)
        return done.returncode, [" ".join(line.split()) for line in done.stdout.splitlines()]

    code, lines = read(PD, replace(PD, model="nb-x86"))
    assert code == Exit.OK
    assert lines[1:] == ["label AB13", "pd AB12 99.8% 50.1 ms ✘", "nb-x86 AB12 99.8% 50.1 ms ✘"]
    # One alone is compared with nothing, and agrees with nobody.
    assert read(PD)[0] == Exit.PARITY
