"""What a sweep and its members say, as lines."""

from __future__ import annotations

from pipeline.record.events import Envelope
from tui.console import Terminal
from tui.printer import Printer


class Printers:
    """Lines of all members: each after its member's name."""

    def __init__(self, terminal: Terminal) -> None:
        self._terminal = terminal
        self._of: dict[str, Printer] = {}

    def show(self, envelope: Envelope) -> None:
        """Print the event."""
        name = "/".join(filter(None, (envelope.project, envelope.member)))
        prefix = f"{name}  " if name else ""
        self._of.setdefault(name, Printer(self._terminal, prefix=prefix)).show(envelope)
