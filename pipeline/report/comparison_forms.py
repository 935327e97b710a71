"""Two reports beside each other, as Markdown and as JSON; the page is drawn in pipeline/report/page."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from pipeline.report.markdown import escaped, table
from pipeline.report.reports_compared import ReportComparison

SCHEMA_VERSION = 1
#: Longer lists are cut in Markdown, saying so; JSON has them all.
_MOST = 50


def comparison_markdown(found: ReportComparison) -> str:
    """Return what differs, as Markdown."""
    return "\n".join(_lines(found)) + "\n"


def _lines(found: ReportComparison) -> Iterator[str]:
    before, now = found.before, found.now
    yield f"# {escaped(now.project)}: {escaped(before.run)} → {escaped(now.run)}"
    yield ""
    yield f"{before.verdict.words} → {now.verdict.words}, on {before.images} → {now.images} images"
    if found.is_empty:
        yield from ("", "Nothing differs.")
    if not found.is_recorded:
        yield from ("", "What one of the runs was given is not on record here.")
    yield from _section("What went in", ("stage", "change"), found.went_in)
    limits = ((it.before.name, it.before.limit, it.now.limit) for it in found.comparison.limits)
    yield from _section("Limits", ("limit", "before", "now"), limits)
    for side, words in (("before", "Only in the run before"), ("now", "Only in this run")):
        if names := [name for name, only in found.only if only == side]:
            yield from ("", f"{words}: {escaped(', '.join(names))}")
    measures = ((name, it.metric.name, it.before, it.now, it.trend) for name, it in found.measures)
    yield from _section("What came out", ("model", "number", "before", "now", "change"), measures)
    yield from _paired(found)
    lines = ((it.image, it.model, it.label, it.before, it.now, it.trend) for it in found.lines)
    heads = ("image", "model", "label", "before", "now", "change")
    yield from _section("Lines that are read otherwise", heads, lines)
    for heading, pairs in (("Versions", found.environment), ("Files", found.files)):
        rows = ((it.name, it.before[:40], it.now[:40]) for it in pairs)
        yield from _section(heading, (heading.lower().rstrip("s"), "before", "now"), rows)


def _paired(found: ReportComparison) -> Iterator[str]:
    if not found.same_images:
        yield from (
            "",
            "The runs have other test images or labels, so no line can be held against another.",
        )
        return
    moved = [it for it in found.paired if it.has_moved]
    if not moved:
        return
    rows = (
        (
            it.model,
            it.better,
            it.worse,
            f"{it.p:.3g}",
            "chance does as much" if it.is_chance else "hardly chance",
        )
        for it in moved
    )
    heads = (
        "model",
        "wrong before, right now",
        "right before, wrong now",
        "p (McNemar, exact)",
        "",
    )
    yield from _section(f"Image by image, on {found.now.images} images", heads, rows)


def _section(
    heading: str, heads: tuple[str, ...], rows: Iterable[Iterable[object]]
) -> Iterator[str]:
    all_rows = [[str(value) for value in row] for row in rows]
    if all_rows:
        yield from ("", f"## {heading}", "", *table(heads, all_rows[:_MOST]))
        if len(all_rows) > _MOST:
            yield from ("", f"… and {len(all_rows) - _MOST} more: `--format json` has all")


def comparison_json(found: ReportComparison) -> str:
    """Return what differs, as JSON in ASCII: labels in it may hold what drives a terminal."""
    return json.dumps(_plain(found), indent=2)


def _plain(found: ReportComparison) -> dict[str, Any]:
    def side(report: Any) -> dict[str, Any]:
        return {"run": report.run, "verdict": report.verdict.value, "images": report.images}

    return {
        "schema_version": SCHEMA_VERSION,
        "project": found.now.project,
        "before": side(found.before),
        "now": side(found.now),
        "inputs": [{"stage": stage, "change": str(change)} for stage, change in found.went_in],
        "inputs_on_record": found.is_recorded,
        "limits": [
            {"limit": it.before.key, "before": it.before.limit, "now": it.now.limit}
            for it in found.comparison.limits
        ],
        "models_only": {
            side: [name for name, only in found.only if only == side] for side in ("before", "now")
        },
        "numbers": [
            {"model": name, "number": str(it.metric.name), "before": it.before, "now": it.now,
             "change": it.trend}
            for name, it in found.measures
        ],
        "same_images": found.same_images,
        "paired": [
            {"model": it.model, "images": it.images, "better": it.better, "worse": it.worse, "p": it.p}
            for it in found.paired
        ],
        "lines": [
            {"image": it.image, "label": it.label, "model": it.model, "before": it.before, "now": it.now,
             "change": it.trend}
            for it in found.lines
        ],
        "environment": [{"name": it.name, "before": it.before, "now": it.now} for it in found.environment],
        "files": [{"file": it.name, "before": it.before, "now": it.now} for it in found.files],
    }  # fmt: skip
