"""The verify stage for detection: boxes, maps and the text at the end."""

from __future__ import annotations

import hashlib
import json
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from stages import verify
from stages.contract import Chain, ChainedLine, Fault
from stages.contract.pages import PAGES as PAGES_FILE
from stages.contract.pages import parse_pages
from stages.detection.boxes import Box, Boxes
from stages.detection.end_to_end import Chained, chain
from stages.detection.hmean import match
from stages.detection.labels import Region
from stages.detection.prepare import Fit, check_shape, fit_page, prepare
from stages.detection.rules import Rules, read_rules
from stages.detection.task import Detection, MapSanity
from stages.errors import IntegrityError, StageError
from stages.parity.models import Model
from stages.parity.series import Series
from stages.preprocess import describe, read_image
from stages.program.params import read_program
from stages.program.prove import input_shapes
from stages.tasks import BY_NAME
from stages.text.dictionary import Dictionary
from support.legacy import SHAPE, Recorded, alphanumeric_model, context, new_folder
from support.pages import PAGE_SHAPE, PAGES, corners, detector, drawn
from support.small import converted

PARAMETERS: dict[str, Any] = {"task": "detection", "image_shape": list(PAGE_SHAPE)}


@lru_cache(maxsize=1)
def recogniser() -> dict[str, Path]:
    """Return a recogniser's original model, its ``.nb``, and what its project delivers."""
    model, folder = alphanumeric_model(), new_folder()
    rules = describe(SHAPE, Dictionary.load(model.dictionary, False))
    (folder / "preprocess.json").write_text(json.dumps(rules), encoding="utf-8")
    return {
        "reader-original": model.folder,
        "reader-nb": converted().output / "model_x86.nb",
        "reader-dict": model.dictionary,
        "reader-preprocess": folder / "preprocess.json",
    }


@lru_cache(maxsize=1)
def verified() -> tuple[Recorded, dict[str, Any]]:
    """Verify once, with the chain, for all tests that look at the result."""
    run = context("verify", new_folder(), {**detector(), **recogniser()}, PARAMETERS)
    return run, verify.run(run).dump()


def document(run: Recorded, name: str) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((run.output / name).read_text(encoding="utf-8"))
    return read


def models(run: Recorded) -> dict[str, dict[str, Any]]:
    return {model["name"]: model for model in document(run, "parity.json")["models"]}


def test_pd_and_nb_find_the_very_same_boxes_and_all_words() -> None:
    run, metrics = verified()
    found = models(run)
    words = sum(len(entries) for _, entries in PAGES.values())
    assert list(found) == ["checkpoint", "pd", "nb-x86", "nb-arm"]
    for name in ("pd", "nb-x86"):
        assert found[name]["status"] == "measured", found[name]
        assert found[name]["boxes"] == words
        assert found[name]["hmean"] == found[name]["precision"] == found[name]["recall"] == 1.0
        assert found[name]["agreement"] == 1.0
        assert found[name]["pixels"] == len(PAGES) * 256 * 320
        assert found[name]["flipped_pixels"] <= 2
        assert "accuracy" not in found[name] and "classes" not in found[name]
    assert found["nb-x86"]["max_abs_diff"] < 1e-3
    arm = found["nb-arm"]
    assert (arm["status"], arm["hmean"], arm["agreement"]) == ("emulated", 1.0, 1.0)
    assert arm["max_abs_diff"] < 1e-3 and "latency_ms" not in arm
    (proof,) = document(run, "evidence.json")["read_back"]
    assert proof["agreement"] == 1.0 and proof["same_program"] == ["nb-arm"]
    assert metrics == {
        "images": len(PAGES),
        "hmean": {"pd": 1.0, "nb-x86": 1.0, "nb-arm": 1.0},
        "as_pd": {"nb-x86": len(PAGES), "nb-arm": len(PAGES)},
    }
    parity = document(run, "parity.json")
    assert parity["task"] == "detection"
    assert "dictionary" not in parity
    assert parity["mismatches"] == []


def test_every_page_is_left_with_its_regions_and_all_boxes() -> None:
    pages = {
        page.image: page for page in parse_pages((verified()[0].output / PAGES_FILE).read_bytes())
    }
    golden = {row["image"]: row for row in document(verified()[0], "golden.json")["images"]}
    assert pages.keys() == PAGES.keys()
    for name, page in pages.items():
        assert page.is_as_labelled and not page.is_parted
        assert len(page.regions) == len(PAGES[name][1])
        boxes = json.loads(json.dumps(page.boxes["nb-x86"]))
        assert name not in golden or boxes == golden[name]["found"]["nb-x86"]


