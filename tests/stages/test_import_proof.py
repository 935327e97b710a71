from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from stages.errors import IntegrityError
from stages.pir.parameters import read_parameters
from stages.pir.program import read_program
from stages.pitfalls import Pitfall
from stages.ppocr import import_proof
from stages.ppocr.architectures.lcnetv3 import V5_MOBILE
from stages.ppocr.classifier import narrow
from stages.ppocr.import_proof import ImportProof, difference, shared_classes
from stages.ppocr.network import build, live_tensors
from stages.ppocr.starting_model import read_starting_model
from stages.ppocr.unfuse import load_inference_weights
from stages.published.files import PARAMETERS, PROGRAM
from stages.published.official import OfficialModel
from stages.text.dictionary import Dictionary
from support.legacy import ALPHANUMERIC, Recorded, context, new_folder
from support.lines import draw_split
from support.pir import alphanumeric_pir, edit

#: The model's characters in another order, without the last, and with one that it lacks.
OURS = [*ALPHANUMERIC[34::-1], "é"]


@lru_cache(maxsize=1)
def start() -> Recorded:
    folder = new_folder()
    draw_split(folder, "train", 4, seed=1)
    given = {"train": folder / "train", "train_labels": folder / "train.txt"}
    return context("train", folder, given, {"image_shape": [3, 48, 160]})


def test_a_network_must_compute_what_the_model_does_for_the_characters_that_both_have() -> None:
    pir = alphanumeric_pir()
    parameters = read_parameters(pir / PARAMETERS, read_program(pir / PROGRAM).shapes())
    model = OfficialModel(parameters, tuple(ALPHANUMERIC))
    dictionary = Dictionary(tuple(OURS), "", "")
    with ImportProof(start(), pir) as proof:
        network = build(V5_MOBILE.ctc(), dictionary.classes, fused=True)
        load_inference_weights(network, narrow(model, dictionary).parameters, "the model")
        assert proof.check(network, model, dictionary) < 1e-4
        assert start().guard_seconds > 0
        first = live_tensors(network)["conv2d_0.w_0"]
        first.set_value(first.numpy() * 1.5)
        with pytest.raises(IntegrityError, match="network gives other probabilities") as e:
            proof.check(network, model, dictionary)
    assert e.value.pitfall is Pitfall.SHAPE_MISMATCH


def test_the_number_of_threads_decides_no_digit_of_what_is_recorded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Of mode frozen the difference stands in a result whose key has no number of threads."""
    given: list[int] = []
    monkeypatch.setattr(
        import_proof, "ModelRunner", lambda _kind, _files, threads=1: given.append(threads)
    )
    recorded = start()
    with_more = Recorded(replace(recorded.spec, threads=4), recorded.output)
    ImportProof(with_more, alphanumeric_pir())
    assert given == [1]


def test_weights_with_other_names_are_found_by_the_order_of_their_use(tmp_path: Path) -> None:
    """Another version of PaddleOCR, or one that built another head first, counts otherwise."""
    for path in alphanumeric_pir().glob("inference.*"):
        (tmp_path / path.name).write_bytes(path.read_bytes())

    def rename(operators: list[dict[str, Any]]) -> None:
        for operator in operators:
            if operator["#"] == "p":
                operator["A"][3] = (
                    f"other_{operator['A'][3]}"  # in the file they are sorted by name
                )

    edit(tmp_path, rename)
    expected = read_starting_model(alphanumeric_pir(), V5_MOBILE.ctc()).parameters
    found = read_starting_model(tmp_path, V5_MOBILE.ctc()).parameters
    assert "conv2d_0.w_0" in expected and found.keys() == expected.keys()
    assert all(np.array_equal(found[name], expected[name]) for name in expected)


def test_classes_are_paired_by_their_characters() -> None:
    assert shared_classes("abc", "cxb") == ([0, 3, 2], [0, 1, 3])


def test_only_the_proportion_of_shared_characters_counts() -> None:
    expected = np.array([[0.2, 0.6], [0.001, 0.002]])
    assert difference(expected, np.array([[0.1, 0.3], [0.9, 0.1]])) == pytest.approx(0.0)
    assert difference(expected, np.array([[0.3, 0.3], [0.9, 0.1]])) == pytest.approx(0.25)
    assert difference(expected, expected[:1]) == float("inf")
    assert difference(expected, np.full_like(expected, np.nan)) == float("inf")
