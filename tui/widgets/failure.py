"""Why the run failed: on top of everything, with what to do about it."""

from __future__ import annotations

from rich.text import Text

from pipeline.record.events import RunFailed
from pipeline.text import one_line
from tui.appearance import symbol
from tui.language import _, translated
from tui.widgets.line import Line


class FailureBanner(Line):
    """Hidden while nothing failed."""

    DEFAULT_CSS = """
    FailureBanner {
        display: none; height: auto; max-height: 7; padding: 0 1;
        background: $error 20%; overflow-y: auto;
    }
    FailureBanner.-shown { display: block; }
    """

    def show_failure(self, failure: RunFailed | None) -> None:
        """Show message, place and remedy, or nothing."""
        self.set_class(failure is not None, "-shown")
        self.show(_text(failure) if failure else Text())


def _text(failure: RunFailed) -> Text:
    first, *rest = translated(failure.message).splitlines() or [""]
    text = Text(f"{symbol('failed')} {one_line(first)}", "bold")
    for line in rest:
        text.append(f"\n  {one_line(line)}", "not bold")
    if failure.where:
        text.append(f"\n  {one_line(failure.where)}", "not bold")
    if failure.remedy:
        text.append(f"\n{symbol('arrow')} {one_line(translated(failure.remedy))}")
    if failure.pitfall:
        why = _("why: {command}").format(command=f"paddock explain {failure.pitfall}")
        text.append(f"\n  {one_line(why)}", "not bold")
    return text
