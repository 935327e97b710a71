"""States in a symbol, a word and a style: the same ones on every screen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pipeline.record.verdict import Verdict
from pipeline.text import one_line, several_lines
from tui.appearance import Mark, symbol, verdict_mark
from tui.language import N_, _, pgettext, translated

if TYPE_CHECKING:
    from pipeline.record.events import RunFinished
    from pipeline.record.runs import Ending, RunSummary
    from tui.views.run import StageView, State

#: As Textual names them.
Severity = Literal["information", "warning", "error"]
_STATES: dict[State, tuple[Mark, str, str]] = {
    "waiting": ("waiting", N_("waiting"), "dim"),
    "running": ("running", N_("running"), "bold"),
    "done": ("done", N_("done"), "green"),
    "cached": ("cached", N_("cached"), "green"),
    "skipped": ("skipped", N_("skipped"), "dim"),
    "failed": ("failed", N_("failed"), "bold red"),
    "stopped": ("stopped", N_("stopped"), "yellow"),
    "unreached": ("waiting", N_("not reached"), "dim"),
}

#: Exit code of a run without a verdict -> mark, words, style; docs/exit-codes.md tells more.
_CODES: dict[int | None, tuple[Mark, str, str]] = {
    0: ("done", N_("done"), "bold green"),
    2: ("failed", N_("FAIL: project or command line"), "bold red"),
    3: ("failed", N_("FAIL: a stage failed"), "bold red"),
    4: ("failed", N_("FAIL: no engine or image"), "bold red"),
    5: ("failed", N_("FAIL: integrity"), "bold red"),
    130: ("stopped", N_("stopped"), "bold yellow"),
    143: ("stopped", N_("stopped"), "bold yellow"),
}


def state_words(state: State) -> tuple[str, str]:
    """Return symbol and word of a stage's state, and their style."""
    mark, word, style = _STATES[state]
    return f"{symbol(mark)} " + _(word), style


def end_words(end: RunFinished | RunSummary) -> tuple[str, str]:
    """Return symbol and words of how a run ended, and their style: its verdict, if it came to one."""
    if judged := end.judgement:
        mark, style = verdict_mark(judged.verdict)
        return f"{mark} {translated(judged.verdict.words)}", style
    if end.code not in _CODES:
        return f"{symbol('failed')} " + _("ended with {code}").format(code=end.code), "bold red"
    named, word, style = _CODES[end.code]
    return f"{symbol(named)} " + _(word), style


#: What a verdict that is no pass makes of the stage that measured.
_JUDGED = {
    Verdict.PART: N_("failed in part"),
    Verdict.ACCURACY: N_("below the limit"),
    Verdict.PARITY: N_("differs from PD"),
    Verdict.GUARD: N_("a guard failed"),
}


def stage_words(stage: StageView) -> tuple[str, str]:
    """Return symbol and word of how a stage stands, and their style; a failed verdict is verify's."""
    if stage.judged in _JUDGED:
        return f"{symbol('failed')} " + _(_JUDGED[stage.judged]), "bold red"
    return state_words(stage.state)


def severity_of(verdict: Verdict) -> Severity:
    """Return how a message about a verdict looks."""
    if verdict is Verdict.WARNINGS:
        return "warning"
    return "information" if verdict.passed else "error"


def check_name(check: str) -> str:
    """Return what the doctor looked at: to it, images are those that containers run."""
    return pgettext("check", check) if check == "images" else translated(check)


#: Outcome of a guard, or of a comparison -> mark, word, style.
_OUTCOMES: dict[str, tuple[Mark, str, str]] = {
    "passed": ("done", N_("passed"), "green"),
    "enforced": ("enforced", N_("enforced"), "green"),
    "failed": ("failed", N_("failed"), "bold red"),
    "warning": ("warning", N_("warning"), "bold yellow"),
    "not checked": ("waiting", N_("not checked"), "yellow"),
    "not reached": ("waiting", N_("not reached"), "dim"),
    "does not apply": ("skipped", N_("does not apply"), "dim"),
    "same": ("done", N_("the same"), "green"),
    "differs": ("failed", N_("differs"), "bold red"),
    "not there": ("waiting", N_("not there"), "dim"),
    "not said": ("waiting", N_("says nothing"), "dim"),
}


def outcome_words(outcome: str, *, mark_only: bool = False) -> tuple[str, str]:
    """Return symbol and words of an outcome, and their style."""
    mark, word, style = _OUTCOMES.get(outcome, ("note", outcome, ""))
    return symbol(mark) if mark_only else f"{symbol(mark)} " + _(word), style


#: How a stage of an earlier run ended -> the state that says so.
_ENDINGS: dict[Ending, State] = {
    "finished": "done",
    "cached": "cached",
    "skipped": "skipped",
    "failed": "failed",
    "stopped": "stopped",
    "unfinished": "stopped",
}


#: What a stage measures as it goes on, by the name that its events have.
CURVES: dict[str, str] = {
    "train_loss": N_("loss"),
    "val_loss": N_("validation loss"),
    "val_accuracy": N_("accuracy"),
    "val_ned": N_("NED"),
    "learning_rate": N_("learning rate"),
}


#: What each stage does.
PURPOSES: dict[str, str] = {
    "data": N_("looks at every label and image before anything is made of them"),
    "train": N_("trains the model and keeps its best epoch"),
    "export": N_("writes the model for Paddle Inference and compares it with what it was made of"),
    "quantize": N_("rounds the weights to 8 and 16 bits so that the model loses least"),
    "convert": N_("makes a .nb file a target with Paddle-Lite's opt and proves it equal"),
    "verify": N_("lets every model read the test images and compares what they read"),
}


def curve_words(name: str) -> str:
    """Return what a curve shows, in words; its own name if that is not known."""
    return _(CURVES[name]) if name in CURVES else one_line(name)


def ending_words(ending: Ending, *, goes_on: bool = False) -> tuple[str, str]:
    """Return symbol and word of how a stage of a run ended, or that it runs, and their style."""
    return state_words("running" if goes_on and ending == "unfinished" else _ENDINGS[ending])


#: Symbol and words for what a plan says of a stage.
_PLANNED = {
    "cached": ("✔", N_("cached: {reason}")),
    "run": ("▶", N_("would run: {reason}")),
    "wait": ("…", N_("would follow: {reason}")),
    "skip": ("–", N_("skipped: {reason}")),
}


def plan_line(action: str, reason: str) -> str:
    """Return what is planned for a stage, in words."""
    symbol, sentence = _PLANNED[action]
    return f"{symbol} " + _(sentence).format(reason=translated(reason))


def with_remedy(message: str, remedy: str, file: str = "") -> str:
    """Return what is wrong, or what was found in a file, with what to do about it."""
    said = several_lines(translated(message))
    said = f"{one_line(file)}: {said}" if file else said
    return f"{said}; {one_line(translated(remedy))}" if remedy else said
