"""What the app has to say, one thing at a time, above the bottom line: nothing that one reads is covered."""

from __future__ import annotations

from dataclasses import dataclass

from textual import events
from textual.app import App
from textual.notifications import SeverityLevel
from textual.signal import Signal
from textual.timer import Timer

#: Seconds after which what is only worth knowing goes by itself.
_GOES_AFTER = 10.0


@dataclass(frozen=True)
class Notice:
    """One thing to be said."""

    message: str
    severity: SeverityLevel


class NoticeApp(App[None]):
    """Says what Textual would put into a corner; the next key or click takes it away."""

    notice: Notice | None = None
    _going: Timer | None = None

    def __init__(self) -> None:
        super().__init__()
        self.noticed: Signal[None] = Signal(self, "noticed")

    def notify(
        self,
        message: str,
        *,
        title: str = "",
        severity: SeverityLevel = "information",
        timeout: float | None = None,
        markup: bool = True,
    ) -> None:
        """Say ``message``; what is said is text, never markup. A new message takes an older one's place."""
        if self._going:
            self._going.stop()
        if severity == "information":
            self._going = self.set_timer(timeout or _GOES_AFTER, self._say)
        self._say(Notice(f"{title}: {message}" if title else message, severity))

    def _say(self, notice: Notice | None = None) -> None:
        if notice != self.notice:
            self.notice = notice
            self.noticed.publish(None)

    async def on_event(self, event: events.Event) -> None:
        """Take the notice away before the key or click, which may have something else to say."""
        if isinstance(event, events.Key | events.MouseDown) and not event.is_forwarded:
            self._say()
        await super().on_event(event)
