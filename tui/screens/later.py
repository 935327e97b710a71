"""The screens behind the first one: imported in idle time, or when they are first shown."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from importlib import import_module
from typing import Any, cast

from textual.screen import Screen

_CLASSES = {
    "parity": "ParityScreen",
    "environment": "EnvironmentScreen",
    "guards": "GuardsScreen",
    "history": "HistoryScreen",
    "machine": "MachineScreen",
    "sweep": "SweepScreen",
}
#: What most of them are made of.
_SHARED = "pipeline.report.model"


def later_screens() -> dict[str, Callable[[], Screen[Any]]]:
    """Return what makes each of them, by the app's mode."""
    return {mode: partial(_opened, mode) for mode in _CLASSES}


def _opened(mode: str) -> Screen[Any]:
    return cast("Screen[Any]", getattr(import_module(_module(mode)), _CLASSES[mode])())


def opened_page(module: str, name: str, image: str) -> Screen[Any]:
    """Return a page that asks for something; one that reads images proposes the selected one."""
    made = getattr(import_module(_module(module)), name)
    return cast("Screen[Any]", made(image if module == "own_image" else ""))


def import_screens(is_cancelled: Callable[[], bool], pause: float) -> None:
    """Import what a first visit would wait for, with ``pause`` seconds for other work after each piece."""
    for name in (*map(_module, _CLASSES), _SHARED):
        if is_cancelled():
            return
        import_module(name)
        time.sleep(pause)


def _module(mode: str) -> str:
    return f"tui.screens.{mode}"
