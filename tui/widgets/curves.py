"""A stage's learning curves: what belongs together in one plot, one below the other."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from rich.text import Text
from textual.containers import VerticalScroll
from textual.geometry import Size

from tui.language import _
from tui.views.plot import Drawn, best_mark, plot
from tui.views.run import StageView
from tui.widgets.line import Line
from tui.words import curve_words

#: What is drawn together, what matters most first; others follow in the order in which they came.
_TOGETHER = (("val_accuracy",), ("train_loss", "val_loss"), ("val_ned",), ("learning_rate",))
_LOWEST, _HIGHEST = 8, 16
_SHARES = ("val_accuracy",)


class Curves(Line):
    """As many as fit share the height of what scrolls them; a page further down are the next ones."""

    DEFAULT_CSS = """
    Curves { padding: 0 1; text-wrap: nowrap; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._stage = StageView("")
        self._drawn: tuple[object, ...] = ()

    def show_curves(self, stage: StageView) -> None:
        """Show the curves of a stage as they are now."""
        self._stage = stage
        self._draw()

    def on_mount(self) -> None:
        self._draw()

    def on_resize(self) -> None:
        self._draw()

    def _draw(self) -> None:
        if not self.is_attached:
            return
        room = self.parent.size if isinstance(self.parent, VerticalScroll) else self.app.size
        curves = self._stage.curves
        state = (self.content_size.width, room.height, {it: len(curves[it]) for it in curves})
        if state == self._drawn:
            return
        self._drawn = state
        self.display = bool(curves)
        self.show(curves_text(self._stage, Size(self.content_size.width, room.height)))


def curves_text(stage: StageView, room: Size) -> Text:
    """Return all curves of a stage, one below the other; ``room`` is what is in sight at once."""
    groups = _grouped(finite_curves(stage.curves))
    page = max(1, min(len(groups), room.height // _LOWEST))
    height = min(_HIGHEST, max(_LOWEST, room.height // page))
    per_epoch = stage.steps_per_epoch
    x_name = _("epoch") if per_epoch else _("step")
    plots: list[Text] = []
    for group in groups:
        best = _best(stage) if "val_accuracy" in group else None
        more = ""
        if best is not None:
            value, place = f"{best[1]:.2%}", f"{x_name} {best[0] / (per_epoch or 1):g}"
            more = f"{best_mark()} " + _("best {value} at {place}").format(value=value, place=place)
        drawn = [
            Drawn(
                curve_words(name),
                [(step / (per_epoch or 1), value) for step, value in points],
                is_share=name in _SHARES,
                best=(best[0] / (per_epoch or 1), best[1]) if best else None,
            )
            for name, points in group.items()
        ]
        plots.append(plot(drawn, room.width, height, x_name, more))
    return Text("\n").join(plots)


def finite_curves(
    curves: Mapping[str, Sequence[tuple[int, float]]],
) -> dict[str, list[tuple[int, float]]]:
    """Return the curves without values that cannot be drawn; one without any other is left out."""
    finite = {
        name: [(step, value) for step, value in points if math.isfinite(value)]
        for name, points in curves.items()
    }
    return {name: points for name, points in finite.items() if points}


def _grouped(
    curves: Mapping[str, list[tuple[int, float]]],
) -> list[dict[str, list[tuple[int, float]]]]:
    """Return the curves of each plot by name."""
    known = {name for group in _TOGETHER for name in group}
    groups = [*_TOGETHER, *((name,) for name in curves if name not in known)]
    present = ({name: curves[name] for name in group if name in curves} for group in groups)
    return [group for group in present if group]


def _best(stage: StageView) -> tuple[int, float] | None:
    """Return step and accuracy of the epoch that is kept once it is known, till then of the highest.

    Of equal ones it is the latest, as in both ways of training.
    """
    points = stage.curves.get("val_accuracy", ())
    kept = [point for point in points if point[1] == stage.results.get("accuracy")]
    return max(kept or points, key=lambda point: (point[1], point[0]), default=None)
