"""The variants of one model: a ``.nb`` file for a target, with weights of one kind; all their names."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum

from stages.contract.artifacts import LITE_PARAMETERS, LITE_PROGRAM, PD_MODEL, rounded_files

#: The target that is a device's GPU, and not its processor.
OPENCL = "opencl"
_FILE, _FILE_END, _MODEL, _HALF = "model_", ".nb", "nb-", "fp16"
#: Targets whose kernels compute in half precision.
HALF_TARGETS = ("arm",)


class Weights(str, Enum):
    """How the weights lie in a file. The runtime makes float32 of integers when it loads them."""

    FLOAT32 = "float32"
    INT16 = "int16"
    INT8 = "int8"

    @property
    def are_integers(self) -> bool:
        """Whether they are rounded."""
        return self is not Weights.FLOAT32

    @property
    def files(self) -> tuple[str, str]:
        """Return the names of program and parameters that ``opt`` makes such a file of."""
        return rounded_files(self.value) if self.are_integers else (LITE_PROGRAM, LITE_PARAMETERS)

    @property
    def inputs(self) -> tuple[str, str]:
        """Return the inputs that are PD rounded to such weights."""
        return f"pdmodel-{self.value}", f"pdiparams-{self.value}"

    @property
    def reference(self) -> str:
        """Return the model that Paddle runs of such weights: PD, or ``pd-int8``, PD rounded as they are."""
        return f"{PD_MODEL}-{self.value}" if self.are_integers else PD_MODEL


@dataclass(frozen=True)
class Variant:
    """An NB file: what it is for, and what its weights are.

    Args:
        target: the processor, or the device, that its kernels are for.
        weights: as they lie in the file.
        half: whether they are computed with in half precision.
    """

    target: str
    weights: Weights = Weights.FLOAT32
    half: bool = False

    @property
    def name(self) -> str:
        """Return "arm", "arm-int8", "arm-fp16"."""
        if self.half:
            return f"{self.target}-{_HALF}"
        if self.weights is Weights.FLOAT32:
            return self.target
        return f"{self.target}-{self.weights.value}"

    @property
    def file(self) -> str:
        """Return the name of the file: ``model_arm_int8.nb``."""
        return f"{_FILE}{self.name.replace('-', '_')}{_FILE_END}"

    @property
    def model(self) -> str:
        """Return the name of its row in a table: ``nb-arm-int8``."""
        return f"{_MODEL}{self.name}"

    @property
    def given(self) -> str:
        """Return the name of the input that is such a file, made elsewhere."""
        return f"given-{self.name}"

    @classmethod
    def of_file(cls, name: str) -> Variant | None:
        """Return the variant that an NB file holds, by its name; None for another file."""
        if not name.endswith(_FILE_END):
            return None
        return cls._parse(name.removeprefix(_FILE).removesuffix(_FILE_END), "_")

    @classmethod
    def of_model(cls, name: str) -> Variant | None:
        """Return the variant that a row of a table, or an input, stands for; None for another model."""
        return cls._parse(name.removeprefix(_MODEL), "-") if name.startswith(_MODEL) else None

    @classmethod
    def _parse(cls, name: str, mark: str) -> Variant:
        target, _, kind = name.rpartition(mark)
        if target and kind == _HALF:
            return cls(target, half=True)
        if target and kind in (Weights.INT16, Weights.INT8):
            return cls(target, Weights(kind))
        return cls(name)


def is_lossy(model: str) -> bool:
    """Return whether a row is one that gives something up for its file: PD rounded, or half precision."""
    variant = Variant.of_model(model)
    return model in _ROUNDED if variant is None else variant.half


_ROUNDED = frozenset(kind.reference for kind in Weights if kind.are_integers)


def variants_of(
    targets: Sequence[str], weights: Sequence[str], *, fp16: bool
) -> tuple[Variant, ...]:
    """Return the variants that a project asks for, by kind and then by target."""
    kinds = [kind for kind in Weights if kind in weights]
    variants = [Variant(target, kind) for kind in kinds for target in sorted(targets)]
    half = [Variant(target, half=True) for target in targets if fp16 and target in HALF_TARGETS]
    return (*variants, *half)


def variants_in(models: Iterable[str]) -> list[Variant]:
    """Return the variants among the names of models, by kind and then by target."""
    found = [variant for name in models if (variant := Variant.of_model(name))]
    kinds = tuple(Weights)
    return sorted(found, key=lambda each: (each.half, kinds.index(each.weights), each.target))
