"""A run in a few words: in the window's title, in a notification, and in what stays in the scrollback."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator
from pathlib import Path

from pipeline.text import human_seconds
from tui.appearance import symbol
from tui.language import _, translated
from tui.verdicts import judged_lines
from tui.views.run import RunView
from tui.words import end_words, stage_words


def title_of(view: RunView, project: str, *, is_running: bool) -> str:
    """Return the window's title: the project, and what goes on or how it ended."""
    return f"paddock {view.project or project} {_standing(view, is_running=is_running)}".rstrip()


def _standing(view: RunView, *, is_running: bool) -> str:
    stage, mark = view.running_stage, symbol("running")
    if stage is not None:
        done = stage.progress
        share = f" {int(done.done * 100 / done.total)} %" if done and done.total else ""
        return f"{mark} {stage.name}{share}"
    if is_running:
        return f"{mark} " + _("starting")
    return end_words(view.finished)[0] if view.finished else ""


def end_notice(view: RunView, key_shown: Callable[[str], str]) -> str:
    """Return how a run ended, where its result is, and the keys that lead there, as ``key_shown`` writes."""
    verdict = end_words(view.finished)[0] if view.finished else ""
    if view.delivered is None:
        said = _("{verdict}. The models compared: key {key}.")
        return said.format(verdict=verdict, key=key_shown("app.parity"))
    said = _("{verdict}. {folder}/ has the result: key {key}, {open} opens the report.")
    folder, key = Path(view.delivered.folder).name, key_shown("run.result")
    return said.format(verdict=verdict, folder=folder, key=key, open=key_shown("app.report"))


def summary_lines(view: RunView, *, is_running: bool) -> Iterator[str]:
    """Give how the run stands: a line a stage, how it ended, and what to do or look at next."""
    if not view.name:
        return
    yield _("run {run} of {project}").format(run=view.name, project=view.project)
    for stage in view.stages.values():
        seconds = human_seconds(stage.seconds) if stage.seconds is not None else ""
        yield f"  {stage.name:<8} {stage_words(stage)[0]}  {seconds}".rstrip()
    if view.failure:
        yield _("error: {message}").format(message=translated(view.failure.message))
        if view.failure.remedy:
            yield _("do:    {remedy}").format(remedy=translated(view.failure.remedy))
        if view.failure.pitfall:
            command = f"paddock explain {view.failure.pitfall}"
            yield _("why:   {command}").format(command=command)
    if is_running:
        yield _("The run goes on. To watch it again: {command}").format(
            command=f"paddock {shlex.quote(view.folder)}"
        )
    elif view.finished:
        yield end_words(view.finished)[0]
        for line, _style in judged_lines(view.finished.judgement):
            yield f"  {line}"
    if view.delivered:
        yield _("wrote {folder}").format(folder=view.delivered.folder)
