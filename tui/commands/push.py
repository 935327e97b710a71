"""``paddock push``"""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path

from pipeline.package.contents import Package, collect
from pipeline.package.push import Pushed, check_target, push
from pipeline.project import load_project
from pipeline.registry.client import Registry
from pipeline.registry.reference import parse_reference
from pipeline.text import human_size, one_line
from stages.contract import Exit
from tui.console import Terminal
from tui.language import _, translated

DESCRIPTION = """\
Push what the last run delivered to a container registry, as an OCI artifact: the files of out/, each by
its hash, and beside them the verdict, what the files need, and the images that made them. The same files
have the same digest, whoever pushes them and when; what the registry has already is not sent again. Who
you are is what `docker login` left. A run that failed is not pushed, unless --failed says that it is meant.

  paddock push ghcr.io/me/plates:1              the project in this folder
  paddock push localhost:5000/plates:1 DIR      that in DIR

docs/registry.md tells how an app's build pulls exactly this model."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("reference", metavar="REGISTRY/NAME:TAG")
    parser.add_argument("project", nargs="?", default=".", metavar="PROJECT")
    parser.add_argument(
        "--failed", action="store_true", help="push a run that failed: out.failed/, if it is there"
    )
    parser.add_argument(
        "--plain-http",
        action="store_true",
        help="the registry has no TLS: bytes and password are open",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(options: argparse.Namespace, terminal: Terminal) -> int:
    """Push and print what is there now."""
    reference = parse_reference(options.reference)
    check_target(reference)
    package = collect(load_project(Path(options.project)), failed=options.failed)
    registry = Registry(reference, os.environ, options.plain_http)
    pushed = push(package, registry, terminal.pass_on)
    if options.json:
        terminal.raw(json.dumps(_as_json(pushed, package), indent=2))
    else:
        _show(pushed, package, terminal)
    return Exit.OK


def _as_json(pushed: Pushed, package: Package) -> dict[str, object]:
    return {
        "schema_version": 1,
        "reference": str(pushed.reference),
        "digest": pushed.digest,
        "pinned": pushed.pinned,
        "before": pushed.before,
        "sent": pushed.sent,
        "verdict": package.description.verdict.value,
        "run": package.description.run,
        "revision": package.description.revision,
        "files": {layer.title: layer.blob.digest for layer in package.manifest.layers},
    }


def _show(pushed: Pushed, package: Package, terminal: Terminal) -> None:
    said, manifest = package.description, package.manifest
    mark, style = ("✔", "green") if said.verdict.passed else ("✘", "bold red")
    verdict = _("run {run}: {verdict}").format(
        run=one_line(said.run), verdict=translated(said.verdict.words)
    )
    terminal.print(f"{mark} {verdict}", style)
    values = {"files": len(manifest.layers), "size": human_size(manifest.size)}
    if pushed.before == pushed.digest:
        terminal.print(
            "  " + _("{reference} has these files already").format(reference=pushed.reference)
        )
    else:
        amount = _("{files} files ({size}) in {reference}, {sent} sent")
        values |= {"sent": human_size(pushed.sent), "reference": str(pushed.reference)}
        terminal.print("  " + amount.format(**values))
        if pushed.before:
            terminal.print("  " + _("the tag led to {digest} before").format(digest=pushed.before))
    if not said.revision:
        terminal.note(_("no commit has this paddock.lock: the package names none"))
    terminal.print(
        "  " + _("exactly this package: {command}").format(command=f"paddock pull {pushed.pinned}")
    )
