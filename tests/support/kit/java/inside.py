"""What a test does with a kit's Java code where there is a JDK: ``python inside.py FOLDER``; prints JSON."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

SHAPE = (3, 48, 320)


def compiled(folder: Path, name: str) -> list[str]:
    """Compile all sources, with all warnings as errors; return how a class of them is run."""
    sources = [
        str(path) for part in ("kit/java", "com") for path in (folder / part).rglob("*.java")
    ]
    sources += [str(folder / "Golden.java"), str(folder / "Vectors.java")]
    words = ["javac", "-Xlint:all", "-Werror", "-encoding", "UTF-8", "-d", str(folder / name)]
    subprocess.run([*words, *sources], check=True)
    return ["java", "-cp", str(folder / name)]


def main(folder: Path) -> dict[str, Any]:
    """Read the golden images, then prepare images of odd sizes."""
    sys.path[:0] = [str(folder)]
    from support.kit.vectors import different, resized  # noqa: PLC0415 - it has come with this file

    java = compiled(folder, "classes")
    done = subprocess.run(
        [*java, "Golden", str(folder / "kit")], stdout=subprocess.PIPE, check=True
    )
    read = [line.split("\t", 1) for line in done.stdout.decode().splitlines()]
    rules = folder / "kit" / "java" / "paddock" / "PaddockRules.java"
    text = resized(rules.read_text(encoding="utf-8"), SHAPE, ("HEIGHT", "WIDTH"))
    rules.write_text(text, encoding="utf-8")
    return {
        "texts": [text for _, text in read],
        "scores": [float(score) for score, _ in read],
        "different": different([*compiled(folder, "wide"), "Vectors"], SHAPE),
    }


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]))))
