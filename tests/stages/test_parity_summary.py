from __future__ import annotations

from collections.abc import Sequence

from stages.contract import (
    Calibration,
    Differences,
    Fault,
    Interval,
    Latency,
    Mismatch,
    ModelEntry,
    Ratio,
    Status,
)
from stages.parity.golden import golden_images
from stages.parity.models import Model
from stages.parity.sanity import Wrong
from stages.parity.series import Difference, Series
from stages.parity.summary import found_as_reference, latency_ms
from stages.parity.summary import summarise as summarise_any
from stages.pitfalls import Pitfall
from stages.recognition.summary import mismatches, quality
from stages.text.labels import Label

LABELS = [Label("1.png", "A", 1), Label("2.png", "B", 2), Label("3.png", "0", 3)]


def column(model: Model, predictions: list[str], died: str = "") -> Series[str]:
    failure = Wrong(Fault.DIED, died) if died else None
    near, far = Difference(5e-7, 1e-8), Difference(0.25, 0.003)
    return Series(
        model,
        predictions,
        confidences=[0.95, 0.85, 0.75],
        differences=[] if model.name == "pd" else [near, far, near],
        seconds=[0.05, 0.05, 0.1],
        seconds_all=[0.03, 0.03, 0.04],
        load_s=0.51,
        rss_mb=100.0,
        classes=3,
        failure=failure,
    )


def summarise(series: Series[str], labels: Sequence[str], reference: Series[str]) -> ModelEntry:
    return summarise_any(series, (series, reference), lambda series: quality(series, labels))


PD = column(Model("pd", "pd"), ["A", "B", "O"])
NB = column(Model("nb-x86", "nb"), ["A", "8", "O"])
ARM: Series[str] = Series(Model("nb-arm", status=Status.NOT_RUNNABLE, detail="not runnable here"))


def test_a_measured_model_has_all_numbers() -> None:
    assert summarise(NB, ["A", "B", "0"], PD) == ModelEntry(
        "nb-x86",
        Status.MEASURED,
        accuracy=0.333333,
        ned=0.333333,
        accuracy_interval=Interval(0.061492, 0.79234),
        calibration=Calibration(0.55, 0.95, 0.8),
        agreement=0.666667,
        max_abs_diff=0.25,
        differences=Differences(0.001, (2, 0, 0, 0, 0, 1)),
        latency_ms=Latency(50.0, 100.0, 100.0),
        latency_all_ms=Latency(30.0, 40.0, 40.0),
        time_ratio=Ratio(1.0, 1.0, 1.0),
        load_s=0.51,
        images_per_s=15.0,
        peak_rss_mb=100.0,
        classes=3,
    )


def test_a_model_that_was_not_run_has_a_status_and_no_numbers() -> None:
    arm = summarise(ARM, ["A", "B", "0"], PD)
    assert arm == ModelEntry("nb-arm", Status.NOT_RUNNABLE, detail="not runnable here")
    assert arm.sentence == "not runnable here"
    dead = summarise(column(Model("nb-x86", "nb"), ["A"], "killed by SIGABRT"), ["A"], PD)
    assert dead == ModelEntry("nb-x86", Status.FAILED, Fault.DIED, "killed by SIGABRT")
    assert dead.sentence == "failed: killed by SIGABRT"


def test_what_a_file_says_of_itself_and_its_pitfall_are_kept() -> None:
    foreign = Model(
        "nb-arm",
        status=Status.FAILED,
        fault=Fault.WRONG_TARGET,
        detail="foreign",
        pitfall=Pitfall.FOREIGN_TARGET,
        opt_version="v2.13-rc",
    )
    assert summarise(Series[str](foreign), ["A"], PD) == ModelEntry(
        "nb-arm", Status.FAILED, Fault.WRONG_TARGET, "foreign", "foreign-target", "v2.13-rc"
    )
    series: Series[str] = Series(Model("nb-x86", "nb"))
    series.fail(Fault.NOT_FINITE, "its output is not finite", Pitfall.QUANTISED_GARBAGE)
    assert not series.alive
    assert summarise(series, ["A"], PD) == ModelEntry(
        "nb-x86",
        Status.FAILED,
        Fault.NOT_FINITE,
        "its output is not finite (after 0 images)",
        "quantised-garbage",
    )


def test_without_the_reference_there_is_nothing_to_agree_with() -> None:
    dead = column(Model("pd", "pd"), [], "killed")
    entry = summarise(NB, ["A", "B", "0"], dead)
    assert entry.agreement is None
    assert entry.max_abs_diff is None
    assert entry.accuracy == 0.333333


def test_a_model_is_held_against_its_own_reference() -> None:
    rounded = column(Model("pd-int8", "pd"), ["A", "8", "O"])
    nb = column(Model("nb-x86-int8", "nb", reference="pd-int8"), ["A", "8", "O"])
    found = [summarise_any(each, (PD, rounded, nb), lambda _: {}) for each in (PD, rounded, nb)]
    assert [entry.reference for entry in found] == ["pd", "pd", "pd-int8"]
    assert [entry.agreement for entry in found] == [1.0, 0.666667, 1.0]
    assert found_as_reference(found, 3) == {"pd-int8": 2, "nb-x86-int8": 3}


def test_images_that_part_the_models_come_first() -> None:
    rows = mismatches([PD, NB, ARM], LABELS)
    assert rows == [
        Mismatch("2.png", "B", {"pd": "B", "nb-x86": "8"}),
        Mismatch("3.png", "0", {"pd": "O", "nb-x86": "O"}),
    ]


def test_percentiles_are_times_that_were_measured() -> None:
    assert latency_ms([number / 1000 for number in range(1, 101)]) == Latency(50.0, 90.0, 99.0)
    assert latency_ms([0.01]) == Latency(10.0, 10.0, 10.0)


def test_golden_images_are_spread_over_the_set() -> None:
    names = [f"{number}.png" for number in range(100)]
    pd = column(Model("pd", "pd"), ["A"] * 100)
    pd.confidences = [0.9] * 100
    rows = golden_images([pd, ARM], names, names, ["A"] * 100)
    assert [row.input_sha256 for row in rows] == names[::10]
    assert set(rows[0].found) == {"pd"} and rows[0].label == "A"
