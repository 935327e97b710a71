"""The text UI: which screen shows, what the runner is told, and when there is news."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from textual import events, work
from textual.binding import Binding, BindingType
from textual.filter import LineFilter
from textual.message import Message
from textual.worker import get_current_worker

from pipeline.errors import PaddockError
from pipeline.record.events import Envelope
from pipeline.record.runs import STOPPED, RunFolder
from pipeline.run.options import Options
from pipeline.text import one_line
from tui.appearance import current, symbol
from tui.ascii_filter import AsciiFilter
from tui.backend import Backend
from tui.ending import EndingApp
from tui.hints import hint
from tui.keys import BY_ID, bindings, first_key, keys_for
from tui.language import _, translated
from tui.notices import NoticeApp
from tui.opening import open_report
from tui.screens.ask import Answer, AskScreen
from tui.screens.base import PaddockScreen, standing_on_top
from tui.screens.confirm import DETACH, STOP, YES, confirm_screen
from tui.screens.help import HelpScreen
from tui.screens.inside import InsideScreen, Paddock
from tui.screens.later import import_screens, later_screens, opened_page
from tui.screens.problem import ProblemScreen
from tui.screens.run import RunScreen
from tui.summary import end_notice, title_of
from tui.terminal.app import TerminalApp
from tui.views.run import RunView
from tui.widgets.scroll_bar import use_scroll_bars
from tui.words import severity_of

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.machine.doctor import Finding
    from tui.build_job import BuildJob

#: The pages that there are for a project only.
_OF_A_PROJECT = (("OwnImageScreen",), ("PushScreen",))
#: Seconds after which a person who started a run looks elsewhere.
_LONG = 60


class PaddockApp(EndingApp, NoticeApp, TerminalApp):
    """One project on one screen.

    Args:
        backend: the project and the engine.
        keymap: the user's own keys, by the IDs of ``tui.keys``.
        options: start a run with these at once.
        first: the screen to begin with.
    """

    TITLE = "Paddock"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("app")]
    MODES: ClassVar[dict[str, Any]] = {"run": RunScreen, **later_screens()}
    DEFAULT_MODE = "run"

    class EnvelopesRead(Message):
        """New events of the run, in order."""

        def __init__(self, envelopes: Sequence[Envelope]) -> None:
            super().__init__()
            self.envelopes = tuple(envelopes)

    class ProjectRead(Message):
        """The project's file was read, or why not."""

        def __init__(self, engine_line: str) -> None:
            super().__init__()
            self.engine_line, self.name, self.has_sweep = engine_line, "", False
            self.error: PaddockError | None = None

    class Examined(Message):
        """The doctor has looked at the machine."""

        def __init__(self, findings: Sequence[Finding]) -> None:
            super().__init__()
            self.findings = tuple(findings)

    class BuildEnded(Message):
        """All images are there, or why they are not is in ``build``."""

    def __init__(
        self,
        backend: Backend,
        keymap: dict[str, str] | None = None,
        options: Options | None = None,
        first: str = "",
    ) -> None:
        super().__init__()
        self.backend = backend
        self._watch = backend.watch()
        self.keymap = keymap or {}
        self._start_with, self._first = options, first
        self.findings: tuple[Finding, ...] = ()
        self.build: BuildJob | None = None
        self.project_name, self.has_sweep = "", False
        self._has_project = backend.has_project()
        self.engine_line = ""

    # What screens read.

    @property
    def view(self) -> RunView:
        """The run that is followed."""
        return self._watch.view

    @property
    def run_goes_on(self) -> bool:
        """Whether a runner is at work on this project."""
        return self._watch.is_running

    @property
    def run_folder(self) -> RunFolder | None:
        """Where the run that is followed keeps its record."""
        return self._watch.run

    # Start.

    def on_mount(self) -> None:
        appearance = current()
        self.theme = appearance.theme
        self.set_class(appearance.ascii_only, "-ascii")
        use_scroll_bars(ascii_only=appearance.ascii_only)
        if appearance.remote:
            self.animation_level = "none"
        self.set_keymap(self.keymap)
        self._read_on()
        self.set_interval(appearance.pace.poll, self._read_on)
        self.set_interval(appearance.pace.clock, self._tick)
        self.listen_to_signals()
        if not self._has_project:
            self._open()
        self.call_after_refresh(self._begin)

    def _begin(self) -> None:
        """Do what the first frame does not wait for: take keys, read the project, look at the machine."""
        self.take_keys()
        if self._has_project:
            self._open()
        self.examine()

    def _open(self) -> None:
        """Show what fits: a form for a new project, what is wrong with the project's file, or the run."""
        self.was_told = False
        self._has_project = self.backend.has_project()
        if self._has_project:
            self._read_project()
            return
        from tui.screens.project import NewProjectScreen

        self.push_screen(NewProjectScreen(), lambda _made: self._open())

    @work(thread=True, group="project", exclusive=True)
    def _read_project(self) -> None:
        """Read the project's file, and what the header says of the machine; :class:`ProjectRead` follows."""
        read = self.ProjectRead(self._engine_words())
        try:
            read.name, read.has_sweep = self.backend.project().name, self.backend.sweeps.exist()
        except PaddockError as error:
            read.error = error
        self.post_message(read)

    def on_paddock_app_project_read(self, message: ProjectRead) -> None:
        """Say what is wrong with the project's file, or begin what was asked for."""
        self.project_name, self.has_sweep = message.name, message.has_sweep
        self.engine_line = self._engine_words() if self.findings else message.engine_line
        self._has_project = message.error is None
        if message.error is not None:
            self.push_screen(ProblemScreen(message.error), lambda _mended: self._open())
        elif (first := self._opens_at()) and len(self.screen_stack) == 1:
            self.switch_mode(first)
        elif not self._show_what_lacks() and self._start_with:
            self.start(self._start_with)
            self._start_with = None
        self._refresh_screens()

    def _opens_at(self) -> str:
        """Return the screen to begin with, once: that of a sweep that goes on, if none was asked for."""
        first, self._first = self._first, ""
        is_left = self.was_told or not self.has_sweep
        return first or ("" if is_left or not self._watch.is_sweep else "sweep")

    def open_project(self, folder: Path) -> None:
        """Go to another folder, as if the app had been opened there."""
        self.backend.go_to(folder)
        self._watch = self.backend.watch()

    def _engine_words(self) -> str:
        """Return which engine it is if that is not the usual one, or that it does not answer."""
        found = (finding.severity for finding in self.findings if finding.check == "engine")
        if "problem" in found:
            return _("the engine does not answer")
        return self.backend.unusual_engine()

    def _show_what_lacks(self) -> bool:
        """At first contact, go to what keeps a run from starting; tell whether there is such a thing."""
        lacks = any(finding.severity == "problem" for finding in self.findings)
        is_begin = (self._first or self.current_mode, len(self.screen_stack)) == ("run", 1)
        if lacks and is_begin and not self.was_told:
            self.switch_mode("machine")
        return lacks

    @work(thread=True, group="examine", exclusive=True)
    def examine(self) -> None:
        """Let the doctor look; :class:`Examined` follows."""
        self.post_message(self.Examined(tuple(self.backend.examine())))

    def on_paddock_app_examined(self, message: Examined) -> None:
        """Take the findings; at first contact, problems are shown at once."""
        is_first = not self.findings
        self.findings = message.findings
        self.engine_line = self._engine_words()
        if is_first:
            self._import_screens()
            if self.project_name:
                self._show_what_lacks()
        for screen in self.screen_stack:
            if isinstance(screen, InsideScreen) and screen.can_draw:
                screen.hear_doctor()
        self._refresh_screens()

    @work(thread=True, group="import")
    def _import_screens(self) -> None:
        """Import, while nothing else is to be done, what a first visit would wait for."""
        worker = get_current_worker()
        import_screens(lambda: worker.is_cancelled, current().pace.poll / 4)

    # The images.

    @property
    def is_building(self) -> bool:
        """Whether the images are being built."""
        return self.build is not None and not self.build.is_over

    def build_images(self, then: Callable[[bool | None], None] | None = None) -> None:
        """Show the build that goes on, or start one; ``then`` hears whether all images are there."""
        from tui.build_job import BuildJob

        if self.build is None or self.build.is_over:
            try:
                self.build = BuildJob(self.backend, lambda: self.post_message(self.BuildEnded()))
            except (PaddockError, OSError) as error:
                self.tell(error)
                return
            self.build.start()
        from tui.screens.build import BuildScreen

        self.push_screen(BuildScreen(self.build), then)

    def on_paddock_app_build_ended(self) -> None:
        """Look at the machine again, and tell whoever is not watching."""
        self.examine()
        error = self.build.error if self.build else None
        from tui.screens.build import BuildScreen

        if isinstance(self.screen, BuildScreen):
            return
        if error is not None:
            self.tell(error)
        else:
            self.notify(_("The images are built."))

    # The run.

    def _read_on(self) -> None:
        """Take what is new in the run's file."""
        was_running, was_sweep, before = self.run_goes_on, self._watch.is_sweep, self._standing
        changed = self._watch.poll()
        if self._watch.seen:
            self.post_message(self.EnvelopesRead(self._watch.seen))
        self._show_title()
        if before != self._standing and self.screen_stack:  # none while the app closes
            self.screen.refresh_bindings()
        if self._watch.died_before_start:
            self.tell(self.backend.why_it_died(self._watch.died_before_start))
        elif was_running and not (was_sweep or self.run_goes_on or self.is_earlier):
            self._say_how_it_ended()
        if changed:
            if not self.run_goes_on:
                self._orders = 0
            self._refresh_screens()
        if not self._watch.is_caught_up:
            self.call_later(self._read_on)

    @property
    def _standing(self) -> tuple[object, ...]:
        """What decides which keys do something."""
        return self.run_goes_on, self.is_earlier, self.view.failure

    def _show_title(self) -> None:
        project = self.project_name or self.backend.folder.name
        own = standing_on_top(self.screen_stack)
        said = title_of(self.view, project, is_running=self.run_goes_on)
        self.show_title(f"paddock {project} {own}" if own else said)

    def _say_how_it_ended(self) -> None:
        self.examine()  # its containers are gone now
        finished = self.view.finished
        if finished and finished.seconds > _LONG and finished.code not in STOPPED:
            self.ring(title_of(self.view, self.project_name, is_running=False))
        if finished and (judged := finished.judgement):
            said = end_notice(self.view, self.key_shown)
            self.notify(said, severity=severity_of(judged.verdict), markup=False)

    def _tick(self) -> None:
        """Let clocks go on while something runs."""
        if self.run_goes_on:
            self._refresh_screens()

    def _refresh_screens(self) -> None:
        for screen in self.screen_stack:
            if isinstance(screen, PaddockScreen) and screen.can_draw:
                screen.show_run(self.view)

    @property
    def is_earlier(self) -> bool:
        """Whether a run is shown that the user chose, and that is not the newest."""
        return self._watch.is_earlier

    def follow_run(self, run: RunFolder) -> None:
        """Show an earlier run; a run that starts later takes its place."""
        self._watch.choose(run)
        self.switch_mode("run")
        self._read_on()
        self.screen.refresh_bindings()

    def action_follow_latest(self) -> None:
        """Go back to the newest run."""
        self._watch.choose_latest()
        self.screen.refresh_bindings()
        self._read_on()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer the newest run where an earlier one is shown, and the screens where there is a project."""
        if action == "follow_latest":
            return self.is_earlier or None
        if parameters == ("sweep",):
            return self.has_sweep or None
        needs_project = action == "show" or parameters[-1:] in _OF_A_PROJECT
        return self._has_project or None if needs_project else True

    def start(self, options: Options) -> None:
        """Start a run in the background, unless one goes on."""
        if self.run_goes_on:
            self.notify(_("A run is already in progress."))
            return
        try:
            self._watch.launch(self.backend.start(options))
        except (PaddockError, OSError) as error:
            self.tell(error)
            return
        self._read_on()

    def tell(self, error: Exception) -> None:
        """Show an error and its remedy without leaving the screen."""
        remedy = translated(getattr(error, "remedy", ""))
        message = translated(error) + (f"\n{symbol('arrow')} {remedy}" if remedy else "")
        self.notify(message, severity="error", timeout=15, markup=False)

    # Keys.

    def key_shown(self, key_id: str) -> str:
        """Return how the key that does ``key_id`` is written, the user's own if there is one."""
        return self._written(first_key(key_id, self.keymap))

    def _written(self, key: str) -> str:
        return self.get_key_display(Binding(key, ""))

    def get_key_display(self, binding: Binding) -> str:
        """Write a key as Textual does, but by its name where the terminal has no such sign."""
        written = super().get_key_display(binding)
        return binding.key if current().ascii_only and not written.isascii() else written

    def keys_of(self, key_id: str) -> list[str]:
        """Return Textual's names of the keys that do ``key_id``, the user's own if there are some."""
        return keys_for(key_id, self.keymap)

    def on_key(self, event: events.Key) -> None:
        """Say why a key that nobody took does nothing here."""
        active = self.screen.active_bindings
        item = active.get(event.key)
        if item is None or not item.enabled:
            here = {found.binding.id or "" for found in active.values() if found.enabled}
            idle = item.binding.id or "" if item else ""
            self.notify(hint(event.key, here, self.keymap, self._written, idle))

    def action_show(self, mode: str) -> None:
        """Go to a screen, from a page beside the screens too."""
        while len(self.screen_stack) > 1:
            self.pop_screen()
        self.switch_mode(mode)

    def action_open_report(self) -> None:
        """Open the report in a browser; where there is none, say where it is."""
        own = self.screen.own_page() if isinstance(self.screen, InsideScreen) else None
        open_report(self, own or self.backend.html_report(), self.backend.environ)

    def action_open_page(self, module: str, name: str) -> None:
        """Open a page beside the screens, on which something is asked for and done."""
        here = self.screen
        image = here.selected_image() if isinstance(here, InsideScreen) else ""
        self.push_screen(opened_page(module, name, image))

    def action_menu(self) -> None:
        """Ask what to do with what is selected: all keys that do something here and now."""
        screen = self.screen
        found = {
            item.binding.id: Answer(item.binding.id, _(row.label), _(row.help))
            for item in screen.active_bindings.values()
            if item.enabled
            and (row := BY_ID.get(item.binding.id or ""))
            and item.binding.id
            and row.scope != "app"
            and not row.moves
        }
        if not found:
            self.notify(_("There is nothing to do here."))
            return
        name = screen.selected_name() if isinstance(screen, InsideScreen) else ""
        question = _("What to do with {name}?").format(name=one_line(name)) if name else ""
        self.push_screen(AskScreen(question or _("What to do?"), [*found.values()]), self._do)

    def _do(self, key_id: str | None) -> None:
        if key_id:
            self.simulate_key(self.keys_of(key_id)[0])

    def action_help(self) -> None:
        """Show all keys."""
        if not isinstance(self.screen, HelpScreen):
            self.push_screen(HelpScreen(self.screen, self.keymap))

    def action_quit_or_ask(self) -> None:
        """Leave; while a run goes on, ask first; while something is asked already, do nothing."""
        if isinstance(self.screen, AskScreen):
            return
        if self.run_goes_on or self.is_ending:
            self.push_screen(self.leave_question(), self._leave)
        elif question := self._lost_by_leaving():
            asked = confirm_screen(question, _("Stay"), _("Leave"))
            self.push_screen(asked, lambda answer: self.exit() if answer == YES else None)
        else:
            self.exit()

    def _lost_by_leaving(self) -> str:
        """Return what leaving now ends or loses; "" for nothing."""
        if self.is_building:
            return _("Images are being built. Leaving ends that; what is finished stays.")
        lost = (each.loses() for each in self.screen_stack if isinstance(each, InsideScreen))
        return next(filter(None, lost), "")

    async def action_quit(self) -> None:
        """Textual's own quit key asks as well."""
        self.action_quit_or_ask()

    def _leave(self, answer: str | None) -> None:
        if answer == STOP:
            self.stop()
            self.set_interval(0.1, lambda: None if self.run_goes_on else self.exit())
        elif answer in (DETACH, YES):
            self.exit()

    def get_line_filters(self) -> Sequence[LineFilter]:
        filters = super().get_line_filters()
        return [*filters, AsciiFilter()] if current().ascii_only else filters


#: mypy checks here that the app can do what its screens ask of it.
_FOR_SCREENS: type[Paddock] = PaddockApp
