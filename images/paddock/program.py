"""``program.py OUT``: make the program in ``OUT/opt/paddock`` ready to run; OUT is the image's last layer."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tools"))

from files import compile_tree, settle

#: What pipeline/plan/workspace.py tells machines apart by; a container's host name is another one each time.
MACHINE = "a container of Paddock\n"


def main(out: Path) -> None:
    """Leave out what is the user's own, compile, and settle times and modes."""
    program = out / "opt" / "paddock"
    for certificate in (program / "images" / "ca").glob("*.pem"):
        certificate.unlink()
    shutil.rmtree(program / "images" / "paddleocr" / "tree", ignore_errors=True)
    (out / "etc").mkdir()
    (out / "etc" / "machine-id").write_text(MACHINE)
    compile_tree(program, out)
    settle(out)
    # Whoever runs it keeps models in a volume that starts as a copy of this.
    (out / "cache").mkdir()
    (out / "cache").chmod(0o1777)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
