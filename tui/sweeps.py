"""What screens may ask the pipeline for about a project's sweeps; as :mod:`tui.backend` for all else."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.errors import PaddockError
from pipeline.record.runs import RunFolder, latest_sweep, run_folder

if TYPE_CHECKING:
    from pipeline.record.runlock import Running
    from pipeline.run.background import Started
    from pipeline.sweep.plan import SweepPlan
    from tui.views.sweep_watch import SweepWatch


@dataclass(frozen=True)
class Sweeps:
    """Those of the project in ``folder``, on the engine that ``environ`` leads to."""

    folder: Path
    environ: Mapping[str, str]

    @property
    def _state(self) -> Path:
        return self.folder / ".paddock"

    def watch(self) -> SweepWatch:
        """Return a watch on them."""
        from tui.views.sweep_watch import SweepWatch

        return SweepWatch(self._state)

    def exist(self) -> bool:
        """Return whether the project has a sweep, or had one."""
        from pipeline.project import load_project

        try:
            section = load_project(self.folder).settings.sweep
        except PaddockError:
            return False
        return bool(section.matrix or section.members or latest_sweep(self._state))

    def plan(self, check: Callable[[], None] = lambda: None) -> tuple[SweepPlan, int]:
        """Say what a sweep would do, and how many members at once the engine has room for. Slow.

        Args:
            check: called all the time while a model is fetched; what it raises ends that.

        Raises:
            PaddockError: no sweep, no engine, no images, or a member that names what is not there.
        """
        from pipeline.project import load_project
        from pipeline.project.members import load_members
        from pipeline.run.connect import connect
        from pipeline.run.prepare import Preparation
        from pipeline.sweep.capacity import fitting
        from pipeline.sweep.plan import plan_sweep

        members = load_members(self.folder)
        connected = connect(load_project(self.folder), self.environ)
        plan = plan_sweep(members, Preparation(connected, lambda _text: None, check))
        return plan, fitting(connected.engine, plan)

    def start(self, jobs: int) -> Started:
        """Start one in the background, with so many members at once.

        Raises:
            PaddockError: Paddock cannot write into the project, or nothing can be started.
        """
        from pipeline.run.options import Options
        from pipeline.sweep.background import start_sweep
        from pipeline.sweep.drive import Asked

        return start_sweep(self.folder, Asked(Options(), jobs), self.environ)

    def are_heard_by(self, who: Running) -> bool:
        """Return whether a process only hears of one on a Swarm, which goes on without it."""
        from pipeline.swarm.kept import is_heard_by

        return is_heard_by(who, self._state)

    def end_on_swarm(self) -> None:
        """End the newest that goes on on a Swarm. Slow: nodes are asked to clear up.

        Raises:
            PaddockError: none goes on, or the engine or the registry refused.
        """
        from pipeline.swarm.clear import stop

        stop(self.folder, self.environ)

    def run(self, name: str) -> RunFolder:
        """Return where the run of a member has its record."""
        return run_folder(self._state, name)

    def page(self, member: str = "") -> Path | None:
        """Return where the page of the last one is, or of one of its members, if there is one."""
        from pipeline.project.schema import OUT_OF_SWEEP

        page = self.folder / OUT_OF_SWEEP / member / "report.html"
        return page if page.is_file() else None
