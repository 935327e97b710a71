"""Paddock's images: build, list, save and load them."""

from __future__ import annotations

from pipeline.images.archive import load_images, save_images
from pipeline.images.build import build_images
from pipeline.images.events import (
    BaseTried,
    BuildEvent,
    BuildFailed,
    ImageFinished,
    ImageStarted,
    LogLine,
    PullProgressed,
    StepStarted,
)
from pipeline.images.listing import ImageStatus, list_images

__all__ = [
    "BaseTried",
    "BuildEvent",
    "BuildFailed",
    "ImageFinished",
    "ImageStarted",
    "ImageStatus",
    "LogLine",
    "PullProgressed",
    "StepStarted",
    "build_images",
    "list_images",
    "load_images",
    "save_images",
]
