"""The verdict: what the project asks for, held against what was measured."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.project.schema import VerifySection
from pipeline.report.model import Verdict
from stages.contract import TASKS, Chain, ModelEntry, Parity, Status
from stages.contract.artifacts import PD_MODEL

_, DETECTION, ORIENTATION = TASKS
#: Under this score, models that agree prove little: they may agree on finding nothing. Of two
#: orientations half are right by chance.
_WEAK, _WEAKEST = {ORIENTATION: 0.75}, 0.5


@dataclass(frozen=True)
class Judgement:
    """``passed``, why not, and what a reader should know all the same."""

    passed: bool
    reasons: tuple[str, ...]
    remarks: tuple[str, ...]

    @property
    def verdict(self) -> Verdict:
        """As the report says it."""
        return Verdict.PASS if self.passed else Verdict.FAIL


def scored_by_hmean(task: str) -> bool:
    """Return whether the number that says how good a model is is the hmean, and not the accuracy."""
    return task == DETECTION


def score_of(model: ModelEntry, task: str) -> float:
    """Return the number that says how good a model is; NaN if it has none."""
    return _number(model.hmean if scored_by_hmean(task) else model.accuracy)


def _number(value: float | None) -> float:
    return math.nan if value is None else value


def judge(parity: Parity, asked: VerifySection) -> Judgement:
    """Hold what verify measured against ``[verify]``.

    The PD model is the reference; every other model that could run is compared with it.
    """
    models, task = parity.models, parity.task
    reference = next(model for model in models if model.name == PD_MODEL)
    reasons = [reason for model in models for reason in _failed(model)]
    if not reference.is_measured and not reasons:
        reasons.append(f"pd: {reference.sentence}, so nothing could be compared with it")
    if reference.is_measured:
        reasons += _accuracy(reference, asked, task)
        compared = [model for model in models if model.name != PD_MODEL and model.is_measured]
        for model in compared:
            reasons += _parity(model, reference, asked, task)
    if not any(model.is_measured and model.is_nb for model in models):
        reasons.append("no NB model was measured")
    reasons += _chain(parity.chain)
    return Judgement(not reasons, tuple(reasons), tuple(_remarks(reference, task)))


def _failed(model: ModelEntry) -> Iterator[str]:
    if model.status is Status.FAILED:
        said = f"{model.name}: {model.sentence}"
        yield f"{said} (paddock explain {model.pitfall})" if model.pitfall else said


def _accuracy(reference: ModelEntry, asked: VerifySection, task: str) -> Iterator[str]:
    score = score_of(reference, task)
    if score >= asked.min_accuracy:
        return
    if scored_by_hmean(task):
        yield f"pd: hmean {score:.4f} is under {asked.min_accuracy}"
    else:
        yield f"pd: accuracy {score:.4f} is under {asked.min_accuracy}"


def _parity(
    model: ModelEntry, reference: ModelEntry, asked: VerifySection, task: str
) -> Iterator[str]:
    """Give each way in which ``model`` falls short; a NaN falls short of everything."""
    name = model.name
    drop = score_of(reference, task) - score_of(model, task)
    if model.is_nb and not drop <= asked.max_accuracy_drop + 1e-12:
        yield _dropped(name, task, drop, asked.max_accuracy_drop)
    if not (agreement := _number(model.agreement)) >= asked.min_agreement:
        yield f"{name}: agrees with pd on {agreement:.4f} (asked {asked.min_agreement})"
    if not (difference := _number(model.max_abs_diff)) <= asked.max_abs_diff:
        yield (
            f"{name}: differs from pd by up to {difference:.2e} (allowed {asked.max_abs_diff:.0e})"
        )


def _dropped(name: str, task: str, drop: float, allowed: float) -> str:
    if scored_by_hmean(task):
        return f"{name}: hmean drops by {drop:.4f} against pd (allowed {allowed})"
    return f"{name}: accuracy drops by {drop:.4f} against pd (allowed {allowed})"


def _chain(chain: Chain | None) -> Iterator[str]:
    """Give why detection and recognition, one after the other, do not read as the original pair."""
    if chain is None:
        return
    if chain.failure:
        yield f"chained with {chain.recognition}: {chain.failure}"
    elif not chain.lines:
        yield f"chained with {chain.recognition}: no line was found on {chain.pages} pages"
    elif chain.same < chain.lines:
        yield (
            f"chained with {chain.recognition}: {chain.lines - chain.same} of "
            f"{chain.lines} lines are read other than by the original pair"
        )


def _remarks(reference: ModelEntry, task: str) -> Iterator[str]:
    score = score_of(reference, task)
    if not reference.is_measured or score >= _WEAK.get(task, _WEAKEST):
        return
    share = f"{score:.1%}"
    if task == DETECTION:
        yield (
            f"parity alone says little here: the boxes' hmean is only {share}, "
            "too weak to prove much"
        )
    elif task == ORIENTATION:
        yield (
            f"parity alone says little here: the model tells only {share} of the orientations, "
            "too weak to prove much"
        )
    else:
        yield (
            f"parity alone says little here: the model reads only {share} "
            "of the lines, too weak to prove much"
        )
