"""What is told something before it is mounted, or while it is taken down, shows it as soon as it can."""

import ast
import asyncio
import importlib
import inspect
import pkgutil
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timezone
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from rich.text import Text
from textual.app import App
from textual.widget import Widget

import tui.widgets
from pipeline.images.listing import ImageStatus
from pipeline.machine.doctor import Finding
from pipeline.record.events import ResourcesUsed, RunFailed
from pipeline.record.runs import RunFolder, RunSummary
from pipeline.report.model import parse_report
from pipeline.report.runs_compared import Comparison, Side
from pipeline.report.samples import Sample, Samples
from stages.contract import ArtifactMade
from support.recorded import FINE_TUNED, recorded_project
from support.replay import going_on
from support.screen import CalmBackend, ill_styled, opened, text_of, until, until_shown
from tui.app import PaddockApp
from tui.screens.base import PaddockScreen
from tui.screens.machine import ImageList
from tui.screens.run import FailureBanner
from tui.views.build import BuildView
from tui.views.gallery import gallery_of
from tui.views.result import File, Result
from tui.views.run import RunView, StageView
from tui.views.sweep import MemberView, SweepView
from tui.widgets.artifact_list import ArtifactList
from tui.widgets.choice import Choice
from tui.widgets.comparison import ComparisonView
from tui.widgets.curves import Curves
from tui.widgets.facts import Facts
from tui.widgets.field import Entry, Field
from tui.widgets.findings import Findings
from tui.widgets.gallery import GalleryView
from tui.widgets.header import Header
from tui.widgets.image_table import ImageTable
from tui.widgets.line import Line
from tui.widgets.listing import Listing
from tui.widgets.log_view import LogView
from tui.widgets.model_table import ModelTable
from tui.widgets.picture import Picture
from tui.widgets.plan_banner import Plan, PlanBanner
from tui.widgets.result_card import ResultCard
from tui.widgets.run_clock import RunClock
from tui.widgets.run_table import RunTable
from tui.widgets.sample_list import SampleList
from tui.widgets.sample_view import SampleView
from tui.widgets.stage_detail import StageDetail
from tui.widgets.stage_list import StageList
from tui.widgets.sweep_table import SweepTable
from tui.widgets.tail import Tail
from tui.widgets.usage import Usage
from tui.widgets.verdict_box import VerdictBox

REPORT = parse_report((FINE_TUNED.source / "out" / "report.json").read_bytes())
_MADE = ArtifactMade("models/made.nb", 3, "0" * 32, "0" * 64)
STAGE_USES = ResourcesUsed(50.0, 1 << 30, 1 << 31)
STAGE = StageView(
    "train",
    state="running",
    curves={"train_loss": [(1, 2.0), (2, 1.0)]},
    artifacts=[_MADE],
    resources=STAGE_USES,
)
_WHEN = datetime(2026, 11, 22, tzinfo=timezone.utc)
RUN = RunView(started=_WHEN, stages={"train": STAGE}, used=deque([(_WHEN, STAGE_USES)]))
SWEEP = SweepView(members={"seed=1": MemberView("seed=1")})
_SIDE = Side("run-before", RunSummary("2026-11-22T17:27:49Z", 3, 0))


@dataclass(frozen=True)
class Told:
    """A widget, what it is told, and what is on the screen when it is mounted."""

    make: Callable[[], Widget]
    tell: Callable[[Any], object]
    shown: str


def _detail(detail: StageDetail, tab: Any) -> None:
    detail.show(STAGE)
    detail.open(tab)


SAMPLE = Sample("a.jpg", "label", ("pd",), ("labe1",))
NOWHERE = CalmBackend(Path("/nowhere"))

