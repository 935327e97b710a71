"""A sweep in a few lines: how many members stand how, by what they are ranked, and all about one of them."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator
from datetime import datetime

from rich.text import Text

from pipeline.record.verdict import read_verdict
from pipeline.sweep.words import doubts
from pipeline.text import human_seconds, one_line, unfolded
from tui.appearance import symbol
from tui.language import _, ngettext, translated
from tui.progress import progress_sentence
from tui.views.sweep import MemberView, State, SweepView, seconds_left
from tui.widgets.columns import flowing, padded, widest
from tui.widgets.sweep_columns import Column, state_text, state_words
from tui.words import end_words

#: As many members are named when the screen is left, the latest ones.
_LISTED = 10
#: In the order in which they are told.
_TOLD: tuple[State, ...] = ("running", "done", "failed", "stopped", "waiting", "not begun")


def empty_text(key: str) -> Text:
    """Say that nothing was swept yet."""
    said = _("There was no sweep yet: {key} plans one, and asks before it starts.")
    return Text(said.format(key=key))


def standing_text(view: SweepView, now: datetime, *, goes_on: bool) -> Iterator[Text]:
    """Give how the sweep stands in a few words: how many members are over, the time gone and left."""
    count, over = len(view.members), len(view.members) - len(view.open_members)
    if view.on_swarm and view.open_members and not goes_on:
        words = _("{over} of {count} heard of; on the Swarm it goes on").format(
            over=over, count=count
        )
        yield Text(f"{symbol('stopped')} {words}", "bold yellow")
        return
    if view.finished and not count:
        yield Text(*end_words(view.finished))
    elif view.finished:
        done = view.count("done")
        went_well = bool(count) and done == count
        words = _("{done} of {count} done").format(done=done, count=count)
        mark = symbol("done" if went_well else "failed")
        yield Text(f"{mark} {words}", "bold green" if went_well else "bold red")
        yield Text(_("took {time}").format(time=human_seconds(view.finished.seconds)))
    if view.finished:
        return
    if not goes_on:
        yield Text(f"{symbol('stopped')} " + _("cut short") if view.name else _("never run"))
        return
    yield Text(f"{symbol('running')} {over}/{count}" if count else _("planning"), "bold")
    if view.started:
        yield Text(human_seconds((now - view.started).total_seconds()))
    if count:
        yield Text(_left(view, now))


def _left(view: SweepView, now: datetime) -> str:
    seconds = seconds_left(view, now)
    if seconds == 0 and all(it.expected == 0 for it in view.open_members):
        return _("nothing left to make")
    if seconds is None:
        return _("no past run tells how long")
    if seconds > 0:
        return _("about {time} left").format(time=human_seconds(seconds))
    return _("longer than expected")


def summary_text(view: SweepView) -> Text:
    """Return how many members stand how, and by what they are ranked; or why there is no sweep."""
    parts = [Text(_count(view), "bold")] if view.members or not view.failure else []
    for state in _TOLD:
        if count := view.count(state):
            words, style = state_words(state, count)
            parts.append(Text(words, style))
    lines = [Text(f" {symbol('dot')} ").join(parts)] if parts else []
    if view.failure:
        said = unfolded(translated(view.failure.message))
        lines.append(Text(f"{symbol('failed')} {said}", "bold red"))
        if view.failure.remedy:
            lines.append(Text(f"{symbol('arrow')} {unfolded(translated(view.failure.remedy))}"))
    elif view.members:
        said = _("Ranked by validation, never by test.  {mark}: front of size against validation")
        lines.append(Text(said.format(mark="*"), "dim"))
    return Text("\n").join(lines)


def _count(view: SweepView) -> str:
    count = len(view.members)
    if not count:
        return _("planning") + symbol("ellipsis")
    if view.jobs > 1:
        return _("{count} members, {jobs} at once").format(count=count, jobs=view.jobs)
    return ngettext("{count} member", "{count} members", count).format(count=count)


def doubts_text(view: SweepView) -> Text:
    """Say why numbers may not be comparable, once there are some."""
    if not view.ranked:
        return Text()
    lines = (f"{symbol('warning')} {translated(line)}" for line in doubts(view.table))
    return Text("\n".join(lines), "yellow")


def detail_text(
    view: SweepView, member: MemberView, hidden: Iterable[Column], width: int, now: datetime
) -> Text:
    """Return all about a member: how it stands, why it failed, and what its row had no room for."""
    row = view.ranked.get(member.name)
    text = Text.assemble((one_line(member.name), "bold"), "  ", _standing(member))
    if member.state == "running":
        text.append(f"  {human_seconds(member.gone(now))}")
    if member.run:
        text.append(f"  {member.run}", "dim")
    if member.failure:
        text.append(f"\n{symbol('arrow')} {unfolded(translated(member.failure))}")
    facts = [
        Text.assemble((one_line(_(it.title)) + " ", "dim"), cell)
        for it in hidden
        if (cell := it.cell(member, row)).plain.strip()
    ]
    facts += [Text.assemble((f"{name} ", "dim"), said) for name, said in _facts(member)]
    if facts:
        text.append("\n").append_text(flowing(facts, max(20, width - 2)))
    return text


def _standing(member: MemberView) -> Text:
    """Return the state, with what is being done while it runs."""
    text = state_text(member)
    if member.state == "running" and member.progress:
        text = Text(f"{symbol('running')} {one_line(member.stage)}: ", "bold")
        text.append(progress_sentence(member.progress, None), "not bold")
    elif member.note:
        text.append(f" {one_line(translated(member.note))}", "not bold")
    elif (
        member.state == "done" and (verdict := read_verdict(member.verdict)) and not verdict.passed
    ):
        text = Text(f"{symbol('failed')} {translated(verdict.words)}", "bold red")
    return text


def _facts(member: MemberView) -> Iterator[tuple[str, str]]:
    """Give what no column has: on what it was validated, and what was made for it."""
    row = member.row
    if row is None:
        return
    if row.validation_set:
        yield _("validated on labels"), one_line(row.validation_set)
    if row.test:
        yield _("measured"), one_line(row.test.model)
    if row.made:
        yield _("made for it"), one_line(", ".join(row.made))
    elif row.state == "done":
        yield _("made for it"), _("nothing: all was there")


def last_words(view: SweepView) -> Iterator[str]:
    """Give how a sweep stands that goes on when the screen is left, and how to see it again."""
    yield _("sweep {name} of {project}").format(name=view.name, project=view.project)
    begun = [it for it in view.members.values() if it.run]
    width = widest(it.name for it in begun)
    for member in begun[-_LISTED:]:
        yield f"  {padded(member.name, width).plain}  {state_text(member).plain}"
    if (rest := len(view.members) - len(begun[-_LISTED:])) > 0:
        yield "  " + _("and {count} more").format(count=rest)
    command = f"paddock sweep attach {shlex.quote(view.folder)}"
    yield _("The sweep goes on. To watch it again: {command}").format(command=command)
