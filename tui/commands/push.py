"""``paddock push``"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from pipeline.package.contents import Package, collect
from pipeline.package.push import Pushed, check_target, push
from pipeline.project import load_project
from pipeline.registry.client import Registry
from pipeline.registry.reference import parse_reference
from stages.contract import Exit
from tui.commands.arguments import add_plain_http
from tui.console import Terminal
from tui.views.packages import pushed_lines

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
    add_plain_http(parser)
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(options: argparse.Namespace, terminal: Terminal) -> int:
    """Push and print what is there now."""
    reference = parse_reference(options.reference)
    check_target(reference)
    package = collect(load_project(Path(options.project)), failed=options.failed)
    registry = Registry(reference, os.environ, options.plain_http)
    pushed = push(package, registry, terminal.pass_on)
    if options.json:
        terminal.document(_as_json(pushed, package))
    else:
        for line in pushed_lines(pushed, package):
            terminal.results.print(line, soft_wrap=True)
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
