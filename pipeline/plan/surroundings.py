"""What decides bytes beside image, parameters and inputs: the seed, the threads, the kernels, the processor.

A stage's row says which of them it hangs on (``decided_by``); only those are in its key.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from stages.contract.kernels import Kernels

Surrounding = Literal["seed", "threads", "kernels", "processor"]
#: As they stand among the parameters of a key.
SURROUNDINGS: tuple[str, ...] = get_args(Surrounding)


@dataclass(frozen=True)
class Surroundings:
    """Of one run.

    Args:
        seed: the project's.
        threads: by stage, as its limit on CPUs gives them.
        kernels: the set that the project asks for.
        processor: its vector units, by which libraries choose among the kernels that they may: the same sums
            in another order, and so other last digits.
    """

    seed: int
    threads: Mapping[str, int]
    kernels: Kernels
    processor: str

    def deciding(self, stage: str, names: Collection[Surrounding]) -> dict[str, int | str]:
        """Return the values of ``names`` for a stage, as its key holds them."""
        values: dict[Surrounding, int | str] = {
            "seed": self.seed,
            "threads": self.threads[stage],
            "kernels": self.kernels if self.kernels == "portable" else self.processor,
            "processor": self.processor,
        }
        return {name: values[name] for name in names}
