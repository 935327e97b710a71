"""``paddock models``"""

from __future__ import annotations

import argparse
from collections.abc import Iterator

from pipeline.errors import UsageError
from pipeline.models.catalogue import MODELS
from pipeline.models.fetch import fetch_official
from pipeline.models.fetch_context import FetchContext
from pipeline.models.listing import Listed, find_model, listed
from pipeline.text import human_size
from stages.contract import Exit
from tui.console import Terminal, padded
from tui.language import _, translated

DESCRIPTION = """\
The official models that paddock.toml can name. A run fetches what it needs by itself; to have a
model on a host before it goes offline, fetch it here. Every file is checked by its SHA-256."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare one sub-command an action; without one it is the list."""
    parser.set_defaults(act=_list, json=False)
    actions = parser.add_subparsers(metavar="ACTION")
    listing = actions.add_parser("list", help="what is built in, and what of it is here")
    listing.add_argument("--json", action="store_true", help="print one JSON list")
    listing.set_defaults(act=_list)
    fetching = actions.add_parser("fetch", help="bring models to this host")
    fetching.add_argument("name", nargs="*", metavar="NAME", help="which ones")
    fetching.add_argument("--all", action="store_true", help="all of them")
    fetching.add_argument("--json", action="store_true", help="print one JSON list")
    fetching.set_defaults(act=_fetch)
    path = actions.add_parser("path", help="print the folder of a model that is here")
    path.add_argument("name", metavar="NAME")
    path.set_defaults(act=_path)


def run(options: argparse.Namespace, terminal: Terminal) -> int:
    """Do the action."""
    act = options.act
    act(options, terminal)
    return Exit.OK


def _list(options: argparse.Namespace, terminal: Terminal) -> None:
    _show([listed(model, FetchContext()) for model in MODELS.values()], options.json, terminal)


def _fetch(options: argparse.Namespace, terminal: Terminal) -> None:
    names = list(MODELS) if options.all else options.name
    if not names:
        message = _("name the models to fetch, or use --all")
        raise UsageError(message, remedy=_("built in: {names}").format(names=", ".join(MODELS)))
    models = [find_model(name) for name in names]
    for model in models:
        fetch_official(model.name, FetchContext(terminal.pass_on))
    _show([listed(model, FetchContext()) for model in models], options.json, terminal)


def _path(options: argparse.Namespace, terminal: Terminal) -> None:
    found = listed(find_model(options.name), FetchContext())
    if not found.fetched:
        message = _("{name} is not on this host").format(name=found.model.name)
        command = f"paddock models fetch {found.model.name}"
        raise UsageError(message, remedy=_("fetch it: {command}").format(command=command))
    terminal.raw(str(found.folder))


def _show(found: list[Listed], as_json: bool, terminal: Terminal) -> None:
    if as_json:
        terminal.document([item.as_json() for item in found])
        return
    for item in found:
        for line in _lines(item):
            terminal.print(line)


def _lines(item: Listed) -> Iterator[str]:
    """Give what a model is, and below where it is or comes from."""
    model = item.model
    size = padded(human_size(model.size), 8, right=True)
    what = padded(translated(model.task), 12) + f" {padded(model.kind.upper(), 4)} {size}"
    yield f"{padded(model.name, 25)} {what}"
    if item.fetched:
        yield "  " + _("here: {folder}").format(folder=item.folder)
        if item.origin:
            yield "  " + _("from {source}").format(source=translated(item.origin))
    else:
        sources = _(", else ").join(translated(source) for source in item.sources)
        yield "  " + _("not fetched yet; from {sources}").format(sources=sources)
