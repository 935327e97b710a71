"""``paddock images``"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from pipeline.compose.file import read_compose
from pipeline.engine.connection import open_engine
from pipeline.images.archive import load_images, save_images
from pipeline.images.build import Options, build_images
from pipeline.images.events import (
    BaseTried,
    BuildEvent,
    BuildFailed,
    ImageFinished,
    ImageStarted,
    PullProgressed,
    StepStarted,
)
from pipeline.images.listing import list_images
from pipeline.models.store import cache_folder
from pipeline.text import human_seconds, human_size
from stages.contract import Exit
from tui.console import Terminal, padded
from tui.language import N_, _, translated

DESCRIPTION = """\
The pinned images that the stages run in. docs/images.md tells where the base comes from, what to
do behind a proxy that intercepts TLS, and how to use one's own PaddleOCR."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare one sub-command an action."""
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    build = actions.add_parser("build", help="make what is missing or out of date, the base first")
    build.add_argument("service", nargs="*", help="only these (default: all)")
    build.add_argument(
        "--force", action="store_true", help="also what is up to date, without cache"
    )
    build.set_defaults(act=_build)
    listing = actions.add_parser(
        "list", help="what is there: identities, sizes, and the base's origin"
    )
    listing.set_defaults(act=_list)
    save = actions.add_parser(
        "save", help="images and fetched models into one tar, its SHA-256 beside it"
    )
    save.add_argument("file", type=Path, metavar="FILE")
    save.set_defaults(act=_save)
    load = actions.add_parser(
        "load", help="images and models of such a tar, after checking its hash"
    )
    load.add_argument("file", type=Path, metavar="FILE")
    load.set_defaults(act=_load)


def run(options: argparse.Namespace, terminal: Terminal) -> int:
    """Do the action."""
    act = options.act
    act(options, terminal)
    return Exit.OK


def _build(options: argparse.Namespace, terminal: Terminal) -> None:
    engine, compose = open_engine(os.environ), read_compose(os.environ)
    printer = BuildPrinter(terminal)
    chosen = Options(only=options.service, force=options.force)
    build_images(engine.images, compose, os.environ, printer.show, chosen)


def _list(_options: argparse.Namespace, terminal: Terminal) -> None:
    engine = open_engine(os.environ)
    for item in list_images(engine.images, read_compose(os.environ)):
        image = padded(item.image, 24)
        if item.id:
            size = padded(human_size(item.size), 8, right=True)
            terminal.print(f"{image} {item.identity[:12]}  {size}  {translated(item.base)}")
        else:
            command = f"paddock images build {item.service}"
            terminal.print(f"{image} " + _("missing: {command}").format(command=command))


def _save(options: argparse.Namespace, terminal: Terminal) -> None:
    engine = open_engine(os.environ)
    names = save_images(engine.images, read_compose(os.environ), options.file, cache_folder())
    said = _("saved {count} images to {file}")
    terminal.print(said.format(count=len(names), file=options.file))


def _load(options: argparse.Namespace, terminal: Terminal) -> None:
    engine = open_engine(os.environ)
    for name in load_images(engine.images, options.file, cache_folder()):
        terminal.print(_("loaded {name}").format(name=name))


#: Symbol and words for what became of a base image.
_OUTCOMES = {
    "used": ("✔", N_("using {image}")),
    "trying": ("…", N_("trying {image}")),
    "failed": ("!", N_("not {image}")),
}


class BuildPrinter:
    """Turns build events into lines; a step's own log is shown only when it fails."""

    def __init__(self, terminal: Terminal) -> None:
        self._terminal = terminal
        self._place = ""
        self._pulled = -1

    def show(self, event: BuildEvent) -> None:
        """Print the event, or nothing if it would only be noise."""
        match event:
            case BaseTried():
                self._show_base(event)
            case PullProgressed():
                self._show_pull(event)
            case ImageStarted():
                self._place = f"{event.index}/{event.total}"
                self._say(f"{self._image()}  {event.image}")
            case StepStarted():
                step = _("step {step}/{steps}").format(step=event.step, steps=event.steps)
                self._say(f"{self._image()}    {step}  {event.instruction}")
            case ImageFinished():
                self._show_finished(event)
            case BuildFailed():
                for line in event.lines:
                    self._terminal.note(f"    {line}")
            case _:
                pass

    def _image(self) -> str:
        return _("image {place}").format(place=self._place)

    def _show_base(self, event: BaseTried) -> None:
        symbol, sentence = _OUTCOMES[event.outcome.value]
        said = _(sentence).format(image=event.reference)
        why = _(": {why}").format(why=translated(event.why)) if event.why else ""
        self._say(padded(_("base"), 8) + f" {symbol} {said}{why}")

    def _show_finished(self, event: ImageFinished) -> None:
        took = (
            _("up to date")
            if event.up_to_date
            else _("built in {time}").format(time=human_seconds(event.seconds))
        )
        short = event.id.removeprefix("sha256:")[:12]
        size = human_size(event.size)
        self._say(f"{self._image()}  ✔ {event.image} {took}, {size}, {short}")

    def _show_pull(self, event: PullProgressed) -> None:
        tenth = 10 * event.done // event.total if event.total else -1
        if tenth > self._pulled:
            self._pulled = tenth
            done, total = human_size(event.done), human_size(event.total)
            said = _("pulled {done} of {total} so far").format(done=done, total=total)
            self._say(padded(_("base"), 8) + f"   {said}")

    def _say(self, line: str) -> None:
        self._terminal.print(line)
