from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from stages.parity.models import Model
from stages.parity.series import Series
from stages.parity.summary import latency_ms
from stages.parity.summary import summarise as summarise_any
from stages.pitfalls import Pitfall
from stages.recognition.summary import golden, mismatches, quality
from stages.text.labels import Label

LABELS = [Label("1.png", "A", 1), Label("2.png", "B", 2), Label("3.png", "0", 3)]


def column(model: Model, predictions: list[str], failure: str = "") -> Series[str]:
    return Series(model, predictions, [0.05, 0.05, 0.1], 0.25, 100.0, 3, failure)


def summarise(series: Series[str], labels: Sequence[str], reference: Series[str]) -> dict[str, Any]:
    return summarise_any(series, reference, lambda predictions: quality(predictions, labels))


PD = column(Model("pd", "pd"), ["A", "B", "O"])
NB = column(Model("nb-x86", "nb"), ["A", "8", "O"])
ARM: Series[str] = Series(Model("nb-arm", status="not runnable here"))


def test_a_measured_model_has_all_numbers() -> None:
    assert summarise(NB, ["A", "B", "0"], PD) == {
        "name": "nb-x86",
        "status": "measured",
        "accuracy": 0.333333,
        "ned": 0.333333,
        "agreement": 0.666667,
        "max_abs_diff": 0.25,
        "latency_ms": {"p50": 50.0, "p90": 100.0, "p99": 100.0},
        "images_per_s": 15.0,
        "peak_rss_mb": 100.0,
        "classes": 3,
    }


def test_a_model_that_was_not_run_has_a_status_and_no_numbers() -> None:
    assert summarise(ARM, ["A", "B", "0"], PD) == {"name": "nb-arm", "status": "not runnable here"}
    dead = column(Model("nb-x86", "nb"), ["A"], "killed by SIGABRT")
    assert summarise(dead, ["A"], PD) == {"name": "nb-x86", "status": "failed: killed by SIGABRT"}


def test_what_a_file_says_of_itself_and_its_pitfall_are_kept() -> None:
    foreign = Model(
        "nb-arm", status="failed: foreign", pitfall=Pitfall.FOREIGN_TARGET, opt_version="v2.13-rc"
    )
    assert summarise(Series[str](foreign), ["A"], PD) == {
        "name": "nb-arm",
        "status": "failed: foreign",
        "opt_version": "v2.13-rc",
        "pitfall": "foreign-target",
    }
    series: Series[str] = Series(Model("nb-x86", "nb"))
    series.fail("its output is not finite", Pitfall.QUANTISED_GARBAGE)
    assert not series.alive
    assert summarise(series, ["A"], PD) == {
        "name": "nb-x86",
        "status": "failed: its output is not finite (after 0 images)",
        "pitfall": "quantised-garbage",
    }


def test_without_the_reference_there_is_nothing_to_agree_with() -> None:
    dead = column(Model("pd", "pd"), [], "killed")
    entry = summarise(NB, ["A", "B", "0"], dead)
    assert entry["agreement"] is None
    assert entry["max_abs_diff"] is None
    assert entry["accuracy"] == 0.333333


def test_images_that_part_the_models_come_first() -> None:
    rows = mismatches([PD, NB, ARM], LABELS)
    assert rows == [
        {"image": "2.png", "label": "B", "pd": "B", "nb-x86": "8"},
        {"image": "3.png", "label": "0", "pd": "O", "nb-x86": "O"},
    ]


def test_percentiles_are_times_that_were_measured() -> None:
    assert latency_ms([number / 1000 for number in range(1, 101)]) == {
        "p50": 50.0, "p90": 90.0, "p99": 99.0,
    }  # fmt: skip
    assert latency_ms([0.01]) == {"p50": 10.0, "p90": 10.0, "p99": 10.0}


def test_golden_images_are_spread_over_the_set() -> None:
    labels = [Label(f"{number}.png", "A", number) for number in range(100)]
    pd = column(Model("pd", "pd"), ["A"] * 100)
    rows = golden([pd, ARM], labels, [str(number) for number in range(100)])
    assert [row["input_sha256"] for row in rows] == [str(number) for number in range(0, 100, 10)]
    assert set(rows[0]) == {"image", "label", "input_sha256", "pd"}
