"""A stage's learning curves: one plot a metric, as many as there is room for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from textual.containers import Vertical
from textual_plotext import PlotextPlot

from tui.appearance import current

Curve = Sequence[tuple[int, float]]

#: Drawn first; the others follow in the order in which they came.
_FIRST = ("val_accuracy", "train_loss", "val_ned", "learning_rate")
_LOWEST_PLOT = 7


class Curves(Vertical):
    """Draws curves again only when they got a point, or the room changed."""

    DEFAULT_CSS = """
    Curves { height: 1fr; min-height: 7; }
    Curves PlotextPlot { height: 1fr; }
    Curves.-empty { display: none; }
    """

    def __init__(self) -> None:
        super().__init__(classes="-empty")
        self._curves: dict[str, list[tuple[int, float]]] = {}
        self._drawn: tuple[Any, ...] = ()

    def show(self, curves: Mapping[str, Curve]) -> None:
        """Show these curves (name -> points)."""
        self._curves = {name: list(points) for name, points in curves.items()}
        self._draw()

    def on_resize(self) -> None:
        self._draw()

    def _draw(self) -> None:
        names = _in_order(self._curves)[: max(1, self.size.height // _LOWEST_PLOT)]
        state = (self.size, {name: len(self._curves[name]) for name in names}, tuple(names))
        if state == self._drawn:
            return
        self._drawn = state
        self.set_class(not names, "-empty")
        self._match_plots(len(names))
        for plot, name in zip(self.query(PlotextPlot), names, strict=False):
            _fill(plot, name, self._curves[name])

    def _match_plots(self, count: int) -> None:
        plots = list(self.query(PlotextPlot))
        for plot in plots[count:]:
            plot.remove()
        for _missing in range(count - len(plots)):
            self.mount(PlotextPlot())


def _in_order(curves: Mapping[str, Curve]) -> list[str]:
    rank = {name: place for place, name in enumerate(_FIRST)}
    return sorted(curves, key=lambda name: rank.get(name, len(_FIRST)))


def _fill(plot: PlotextPlot, name: str, points: Curve) -> None:
    plt = plot.plt
    plt.clear_data()
    plt.clear_figure()
    steps, values = zip(*points, strict=True)
    plt.title(name)
    plt.plot(list(steps), list(values), marker="*" if current().ascii_only else "braille")
    plot.refresh()
