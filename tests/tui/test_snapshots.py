"""Every screen as it looks: small and large, and some in Chinese, in ASCII, and with NO_COLOR.

One app a test walks through its screens, and all pictures are compared before the test fails; those that
differ are drawn in ``.cache/pictures``. After a change that is meant:
``.venv/bin/pytest tests/tui/test_snapshots.py --snapshot-update``, and read what ``git diff`` says.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion
from textual.pilot import Pilot

from pipeline.record.events import Noted
from support.kept import keep_pages
from support.language import speaking
from support.pace import QUICK
from support.pictures import Pictures, folder_as_long_as
from support.pretended import PretendedEngine, install
from support.projects import MINIMAL, write_project
from support.recorded import CACHED_RUN, DETECTION, PIR, RUN, Recording, recorded_project
from support.replay import going_on
from support.screen import LARGE, SMALL, CalmBackend, Size, calm, until
from support.sweeps import Script, failed, held
from tui.app import PaddockApp
from tui.appearance import Appearance, use

SIZES = [pytest.param(SMALL, id="80x24"), pytest.param(LARGE, id="120x36")]

#: Name -> the keys that lead there from the screen before, in this order; what is left out must not matter.
SCREENS: dict[str, str] = {
    "help": "question_mark",
    "run-options": "escape R",
    "run-log": "escape down",
    "run-metrics": "m",
    "run-files": "a",
    "run-about": "i",
    "run-enlarged": "l enter",
    "parity": "escape 2",
    "gallery": "tab f f",
    "environment": "escape 4",
    "guards": "5",
    "dictionary": "d",
    "explanation": "escape e",
    "lineage": "escape w",
    "history": "escape 6",
    "compare": "c",
    "machine": "escape 7",
}
#: The same of official models that are only converted.
PIR_SCREENS = {"run": "down down m", "parity": "2", "dictionary": "5 d", "lineage": "escape w"}
DETECTION_SCREENS = {"parity": "2", "page": "tab", "guards": "escape 5", "dictionary": "d"}

SWEEP_SCREENS = {
    "live": "8",
    "running": "down down",
    "failed": "G up",
    "by-size": "home right right right right right",
}
SWEEP = """
[model]
pretrained = ""
[train]
mode = "full"
[limits]
cpus = 1.0
memory = "1g"
[sweep.matrix]
train.learning_rate = [1e-3, 3e-4]
train.seed = [42, 43, 44]
"""

CHINESE_SCREENS = {
    "help": "question_mark",
    "run-metrics": "escape down m",
    "parity": "2",
    "guards": "5",
    "dictionary": "d",
}


@pytest.fixture(autouse=True)
def _same_everywhere(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("NO_COLOR", "COLORTERM", "SSH_CONNECTION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TZ", "UTC")
    monkeypatch.setenv("XDG_CONFIG_HOME", "/tmp/paddock-no-config")
    monkeypatch.setattr("tui.views.outlook.clock", lambda: _NOW)
    use(Appearance(pace=QUICK))
    yield
    use(Appearance())


_NOW = datetime(2026, 11, 22, 17, 30, 26, tzinfo=timezone.utc)


@pytest.fixture
def size() -> Size:
    """The size, where a test does not name it."""
    return SMALL


@pytest.fixture
def home(size: Size) -> Iterator[Path]:
    """A folder for projects whose path, being on the screen, is as long everywhere."""
    with folder_as_long_as(_stable(size)) as folder:
        yield folder


def _stable(size: Size) -> str:
    return f"/tmp/paddock-{size[0]}x{size[1]}"


@pytest.fixture
def pictures(snapshot: SnapshotAssertion, home: Path, size: Size) -> Iterator[Pictures]:
    made = Pictures(snapshot, home, _stable(size))
    yield made
    made.check()


@pytest.fixture
def folder(home: Path) -> Path:
    return recorded_project(home / "alphanumeric", runs=(RUN, CACHED_RUN))


async def walk(folder: Path, size: Size, pictures: Pictures, screens: dict[str, str]) -> None:
    """Open the app, press each screen's keys, and take its picture."""
    app = PaddockApp(CalmBackend(folder))
    async with app.run_test(size=size, notifications=True) as pilot:
        await until(pilot, lambda: bool(app.findings))
        await calm(pilot)
        for name, keys in screens.items():
            await _go(pilot, keys)
            pictures.take(app, name)


