"""Guards of the NB files: what ``opt`` was given, what its files hold, and what they are for."""

from __future__ import annotations

import re

from pipeline.report.guards.base import (
    AGAIN,
    Finding,
    Proof,
    does_not_apply,
    enforced,
    failed,
    guard,
    names,
    not_checked,
    passed,
    passed_if,
    said_of,
)
from pipeline.report.words import Effect
from stages.contract import Fault, Step
from stages.contract.artifacts import LINEAGE, LITE_PROGRAM
from stages.contract.variant import Variant
from stages.message import joined, msg
from stages.pitfalls import Pitfall

_VERSION = re.compile(r"v?(\d+)\.(\d+)")


@guard(
    "legal-program",
    msg("opt was given a program that it takes"),
    msg(
        "Paddle 3 leaves out what opt 2.13 needs: it aborts without a word, or its file does "
        "on the phone"
    ),
    Pitfall.PIR_GIVEN_TO_OPT,
    Pitfall.SWISH_WITHOUT_BETA,
    Pitfall.MISSING_XSHAPE,
    Pitfall.SCALAR_WITHOUT_SHAPE,
    stage="convert",
)
def legal(proof: Proof) -> Finding:
    """The convert stage adds what ``opt`` needs, and ends if ``opt`` or its file aborts all the same."""
    if proof.convert is None:
        return does_not_apply(msg("the run converted nothing"), "convert")
    if not proof.convert.needed:
        return enforced(msg("a program in the older format, with all that opt needs"), LITE_PROGRAM)
    said = ", ".join(f"{name} {count}" for name, count in proof.convert.needed.items())
    found = msg("a program in the older format; what opt needs was added: {said}", said)
    return enforced(found, LITE_PROGRAM)


@guard(
    "rewriting-proved",
    msg("the rewritten program computes what the original does"),
    msg("a program made fit for Paddle-Lite that no longer computes the same"),
    Pitfall.SCALE_FOLDED_WRONG,
    stage="convert",
)
def rewriting(proof: Proof) -> Finding:
    """The convert stage runs both programs and refuses what differs."""
    if proof.convert is None:
        return does_not_apply(msg("the run converted nothing"), "convert")
    difference = proof.convert.simplified_max_difference
    found = msg(
        "on the same input the rewritten program differs by {difference} at most",
        f"{difference:.1e}",
    )
    return enforced(found, "convert")


@guard(
    "written-anew",
    msg("opt wrote every NB file in this run"),
    msg("a conversion that writes nothing and ends with exit code 0, so that an older file ships"),
    Pitfall.NO_FILE_EXIT_ZERO,
    Pitfall.STALE_FILE,
    stage="convert",
)
def anew(proof: Proof) -> Finding:
    """The convert stage writes into an empty folder and believes file and log, not the exit code."""
    if proof.convert is None:
        return does_not_apply(msg("the run converted nothing"), "convert")
    elsewhere = {Variant(target).file for target in _given(proof)}
    made = [
        item.path
        for item in proof.results["convert"].artifacts
        if Variant.of_file(item.path) and item.path not in elsewhere
    ]
    if not made:
        return does_not_apply(msg("the NB files were made elsewhere"), "convert.models")
    found = msg(
        "opt {opt_version} wrote them into an empty folder: {made}",
        proof.convert.opt_version,
        ", ".join(made),
    )
    return enforced(found, "convert")


@guard(
    "weights-traced",
    msg("every tensor of every NB file comes from the trained model"),
    msg("an NB file that converts and runs, with weights that are not those that were trained"),
    Pitfall.STOCK_NB,
    Pitfall.SCALE_FOLDED_WRONG,
    Pitfall.STALE_FILE,
    stage="convert",
    effect=Effect.REFUSES,
)
def traced(proof: Proof) -> Finding:
    """Tell how many tensors are identical from model to model, and how many were derived by a known rule."""
    if proof.lineage is None:
        return does_not_apply(msg("the run converted nothing"), LINEAGE)
    steps = proof.lineage.steps
    said = joined("; ", map(_step, steps))
    partly = [step for step in steps if not step.traced]
    if not partly:
        return passed(said, LINEAGE)
    if not _given(proof):
        return failed(said, LINEAGE, AGAIN)
    if any(2 * (step.same + step.derived) < step.tensors for step in partly):
        remedy = msg("name the NB file that was made of this very PD model")
        return failed(said, "convert.models", remedy)
    return not_checked(msg("made elsewhere, most of it known: see the next guard"), LINEAGE)


def _given(proof: Proof) -> tuple[str, ...]:
    """Return the targets whose NB file was made elsewhere."""
    return proof.convert.given if proof.convert else ()


@guard(
    "given-nb-traced",
    msg("every tensor of an NB file that was made elsewhere is known"),
    msg("an NB file from elsewhere that is most of the model, and not all of it"),
    Pitfall.STOCK_NB,
    stage="convert",
    effect=Effect.WARNS,
)
def given_traced(proof: Proof) -> Finding:
    """Tell how many tensors of a file that another ``opt`` made were found in the PD model.

    Another version of ``opt`` may fold what this one does not; what the file reads tells the rest.
    """
    given = _given(proof)
    if not given or proof.lineage is None:
        return does_not_apply(msg("every NB file was made in this run"), "convert.models")
    files = {Variant(target).model for target in given}
    steps = [step for step in proof.lineage.steps if step.to in files]
    said = joined("; ", map(_step, steps))
    return passed_if(all(step.traced for step in steps), said, "convert.models")


