"""A build of the images: the record that the screen draws, and the log that keeps every line."""

from pathlib import Path

from pipeline.images.events import (
    BaseTried,
    BuildEvent,
    BuildFailed,
    ImageFinished,
    ImageStarted,
    LogLine,
    Outcome,
    PullProgressed,
    StepStarted,
)
from pipeline.images.log import build_log
from tui.views.build import BuildView

EVENTS: list[BuildEvent] = [
    ImageStarted("base", 1, 2),
    BaseTried("python:3.10", Outcome.USED, "pinned"),
    PullProgressed("python:3.10", 0, 100),
    PullProgressed("python:3.10", 25, 100),
    StepStarted("base", 1, 2, "RUN true"),
    LogLine("base", "hello"),
    ImageFinished("base", "sha256:aa", 7, 1.5, False),
    ImageStarted("data", 2, 2),
    BuildFailed("data", ("hello",)),
]


def view(count: int) -> BuildView:
    made = BuildView.of(("base", "data"))
    for second, event in enumerate(EVENTS[:count]):
        made.apply(event, float(second))
    return made


def test_states_follow_the_events() -> None:
    assert [image.state for image in view(0).images.values()] == ["waiting", "waiting"]
    begun = view(1).running
    assert begun and begun.name == "base"
    assert [image.state for image in view(7).images.values()] == ["done", "waiting"]
    assert [image.state for image in view(9).images.values()] == ["done", "failed"]
    assert view(9).images["data"].seconds == 1.0


def test_a_pull_is_estimated_from_its_own_pace_and_forgotten_when_it_is_over() -> None:
    assert view(3).pull_left is None
    assert view(4).pull_left == 3.0
    assert view(5).pull is None and view(5).pull_left is None


def test_the_log_is_bounded() -> None:
    made = view(1)
    for number in range(100_000):
        made.apply(LogLine("base", f"{number}"), 0.0)
    assert len(made.log) <= 1000 and made.log[-1] == "99999"


def test_every_line_is_written(tmp_path: Path) -> None:
    with build_log(tmp_path / ".paddock", in_project=True) as log:
        for event in EVENTS:
            log.write(event)
        log.failed("no more room", "free some")
    assert log.path.parent == tmp_path / ".paddock" / "builds"
    assert log.path.read_text().splitlines() == [
        "base: image 1 of 2",
        "base: used python:3.10: pinned",
        "base: step 1/2: RUN true",
        "hello",
        "base: built in 1.5 s, 7 bytes, sha256:aa",
        "data: image 2 of 2",
        "data: failed",
        "failed: no more room",
        "do: free some",
    ]
    assert (tmp_path / ".paddock" / ".gitignore").read_text() == "*\n"


def test_a_folder_without_a_project_stays_as_it_is(tmp_path: Path) -> None:
    with build_log(tmp_path / ".paddock", in_project=False) as log:
        log.write(LogLine("base", "hello"))
    assert log.path.read_text() == "hello\n" and list(tmp_path.iterdir()) == []
    log.path.unlink()
