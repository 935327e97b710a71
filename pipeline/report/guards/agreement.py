"""Guards of parity: the NB models against PD, what makes files small, and what is good enough."""

from __future__ import annotations

from collections.abc import Callable

from pipeline.record.verdict import Asked
from pipeline.report.guards.base import (
    Finding,
    Proof,
    does_not_apply,
    failed,
    guard,
    not_checked,
    passed_if,
    said_of,
)
from pipeline.tasks import TASKS
from stages.contract.variant import is_lossy
from stages.message import joined, msg
from stages.pitfalls import Pitfall


@guard(
    "same-strings",
    msg("NB finds the same as PD"),
    msg("a conversion that changes what is read or found"),
    Pitfall.SCALE_FOLDED_WRONG,
    stage="verify",
)
def agreement(proof: Proof) -> Finding:
    """Tell on how many images each NB model agrees with PD."""
    return _each_buffer(
        proof,
        Asked.MIN_AGREEMENT,
        lambda value: TASKS[proof.parity.task].agreed(f"{value:.2%}"),
        msg("asked {asked}", f"{proof.settings.verify.min_agreement:.2%}"),
    )


@guard(
    "same-probabilities",
    msg("NB's numbers are those of PD"),
    msg("a conversion that agrees on the test set by luck and not on the next image"),
    Pitfall.SCALE_FOLDED_WRONG,
    stage="verify",
)
def probabilities(proof: Proof) -> Finding:
    """Tell the largest difference of each NB model."""
    return _each_buffer(
        proof,
        Asked.MAX_ABS_DIFF,
        lambda value: f"{value:.1e}",
        msg("allowed {allowed}", f"{proof.settings.verify.max_abs_diff:.1e}"),
    )


def _each_buffer(proof: Proof, asked: Asked, say: Callable[[float], str], limit: str) -> Finding:
    """Tell a number of every NB model that compares it with PD, and whether the verdict takes it."""
    where = f"verify.{asked.value}"
    files = {
        model.name for model in proof.parity.models if model.is_nb and not is_lossy(model.name)
    }
    held = [item for item in proof.limits(asked) if item.model in files]
    if not held:
        return not_checked(msg("no NB model was compared with PD"), where)
    said = joined(", ", (msg("{model} {value}", item.model, say(item.number)) for item in held))
    return passed_if(all(item.kept for item in held), msg("{first} ({rest})", said, limit), where)


@guard(
    "loss-within-limits",
    msg("what makes files small costs no more than [quantize] allows"),
    msg("weights of fewer bits, or half precision, that read worse in a file that runs well"),
    stage="verify",
)
def loss(proof: Proof) -> Finding:
    """Tell what rounding PD's weights, and half precision, cost."""
    lossy = [model for model in proof.parity.models if is_lossy(model.name)]
    asked, where = proof.settings.quantize, "quantize.min_agreement"
    if not lossy:
        return does_not_apply(msg("every file has the model's own weights"), where)
    if not (measured := [model for model in lossy if model.is_measured]):
        return not_checked(said_of(lossy), where)
    rows = {model.name for model in measured}
    drops = {item.model: item for item in proof.limits(Asked.MAX_ACCURACY_DROP)}
    shares = [item for item in proof.limits(Asked.MIN_AGREEMENT) if item.model in rows]
    task = TASKS[proof.parity.task]
    said = joined(
        "; ",
        (
            msg(
                "{model} {agreed}, {measure} drops by {drop}",
                item.model,
                task.agreed(f"{item.number:.2%}"),
                drops[item.model].measure,
                f"{drops[item.model].number:.2%}",
            )
            for item in shares
        ),
    )
    kept = all(item.kept and drops[item.model].kept for item in shares)
    limits = msg(
        "asked {agreement}, allowed {drop}",
        f"{asked.min_agreement:.2%}",
        f"{asked.max_accuracy_drop:.2%}",
    )
    return passed_if(kept, msg("{first} ({rest})", said, limits), where)


@guard(
    "same-text-chained",
    msg("detection and recognition chained read as the original models do"),
    msg("boxes that differ by a pixel, which no threshold tells and another text shows"),
    stage="verify",
    tasks=("detection",),
)
def chained(proof: Proof) -> Finding:
    """Return whether the converted pair, detection and recognition, reads as the original one."""
    chain, where = proof.parity.chain, "verify.recognition"
    if chain is None:
        return not_checked(msg("the project names no recognition project"), where)
    if chain.failure:
        return failed(msg("with {recognition}: {failure}", chain.recognition, chain.failure), where)
    found = msg(
        "with {recognition} {same} of {lines} lines on {pages} pages are read the same",
        chain.recognition,
        chain.same,
        chain.lines,
        chain.pages,
    )
    return passed_if(0 < chain.lines == chain.same, found, where)


@guard(
    "accuracy-floor",
    msg("the model is good enough for its parity to mean something"),
    msg("models that agree because none of them finds anything"),
    stage="verify",
)
def accuracy(proof: Proof) -> Finding:
    """Tell the score of PD."""
    asked, where = proof.settings.verify.min_accuracy, "verify.min_accuracy"
    if asked == 0:
        return not_checked(msg("the project asks for no accuracy"), where)
    held = next(iter(proof.limits(Asked.MIN_ACCURACY)), None)
    if held is None:
        return not_checked(msg("pd was not measured"), where)
    least = msg("more than 0") if asked is None else f"{asked:.2%}"
    found = msg("pd: {measure} {score} (asked {asked})", held.measure, f"{held.number:.2%}", least)
    return passed_if(held.kept, found, where)


GUARDS = (agreement, probabilities, loss, chained, accuracy)
