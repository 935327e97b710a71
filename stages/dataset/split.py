"""Checking one split: its label files, and every image that they name."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from stages.contract import MANIFEST_FILE
from stages.dataset.problems import Problems
from stages.preprocess import decode_image
from stages.text.dictionary import Dictionary
from stages.text.labels import SEPARATOR, Fault, Label, parse_labels
from stages.text.printable import printable, quoted


@dataclass(frozen=True)
class Rules:
    """What a label must keep to."""

    dictionary: Dictionary
    max_text_length: int


@dataclass
class Split:
    """A split's labels that are in order, with the content hash of each image."""

    name: str
    labels: list[Label] = field(default_factory=list)
    hashes: list[str] = field(default_factory=list)

    def text(self) -> str:
        """Return the labels as one label file."""
        return "".join(f"{label.image}{SEPARATOR}{label.text}\n" for label in self.labels)


class SplitReader:
    """Reads a split; ``seen`` keeps what is known of an image's content, over all splits."""

    def __init__(self, rules: Rules, problems: Problems, seen: dict[str, str]) -> None:
        self._rules, self._problems, self._seen = rules, problems, seen

    def read(self, name: str, root: Path, files: list[str], advanced: Callable[[], None]) -> Split:
        """Check all label files of a split; what is wrong goes to the problems.

        Args:
            name: of the split.
            root: the input tree: label files and images are relative to it.
            files: the label files.
            advanced: called once a line.
        """
        split = Split(name)
        manifest = read_manifest(root)
        before = len(self._problems.lines)
        for where, item in self._items(root, files):
            advanced()
            if isinstance(item, Fault):
                self._problems.add(where, item.message)
            else:
                self._check_text(where, item)
                self._check_image(where, item, root, manifest)
                split.labels.append(item)
                split.hashes.append(manifest.get(item.image, ""))
        if not split.labels and len(self._problems.lines) == before:
            self._problems.add(f"split {name}", "its label files have no lines")
        return split

    def _items(self, root: Path, files: list[str]) -> Iterator[tuple[str, Label | Fault]]:
        for file in files:
            path = root / file
            if not path.is_file():
                self._problems.add(printable(file), "the label file is missing")
                continue
            for item in parse_labels(path.read_bytes()):
                yield f"{printable(file)}:{item.line}", item

    def _check_text(self, where: str, label: Label) -> None:
        longest = self._rules.max_text_length
        if not label.text:
            self._problems.add(where, f"the text of {quoted(label.image)} is empty")
        if len(label.text) > longest:
            self._problems.add(
                where,
                f"the text {quoted(label.text)} has {len(label.text)} characters; allowed are "
                f"{longest} (max_text_length): PaddleOCR would leave the line out in silence",
            )
        for character in self._rules.dictionary.unknown(label.text):
            self._problems.add_outsider(where, character)

    def _check_image(self, where: str, label: Label, root: Path, manifest: dict[str, str]) -> None:
        content = manifest.get(label.image)
        if content is None:
            self._problems.add(where, f"the image {quoted(label.image)} is missing")
            return
        if content not in self._seen:
            self._seen[content] = _fault_of(root / label.image)
        if self._seen[content]:
            self._problems.add(where, f"the image {quoted(label.image)} {self._seen[content]}")


def _fault_of(path: Path) -> str:
    """Return why an image cannot be read, or ""."""
    data = path.read_bytes()
    if not data:
        return "is an empty file"
    image = decode_image(data)
    if image is None:
        return "is not an image that OpenCV reads (allowed: PNG, JPEG, BMP, TIFF, …)"
    return "" if image.size else "has no pixels"


def read_manifest(root: Path) -> dict[str, str]:
    """Return SHA-256 by path of a tree input."""
    lines = (root / MANIFEST_FILE).read_text(encoding="utf-8").splitlines()
    pairs = (line.partition("  ") for line in lines)
    return {name: content for content, _, name in pairs}
