"""Options that more than one command takes."""

from __future__ import annotations

import argparse

from pipeline.plan.stages import STAGES


def add_until_and_force(parser: argparse.ArgumentParser, forced: str) -> None:
    """Declare which stage is the last, and which are made again; ``forced`` says what that means."""
    parser.add_argument(
        "--until", dest="last", choices=STAGES, default=STAGES[-1], help="last stage to run"
    )
    parser.add_argument(
        "--force", action="append", choices=STAGES, default=[], metavar="STAGE", help=forced
    )


def add_plain_http(parser: argparse.ArgumentParser) -> None:
    """Declare that a registry has no TLS."""
    parser.add_argument(
        "--plain-http",
        action="store_true",
        help="the registry has no TLS: bytes and password are open",
    )
