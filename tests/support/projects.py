"""Small projects on the disk. Their images are bytes that nothing on the host decodes."""

from pathlib import Path

HEAD = '[project]\nname = "plates"\n'
DATA = """
[data]
train = ["train.txt"]
val = ["val.txt"]
test = ["test.txt"]
dictionary = "dict.txt"
"""
MINIMAL = HEAD + DATA
#: Without weights to fetch.
SCRATCH = MINIMAL + '\n[model]\npretrained = ""\n[train]\nmode = "full"\n'
#: A label of a page, for projects whose task is detection.
PAGE = '[{"transcription": "AB", "points": [[0, 0], [9, 0], [9, 9], [0, 9]]}]'


def write_project(folder: Path, text: str = MINIMAL, images: int = 2) -> Path:
    """Write paddock.toml, label files, images and a dictionary into ``folder`` and return it."""
    root = folder / "data"
    root.mkdir(parents=True)
    for split in ("train", "val", "test"):
        lines = []
        for number in range(images):
            name = f"{split}/{number}.png"
            (root / split).mkdir(exist_ok=True)
            (root / name).write_bytes(f"{split} image {number}".encode())
            lines.append(f"{name}\t{PAGE if 'detection' in text else f'AB{number}'}\n")
        (root / f"{split}.txt").write_text("".join(lines), encoding="utf-8")
    (folder / "dict.txt").write_text("A\nB\n0\n1\n", encoding="utf-8")
    (folder / "paddock.toml").write_text(text, encoding="utf-8")
    return folder
