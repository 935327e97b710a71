"""Which drawings a report has: each is there if there is something to draw."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from markupsafe import Markup

from pipeline.record.verdict import Asked
from pipeline.report import training
from pipeline.report.confusions import NOTHING, counted, visible
from pipeline.report.model import Model, Report, Training
from pipeline.report.page.axis import percent
from pipeline.report.page.chart import (
    Curve,
    Row,
    Spot,
    bars,
    calibration,
    curves,
    dots,
    scatter,
)
from pipeline.report.verdict import score_of
from pipeline.tasks import TASKS
from stages.contract.artifacts import PD_MODEL
from stages.contract.variant import Variant
from stages.message import msg

#: So many confusions are drawn, the most frequent.
_CONFUSIONS = 12
#: Files whose size differs by less, in MB, stand in one place.
_SAME_SIZE = 0.02


@dataclass(frozen=True)
class Figure:
    """A drawing with its heading, and what to know to read it."""

    heading: str
    note: str
    drawing: Markup


def figures(report: Report) -> Iterator[Figure]:
    """Give all drawings."""
    for draw in (_scores, _latencies, _sizes, _confusions, _sureness):
        figure = draw(report)
        if figure is not None:
            yield figure
    if report.training is not None:
        yield from _training(report.training)


def _kind(model: Model) -> str:
    return "ships" if model.is_nb else "reference" if model.name == PD_MODEL else "other"


def _scored(report: Report) -> Iterator[tuple[Model, float]]:
    for model in report.models:
        score = score_of(model, TASKS[report.task])
        if model.is_measured and math.isfinite(score):
            yield model, score


def _scores(report: Report) -> Figure | None:
    rows = [
        Row(
            model.title,
            f"{score:.2%}" + (f" ({it.low:.1%}–{it.high:.1%})" if it else ""),
            score,
            it.low if it else None,
            it.high if it else None,
            _kind(model),
        )
        for model, score in _scored(report)
        for it in (model.accuracy_interval,)
    ]
    if not rows:
        return None
    limits = (it.limit for it in report.limits if it.asked is Asked.MIN_ACCURACY)
    limit = next((it for it in limits if it), None)
    name = TASKS[report.task].score_name
    note = (
        msg("with its 95 % interval; the dashed line is the limit")
        if limit
        else msg("with its 95 % interval")
    )
    if not any(row.low is not None for row in rows):
        note = msg("on {images} images", report.images)
    return Figure(name, note, dots(rows, f"{name}, by model", percent, limit))


def _latencies(report: Report) -> Figure | None:
    rows = [
        Row(model.title, f"{it.p50:.1f} / {it.p90:.1f} ms", it.p50, None, it.p90, kind)
        for model in report.rows
        for it, kind in ((model.latency_ms, _kind(model) if model in report.models else "phone"),)
        if it is not None
    ]
    if not rows:
        return None
    note = (
        msg(
            "p50, and thin up to p90, of one image; threads: {threads}; phones as they ran it",
            report.threads,
        )
        if report.devices
        else msg("p50, and thin up to p90, of one image; threads: {threads}", report.threads)
    )
    return Figure(msg("latency in ms"), note, bars(rows, "latency in ms, by model"))


def _sizes(report: Report) -> Figure | None:
    """Draw size against score of what could ship, and of PD; files that are alike in both are one spot."""
    found: list[tuple[list[str], float, float, str]] = []
    for model, score in _scored(report):
        if model.size is None or not (model.is_nb or model.name == PD_MODEL):
            continue
        size = model.size / 1e6
        for names, other, its_score, kind in found:
            if (
                abs(other - size) <= _SAME_SIZE * size
                and its_score == score
                and kind == _kind(model)
            ):
                names.append(_short(model))
                break
        else:
            found.append(([_short(model)], size, score, _kind(model)))
    if sum(kind == "ships" for *_file, kind in found) < 2:
        return None  # one size is no choice
    spots = [
        Spot(_joined(names), size, score, f"{size:.2f} MB, {score:.2%}", kind)
        for names, size, score, kind in found
    ]
    name = TASKS[report.task].score_name
    note = msg("up and to the left is better; the line joins what nothing else beats in both")
    heading = msg("size and {score}", name)
    return Figure(heading, note, scatter(spots, f"size and {name}, by file", "MB", percent))


def _short(model: Model) -> str:
    variant = Variant.of_model(model.name)
    return (model.name.removeprefix("nb-") if variant else model.name)[:30]


def _joined(names: list[str]) -> str:
    return ", ".join(names) if len(names) < 4 else f"{names[0]}, … {len(names)}"


def _confusions(report: Report) -> Figure | None:
    rows = []
    found = counted(report)
    for (wanted, read), counts in list(found.items())[:_CONFUSIONS]:
        most = max(counts.values())
        said = ", ".join(f"{name} {count}" for name, count in counts.items())
        told = (
            str(most) if len({*counts.values()}) == 1 and len(counts) == _readers(report) else said
        )
        rows.append(Row(f"{visible(wanted)} → {visible(read)}", told, float(most), kind="wrong"))
    if not rows:
        return None
    note = msg(
        "what the label has → what was read, and how often; {nothing} is no character", NOTHING
    )
    if len(found) > len(rows):
        note = msg("{first}; {rest} more are in the table below", note, len(found) - len(rows))
    drawing = bars(rows, "characters taken for others", whole=True)
    return Figure(msg("characters taken for others"), note, drawing)


def _readers(report: Report) -> int:
    return sum(model.is_measured for model in report.models)


def _sureness(report: Report) -> Figure | None:
    rows = [
        (Row(model.title, f"ECE {it.ece:.4f}", it.ece), it.right, it.wrong)
        for model in report.models
        for it in (model.calibration,)
        if it is not None
    ]
    if not rows:
        return None
    note = msg("how sure a model is where it is right (dot) and where it is wrong (diamond)")
    return Figure(
        msg("calibration"),
        note,
        calibration(rows, "confidence where right and where wrong, by model"),
    )


def _training(trained: Training) -> Iterator[Figure]:
    best = training.best_step(trained)
    mark = None if best is None else (float(best), msg("kept"))
    for heading, form, names in _CURVES:
        drawn = [Curve(said, training.series(trained, name)) for name, said in names.items()]
        drawing = curves(drawn, f"{heading}, by step", (msg("steps"), form), mark)
        if drawing is not None:
            yield Figure(heading, training.summary(trained) if form is percent else "", drawing)


#: The charts of training: heading, how a value is said, and the curves' names.
_CURVES = (
    (msg("learning curve"), percent, {"val_accuracy": msg("accuracy"), "val_ned": "NED"}),
    (
        msg("loss"),
        lambda value: f"{value:.4g}",
        {"train_loss": msg("training"), "val_loss": msg("validation")},
    ),
)