def test_what_has_no_partner_is_named_by_its_place() -> None:
    def square(left: int) -> Box:
        return ((left, 0), (left + 20, 0), (left + 20, 20), (left, 20))

    def region(left: int, text: str = "A") -> Region:
        return Region(text, tuple((float(x), float(y)) for x, y in square(left)))

    boxes = (square(300), square(0), square(100))
    found = match(boxes, (region(0), region(300, "###"), region(200), region(100)))
    assert (found.pairs, found.missed, found.extra) == (2, (2,), ())
    assert match((square(50),), (region(0),)).extra == (0,)


def test_the_pages_read_the_same_with_both_pairs() -> None:
    chain = document(verified()[0], "parity.json")["chain"]
    words = sum(len(entries) for _, entries in PAGES.values())
    assert chain == {
        "recognition": "a test", "pages": len(PAGES), "lines": words, "same": words, "different": [],
    }  # fmt: skip


def test_evidence_has_shapes_and_maps() -> None:
    evidence = document(verified()[0], "evidence.json")
    places = {row["place"]: row["outcome"] for row in evidence["preprocessing"]}
    assert places == dict.fromkeys(("pd", "nb-arm", "nb-x86", "preprocess.json"), "same")
    assert evidence["dictionary"] == []
    assert "canary" not in evidence
    for row in evidence["sanity"]:
        assert row["repeat_difference"] == 0.0
        assert row["distinct_readings"] == len(PAGES)
        assert 0 <= row["lowest"] < 0.01
        assert 0.9 < row["highest"] <= 1


def test_golden_boxes_lie_on_the_words_of_the_page_as_it_was_given() -> None:
    rows = {row["image"]: row for row in document(verified()[0], "golden.json")["images"]}
    found = rows["tall.png"]["found"]
    (left, top), _, (right, bottom), _ = found["nb-x86"][0]
    assert left < 40 < right and top < 85 < bottom, "GASKET stands at (40, 90) of 400 x 300 pixels"
    assert found["pd"] == found["nb-x86"]


def test_golden_inputs_can_be_made_again() -> None:
    for row in document(verified()[0], "golden.json")["images"]:
        page = prepare(read_image(drawn() / "test" / row["image"]), PAGE_SHAPE, Rules())
        assert hashlib.sha256(page.tobytes()).hexdigest() == row["input_sha256"]


@pytest.mark.parametrize(
    ("task", "shapes"),
    [
        ("recognition", [(3, 48, 320), (3, 48, 160)]),
        ("detection", [(3, 320, 320), (3, 192, 320)]),
        ("orientation", [(3, 48, 192)]),
    ],
)
def test_an_input_of_unknown_size_is_tried_as_is_usual_for_the_task(
    task: str, shapes: list[tuple[int, ...]]
) -> None:
    assert input_shapes(read_program(detector()["pdmodel"]), BY_NAME[task].sizes) == shapes


def chain_with(folder: Path, exchanged: dict[str, Path]) -> Chain | None:
    """Read the first page's boxes with one of the recogniser's files exchanged."""
    row = document(verified()[0], "golden.json")["images"][0]
    columns: list[Series[Boxes]] = []
    for name in ("pd", "nb-x86"):
        boxes = tuple(map(corners, row["found"][name]))
        columns.append(Series(Model(name, "any"), [boxes]))
    run = context("verify", folder, {**detector(), **recogniser(), **exchanged}, PARAMETERS)
    return chain(run, columns, [row["image"]])


def test_a_recogniser_that_dies_is_said_and_nothing_is_called_the_same(tmp_path: Path) -> None:
    broken = tmp_path / "model_x86.nb"
    broken.write_bytes(recogniser()["reader-nb"].read_bytes().replace(b"softmax", b"softmix"))
    found = chain_with(tmp_path, {"reader-nb": broken})
    assert found is not None
    assert (found.lines, found.same) == (0, 0)
    assert found.failure.startswith("killed by SIG")


def test_a_recogniser_with_another_dictionary_is_refused(tmp_path: Path) -> None:
    other = tmp_path / "dict.txt"
    other.write_text("A\nB\n", encoding="utf-8")
    with pytest.raises(IntegrityError, match="reader-original has 37 classes"):
        chain_with(tmp_path, {"reader-dict": other})


def test_what_is_no_recognisers_hand_off_is_refused(tmp_path: Path) -> None:
    other = verified()[0].output / "preprocess.json"  # the detection project's own
    with pytest.raises(StageError, match=r"not the preprocess.json of a recognition project"):
        chain_with(tmp_path, {"reader-preprocess": other})


