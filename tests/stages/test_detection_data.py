"""The data stage on labels of pages and of orientations: everything that is wrong, in one go."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from stages import data
from stages.contract import DataMetrics
from stages.detection.labels import LabelError, outline_fault, parse_regions
from stages.errors import StageError
from support.legacy import Recorded, context, draw
from support.pages import draw_page

SQUARE = [[10, 10], [90, 10], [90, 40], [10, 40]]


def checked(folder: Path, lines: list[str], task: str = "detection") -> Recorded:
    tree = folder / "test"
    tree.mkdir(exist_ok=True)
    (tree / "labels.txt").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    parameters = {"task": task, "labels": {"test": ["labels.txt"]}}
    return context("data", folder, {"test": tree}, parameters)


def label(*regions: dict[str, Any]) -> str:
    return json.dumps(list(regions))


def test_pages_in_order_are_counted_and_have_no_dictionary(tmp_path: Path) -> None:
    words = draw_page(tmp_path / "test/a.png", (200, 300), {"ONE": (20, 60), "TWO": (20, 150)})
    draw_page(tmp_path / "test/b.png", (200, 320), {"THREE": (20, 60)})
    run = checked(
        tmp_path,
        [f"a.png\t{words}", f"b.png\t{label({'transcription': '###', 'points': SQUARE})}"],
    )
    assert data.run(run) == DataMetrics(
        {"test": 2}, duplicates=0, leaked=0, boxes={"test": 2}, ignored={"test": 1}
    )
    assert [path.name for path in run.output.iterdir()] == ["test.txt"]


def test_all_faults_of_pages_are_named_at_once(tmp_path: Path) -> None:
    draw_page(tmp_path / "test/a.png", (200, 300), {"ONE": (20, 60)})
    beside = [[300, 10], [380, 10], [380, 40], [300, 40]]
    lines = [
        "a.png\tONE",
        f"a.png\t{label({'transcription': 'X', 'points': SQUARE[:3]})}",
        f"a.png\t{label({'transcription': 'X', 'points': beside})}",
        f"gone.png\t{label({'transcription': 'X', 'points': SQUARE})}",
    ]
    with pytest.raises(StageError) as caught:
        data.run(checked(tmp_path, lines))
    message = caught.value.message
    assert "4 problems in the data" in message
    assert 'labels.txt:1: "a.png": the label is not JSON' in message
    assert 'labels.txt:2: "a.png": region 1, "X": its outline has 3 points' in message
    assert "lies outside of the page of 300 x 200 pixels" in message
    assert 'labels.txt:4: the image "gone.png" is missing' in message


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"points": []}', "the label is not a list of regions"),
        (label({"points": SQUARE}), 'region 1 has no "transcription"'),
        (label({"transcription": 7, "points": SQUARE}), 'region 1 has no "transcription"'),
        (label({"transcription": "A", "points": "none"}), "are not a list of"),
        (label({"transcription": "A", "points": [[1, 2, 3]] * 4}), "are not a list of"),
        ('[{"transcription": "A", "points": [[NaN, 1], [2, 1], [2, 2], [1, 2]]}]', "not a list of"),
        ("[" * 100_000, "the label is not JSON"),
    ],
)
def test_a_label_that_is_no_pages_says_why(text: str, said: str) -> None:
    with pytest.raises(LabelError, match=said):
        parse_regions(text)


@pytest.mark.parametrize(
    ("points", "fault"),
    [
        ([(0, 0), (9, 0), (9, 9), (0, 9)], ""),
        ([(0, 0), (9, 0), (12, 4), (9, 9), (0, 9)], ""),
        ([(0, 0), (9, 0), (0, 9), (9, 9)], "no area"),
        ([(0, 0), (20, 0), (0, 9), (9, 9)], "crosses itself"),
        ([(0, 0), (3, 3), (6, 6), (9, 9)], "no area"),
        ([(0, 0), (9, 0), (9, 9)] * 200, "600 points, at most 500"),
    ],
)
def test_outlines_that_are_none_are_told(points: list[tuple[float, float]], fault: str) -> None:
    assert fault in outline_fault(points)
    assert bool(fault) == bool(outline_fault(points))


def test_a_page_without_text_is_allowed(tmp_path: Path) -> None:
    draw_page(tmp_path / "test/empty.png", (64, 64), {})
    assert data.run(checked(tmp_path, ["empty.png\t[]"])).boxes == {"test": 0}


def test_orientations_are_counted_and_others_refused(tmp_path: Path) -> None:
    for name in ("a", "b"):
        draw(tmp_path / f"test/{name}.png", name)
    found = data.run(checked(tmp_path, ["a.png\t0", "b.png\t180"], "orientation"))
    assert found.orientations == {"0": 1, "180": 1}
    with pytest.raises(
        StageError, match=r'the orientation of "b.png" is "90"; allowed are 0 and 180'
    ):
        data.run(checked(tmp_path, ["a.png\t0", "b.png\t90"], "orientation"))


def test_an_unknown_task_is_refused(tmp_path: Path) -> None:
    draw(tmp_path / "test/a.png", "a")
    with pytest.raises(StageError, match='the task "layout" is not known; allowed are recognition'):
        data.run(checked(tmp_path, ["a.png\ta"], "layout"))