async def _go(pilot: Pilot[None], keys: str) -> None:
    """Press keys, and wait until nothing more happens."""
    *first, last = keys.split() or [""]
    for key in first:
        await pilot.press(key)
        await calm(pilot)
    if last:
        await pilot.press(last)
    await calm(pilot, looks=6, at_most=200)


@pytest.mark.parametrize("size", SIZES)
async def test_screens(folder: Path, size: Size, pictures: Pictures) -> None:
    await walk(folder, size, pictures, SCREENS)


@pytest.mark.parametrize("size", SIZES)
async def test_without_colour(
    folder: Path, size: Size, pictures: Pictures, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    await walk(folder, size, pictures, {"run-metrics": "down m", "parity": "2"})


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(
    ("recording", "screens"),
    [(PIR, PIR_SCREENS), (DETECTION, DETECTION_SCREENS)],
    ids=["pir", "detection"],
)
async def test_official_model(
    home: Path, recording: Recording, screens: dict[str, str], size: Size, pictures: Pictures
) -> None:
    folder = recorded_project(home / "official", of=recording)
    if recording is DETECTION:
        keep_pages(folder)
    await walk(folder, size, pictures, screens)


@pytest.mark.parametrize("size", SIZES)
async def test_while_a_run_goes_on(folder: Path, size: Size, pictures: Pictures) -> None:
    with going_on(folder, '"done": 235, "total": 300'):
        await walk(folder, size, pictures, {"running": "", "leaving": "q"})


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("language", ["en", "zh_CN"])
async def test_sweep(
    home: Path, size: Size, pictures: Pictures, language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that goes on, a member of it that failed, and the question before another one starts."""
    install(monkeypatch, PretendedEngine())
    folder = write_project(home / "plates", MINIMAL + SWEEP)
    with speaking(language):
        with held(folder, pid=7, host="there"):
            sweep_that_goes_on().write(folder)
            await walk(folder, size, pictures, SWEEP_SCREENS)
        await walk(folder, size, pictures, {"plan": "8 r plus"})


def sweep_that_goes_on() -> Script:
    """Return a sweep of six members, of which two are done, one failed, two run and one waits."""
    rates, seeds = (1e-3, 3e-4), (42, 43, 44)
    settings = {
        f"learning_rate={rate:g},seed={seed}": {"train.learning_rate": rate, "train.seed": seed}
        for rate in rates
        for seed in seeds
    }
    names = [*settings]
    script = Script(names, 2, seconds=300.0, settings=settings, pid=7, host="there")
    script.begin(names[0]).begin(names[1]).wait(600)
    script.end(names[0], 550.0, validation=0.9167, test=0.9688, settings=settings[names[0]])
    script.end(names[1], 560.0, validation=0.93, test=0.95, size=4_180_000)
    script.begin(names[2], "data", "train").train(names[2], 3).wait(60)
    script.end(names[2], 60.0, **failed(names[2])).begin(names[3], "data", "train")
    script.train(names[3], 12, 0.8958).begin(names[4], "data")
    return script.of(names[4], Noted("another member is making the same; waiting"), "train")


@pytest.mark.parametrize("size", SIZES)
async def test_first_contact(home: Path, size: Size, pictures: Pictures) -> None:
    folder = home / "empty"
    folder.mkdir()
    await walk(folder, size, pictures, {"new": ""})


@pytest.mark.parametrize(
    ("recording", "screens"),
    [
        (None, CHINESE_SCREENS),
        (PIR, {"dictionary": "5 d"}),
        (DETECTION, {"parity": "2", "guards": "5"}),
    ],
    ids=["own", "pir", "detection"],
)
async def test_in_chinese(
    home: Path, recording: Recording | None, screens: dict[str, str], size: Size, pictures: Pictures
) -> None:
    with speaking("zh_CN"):
        if recording is None:
            folder = recorded_project(home / "alphanumeric", runs=(RUN, CACHED_RUN))
        else:
            folder = recorded_project(home / "official", of=recording)
        await walk(folder, size, pictures, screens)


async def test_in_ascii(folder: Path, size: Size, pictures: Pictures) -> None:
    use(Appearance(ascii_only=True, pace=QUICK))
    screens = {"run-metrics": "down m", "parity": "2", "gallery": "tab"}
    await walk(folder, size, pictures, screens)


async def test_on_a_light_terminal(folder: Path, size: Size, pictures: Pictures) -> None:
    use(Appearance(theme="textual-light", pace=QUICK))
    await walk(folder, size, pictures, {"parity": "2"})
