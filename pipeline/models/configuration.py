"""A PaddleOCR YAML that a project names, looked at before anything starts with what stages read it with."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pipeline.compose.file import REPOSITORY
from pipeline.errors import UsageError
from pipeline.models.fetch_context import Say
from pipeline.models.sniff import Kind, kind_of, not_wanted, refuse_stand_in
from stages.errors import StageError
from stages.message import msg
from stages.pitfalls import Pitfall
from stages.ppocr.parts import VERSION, unknown_parts
from stages.ppocr.transforms import otherwise
from stages.ppocr.user_config import read_config

#: By which images are built from the user's own sources of PaddleOCR (docs/images.md).
_TREE = "PADDLEOCR_TREE"
_INSTEAD = msg(
    "export the model with the PaddleOCR that trained it and give it as [export] model; or build the "
    "images from its sources (PADDLEOCR_TREE, docs/images.md)"
)


def check_configuration(path: Path, say: Say) -> None:
    """Refuse a configuration that no stage can take.

    Args:
        path: of the YAML.
        say: is told what of it is not taken as it is.

    Raises:
        UsageError: it is something else, lacks a section, describes a network that the images' PaddleOCR
            cannot build, or prepares its images otherwise.
    """
    refuse_stand_in(path)
    if (kind := kind_of(path)) not in (Kind.TEXT, Kind.JSON):
        raise not_wanted(path, kind, msg("{name} is {kind}", path.name, kind.said))
    try:
        config = read_config(path, say)
    except StageError as error:
        raise UsageError(error.message, str(path), error.remedy, error.pitfall or "") from error
    unknown = list(unknown_parts(config["Architecture"]))
    if unknown and not _has_own_sources():
        raise UsageError(
            msg(
                "{path}: {unknown} is newer than the images' PaddleOCR {version}, or misspelt",
                path.name,
                ", ".join(unknown),
                VERSION,
            ),
            str(path),
            _INSTEAD,
        )
    _refuse_otherwise(path, config)


def _refuse_otherwise(path: Path, config: Mapping[str, Any]) -> None:
    """Refuse a configuration whose images are prepared in another way, as train and export would."""
    if differs := otherwise(config):
        what, there, own = differs
        raise UsageError(
            msg(
                "{path} prepares its images otherwise than Paddock: {what} is {there}, here {own}",
                path.name,
                what,
                there,
                own,
            ),
            str(path),
            msg(
                "if the model is still to be trained, change the transforms of Train and Eval; one that was "
                "trained so would be given other images than it knows"
            ),
            Pitfall.RGB_FOR_BGR if what == "channel_order" else Pitfall.OTHER_CONFIGURATION,
        )


def _has_own_sources() -> bool:
    """Return whether the images may have been built from the user's own sources: what they have is theirs."""
    return bool(os.environ.get(_TREE)) or (REPOSITORY / "images/paddleocr/tree").is_dir()
