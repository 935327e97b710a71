"""The images on which models differ from the label or from each other, as a report lists them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.report.metrics import RECOGNITION, Report, task_of

_HEAD = ("image", "label")
#: What a line has to tell that detection and recognition, one after the other, read.
_CHAINED = ("image", "original", "converted")


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
    names = [str(model["name"]) for model in report["models"]]
    is_text = task_of(report) == RECOGNITION
    chain = report.get("chain")
    chained = chain.get("different") if isinstance(chain, Mapping) else ()
    return (
        *(_difference(item, names, is_text) for item in report["mismatches"]),
        *(_line(item) for item in chained or () if _is_line(item)),
    )


def _difference(said: Mapping[str, str], names: Sequence[str], is_text: bool) -> Difference:
    models = dict.fromkeys((*names, *said))
    found = {name: said[name] for name in models if name in said and name not in _HEAD}
    return Difference(said["image"], said["label"], found, is_text)


def _line(said: Mapping[str, Any]) -> Difference:
    original, converted = said["original"], said["converted"]
    return Difference(said["image"], original, {"original": original, "converted": converted})


def _is_line(item: Any) -> bool:
    return isinstance(item, Mapping) and all(isinstance(item.get(name), str) for name in _CHAINED)
