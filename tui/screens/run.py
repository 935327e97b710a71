"""The run: its stages, and all about the one that is selected. Starts, stops and resumes."""

from __future__ import annotations

import contextlib
from functools import partial
from pathlib import Path
from typing import ClassVar, cast

from rich.text import Text
from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.css.query import NoMatches
from textual.events import Resize
from textual.message import Message
from textual.widgets import OptionList
from textual.worker import get_current_worker

from pipeline.errors import PaddockError
from pipeline.record.events import RunFailed
from pipeline.record.runs import STOPPED
from pipeline.run.options import Options
from pipeline.text import one_line, unfolded
from stages.message import text_of
from tui.appearance import symbol
from tui.keys import BY_ID, bindings
from tui.language import _, translated
from tui.programs import named_place
from tui.screens.base import PaddockScreen
from tui.views.past import Past, Wanted, wanted_of
from tui.views.run import RunView, planned_view
from tui.widgets.artifact_list import ArtifactList
from tui.widgets.line import Line
from tui.widgets.log_view import LogView
from tui.widgets.plan_banner import Plan, PlanBanner
from tui.widgets.result_card import ResultCard
from tui.widgets.run_clock import RunClock
from tui.widgets.stage_detail import StageDetail, Tab
from tui.widgets.stage_list import StageList
from tui.widgets.usage import Usage
from tui.widgets.verdict_box import VerdictBox

#: From this width on the list of stages has room for whole sentences.
_WIDE = 110


class FailureBanner(Line):
    """Hidden while nothing failed."""

    DEFAULT_CSS = """
    FailureBanner {
        display: none; height: auto; max-height: 7; padding: 0 1;
        background: $error 20%; overflow-y: auto;
    }
    FailureBanner.-shown { display: block; }
    FailureBanner.-stopped { background: $warning 20%; }
    """

    def show_failure(self, failure: RunFailed | None, keys: str = "") -> None:
        """Show message, place and remedy, and the ``keys`` that lead on; or nothing."""
        self.set_class(failure is not None, "-shown")
        self.set_class(failure is not None and failure.code in STOPPED, "-stopped")
        self.show(_failure_text(failure, keys) if failure else Text())


def _failure_text(failure: RunFailed, keys: str) -> Text:
    first, *rest = translated(failure.message).splitlines() or [""]
    mark = symbol("stopped" if failure.code in STOPPED else "failed")
    text = Text(f"{mark} {one_line(first)}", "bold")
    for line in rest:
        text.append(f"\n  {one_line(line)}", "not bold")
    if failure.where:
        text.append(f"\n  {one_line(failure.where)}", "not bold")
    if failure.remedy:
        text.append(f"\n{symbol('arrow')} {unfolded(translated(failure.remedy))}")
    if keys:
        text.append(f"\n  {keys}", "not bold")
    return text


