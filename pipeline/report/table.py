"""The parity table as rows of text: the terminal, Markdown and HTML all draw these."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

Model = Mapping[str, Any]

#: Column title -> how a measured model fills it. An empty cell says why in the status column.
_CELLS: dict[str, Callable[[Model], str]] = {
    "accuracy": lambda model: f"{model['accuracy']:.2%}",
    "NED": lambda model: f"{model['ned']:.4f}",
    "= PD": lambda model: _compared(model["agreement"], ".2%"),
    "max diff": lambda model: _compared(model["max_abs_diff"], ".1e"),
    "p50 ms": lambda model: f"{model['latency_ms']['p50']:.1f}",
    "p90 ms": lambda model: f"{model['latency_ms']['p90']:.1f}",
    "img/s": lambda model: f"{model['images_per_s']:.1f}",
    "RSS MB": lambda model: f"{model['peak_rss_mb']:.0f}",
}


def _compared(value: float | None, form: str) -> str:
    """Format a comparison with the PD model; there is none if that could not be measured."""
    return "–" if value is None else format(value, form)


TITLES = ("model", *_CELLS, "MB", "SHA-256")


def rows(report: Mapping[str, Any]) -> list[list[str]]:
    """Return one row a model, each with a cell for every title of :data:`TITLES`."""
    return [_row(model) for model in report["models"]]


def _row(model: Model) -> list[str]:
    size = f"{model['size'] / 1e6:.2f}" if "size" in model else "–"
    digest = str(model.get("sha256", "–"))[:12]
    if model["status"] == "measured":
        cells = [fill(model) for fill in _CELLS.values()]
    else:
        cells = [str(model["status"]), *[""] * (len(_CELLS) - 1)]
    return [str(model["name"]), *cells, size, digest]


def verdict_line(report: Mapping[str, Any]) -> str:
    """Return the verdict as a sentence."""
    images = f"{report['images']} images"
    if report["verdict"] == "pass":
        return f"PASS  parity holds on {images}"
    return f"FAIL  {len(report['reasons'])} reason(s), on {images}"
