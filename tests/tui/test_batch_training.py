"""Training in ``--batch``: what is measured at one step is one line; between them loss, epoch, time left."""

from pathlib import Path

import pytest

from pipeline.record.events import AnyEvent, Envelope
from stages.contract import Metric, Progress
from support.recorded import recorded_events
from tui.console import Terminal
from tui.printer import Printer
from tui.progress import Course


def printed(events: list[Envelope], capsys: pytest.CaptureFixture[str]) -> list[str]:
    """Return the lines that ``--batch`` prints of these events."""
    printer = Printer(Terminal())
    for envelope in events:
        printer.show(envelope)
    return capsys.readouterr().out.splitlines()


def said(*events: AnyEvent) -> list[Envelope]:
    return [Envelope(seq, "t", "r", "train", event) for seq, event in enumerate(events)]


def test_recorded_training_is_an_evaluation_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    lines = printed(
        [
            Envelope.decode(line)
            for line in recorded_events(Path("p"))
            if '"stage": "train"' in line
        ],
        capsys,
    )
    found = [line for line in lines if "evaluated" in line]
    assert len(found) == 6
    assert found[0] == "train      evaluated after 0 steps: accuracy 80.33%, NED 0.9665"
    assert (
        found[1] == "train      evaluated after 16 steps: loss 0.3555, accuracy 98.67%, NED 0.9973"
    )
    assert not [line for line in lines if "learning_rate" in line or "val_ned" in line]


def test_validation_loss_stands_beside_that_of_training(capsys: pytest.CaptureFixture[str]) -> None:
    metrics = {"train_loss": 0.5, "val_loss": 0.75, "val_accuracy": 0.9, "val_ned": 0.95}
    events = [Metric(name, value, 8) for name, value in metrics.items()]
    (line,) = printed(said(*events, Progress(10, 10, "steps")), capsys)[:1]
    assert line.endswith("loss 0.5000, validation loss 0.7500, accuracy 90.00%, NED 0.9500")


def test_steps_of_upstream_are_no_lines_but_their_loss_is_told(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """PaddleOCR says its loss every few steps, and evaluates at others."""
    events = (
        Metric("train_loss", 3.25, 10),
        Metric("learning_rate", 0.001, 10),
        Progress(20, 20, "steps", "epoch 1/2, 0.5 samples/s"),
        Metric("train_loss", 3.0, 20),
        Metric("val_accuracy", 0.5, 24),
    )
    first, second = printed([*said(*events), *said(Progress(24, 24, "steps"))], capsys)[:2]
    assert first == "train      epoch 1/2, 0.5 samples/s: 20/20 steps (100%), loss 3.2500"
    assert second == "train      evaluated after 24 steps: loss 3.0000, accuracy 50.00%"


def test_loading_is_not_taken_for_the_pace_of_the_work() -> None:
    course = Course()
    course.take(Progress(0, 120, "images", "load the models"), 0.0)
    assert course.until is None
    course.take(Progress(1, 120, "images"), 50.0)
    assert course.until is None
    course.take(Progress(2, 120, "images"), 50.5)
    assert course.until == pytest.approx(109.5)
