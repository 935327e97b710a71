"""The documents that stages leave: read as they were written, and refused by name where they are not."""

import json
from dataclasses import replace
from typing import Any

import pytest

from stages.contract import (
    Curve,
    DataMetrics,
    Document,
    DocumentError,
    Fault,
    Parity,
    Point,
    TrainMetrics,
)
from support.results import (
    METRICS,
    make_boxes,
    make_chain,
    make_evidence,
    make_failed,
    make_lineage,
    make_model,
    make_parity,
)

DOCUMENTS: tuple[Document, ...] = (
    make_parity(),
    make_parity(make_boxes("pd"), task="detection", chain=make_chain()),
    make_parity(*(make_failed("nb-x86", fault, "it does") for fault in Fault)),
    make_evidence(),
    make_evidence(canary=None),
    make_lineage(),
    make_lineage(targets=None),
    Curve((Point(3, "val_accuracy", 0.5), Point(4, "train_loss", None))),
)


@pytest.mark.parametrize("document", DOCUMENTS)
def test_document_is_read_as_it_was_written(document: Document) -> None:
    text = document.dump()
    assert type(document).from_json(text) == document
    assert type(document).from_json(text).dump() == text


@pytest.mark.parametrize("stage", METRICS)
def test_metrics_are_read_as_they_were_written(stage: str) -> None:
    metrics = METRICS[stage]
    assert type(metrics).from_json(json.loads(json.dumps(metrics.dump()))) == metrics


def test_what_has_no_value_is_left_out() -> None:
    (model,) = json.loads(make_parity(make_failed("pd", Fault.DIED, "SIGABRT")).dump())["models"]
    assert model == {"name": "pd", "status": "failed", "fault": "died", "detail": "SIGABRT"}


def test_zero_is_a_value() -> None:
    (model,) = json.loads(make_parity(make_model("pd", accuracy=0.0)).dump())["models"]
    assert model["accuracy"] == 0.0 and model["max_abs_diff"] == 0.0


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        ({"images": "300"}, r"parity.json.images is '300', expected int"),
        ({"images": True}, r"parity.json.images is True, expected int"),
        ({"models": {}}, r"parity.json.models is {}, expected a list"),
        ({"models": [{"name": "pd"}]}, r"parity.json.models\[0\] lacks 'status'"),
        (
            {"models": [{"name": "pd", "status": "failed: it died"}]},
            r"models\[0\].status is 'failed: it died', expected one of measured, emulated, not_runnable",
        ),
        ({"weather": 3}, "parity.json has 'weather', which is not known"),
        ({"schema_version": 1}, "parity.json has the schema version 1, expected 3"),
    ],
)
def test_document_that_is_malformed_names_the_member(edit: dict[str, Any], said: str) -> None:
    raw = {**json.loads(make_parity().dump()), **edit}
    with pytest.raises(DocumentError, match=said):
        Parity.from_json(json.dumps(raw))


@pytest.mark.parametrize("text", ["", "[]", "{", "null", "\x00", '{"schema_version": 2}'])
def test_what_is_no_document_is_refused(text: str) -> None:
    with pytest.raises(DocumentError, match=r"parity\.json"):
        Parity.from_json(text)


def test_metrics_of_another_version_are_refused() -> None:
    with pytest.raises(DocumentError, match="DataMetrics lacks 'lines'"):
        DataMetrics.from_json({})
    train = METRICS["train"]
    assert isinstance(train, TrainMetrics)
    with pytest.raises(DocumentError, match="learned"):
        TrainMetrics.from_json({**replace(train).dump(), "learned": 3})
