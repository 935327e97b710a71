"""A sweep in a few lines: how many members stand how, by what they are ranked, and all about one of them."""

from __future__ import annotations

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
from tui.widgets.columns import flowing
from tui.widgets.sweep_columns import Column, state_text, state_words

#: In the order in which they are told.
_TOLD: tuple[State, ...] = ("running", "done", "failed", "stopped", "waiting", "not begun")


def empty_text(key: str) -> Text:
    """Say that nothing was swept yet."""
    said = _("There was no sweep yet: {key} plans one, and asks before it starts.")
    return Text(said.format(key=key))


def summary_text(view: SweepView, now: datetime, *, goes_on: bool) -> Text:
    """Return how the members stand, the time, and by what they are ranked."""
    dot = f" {symbol('dot')} "
    parts = [Text(_count(view), "bold")]
    for state in _TOLD:
        if count := view.count(state):
            words, style = state_words(state, count)
            parts.append(Text(words, style))
    text = Text(dot).join([*parts, *(Text(it) for it in _times(view, now, goes_on=goes_on))])
    if view.failure:
        text.append(
            f"\n{symbol('failed')} {unfolded(translated(view.failure.message))}", "bold red"
        )
        if view.failure.remedy:
            text.append(f"\n{symbol('arrow')} {unfolded(translated(view.failure.remedy))}")
    elif view.members:
        said = _("Ranked by validation, never by test.  {mark}: front of size against validation")
        text.append("\n" + said.format(mark="*"), "dim")
    return text


def _count(view: SweepView) -> str:
    count = len(view.members)
    if not count:
        return _("planning") + symbol("ellipsis")
    said = ngettext("{count} member", "{count} members", count).format(count=count)
    return said + ", " + _("{jobs} at once").format(jobs=view.jobs) if view.jobs > 1 else said


def _times(view: SweepView, now: datetime, *, goes_on: bool) -> Iterator[str]:
    """Give how long the sweep has been going on and what is left; how long it took, if it is over."""
    if view.finished:
        yield _("took {time}").format(time=human_seconds(view.finished.seconds))
        return
    if not goes_on and not view.is_placed:
        yield _("cut short") if view.name else ""
        return
    if view.started:
        yield human_seconds((now - view.started).total_seconds())
    if view.members:
        left = seconds_left(view, now)
        if left is None:
            yield _("no past run tells how long")
        elif left > 0:
            yield _("about {time} left").format(time=human_seconds(left))
        else:
            yield _("longer than expected")


def doubts_text(view: SweepView) -> Text:
    """Say why numbers may not be comparable, once there are some."""
    if not view.ranked:
        return Text()
    lines = (f"{symbol('warning')} {translated(line)}" for line in doubts(view.table))
    return Text("\n".join(lines), "yellow")


def detail_text(view: SweepView, member: MemberView, hidden: Iterable[Column], width: int) -> Text:
    """Return all about a member: how it stands, why it failed, and what its row had no room for."""
    row = view.ranked.get(member.name)
    text = Text.assemble((one_line(member.name), "bold"), "  ", _standing(member))
    if member.run:
        text.append(f"  {member.run}", "dim")
    if member.failure:
        text.append(f"\n{symbol('arrow')} {unfolded(translated(member.failure))}")
    facts = [
        Text.assemble((_(it.title) + " ", "dim"), cell)
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
        yield _("validated on labels"), row.validation_set
    if row.test:
        yield _("measured"), one_line(row.test.model)
    if row.made:
        yield _("made for it"), ", ".join(row.made)
    elif row.state == "done":
        yield _("made for it"), _("nothing: all was there")