def test_chained_lines_that_differ_are_listed_with_their_place() -> None:
    chained = Chained()
    chained.add("a.png", ["ONE", "TWO"], ["ONE", "TW0", "THREE"])
    assert (chained.lines, chained.same) == (3, 1)
    assert chained.different == [
        ChainedLine("a.png", 2, "TWO", "TW0"),
        ChainedLine("a.png", 3, "", "THREE"),
    ]


def test_a_page_is_scaled_to_fit_and_padded_behind_its_end() -> None:
    page = read_image(drawn() / "test" / "tall.png")
    prepared = prepare(page, PAGE_SHAPE, Rules())
    fit = fit_page((400, 300), PAGE_SHAPE)
    assert fit == Fit((400, 300), (256, 192))
    assert prepared.shape == PAGE_SHAPE
    assert not prepared[:, :, 192:].any()
    assert prepared[:, :, :192].all()
    assert fit.spread((256, 320)) == (400, 500)


@pytest.mark.parametrize("shape", [[3, 250, 320], [1, 256, 320], [3, 0, 320], [256, 320], []])
def test_shapes_that_no_detection_model_takes_are_refused(shape: list[int]) -> None:
    with pytest.raises(StageError, match="multiples of 32"):
        check_shape(shape)


def test_numbers_come_from_the_models_own_description() -> None:
    described = {
        "PreProcess": {
            "transform_ops": [
                {"DecodeImage": {"img_mode": "BGR"}},
                {"NormalizeImage": {"mean": [0.5, 0.4, 0.3], "std": [1, 1, 1], "scale": "1./255."}},
            ]
        },
        "PostProcess": {
            "name": "DBPostProcess",
            "thresh": 0.2,
            "box_thresh": 0.45,
            "unclip_ratio": 1.4,
        },
    }
    rules = read_rules(described)
    assert rules == Rules(1 / 255, (0.5, 0.4, 0.3), (1, 1, 1), 0.2, 0.45, 1000, 1.4)
    assert read_rules(None) == read_rules({}) == Rules()


@pytest.mark.parametrize(
    ("described", "said"),
    [
        ({"PostProcess": {"name": "EASTPostProcess"}}, "PostProcess.name: EASTPostProcess"),
        ({"PostProcess": {"thresh": "0.3"}}, "thresh: 0.3; allowed is a number over 0"),
        ({"PostProcess": {"unclip_ratio": 0}}, "unclip_ratio: 0"),
        (
            {"PreProcess": {"transform_ops": [{"DecodeImage": {"img_mode": "RGB"}}]}},
            "img_mode: RGB",
        ),
        (
            {"PreProcess": {"transform_ops": [{"NormalizeImage": {"scale": "__import__('os')"}}]}},
            "scale: __import__",
        ),
    ],
)
def test_what_the_project_does_not_do_is_refused(described: dict[str, Any], said: str) -> None:
    with pytest.raises(StageError, match=said.replace("(", r"\(")):
        read_rules(described)


@pytest.mark.parametrize(
    ("output", "fault", "said"),
    [
        (np.full((1, 4, 4), np.nan, np.float32), Fault.NOT_FINITE, "its output is not finite"),
        (
            np.full((1, 4, 4), 3.0, np.float32),
            Fault.NOT_PROBABILITIES,
            "from 3 to 3, which are no probabilities",
        ),
        (np.zeros((4, 4), np.float32), Fault.WRONG_SHAPE, "not one map"),
    ],
)
def test_a_map_that_is_none_is_named(output: np.ndarray, fault: Fault, said: str) -> None:
    wrong = MapSanity().fault(output)
    assert wrong and wrong.fault is fault and said in wrong.detail


def test_a_map_of_another_size_is_refused() -> None:
    with pytest.raises(IntegrityError, match=r"nb-x86 gives a map of \[64, 80\]"):
        Detection(PAGE_SHAPE, Rules()).check("nb-x86", np.zeros((1, 64, 80), np.float32))


def test_an_outline_that_touches_itself_is_still_an_area() -> None:
    spiked = Region("A", ((0, 0), (40, 0), (60, 0), (40, 0), (40, 20), (0, 20)))
    found = match((((0, 0), (40, 0), (40, 20), (0, 20)),), [spiked])
    assert (found.regions, found.boxes, found.pairs) == (1, 1, 1)


def test_pages_without_a_label_that_is_json_are_named(tmp_path: Path) -> None:
    labels = tmp_path / "test.txt"
    labels.write_text("list.png\tANCHOR\n", encoding="utf-8")
    run = context("verify", tmp_path, {**detector(), "test_labels": labels}, PARAMETERS)
    with pytest.raises(StageError, match="test_labels:1: the label is not JSON"):
        verify.run(run)
