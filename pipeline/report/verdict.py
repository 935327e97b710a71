"""The verdict: what the project asks for, held against what was measured and what the guards found."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

from pipeline.project.schema import Settings
from pipeline.record.verdict import Asked, Judgement, Limit, Verdict
from pipeline.report.kinds import files_of, kind_of, left_out, without
from pipeline.report.limits import held_against
from pipeline.report.words import Effect, GuardEntry, Outcome
from pipeline.tasks import TASKS, Task
from stages.contract import Attempt, Chain, Change, ModelEntry, OnArm, Parity, Quantisation, Status
from stages.contract.artifacts import PD_MODEL
from stages.contract.variant import OPENCL, Variant, is_lossy
from stages.message import joined, msg

#: What was done to an image, or to what was read, before it was compared with its label.
_DONE = {
    Change.REVERSED: msg("read in the other order"),
    Change.UPSIDE_DOWN: msg("turned upside down"),
    Change.TURNED_LEFT: msg("turned by 90° to the left"),
    Change.TURNED_RIGHT: msg("turned by 90° to the right"),
    Change.RGB: msg("given as RGB instead of BGR"),
}


_Check = Callable[[Parity], Iterable[GuardEntry]]
#: A sample that would be rarer than this, if as much agreed as is asked for, says that it does not.
_UNLIKELY = 0.01


def judge(
    parity: Parity,
    settings: Settings,
    check: _Check = lambda _parity: (),
    *,
    quantisation: Quantisation | None = None,
) -> Judgement:
    """Hold what verify measured against the project's limits, and take what the guards found into account.

    A kind of file that is not good enough is left out (:mod:`~pipeline.report.kinds`): what is left is judged
    as if there were nothing else, and the run has failed in part if it passes. A guard that failed never
    stands behind a plain pass.

    Args:
        parity: what verify measured.
        settings: the project's, of which the limits are asked.
        check: gives what the guards find, of all models or of those that are left.
        quantisation: what rounding cost, layer by layer.
    """
    limits = tuple(limits_of(parity.models, TASKS[parity.task], settings))
    absent = list(_absent(parity.models, settings))
    bad = [(name, said) for name, said in (*_of_models(parity, limits), *absent) if kind_of(name)]
    kinds = dict.fromkeys(kind_of(name) for name, _ in bad)
    rest = without(parity.models, kinds)
    in_part = bool(kinds) and any(model.is_nb for model in rest)
    left = replace(parity, models=rest) if in_part else parity
    lacking = tuple(said for name, said in absent if not (in_part and kind_of(name)))
    found = _judge(left, limits, check(left), lacking)
    told = [said for _, said in bad] if in_part else []
    return replace(
        found,
        verdict=Verdict.PART if in_part and found.verdict.passed else found.verdict,
        reasons=(*found.reasons, *told, *left_out((name for name, _ in bad), quantisation)),
        refused=(
            *files_of(parity, kinds),
            *(name for name, _ in absent if kind_of(name) in kinds),
        ),
    )


def _absent(models: Iterable[ModelEntry], settings: Settings) -> Iterator[tuple[str, str]]:
    """Give the files that are asked for and have no row: their models' names, and a sentence each."""
    names = {model.name for model in models}
    for variant in settings.convert.variants:
        if variant.model not in names:
            said = msg("{model}: convert makes the file, and no row stands for it", variant.model)
            yield variant.model, said


def _judge(
    parity: Parity,
    limits: tuple[Limit, ...],
    guards: Iterable[GuardEntry],
    lacking: tuple[str, ...],
) -> Judgement:
    broken = [guard for guard in guards if guard.outcome is Outcome.FAILED]
    named = {model.name for model in parity.models}
    of_these = [limit for limit in limits if limit.model in named]
    differing = (*_differing(parity, of_these), *lacking)
    weak = tuple(_accuracy(parity, limits))
    remarks = (*_remarks(parity), *_said(broken, Effect.WARNS))
    refusing = tuple(_said(broken, Effect.REFUSES))
    failing = () if differing or weak else tuple(_said(broken, Effect.FAILS))
    if refusing or failing:
        verdict = Verdict.GUARD
    elif differing:
        verdict = Verdict.PARITY
    elif weak:
        verdict = Verdict.ACCURACY
    else:
        verdict = Verdict.WARNINGS if remarks else Verdict.PASS
    return Judgement(verdict, (*refusing, *failing, *differing, *weak), remarks, limits)


