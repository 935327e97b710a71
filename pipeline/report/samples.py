"""Every test image of a run: what its label says, and what each model found.

The report lists the images on which a model finds other than the label or PD says. All others are as the
test labels that ``data`` wrote, which every measured model found; of pages, ``pages.jsonl`` has all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from pipeline.tasks import TASKS
from pipeline.tasks.detection import DETECTION
from stages.contract import ChainedLine, DocumentError, Mismatch
from stages.contract.artifacts import labels_file
from stages.contract.pages import PAGES, Page, parse_pages
from stages.text.labels import Label, parse_labels

if TYPE_CHECKING:
    from pipeline.report.model import Report


Kind = Literal["text", "class", "page"]


@dataclass(frozen=True, slots=True)
class Sample:
    """An image, its label, and what each model made of it, in the report's order of the models.

    ``kind`` tells what both are: read off the image character by character, one of a few classes, or a count
    of boxes, of which ``page`` has the outlines where they are known.
    """

    image: str
    label: str
    models: tuple[str, ...]
    found: tuple[str, ...]
    kind: Kind = "text"
    is_as_labelled: bool = False
    page: Page | None = None

    @property
    def is_parted(self) -> bool:
        """Whether the models disagree with each other, and not with the label alone."""
        return self.page.is_parted if self.page else len(set(self.found)) > 1

    @property
    def by_model(self) -> Iterator[tuple[str, str]]:
        """Each model with what it found."""
        return zip(self.models, self.found, strict=True)


@dataclass(frozen=True)
class Samples:
    """What is known of a run's test images; ``all_there`` if that is every one of them."""

    items: tuple[Sample, ...] = ()
    all_there: bool = True


def samples_of(report: Report, kept: Callable[[str], bytes | None]) -> Samples:
    """Return the images on which models differ from a label or from each other, then all others.

    Last stand the lines that the converted pair of models reads other than the original pair: what that
    one read is in the place of the label.

    Args:
        report: of the run.
        kept: an artifact's bytes by its SHA-256, None if it is not on the host.
    """
    names = tuple(model.name for model in report.models if model.is_measured)
    kind = _kind(report.task)
    every = [*_every(report, kind, names, kept)]
    pages = {item.image: item for item in every if item.page}
    listed = [pages.get(item.image) or _listed(item, kind, names) for item in report.mismatches]
    apart = {(item.image, item.label) for item in listed}
    rest = (item for item in every if (item.image, item.label) not in apart)
    chained = (_chained(line) for line in (report.chain.different if report.chain else ()))
    return Samples((*listed, *rest, *chained), len(every) == report.images)


def _kind(task: str) -> Kind:
    if TASKS[task].reads:
        return "text"
    return "page" if task == DETECTION.name else "class"


def _listed(item: Mismatch, kind: Kind, names: Sequence[str]) -> Sample:
    return Sample(item.image, item.label, *_in_order(item.found, names), kind)


def _in_order(
    found: Mapping[str, str], names: Sequence[str]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the models that found something, in the report's order, and what they found."""
    models = tuple(name for name in dict.fromkeys((*names, *found)) if name in found)
    return models, tuple(found[name] for name in models)


def _chained(line: ChainedLine) -> Sample:
    found = (line.original, line.converted)
    return Sample(line.image, line.original, ("original", "converted"), found)


def _every(
    report: Report, kind: Kind, names: tuple[str, ...], kept: Callable[[str], bytes | None]
) -> Iterator[Sample]:
    """Give all images as if none were listed; nothing if the file that has them is not there."""
    wanted = ("verify", PAGES) if kind == "page" else ("data", labels_file("test"))
    hashes = (item.sha256 for item in report.artifacts if (item.stage, item.path) == wanted)
    data = next(filter(None, map(kept, hashes)), b"")
    if kind == "page":
        with suppress(DocumentError):  # another version wrote it
            yield from (_page(page, names) for page in parse_pages(data))
        return
    for item in parse_labels(data):
        if isinstance(item, Label):
            found = (item.text,) * len(names)
            yield Sample(item.image, item.text, names, found, kind, is_as_labelled=True)


def _page(page: Page, names: Sequence[str]) -> Sample:
    models, found = _in_order(page.found, names)
    return Sample(page.image, page.label, models, found, "page", page.is_as_labelled, page)
