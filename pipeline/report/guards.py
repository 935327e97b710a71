"""Every guard of a run: which pitfall it watches for, and what its check found.

IDs are stable; a new guard is a new row of :data:`GUARDS`, in the order in which a run meets them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from pipeline.errors import IntegrityFailed
from pipeline.report import checks, lineage_checks, place_checks, runtime_checks
from pipeline.report.evidence import Evidence, Finding
from pipeline.report.metrics import RECOGNITION
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
        tasks: the tasks that it makes sense for; empty for all.
    """

    id: str
    title: str
    protects: str
    check: Callable[[Evidence], Finding] = field(repr=False)
    pitfalls: tuple[Pitfall, ...] = ()
    refuses: bool = False
    tasks: tuple[str, ...] = ()

    def report(self, evidence: Evidence) -> dict[str, Any]:
        """Return the guard's entry of the report."""
        head = {"id": self.id, "title": self.title, "protects": self.protects}
        pitfalls = [str(pitfall) for pitfall in self.pitfalls]
        return {**head, **asdict(self._finding(evidence)), "pitfalls": pitfalls}

    def _finding(self, evidence: Evidence) -> Finding:
        if self.tasks and evidence.task not in self.tasks:
            return Finding("not checked", _NOT_FOR[evidence.task])
        return self.check(evidence)


def check_guards(evidence: Evidence) -> list[dict[str, Any]]:
    """Return every guard with its outcome, in the order in which a run meets them."""
    return [guard.report(evidence) for guard in GUARDS]


def refusal(guards: Iterable[Mapping[str, Any]]) -> IntegrityFailed | None:
    """Return the error for the first guard that failed and refuses the run, or None."""
    refusing = {guard.id: guard for guard in GUARDS if guard.refuses}
    for entry in guards:
        guard = refusing.get(entry["id"])
        if guard and entry["outcome"] == "failed":
            pitfall = guard.pitfalls[0] if guard.pitfalls else ""
            return IntegrityFailed(entry["found"], entry["where"], entry["remedy"], pitfall)
    return None


