"""Guards of what the stages ran on: versions and processors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pipeline.errors import IntegrityFailed
from pipeline.record.environment import COMPARED, check_one_environment, processors
from pipeline.report.guards.base import Finding, Proof, failed, guard, not_checked, passed
from pipeline.report.words import Effect
from stages.message import joined, msg
from stages.pitfalls import Pitfall


@guard(
    "one-environment",
    msg("all stages ran with the same versions"),
    msg(
        "a model trained with one Paddle and exported or converted with another computes otherwise"
    ),
    Pitfall.MIXED_VERSIONS,
)
def environment(proof: Proof) -> Finding:
    """Hold the versions of all stages against each other."""
    environments = _environments(proof)
    try:
        check_one_environment(environments)
    except IntegrityFailed as error:
        return failed(error.message, "environment")
    seen = {name: value for found in environments.values() for name, value in found.items()}
    said = ", ".join(f"{name} {seen[name]}" for name in COMPARED[:2] if name in seen)
    return passed(msg("one set of versions in all stages: {said}", said), "environment")


@guard(
    "same-processor",
    msg("all stages computed with the same kernels"),
    msg(
        "kernels of another processor add up in another order: other last digits, and another hash"
    ),
    effect=Effect.WARNS,
)
def cpu(proof: Proof) -> Finding:
    """Return whether all results were made with portable kernels, or on the same vector units.

    No reason to refuse: a result that another machine made is the same file wherever it is used, and
    verify runs all models that it compares on one. It only tells why making it again may give other
    last digits, and so another hash.
    """
    environments = _environments(proof)
    if environments and {facts.get("kernels") for facts in environments.values()} == {"portable"}:
        return passed(
            msg("all stages computed with the portable kernels"),
            "environment",
        )
    found = processors(environments)
    if not found:
        return not_checked(msg("no stage told its processor"), "environment")
    if len(found) == 1:
        (flags,) = found
        return passed(msg("all stages ran on the same vector units: {flags}", flags), "environment")
    said = joined("; ", (_differing(flags, stages, found) for flags, stages in found.items()))
    remedy = msg(
        'take kernels = "portable" in [project], or run all on one machine, if the hashes are to be repeated'
    )
    return failed(msg("stages ran on different vector units: {said}", said), "environment", remedy)


def _environments(proof: Proof) -> dict[str, dict[str, str]]:
    return {stage: result.environment for stage, result in proof.results.items()}


def _differing(flags: str, stages: Sequence[str], found: Mapping[str, Sequence[str]]) -> str:
    """Name a group of stages by what its processor has and not all others have."""
    common = set.intersection(*(set(other.split()) for other in found))
    more, names = " ".join(sorted(set(flags.split()) - common)), ", ".join(stages)
    return msg("{names} with {more}", names, more) if more else msg("{names} without these", names)


GUARDS = (environment, cpu)
