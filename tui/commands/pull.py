"""``paddock pull``"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from pipeline.package.pull import Pulled, pull
from pipeline.registry.client import Registry
from pipeline.registry.reference import parse_reference
from stages.contract import Exit
from stages.contract.codec import encode
from tui.commands.arguments import add_plain_http
from tui.console import Terminal
from tui.views.packages import pulled_lines

DESCRIPTION = """\
Pull a model that `paddock push` pushed. Manifest and files are held against their hashes before anything
gets its name; the folder is there whole, or not at all. By digest it is always the very same package. A
folder with anything else in it is left as it is; an earlier package that nobody changed is replaced.

  paddock pull ghcr.io/me/plates@sha256:…                for a build: exactly this one, into plates/
  paddock pull ghcr.io/me/plates:1 -o app/assets/model   what the tag leads to now

Neither a project nor an engine is needed. A package of a run that failed is refused (exit code 1, or 5
where a guard did), unless --failed says that it is meant."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("reference", metavar="REGISTRY/NAME:TAG|@DIGEST")
    parser.add_argument(
        "-o",
        "--output",
        default="",
        metavar="FOLDER",
        help="where to (default: the last part of NAME)",
    )
    parser.add_argument("--failed", action="store_true", help="also of a run that failed")
    add_plain_http(parser)
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(options: argparse.Namespace, terminal: Terminal) -> int:
    """Pull and print what is there now."""
    reference = parse_reference(options.reference)
    folder = Path(options.output or reference.name.rpartition("/")[2]).absolute()
    registry = Registry(reference, os.environ, options.plain_http)
    pulled = pull(registry, folder, terminal.pass_on, failed=options.failed)
    if options.json:
        terminal.document(_as_json(pulled))
    else:
        for line in pulled_lines(pulled):
            terminal.results.print(line, soft_wrap=True)
    return Exit.OK


def _as_json(pulled: Pulled) -> dict[str, object]:
    said = pulled.description
    return {
        "schema_version": 1,
        "reference": str(pulled.reference),
        "digest": pulled.digest,
        "folder": str(pulled.folder),
        "new": pulled.is_new,
        "before": pulled.before,
        "project": said.project,
        "run": said.run,
        "verdict": said.verdict.value,
        "reasons": list(said.reasons),
        "needs": encode(said.needs),
        "revision": said.revision,
        "files": {layer.title: layer.blob.digest for layer in pulled.manifest.layers},
    }
