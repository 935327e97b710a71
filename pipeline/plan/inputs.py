"""What the stages take: files and trees of the project, named by the hash of their content, or artifacts."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from pipeline.plan.hashes import HashCache
from pipeline.plan.labels import LabelFiles
from pipeline.project import Project
from stages.contract import INPUTS, Input
from stages.message import msg

SPLITS = ("train", "val", "test")


@dataclass(frozen=True)
class Upload:
    """Files that go into the inputs volume together, under the hash of their manifest."""

    files: Mapping[str, Path]
    manifest: str
    made_by: str
    sha256: str = field(init=False)

    def __post_init__(self) -> None:
        digest = hashlib.sha256(self.manifest.encode("utf-8")).hexdigest()
        object.__setattr__(self, "sha256", digest)

    @property
    def folder(self) -> PurePosixPath:
        """Where the files are in a container."""
        return INPUTS / self.sha256

    def as_tree(self, name: str) -> Input:
        """The whole folder as a stage's input."""
        return Input(name, str(self.folder), self.sha256, self.made_by, tree=True)

    def as_file(self, name: str) -> Input:
        """The only file of the folder as a stage's input."""
        digest, _, path = self.manifest.rstrip("\n").partition("  ")
        return Input(name, str(self.folder / path), digest, self.made_by)


@dataclass(frozen=True)
class FromProject:
    """An input that the project holds."""

    upload: Upload
    tree: bool

    def as_input(self, name: str) -> Input:
        """The input as a spec names it."""
        return self.upload.as_tree(name) if self.tree else self.upload.as_file(name)


@dataclass(frozen=True)
class FromStage:
    """An input that another stage makes."""

    stage: str
    artifact: str


Source = FromProject | FromStage


def make_upload(files: Mapping[str, Path], cache: HashCache, made_by: str) -> Upload:
    """Hash ``files`` (path in the tree -> file on the host) and write their manifest."""
    lines = [f"{cache.sha256(files[name])}  {name}\n" for name in sorted(files)]
    return Upload(files, "".join(lines), made_by)


def split_upload(
    project: Project, split: str, cache: HashCache, labels: LabelFiles | None = None
) -> Upload:
    """Collect a split's label files and the images that they name.

    Lines that cannot be read and images that are not there are left out: the plan refuses them
    (:func:`pipeline.plan.labels.refuse_faults`), all at once.
    """
    root = project.data_root
    files = split_labels(project, split)
    ordered = sorted({*files, *(labels or LabelFiles(root)).read(files)})
    lines = [f"{cache.sha256(f'{root}/{name}')}  {name}\n" for name in ordered]
    return Upload(_Below(root, ordered), "".join(lines), msg("project ({split} data)", split))


class _Below(Mapping[str, Path]):
    """Files below ``root`` by name. Of tens of thousands, a path is made only for those that are uploaded."""

    def __init__(self, root: Path, names: Sequence[str]) -> None:
        self._root, self._names = root, dict.fromkeys(names)

    def __getitem__(self, name: str) -> Path:
        if name not in self._names:
            raise KeyError(name)
        return self._root / name

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


def split_labels(project: Project, split: str) -> list[str]:
    """Return the split's label files; the test split falls back to the validation split.

    Where ``data.labels`` is set, all splits are of the same files, and the data stage shares out their lines.
    """
    data = project.settings.data
    chosen: list[str] = data.labels or getattr(data, split)
    return chosen or (data.val if split == "test" else [])


def file_upload(path: Path, cache: HashCache, made_by: str) -> Upload:
    """Make an upload of one file."""
    return make_upload({path.name: path}, cache, made_by)
