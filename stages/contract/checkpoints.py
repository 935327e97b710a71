"""What the keys of a checkpoint say that it is; both sides ask before they read it. Standard library only."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from stages.message import msg

#: ``paddle.save`` adds this entry: state-dict key → Paddle's name of the parameter.
NAME_TABLE = "StructuredToParameterName@@"
#: The network that a distillation is for, as PaddleOCR's configurations call it.
STUDENT = "Student"
#: A key of one of several networks: its name, then a part of PaddleOCR's ``BaseModel``.
_OF_NETWORK = re.compile(r"(?P<network>\w+)\.(?:transform|backbone|neck|head)\.")
#: What optimisers keep beside the weights (paddle/optimizer), and what PaddleOCR's trainer keeps.
_OF_OPTIMISER = re.compile(r".*_(?:moment\d?|velocity|beta\d_pow_acc|mean_square|mean_grad)_\d+")
_OTHER_STATE = frozenset(("LR_Scheduler", "master_weights", "best_model_dict", "start_epoch"))
#: What quantisation-aware training adds to a layer (paddle.nn.quant, PaddleSlim).
_OF_QUANTISER = re.compile(r".*(?:fake_quant|quanter|_quant_scale)")


@dataclass(frozen=True)
class Networks:
    """The networks of a checkpoint by the names that its keys begin with; none where they have no such name.

    ``taken`` is the one that is wanted, "" if there is no telling.
    """

    names: tuple[str, ...]
    taken: str

    @property
    def prefix(self) -> str:
        """What the keys of the network that is taken begin with."""
        return f"{self.taken}." if self.taken else ""


def networks_of(keys: Iterable[str]) -> Networks:
    """Return which networks a checkpoint holds: the student of a distillation is taken, or the only one."""
    found = (_OF_NETWORK.match(key) for key in keys)
    names = tuple(dict.fromkeys(match["network"] for match in found if match))
    if STUDENT in names:
        return Networks(names, STUDENT)
    return Networks(names, names[0] if len(names) == 1 else "")


def not_weights(keys: Collection[str]) -> str:
    """Say what a file with these keys is, if it is not a network's weights; else ""."""
    if any(key in _OTHER_STATE or _OF_OPTIMISER.fullmatch(key) for key in keys):
        return msg("it is the state of a training (optimiser or trainer), not a network's weights")
    if any(_OF_QUANTISER.match(key) for key in keys):
        return msg('it is of a quantised ("slim") training, with quantisers between the layers')
    return ""


def no_student(names: Collection[str]) -> str:
    """Say that none of a checkpoint's networks is the one that is wanted."""
    return msg(
        "it holds the networks {names}, and none is called {student}", ", ".join(names), STUDENT
    )
