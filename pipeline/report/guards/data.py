"""Guards of what came in: inputs, lock, dictionary file, labels, splits."""

from __future__ import annotations

from pipeline.report.guards.base import (
    Finding,
    Proof,
    does_not_apply,
    enforced,
    failed,
    guard,
    not_checked,
    passed,
    passed_if,
)
from pipeline.report.words import Effect
from stages.contract import SQUEEZED_SHARE
from stages.contract.artifacts import DICTIONARY
from stages.message import joined, msg
from stages.pitfalls import Pitfall

#: Of a trained model's dictionary that readers may take in different ways.
_BY_CLASS = msg("let the app decode by class, as preprocess.json lists them (characters_by_class)")


@guard(
    "inputs-rehashed",
    msg("every stage hashed its inputs again"),
    msg("a file that was changed, or mixed up with that of another run, between two stages"),
    Pitfall.CHANGED_ARTIFACT,
)
def inputs(proof: Proof) -> Finding:
    """No result exists without: a stage that finds another hash ends with exit code 5."""
    stages = ", ".join(proof.results)
    return enforced(
        msg("every input had the hash that was recorded for it: {stages}", stages), "spec.json"
    )


@guard(
    "lock-held",
    msg("the run was held to the lock"),
    msg("images, parameters or data that changed since the last good run, unnoticed"),
    Pitfall.CHANGED_ARTIFACT,
    Pitfall.MIXED_VERSIONS,
)
def lock(proof: Proof) -> Finding:
    """A run with ``--locked`` ends where a stage is not as the lock says."""
    if proof.locked:
        return enforced(
            msg("image, parameters and inputs of every stage are those of the lock"), "paddock.lock"
        )
    return not_checked(msg("the run was started without --locked"), "paddock.lock")


@guard(
    "dictionary-well-formed",
    msg("every reader takes the dictionary for the same characters"),
    msg("PaddleOCR takes a file that a reader on the phone takes otherwise, line for line"),
    Pitfall.DICTIONARY_CRLF,
    Pitfall.DICTIONARY_BOM,
    Pitfall.DICTIONARY_DUPLICATE,
    Pitfall.DICTIONARY_DOUBLE_SPACE,
    Pitfall.DICTIONARY_ODD_ENTRY,
    stage="data",
    effect=Effect.WARNS,
    tasks=("recognition",),
)
def well_formed(proof: Proof) -> Finding:
    """The data stage refuses a dictionary that readers would take in different ways.

    One that came with a trained model is taken class by class, and listed so where it is odd.
    """
    if proof.data is None or proof.parity.dictionary is None:
        return does_not_apply(msg("the run has no data stage"), "data")
    entries = proof.parity.dictionary.entries
    if odd := proof.data.odd_classes:
        said = ", ".join(f"{kind} {count}" for kind, count in odd.items())
        found = msg(
            "the dictionary is taken as the model was trained with it, odd classes too: {said}",
            said,
        )
        return failed(found, DICTIONARY, _BY_CLASS)
    found = msg(
        "{entries} characters, each once and on a line of its own: UTF-8, LF, no byte order mark",
        entries,
    )
    return enforced(found, DICTIONARY)


@guard(
    "labels-in-dictionary",
    msg("labels use the dictionary's characters only"),
    msg("PaddleOCR drops a character that the dictionary lacks in silence and trains on the rest"),
    Pitfall.LABEL_OUTSIDE_DICTIONARY,
    stage="data",
    tasks=("recognition",),
)
def labels(proof: Proof) -> Finding:
    """The data stage refuses labels with characters that the dictionary lacks."""
    if proof.data is None:
        return does_not_apply(msg("the run has no data stage"), "data")
    lines = sum(proof.data.lines.values())
    found = msg("all characters of {lines} labels are in the dictionary", lines)
    if proof.data.lowered:
        found = msg(
            "{found}; {lowered} hold capitals and are compared in lower case, as PaddleOCR does with its "
            "default dictionary",
            found,
            proof.data.lowered,
        )
    return enforced(found, "data")


