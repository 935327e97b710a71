"""Checking one split: its label files, and every image that they name."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import numpy as np

from stages.contract import MANIFEST_FILE
from stages.dataset.problems import Problems
from stages.imagefile import MOST_PIXELS, ImageFile, look_into, other_kind
from stages.message import msg
from stages.preprocess import decode
from stages.text.labels import SEPARATOR, Fault, Label, LabelFile, read_label_file
from stages.text.printable import printable, quoted

#: Levels of 256 between the darkest and the lightest pixel up to which an image shows nothing; every so
#: many pixels are looked at first.
_ONE_COLOUR, _COARSE = 8, 8
#: How many images a thread looks at in one go.
_PORTION = 16


class Seen(NamedTuple):
    """What is known of a file's content: a hash of its pixels, (height, width), …, or its fault."""

    pixels: str = ""
    size: tuple[int, int] = (0, 0)
    fault: str = ""
    file: ImageFile = ImageFile()
    flattened: bool = False
    one_colour: bool = False


@dataclass
class Split:
    """A split's labels that are in order, with what was seen of each image.

    An image is known by the pixels that models see, and not by its bytes: it is the same under another name,
    in another lossless format, or with other metadata.
    """

    name: str
    labels: list[Label] = field(default_factory=list)
    seen: list[Seen] = field(default_factory=list)

    @property
    def hashes(self) -> list[str]:
        """The hash of each label's image."""
        return [each.pixels for each in self.seen]

    def text(self) -> str:
        """Return the labels as one label file."""
        return "".join(f"{label.image}{SEPARATOR}{label.text}\n" for label in self.labels)


class Rules(Protocol):
    """What a task's labels must keep to."""

    def check(self, where: str, label: Label, size: tuple[int, int], problems: Problems) -> None:
        """Look at one label; what is wrong with it goes to the problems.

        Args:
            where: ``file:line``.
            label: of an image.
            size: (height, width) of the image; (0, 0) if it cannot be read.
            problems: of all splits.
        """

    def settle(self, splits: Sequence[Split]) -> Iterator[str]:
        """Change labels that are in order to what the task takes them for; give what to warn of."""

    def count(self, splits: Sequence[Split]) -> dict[str, Any]:
        """Return the task's own metrics of splits that are in order."""

    def warnings(self, splits: Sequence[Split]) -> Iterator[str]:
        """Give what a person should know of splits that are in order."""


def read_files(root: Path, names: Sequence[str]) -> dict[str, LabelFile | None]:
    """Read label files below the input tree ``root``; None for one that is not there."""
    paths = {name: root / name for name in names}
    return {
        name: read_label_file(path.read_bytes()) if path.is_file() else None
        for name, path in paths.items()
    }


class SplitReader:
    """Reads splits, and each image once, however often and under which names it is listed.

    The images of a split are looked at by the ``lookers``, some ahead of the label that is checked.
    """

    def __init__(self, rules: Rules, problems: Problems, lookers: Executor) -> None:
        self._rules, self._problems, self._lookers = rules, problems, lookers
        self._seen: dict[str, Seen] = {}

    def read(
        self,
        name: str,
        root: Path,
        files: Mapping[str, LabelFile | None],
        advanced: Callable[[], None],
    ) -> Split:
        """Check all label files of a split; what is wrong goes to the problems.

        Args:
            name: of the split.
            root: the input tree: image paths are relative to it.
            files: the label files by their paths, None for one that is missing.
            advanced: called once an image.
        """
        split = Split(name)
        manifest = read_manifest(root)
        new = self._look_at_new(root, files, manifest)
        before = len(self._problems.lines)
        for where, item in self._items(files):
            advanced()
            if isinstance(item, Fault):
                self._problems.add(where, item.message)
            else:
                seen = self._look(item, manifest, new)
                self._rules.check(where, item, seen.size, self._problems)
                if seen.fault:
                    self._problems.add(
                        where, msg("the image {image} {fault}", quoted(item.image), seen.fault)
                    )
                split.labels.append(item)
                split.seen.append(seen)
        if not split.labels and len(self._problems.lines) == before:
            self._problems.add(msg("split {name}", name), msg("its label files have no lines"))
        return split

    def _items(self, files: Mapping[str, LabelFile | None]) -> Iterator[tuple[str, Label | Fault]]:
        for name, file in files.items():
            if file is None:
                self._problems.add(printable(name), msg("the label file is missing"))
                continue
            shown = printable(name)
            for item in file.items:
                yield f"{shown}:{item.line}", item

    def _look_at_new(
        self, root: Path, files: Mapping[str, LabelFile | None], manifest: Mapping[str, str]
    ) -> Iterator[Seen]:
        """Give what is seen of each image that was not looked at before, in the order of the labels."""
        images = (label.image for file in files.values() if file for label in file.labels)
        first: dict[str, str] = {}
        for image in images:
            content = manifest.get(image)
            if content is not None and content not in self._seen:
                first.setdefault(content, f"{root}/{image}")
        paths = list(first.values())
        portions = (paths[at : at + _PORTION] for at in range(0, len(paths), _PORTION))
        return chain.from_iterable(self._lookers.map(_look_at_all, portions))

    def _look(self, label: Label, manifest: Mapping[str, str], new: Iterator[Seen]) -> Seen:
        content = manifest.get(label.image)
        if content is None:
            return Seen(fault=msg("is missing"))
        if content not in self._seen:
            self._seen[content] = next(new)
        return self._seen[content]


def _look_at_all(paths: Sequence[str]) -> list[Seen]:
    return [_look_at(path) for path in paths]


def _look_at(path: str) -> Seen:
    with open(path, "rb") as stream:  # noqa: PTH123 - a Path would take as long again
        data = stream.read()
    if not data:
        return Seen(fault=msg("is an empty file"))
    decoded = decode(data)
    if decoded is None:
        return Seen(fault=_why_not_decoded(data))
    image = decoded.pixels
    if not image.size:
        return Seen(fault=msg("has no pixels"))
    digest = hashlib.blake2b(str(image.shape).encode("ascii"), digest_size=32)
    digest.update(np.ascontiguousarray(image).data)
    size, one_colour = (image.shape[0], image.shape[1]), _shows_one_colour(image)
    return Seen(digest.hexdigest(), size, "", decoded.file, decoded.flattened, one_colour)


def _shows_one_colour(image: np.ndarray) -> bool:
    """Look at a part of the pixels first: an image that shows something does there, most often."""
    for pixels in (image[::_COARSE, ::_COARSE], image):
        if np.ptp(pixels.reshape(-1, pixels.shape[2]), axis=0).max() >= _ONE_COLOUR:
            return False
    return True


def _why_not_decoded(data: bytes) -> str:
    if kind := other_kind(data):
        return msg("is {kind} (allowed: PNG, JPEG, WebP, BMP, TIFF, …)", kind)
    file = look_into(data)
    if file.pixels > MOST_PIXELS:
        return msg(
            "has {pixels} pixels, more than the {most} that are read", file.pixels, MOST_PIXELS
        )
    if not file.whole:
        return msg("is cut off: the end of the file is missing")
    return msg("is not an image that OpenCV reads (allowed: PNG, JPEG, BMP, TIFF, …)")


def read_manifest(root: Path) -> dict[str, str]:
    """Return SHA-256 by path of a tree input."""
    lines = (root / MANIFEST_FILE).read_text(encoding="utf-8").splitlines()
    pairs = (line.partition("  ") for line in lines)
    return {name: content for content, _, name in pairs}