class RunScreen(PaddockScreen):
    """Stages on the left, the selected one's details on the right."""

    TAB = "run"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("run")]
    DEFAULT_CSS = """
    RunScreen #left { width: 32; }
    RunScreen.-wide #left { width: 44; }
    RunScreen StageList { height: 1fr; }
    RunScreen StageDetail { width: 1fr; border-left: vkey $panel; }
    RunScreen.-enlarged #left { display: none; }
    RunScreen.-enlarged StageDetail { border-left: none; }
    """

    class PastRead(Message):
        """What earlier runs left of this run's stages was read."""

        def __init__(self, wanted: Wanted, past: Past) -> None:
            super().__init__()
            self.wanted, self.past = wanted, past

    class PlanRead(Message):
        """What a run would do was read, or why that cannot be said."""

        def __init__(self, stamp: tuple[object, ...], plan: Plan) -> None:
            super().__init__()
            self.stamp, self.plan = stamp, plan

    def __init__(self) -> None:
        super().__init__()
        self._follows_running = True
        self._past, self._wanted = Past(), wanted_of(RunView())
        self._plan, self._planned_for = Plan(), tuple[object, ...]()

    def compose_body(self) -> ComposeResult:
        self._widen(self.app.size.width)  # before there is anything to be styled again
        yield FailureBanner()
        yield VerdictBox()
        yield PlanBanner()
        with Horizontal():
            with Vertical(id="left"):
                yield StageList(id="stages")
                yield RunClock()
                yield Usage()
            yield StageDetail()

    def on_resize(self, event: Resize) -> None:
        self._widen(event.size.width)

    def _widen(self, width: int) -> None:
        self.set_class(width >= _WIDE, "-wide")

    def show_run(self, view: RunView) -> None:
        super().show_run(view)
        try:
            stages = self.query_one(StageList)
        except NoMatches:  # not there yet, or not any more
            return
        self._look_back(view)
        self._look_ahead(view)
        shown = [self._past.with_record(stage) for stage in self._shown.stages.values()]
        stages.show(shown, self._past.last, is_plan=not view.name)
        if self._follows_running and view.running_stage:
            stages.select(view.running_stage.name)
        judged = view.finished.judgement if view.finished else None
        refused = view.failure if judged and not judged.verdict.passed else None
        banner = self.query_one(FailureBanner)
        banner.show_failure(None if refused else view.failure, self._ways_on(view))
        explained = ("run.explain",) if refused and refused.pitfall else ()
        keys = self.keys_shown("app.parity", "app.guards", *explained)
        remedy = refused.remedy if refused else ""
        self.query_one(VerdictBox).show_judgement(judged, keys, remedy=remedy)
        clock = self.query_one(RunClock)
        clock.show_run(view, self._past.last, has_bars=stages.shows_times)
        self.query_one(Usage).show_run(view)
        self._show_plan()
        self._show_selected()
        self._show_result(view)

    def _show_result(self, view: RunView) -> None:
        """Offer what a run has made, when it is over."""
        made = view.delivered if view.finished else None
        detail = self.query_one(StageDetail)
        if made:
            read = partial(self.backend.result, self.paddock.run_folder, made)
            keys = self.keys_shown("app.report", "result.copy", "result.copy_path")
            detail.card.show_run((view.name, made), read, keys)
        detail.offer_result(is_there=made is not None, at_once=self._in_stages)

    def _ways_on(self, view: RunView) -> str:
        """Return the keys that do something about what stopped the run."""
        offered = {"run.explain": _("explains why"), "run.edit": _("opens the file")}
        keys = [
            f"{self.paddock.key_shown(key_id)} {words}"
            for key_id, words in offered.items()
            if self.check_action(BY_ID[key_id].action, ())
        ]
        return f" {symbol('dot')} ".join(keys) if view.failure else ""

    def _place_named(self) -> tuple[Path, int] | None:
        """Return which of the user's files what stopped the run names, and the line."""
        failure = self.paddock.view.failure
        if failure is None:
            return None
        folders = [self.backend.folder]
        with contextlib.suppress(
            PaddockError
        ):  # its own screen says what is wrong with the project
            folders.append(self.backend.project().data_root)
        return named_place(f"{failure.message}\n{failure.where}", folders)

    @property
    def _shown(self) -> RunView:
        """What is drawn: the run, or before the first one what it would do."""
        view = self.paddock.view
        return planned_view(self._plan.steps) if not view.name and self._plan.steps else view

    def _show_selected(self) -> None:
        stage = self._shown.stages.get(self.query_one(StageList).selected)
        if stage:
            last = self._past.last.get(stage.name)
            self.query_one(StageDetail).show(self._past.with_record(stage), last)

    # What was before.

    def _look_back(self, view: RunView) -> None:
        """Read what earlier runs left, if that is not what was read."""
        wanted = wanted_of(view)
        if wanted != self._wanted and view.name:
            self._wanted = wanted
            self._read_past(wanted)

    @work(thread=True, group="past", exclusive=True)
    def _read_past(self, wanted: Wanted) -> None:
        self.post_message(self.PastRead(wanted, self.backend.past(wanted)))

    @on(PastRead)
    def _keep_past(self, message: PastRead) -> None:
        if message.wanted == self._wanted:
            self._past = message.past
            self.show_run(self.paddock.view)

    # What comes next.

    def _look_ahead(self, view: RunView) -> None:
        """Read what a run would do, if none goes on and something may have changed."""
        paddock = self.paddock
        if paddock.run_goes_on or paddock.is_earlier or view.member:
            return
        if not self.backend.has_project():
            return
        stamp = (view.name, view.finished, self.backend.project_stamp())
        if stamp != self._planned_for:
            self._plan, self._planned_for = Plan(), stamp
            self.call_after_refresh(self._read_plan, stamp)  # the first frame comes before

    @work(thread=True, group="plan", exclusive=True)
    def _read_plan(self, stamp: tuple[object, ...]) -> None:
        worker = get_current_worker()

        def check() -> None:
            if worker.is_cancelled:  # the app closes, and would wait for a model that is fetched
                raise PaddockError("")

        try:
            plan = Plan(self.backend.plan(check))
        except PaddockError as error:
            plan = Plan(problem=text_of(error), remedy=error.remedy)
        except OSError as error:
            plan = Plan(problem=text_of(error))
        if not worker.is_cancelled:
            self.post_message(self.PlanRead(stamp, plan))

    @on(PlanRead)
    def _keep_plan(self, message: PlanRead) -> None:
        if message.stamp == self._planned_for:
            self._plan = message.plan
            self.show_run(self.paddock.view)

    def hear_doctor(self) -> None:
        """Plan again what could not be planned: images may have been built, or the engine started."""
        if self._plan.problem:
            self._planned_for = ()
            self._look_ahead(self.paddock.view)

    def _show_plan(self) -> None:
        paddock, view = self.paddock, self.paddock.view
        is_past = paddock.is_earlier or bool(view.member)
        has_next = not (paddock.run_goes_on or is_past or view.failure)
        keys = paddock.key_shown("run.start"), paddock.key_shown("run.options")
        plan = self._plan if has_next and self._planned_for else None
        self.query_one(PlanBanner).show_plan(plan, *keys, is_first=not view.name)

    @on(OptionList.OptionHighlighted, "#stages")
    def _stage_highlighted(self) -> None:
        running = self.paddock.view.running_stage
        selected = self.query_one(StageList).selected
        self._follows_running = running is None or running.name == selected
        self._show_selected()

    @on(OptionList.OptionSelected, "#stages")
    def _stage_chosen(self) -> None:
        self.action_enlarge()

    @on(ResultCard.Copied)
    def _say_copied_of_result(self, message: ResultCard.Copied) -> None:
        self.notify(message.sentence, markup=False)

    @on(ArtifactList.Copied)
    def _say_copied(self, message: ArtifactList.Copied) -> None:
        text = _("Copied the SHA-256 of {path}.")
        self.notify(text.format(path=message.path), markup=False)

    # Keys.

    def action_explain(self) -> None:
        """Explain what stopped the run, if that is in the catalogue."""
        failure = self.paddock.view.failure
        if failure and failure.pitfall:
            about = translated(failure.message).partition("\n")[0]
            from tui.screens.explain import ExplanationScreen

            self.app.push_screen(ExplanationScreen(about, [failure.pitfall]))

    def action_edit(self) -> None:
        """Open the file that the error names, at its line."""
        if place := self._place_named():
            self.edit(*place)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer what there is to do at this moment; ``tui.keys`` says why not."""
        if action in ("start", "start_with_options", "force"):
            return not self.paddock.run_goes_on or None
        if action == "stop":
            return self.paddock.run_goes_on or None
        if action == "explain":
            failure = self.paddock.view.failure
            return bool(failure and failure.pitfall) or None
        if action == "edit":
            return self._place_named() is not None or None
        if action == "tab" and parameters == ("result",):
            return "result" in self.query_one(StageDetail).tabs or None
        if action == "back":
            return self.has_class("-enlarged") or not self._in_stages or None
        return True

    @property
    def _in_stages(self) -> bool:
        return isinstance(self.focused, StageList)

    def selected_name(self) -> str:
        return self.query_one(StageList).selected

    def action_tab(self, tab: str) -> None:
        """Show a view of the stage, and give it the keyboard."""
        detail = self.query_one(StageDetail)
        detail.open(cast("Tab", tab))
        detail.view.focus()

    def action_next_tab(self) -> None:
        """Show the next view; the keyboard stays with the stages if it is there."""
        detail = self.query_one(StageDetail)
        detail.next_tab()
        if not self._in_stages:
            detail.view.focus()

    def action_search_log(self) -> None:
        """Show the log, and ask what to search for."""
        self.action_tab("log")
        self.query_one(LogView).action_search()

    def action_enlarge(self) -> None:
        """Give the details the whole screen and the keys."""
        self.add_class("-enlarged")
        self.query_one(StageDetail).view.focus()

    def action_back(self) -> None:
        self.remove_class("-enlarged")
        self.query_one(StageList).focus()

    def _is_members(self) -> bool:
        """Whether it is the run of a sweep's member, which only the sweep starts; then that is said."""
        if self.paddock.view.member:
            said = _("This is the run of a member: {key} leads to the sweep, which runs it.")
            self.notify(said.format(key=self.paddock.key_shown("app.sweep")))
        return bool(self.paddock.view.member)

    def action_start(self) -> None:
        if self._is_members():
            return
        self._follows_running = True
        self.paddock.start(Options())

    def action_stop(self) -> None:
        self.paddock.stop()

    def action_force(self) -> None:
        """Run the selected stage again, and what follows from it."""
        stage = self.query_one(StageList).selected
        if stage and not self._is_members():
            self._follows_running = True
            self.paddock.start(Options(forced=frozenset({stage})))

    def action_start_with_options(self) -> None:
        if self._is_members():
            return
        selected = self.query_one(StageList).selected
        from tui.screens.run_options import RunOptionsScreen

        self.app.push_screen(RunOptionsScreen(self.backend, selected), self._start_chosen)

    def _start_chosen(self, options: Options | None) -> None:
        if options is not None:
            self._follows_running = True
            self.paddock.start(options)
