"""The images on which models differ from the label or from each other, as a report lists them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.tasks import TASKS
from stages.contract import ChainedLine, Mismatch

if TYPE_CHECKING:
    from pipeline.report.model import Report


@dataclass(frozen=True)
class Difference:
    """An image, what its label says of it, and what each model made of it, by the model's name.

    ``is_text`` tells that both were read off the image, character by character; a number of boxes is not.
    """

    image: str
    label: str
    found: Mapping[str, str]
    is_text: bool = True

    @property
    def is_parted(self) -> bool:
        """Whether the models disagree with each other, and not with the label alone."""
        return len(set(self.found.values())) > 1


def differences_of(report: Report) -> tuple[Difference, ...]:
    """Return all that a report lists, models in its order.

    Last stand the lines that the converted pair of models reads other than the original pair: what that
    one read is in the place of the label.
    """
    names = [model.name for model in report.models]
    is_text = TASKS[report.task].reads
    return (
        *(_difference(item, names, is_text) for item in report.mismatches),
        *(_line(item) for item in (report.chain.different if report.chain else ())),
    )


def _difference(item: Mismatch, names: Sequence[str], is_text: bool) -> Difference:
    models = dict.fromkeys((*names, *item.found))
    found = {name: item.found[name] for name in models if name in item.found}
    return Difference(item.image, item.label, found, is_text)


def _line(line: ChainedLine) -> Difference:
    found = {"original": line.original, "converted": line.converted}
    return Difference(line.image, line.original, found)
