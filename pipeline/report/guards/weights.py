"""Guards of the PD model: what training changed, and what the export was made of."""

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
from stages.message import msg
from stages.pitfalls import Pitfall


@guard(
    "what-learned",
    msg("training changed the weights"),
    msg(
        "a configuration that freezes more than was meant, and a training that only seems to be one"
    ),
    Pitfall.USE_GUIDE,
    stage="train",
)
def learned(proof: Proof) -> Finding:
    """Tell which parts of the network training changed; nothing at all is a fault."""
    if proof.train is None:
        return does_not_apply(msg("the run trained nothing"), "train")
    if not (changed := proof.train.learned):
        return not_checked(msg("the train stage did not compare its weights"), "train")
    total = proof.train.parameters or {}
    said = ", ".join(f"{part} {_share(count, total.get(part))}" for part, count in changed.items())
    found = msg("tensors that differ from the starting weights: {said}", said)
    if any(changed.values()):
        return passed(found, "train")
    remedy = msg(
        "raise train.learning_rate or train.epochs, and look at what the configuration freezes"
    )
    return failed(found, "train", remedy)


def _share(count: int, total: int | None) -> str:
    return f"{count} of {total}" if total else f"{count}"


@guard(
    "export-lineage",
    msg("the exported model has the checkpoint's parameters"),
    msg("PaddleOCR exports random weights where a name or a shape does not fit"),
    Pitfall.SHAPE_MISMATCH,
    Pitfall.OTHER_CONFIGURATION,
    stage="export",
)
def export(proof: Proof) -> Finding:
    """The export stage compares every parameter and refuses what differs."""
    made = proof.export
    if made is None or made.images_compared:
        return does_not_apply(msg("the run exported no checkpoint: the model was given"), "export")
    found = msg(
        "all {parameters_compared} parameters were compared; largest difference {max_difference}",
        made.parameters_compared,
        f"{made.max_difference:g}",
    )
    return enforced(found, "export")


@guard(
    "import-proved",
    msg("the model made of a PIR model computes what that does"),
    msg("opt cannot read a PIR model, and what is made of it by hand may compute something else"),
    Pitfall.PIR_GIVEN_TO_OPT,
    stage="export",
)
def taken_over(proof: Proof) -> Finding:
    """The export stage runs a PIR model and what it made of it, and refuses what differs."""
    made = proof.export
    if made is None or not made.images_compared:
        return does_not_apply(msg("the project starts from no PIR model"), "export")
    images, difference = made.images_compared, made.max_difference
    found = msg(
        "on {images} test images the legacy model differs from it by {difference} at most",
        images,
        f"{difference:.1e}",
    )
    if (same := made.strings_equal) is None:
        return passed(found, "export")
    return passed_if(
        same == images,
        msg("{found}, and {same} of {images} strings are equal", found, same, images),
        "export",
    )


GUARDS = (learned, export, taken_over)
