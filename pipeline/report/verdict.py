"""The verdict: what the project asks for, held against what was measured."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.project.schema import VerifySection
from pipeline.report.model import Verdict
from pipeline.tasks import TASKS, Task
from stages.contract import Chain, ModelEntry, Parity, Status
from stages.contract.artifacts import PD_MODEL
from stages.message import msg


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


def score_of(model: ModelEntry, task: Task) -> float:
    """Return the number that says how good a model is; NaN if it has none."""
    return _number(task.score(model))


def _number(value: float | None) -> float:
    return math.nan if value is None else value


def judge(parity: Parity, asked: VerifySection) -> Judgement:
    """Hold what verify measured against ``[verify]``.

    The PD model is the reference; every other model that could run is compared with it.
    """
    models, task = parity.models, TASKS[parity.task]
    reference = next(model for model in models if model.name == PD_MODEL)
    reasons = [reason for model in models for reason in _failed(model)]
    if not reference.is_measured and not reasons:
        reasons.append(
            msg("pd: {sentence}, so nothing could be compared with it", reference.sentence)
        )
    if reference.is_measured:
        reasons += _accuracy(reference, asked, task)
        compared = [model for model in models if model.name != PD_MODEL and model.is_measured]
        for model in compared:
            reasons += _parity(model, reference, asked, task)
    if not any(model.is_measured and model.is_nb for model in models):
        reasons.append(msg("no NB model was measured"))
    reasons += _chain(parity.chain)
    return Judgement(not reasons, tuple(reasons), tuple(_remarks(reference, task)))


def _failed(model: ModelEntry) -> Iterator[str]:
    if model.status is Status.FAILED:
        said = msg("{first}: {rest}", model.name, model.sentence)
        yield (
            msg("{said} (paddock explain {pitfall})", said, model.pitfall)
            if model.pitfall
            else said
        )


def _accuracy(reference: ModelEntry, asked: VerifySection, task: Task) -> Iterator[str]:
    score = score_of(reference, task)
    if not score >= asked.min_accuracy:
        yield msg(
            "pd: {measure} {score} is under {min_accuracy}",
            task.score_name,
            f"{score:.4f}",
            asked.min_accuracy,
        )


def _parity(
    model: ModelEntry, reference: ModelEntry, asked: VerifySection, task: Task
) -> Iterator[str]:
    """Give each way in which ``model`` falls short; a NaN falls short of everything."""
    name = model.name
    drop = score_of(reference, task) - score_of(model, task)
    if model.is_nb and not drop <= asked.max_accuracy_drop + 1e-12:
        yield msg(
            "{name}: {measure} drops by {drop} against pd (allowed {allowed})",
            name,
            task.score_name,
            f"{drop:.4f}",
            asked.max_accuracy_drop,
        )
    if not (agreement := _number(model.agreement)) >= asked.min_agreement:
        yield msg(
            "{name}: agrees with pd on {agreement} (asked {min_agreement})",
            name,
            f"{agreement:.4f}",
            asked.min_agreement,
        )
    if not (difference := _number(model.max_abs_diff)) <= asked.max_abs_diff:
        yield (
            msg(
                "{name}: differs from pd by up to {difference} (allowed {max_abs_diff})",
                name,
                f"{difference:.2e}",
                f"{asked.max_abs_diff:.0e}",
            )
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


def _remarks(reference: ModelEntry, task: Task) -> Iterator[str]:
    score = score_of(reference, task)
    if reference.is_measured and not score >= task.weak:
        yield task.weakness(f"{score:.1%}")
