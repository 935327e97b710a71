"""Every screen as it looks: small and large, in colour and with NO_COLOR, and some in Chinese and ASCII.

After a change that is meant: ``.venv/bin/pytest tests/tui/test_snapshots.py --snapshot-update``, and look
at what changed.
"""

from __future__ import annotations

import fcntl
import shutil
from collections.abc import Awaitable, Callable, Iterator
from datetime import datetime, timezone
from pathlib import Path

import pytest
from textual.pilot import Pilot

from support.language import speaking
from support.recorded import CACHED_RUN, DETECTION, PIR, RUN, Recording, recorded_project
from support.replay import going_on
from support.screen import LARGE, SMALL, CalmBackend, Size, text_of, until
from tui.app import PaddockApp
from tui.appearance import Appearance, use

Compare = Callable[..., bool]
SIZES = [pytest.param(SMALL, id="80x24"), pytest.param(LARGE, id="120x36")]

#: Name -> the keys that lead there from the run screen.
SCREENS: dict[str, tuple[str, ...]] = {
    "run-log": ("down",),
    "run-metrics": ("down", "m"),
    "run-files": ("down", "a"),
    "run-about": ("down", "i"),
    "run-enlarged": ("down", "enter"),
    "run-options": ("R",),
    "parity": ("2",),
    "mismatch": ("2", "enter"),
    "dictionary": ("3",),
    "environment": ("4",),
    "guards": ("5",),
    "explanation": ("5", "e"),
    "lineage": ("5", "w"),
    "history": ("6",),
    "compare": ("6", "c"),
    "machine": ("7",),
    "help": ("question_mark",),
}
#: The same of official models that are only converted.
OTHERS: dict[str, tuple[Recording, tuple[str, ...]]] = {
    "pir-run": (PIR, ("down", "down", "m")),
    "pir-parity": (PIR, ("2",)),
    "pir-dictionary": (PIR, ("3",)),
    "pir-lineage": (PIR, ("5", "w")),
    "detection-parity": (DETECTION, ("2",)),
    "detection-page": (DETECTION, ("2", "enter")),
    "detection-dictionary": (DETECTION, ("3",)),
    "detection-guards": (DETECTION, ("5",)),
}


@pytest.fixture(autouse=True)
def _same_everywhere(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("NO_COLOR", "COLORTERM", "SSH_CONNECTION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TZ", "UTC")
    monkeypatch.setenv("XDG_CONFIG_HOME", "/tmp/paddock-no-config")
    monkeypatch.setattr("tui.widgets.stage_list.now", lambda: _NOW)
    use(Appearance())
    yield
    use(Appearance())


_NOW = datetime(2026, 11, 22, 17, 30, 26, tzinfo=timezone.utc)


@pytest.fixture
def home(request: pytest.FixtureRequest) -> Iterator[Path]:
    """A folder for projects whose path, being on the screen, is the same everywhere.

    Those of one size share it, one after the other, in whatever process they run.
    """
    callspec = getattr(request.node, "callspec", None)
    width, height = callspec.params.get("size", SMALL) if callspec else SMALL
    root = Path(f"/tmp/paddock-{width}x{height}")
    with root.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        shutil.rmtree(root, ignore_errors=True)
        yield root
        shutil.rmtree(root, ignore_errors=True)


@pytest.fixture
def folder(home: Path) -> Path:
    return recorded_project(home / "alphanumeric", runs=(RUN, CACHED_RUN))


@pytest.fixture
def empty(home: Path) -> Path:
    folder = home / "empty"
    folder.mkdir(parents=True)
    return folder


def going_to(*keys: str) -> Callable[[Pilot[None]], Awaitable[None]]:
    """Return what presses ``keys`` and waits until nothing more happens."""

    async def go(pilot: Pilot[None]) -> None:
        app = pilot.app
        assert isinstance(app, PaddockApp)
        await until(pilot, lambda: bool(app.findings))
        for key in keys:
            await _rest(pilot, app, 2)
            await pilot.press(key)
        await _rest(pilot, app, _SAME_FOR)

    return go


async def _rest(pilot: Pilot[None], app: PaddockApp, looks: int) -> None:
    """Wait until no worker is at work and the screen has been the same for so many looks."""
    same, before = 0, ""
    while same < looks:
        await until(pilot, lambda: all(not worker.is_running for worker in app.workers))
        await pilot.pause(0.05)
        now = text_of(app)
        same, before = (same + 1 if now == before else 0), now


#: Looks at the screen, 0.05 s apart: longer than any delay after which something is read.
_SAME_FOR = 8


@pytest.mark.parametrize("colour", [True, False], ids=["colour", "no-colour"])
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("screen", SCREENS)
def test_screen(
    folder: Path,
    screen: str,
    size: Size,
    colour: bool,
    snap_compare: Compare,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if not colour:
        monkeypatch.setenv("NO_COLOR", "1")
    app = PaddockApp(CalmBackend(folder))
    assert snap_compare(app, terminal_size=size, run_before=going_to(*SCREENS[screen]))


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("screen", OTHERS)
def test_official_model(home: Path, screen: str, size: Size, snap_compare: Compare) -> None:
    recording, keys = OTHERS[screen]
    app = PaddockApp(CalmBackend(recorded_project(home / "official", of=recording)))
    assert snap_compare(app, terminal_size=size, run_before=going_to(*keys))


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("keys", [(), ("q",)], ids=["running", "leaving"])
def test_while_a_run_goes_on(
    folder: Path, keys: tuple[str, ...], size: Size, snap_compare: Compare
) -> None:
    with going_on(folder, '"done": 235, "total": 300'):
        app = PaddockApp(CalmBackend(folder))
        assert snap_compare(app, terminal_size=size, run_before=going_to(*keys))


@pytest.mark.parametrize("colour", [True, False], ids=["colour", "no-colour"])
@pytest.mark.parametrize("size", SIZES)
def test_first_contact(
    empty: Path, size: Size, colour: bool, snap_compare: Compare, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not colour:
        monkeypatch.setenv("NO_COLOR", "1")
    app = PaddockApp(CalmBackend(empty))
    assert snap_compare(app, terminal_size=size, run_before=going_to())


@pytest.mark.parametrize("screen", ["run-metrics", "parity", "dictionary", "guards", "help"])
def test_in_chinese(folder: Path, screen: str, snap_compare: Compare) -> None:
    with speaking("zh_CN"):
        app = PaddockApp(CalmBackend(folder))
        assert snap_compare(app, terminal_size=SMALL, run_before=going_to(*SCREENS[screen]))


@pytest.mark.parametrize("screen", ["pir-dictionary", "detection-parity", "detection-guards"])
def test_official_model_in_chinese(home: Path, screen: str, snap_compare: Compare) -> None:
    recording, keys = OTHERS[screen]
    with speaking("zh_CN"):
        app = PaddockApp(CalmBackend(recorded_project(home / "official", of=recording)))
        assert snap_compare(app, terminal_size=SMALL, run_before=going_to(*keys))


@pytest.mark.parametrize("screen", ["run-metrics", "parity", "mismatch"])
def test_in_ascii(folder: Path, screen: str, snap_compare: Compare) -> None:
    use(Appearance(ascii_only=True))
    app = PaddockApp(CalmBackend(folder))
    assert snap_compare(app, terminal_size=SMALL, run_before=going_to(*SCREENS[screen]))


def test_on_a_light_terminal(folder: Path, snap_compare: Compare) -> None:
    use(Appearance(theme="textual-light"))
    app = PaddockApp(CalmBackend(folder))
    assert snap_compare(app, terminal_size=SMALL, run_before=going_to("2"))
