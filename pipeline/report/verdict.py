"""The verdict: what the project asks for, held against what was measured."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.project.schema import VerifySection

#: Under this accuracy, models that agree prove little: they may agree on reading nothing.
WEAK_ACCURACY = 0.5

Model = Mapping[str, Any]


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


def judge(models: Sequence[Model], asked: VerifySection) -> Verdict:
    """Hold the measured models against ``[verify]``.

    The PD model is the reference; every NB model that could run is compared with it.
    """
    by_name = {model["name"]: model for model in models}
    reference = by_name["pd"]
    reasons = [reason for model in models for reason in _failed(model)]
    if not _measured(reference) and not reasons:
        reasons.append(f"pd: {reference['status']}, so nothing could be compared with it")
    if _measured(reference):
        reasons += _accuracy(reference, asked)
        compared = [model for model in models if model["name"] != "pd" and _measured(model)]
        reasons += [reason for model in compared for reason in _parity(model, reference, asked)]
    if not any(_measured(model) and model["name"].startswith("nb-") for model in models):
        reasons.append("no NB model was measured")
    return Verdict(not reasons, tuple(reasons), tuple(_remarks(reference)))


def _measured(model: Model) -> bool:
    return bool(model["status"] == "measured")


def _failed(model: Model) -> Iterator[str]:
    if str(model["status"]).startswith("failed"):
        said = f"{model['name']}: {model['status']}"
        pitfall = model.get("pitfall")
        yield f"{said} (paddock explain {pitfall})" if pitfall else said


def _accuracy(reference: Model, asked: VerifySection) -> Iterator[str]:
    if not reference["accuracy"] >= asked.min_accuracy:
        yield f"pd: accuracy {reference['accuracy']:.4f} is under {asked.min_accuracy}"


def _parity(model: Model, reference: Model, asked: VerifySection) -> Iterator[str]:
    """Give each way in which ``model`` falls short; a NaN falls short of everything."""
    name = model["name"]
    drop = reference["accuracy"] - model["accuracy"]
    if name.startswith("nb-") and not drop <= asked.max_accuracy_drop + 1e-12:
        yield f"{name}: accuracy drops by {drop:.4f} against pd (allowed {asked.max_accuracy_drop})"
    if not model["agreement"] >= asked.min_agreement:
        yield f"{name}: agrees with pd on {model['agreement']:.4f} (asked {asked.min_agreement})"
    if not model["max_abs_diff"] <= asked.max_abs_diff:
        yield (
            f"{name}: differs from pd by up to {model['max_abs_diff']:.2e} "
            f"(allowed {asked.max_abs_diff:.0e})"
        )


def _remarks(reference: Model) -> Iterator[str]:
    if _measured(reference) and reference["accuracy"] < WEAK_ACCURACY:
        yield (
            f"parity alone says little here: the model reads only {reference['accuracy']:.1%} "
            "of the lines, too weak to prove much"
        )
