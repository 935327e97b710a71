"""The heads of an architecture, built in or out of a YAML: classes, and the CTC branch alone."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from stages.errors import StageError
from stages.message import msg
from stages.text.yaml import at

_MULTI = "MultiHead"


def with_classes(architecture: Mapping[str, Any], classes: int) -> dict[str, Any]:
    """Return a copy that says how many classes the heads have (``tools/train.py`` does the same)."""
    copy = deepcopy(dict(architecture))
    if copy["Head"]["name"] == _MULTI:
        copy["Head"]["out_channels_list"] = {
            "CTCLabelDecode": classes,
            "SARLabelDecode": classes + 2,
            "NRTRLabelDecode": classes + 3,
        }
    else:
        copy["Head"]["out_channels"] = classes
    return copy


def ctc_branch(architecture: Mapping[str, Any]) -> dict[str, Any]:
    """Return the architecture with the CTC branch of its MultiHead as plain Neck and Head.

    Parameter for parameter the same network in evaluation. ``use_guide`` is off, which would cut the
    backbone off from the only loss that is left. An architecture without MultiHead is returned as it is.

    Raises:
        StageError: its MultiHead has no CTC branch, or pools before it (SVTRv2).
    """
    copy = deepcopy(dict(architecture))
    if copy["Head"]["name"] != _MULTI:
        return copy
    heads = at(copy, "Head", "head_list")
    branches = [at(head, "CTCHead") for head in heads] if isinstance(heads, list) else []
    branch = next((item for item in branches if isinstance(at(item, "Neck"), dict)), None)
    if branch is None or at(copy, "Head", "use_pool"):
        raise StageError(
            msg("the MultiHead has no CTC branch that can stand alone"),
            "Architecture.Head",
            msg('train with mode = "full"'),
        )
    neck = dict(branch["Neck"])
    neck["encoder_type"] = neck.pop("name", "")
    if neck.get("use_guide"):
        neck["use_guide"] = False
    copy["Neck"] = {"name": "SequenceEncoder", **neck}
    copy["Head"] = {"name": "CTCHead", **(branch.get("Head") or {})}
    return copy