def limits_of(models: Sequence[ModelEntry], task: Task, settings: Settings) -> Iterator[Limit]:
    """Hold each number that the project sets a limit to against it; a NaN is within none.

    What makes files small is held to ``[quantize]``: how far its numbers are from PD's says little of it.

    Nothing is said of a model that was not measured, or whose reference was not; of none if PD was not.
    """
    measured = {model.name: model for model in models if model.is_measured}
    pd = measured.get(PD_MODEL)
    if pd is None:
        return
    for model in measured.values():
        reference = measured.get(model.reference)
        if model is reference or reference is None:
            continue
        if model.is_nb or is_lossy(model.name):
            drop = round(score_of(reference, task) - score_of(model, task), 12)
            yield _limit(Asked.MAX_ACCURACY_DROP, model, drop, settings, task.score_name)
        yield _limit(Asked.MIN_AGREEMENT, model, _number(model.agreement), settings)
        if not is_lossy(model.name):
            yield _limit(Asked.MAX_ABS_DIFF, model, _number(model.max_abs_diff), settings)
    yield _limit(Asked.MIN_ACCURACY, pd, score_of(pd, task), settings, task.score_name)


def _limit(
    asked: Asked, model: ModelEntry, value: float, settings: Settings, measure: str = ""
) -> Limit:
    number = None if math.isnan(value) else value
    unjudged = Limit(asked, model.name, measure, False, number, reference=model.reference)
    return held_against(unjudged, settings)


def score_of(model: ModelEntry, task: Task) -> float:
    """Return the number that says how good a model is; NaN if it has none."""
    return _number(task.score(model))


def _number(value: float | None) -> float:
    return math.nan if value is None else value


def _said(broken: Iterable[GuardEntry], effect: Effect) -> Iterator[str]:
    """Give what guards found whose failure has this effect."""
    for guard in broken:
        if guard.effect is effect:
            yield msg("a guard failed: {title}: {found}", guard.title, guard.found)


def _reference(parity: Parity) -> ModelEntry:
    return next(model for model in parity.models if model.name == PD_MODEL)


def _differing(parity: Parity, limits: Iterable[Limit]) -> Iterator[str]:
    """Give why the models do not all do as the PD model does."""
    models, reference = parity.models, _reference(parity)
    of_models = [said for _, said in _of_models(parity, limits)]
    yield from of_models
    if not reference.is_measured and not of_models:
        yield msg("pd: {sentence}, so nothing could be compared with it", reference.sentence)
    if not any(model.status is Status.MEASURED and model.is_nb for model in models):
        yield msg("no NB model was measured")
    yield from _chain(parity.chain)


def _of_models(parity: Parity, limits: Iterable[Limit]) -> Iterator[tuple[str, str]]:
    """Give why a model does not do as its reference does: its name, and a sentence."""
    names = {model.name for model in parity.models}
    for model in parity.models:
        yield from ((model.name, said) for said in _failed(model))
        if model.reference not in names:
            said = msg(
                "{model}: there is no {reference} that it could be compared with",
                model.name,
                model.reference,
            )
            yield model.name, said
    for limit in limits:
        if not limit.kept and limit.asked is not Asked.MIN_ACCURACY:
            yield limit.model, limit.sentence
    least = {limit.model: limit for limit in limits if limit.asked is Asked.MIN_AGREEMENT}
    for model in parity.models:
        asked = least.get(model.name)
        if asked and asked.kept and model.on_arm:
            yield from ((model.name, said) for said in _on_arm(model.on_arm, asked))


