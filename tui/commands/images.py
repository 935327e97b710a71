"""``paddock images``"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from pipeline.compose.file import read_compose
from pipeline.engine.connection import open_engine
from pipeline.images.archive import load_images, save_images
from pipeline.images.build import Options, build_images
from pipeline.images.listing import list_images
from pipeline.models.store import cache_folder
from pipeline.text import human_size
from stages.contract import Exit
from tui.building import BuildPrinter
from tui.console import Terminal, padded
from tui.language import _, translated

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
