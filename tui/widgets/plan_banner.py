"""What a run would do, above everything: large before the first run, a line where something changed since."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.text import Text

from pipeline.text import one_line, unfolded
from tui.appearance import symbol
from tui.language import _, translated
from tui.widgets.line import Line

if TYPE_CHECKING:
    from pipeline.plan.planner import Step


@dataclass(frozen=True)
class Plan:
    """What a run would do; None while it is being read. ``problem`` is why that cannot be said."""

    steps: tuple[Step, ...] | None = None
    problem: str = ""
    remedy: str = ""


class PlanBanner(Line):
    """Hidden while there is nothing to run."""

    DEFAULT_CSS = """
    PlanBanner { display: none; height: auto; max-height: 6; padding: 0 1; background: $primary 20%; }
    PlanBanner.-shown { display: block; }
    PlanBanner.-first { border: round $accent; background: $surface; }
    """

    def show_plan(
        self, plan: Plan | None, run_key: str, options_key: str, *, is_first: bool
    ) -> None:
        """Show the plan, or nothing; ``is_first``: the project was never run."""
        text = plan_text(plan, run_key, options_key, is_first=is_first) if plan else Text()
        self.set_class(bool(text), "-shown")
        self.set_class(is_first, "-first")
        self.show(text)


def plan_text(plan: Plan, run_key: str, options_key: str, *, is_first: bool) -> Text:
    """Return what the banner says; nothing if a run would do nothing."""
    if plan.problem:
        return _problem(plan) if is_first else Text()
    if plan.steps is None:
        return Text(_("reading what there is to do …")) if is_first else Text()
    to_run = [step for step in plan.steps if step.action in ("run", "wait") or step.judged_anew]
    if not to_run:
        return Text()
    text = Text.assemble((f" {run_key} ", "bold reverse"), " ", (_("run"), "bold"), "  ")
    first, *others = to_run
    if is_first:
        text.append(f" {symbol('arrow')} ".join(step.stage for step in to_run))
        text.append("\n").append(f" {options_key} ", "bold reverse")
        return text.append("  " + _("choose what runs"))
    text.append(f"{first.stage}: {unfolded(translated(first.reason))}")
    if others:
        text.append(_("; then {stages}").format(stages=", ".join(step.stage for step in others)))
    return text


def _problem(plan: Plan) -> Text:
    first, *rest = translated(plan.problem).splitlines() or [""]
    text = Text(f"{symbol('warning')} " + _("no plan: {why}").format(why=one_line(first)))
    for line in rest:
        text.append(f"\n  {one_line(line)}")
    if plan.remedy:
        text.append(f"\n{symbol('arrow')} {one_line(translated(plan.remedy))}")
    return text
