"""Label files as the host reads them: which images they name, and what is wrong that no image need tell.

All that is found is said at once, a sentence a kind, in the user's own names, before any stage starts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from os.path import isfile
from pathlib import Path

from pipeline.complaint import Complaint
from pipeline.errors import UsageError
from pipeline.models.given import is_file
from pipeline.plan.paths import Files, Found
from stages.message import joined, msg
from stages.text.labels import Fault, Kind, LabelFile, is_page, read_label_file
from stages.text.printable import one_line, quoted

#: What stands between path and text where no tab does, the longest first.
_SEPARATORS = (", ", ",", ";", "|", " ")
#: As many lines show which it is.
_LOOKED_AT = 20
_REMEDY = msg("a label is PATH<TAB>TEXT")


@dataclass(frozen=True)
class Absent:
    """An image that a label file names and that is not there, or cannot be below the root."""

    file: str
    line: int
    image: str
    why: str = ""


class LabelFiles:
    """The label files of a project, each read once, and which of their images are there.

    Only whole lines of the first ``most`` bytes are read, if that is given.
    """

    def __init__(self, root: Path, most: int | None = None) -> None:
        self.root = root
        self._most = most
        self.files: dict[str, LabelFile] = {}
        self.images: dict[str, list[str]] = {}
        self.absent: list[Absent] = []

    def read(self, names: Sequence[str]) -> list[str]:
        """Read label files, paths below the root, and return the images of theirs that are there."""
        for name in names:
            if name not in self.files:
                self._read(name)
        return [image for name in names for image in self.images[name]]

    def _read(self, name: str) -> None:
        with (self.root / name).open("rb") as stream:
            data = stream.read(self._most)
            cut = data.rfind(b"\n") + 1 if len(data) == self._most else 0
        found = self.files[name] = read_label_file(data[: cut or None])
        there = self.images[name] = list[str]()
        for item in found.items:
            if isinstance(item, Fault):
                if item.kind is Kind.PATH:
                    self.absent.append(Absent(name, item.line, item.image, item.message))
            elif isfile(f"{self.root}/{item.image}"):  # noqa: PTH113 - a Path takes three times as long
                there.append(item.image)
            else:
                self.absent.append(Absent(name, item.line, item.image))


def refuse_faults(labels: LabelFiles, task: str, project_folder: Path) -> None:
    """Refuse label files that cannot be right, whatever the images show.

    Raises:
        UsageError: names each kind of fault once, with what to do about it.
    """
    found = list(faults(labels, task, project_folder))
    if found:
        places = list(dict.fromkeys(complaint.keys[0] for complaint in found))
        remedies = list(dict.fromkeys(each.remedy for each in found if each.remedy))
        raise UsageError(
            joined("\n", [each.message for each in found]),
            ", ".join(str(labels.root / place) for place in places),
            joined("; ", remedies),
        )


def faults(labels: LabelFiles, task: str, project_folder: Path) -> Iterator[Complaint]:
    """Give what is wrong; the key of a complaint is the label file."""
    for name, file in labels.files.items():
        if file.text.foreign:
            message = msg("{first}: {rest}", one_line(name), file.text.foreign.message())
            yield Complaint((name,), message, file.text.foreign.remedy(one_line(name)))
        elif not file.items:
            message = msg("{file}: no lines; a label file has a line an image", one_line(name))
            yield Complaint((name,), message, _REMEDY)
        elif other := _of_another_task(name, file, task):
            yield other
        else:
            yield from _of_lines(name, file, labels.root)
    spoilt = {name for name, file in labels.files.items() if file.text.foreign}
    if absent := [each for each in labels.absent if each.file not in spoilt]:
        yield _of_paths(labels, absent, project_folder)


def _of_another_task(name: str, file: LabelFile, task: str) -> Complaint | None:
    """Refuse labels of pages for a model that reads lines, and of lines for one that finds them."""
    labels = file.labels
    pages = sum(is_page(label.text) for label in labels)
    if task != "detection" and pages * 2 > len(labels):
        message = msg(
            "{file}: labels of pages (regions with their outlines, as in PPOCRLabel's Label.txt)",
            one_line(name),
        )
        remedy = msg(
            'take rec_gt.txt (PPOCRLabel writes it by "Export Recognition Result"), or set [model] task = '
            '"detection"'
        )
        return Complaint((name,), message, remedy)
    if task == "detection" and labels and not any(label.text[:1] == "[" for label in labels):
        message = msg("{file}: labels of lines, where a page's regions belong", one_line(name))
        remedy = msg('take Label.txt, or set [model] task = "recognition"')
        return Complaint((name,), message, remedy)
    return None


def _of_lines(name: str, file: LabelFile, root: Path) -> Iterator[Complaint]:
    kinds: defaultdict[Kind, list[Fault]] = defaultdict(list)
    for fault in file.faults:
        if fault.kind is not Kind.PATH:
            kinds[fault.kind].append(fault)
    for kind, faults in kinds.items():
        first = msg("{first}: {rest}", f"{one_line(name)}:{faults[0].line}", faults[0].message)
        more = len(faults) - 1
        message = msg("{first}; {more} more lines are like this", first, more) if more else first
        yield Complaint((name,), message, _remedy_of_lines(kind, file, faults, root))


def _remedy_of_lines(kind: Kind, file: LabelFile, faults: Sequence[Fault], root: Path) -> str:
    if kind is not Kind.TABS:
        return msg("correct these lines")
    separator = _separator([file.text.lines[fault.line - 1] for fault in faults[:_LOOKED_AT]], root)
    if separator:
        return msg("put a tab for the {separator} between path and text", quoted(separator))
    return _REMEDY


def _separator(lines: Sequence[str | bytes], root: Path) -> str:
    """Return what stands behind the path of an image in every line; "" if that cannot be told."""
    texts = [line for line in lines if isinstance(line, str)]
    for separator in _SEPARATORS:
        paths = [text.partition(separator)[0] for text in texts if separator in text]
        if (
            texts
            and len(paths) == len(texts)
            and all(path and is_file(root / path) for path in paths)
        ):
            return separator
    return ""


def _of_paths(labels: LabelFiles, absent: Sequence[Absent], project_folder: Path) -> Complaint:
    """Say of all images that are not there where they are instead, in one sentence."""
    first = absent[0]
    names = list(dict.fromkeys(each.file for each in absent))
    total = len(absent) + sum(len(images) for images in labels.images.values())
    shown = ", ".join(map(one_line, names))
    head = msg(
        "{count} of {total} images are not where {files} says, for example {image} (line {line})",
        len(absent),
        total,
        shown,
        quoted(first.image),
        first.line,
    )
    written = [each.image for each in absent]
    found = Files(labels.root).find(written)
    if found and not found.difference.changes:  # it is there, and its name is the fault
        named = next(each for each in absent if each.image == found.written)
        message = msg("{first}: {rest}", head, named.why or msg("it was not there a moment ago"))
        return Complaint(
            (first.file,), message, msg("rename the files, and correct {files}", shown)
        )
    if found:
        return Complaint(
            (first.file,), _said(head, found, len(absent)), _path_remedy(found, shown, labels.root)
        )
    root = labels.root.resolve()
    project = project_folder.resolve()
    if root != project and (outside := Files(project).find(written)):
        message = msg("{head}; there is {file} outside of [data] root", head, quoted(outside.there))
        remedy = msg(
            "set [data] root to a folder above labels and images, and name both from there"
        )
        return Complaint((first.file,), message, remedy)
    if first.why:
        return Complaint(
            (first.file,),
            msg("{first}: {rest}", head, first.why),
            msg("correct the paths in {files}", shown),
        )
    message = msg("{head}; no file of such a name is in {root}", head, labels.root)
    return Complaint(
        (first.file,), message, msg("correct the paths in {files}, or bring the images", shown)
    )


def _said(head: str, found: Found, count: int) -> str:
    said, there = found.difference.said(), quoted(found.there)
    if found.count == count:
        return msg("{head}; they are there {how}: {example}", head, said, there)
    return msg("{head}; {count} of them are there {how}: {example}", head, found.count, said, there)


def _path_remedy(found: Found, files: str, root: Path) -> str:
    """Say what to do: one change of the paths that a program or an editor makes, or the files' names."""
    difference = found.difference
    alone = difference.changes == 1
    if difference.less.strip("/") == root.resolve().name and alone:
        return msg(
            "take {less} away from the paths in {files}, or set [data] root to the folder above {root}",
            quoted(difference.less),
            files,
            root,
        )
    if difference.form:
        return msg(
            "write the paths in {files} in {form}, or rename the files: convmv -f utf-8 -t utf-8 "
            "--{other} -r --notest {root}",
            files,
            difference.form,
            "nfc" if difference.form == "NFD" else "nfd",
            root,
        )
    return msg(
        "write the paths in {files} so: {example} for {written}",
        files,
        quoted(found.there),
        quoted(found.written),
    )