#: What an app tells each widget; a prompt opens on a key and is told nothing from outside.
TOLD = {
    "artifacts": Told(ArtifactList, lambda it: it.show([_MADE]), "models/made.nb"),
    "choice": Told(Choice, lambda it: it.offer({"a": "first", "b": "second"}, "b"), "second"),
    "comparison": Told(
        ComparisonView, lambda it: it.show(Comparison(_SIDE, _SIDE, (), ())), "run-before"
    ),
    "curves": Told(Curves, lambda it: it.show_curves(STAGE), "loss"),
    "facts": Told(Facts, lambda it: it.show_facts([("name", "its value")]), "its value"),
    "failure": Told(
        FailureBanner, lambda it: it.show_failure(RunFailed(3, "it broke")), "it broke"
    ),
    "field": Told(
        lambda: Field("name", Entry(), "", id="name"),
        lambda it: it.say(["not so"], is_wrong=True),
        "not so",
    ),
    "findings": Told(
        Findings, lambda it: it.show([Finding("engine", "ok", "is there")], {}), "is there"
    ),
    "header": Told(
        lambda: Header("run"), lambda it: it.show("", [Text("how it stands")]), "how it"
    ),
    "images": Told(
        ImageList, lambda it: it.show([ImageStatus("train", "name:tag", "", 0, "", "")]), "name:tag"
    ),
    "build": Told(ImageTable, lambda it: it.show(BuildView.of(["train"]), 0.0), "train"),
    "line": Told(Line, lambda it: it.show("a line"), "a line"),
    "listing": Told(
        Listing, lambda it: it.show_rows(3, lambda row, _width: Text(f"row {row}")), "row 2"
    ),
    "log": Told(LogView, lambda it: it.open(Path("/nowhere/train.log"), "train"), "train"),
    "samples": Told(SampleList, lambda it: it.show_samples([SAMPLE]), "labe1"),
    "view": Told(lambda: SampleView(NOWHERE), lambda it: it.show_sample(SAMPLE), "labe1"),
    "gallery": Told(
        lambda: GalleryView(NOWHERE),
        lambda it: it.show_gallery(gallery_of(Samples((SAMPLE,))), 1),
        "labe1",
    ),
    "models": Told(ModelTable, lambda it: it.show_report(REPORT), "nb-x86"),
    "picture": Told(Picture, lambda it: it.show_image(Image.new("RGB", (8, 8))), "▀"),
    "picture-none": Told(Picture, lambda it: it.say("no image"), "no image"),
    "verdict": Told(
        VerdictBox,
        lambda it: it.show_judgement(REPORT.judgement, "", origin="from elsewhere"),
        "from elsewhere",
    ),
    "result": Told(
        ResultCard,
        lambda it: it.show_result(
            Result(Path("/p/out"), (File("model_arm.nb", 7_740_118, "15fd"),))
        ),
        "7.7 MB",
    ),
    "runs": Told(RunTable, lambda it: it.show([RunFolder("a-run", Path("/nowhere"))], {}), "a-run"),
    "detail-log": Told(StageDetail, lambda it: _detail(it, "log"), "train"),
    "detail-metrics": Told(StageDetail, lambda it: _detail(it, "metrics"), "loss"),
    "detail-files": Told(StageDetail, lambda it: _detail(it, "files"), "models/made.nb"),
    "detail-about": Told(StageDetail, lambda it: _detail(it, "about"), "state"),
    "stages": Told(StageList, lambda it: it.show([STAGE]), "train"),
    "tail": Told(Tail, lambda it: it.show_lines(["last line"]), "last line"),
    "usage": Told(Usage, lambda it: it.show_run(RUN), "CPU"),
    "clock": Told(
        RunClock, lambda it: it.show_run(RUN, {"train": STAGE}, has_bars=True), "this run"
    ),
    "sweep": Told(SweepTable, lambda it: it.show_sweep(SWEEP), "seed=1"),
    "plan": Told(PlanBanner, lambda it: it.show_plan(Plan(), "r", "R", is_first=True), "reading"),
}
_NOT_TOLD = {"Footer", "Prompt", "_Entry", "Entry", "Page", "MarkedList", "LogLines"} | {
    "MarkingList",
    "MemberRows",
}