def _on_arm(found: OnArm, limit: Limit) -> Iterator[str]:
    """Give why what a library for ARM finds cannot be what is asked for.

    Among all images, of which Paddle read most, even a sample on which everything is wrong may not count.
    """
    if found.same is None or limit.limit is None:
        return
    other = found.images - found.same
    if other and _at_least(other, found.images, 1 - limit.limit) < _UNLIKELY:
        yield msg(
            "{name}: on ARM's kernels it agrees with {reference} on {same} of {images} images (asked "
            "{min_agreement})",
            limit.model,
            limit.reference,
            found.same,
            found.images,
            limit.limit,
        )


def _at_least(count: int, total: int, share: float) -> float:
    """Return how probable so many of ``total`` are, if such a share of all is: the binomial distribution."""
    return sum(
        math.comb(total, number) * share**number * (1 - share) ** (total - number)
        for number in range(count, total + 1)
    )


def _failed(model: ModelEntry) -> Iterator[str]:
    if model.status is Status.FAILED:
        said = msg("{first}: {rest}", model.name, model.sentence)
        yield (
            msg("{said} (paddock explain {pitfall})", said, model.pitfall)
            if model.pitfall
            else said
        )


def _accuracy(parity: Parity, limits: Iterable[Limit]) -> Iterator[str]:
    """Give why the PD model is not good enough: less than asked, or nothing right at all."""
    for limit in limits:
        if limit.kept or limit.asked is not Asked.MIN_ACCURACY:
            continue
        if limit.limit is not None:
            yield limit.sentence
        if not (limit.value or 0) > 0:
            yield msg(
                "pd: nothing is right on {images} labelled images. {causes}. If that is meant, set "
                "verify.min_accuracy = 0",
                parity.images,
                TASKS[parity.task].causes,
            )


def _chain(chain: Chain | None) -> Iterator[str]:
    """Give why detection and recognition, one after the other, do not read as the original pair."""
    if chain is None:
        return
    if chain.failure:
        yield msg("chained with {recognition}: {failure}", chain.recognition, chain.failure)
    elif not chain.lines:
        yield msg(
            "chained with {recognition}: no line was found on {pages} pages",
            chain.recognition,
            chain.pages,
        )
    elif chain.same < chain.lines:
        yield (
            msg(
                "chained with {recognition}: {lines} of {lines2} lines are read other than by the "
                "original pair",
                chain.recognition,
                chain.lines - chain.same,
                chain.lines,
            )
        )


def _remarks(parity: Parity) -> Iterator[str]:
    """Give what a reader should know: of a file that nothing stands for, and of a model that is weak."""
    unchecked = [model for model in parity.models if model.status is Status.NOT_RUNNABLE]
    yield from (msg("{first}: {rest}", model.name, model.sentence) for model in unchecked)
    yield from (
        msg(
            "{model}: not run to the end by the library that verify.arm_runtime gives: {failure}",
            model.name,
            model.on_arm.failure,
        )
        for model in parity.models
        if model.on_arm and model.on_arm.failure
    )
    yield from (
        msg(
            "{model}: Paddle ran what the file holds, in float32; no GPU did, which computes in half "
            "precision unless the app asks for float32 (paddock targets)",
            model.name,
        )
        for model in parity.models
        if model.is_emulated and (variant := Variant.of_model(model.name))
        if variant.target == OPENCL
    )
    reference, task = _reference(parity), TASKS[parity.task]
    score = score_of(reference, task)
    if not reference.is_measured or score >= task.weak:
        return
    yield task.weakness(f"{score:.1%}")
    better = [item for item in parity.attempts if item.accuracy > item.as_is]
    if better:
        yield joined("; ", map(_tried, sorted(better, key=lambda item: -item.accuracy)))


def _tried(attempt: Attempt) -> str:
    return msg(
        "{done}: {accuracy} of {images} images are right, as they are {as_is}",
        _DONE[attempt.change],
        f"{attempt.accuracy:.0%}",
        attempt.images,
        f"{attempt.as_is:.0%}",
    )