def _step(step: Step) -> str:
    source, target = step.from_, step.to
    if not step.traced:
        return msg(
            "{target}: {known} of {tensors} tensors are those of {source} or derived from them, not {names}",
            target,
            step.same + step.derived,
            step.tensors,
            source,
            ", ".join(step.untraced),
        )
    if not step.derived:
        return msg(
            "{target}: all {tensors} tensors are those of {source}", target, step.tensors, source
        )
    rules = ", ".join(f"{name} {count}" for name, count in step.by.items())
    return msg(
        "{target}: {same} of {tensors} tensors are those of {source}, {derived} are derived "
        "from them ({rules})",
        target,
        step.same,
        step.tensors,
        source,
        step.derived,
        rules,
    )


@guard(
    "same-for-all-targets",
    msg("the NB files of all targets hold the same model"),
    msg("what is measured on this machine says nothing of the file that ships"),
    Pitfall.STALE_FILE,
    Pitfall.STOCK_NB,
    stage="convert",
    effect=Effect.REFUSES,
)
def targets_agree(proof: Proof) -> Finding:
    """Return whether the files for all targets hold the same tensors."""
    if proof.lineage is None:
        return does_not_apply(msg("the run converted nothing"), LINEAGE)
    compared = proof.lineage.targets
    if compared is None:
        if sum(model.is_nb for model in proof.parity.models) < 2:
            return does_not_apply(msg("there is one target only"), LINEAGE)
        return not_checked(msg("the files of the targets were not traced"), LINEAGE)
    different, others = compared.different, compared.different_operators
    if different:
        found = msg(
            "{different} of {tensors} tensors differ: {different2}",
            len(different),
            compared.tensors,
            different[0],
        )
        return failed(found, LINEAGE, AGAIN)
    if others:
        found = msg(
            "{others} operators differ between the files of the targets: {others2}",
            len(others),
            others[0],
        )
        return failed(found, LINEAGE, AGAIN)
    found = msg("all {tensors} tensors are the same in the files of all targets", compared.tensors)
    if operators := compared.operators:
        found = msg("{found}, and so are their {operators} operators", found, operators)
    return passed(found, LINEAGE)


@guard(
    "computed-as-written",
    msg("Paddle-Lite computes what every NB file says"),
    msg(
        "integers that a loader leaves as they lie, or an activation that a kernel of 8 bits leaves out, "
        "with exit code 0"
    ),
    Pitfall.QUANTISED_GARBAGE,
    Pitfall.QUANTISED_FP16,
    Pitfall.INT8_ACTIVATION_DROPPED,
    stage="convert",
)
def sound(proof: Proof) -> Finding:
    """Tell whether a file is one of those that Paddle-Lite is known to compute wrongly."""
    where, files = "model_TARGET.nb", [model for model in proof.parity.models if model.is_nb]
    if wrong := [model for model in files if model.fault is Fault.MISCOMPUTED]:
        return failed(said_of(wrong), where)
    if not (known := [model for model in files if model.opt_version or model.is_measured]):
        return not_checked(msg("no NB file could be looked into"), where)
    said = msg(
        "no known way to go wrong is in them: {names}",
        names(known),
    )
    return passed(said, where)


@guard(
    "target-fits",
    msg("each NB file was made for the processor that it stands for"),
    msg("a file for another processor crashes, or returns zeros with exit code 0"),
    Pitfall.FOREIGN_TARGET,
    stage="convert",
)
def target(proof: Proof) -> Finding:
    """Return whether each NB file was made for the processor that it stands for, as its kernels say."""
    where = "model_TARGET.nb"
    foreign = [model for model in proof.parity.models if model.fault is Fault.WRONG_TARGET]
    if foreign:
        return failed(said_of(foreign), where, AGAIN)
    files = [item for item in proof.evidence.runtime.files if item.target]
    if not files:
        return not_checked(msg("no file's target was read"), where)
    said = ", ".join(msg("{model} for {target}", item.model, item.target) for item in files)
    return passed(msg("made for what they stand for, as their kernels say: {said}", said), where)


@guard(
    "runtime-known",
    msg("the app's Paddle-Lite is not older than opt"),
    msg("a file that an older runtime aborts on, or reads wrongly, on the phone alone"),
    Pitfall.OPT_NEWER_THAN_RUNTIME,
    stage="convert",
    effect=Effect.REFUSES,
)
def runtime(proof: Proof) -> Finding:
    """Hold the version of ``opt`` in each file against the Paddle-Lite that the app has."""
    asked, where = proof.settings.verify.runtime, "verify.runtime"
    files = proof.evidence.runtime.files
    if not files:
        return not_checked(msg("no NB file says which opt made it"), where)
    newest = max((item.opt_version for item in files), key=_numbers)
    if not asked:
        said = msg(
            "the files were made by opt {newest}; the project does not name the app's runtime",
            newest,
        )
        return not_checked(said, where, msg("name the app's Paddle-Lite in verify.runtime"))
    if _numbers(newest) > _numbers(asked):
        said = msg(
            "the files were made by opt {newest}, the app has Paddle-Lite {asked}, which is older",
            newest,
            asked,
        )
        return failed(
            said, where, msg("build the app with Paddle-Lite {written} or newer", _written(newest))
        )
    return passed(
        msg("the files were made by opt {newest}, the app has Paddle-Lite {asked}", newest, asked),
        where,
    )


def _numbers(version: str) -> tuple[int, ...]:
    found = _VERSION.match(version)
    return (int(found[1]), int(found[2])) if found else ()


def _written(version: str) -> str:
    return ".".join(map(str, _numbers(version))) or version


GUARDS = (legal, rewriting, anew, traced, given_traced, targets_agree, sound, target, runtime)
