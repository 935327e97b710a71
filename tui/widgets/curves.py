"""A stage's learning curves: what belongs together in one plot, as many plots as there is room for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from textual.containers import Vertical
from textual_plotext import PlotextPlot

from tui.appearance import current
from tui.words import curve_words

Curve = Sequence[tuple[int, float]]

#: What is drawn together, what matters most first; others follow in the order in which they came.
_TOGETHER = (("val_accuracy",), ("train_loss", "val_loss"), ("val_ned",), ("learning_rate",))
_LOWEST_PLOT = 7
#: How the first and the second curve of a plot are drawn, and what shows it in the plot's title: a line, and
#: points, which differ without colour too.
_MARKERS, _ASCII_MARKERS = (("braille", "⠒⠒"), ("dot", "••")), (("*", "**"), ("o", "oo"))


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

    def on_mount(self) -> None:
        self._draw()

    def on_resize(self) -> None:
        self._draw()

    def _draw(self) -> None:
        if not self.is_attached:  # drawn when it is: plots are mounted below it
            return
        groups = _grouped(self._curves)[: max(1, self.size.height // _LOWEST_PLOT)]
        state = (self.size, [(name, len(self._curves[name])) for group in groups for name in group])
        if state == self._drawn:
            return
        self._drawn = state
        self.set_class(not groups, "-empty")
        self._match_plots(len(groups))
        for plot, group in zip(self.query(PlotextPlot), groups, strict=False):
            _fill(plot, {name: self._curves[name] for name in group})

    def _match_plots(self, count: int) -> None:
        plots = list(self.query(PlotextPlot))
        for plot in plots[count:]:
            plot.remove()
        for _missing in range(count - len(plots)):
            self.mount(PlotextPlot())


def _grouped(curves: Mapping[str, Curve]) -> list[tuple[str, ...]]:
    """Return the names of the curves of each plot."""
    known = {name for group in _TOGETHER for name in group}
    groups = [*_TOGETHER, *((name,) for name in curves if name not in known)]
    present = (tuple(name for name in group if name in curves) for group in groups)
    return [group for group in present if group]


def _fill(plot: PlotextPlot, curves: Mapping[str, Curve]) -> None:
    plt = plot.plt
    plt.clear_data()
    plt.clear_figure()
    titles: list[str] = []
    markers = _ASCII_MARKERS if current().ascii_only else _MARKERS
    for (marker, sample), (name, points) in zip(markers, curves.items(), strict=False):
        steps, values = zip(*points, strict=True)
        draw = plt.scatter if titles else plt.plot
        draw(list(steps), list(values), marker=marker)
        titles.append(f"{sample} {curve_words(name)}" if len(curves) > 1 else curve_words(name))
    plt.title("   ".join(titles))
    plot.refresh()
