"""``paddock explain``"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator

from pipeline.errors import UsageError
from pipeline.pitfalls import Entry, Pitfall, by_message, find, nearest
from pipeline.report.guards import Guard
from stages.contract import Exit
from tui.console import Terminal, fold, padded
from tui.explanation import entries, sections
from tui.language import _, translated

DESCRIPTION = """\
Explain a pitfall by the ID that an error, a warning or the report names, by a message that another
program printed ("Check failed: …"), or a guard with the pitfalls that it watches for. Without an
argument, list all of them."""

#: Paragraphs are folded at this width, in cells, whatever the terminal's: it is read, not pasted.
_WIDTH = 96


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "pitfall",
        nargs="?",
        metavar="ID|MESSAGE",
        help="a pitfall's ID, a guard's, or what another program printed",
    )


def run(options: argparse.Namespace, terminal: Terminal) -> int:
    """Print an entry, a guard, or the list."""
    if options.pitfall is None:
        _print_all(_listed(entries(Pitfall)), terminal)
        return Exit.OK
    subject = find(options.pitfall)
    pitfalls = subject.pitfalls if subject else by_message(options.pitfall)
    found = entries(pitfalls)
    if subject and subject.guard:
        _print_all(_guard(subject.guard, found), terminal)
    elif not found:
        raise _unknown(options.pitfall)
    elif len(found) == 1:
        _print_all(_entry(found[0]), terminal)
    else:
        terminal.print(_("the message is known from these; paddock explain ID tells more of each"))
        _print_all(_listed(found), terminal)
    return Exit.OK


def _unknown(name: str) -> UsageError:
    near = nearest(name)
    message = _("there is no pitfall and no guard {name}").format(name=repr(name))
    if near:
        remedy = _("did you mean: {known}").format(known=", ".join(near))
    else:
        remedy = _("list all: {command}").format(command="paddock explain")
    return UsageError(message, remedy=remedy)


def _print_all(lines: Iterable[str], terminal: Terminal) -> None:
    for line in lines:
        terminal.print(line)


def _listed(entries: Iterable[Entry]) -> Iterator[str]:
    """Give a line an entry, the IDs in a column."""
    known = list(entries)
    column = max((len(str(item.id)) for item in known), default=0)
    for item in known:
        yield f"{padded(str(item.id), column)}  {item.title}"


def _guard(guard: Guard, entries: Iterable[Entry]) -> Iterator[str]:
    """Give what a guard makes sure of, and the pitfalls that it watches for."""
    yield _("{id}: {title}").format(id=guard.id, title=translated(guard.title))
    yield ""
    yield _("protects from")
    yield from _paragraph(translated(guard.protects))
    if listed := list(_listed(entries)):
        yield ""
        yield _("pitfalls it watches for")
        yield from (f"  {line}" for line in listed)


def _entry(item: Entry) -> Iterator[str]:
    yield _("{id}: {title}").format(id=str(item.id), title=item.title)
    for section in sections(item):
        yield ""
        yield section.title
        for text in section.lines:
            yield from _paragraph(text)


def _paragraph(text: str) -> Iterator[str]:
    """Fold a text; an address is never broken, so it can be copied."""
    if " " not in text and text.isascii():
        yield f"  {text}"
        return
    yield from (f"  {line}" for line in fold(text, _WIDTH))
