"""Which characters a model takes for which: labels and readings aligned, and what differs counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from pipeline.report.confusions import pairs
from pipeline.report.samples import Kind, Sample
from tui.appearance import current, symbol
from tui.language import _
from tui.views.readings import said


@dataclass(frozen=True, order=True)
class Confusion:
    """What the label has and what was read in its place; "" where there is nothing."""

    wanted: str
    read: str
    is_text: bool = True

    @property
    def words(self) -> str:
        """Return ``O→0``, or which character was left out or added."""
        wanted, read = (_visible(each, is_text=self.is_text) for each in (self.wanted, self.read))
        if not self.read:
            return _("{character} left out").format(character=wanted)
        if not self.wanted:
            return _("{character} added").format(character=read)
        return f"{wanted}{symbol('arrow')}{read}"


#: By confusion, how often each model has it.
Counts = Mapping[Confusion, Counter[str]]


def confusions_of(sample: Sample) -> dict[str, tuple[Confusion, ...]]:
    """Return the confusions in what each model found of an image, by model."""
    if sample.is_as_labelled or sample.kind == "page":
        return {}
    found = {name: _confusions(sample.label, said, sample.kind) for name, said in sample.by_model}
    return {name: confusions for name, confusions in found.items() if confusions}


def counted(samples: Iterable[Sample]) -> Counts:
    """Count all confusions, the most frequent first."""
    counts: dict[Confusion, Counter[str]] = {}
    for sample in samples:
        for name, confusions in confusions_of(sample).items():
            for confusion in confusions:
                counts.setdefault(confusion, Counter())[name] += 1
    order = sorted(counts, key=lambda item: (-max(counts[item].values()), item))
    return {confusion: counts[confusion] for confusion in order}


def by_readers(counts: Counts) -> dict[tuple[str, ...], Counter[Confusion]]:
    """Return the same by model; models with the very same confusions stand together."""
    models: dict[str, Counter[Confusion]] = {}
    for confusion, readers in counts.items():
        for name, count in readers.items():
            models.setdefault(name, Counter())[confusion] = count
    alike: dict[tuple[str, ...], Counter[Confusion]] = {}
    for name, own in models.items():
        same = next((names for names, other in alike.items() if other == own), ())
        alike.pop(same, None)
        alike |= {(*same, name): own}
    return alike


@lru_cache(maxsize=1 << 16)  # models read mostly the same, so each pair comes again
def _confusions(label: str, reading: str, kind: Kind) -> tuple[Confusion, ...]:
    if label == reading:
        return ()
    if kind == "class":
        return (Confusion(label, reading, is_text=False),)
    return tuple(Confusion(*pair) for pair in pairs(label, reading))


def _visible(character: str, *, is_text: bool) -> str:
    """Return what stands for a character; a space is seen too."""
    if character.isspace():
        return '" "' if current().ascii_only else "\u2423"
    return said(character, is_text=is_text)
