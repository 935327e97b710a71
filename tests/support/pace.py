"""A pace for tests of the app: the same steps as in front of people, with next to no time between them.

Where Textual's pilot waits until the process seems idle, and then asks every widget, tests wait until the
event loop has nothing left that could go on: sooner, certain on a busy machine, and nearly free. What would
be sent to a terminal is drawn only where a test reads it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from weakref import WeakKeyDictionary

import pytest
import textual.app
import textual.pilot
from rich.console import RenderableType
from textual._compositor import Compositor
from textual._context import active_app
from textual.app import App
from textual.css.model import RuleSet
from textual.css.stylesheet import Stylesheet
from textual.pilot import Pilot
from textual.screen import Screen

from tui.appearance import Pace

#: Seconds between two looks for news, and two ticks of a clock.
QUICK = Pace(poll=0.02, clock=0.1)
#: Seconds between two looks whether what a test waits for has come.
STEP = 0.01

#: More turns of the event loop than a key or a new screen takes.
_TURNS = 10_000
#: How often something would have been sent to a terminal.
frames = [0]
#: By what would have sent them: the lines that would have been, since somebody looked last.
drawn: WeakKeyDictionary[Compositor, set[int]] = WeakKeyDictionary()
#: Whether somebody looks at what would be sent.
IS_SEEN = False
_render_update = Compositor.render_update


async def settled(app: App[Any]) -> None:
    """Let all go on that can go on without waiting for time, threads or files, and the screen be laid out.

    What never ends is left to go on.
    """
    ready = vars(asyncio.get_running_loop())["_ready"]
    behind = set(app._background_screens) if app._screen_stacks.get(app._current_mode) else set()
    while app._exception is None:
        for _turn in range(_TURNS):
            if not ready:
                break
            await asyncio.sleep(0)
        stack = app._screen_stacks.get(app._current_mode)
        if not stack or app._batch_count:
            return
        if app._resize_timer is not None:
            app._check_resize()
            continue
        changed = [screen for screen in (*behind, stack[-1]) if _has_changed(screen)]
        if not changed:
            return
        behind.clear()
        for screen in changed:
            screen._on_timer_update()
            if screen is not stack[-1]:  # it asks for the next update itself, again and again
                screen._repaint_required = False


def _has_changed(screen: Screen[Any]) -> bool:
    return screen.is_running and bool(
        screen._layout_required
        or screen._scroll_required
        or screen._repaint_required
        or screen._recompose_required
        or screen._dirty_widgets
    )


def _note_frame(
    compositor: Compositor,
    full: bool = False,
    screen_stack: list[Screen[Any]] | None = None,
    simplify: bool = False,
) -> RenderableType | None:
    """Stand in for the drawing of what nobody sees: a headless driver throws it away."""
    frames[0] += bool(compositor._dirty_regions)
    for region in compositor._dirty_regions:
        drawn.setdefault(compositor, set()).update(region.line_range)
    if full or IS_SEEN:  # a picture of the screen
        return _render_update(compositor, full, screen_stack, simplify)
    compositor._dirty_regions.clear()
    return None


async def _all_settled(*_seconds: float) -> None:
    await settled(active_app.get())


async def _pilot_settled(pilot: Pilot[Any], _timeout: float = 0) -> bool:
    await settled(pilot.app)
    return pilot.app._exception is None


@contextmanager
def hurried() -> Iterator[None]:
    """Let the pilot wait for no time, draw nothing unseen, and parse each style sheet once a process."""
    parsed: dict[tuple[object, ...], list[RuleSet]] = {}
    themes: dict[tuple[tuple[str, str], ...], int] = {}
    last: list[tuple[object, int]] = [({}, -1)]
    parse = Stylesheet._parse_rules

    def number_of(variables: dict[str, str]) -> int:
        """Number the themes; most often it is the last one's very dictionary again."""
        if variables is not last[0][0]:
            last[0] = (variables, themes.setdefault(tuple(variables.items()), len(themes)))
        return last[0][1]

    def parse_once(sheet: Stylesheet, *args: Any, **options: Any) -> list[RuleSet]:
        key = (args, tuple(options.items()), number_of(sheet._variables))
        if key not in parsed:
            parsed[key] = parse(sheet, *args, **options)
        return parsed[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(textual.app, "wait_for_idle", _all_settled)
        patch.setattr(textual.pilot, "wait_for_idle", _all_settled)
        patch.setattr(Pilot, "_wait_for_screen", _pilot_settled)
        patch.setattr(Compositor, "render_update", _note_frame)
        patch.setattr(Stylesheet, "_parse_rules", parse_once)
        yield
