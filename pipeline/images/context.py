"""The build context of one image: a tar with what its Dockerfile copies, and nothing else.

Times, owners and modes are settled, so that equal files give equal layers whatever the checkout's
umask was. The user's certificates and PaddleOCR tree go in from where they are: nothing is written
into the repository.
"""

from __future__ import annotations

import hashlib
import io
import os
import tarfile
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from pipeline.compose.file import ImageBuild
from pipeline.engine.images import STEP_LABEL
from pipeline.errors import UsageError
from pipeline.images.certificates import Bundle
from pipeline.images.dockerfile import copied_paths, stages_of, with_labelled_steps
from stages.message import msg

#: Where the Dockerfiles look for a user's certificates and for a user's PaddleOCR tree.
CERTIFICATES = "images/ca"
OWN_TREE = "images/paddleocr/tree"
#: Has hashes of wheels that are on Paddle's own index alone, so whoever trains on a GPU makes it.
GPU_LOCK = "images/gpu/requirements.txt"
#: Build argument: a folder of the context with a PaddleOCR tree; or, for ``paddock``, any folder.
TREE_ARGUMENT = "PADDLEOCR_TREE"
#: Arguments that change where things come from, never what they are: hashes see to that.
_UNTOLD_ARGUMENTS = {
    "PIP_INDEX_URL", "PADDLE_GPU_INDEX_URL", "PYTHON_BASE", "BASE", "BASE_ORIGIN",
}  # fmt: skip
_NEVER = {"__pycache__", ".git", ".DS_Store"}
_MOMENT = 1735689600


@dataclass(frozen=True)
class Context:
    """What is sent to the engine: files by their path in the tar, and the build's arguments.

    ``text`` is what the Dockerfile says there: of the one in the repository the stages that are needed.
    """

    files: Mapping[str, Path]
    args: Mapping[str, str]
    dockerfile: str
    text: str
    certificates: Bundle | None

    def fingerprint(self, base: str) -> str:
        """Return the SHA-256 of all that decides the image: files, arguments and its base.

        Certificates only open the way to files that are checked by hash; they do not count.
        """
        digest = hashlib.sha256(f"{base}\0{self.text}".encode())
        for name, value in sorted(self.args.items()):
            if name not in _UNTOLD_ARGUMENTS:
                digest.update(f"\0{name}={value}".encode())
        for name, path in sorted(self.files.items()):
            if not _is_certificate(name):
                digest.update(f"\0{name}\0{_mode(path):o}\0".encode())
                digest.update(hashlib.sha256(path.read_bytes()).digest())
        return digest.hexdigest()

    def pack(self) -> IO[bytes]:
        """Return the tar, in a temporary file that is gone when closed."""
        stream = tempfile.TemporaryFile()  # noqa: SIM115 - the caller closes it
        with tarfile.open(fileobj=stream, mode="w", format=tarfile.PAX_FORMAT) as tar:
            names = [*self.files, self.dockerfile, f"{CERTIFICATES}/user.pem"]
            for folder in sorted(_parents(names)):
                tar.addfile(_folder(folder))
            text = with_labelled_steps(self.text, STEP_LABEL)
            _add(tar, self.dockerfile, text.encode("utf-8"), 0o644)
            for name, path in sorted(self.files.items()):
                _add(tar, name, path.read_bytes(), _mode(path))
            if self.certificates:
                _add(tar, f"{CERTIFICATES}/user.pem", self.certificates.pem, 0o644)
        stream.seek(0)
        return stream


def make_context(repository: Path, build: ImageBuild, certificates: Bundle | None) -> Context:
    """Collect what ``build`` needs.

    Raises:
        UsageError: a file that the Dockerfile copies is missing, it has no such target, or PADDLEOCR_TREE
            is no such tree.
    """
    root = repository / build.context
    args, tree = _own_tree(root, build.args)
    dockerfile = root / build.dockerfile
    if not dockerfile.is_file():
        raise UsageError(
            msg("there is no such Dockerfile"), str(dockerfile), msg("correct compose.yaml")
        )
    text = stages_of(dockerfile.read_text(encoding="utf-8"), build.target)
    files: dict[str, Path] = {}
    for pattern in copied_paths(text, args):
        if tree is None:
            files.update(_matching(root, pattern))
        elif pattern == OWN_TREE:
            files.update(_tree_files(tree, OWN_TREE))
        else:
            files.update(_outside(OWN_TREE, _matching(root, pattern)))
    return Context(files, args, build.dockerfile, text, certificates)


def _own_tree(root: Path, args: Mapping[str, str]) -> tuple[dict[str, str], Path | None]:
    """Return the arguments with PADDLEOCR_TREE as a path in the context, and the user's folder."""
    given = args.get(TREE_ARGUMENT)
    if given is None or (root / given).resolve() == (root / "images" / "paddleocr").resolve():
        return dict(args), None
    tree = (root / given).resolve()
    if not (tree / "tools" / "train.py").is_file():
        remedy = msg("name the root of a PaddleOCR source tree, with tools/ and ppocr/ in it")
        raise UsageError(
            msg("{tree_argument} has no tools/train.py", TREE_ARGUMENT), str(tree), remedy
        )
    return {**args, TREE_ARGUMENT: OWN_TREE}, tree


def _tree_files(tree: Path, prefix: str) -> Iterator[tuple[str, Path]]:
    """Give the code of a user's PaddleOCR tree, and no more of it: such trees can be large."""
    for name in ("LICENSE", "NOTICE"):
        if (tree / name).is_file():
            yield f"{prefix}/{name}", tree / name
    for folder in ("tools", "ppocr"):
        for path in _below(tree / folder):
            yield f"{prefix}/{path.relative_to(tree).as_posix()}", path


def _matching(root: Path, pattern: str) -> Iterator[tuple[str, Path]]:
    found = sorted(root.glob(pattern))
    if not found:
        remedy = (
            msg("make it where Paddle's own index can be reached: scripts/lock --gpu")
            if pattern == GPU_LOCK
            else msg("restore it from the repository, or correct the Dockerfile")
        )
        raise UsageError(
            msg("a file that an image is built from is missing"), str(root / pattern), remedy
        )
    for match in found:
        for path in [match] if match.is_file() else _below(match):
            yield path.relative_to(root).as_posix(), path


def _outside(folder: str, found: Iterable[tuple[str, Path]]) -> Iterator[tuple[str, Path]]:
    """Leave a tree that lies in the repository out where the user named another."""
    return (pair for pair in found if not pair[0].startswith(f"{folder}/"))


def _below(folder: Path) -> Iterator[Path]:
    for parent, folders, names in os.walk(folder):
        folders[:] = sorted(set(folders) - _NEVER)
        for name in sorted(names):
            path = Path(parent, name)
            if name not in _NEVER and path.is_file():
                yield path


def _is_certificate(name: str) -> bool:
    path = PurePosixPath(name)
    return str(path.parent) == CERTIFICATES and path.suffix == ".pem"


def _mode(path: Path) -> int:
    return 0o755 if path.stat().st_mode & 0o100 else 0o644


def _parents(names: Iterable[str]) -> set[str]:
    folders = {str(parent) for name in names for parent in PurePosixPath(name).parents}
    return folders - {"."}


def _folder(name: str) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.type, member.mode, member.mtime = tarfile.DIRTYPE, 0o755, _MOMENT
    return member


def _add(tar: tarfile.TarFile, name: str, data: bytes, mode: int) -> None:
    member = tarfile.TarInfo(name)
    member.size, member.mode, member.mtime = len(data), mode, _MOMENT
    tar.addfile(member, io.BytesIO(data))
