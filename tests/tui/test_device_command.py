"""`paddock device`: a phone's results taken in, and all phones side by side."""

import json
from pathlib import Path

from support.cli import call
from support.phones import delivered, measured, write_results


def test_results_are_taken_in_listed_and_reported(tmp_path: Path) -> None:
    folder = delivered(tmp_path / "project").folder
    done = call("device", write_results(tmp_path), folder)
    assert done.returncode == 0 and "✔ Google Pixel 6 · nb-arm" in done.stdout

    images = measured()["images"]
    images[0]["text"] = "\x1b[31m"
    device = {**measured()["device"], "name": "Old\x1b[2Jphone"}
    done = call("device", write_results(tmp_path, images=images, device=device), folder)
    assert done.returncode == 5 and "\x1b" not in done.stdout and "3/4" in done.stdout

    done = call("device", folder, "--json")
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 5 and [line["passed"] for line in lines] == [True, False]
    assert lines[1]["findings"][0]["fault"] == "other-text"
    assert "Google Pixel 6 · nb-arm" in call("report", folder).stdout


def test_a_file_that_is_none_is_refused(tmp_path: Path) -> None:
    folder = delivered(tmp_path / "project").folder
    assert call("device", tmp_path / "nothing.json", folder).returncode == 2
    done = call("device", write_results(tmp_path, threads=0), folder)
    assert done.returncode == 2 and "threads" in done.stderr
    done = call("device", folder)
    assert done.returncode == 0 and "kit/README.md" in done.stdout


def test_the_kit_is_written_and_named(tmp_path: Path) -> None:
    folder = delivered(tmp_path / "project").folder
    done = call("kit", folder, "-o", tmp_path / "kit.zip")
    assert done.returncode == 0 and "kit/README.md" in done.stdout
    assert (tmp_path / "kit.zip").stat().st_size > 0
    done = call("kit", folder, "--run", "20200101-000000-0000")
    assert done.returncode == 2 and "20200101-000000-0000" in done.stderr