@guard(
    "label-length",
    msg("no label is longer than allowed"),
    msg("PaddleOCR leaves out a line that is longer than max_text_length in silence"),
    stage="data",
    tasks=("recognition",),
)
def length(proof: Proof) -> Finding:
    """Compare the longest label with what the project allows."""
    if proof.data is None:
        return does_not_apply(msg("the run has no data stage"), "data")
    longest = proof.data.longest_text
    allowed = proof.settings.data.max_text_length
    if longest is None:
        return not_checked(msg("the data stage did not measure its labels"), "data")
    found = msg(
        "the longest label has {longest} characters, allowed are {allowed}", longest, allowed
    )
    return passed_if(longest <= allowed, found, "data.max_text_length")


@guard(
    "lines-suit-the-model",
    msg("images and texts of lines suit the model"),
    msg("lines that are squeezed, stand upright or were never read: no training makes up for them"),
    stage="data",
    effect=Effect.WARNS,
    tasks=("recognition",),
)
def lines(proof: Proof) -> Finding:
    """Tell which lines the data stage found that a model can hardly read."""
    where = "data"
    if proof.data is None:
        return does_not_apply(msg("the run has no data stage"), where)
    counts = proof.data.shape
    if counts is None:
        return not_checked(msg("the data stage did not measure its lines"), where)
    total = sum(proof.data.lines.values())
    _, height, width = proof.settings.model.image_shape
    said, squeezed = [], counts.squeezed > total * SQUEEZED_SHARE
    if squeezed:
        said.append(
            msg(
                "{count} of {total} are wider than {width} pixels at a height of {height} and are squeezed, "
                "the widest is {widest}",
                counts.squeezed,
                total,
                width,
                height,
                counts.widest,
            )
        )
    if counts.upright:
        said.append(msg("{count} of {total} are higher than wide", counts.upright, total))
    if counts.tiny:
        said.append(
            msg("{count} of {total} are only a few pixels high or wide", counts.tiny, total)
        )
    if counts.placeholders:
        said.append(
            msg("{count} of {total} texts are placeholders of a tool", counts.placeholders, total)
        )
    if not said:
        return passed(msg("{total} lines fit into {width} x {height}", total, width, height), where)
    wider = msg("set model.image_shape = [3, {height}, {width}]", height, counts.fitting_width)
    others = msg("turn them, label them, or take them out")
    return failed(joined("; ", said), where, wider if squeezed else others)


@guard(
    "own-test-set",
    msg("the test set chose nothing"),
    msg("an accuracy measured on the lines that the best epoch was chosen with is too good"),
    Pitfall.LEAKED_TEST_IMAGES,
    stage="data",
    effect=Effect.WARNS,
)
def own_test_set(proof: Proof) -> Finding:
    """Return whether verify measured on lines that chose nothing."""
    if proof.settings.data.labels:
        return passed(msg("the test lines were set apart by their images' content"), "data.split")
    if proof.settings.data.test:
        return passed(msg("the test lines are label files of their own"), "data.test")
    found = msg("data.test is empty: the numbers are from val, which also chose the checkpoint")
    return failed(found, "data.test")


@guard(
    "no-overlap",
    msg("training, validation and test share no image"),
    msg("an accuracy measured on lines that the model was trained with is too good"),
    Pitfall.LEAKED_TEST_IMAGES,
    stage="data",
    effect=Effect.WARNS,
)
def overlap(proof: Proof) -> Finding:
    """Take the data stage's count of images that two splits share."""
    if proof.data is None:
        return does_not_apply(msg("the run has no data stage"), "data")
    if leaked := proof.data.leaked:
        return failed(
            msg("images in more than one split: {leaked}; what is measured is too good", leaked),
            "data",
        )
    return passed(msg("no image, by its content, is in two splits"), "data")


GUARDS = (inputs, lock, well_formed, labels, length, lines, own_test_set, overlap)
