"""``code.py SOURCE OUT [MODULE…]``: put a stage's own code into ``OUT/opt/paddock``, ready to run.

``SOURCE`` has the package ``stages``. Of it an image gets what ``stages.MODULE`` of each named module, and
what starts every stage, can reach (:mod:`closure`), and no more: a change in one stage's code changes the
images of the stages that run it and no other. Without a MODULE all of the package goes in.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from closure import ALWAYS, PACKAGE, closure
from files import compile_tree, settle


def main(source: Path, out: Path, modules: list[str]) -> None:
    """Copy the code, compile it, and settle times and modes."""
    names = [*ALWAYS, *(f"{PACKAGE}.{name}" for name in modules)]
    files = closure(source, names) if modules else sorted((source / PACKAGE).rglob("*.py"))
    for path in files:
        target = out / "opt" / "paddock" / path.relative_to(source)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
    compile_tree(out, out)
    settle(out)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:])
