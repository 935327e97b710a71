from types import NoneType

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
    assert [event.values[name] for name in ("loss", "lr", "acc")] == [4.296906, 0.000933, 0.5]
    assert event.samples_per_s == 0.51369
    assert event.eta_seconds == 86_400 + 2 * 3600 + 3 * 60 + 4


def test_a_step_on_a_gpu_or_without_a_loss_is_a_step_too() -> None:
    event = parse_line(STEP.replace("1 day, 2:03:04", "0:00:07, max_mem_reserved: 300 MB"))
    assert isinstance(event, Stepped) and event.eta_seconds == 7
    event = parse_line(STEP.replace("loss: 4.296906", "loss: nan"))
    assert isinstance(event, Stepped) and event.values["loss"] != event.values["loss"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("cur metric, acc: 0.8333319444467593, norm_edit_dis: 1.66e-06, fps: 2.09",
         Evaluated({"acc": 0.8333319444467593, "norm_edit_dis": 1.66e-06, "fps": 2.09})),
        ("train dataloader has 25 iters", Planned(25)),
        ("save best model is to /o/best_accuracy", Saved("/o/best_accuracy", best=True)),
        ("save model in /o/latest", Saved("/o/latest", best=False)),
        ("save model in /o/iter_epoch_12", Saved("/o/iter_epoch_12", best=False, epoch=12)),
        ("best metric, acc: 0.5", None),
        ("    lr : ", None),
    ],
)  # fmt: skip
def test_evaluations_plans_and_checkpoints_are_read(text: str, expected: object) -> None:
    assert parse_line(HEAD + text) == expected


WARNING = "[d] ppocr WARNING: "


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (WARNING + "The pretrained params head.fc.weight not in model", Mismatch),
        (WARNING + "The shape of model params head.fc.weight [120, 38] not matched with loaded params "
         "head.fc.weight [120, 37] !", Mismatch),
        (WARNING + "head.fc.weight not in loaded params dict_keys([]) !", Mismatch),
        (WARNING + "Skip loading for head.fc.weight. head.fc.weight is not found in the provided dict.",
         Mismatch),
        ("ERROR: Unexpected BUS error encountered in DataLoader worker. This might be caused by "
         "insufficient shared memory (shm)", SharedMemory),
        ("RuntimeError: DataLoader worker (pid 12) exits unexpectedly with signal SIGBUS", SharedMemory),
        ("Bus error (core dumped)", SharedMemory),
        ("OSError: [Errno 28] No space left on device: '/dev/shm/paddle_1'", SharedMemory),
        ("[d] ppocr ERROR: When parsing line b'a.png\\tA', error happened with msg: no image", BadSample),
        ("ppocr ERROR: No Images in train dataset, please", NoData),
        ("", NoneType),
        ("eval model::  50%|█████ | 1/2", NoneType),
    ],
)  # fmt: skip
def test_trouble_is_noticed_in_whatever_words_and_other_lines_say_nothing(
    text: str, kind: type[object]
) -> None:
    assert isinstance(parse_line(text), kind)
