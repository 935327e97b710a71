"""The official PP-OCRv5 pair, both PIR models: the recogniser, then the detector that is read with it."""

import io
import json
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from pipeline.record.kept import read_kept
from pipeline.report.model import load_report
from pipeline.report.samples import samples_of
from support.runs import Done, Files, Site, first_lines, report_of, run

pytestmark = [pytest.mark.docker, pytest.mark.images]

READING = """
[project]
name = "pair-reading"
[data]
train = ["train.txt"]
test = ["test.txt"]
use_space_char = true
[export]
model = "PP-OCRv5_mobile_rec"
[convert]
targets = ["x86"]
weights = ["float32", "int16", "int8"]
[quantize]
images = 8
"""
FINDING = """
[project]
name = "pair-finding"
[data]
test = ["test.txt"]
[model]
task = "detection"
image_shape = [3, 320, 320]
[export]
model = "PP-OCRv5_mobile_det"
[convert]
targets = ["x86"]
weights = ["float32", "int16"]
[verify]
recognition = "../pair-reading"
"""
LINES, PAGES, ROWS = 4, 2, 3


@pytest.fixture(scope="module")
def reading(site: Site, lines: Path) -> Path:
    files: Files = {
        "data/test": lines / "test",
        "data/test.txt": first_lines(lines / "test.txt", LINES),
        "data/train": lines / "train",
        "data/train.txt": first_lines(lines / "train.txt", 8),
    }
    return site.project("pair-reading", READING, files)


@pytest.fixture(scope="module")
def finding(site: Site, lines: Path, reading: Path) -> Path:
    labels = [line.split("\t") for line in (lines / "test.txt").read_text().splitlines()]
    files: Files = {}
    said = []
    for number in range(PAGES):
        image, boxes = page(lines, labels[number * ROWS : (number + 1) * ROWS])
        files[f"data/{number}.png"] = image
        said.append(f"{number}.png\t{json.dumps(boxes)}\n")
    return site.project("pair-finding", FINDING, {**files, "data/test.txt": "".join(said)})


def page(lines: Path, labels: list[list[str]]) -> tuple[bytes, list[dict[str, Any]]]:
    """Return a page with a line in each row, and where they are."""
    sheet, boxes = Image.new("RGB", (640, 100 * ROWS + 40), "white"), []
    for row, (name, text) in enumerate(labels):
        with Image.open(lines / name) as line:
            sheet.paste(line, (40, 100 * row + 40))
            right, bottom = 40 + line.width, 100 * row + 40 + line.height
        points = [[40, 100 * row + 40], [right, 100 * row + 40], [right, bottom], [40, bottom]]
        boxes.append({"transcription": text, "points": points})
    buffer = io.BytesIO()
    sheet.save(buffer, "PNG")
    return buffer.getvalue(), boxes


@pytest.fixture(scope="module")
def read(reading: Path) -> Done:
    done = run(reading)
    assert done.code == 0, (done.events[-3:], done.stderr)
    return done


@pytest.fixture(scope="module")
def found(finding: Path, read: Done) -> Done:
    done = run(finding)
    assert done.code == 0, (done.events[-3:], done.stderr)
    return done


def test_a_pir_model_becomes_an_nb_file_that_reads_the_same(reading: Path, read: Done) -> None:
    assert read.stages("stage-finished") == ["data", "export", "quantize", "convert", "verify"]
    made = report_of(reading)
    models = {model["name"]: model for model in made["models"]}
    assert list(models) == [
        "pir", "pd", "nb-x86", "pd-int16", "nb-x86-int16", "pd-int8", "nb-x86-int8",
    ]  # fmt: skip
    assert all(model["agreement"] == 1.0 for model in models.values())
    assert models["pd"]["accuracy"] > 0.5, "parity of a model that reads nothing proves nothing"


def test_every_kind_of_weights_passes_and_is_delivered(reading: Path, read: Done) -> None:
    models = {model["name"]: model for model in report_of(reading)["models"]}
    whole = (reading / "out" / "model_x86.nb").stat().st_size
    for kind, share in (("int16", 0.54), ("int8", 0.30)):
        assert models[f"nb-x86-{kind}"]["reference"] == f"pd-{kind}"
        size = (reading / "out" / f"model_x86_{kind}.nb").stat().st_size
        assert size == models[f"nb-x86-{kind}"]["size"] < share * whole
    layers = report_of(reading)["quantisation"]["int8"]["layers"]
    assert any(10 * layer["loss_after"] < layer["loss_before"] for layer in layers)


def test_the_dictionary_is_the_models_own_and_ships(reading: Path, read: Done) -> None:
    assert report_of(reading)["dictionary"]["classes"] == 18_385
    assert len((reading / "out" / "dict.txt").read_bytes().split(b"\n")) == 18_383 + 1


def test_the_detector_finds_the_same_boxes(finding: Path, found: Done) -> None:
    made = report_of(finding)
    assert (made["task"], made["verdict"]) == ("detection", "pass")
    models = {model["name"]: model for model in made["models"]}
    assert list(models) == ["pir", "pd", "nb-x86", "pd-int16", "nb-x86-int16"]
    assert all(model["agreement"] == 1.0 and model["hmean"] > 0 for model in models.values())
    assert "dictionary" not in made and not (finding / "out" / "dict.txt").exists()


def test_what_is_found_is_read_alike_by_both_pairs(finding: Path, found: Done) -> None:
    chain = report_of(finding)["chain"]
    assert chain["recognition"] == "pair-reading" and chain["pages"] == PAGES
    assert chain["same"] == chain["lines"] > 0 and chain["different"] == []


def test_every_image_can_be_looked_at_afterwards(reading: Path, finding: Path, found: Done) -> None:
    lines, pages = (
        samples_of(
            load_report(folder / "out" / "report.json"), partial(read_kept, folder / ".paddock")
        )
        for folder in (reading, finding)
    )
    assert lines.all_there and pages.all_there
    first = pages.items[0].page
    assert first and first.boxes["pd"] == first.boxes["nb-x86"] and len(first.regions) == ROWS
