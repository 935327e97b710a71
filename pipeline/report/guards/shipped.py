"""Guards of what ships: that each file ran or what stands for it, and that it is what was measured."""

from __future__ import annotations

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
    passed_if,
    said_of,
)
from pipeline.tasks import TASKS
from stages.contract import OnArm, ReadBack, Status
from stages.contract.variant import Variant, Weights
from stages.message import joined, msg
from stages.pitfalls import Pitfall


@guard(
    "shipped-measured",
    msg("every NB file was measured, or emulated"),
    msg("a file for another processor that nobody has run: golden.json is for checking it there"),
    stage="verify",
)
def shipped(proof: Proof) -> Finding:
    """Tell which NB files ran, of which Paddle ran what they hold, and of which neither is so, and why."""
    buffers = [model for model in proof.parity.models if model.is_nb]
    others = [model for model in buffers if not model.is_measured]
    if not buffers:
        return not_checked(msg("there is no NB file"), "verify")
    if not others:
        emulated = [model for model in buffers if model.is_emulated]
        ran = msg("measured: {names}", names(model for model in buffers if model not in emulated))
        if not emulated:
            return passed(ran, "verify")
        return passed(
            msg("{measured}; emulated by Paddle: {names}", ran, names(emulated)), "verify"
        )
    if any(model.status is Status.FAILED for model in others):
        return failed(said_of(others), "verify")
    return not_checked(said_of(others), "verify")


@guard(
    "reader-proved",
    msg("what emulates an NB file computes what Paddle-Lite does"),
    msg("a row that a misread file makes look right, or wrong"),
)
def reader(proof: Proof) -> Finding:
    """Hold a file that ran, read back and run by Paddle, against what Paddle-Lite made of it."""
    allowed, models = proof.settings.verify.max_abs_diff, {it.name for it in proof.parity.models}
    proofs = [found for found in proof.evidence.read_back if found.model in models]
    emulated = [model for model in proof.parity.models if model.is_emulated]
    if not emulated:
        return not_checked(msg("no NB file was emulated"), "verify")
    if not proofs:
        return not_checked(msg("no NB file ran here that could be read back too"), "verify")
    said = joined("; ", (_read_back(proof, found) for found in proofs))
    same = all(
        found.agreement == 1.0 and (found.max_abs_diff or 0.0) <= allowed for found in proofs
    )
    proved = {_weights(found.model) for found in proofs}
    unproved = [model for model in emulated if _weights(model.name) not in proved]
    if same and unproved:
        said = msg("{said}; nothing that ran here proves it of {names}", said, names(unproved))
        return not_checked(said, "verify")
    return passed_if(same, said, "verify.max_abs_diff")


def _weights(model: str) -> Weights | None:
    variant = Variant.of_model(model)
    return variant.weights if variant else None


def _read_back(proof: Proof, found: ReadBack) -> str:
    """Say what Paddle made of a file that Paddle-Lite ran."""
    if found.agreement is None or found.max_abs_diff is None:
        return msg("{model}, read back: {failure}", found.model, found.failure)
    task = TASKS[proof.parity.task]
    said = msg(
        "{model}, read back and run by Paddle: {agreed} on {images} images, differs by up to {difference} "
        "(allowed {allowed})",
        found.model,
        task.agreed(f"{found.agreement:.2%}"),
        found.images,
        f"{found.max_abs_diff:.1e}",
        f"{proof.settings.verify.max_abs_diff:.1e}",
    )
    if not found.same_program:
        return said
    return msg("{said}; {names} holds the same", said, ", ".join(found.same_program))


@guard(
    "arm-kernels",
    msg("ARM's own kernels ran the file for ARM"),
    msg("a kernel of the app's Paddle-Lite that computes otherwise than Paddle does"),
    stage="verify",
)
def arm_kernels(proof: Proof) -> Finding:
    """Tell on how many images the project's library for ARM ran the files for ARM, or why it did not."""
    where, images = "verify.arm_runtime", proof.parity.images
    if proof.settings.verify.arm_runtime is None:
        return does_not_apply(msg("the project gives no library for ARM"), where)
    ran = [(model.name, model.on_arm) for model in proof.parity.models if model.on_arm]
    if not ran:
        return not_checked(msg("no file for ARM could be run"), where)
    said = joined("; ", (_on_arm(name, on_arm, images) for name, on_arm in ran))
    if any(on_arm.failure for _, on_arm in ran):
        return not_checked(said, where)
    return passed(said, where)


def _on_arm(name: str, ran: OnArm, images: int) -> str:
    if ran.failure:
        return msg("{first}: {rest}", name, ran.failure)
    version = ran.library or msg("of no stated version")
    said = msg(
        "{model}: {count} of {images} images on Paddle-Lite {version}",
        name,
        ran.images,
        images,
        version,
    )
    if ran.same is not None and ran.same < ran.images:
        said = msg("{said}, {same} of them as its reference", said, ran.same)
    return said if ran.native else msg("{said}, on an emulated processor", said)


@guard(
    "artifacts-rehashed",
    msg("what ships was hashed again on its way out"),
    msg("a model that was changed in the workspace after it was measured"),
    Pitfall.CHANGED_ARTIFACT,
)
def artifacts(_proof: Proof) -> Finding:
    """A report is written only after what ships was hashed (pipeline/run/outcome.py)."""
    return enforced(msg("what ships has the SHA-256 that its stage recorded"), "SHA256SUMS")


GUARDS = (shipped, reader, arm_kernels, artifacts)
