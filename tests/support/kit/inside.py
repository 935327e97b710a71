"""What a test does with a kit inside the image verify-arm: ``python inside.py FOLDER``; prints JSON.

FOLDER has ``kit/`` beside a dictionary and a model, the stand-in for Paddle-Lite in ``lite/``, and what the
kit was made from.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from stages.preprocess import describe, read_image
from stages.text.dictionary import Dictionary

SHAPE = (3, 48, 320)
#: What is changed in the kit, and how: each has to be found.
FAULTS = {
    "other mean": ("cpp/paddock_rules.h", "kMean[3] = {0.5f, ", "kMean[3] = {0.485f, "),
    "RGB for BGR": ("cpp/paddock_check.h", "std::swap(pixels[place], pixels[place + 2])", "(void)0"),
    "halves rounded up": ("cpp/paddock_ocr.h", "int sum = 2;", "int sum = 3;"),
    "dictionary shifted": ("../dict.txt", "é\n\"\n中", "\"\n中\né"),
    "another model": ("../model_arm.nb", "a model", "another"),
    "no number": (
        "cpp/paddock_check.h", "return Decode(output.values(), shape[1], shape[2], characters);",
        "return {Decode(output.values(), shape[1], shape[2], characters).text, NAN};",
    ),
    "classes off by one": ("cpp/paddock_ocr.h", "size_t>(best - 1)", "size_t>(best % 4)"),
}  # fmt: skip


def compiled(kit: Path, source: Path, *more: Path, level: int = 1) -> Path:
    """Compile a program for ARM with all warnings as errors."""
    program = kit / source.stem
    words = ["-c"] if source.name == "stand_in.cpp" else ["-static", *map(str, more)]
    subprocess.run(
        ["aarch64-linux-gnu-g++-12", "-std=c++11", f"-O{level}", "-Wall", "-Wextra", "-Werror",
         f"-I{kit / 'cpp'}", f"-I{kit.parent / 'lite' / 'include'}", str(source), *words, "-o", str(program)],
        check=True,
    )  # fmt: skip
    return program


def checked(folder: Path, program: Path) -> dict[str, Any]:
    """Run the checker; return its exit code, what it said, and its results."""
    kit = folder / "kit"
    command = ["qemu-aarch64-static", str(program), "--golden", ".", "../model_arm.nb"]
    done = subprocess.run(command, cwd=kit, capture_output=True, check=False)
    results = kit / "results.json"
    return {
        "code": done.returncode,
        "said": done.stdout.decode(),
        "results": json.loads(results.read_bytes()) if results.is_file() else None,
    }


def with_fault(folder: Path, scratch: Path, fault: str, library: Path) -> dict[str, Any]:
    """Check a copy of the kit with one thing changed; what is not code is not compiled again."""
    name, old, new = FAULTS[fault]
    shutil.copytree(folder, scratch)
    kit = scratch / "kit"
    text = (kit / name).read_text(encoding="utf-8")
    assert old in text
    (kit / name).write_text(text.replace(old, new), encoding="utf-8")
    program = folder / "kit" / "lite_run"
    if name.startswith("cpp/"):
        program = compiled(kit, kit / "cpp" / "lite_run.cpp", library, level=0)
    return checked(scratch, program)


def odd_sizes(folder: Path) -> int:
    """Prepare images of odd sizes with the kit's code and Paddock's; return how many floats differ."""
    sys.path[:0] = [str(folder)]
    from support.kit.vectors import different, resized  # noqa: PLC0415 - it has come with this file

    rules = folder / "kit" / "cpp" / "paddock_rules.h"
    text = resized(rules.read_text(encoding="utf-8"), SHAPE, ("kHeight", "kWidth"))
    rules.write_text(text, encoding="utf-8")
    program = compiled(folder / "kit", folder / "vectors.cpp")
    return different(["qemu-aarch64-static", str(program)], SHAPE)


def main(folder: Path) -> dict[str, Any]:
    """Check the kit, then with each fault, then its preprocessing on odd sizes."""
    golden = json.loads((folder / "golden.json").read_bytes())
    shape = tuple(golden["image_shape"])
    dictionary = Dictionary.load(folder / "dict.txt", use_space_char=True)
    kit = folder / "kit"
    library = compiled(kit, folder / "lite" / "stand_in.cpp")
    said: dict[str, Any] = {
        "rules": json.loads(json.dumps(describe(shape, dictionary))),
        "pixels": all(
            (read_image(kit / "golden" / f"{row['file']}.ppm")
             == read_image(kit / "golden" / f"{row['file']}.png")).all()
            for row in golden["images"]
        ),
        "kit": checked(folder, compiled(kit, kit / "cpp" / "lite_run.cpp", library)),
    }  # fmt: skip
    for number, fault in enumerate(FAULTS):
        said[fault] = with_fault(folder, folder.parent / f"fault{number}", fault, library)
    said["different"] = odd_sizes(folder)
    return said


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]))))
