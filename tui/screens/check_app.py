"""An app looked into: a path is asked for, then a line a finding, and below it what is known of the file."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll

from pipeline.app.finding import Outcome
from pipeline.errors import PaddockError
from pipeline.text import human_size, one_line
from tui.app_words import app_mark, app_verdict
from tui.keys import bindings
from tui.language import _, translated
from tui.screens.explain import ExplanationScreen
from tui.screens.working import WorkingScreen
from tui.widgets.columns import joined
from tui.widgets.facts import Fact, Facts
from tui.widgets.line import Line
from tui.widgets.listing import Listing
from tui.widgets.prompt import Prompt

if TYPE_CHECKING:
    from pipeline.app.report import AppReport, FindingEntry


class CheckAppScreen(WorkingScreen):
    """Nothing of the app is run, and nothing is written."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("page"), *bindings("checked")]
    DEFAULT_CSS = """
    CheckAppScreen #finding { height: 10; max-height: 50%; background: $panel; padding: 0 1; }
    CheckAppScreen.-asking Listing, CheckAppScreen.-asking #finding { display: none; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._report: AppReport | None = None
        self._prompt = Prompt(lambda _typed: None, self._answer)

    def title_text(self) -> str:
        return _("an app: is it yours?")

    def compose_body(self) -> ComposeResult:
        yield self._prompt
        yield Line(id="state")
        yield Listing(id="findings")
        with VerticalScroll(id="finding", can_focus=False):
            yield Facts()

    def on_mount(self) -> None:
        self.action_another()

    def _answer(self, typed: str | None) -> None:
        """Look into what was named; with nothing typed go back to the app before, or leave."""
        path = (typed or "").strip()
        if path:
            self._prompt.display = False
            self.query_one(Listing).focus()
            app = Path(path).expanduser()
            self.begin(
                _("looking into {app}").format(app=one_line(path)),
                lambda: partial(self._show_report, self.backend.check_app(app)),
            )
        elif typed is None and self._report is None:
            self.leave()
        elif self._report:
            self._show_report(self._report)

    def show_failure(self, error: PaddockError | OSError) -> None:
        self.action_another()
        super().show_failure(error)

    def _show_report(self, report: AppReport) -> None:
        self._report = report
        self._prompt.display = False
        self.remove_class("-asking")
        mark, style = app_mark(report.verdict)
        name = one_line(Path(report.app).name)
        said = _("{app}: {verdict}").format(app=name, verdict=app_verdict(report))
        self.show_state(Text(f"{mark} {said}", style))
        listing = self.query_one(Listing)
        wrong = [item.outcome is Outcome.WRONG for item in report.findings]
        first = wrong.index(True) if any(wrong) else 0
        listing.show_rows(len(report.findings), self._row, cursor=first)
        listing.focus()

    def _row(self, index: int, _width: int) -> Text:
        found = self._findings[index]
        mark, style = app_mark(found.outcome)
        return joined([Text(mark, style), Text(one_line(translated(found.message)))])

    @property
    def _findings(self) -> tuple[FindingEntry, ...]:
        return self._report.findings if self._report else ()

    @property
    def _selected(self) -> FindingEntry | None:
        row = self.query_one(Listing).cursor
        return self._findings[row] if row < len(self._findings) else None

    @on(Listing.Moved)
    def _show_finding(self, message: Listing.Moved) -> None:
        if message.index < len(self._findings) and self._report:
            found = self._findings[message.index]
            self.query_one(Facts).show_facts(_facts(found, self._report))
        self.refresh_bindings()

    @on(Listing.Chosen)
    def _explain_chosen(self) -> None:
        self.action_explain()

    # Keys.

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer to explain what is wrong, and to copy the hash of a model."""
        if action == "explain":
            found = self._selected
            return bool(found and found.pitfall) or None
        return super().check_action(action, parameters)

    def hash_shown(self) -> tuple[str, str] | None:
        found, models = self._selected, self._report.models if self._report else ()
        return next(
            ((model.sha256, model.path) for model in models if found and model.path == found.path),
            None,
        )

    def action_explain(self) -> None:
        """Show the pitfall of the selected line."""
        found = self._selected
        if found and found.pitfall:
            self.app.push_screen(ExplanationScreen(found.path, [found.pitfall]))

    def action_another(self) -> None:
        """Ask for an app."""
        self.add_class("-asking")
        self._prompt.say(_("an .apk, .aab, .aar, .ipa, a folder or a .so:"))
        self.show_state(_("Nothing of it is run. Enter looks into it, esc goes back."))
        self._prompt.ask()


def _facts(found: FindingEntry, report: AppReport) -> Iterator[Fact]:
    """Give all that is known of a finding; a value that is not known is left out."""
    model = next((item for item in report.models if item.path == found.path), None)
    library = next((item for item in report.libraries if item.path == found.path), None)
    known = {_("file"): found.path, _("found"): translated(found.message)}
    if model:
        known |= {
            _("size"): human_size(model.size),
            "SHA-256": model.sha256,
            _("target"): model.target,
            _("to load it"): translated(model.needs.sentence) if model.needs else "",
        }
    if library:
        known |= {
            "ABI": library.abi,
            "Paddle-Lite": library.paddle_lite or "",
            _("pages"): human_size(library.page) if library.page else "",
        }
    if found.pitfall:
        known[_("why")] = f"paddock explain {found.pitfall}"
    yield from ((name, value) for name, value in known.items() if value)
