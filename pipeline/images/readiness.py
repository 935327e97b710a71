"""``python -m pipeline.images.readiness WHAT``: what scripts/engine must know before it acts.

``engine`` prints where the engine is. ``base`` prints ``local`` if the base image has to be made on this
host, and ``given`` if it is there or was pulled. An error is one message and its exit code.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping

from pipeline.compose.file import read_compose
from pipeline.engine.endpoint import connect, resolve
from pipeline.engine.errors import RegistryUnreachable
from pipeline.engine.images import Images
from pipeline.errors import PaddockError
from pipeline.images.base import LOCAL_BASE, chosen_base
from pipeline.images.build import BASE
from stages.contract import Exit


def describe_engine(environ: Mapping[str, str]) -> str:
    """Return the engine's version, address and what chose it.

    Raises:
        EngineError: it does not answer.
    """
    endpoint = resolve(environ)
    version = connect(environ).version()["Version"]
    return f"Docker {version} at {endpoint.url} ({endpoint.source})"


def needs_local_base(images: Images, environ: Mapping[str, str]) -> bool:
    """Return whether the base has to be made here; pulls the official one if it can be had."""
    build = read_compose(environ).images[BASE]
    pinned = build.args["PYTHON_BASE"]
    if chosen_base(environ) or any(map(images.find, (build.image, LOCAL_BASE, pinned))):
        return False
    try:
        for _step in images.pull(pinned):
            pass
    except RegistryUnreachable:
        return True
    return False


def main(arguments: list[str]) -> int:
    """Answer one question; return the exit code."""
    try:
        if arguments == ["engine"]:
            sys.stdout.write(describe_engine(os.environ) + "\n")
        elif arguments == ["base"]:
            local = needs_local_base(Images(connect(os.environ)), os.environ)
            sys.stdout.write("local\n" if local else "given\n")
        else:
            sys.stderr.write("usage: python -m pipeline.images.readiness engine|base\n")
            return Exit.USAGE
    except PaddockError as error:
        sys.stderr.write(f"{error.message} [{error.where}]\n  note: {error.remedy}\n")
        return error.code
    return Exit.OK


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
