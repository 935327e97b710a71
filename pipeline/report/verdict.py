"""The verdict: what the project asks for, held against what was measured."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.project.schema import VerifySection
from pipeline.report.metrics import Model, task_of

#: The number of a model that says how good it is, by task; all others have an accuracy.
_SCORES = {"detection": "hmean"}
#: Under this score, models that agree prove little: they may agree on finding nothing. Of two
#: orientations half are right by chance.
_WEAK, _WEAKEST = {"orientation": 0.75}, 0.5


@dataclass(frozen=True)
class Verdict:
    """``passed``, why not, and what a reader should know all the same."""

    passed: bool
    reasons: tuple[str, ...]
    remarks: tuple[str, ...]

    @property
    def word(self) -> str:
        """``pass`` or ``fail``, as the report says it."""
        return "pass" if self.passed else "fail"


def score_of(task: str) -> str:
    """Return the key, in a model's entry, of the number that says how good the model is."""
    return _SCORES.get(task, "accuracy")


def judge(parity: Mapping[str, Any], asked: VerifySection) -> Verdict:
    """Hold what verify measured (``parity.json``) against ``[verify]``.

    The PD model is the reference; every other model that could run is compared with it.
    """
    models, task = parity["models"], task_of(parity)
    reference = next(model for model in models if model["name"] == "pd")
    reasons = [reason for model in models for reason in _failed(model)]
    if not _measured(reference) and not reasons:
        reasons.append(f"pd: {reference['status']}, so nothing could be compared with it")
    if _measured(reference):
        reasons += _accuracy(reference, asked, score_of(task))
        compared = [model for model in models if model["name"] != "pd" and _measured(model)]
        for model in compared:
            reasons += _parity(model, reference, asked, score_of(task))
    if not any(_measured(model) and model["name"].startswith("nb-") for model in models):
        reasons.append("no NB model was measured")
    reasons += _chain(parity.get("chain"))
    return Verdict(not reasons, tuple(reasons), tuple(_remarks(reference, task)))


def _measured(model: Model) -> bool:
    return bool(model["status"] == "measured")


def _failed(model: Model) -> Iterator[str]:
    if str(model["status"]).startswith("failed"):
        said = f"{model['name']}: {model['status']}"
        pitfall = model.get("pitfall")
        yield f"{said} (paddock explain {pitfall})" if pitfall else said


def _accuracy(reference: Model, asked: VerifySection, score: str) -> Iterator[str]:
    if reference[score] >= asked.min_accuracy:
        return
    if score == "hmean":
        yield f"pd: hmean {reference[score]:.4f} is under {asked.min_accuracy}"
    else:
        yield f"pd: accuracy {reference[score]:.4f} is under {asked.min_accuracy}"


def _parity(model: Model, reference: Model, asked: VerifySection, score: str) -> Iterator[str]:
    """Give each way in which ``model`` falls short; a NaN falls short of everything."""
    name = model["name"]
    drop = reference[score] - model[score]
    if name.startswith("nb-") and not drop <= asked.max_accuracy_drop + 1e-12:
        yield _dropped(name, score, drop, asked.max_accuracy_drop)
    if not model["agreement"] >= asked.min_agreement:
        yield f"{name}: agrees with pd on {model['agreement']:.4f} (asked {asked.min_agreement})"
    if not model["max_abs_diff"] <= asked.max_abs_diff:
        yield (
            f"{name}: differs from pd by up to {model['max_abs_diff']:.2e} "
            f"(allowed {asked.max_abs_diff:.0e})"
        )


def _dropped(name: str, score: str, drop: float, allowed: float) -> str:
    if score == "hmean":
        return f"{name}: hmean drops by {drop:.4f} against pd (allowed {allowed})"
    return f"{name}: accuracy drops by {drop:.4f} against pd (allowed {allowed})"


def _chain(chain: Mapping[str, Any] | None) -> Iterator[str]:
    """Give why detection and recognition, one after the other, do not read as the original pair."""
    if not chain:
        return
    if chain.get("failure"):
        yield f"chained with {chain['recognition']}: {chain['failure']}"
    elif not chain["lines"]:
        yield f"chained with {chain['recognition']}: no line was found on {chain['pages']} pages"
    elif chain["same"] < chain["lines"]:
        yield (
            f"chained with {chain['recognition']}: {chain['lines'] - chain['same']} of "
            f"{chain['lines']} lines are read other than by the original pair"
        )


def _remarks(reference: Model, task: str) -> Iterator[str]:
    if not _measured(reference) or reference[score_of(task)] >= _WEAK.get(task, _WEAKEST):
        return
    share = f"{reference[score_of(task)]:.1%}"
    if task == "detection":
        yield (
            f"parity alone says little here: the boxes' hmean is only {share}, "
            "too weak to prove much"
        )
    elif task == "orientation":
        yield (
            f"parity alone says little here: the model tells only {share} of the orientations, "
            "too weak to prove much"
        )
    else:
        yield (
            f"parity alone says little here: the model reads only {share} "
            "of the lines, too weak to prove much"
        )
