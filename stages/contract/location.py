"""What ``stages.locate`` prints: for each NB model, the operator at which it parts from the PD model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from stages.contract.artifacts import PD_MODEL
from stages.contract.documents import Document
from stages.contract.variant import Variant
from stages.message import msg


class PartedBy(str, Enum):
    """Which step of the way from the PD model to what an NB model computes."""

    #: The rules that make of the PD model what ``opt`` is given; both run by Paddle.
    REWRITING = "rewriting"
    #: What stands in the file, read back out of it and run by Paddle, against what ``opt`` was given.
    FILE = "file"
    #: What Paddle-Lite's kernels compute of the file, against what Paddle computes of it.
    KERNEL = "kernel"


class Finding(str, Enum):
    """What looking for the operator came to."""

    #: The model's output is PD's on the image: there is nothing to look for.
    AGREES = "agrees"
    #: An operator.
    OPERATOR = "operator"
    #: The output differs, and no operator on the way does by itself: rounding adds up.
    ROUNDING = "rounding"
    #: It could not be looked for; ``why`` says the reason.
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class LocatedOperator:
    """The first operator whose result is not the reference's, though what it reads is."""

    part: PartedBy
    kind: str
    number: int
    """in the program of that part, from 0"""
    layer: str = ""
    """of the trained network, such as backbone.blocks3.0.dw_conv; missing if the network is not known"""
    parameter: str = ""
    """one of its weights, as the PD model calls it"""
    after: bool = False
    """whether layer and parameter are those of the operator before it, for it has no weights itself"""
    difference: float | None = None
    """to the reference's result, as a share of its largest number; missing if there is none"""
    alone: float | None = None
    """the same if the operator alone is given what the reference reads; missing if it could not be tried"""

    @property
    def place(self) -> str:
        """The operator for people: kind, number, layer."""
        named = msg("operator {number}, {kind}", self.number, self.kind)
        if not (layer := self.layer or self.parameter):
            return named
        if self.after:
            return msg("{operator} (after {layer})", named, layer)
        return msg("{operator} ({layer})", named, layer)


#: What is wrong, by the part in which it was found.
_PARTED: Mapping[PartedBy, str] = {
    PartedBy.REWRITING: msg("the rewriting changed what the network computes"),
    PartedBy.FILE: msg("the file does not hold the model"),
    PartedBy.KERNEL: msg("Paddle-Lite computes something else than Paddle of what the file holds"),
}


@dataclass(frozen=True)
class Located:
    """Where one NB model parts from the PD model, on one image."""

    model: str
    found: Finding
    image: str
    difference: float | None = None
    """largest difference of its output to its reference's; missing if it gives no such output"""
    operator: LocatedOperator | None = None
    why: str = ""

    @property
    def reference(self) -> str:
        """The model that it is held against: PD, or PD rounded to such weights as it has."""
        variant = Variant.of_model(self.model)
        return variant.weights.reference if variant else PD_MODEL

    @property
    def blames_half(self) -> bool:
        """Whether only the precision that the file is computed in can make it differ."""
        variant = Variant.of_model(self.model)
        return self.found is Finding.AGREES and variant is not None and variant.half

    @property
    def sentence(self) -> str:
        """The finding for people."""
        if self.operator is not None:
            return msg(
                "{model}: it parts from {reference} at {operator}: {part}{much}",
                self.model,
                self.reference,
                self.operator.place,
                _PARTED[self.operator.part],
                self._how_much(self.operator),
            )
        if self.blames_half:
            return msg(
                "{model}: the file holds the model, and in float32 nothing diverges: what differs is half "
                "precision's",
                self.model,
            )
        if self.found is Finding.AGREES:
            return msg("{model}: nothing diverges", self.model)
        if self.found is Finding.ROUNDING:
            return msg(
                "{model}: no operator diverges by itself: the difference is what rounding adds up to; if "
                "agreement and accuracy hold, verify.max_abs_diff may be raised above it",
                self.model,
            )
        return msg(
            "{model}: where it parts from {reference} could not be found: {why}",
            self.model,
            self.reference,
            self.why,
        )

    def _how_much(self, operator: LocatedOperator) -> str:
        if operator.difference is None:
            return ""
        share = f"{operator.difference:.2g}"
        if operator.alone is None:
            return msg(" (off by {share} of its largest number)", share)
        return msg(
            " (off by {share} of its largest number, {alone} when it alone is given the right input)",
            share,
            f"{operator.alone:.2g}",
        )


@dataclass(frozen=True)
class Location(Document):
    """All NB models, one entry each."""

    FILE = "location.json"

    tolerance: float
    """how far a value may be off, as a share of the reference's largest number"""
    models: tuple[Located, ...]
