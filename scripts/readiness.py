"""Where the engine is, or why it does not answer: what scripts/engine must know before it acts."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping

from pipeline.engine.connection import connect
from pipeline.engine.endpoint import resolve
from pipeline.errors import PaddockError
from stages.contract import Exit


def describe_engine(environ: Mapping[str, str]) -> str:
    """Return the engine's version, address and what chose it.

    Raises:
        EngineError: it does not answer.
    """
    endpoint = resolve(environ)
    version = connect(environ).version()["Version"]
    return f"Docker {version} at {endpoint.url} ({endpoint.source})"


def main() -> int:
    """Print the answer; return the exit code."""
    try:
        sys.stdout.write(describe_engine(os.environ) + "\n")
    except PaddockError as error:
        sys.stderr.write(f"{error.message} [{error.where}]\n  note: {error.remedy}\n")
        return error.code
    return Exit.OK


if __name__ == "__main__":
    sys.exit(main())
