"""What a test does with a kit inside the image verify-arm: ``python inside.py FOLDER``; prints JSON.

FOLDER has ``kit/`` beside a dictionary and a model, the stand-in for Paddle-Lite in ``lite/``, and what the
kit was made from.
"""

from __future__ import annotations

import json
import shutil
import struct
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np

from stages.preprocess import describe, prepare, read_image
from stages.text.dictionary import Dictionary

#: (width, height): a pixel, what becomes as wide as it is, twice as large, squeezed, upright, odd.
SIZES = [
    (1, 1), (2, 1), (1, 2), (320, 48), (640, 96), (120, 96), (321, 48), (319, 47), (4000, 200), (5, 300),
    (33, 100), (1000, 31), (7, 5),
]  # fmt: skip
RANDOM = 60
#: What is changed in the kit, and how: each has to be found.
FAULTS = {
    "other mean": ("cpp/paddock_rules.h", "kMean[3] = {0.5f, ", "kMean[3] = {0.485f, "),
    "RGB for BGR": ("cpp/paddock_check.h", "std::swap(pixels[place], pixels[place + 2])", "(void)0"),
    "halves rounded up": ("cpp/paddock_ocr.h", "int sum = 2;", "int sum = 3;"),
    "dictionary shifted": ("../dict.txt", "é\n\"\n中", "\"\n中\né"),
    "another model": ("../model_arm.nb", "a model", "another"),
    "blanks read": ("cpp/paddock_ocr.h", " && best != rules::kBlank)", ")"),
}  # fmt: skip


def compiled(kit: Path, source: Path, *more: Path) -> Path:
    """Compile a program for ARM with all warnings as errors."""
    program = kit / source.stem
    subprocess.run(
        ["aarch64-linux-gnu-g++-12", "-std=c++11", "-O2", "-Wall", "-Wextra", "-Werror", "-static",
         f"-I{kit / 'cpp'}", f"-I{kit.parent / 'lite' / 'include'}", str(source), *map(str, more), "-o",
         str(program)],
        check=True,
    )  # fmt: skip
    return program


def checked(folder: Path) -> dict[str, Any]:
    """Compile the checker and run it; return its exit code, what it said, and its results."""
    kit = folder / "kit"
    program = compiled(kit, kit / "cpp" / "lite_run.cpp", folder / "lite" / "stand_in.cpp")
    command = ["qemu-aarch64-static", str(program), "--golden", ".", "../model_arm.nb"]
    done = subprocess.run(command, cwd=kit, capture_output=True, check=False)
    results = kit / "results.json"
    return {
        "code": done.returncode,
        "said": done.stdout.decode(),
        "results": json.loads(results.read_bytes()) if results.is_file() else None,
    }


def with_fault(folder: Path, scratch: Path, fault: str) -> dict[str, Any]:
    """Check a copy of the kit with one thing changed."""
    name, old, new = FAULTS[fault]
    shutil.copytree(folder, scratch)
    path = scratch / "kit" / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    return checked(scratch)


def different(folder: Path, shape: tuple[int, int, int]) -> int:
    """Prepare images of odd sizes with the kit's code and Paddock's; return how many floats differ."""
    rules = folder / "kit" / "cpp" / "paddock_rules.h"
    text = rules.read_text(encoding="utf-8")
    for name, value in zip(("kHeight", "kWidth"), shape[1:], strict=True):
        start = text.index(f"const int {name} = ")
        text = f"{text[:start]}const int {name} = {value}{text[text.index(';', start) :]}"
    rules.write_text(text, encoding="utf-8")
    program = compiled(folder / "kit", folder / "vectors.cpp")
    random = np.random.default_rng(1)
    sizes = [*SIZES, *(tuple(map(int, random.integers(1, (700, 200)))) for _ in range(RANDOM))]
    images = [random.integers(0, 256, (height, width, 3), np.uint8) for width, height in sizes]
    given = [
        struct.pack("<II", *size) + image.tobytes()
        for size, image in zip(sizes, images, strict=True)
    ]
    command = ["qemu-aarch64-static", str(program)]
    done = subprocess.run(command, input=b"".join(given), stdout=subprocess.PIPE, check=True)
    wanted = np.stack([prepare(image, shape) for image in images])
    return int((np.frombuffer(done.stdout, np.uint32) != wanted.view(np.uint32).ravel()).sum())


def main(folder: Path) -> dict[str, Any]:
    """Check the kit, then with each fault, then its preprocessing on odd sizes."""
    golden = json.loads((folder / "golden.json").read_bytes())
    shape = tuple(golden["image_shape"])
    dictionary = Dictionary.load(folder / "dict.txt", use_space_char=True)
    said: dict[str, Any] = {
        "rules": json.loads(json.dumps(describe(shape, dictionary))),
        "pixels": all(
            (read_image(folder / "kit" / "golden" / f"{row['file']}.ppm")
             == read_image(folder / "kit" / "golden" / f"{row['file']}.png")).all()
            for row in golden["images"]
        ),
        "kit": checked(folder),
    }  # fmt: skip
    for number, fault in enumerate(FAULTS):
        said[fault] = with_fault(folder, folder.parent / f"fault{number}", fault)
    said["different"] = [different(folder, each) for each in ((3, 48, 320), (3, 32, 100))]
    return said


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]))))
