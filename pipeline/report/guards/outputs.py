"""Guards of what the models answered: finite, probable, repeatable, and not as the stock model."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.report.guards.base import (
    Finding,
    Proof,
    does_not_apply,
    enforced,
    failed,
    guard,
    names,
    not_checked,
    passed,
    said_of,
)
from pipeline.report.words import Effect
from stages.contract import Canary, CanaryEntry, Fault, ModelEntry, Sane
from stages.contract.artifacts import CHECKPOINT_MODEL, EVIDENCE, PD_MODEL, PREPROCESS
from stages.message import joined, msg
from stages.pitfalls import Pitfall

_OWN = {PD_MODEL: msg("PD model"), CHECKPOINT_MODEL: "checkpoint"}
#: An output that nothing can be read from: what a file gives that Paddle-Lite cannot really run.
_GARBAGE = (Fault.NOT_FINITE, Fault.NOT_PROBABILITIES, Fault.WRONG_SHAPE, Fault.ONE_READING)


def _with(proof: Proof, *faults: Fault) -> Sequence[ModelEntry]:
    return [model for model in proof.parity.models if model.fault in faults]


@guard(
    "one-preprocessing",
    msg("all models were given the same prepared images"),
    msg("models that seem to differ, or to agree, because their images were prepared differently"),
    Pitfall.WIDTH_CHANGED,
    stage="verify",
)
def preprocessing(proof: Proof) -> Finding:
    """The verify stage prepares an image once and hands it to every model."""
    measured = proof.measured
    if len(measured) < 2:
        return not_checked(msg("fewer than two models were measured"), "verify")
    found = msg(
        "each of {images} images was prepared once and given to all: {names}",
        proof.parity.images,
        names(measured),
    )
    return enforced(found, PREPROCESS)


@guard(
    "finite-outputs",
    msg("all outputs are finite"),
    msg("an operator that overflows gives NaN, which decodes to an empty or to any string"),
    Pitfall.QUANTISED_GARBAGE,
    stage="verify",
)
def finite(proof: Proof) -> Finding:
    """The verify stage drops a model at its first NaN or infinity."""
    if broken := _with(proof, Fault.NOT_FINITE):
        return failed(said_of(broken), "verify")
    if not proof.measured:
        return not_checked(msg("no model was measured"), "verify")
    return passed(
        msg("every number of every image is finite: {names}", names(proof.measured)), "verify"
    )


@guard(
    "sane-outputs",
    msg("all outputs are probabilities"),
    msg("a file that Paddle-Lite cannot really run returns zeros or NaN with exit code 0"),
    Pitfall.QUANTISED_GARBAGE,
    Pitfall.FOREIGN_TARGET,
    stage="verify",
)
def sums(proof: Proof) -> Finding:
    """Return whether all measured outputs were probabilities; zeros and NaN are not."""
    if garbage := _with(proof, *_GARBAGE):
        remedy = msg("convert without quantisation, or measure on a machine of the file's target")
        return failed(said_of(garbage), "verify", remedy)
    rows = proof.evidence.sanity
    if not rows:
        return not_checked(msg("no output was looked at"), "verify")
    return passed(msg("{first}: {rest}", _probable(rows), _models(rows)), EVIDENCE)


def _probable(rows: Sequence[Sane]) -> str:
    """Say in what the outputs were seen to be probabilities: by step, or by pixel."""
    errors = [row.row_sum_error for row in rows if row.row_sum_error is not None]
    if errors:
        return msg("each step's probabilities sum to 1 (within {max})", f"{max(errors):.0e}")
    lowest = min(row.lowest for row in rows if row.lowest is not None)
    highest = max(row.highest for row in rows if row.highest is not None)
    return msg(
        "each pixel's value is a probability, from {lowest} to {highest}",
        f"{lowest:.2g}",
        f"{highest:.2g}",
    )


@guard(
    "repeatable-outputs",
    msg("the same image gives the same output again"),
    msg("a model that reads memory which it never wrote, and is right by luck"),
    stage="verify",
)
def repeatable(proof: Proof) -> Finding:
    """Return whether every model gave the same numbers for the same image, at the start and at the end."""
    if unsteady := _with(proof, Fault.NOT_REPEATABLE):
        remedy = msg("measure again: paddock --batch --force verify")
        return failed(said_of(unsteady), "verify", remedy)
    rows = proof.evidence.sanity
    if not rows:
        return not_checked(msg("no image was run twice"), "verify")
    worst = max(row.repeat_difference for row in rows)
    said = msg(
        "the first image run again after all others differs by {worst}: {models}",
        f"{worst:.0e}",
        _models(rows),
    )
    return passed(said, EVIDENCE)


def _models(rows: Sequence[Sane]) -> str:
    return ", ".join(row.model for row in rows)


@guard(
    "not-the-stock-model",
    msg("no model reads as the one that training started from"),
    msg("the official model's NB file on the phone in place of the trained one"),
    Pitfall.STOCK_NB,
    stage="verify",
    effect=Effect.REFUSES,
    tasks=("recognition",),
)
def canary(proof: Proof) -> Finding:
    """Return whether each model reads as what it was made from, and not as what training started from."""
    found = proof.evidence.canary
    if found is None:
        said = msg(
            "training did not start from an official model, so there is none to mistake it for"
        )
        return does_not_apply(said, EVIDENCE)
    if found.failure:
        said = msg("{stock} could not read the images: {failure}", found.stock, found.failure)
        return not_checked(said, EVIDENCE)
    if stock := next((item for item in found.models if item.as_stock > item.as_reference), None):
        remedy = msg(
            "look where the file comes from, and make it again: paddock --batch --force convert"
        )
        return failed(_is_the_stock(stock, found), EVIDENCE, remedy)
    telling = [item for item in found.models if item.as_stock < item.as_reference]
    if not telling:
        said = msg(
            "{stock} reads the {images} images no other than the models do",
            found.stock,
            found.images,
        )
        return not_checked(said, EVIDENCE)
    said = joined("; ", (_is_own(item, found) for item in telling))
    return passed(msg("on {images} images {said}", found.images, said), EVIDENCE)


def _is_the_stock(item: CanaryEntry, found: Canary) -> str:
    stock, images = found.stock, found.images
    own = _OWN[item.reference]
    return msg(
        "{model} reads as {stock} does ({as_stock} of {images} images) and not as your {own} "
        "({as_reference}): this is the stock model",
        item.model,
        stock,
        f"{item.as_stock:.0%}",
        images,
        own,
        f"{item.as_reference:.0%}",
    )


def _is_own(item: CanaryEntry, found: Canary) -> str:
    return msg(
        "{model} reads as {reference} ({as_reference}) and not as {stock} ({as_stock})",
        item.model,
        item.reference,
        f"{item.as_reference:.0%}",
        found.stock,
        f"{item.as_stock:.0%}",
    )


GUARDS = (preprocessing, finite, sums, repeatable, canary)