def _widgets() -> Iterator[type[Widget]]:
    for module in pkgutil.iter_modules(tui.widgets.__path__, "tui.widgets."):
        for _name, kind in inspect.getmembers(
            importlib.import_module(module.name), inspect.isclass
        ):
            if issubclass(kind, Widget) and kind.__module__ == module.name:
                yield kind


async def test_a_widget_takes_what_it_is_told() -> None:
    """Each of them, one after the other in one app."""
    app: App[None] = App()
    async with app.run_test(size=(100, 30)) as pilot:
        covered = {type(told.make()) for told in TOLD.values()}
        assert {widget.__name__ for widget in {*_widgets()} - covered} <= _NOT_TOLD
        for name, told in TOLD.items():
            before = told.make()
            told.tell(before)  # nobody knows it yet
            await app.screen.mount(before)
            await until(pilot, partial(_shows, app, told.shown), of=name)
            told.tell(before)
            await before.remove()
            await until(pilot, partial(_lacks, app, told.shown), of=name)

            meanwhile = told.make()
            mounting = app.screen.mount(meanwhile)
            told.tell(meanwhile)  # it is on the screen, and its own children are not there
            await mounting
            await until(pilot, partial(_shows, app, told.shown), of=name)

            await meanwhile.remove_children()
            told.tell(meanwhile)  # as while the app closes
            await meanwhile.remove()
            told.tell(meanwhile)


def _shows(app: App[None], text: str) -> bool:
    return text in text_of(app)


def _lacks(app: App[None], text: str) -> bool:
    return text not in text_of(app)


async def test_a_screen_is_told_only_while_it_is_whole(tmp_path: Path) -> None:
    """The app tells all screens on its stack, also one that is only being opened, or taken down."""

    async def tell_all_the_time() -> None:
        while True:
            app._refresh_screens()
            app._tick()
            await asyncio.sleep(0)

    def is_whole(mode: str) -> bool:
        screen = app.screen
        return app.current_mode == mode and isinstance(screen, PaddockScreen) and screen.can_draw

    async with opened(CalmBackend(recorded_project(tmp_path / "p"))) as (app, pilot):
        teller = asyncio.create_task(tell_all_the_time())
        for mode in PaddockApp.MODES:
            app.action_show(mode)
            await until(pilot, partial(is_whole, mode), of=mode)
    await asyncio.sleep(0)
    assert not teller.done()  # no exception ended it
    teller.cancel()


async def test_a_screen_that_comes_back_has_the_styles_of_the_app_as_it_is_now(
    tmp_path: Path,
) -> None:
    async with opened(CalmBackend(recorded_project(tmp_path / "p"))) as (app, pilot):
        for change in (
            partial(setattr, app, "theme", "textual-light"),
            partial(app.add_class, "-ascii"),
            partial(setattr, app, "app_focus", False),
        ):
            await pilot.press("5")
            await until_shown(pilot, app, "guards")
            change()
            await pilot.press("1")
            await until_shown(pilot, app, "Log")
            assert ill_styled(app) == [], change


async def test_a_run_may_end_while_the_app_closes(tmp_path: Path) -> None:
    folder = recorded_project(tmp_path / "p")
    with going_on(folder, '"done": 235, "total": 300'):
        async with opened(CalmBackend(folder)) as (app, _pilot):
            assert app.run_goes_on
    assert not app._screen_stack
    app._read_on()  # as its timer may do once more
    assert not app.run_goes_on


async def test_no_screen_is_on_top_while_the_app_closes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(CalmBackend(recorded_project(tmp_path / "p"))) as (app, _pilot):
        screen = app.screen
        assert isinstance(screen, PaddockScreen) and screen.is_on_top
        with monkeypatch.context() as patch:
            patch.setitem(app._screen_stacks, app.current_mode, [])
            assert not screen.is_on_top


def test_no_handler_calls_that_of_its_base() -> None:
    """Textual calls those of all bases by itself: what they do would be done twice."""
    for path in Path(tui.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                called = node.func.value, node.func.attr
                is_super = ast.unparse(called[0]) == "super()" and called[1].startswith("on_")
                assert not is_super or called[1] == "on_event", f"{path}:{node.lineno}"
