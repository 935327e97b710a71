"""What the running stage's container uses."""

from __future__ import annotations

from pipeline.text import human_size
from tui.language import _
from tui.views.run import StageView
from tui.widgets.line import Line


class Usage(Line):
    """One line: processors and memory; hidden while nothing was measured."""

    DEFAULT_CSS = """
    Usage { display: none; height: auto; padding: 0 1; color: $text-muted; }
    Usage.-shown { display: block; }
    """

    def show_stage(self, stage: StageView | None) -> None:
        """Show the last sample of ``stage``, or nothing if it does not run."""
        used = stage.resources if stage else None
        self.set_class(used is not None, "-shown")
        if used is None:
            return
        memory = human_size(used.memory)
        if used.memory_limit:
            memory += f" / {human_size(used.memory_limit)}"
        text = _("{cpu} CPUs, {memory}")
        self.show(text.format(cpu=f"{used.cpu:.1f}", memory=memory))
