from __future__ import annotations

import pytest

from stages.ppocr.trainer_log import (
    BadSample,
    Evaluated,
    Mismatch,
    NoData,
    Planned,
    Saved,
    SharedMemory,
    Stepped,
    parse_line,
)

HEAD = "[2026/11/22 15:36:31] ppocr INFO: "
STEP = (
    HEAD + "epoch: [2/75], global_step: 31, lr: 0.000933, acc: 0.500000, norm_edit_dis: 0.750001, "
    "CTCLoss: 0.048574, NRTRLoss: 4.248333, loss: 4.296906, avg_reader_cost: 0.01248 s, "
    "avg_batch_cost: 7.78673 s, avg_samples: 4.0, ips: 0.51369 samples/s, eta: 1 day, 2:03:04"
)


def test_a_step_is_read_with_its_values_speed_and_rest() -> None:
    event = parse_line(STEP)
    assert isinstance(event, Stepped)
    assert (event.epoch, event.epochs, event.step) == (2, 75, 31)
    assert event.values["loss"] == 4.296906
    assert event.values["lr"] == 0.000933
    assert event.values["acc"] == 0.5
    assert event.samples_per_s == 0.51369
    assert event.eta_seconds == 86_400 + 2 * 3600 + 3 * 60 + 4


def test_a_step_on_a_gpu_has_memory_behind_the_rest() -> None:
    event = parse_line(STEP.replace("1 day, 2:03:04", "0:00:07, max_mem_reserved: 300 MB"))
    assert isinstance(event, Stepped)
    assert event.eta_seconds == 7


def test_a_loss_that_is_not_a_number_is_still_a_step() -> None:
    event = parse_line(STEP.replace("loss: 4.296906", "loss: nan"))
    assert isinstance(event, Stepped)
    assert event.values["loss"] != event.values["loss"]


def test_an_evaluation_is_read_with_small_numbers() -> None:
    line = HEAD + "cur metric, acc: 0.8333319444467593, norm_edit_dis: 1.66e-06, fps: 2.09"
    assert parse_line(line) == Evaluated(
        {"acc": 0.8333319444467593, "norm_edit_dis": 1.66e-06, "fps": 2.09}
    )


def test_the_number_of_steps_is_read() -> None:
    assert parse_line(HEAD + "train dataloader has 25 iters") == Planned(25)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("save best model is to /o/best_accuracy", Saved("/o/best_accuracy", best=True)),
        ("save model in /o/latest", Saved("/o/latest", best=False)),
        ("save model in /o/iter_epoch_12", Saved("/o/iter_epoch_12", best=False, epoch=12)),
    ],
)
def test_a_checkpoint_is_read_with_its_epoch(text: str, expected: Saved) -> None:
    assert parse_line(HEAD + text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "The pretrained params head.fc.weight not in model",
        "The shape of model params head.fc.weight [120, 38] not matched with loaded params "
        "head.fc.weight [120, 37] !",
        "head.fc.weight not in loaded params dict_keys([]) !",
        "Skip loading for head.fc.weight. head.fc.weight is not found in the provided dict.",
    ],
)
def test_every_parameter_left_out_is_noticed(text: str) -> None:
    assert isinstance(parse_line("[d] ppocr WARNING: " + text), Mismatch)


@pytest.mark.parametrize(
    "text",
    [
        "ERROR: Unexpected BUS error encountered in DataLoader worker. This might be caused by "
        "insufficient shared memory (shm)",
        "RuntimeError: DataLoader worker (pid 12) exits unexpectedly with signal SIGBUS",
        "Bus error (core dumped)",
        "OSError: [Errno 28] No space left on device: '/dev/shm/paddle_1'",
    ],
)
def test_a_worker_that_dies_for_lack_of_shared_memory_is_noticed(text: str) -> None:
    assert isinstance(parse_line(text), SharedMemory)


def test_data_that_were_not_read_are_noticed() -> None:
    bad = "[d] ppocr ERROR: When parsing line b'a.png\\tA', error happened with msg: no image"
    assert isinstance(parse_line(bad), BadSample)
    assert isinstance(parse_line("ppocr ERROR: No Images in train dataset, please"), NoData)


@pytest.mark.parametrize(
    "text",
    ["", "eval model::  50%|█████ | 1/2", HEAD + "best metric, acc: 0.5", HEAD + "    lr : "],
)
def test_other_lines_say_nothing(text: str) -> None:
    assert parse_line(text) is None
