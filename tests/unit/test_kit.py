"""What a kit is made of, and what it is not made of."""

import io
import json
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipeline.kit.files import KitSource, make_kit
from pipeline.kit.rules import NoKitError
from support import recorded_kit
from support.recorded_kit import MODEL_SHA256, source


def changed(name: str, change: Callable[[dict[str, Any]], object]) -> bytes:
    document: dict[str, Any] = json.loads(recorded_kit.read(name))
    change(document)
    return json.dumps(document).encode()


def test_every_mark_is_filled_in_with_the_projects_rules() -> None:
    kit = make_kit(source())
    rules = kit["cpp/paddock_rules.h"].decode()
    for said in (
        "kHeight = 4;",
        "kWidth = 5;",
        "kMean[3] = {0.5f, 0.5f, 0.5f}",
        "kDivisor = 255.0f",
    ):
        assert said in rules
    assert "kSpaceAdded = true" in rules and "kClasses = 5" in rules
    assert json.loads(recorded_kit.read("preprocess.json"))["decode"]["dictionary_sha256"] in rules
    for name, data in kit.items():
        if not name.startswith("golden/"):
            assert not re.search(rb"@[A-Z_0-9]+@", data), name
    assert b"adb push ../model_arm.nb ../dict.txt ../kit /data" in kit["README.md"]


def test_an_orientation_models_kit_has_no_dictionary() -> None:
    def turned(document: dict[str, Any]) -> None:
        document["task"] = "orientation"
        document["decode"] = {
            "method": "the class with the highest probability", "classes": ["0", "180"],
        }  # fmt: skip

    kit = make_kit(source(preprocess=changed("preprocess.json", turned)))
    rules = kit["cpp/paddock_rules.h"].decode()
    assert 'kLabels[] = {"0", "180"}' in rules and "kClasses = 2" in rules
    assert 'kDictionarySha256[] = ""' in rules and b"dict.txt ../kit" not in kit["README.md"]


def test_equal_results_make_an_equal_kit() -> None:
    assert make_kit(source()) == make_kit(source())


def test_each_model_is_expected_to_read_as_it_did_here_or_as_its_reference() -> None:
    def rounded(document: dict[str, Any]) -> None:
        for image in document["images"]:
            image["found"] |= {"nb-arm-int8": "a\tb", "pd": "pd"}

    files = {"nb-arm": MODEL_SHA256, "nb-arm-int8": "8" * 64, "nb-opencl": "9" * 64}
    made = source(golden=changed("golden.json", rounded))
    kit = make_kit(KitSource(made.golden, made.files, made.preprocess, files))
    rows = [line.split("\t") for line in kit["golden/expected.tsv"].decode().splitlines()]
    assert {row[4] for row in rows if row[0] == "8" * 64} == {"a\\tb"}
    assert {row[4] for row in rows if row[0] == "9" * 64} == {"pd"}
    assert [row[4] for row in rows if row[0] == MODEL_SHA256] == [
        image.found["nb-arm"] for image in recorded_kit.golden().images
    ]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("resize", {"interpolation": "area", "wider_images": "squeezed to the full width"}),
        ("padding", {"side": "right", "value": 0.5, "applied": "after normalisation"}),
        ("task", "detection"),
        ("normalize", {"scale": 0, "mean": [0, 0, 0], "std": [1, 1, 1]}),
    ],
)
def test_rules_that_the_code_does_not_keep_have_no_kit(key: str, value: object) -> None:
    rules = changed("preprocess.json", lambda document: document.update({key: value}))
    with pytest.raises(NoKitError):
        make_kit(source(preprocess=rules))


def archive(**files: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as made:
        for name, data in files.items():
            made.writestr(name, data)
    return buffer.getvalue()


@pytest.mark.parametrize(
    "files",
    [b"PK", archive(), archive(**{"../../evil": b""}), recorded_kit.read("golden.zip")[:-30]],
)
def test_a_damaged_archive_of_golden_images_makes_no_kit(files: bytes) -> None:
    with pytest.raises(NoKitError):
        make_kit(source(files=files))


def test_a_class_that_holds_a_tab_stays_in_its_cell(tmp_path: Path) -> None:
    def odd(document: dict[str, Any]) -> None:
        document["images"][0]["found"]["nb-arm"] = "\\t\t\n"

    kit = make_kit(source(golden=changed("golden.json", odd)))
    first = kit["golden/expected.tsv"].decode().splitlines()[0]
    assert first.endswith("\t\\\\t\\t\\n")
