"""The text UI in a test: opened on a folder, driven by keys, and read as the text that is on the screen."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from textual._context import visible_screen_stack
from textual.app import App
from textual.dom import DOMNode
from textual.events import Paste
from textual.geometry import Region
from textual.pilot import Pilot
from textual.strip import Strip

from pipeline.machine.doctor import Finding
from pipeline.run.background import Running
from stages.message import joined, msg
from support.cli import NO_ENGINE
from support.pace import STEP, drawn, frames
from tui.app import PaddockApp
from tui.backend import Backend

Size = tuple[int, int]
#: The screen that was read last, its size, and its lines.
_read: list[Any] = [None, None, []]
SMALL, LARGE = (80, 24), (120, 36)
ENDPOINT = msg("{first} ({rest})", "unix:///run/docker.sock", msg("default socket"))


class CalmBackend(Backend):
    """A real project, and an engine of which the doctor has nothing to complain."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, NO_ENGINE)
        self.stopped: list[bool] = []

    def examine(self) -> Iterator[Finding]:
        """Give one good finding, so that first contact is over."""
        yield Finding("engine", "ok", joined(", ", ["20.10", msg("at {place}", ENDPOINT)]))

    def endpoint(self) -> str:
        """Return an endpoint that is the same on every machine."""
        return ENDPOINT

    def unusual_engine(self) -> str:
        """Return what is said of the engine that most people have."""
        return ""

    def stop(self, run: Running, *, at_once: bool = False) -> None:
        """Only note the order: nothing really runs."""
        self.stopped.append(at_once)


@asynccontextmanager
async def opened(
    backend: Backend, size: Size = SMALL, keymap: dict[str, str] | None = None
) -> AsyncIterator[tuple[PaddockApp, Pilot[None]]]:
    """Open the app and wait until the doctor has looked and the run has been read."""
    app = PaddockApp(backend, keymap)
    async with app.run_test(size=size, notifications=True) as pilot:
        await until(pilot, lambda: bool(app.findings))
        await calm(pilot)
        yield app, pilot


async def until(
    pilot: Pilot[Any], true: Callable[[], bool], seconds: float = 60, *, of: str = ""
) -> None:
    """Wait until ``true`` returns True; ``of`` says of what it does not, if it does not."""
    for _attempt in range(int(seconds / STEP)):
        if true():
            return
        if pilot.app._exception is not None:  # told when the app is closed
            break
        await asyncio.sleep(STEP)
    raise AssertionError(f"it did not come to that: {of}\n{text_of(pilot.app)}")


def lines_of(app: App[Any]) -> list[str]:
    """Return the lines on the screen, right ends stripped; only those are drawn that a terminal would get."""
    compositor = app.screen._compositor
    size, changed = compositor.size, drawn.pop(compositor, set())
    if _read[0] is not compositor or _read[1] != size or not frames[0]:
        _read[:] = compositor, size, [""] * size.height
        changed = set(range(size.height))
    found: list[str] = _read[2]
    for y, line in _drawn(app, changed):
        found[y] = line
    return list(found)


def _drawn(app: App[Any], changed: set[int]) -> Iterator[tuple[int, str]]:
    """Draw some lines as Textual does, front to back, without what is hidden behind something else."""
    visible_screen_stack.set(app._background_screens)
    compositor = app.screen._compositor
    parts: dict[int, dict[int, Strip]] = {y: {} for y in changed if 0 <= y < compositor.size.height}
    cuts = compositor.cuts if parts else []
    for widget, (region, clip) in compositor.visible_widgets.items() if parts else ():
        shown = region.intersection(clip)
        first, last = shown.column_span
        within = {
            y: [cut for cut in cuts[y] if first <= cut <= last]
            for y in shown.line_range
            if y in parts
        }
        free = [y for y, here in within.items() if not parts[y].keys() >= {*here[:-1]}]
        if not free:
            continue
        top = min(free)
        crop = Region(first - region.x, top - region.y, shown.width, max(free) + 1 - top)
        strips = widget.render_lines(crop)
        for y in free:
            pieces = strips[y - top].divide([cut - first for cut in within[y][1:]])
            for cut, piece in zip(within[y], pieces, strict=False):
                parts[y].setdefault(cut, piece)
    for y, pieces_of in parts.items():
        yield y, "".join(pieces_of[cut].text for cut in sorted(pieces_of)).rstrip()


def strips_of(app: App[Any]) -> list[Strip]:
    """Return what is on the screen, line by line, with its styles."""
    visible_screen_stack.set(app._background_screens)
    return app.screen._compositor.render_strips()


def text_of(app: App[Any]) -> str:
    """Return all that is on the screen."""
    return "\n".join(lines_of(app))


def ill_styled(app: App[Any]) -> list[str]:
    """Return what of the screen would have another style if all styles were made anew, as they then are."""
    nodes = [*app.screen.walk_children(with_self=True)]
    before = [_styles_of(node) for node in nodes]
    app.stylesheet.update(app.screen)
    return [repr(node) for node, was in zip(nodes, before, strict=True) if _styles_of(node) != was]


def _styles_of(node: DOMNode) -> list[dict[str, object]]:
    parts = (node._component_styles[name] for name in sorted(node._component_styles))
    return [dict(styles.base._rules) for styles in (node.styles, *parts)]


async def calm(pilot: Pilot[Any], looks: int = 2, at_most: int = 40) -> None:
    """Wait until the workers are through and the screen is the same for so many looks.

    Before a look every widget has handled what was sent to it. Where something goes on, ``at_most`` looks
    are taken.
    """
    same, seen = 0, frames[0]
    before: str | None = None
    for _look in range(at_most):
        await pilot.pause(STEP)
        # Where widgets go, nothing is laid out until they are gone.
        is_changing = pilot.app._batch_count > 0
        if is_changing or any(worker.is_running for worker in pilot.app.workers):
            same = 0
        elif seen != frames[0]:  # drawn, the second time in a row perhaps as it was
            now = None if before is None else text_of(pilot.app)
            same, before = (same + 1 if now is not None and now == before else 0), now or ""
        else:
            same += 1
        seen = frames[0]
        if same >= looks:
            break
    text_of(pilot.app)  # whatever is on the screen can be drawn


async def pasted(pilot: Pilot[Any], app: App[Any], text: str) -> None:
    """Give a line what a user would not type."""
    app.post_message(Paste(text))
    await pilot.pause()


async def until_shown(pilot: Pilot[Any], app: App[Any], *texts: str) -> None:
    """Wait until all of ``texts`` are on the screen, and all else that belongs to it."""
    await until(pilot, lambda: all(text in text_of(app) for text in texts))
    await calm(pilot)


async def resized(pilot: Pilot[None], app: PaddockApp, size: Size) -> None:
    """Give the terminal another size, and wait until the screen has it."""
    await pilot.resize_terminal(*size)
    await until(pilot, lambda: len(lines_of(app)) == size[1], of=f"{size}")


async def looked_again(pilot: Pilot[None], app: PaddockApp, *texts: str) -> None:
    """Let the screen see at once that files changed, and wait until it shows ``texts``.

    By itself it looks when something happens to the run.
    """
    app._refresh_screens()
    await until_shown(pilot, app, *texts)


async def until_line(pilot: Pilot[None], app: PaddockApp, *parts: str) -> None:
    """Wait until all ``parts`` are on one line of the screen: long lists are laid out in steps."""
    await until(pilot, lambda: any(all(part in line for part in parts) for line in lines_of(app)))
