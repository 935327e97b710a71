"""The screens of a project that is not recognition, and of one that reads with the official dictionary."""

from pathlib import Path

from stages.contract import ChainedLine
from stages.contract.codec import encode
from support.recorded import PIR, recorded_project
from support.reports import Report, edit_report, own_report
from support.results import make_boxes, make_chain
from support.screen import LARGE, CalmBackend, lines_of, looked_again, opened, text_of, until_shown

PAGE = {"image": "test/00080.jpg", "label": "12 boxes"}
OTHER_BOXES = {
    "pir": "12 boxes, 12 matched",
    "pd": "12 boxes, 12 matched",
    "nb-x86": "11 boxes, 11 matched",
}
DETECTION = """
[project]
name = "pages"
[data]
test = ["test.txt"]
[model]
task = "detection"
[export]
model = "PP-OCRv5_mobile_det"
"""


def detection(folder: Path) -> Path:
    """Make the recorded run one of a detection model."""

    def edit(report: Report) -> None:
        del report["dictionary"]
        models = [encode(make_boxes(name)) for name in ("pir", "pd", "nb-x86")]
        report.update(task="detection", models=models, mismatches=[{**PAGE, "found": OTHER_BOXES}])

    edit_report(own_report(folder), edit)
    return folder


async def test_boxes_have_their_own_columns_and_are_counted_and_chained_lines_are_shown(
    folder: Path,
) -> None:
    (detection(folder) / "paddock.toml").write_text(DETECTION)
    async with opened(CalmBackend(folder), LARGE) as (app, pilot):
        await pilot.press("2")
        await until_shown(pilot, app, "parity holds")
        head = next(line for line in lines_of(app) if "hmean" in line)
        assert "flipped" in head and "accuracy" not in head
        assert "92.00%" in next(
            line for line in lines_of(app) if line.lstrip("▸▹> ").startswith("pir")
        )
        shown = text_of(app)
        assert "pir     12 boxes, 12 matched" in shown and "nb-x86  11 boxes, 11 matched" in shown
        assert "pir, pd 12 boxes" in shown  # in its row
        await pilot.press("enter")
        await until_shown(pilot, app, "1/1")
        assert "characters" not in text_of(app)
        await pilot.press("escape")

        line = ChainedLine(PAGE["image"], 3, "AB0", "ABO")
        chain = encode(make_chain(same=430, different=(line,)))
        edit_report(own_report(folder), lambda report: report.update(chain=chain))
        await looked_again(pilot, app, "430 of 431 lines on 20 pages are read the same")
        assert "original AB0 ✔ · converted ABO" in text_of(app)
        await pilot.press("n", "enter")
        await until_shown(pilot, app, "2/2", "1 character differs")

        await pilot.press("escape", "5", "d")
        await until_shown(pilot, app, "not for detection")


async def test_official_dictionary_is_the_one_that_the_models_were_measured_with(
    tmp_path: Path,
) -> None:
    folder = recorded_project(tmp_path / "p", of=PIR)
    async with opened(CalmBackend(folder), LARGE) as (app, pilot):
        await pilot.press("5", "d")
        await until_shown(pilot, app, "18385: the blank is 0")
        assert "inference.yml" in text_of(app)