#: What is said of a guard that makes no sense for a task.
_NOT_FOR = {
    RECOGNITION: "not for recognition",
    "detection": "not for detection",
    "orientation": "not for orientation",
}
_READS = (RECOGNITION,)
GUARDS = (
    Guard(
        "inputs-rehashed",
        "every stage hashed its inputs again",
        "a file that was changed, or mixed up with that of another run, between two stages",
        checks.inputs,
        (Pitfall.CHANGED_ARTIFACT,),
    ),
    Guard(
        "lock-held",
        "the run was held to the lock",
        "images, parameters or data that changed since the last good run, unnoticed",
        checks.lock,
        (Pitfall.CHANGED_ARTIFACT, Pitfall.MIXED_VERSIONS),
    ),
    Guard(
        "dictionary-well-formed",
        "every reader takes the dictionary for the same characters",
        "PaddleOCR takes a file that a reader on the phone takes otherwise, line for line",
        place_checks.well_formed,
        (
            Pitfall.DICTIONARY_CRLF,
            Pitfall.DICTIONARY_BOM,
            Pitfall.DICTIONARY_DUPLICATE,
            Pitfall.DICTIONARY_DOUBLE_SPACE,
        ),
        tasks=_READS,
    ),
    Guard(
        "labels-in-dictionary",
        "labels use the dictionary's characters only",
        "PaddleOCR drops a character that the dictionary lacks in silence and trains on the rest",
        checks.labels,
        (Pitfall.LABEL_OUTSIDE_DICTIONARY,),
        tasks=_READS,
    ),
    Guard(
        "label-length",
        "no label is longer than allowed",
        "PaddleOCR leaves out a line that is longer than max_text_length in silence",
        checks.length,
        tasks=_READS,
    ),
    Guard(
        "own-test-set",
        "the test set chose nothing",
        "an accuracy measured on the lines that the best epoch was chosen with is too good",
        checks.own_test_set,
        (Pitfall.LEAKED_TEST_IMAGES,),
    ),
    Guard(
        "no-overlap",
        "training, validation and test share no image",
        "an accuracy measured on lines that the model was trained with is too good",
        checks.overlap,
        (Pitfall.LEAKED_TEST_IMAGES,),
    ),
    Guard(
        "one-environment",
        "all stages ran with the same versions",
        "a model trained with one Paddle and exported or converted with another computes otherwise",
        checks.environment,
        (Pitfall.MIXED_VERSIONS,),
    ),
    Guard(
        "same-processor",
        "all stages ran on the same vector units",
        "kernels of another processor add up in another order: other last digits, and another hash",
        runtime_checks.cpu,
    ),
    Guard(
        "what-learned",
        "training changed the weights",
        "a configuration that freezes more than was meant, and a training that only seems to be one",
        lineage_checks.learned,
        (Pitfall.USE_GUIDE,),
    ),
    Guard(
        "export-lineage",
        "the exported model has the checkpoint's parameters",
        "PaddleOCR exports random weights where a name or a shape does not fit",
        checks.export,
        (Pitfall.SHAPE_MISMATCH, Pitfall.OTHER_CONFIGURATION),
    ),
    Guard(
        "import-proved",
        "the model made of a PIR model computes what that does",
        "opt cannot read a PIR model, and what is made of it by hand may compute something else",
        checks.taken_over,
        (Pitfall.PIR_GIVEN_TO_OPT,),
    ),
    Guard(
        "same-preprocessing",
        "training, export and models say the same of their input",
        "images of another height, or with red and blue swapped, which every model takes and reads worse",
        place_checks.preprocessing,
        (Pitfall.OTHER_CONFIGURATION, Pitfall.WRONG_HEIGHT, Pitfall.RGB_FOR_BGR),
        refuses=True,
    ),
    Guard(
        "legal-program",
        "opt was given a program that it takes",
        "Paddle 3 leaves out what opt 2.13 needs: it aborts without a word, or its file does on the phone",
        lineage_checks.legal,
        (
            Pitfall.PIR_GIVEN_TO_OPT,
            Pitfall.SWISH_WITHOUT_BETA,
            Pitfall.MISSING_XSHAPE,
            Pitfall.SCALAR_WITHOUT_SHAPE,
        ),
    ),
    Guard(
        "rewriting-proved",
        "the rewritten program computes what the original does",
        "a program made fit for Paddle-Lite that no longer computes the same",
        checks.rewriting,
        (Pitfall.SCALE_FOLDED_WRONG,),
    ),
    Guard(
        "written-anew",
        "opt wrote every NB file in this run",
        "a conversion that writes nothing and ends with exit code 0, so that an older file ships",
        lineage_checks.anew,
        (Pitfall.NO_FILE_EXIT_ZERO, Pitfall.STALE_FILE),
    ),
    Guard(
        "weights-traced",
        "every tensor of every NB file comes from the trained model",
        "an NB file that converts and runs, with weights that are not those that were trained",
        lineage_checks.traced,
        (Pitfall.STOCK_NB, Pitfall.SCALE_FOLDED_WRONG, Pitfall.STALE_FILE),
        refuses=True,
    ),
    Guard(
        "same-for-all-targets",
        "the NB files of all targets hold the same model",
        "what is measured on this machine says nothing of the file that ships",
        lineage_checks.targets_agree,
        (Pitfall.STALE_FILE, Pitfall.STOCK_NB),
        refuses=True,
    ),
    Guard(
        "target-fits",
        "each NB file was made for the processor that it stands for",
        "a file for another processor crashes, or returns zeros with exit code 0",
        runtime_checks.target,
        (Pitfall.FOREIGN_TARGET,),
    ),
    Guard(
        "runtime-known",
        "the app's Paddle-Lite is not older than opt",
        "a file that an older runtime aborts on, or reads wrongly, on the phone alone",
        runtime_checks.runtime,
        (Pitfall.OPT_NEWER_THAN_RUNTIME,),
        refuses=True,
    ),
    Guard(
        "one-dictionary",
        "one dictionary from the labels to the decoder",
        "the right classes decoded with the wrong characters",
        place_checks.one_dictionary,
        (Pitfall.DICTIONARY_CHANGED, Pitfall.DICTIONARY_REORDERED),
        refuses=True,
        tasks=_READS,
    ),
    Guard(
        "dictionary-classes",
        "every model has the dictionary's classes",
        "a dictionary that is one entry off (most often the space) shifts every character",
        place_checks.classes,
        (Pitfall.DICTIONARY_CLASSES,),
        refuses=True,
        tasks=_READS,
    ),
    Guard(
        "one-preprocessing",
        "all models were given the same prepared images",
        "models that seem to differ, or to agree, because their images were prepared differently",
        checks.preprocessing,
        (Pitfall.WIDTH_CHANGED,),
    ),
    Guard(
        "finite-outputs",
        "all outputs are finite",
        "an operator that overflows gives NaN, which decodes to an empty or to any string",
        checks.finite,
        (Pitfall.QUANTISED_GARBAGE,),
    ),
    Guard(
        "sane-outputs",
        "all outputs are probabilities",
        "a file that Paddle-Lite cannot really run returns zeros or NaN with exit code 0",
        runtime_checks.sums,
        (Pitfall.QUANTISED_GARBAGE, Pitfall.FOREIGN_TARGET),
    ),
    Guard(
        "repeatable-outputs",
        "the same image gives the same output again",
        "a model that reads memory which it never wrote, and is right by luck",
        runtime_checks.repeatable,
    ),
    Guard(
        "not-the-stock-model",
        "no model reads as the one that training started from",
        "the official model's NB file on the phone in place of the trained one",
        runtime_checks.canary,
        (Pitfall.STOCK_NB,),
        refuses=True,
        tasks=_READS,
    ),
    Guard(
        "same-strings",
        "NB finds the same as PD",
        "a conversion that changes what is read or found",
        checks.agreement,
        (Pitfall.SCALE_FOLDED_WRONG,),
    ),
    Guard(
        "same-probabilities",
        "NB's numbers are those of PD",
        "a conversion that agrees on the test set by luck and not on the next image",
        checks.probabilities,
        (Pitfall.SCALE_FOLDED_WRONG,),
    ),
    Guard(
        "same-text-chained",
        "detection and recognition chained read as the original models do",
        "boxes that differ by a pixel, which no threshold tells and another text shows",
        checks.chained,
        tasks=("detection",),
    ),
    Guard(
        "accuracy-floor",
        "the model is good enough for its parity to mean something",
        "models that agree because none of them finds anything",
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
        (Pitfall.CHANGED_ARTIFACT,),
    ),
)
