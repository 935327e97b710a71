"""What stands on the page, as plain data: the templates only lay it out."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from markupsafe import Markup, escape

from pipeline.record.verdict import Limit, Verdict
from pipeline.report.metrics import LOAD, SHA256, metrics_of
from pipeline.report.model import Model, Outcome, Report
from pipeline.report.page.say import cell, say, tag, together
from pipeline.report.proofs import MARKS
from pipeline.report.verdict import score_of
from pipeline.report.words import GuardEntry
from pipeline.tasks import NONE, TASKS
from stages.contract.artifacts import PD_MODEL
from stages.message import msg

#: How a verdict looks, and the symbol that stands for it without colour; all others are failures.
_LOOKS = {Verdict.PASS: ("pass", "✔"), Verdict.WARNINGS: ("warn", "!"), Verdict.PART: ("part", "✘")}
#: Guards in this order: what failed is seen first.
_ORDER = (Outcome.FAILED, Outcome.NOT_CHECKED, Outcome.PASSED, Outcome.ENFORCED)


@dataclass(frozen=True)
class Banner:
    """The verdict: its class, symbol and words, and what it is about."""

    look: str
    symbol: str
    words: str
    sentence: str


@dataclass(frozen=True)
class Tile:
    """One number that matters: of which model, and what puts it into proportion."""

    title: str
    value: str
    note: str


@dataclass(frozen=True)
class Table:
    """Titles, and rows of cells; the first column names the row."""

    titles: tuple[str, ...]
    rows: tuple[tuple[Markup, ...], ...]


def banner(report: Report) -> Banner:
    """Return the verdict."""
    look, symbol = _LOOKS.get(report.verdict, ("fail", "✘"))
    if report.passed:
        sentence = msg("parity holds on {images} images", report.images)
    elif report.verdict.delivers:
        refused = ", ".join(report.refused)
        sentence = msg("on {images} images, delivered without {models}", report.images, refused)
    else:
        sentence = msg("on {images} images", report.images)
    return Banner(look, symbol, report.verdict.words, sentence)


def tiles(report: Report) -> Iterator[Tile]:
    """Give the numbers of what ships: how good, how like PD, how large, how quick."""
    files = [model for model in report.models if model.is_nb and model.name not in report.refused]
    if not files:
        return
    files.sort(key=lambda model: model.target != "arm")  # what ships, where it was read at all
    model = next((model for model in files if model.is_measured), None)
    if model is not None:
        yield from _quality(model, report)
    large = next((model for model in files if model.size), None)
    pd = report.model(PD_MODEL)
    if large is not None and large.size:
        beside = msg("PD {size} MB", f"{pd.size / 1e6:.2f}") if pd and pd.size else ""
        yield Tile(msg("size of {model}", large.name), f"{large.size / 1e6:.2f} MB", beside)
    timed = next((model for model in files if model.latency_ms), None)
    if timed is not None and timed.latency_ms:
        ratio = timed.time_ratio
        note = msg("{ratio} times PD's", f"{ratio.value:.2f}") if ratio else ""
        yield Tile(msg("p50 of {model}", timed.name), f"{timed.latency_ms.p50:.1f} ms", note)


def _quality(model: Model, report: Report) -> Iterator[Tile]:
    task = TASKS[report.task]
    score = score_of(model, task)
    if math.isfinite(score):
        it = model.accuracy_interval
        note = msg("95 %: {low} to {high}", f"{it.low:.1%}", f"{it.high:.1%}") if it else ""
        yield Tile(msg("{score} of {model}", task.score_name, model.title), f"{score:.2%}", note)
    if model.agreement is not None:
        same = msg(
            "{same} of {images} images", round(model.agreement * report.images), report.images
        )
        yield Tile(msg("same as {reference}", model.reference), f"{model.agreement:.2%}", same)


def model_table(report: Report) -> Table:
    """Return the parity table: every file and phone a row, with all that the page has room for."""
    shown = (it for it in metrics_of(report) if it.brief or it is LOAD)
    metrics = [it for it in shown if it is not SHA256]  # whole below, where it can be copied
    titles = (msg("model"), *(metric.title for metric in metrics))
    rows = []
    for model in report.rows:
        cells = []
        for metric in metrics:
            has = model.is_measured or not metric.measured
            said: object = metric.cell(model, report) if has else NONE
            cells.append(_with_interval(said, model) if metric.title == "accuracy" else cell(said))
        rows.append((_name(model, report), *cells))
    return Table(titles, tuple(rows))


def _name(model: Model, report: Report) -> Markup:
    name = tag("strong", say(model.title))
    if not model.is_measured:
        return together((name, tag("small", say(model.sentence))))
    if model.name in report.refused:
        return together((name, tag("small", say(msg("not delivered")), class_="bad")))
    return name


def _with_interval(said: object, model: Model) -> Markup:
    it = model.accuracy_interval if model.is_measured else None
    small = tag("small", f"{it.low:.1%}–{it.high:.1%}") if it else Markup("")
    return together((cell(said), small))


def limit_table(report: Report) -> Table:
    """Return each limit beside what was held against it; what is not kept comes first."""
    titles = (msg("limit"), msg("model"), msg("measured"), msg("asked"), msg("outcome"))
    found = sorted(report.limits, key=lambda limit: limit.kept)
    return Table(titles, tuple(_limit(limit) for limit in found))


def _limit(limit: Limit) -> tuple[Markup, ...]:
    sign = "≥" if limit.asked.is_least else "≤"
    asked = msg("above 0") if limit.limit is None else f"{sign} {_as_asked(limit, limit.limit)}"
    kept = msg("kept") if limit.kept else msg("not kept")
    outcome = tag("span", together((escape("✔ " if limit.kept else "✘ "), say(kept))),
                  class_="good" if limit.kept else "bad")  # fmt: skip
    return (
        cell(limit.name),
        cell(limit.model),
        cell(_as_asked(limit, limit.number)),
        cell(asked),
        outcome,
    )


def _as_asked(limit: Limit, value: float) -> str:
    return f"{value:.2%}" if limit.asked.is_share else f"{value:.1e}"


def guards(report: Report) -> list[tuple[GuardEntry, str, str]]:
    """Return the guards, those that failed first, each with its class and the symbol of its outcome."""
    rank = {outcome: place for place, outcome in enumerate(_ORDER)}
    found = sorted(report.guards, key=lambda guard: rank.get(guard.outcome, len(rank)))
    return [
        (guard, _look(guard), "!" if guard.is_warning else MARKS[guard.outcome]) for guard in found
    ]


def _look(guard: GuardEntry) -> str:
    if guard.outcome is Outcome.FAILED:
        return "warn" if guard.is_warning else "bad"
    return "good" if guard.outcome in (Outcome.PASSED, Outcome.ENFORCED) else "dim"


def guard_counts(report: Report) -> list[tuple[str, int, str]]:
    """Return how many guards came to which outcome, with its class."""
    counts: dict[tuple[str, str], int] = {}
    for guard, look, _symbol in guards(report):
        outcome = msg("warning") if guard.is_warning else guard.outcome.value
        counts[outcome, look] = counts.get((outcome, look), 0) + 1
    return [(outcome, count, look) for (outcome, look), count in counts.items()]


def environment(report: Report) -> Table:
    """Return the versions: a row a name, each value once, with its stages where they say different things."""
    names = dict.fromkeys(name for found in report.environment.values() for name in found)
    rows = []
    for name in names:
        values: dict[str, list[str]] = {}
        for stage, found in report.environment.items():
            values.setdefault(found.get(name, NONE), []).append(stage)
        lines = (
            tag("div", cell(value) if len(values) == 1 else _of_stages(value, stages))
            for value, stages in values.items()
            if len(values) == 1 or value != NONE
        )
        rows.append((cell(name), together(lines)))
    return Table((msg("name"), msg("version")), tuple(rows))


def _of_stages(value: str, stages: list[str]) -> Markup:
    return together((cell(value), Markup(" "), tag("small", cell(", ".join(stages)))))
