"""Phones in the parity table, and the key that writes the kit."""

import json
from dataclasses import replace
from pathlib import Path

from pipeline.record.devices import Device, DeviceFault, DeviceFinding, add_device
from pipeline.report.devices import judge_device
from pipeline.report.results_file import parse_results
from support.phones import delivered, measured
from support.recorded import RUN, recorded_project
from support.reports import own_report
from support.screen import SMALL, CalmBackend, looked_again, opened, text_of, until_shown

LONG = "Example Phone 12 Pro with a long name"
LOST = DeviceFinding(DeviceFault.MISSING_IMAGE, "a.png")


def phone(folder: Path) -> Device:
    """Return what a phone measured that reads as its model."""
    return judge_device(parse_results(json.dumps(measured()).encode()), delivered(folder))


async def test_phones_are_rows_with_their_own_verdict_and_a_key_writes_the_kit(
    tmp_path: Path,
) -> None:
    folder = recorded_project(tmp_path / "p")
    models = json.loads(own_report(folder).read_text("utf-8"))["models"]
    sha256 = next(model["sha256"] for model in models if model["name"] == "nb-arm")
    good = replace(phone(tmp_path / "q"), run=RUN, model_sha256=sha256, name="Pixel\x1b[2J")
    async with opened(CalmBackend(folder), SMALL) as (app, pilot):
        await pilot.press("2")
        await until_shown(pilot, app, "✔ PASS  parity holds")
        assert "Pixel" not in text_of(app)
        add_device(folder / ".paddock", good)
        add_device(folder / ".paddock", replace(good, name=LONG, same=3, findings=(LOST,)))
        await looked_again(pilot, app, "Pixel")
        assert "a.png: it did not read" in text_of(app) and LONG not in text_of(app)
        await pilot.press("end")
        await until_shown(pilot, app, f"{LONG} · nb-arm")

        await pilot.press("K")
        await until_shown(pilot, app, "has no kit")
