"""All that screens may ask the pipeline for, in one place; slow calls are made in workers.

What only one answer needs is imported when it is asked for: the screen opens without the engine's client.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline import PROJECT_FILE
from pipeline.errors import IntegrityFailed, PaddockError
from pipeline.record.runs import RunFolder, list_runs
from tui.language import _
from tui.sweeps import Sweeps
from tui.views.past import Past, Wanted, read_past
from tui.views.result import Result, read_result
from tui.views.run import RunView, view_of
from tui.views.watch import Watch

if TYPE_CHECKING:
    from pipeline.app.report import AppReport
    from pipeline.images.events import BuildEvent
    from pipeline.images.listing import ImageStatus
    from pipeline.images.log import BuildLog
    from pipeline.machine.doctor import Finding
    from pipeline.package.contents import Package
    from pipeline.package.pull import Pulled
    from pipeline.package.push import Pushed
    from pipeline.plan.planner import Step
    from pipeline.plan.preview import Preview
    from pipeline.project import Project
    from pipeline.project.answers import Answers
    from pipeline.project.found import Found
    from pipeline.record.events import Delivered
    from pipeline.record.ledger import Entry
    from pipeline.report.model import Report
    from pipeline.report.runs_compared import Comparison
    from pipeline.report.samples import Samples
    from pipeline.report.words import GuardEntry
    from pipeline.run.audit import AuditReport
    from pipeline.run.background import Running, Started
    from pipeline.run.options import Options, StopSwitch
    from stages.contract.reading import Readings


class Backend:
    """The project in ``folder`` and the engine that ``environ`` leads to."""

    def __init__(self, folder: Path, environ: Mapping[str, str]) -> None:
        self.environ = environ
        self.go_to(folder)

    def go_to(self, folder: Path) -> None:
        """Take the project in another folder from now on."""
        self.folder = folder.resolve()
        self.state = self.folder / ".paddock"
        self._views: dict[str, RunView | None] = {}

    # The project.

    @property
    def project_file(self) -> Path:
        """Where the project file is, or will be."""
        return self.folder / PROJECT_FILE

    def has_project(self) -> bool:
        """Return whether the folder has a project file, valid or not."""
        return self.project_file.exists()

    def project(self) -> Project:
        """Read the project file.

        Raises:
            UsageError: it is not valid; file, line and remedy are named.
        """
        from pipeline.project import load_project

        return load_project(self.folder)

    def project_stamp(self) -> tuple[int, int]:
        """Return what changes when the project file does."""
        try:
            status = self.project_file.stat()
        except OSError:
            return 0, 0
        return status.st_mtime_ns, status.st_size

    def found_in_folder(self) -> Found:
        """Look into the folder for what a new project could be made of. Slow where there is a lot."""
        from pipeline.project.found import look

        return look(self.folder)

    def suggest_project(self) -> tuple[Answers, Found]:
        """Return what the folder suggests for a new project, and what was found there."""
        from pipeline.project.suggest import suggest

        found = self.found_in_folder()
        return suggest(self.folder, found), found

    def preview_project(self, answers: Answers, stop: Callable[[], bool]) -> Preview:
        """Read the label files that the answers name. Slow where they are long."""
        from pipeline.plan.preview import preview

        return preview(answers, self.folder, stop)

    def write_project(self, answers: Answers) -> Path:
        """Write the project file, never over another.

        Raises:
            UsageError: there is one, or the folder cannot be written to.
        """
        from pipeline.project.template import project_text
        from pipeline.project.write import write_new

        write_new(self.project_file, project_text(answers))
        return self.project_file

    # The run.

    def watch(self) -> Watch:
        """Return a watch on the project's runs."""
        return Watch(self.state)

    def start(self, options: Options) -> Started:
        """Start a runner in the background."""
        from pipeline.run.background import start

        return start(self.folder, options, self.environ)

    def stop(self, run: Running, *, at_once: bool = False) -> None:
        """Order a runner to stop."""
        from pipeline.run.background import stop

        stop(run, at_once=at_once)

    def plan(self, check: Callable[[], None] = lambda: None) -> tuple[Step, ...]:
        """Say what a run would do. Slow: asks the engine, hashes inputs, and may fetch a model.

        Args:
            check: called all the time while a model is fetched; what it raises ends that.

        Raises:
            PaddockError: no engine, no images, or a project that names what is not there.
        """
        from pipeline.run.connect import connect
        from pipeline.run.foresight import foreseen
        from pipeline.run.prepare import prepare

        connected = connect(self.project(), self.environ)
        return foreseen(prepare(connected, frozenset(), lambda _text: None, check))

    @property
    def sweeps(self) -> Sweeps:
        """The project's sweeps."""
        return Sweeps(self.folder, self.environ)

    def why_it_died(self, run: RunFolder) -> PaddockError:
        """Return what a runner's process said that died before its first event."""
        from pipeline.run.background import OUTPUT_FILE

        output = run.path / OUTPUT_FILE
        said = output.read_text("utf-8", "replace").strip() if output.is_file() else ""
        last = said.splitlines()[-1] if said else ""
        message = _("the runner died as it started: {last}").format(last=last)
        return PaddockError(message, str(output), _("see {file}").format(file=output))

    # The record.

    def runs(self) -> tuple[RunFolder, ...]:
        """Return the project's runs, the newest first."""
        return list_runs(self.state)

    def compare(self, before: RunFolder, now: RunFolder) -> Comparison:
        """Read two runs' records and compare them. Slow with long records."""
        from pipeline.report.runs_compared import compare, read_side

        entries = self.entries()
        return compare(read_side(before, entries), read_side(now, entries))

    def audit(self, say: Callable[[str], None], stop: Callable[[], int]) -> AuditReport:
        """Hash everything again that the project's record names. Slow: runs a container.

        Raises:
            PaddockError: no engine, a run goes on, nothing was made yet, or it was stopped.
        """
        from pipeline.run.audit import audit

        return audit(self.project(), self.environ, say, stop)

    def check_app(self, app: Path) -> AppReport:
        """Look into an app. Slow: reads all of it.

        Raises:
            PaddockError: there is no such app, it is damaged, or nothing was delivered yet.
        """
        from pipeline.app.check import check_app

        return check_app(self.project(), app)

    def entries(self) -> tuple[Entry, ...]:
        """Return the ledger, the oldest entry first."""
        from pipeline.record.ledger import Ledger

        return Ledger(self.state / "ledger.jsonl").entries

    def past(self, wanted: Wanted) -> Past:
        """Return what earlier runs left of the stages of a run. Slow with long records."""
        try:
            entries = self.entries()
        except OSError:  # not ours to read
            entries = ()
        return read_past(wanted, entries, self._view_of)

    def _view_of(self, name: str) -> RunView | None:
        """Return the record of a run that is over: it is read once."""
        if name not in self._views:
            run = next((item for item in self.runs() if item.name == name), None)
            self._views[name] = view_of(run) if run else None
        return self._views[name]

    def report_file(self, run: RunFolder | None = None) -> Path | None:
        """Return where a run's report is; without one, the newest that was delivered."""
        from pipeline.report.words import REPORT_FILE

        if run is not None:
            return run.report
        found = [
            path
            for name in ("out", "out.failed")
            if (path := self.folder / name / REPORT_FILE).is_file()
        ]
        return max(found, key=lambda path: path.stat().st_mtime, default=None)

    def report(self, run: RunFolder | None = None) -> Report | None:
        """Return a run's report; without one, the newest that was delivered.

        Raises:
            EarlierReportError: an earlier version of Paddock made it.
        """
        path = self.report_file(run)
        return _read_report(path, self.state) if path else None

    def make_kit(self, run: str) -> Path:
        """Write the archive for a phone's developer and return where it is. May take time.

        Raises:
            PaddockError: the run has no kit, or what it needs cannot be fetched.
        """
        from pipeline.run.handoff import hand_off

        return hand_off(self.project(), self.environ, lambda _said: None, run)

    def guards(self) -> tuple[GuardEntry, ...]:
        """Return every guard as a run of the project leaves it that ended without a report."""
        from pipeline.report.guards import unreached_guards

        try:
            return unreached_guards(self.project().settings.model.task)
        except PaddockError:  # the file was broken since
            return ()

    def samples(self, report: Report) -> Samples:
        """Return the test images of a report, all of them if they are kept. May take time."""
        from pipeline.record.kept import read_kept
        from pipeline.report.samples import samples_of

        return samples_of(report, partial(read_kept, self.state))

    def result(self, run: RunFolder | None, made: Delivered) -> Result:
        """Return what a run has made, as it lies in the project now. Slow: reads the report."""
        from pipeline.report.words import REPORT_FILE, EarlierReportError

        folder = self.folder / _below_project(made.folder)
        own, there = self.report_file(run), folder / REPORT_FILE
        try:
            report = self.report(run)
            is_own = not own or own.read_bytes() == there.read_bytes()
        except (EarlierReportError, OSError):
            report, is_own = None, there.is_file()
        return read_result(folder, made.files, report, is_own=is_own)

    def read_image(self, asked: str, say: Callable[[str], None], stop: StopSwitch) -> Readings:
        """Let every model read an image: a file, else one of the test set. Slow: runs a container.

        Raises:
            PaddockError: there is no such image, no engine, or nothing was made yet.
        """
        from pipeline.run.reading import read_images

        path = Path(asked).expanduser()
        files = [each for each in (path, self.folder / path) if each.is_file()][:1]
        tests = [] if files else [asked]
        return read_images(self.project(), self.environ, say, stop, files, tests)

    def push(self, asked: str, say: Callable[[str], None]) -> tuple[Pushed, Package]:
        """Push what the last run delivered. Slow.

        Raises:
            PaddockError: it did not pass, or the registry does not take it.
        """
        from pipeline.package.contents import collect
        from pipeline.package.push import check_target, push
        from pipeline.registry.client import Registry
        from pipeline.registry.reference import parse_reference

        reference = parse_reference(asked)
        check_target(reference)
        package = collect(self.project(), failed=False)
        return push(package, Registry(reference, self.environ), say), package

    def pull(self, asked: str, say: Callable[[str], None]) -> Pulled:
        """Pull a package: its name, and perhaps a folder after it. Slow.

        Raises:
            PaddockError: it cannot be had, or is not what it must be.
        """
        from pipeline.package.pull import pull
        from pipeline.registry.client import Registry
        from pipeline.registry.reference import parse_reference

        name, _space, folder = asked.partition(" ")
        reference = parse_reference(name)
        target = Path(folder.strip() or reference.name.rpartition("/")[2]).expanduser().absolute()
        return pull(Registry(reference, self.environ), target, say, failed=False)

    def html_report(self) -> Path | None:
        """Return where the newest report is that a browser shows."""
        report = self.report_file()
        path = report.with_name("report.html") if report else None
        return path if path and path.is_file() else None

    # The machine.

    def endpoint(self) -> str:
        """Return where the engine is, without asking it."""
        from pipeline.engine.endpoint import resolve

        try:
            endpoint = resolve(self.environ)
        except PaddockError as error:
            return error.message
        return endpoint.said

    def unusual_engine(self) -> str:
        """Return where the engine is if that is not the default socket, or why nobody knows."""
        from pipeline.engine.endpoint import DEFAULT_URL, resolve

        try:
            url = resolve(self.environ).url
        except PaddockError as error:
            return error.message
        return "" if url == DEFAULT_URL else url

    def image_set(self) -> str:
        """Return the tag that all stage images carry."""
        from pipeline.compose.file import read_compose
        from pipeline.plan.workspace import stages_of

        tags = {
            service.image.rpartition(":")[2]
            for service in stages_of(read_compose(self.environ)).values()
        }
        return ", ".join(sorted(tags))

    def image_names(self) -> tuple[str, ...]:
        """Return the images in the order in which they are built, without asking the engine."""
        from pipeline.compose.file import read_compose
        from pipeline.images.build import BASE

        builds = read_compose(self.environ).images.values()
        ordered = sorted(builds, key=lambda it: it.service != BASE)
        return tuple(build.image for build in ordered if not build.asked_for)

    def examine(self) -> Iterator[Finding]:
        """Run the doctor's checks. Slow: asks the engine."""
        from pipeline.machine.doctor import examine

        try:
            project = self.project() if self.has_project() else None
        except PaddockError:
            project = None  # its own screen says what is wrong with it
        return examine(self.environ, project)

    def list_images(self) -> list[ImageStatus]:
        """Look at all images, the example's and the base among them. Slow: asks the engine.

        Raises:
            EngineError: the engine cannot be reached.
        """
        from pipeline.compose.file import read_compose
        from pipeline.engine.connection import open_engine
        from pipeline.images.listing import list_images

        return list_images(open_engine(self.environ).images, read_compose(self.environ))

    def disk(self) -> Finding:
        """Say what Paddock has on the engine's disk. Slow: asks the engine.

        Raises:
            PaddockError: the engine cannot be reached, or the project's file is not in order.
        """
        from pipeline.engine.connection import open_engine
        from pipeline.machine.doctor import look_at_disk
        from pipeline.plan.workspace import workspace_of

        project = self.project() if self.has_project() else None
        own = workspace_of(project, self.environ).identity if project else ""
        return look_at_disk(open_engine(self.environ), project, own)

    def clean(self) -> list[str]:
        """Remove the project's leftover containers and return their names. Slow.

        Raises:
            PaddockError: a run goes on, or the engine cannot be reached.
        """
        from pipeline.machine.clean import remove_leftovers

        return remove_leftovers(self.project(), self.environ)

    def build_log(self) -> BuildLog:
        """Open a log for a build.

        Raises:
            OSError: it cannot be written.
        """
        from pipeline.images.log import build_log

        return build_log(self.state, in_project=self.has_project())

    def build_images(self, report: Callable[[BuildEvent], None]) -> None:
        """Build what is missing or out of date. Slow.

        Raises:
            EngineError: a build failed; what it said was reported.
        """
        from pipeline.compose.file import read_compose
        from pipeline.engine.connection import open_engine
        from pipeline.images.build import build_images

        engine, compose = open_engine(self.environ), read_compose(self.environ)
        build_images(engine.images, compose, self.environ, report)

    def make_example(
        self, name: str, folder: Path, say: Callable[[str], None], stop: Callable[[], int]
    ) -> None:
        """Draw a bundled example into ``folder``. Slow.

        Raises:
            PaddockError: no engine, a missing image, or a model that cannot be fetched.
        """
        from pipeline.compose.file import read_compose
        from pipeline.engine.connection import open_engine
        from pipeline.machine.example import EXAMPLES, RenderContext, make_example

        studio = RenderContext(open_engine(self.environ), read_compose(self.environ), say, stop)
        make_example(EXAMPLES[name], studio, folder)


def _below_project(folder: str) -> Path:
    """Return where a run delivers, from the project's folder on, which may have been moved since."""
    from pipeline.project.schema import OUT_OF_SWEEP

    *_above, parent, name = Path(folder).parts
    return Path(parent, name) if parent == OUT_OF_SWEEP else Path(name)


def _read_report(path: Path, state: Path) -> Report | None:
    """Return a report with what phones measured since; one that was damaged by hand counts as none."""
    from pipeline.record.devices import read_devices
    from pipeline.report.devices import with_devices
    from pipeline.report.model import EarlierReportError, ReportError, load_report

    try:
        report = load_report(path)
        return with_devices(report, read_devices(state))
    except EarlierReportError:
        raise
    except IntegrityFailed:  # audit says so
        return report
    except ReportError:
        return None
