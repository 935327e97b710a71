"""Every guard of a run: which pitfall it watches for, and what its check found.

IDs are stable; a new guard is a new row of :data:`_GUARDS`, in the order in which a run meets them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from pipeline.errors import IntegrityFailed
from pipeline.report import checks
from pipeline.report.evidence import Evidence, Finding
from stages.pitfalls import Pitfall


@dataclass(frozen=True)
class Guard:
    """A check by its stable ID.

    Args:
        id: never changes.
        title: what is so if the guard passed.
        protects: what goes wrong where nobody checks.
        check: looks at a run's evidence.
        pitfalls: the entries of the catalogue that it watches for.
        refuses: whether a run with this guard failed ends with exit code 5 and delivers nothing.
    """

    id: str
    title: str
    protects: str
    check: Callable[[Evidence], Finding] = field(repr=False)
    pitfalls: tuple[Pitfall, ...] = ()
    refuses: bool = False

    def report(self, evidence: Evidence) -> dict[str, Any]:
        """Return the guard's entry of the report."""
        head = {"id": self.id, "title": self.title, "protects": self.protects}
        pitfalls = [str(pitfall) for pitfall in self.pitfalls]
        return {**head, **asdict(self.check(evidence)), "pitfalls": pitfalls}


def check_guards(evidence: Evidence) -> list[dict[str, Any]]:
    """Return every guard with its outcome, in the order in which a run meets them."""
    return [guard.report(evidence) for guard in _GUARDS]


def refusal(guards: Iterable[Mapping[str, Any]]) -> IntegrityFailed | None:
    """Return the error for the first guard that failed and refuses the run, or None."""
    refusing = {guard.id: guard for guard in _GUARDS if guard.refuses}
    for entry in guards:
        guard = refusing.get(entry["id"])
        if guard and entry["outcome"] == "failed":
            pitfall = guard.pitfalls[0] if guard.pitfalls else ""
            return IntegrityFailed(entry["found"], entry["where"], entry["remedy"], pitfall)
    return None


_GUARDS = (
    Guard(
        "inputs-rehashed",
        "every stage hashed its inputs again",
        "a file that was changed, or mixed up with that of another run, between two stages",
        checks.inputs,
    ),
    Guard(
        "lock-held",
        "the run was held to the lock",
        "images, parameters or data that changed since the last good run, unnoticed",
        checks.lock,
    ),
    Guard(
        "labels-in-dictionary",
        "labels use the dictionary's characters only",
        "PaddleOCR drops a character that the dictionary lacks in silence and trains on the rest",
        checks.labels,
    ),
    Guard(
        "label-length",
        "no label is longer than allowed",
        "PaddleOCR leaves out a line that is longer than max_text_length in silence",
        checks.length,
    ),
    Guard(
        "own-test-set",
        "the test set chose nothing",
        "an accuracy measured on the lines that the best epoch was chosen with is too good",
        checks.own_test_set,
    ),
    Guard(
        "no-overlap",
        "training, validation and test share no image",
        "an accuracy measured on lines that the model was trained with is too good",
        checks.overlap,
    ),
    Guard(
        "one-environment",
        "all stages ran with the same versions",
        "a model trained with one Paddle and exported or converted with another computes otherwise",
        checks.environment,
    ),
    Guard(
        "export-lineage",
        "the exported model has the checkpoint's parameters",
        "PaddleOCR exports random weights where a name or a shape does not fit",
        checks.export,
    ),
    Guard(
        "rewriting-proved",
        "the rewritten program computes what the original does",
        "a program made fit for Paddle-Lite that no longer computes the same",
        checks.rewriting,
    ),
    Guard(
        "one-dictionary",
        "one dictionary from the labels to the decoder",
        "the right classes decoded with the wrong characters",
        checks.one_dictionary,
    ),
    Guard(
        "dictionary-classes",
        "every model has the dictionary's classes",
        "a dictionary that is one entry off (most often the space) shifts every character",
        checks.classes,
    ),
    Guard(
        "one-preprocessing",
        "all models were given the same prepared images",
        "models that seem to differ, or to agree, because their images were prepared differently",
        checks.preprocessing,
    ),
    Guard(
        "finite-outputs",
        "all outputs are finite",
        "an operator that overflows gives NaN, which decodes to an empty or to any string",
        checks.finite,
    ),
    Guard(
        "same-strings",
        "NB reads the same strings as PD",
        "a conversion that changes what is read",
        checks.strings,
    ),
    Guard(
        "same-probabilities",
        "NB's probabilities are those of PD",
        "a conversion that agrees on the test set by luck and not on the next image",
        checks.probabilities,
    ),
    Guard(
        "accuracy-floor",
        "the model reads well enough for its parity to mean something",
        "models that agree because none of them reads anything",
        checks.accuracy,
    ),
    Guard(
        "shipped-measured",
        "every NB file was measured",
        "a file for another processor that nobody has run: golden.json is for checking it there",
        checks.shipped,
    ),
    Guard(
        "artifacts-rehashed",
        "what ships was hashed again on its way out",
        "a model that was changed in the workspace after it was measured",
        checks.artifacts,
    ),
)
