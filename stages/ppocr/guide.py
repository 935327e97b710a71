"""``use_guide``: which parts of a network its losses can train.

With it the CTC branch's neck reads a detached copy of the backbone's output (``EncoderWithSVTR`` in
ppocr/modeling/necks/rnn.py), so that only another branch of a MultiHead (NRTR, SAR) trains the backbone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from stages.message import msg
from stages.pitfalls import Pitfall
from stages.runtime import Context
from stages.text.yaml import at

#: Losses of the branches beside CTC (ppocr/losses/rec_multi_loss.py), each weighted by ``weight_2``.
_OTHER_BRANCHES = ("NRTRLoss", "SARLoss")


def warn_of_guide(context: Context, config: Mapping[str, Any]) -> None:
    """Warn if no loss reaches the backbone, and say what learns."""
    if not is_detached(config["Architecture"]) or _other_branch_learns(config):
        return
    context.warn(
        msg(
            "use_guide cuts the backbone off from the CTC loss, and no other loss trains it: "
            "neck and classifier learn, the backbone stays as it is but for its running "
            "statistics"
        ),
        "Architecture",
        Pitfall.USE_GUIDE,
    )


def is_detached(architecture: Mapping[str, Any]) -> bool:
    """Return whether the CTC branch has a neck with ``use_guide``."""
    return any(bool(neck.get("use_guide", False)) for neck in _ctc_necks(architecture))


def _ctc_necks(architecture: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Give the necks before a CTC head: the network's own, or the one of a MultiHead's branch."""
    heads = at(architecture, "Head", "head_list")
    branches = [at(head, "CTCHead", "Neck") for head in heads] if isinstance(heads, list) else []
    for neck in (architecture.get("Neck"), *branches):
        if isinstance(neck, dict):
            yield neck


def _other_branch_learns(config: Mapping[str, Any]) -> bool:
    """Return whether a loss beside CTC's trains the backbone."""
    losses = at(config, "Loss", "loss_config_list")
    names = {name for item in losses for name in item} if isinstance(losses, list) else set()
    weight = at(config, "Loss", "weight_2")
    return bool(names.intersection(_OTHER_BRANCHES)) and (weight is None or bool(weight))
