"""What stays in the scrollback when the screen is gone."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from pipeline.text import human_seconds
from tui.language import _, translated
from tui.verdicts import judged_lines
from tui.views.run import RunView
from tui.words import end_words, stage_words


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
