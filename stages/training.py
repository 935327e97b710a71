"""The train stage's inputs and parameters in the words of PaddleOCR's configuration."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePath
from typing import Any

import paddle

from stages.dataset.dictionary import given_dictionary
from stages.errors import StageError
from stages.guards import preprocessing
from stages.guards.comparison import refuse_difference
from stages.message import msg
from stages.ppocr.architectures import check_shape, ctc_branch, find
from stages.ppocr.config import DataPaths, Settings
from stages.ppocr.user_config import read_config
from stages.runtime import Context


def data_paths(context: Context) -> DataPaths:
    """Return where the stage's data are."""
    return DataPaths(
        train_root=context.input("train"),
        train_labels=context.input("train_labels"),
        val_root=context.input("val"),
        val_labels=context.input("val_labels"),
        dictionary=context.input("dict"),
    )


def settings(context: Context) -> Settings:
    """Return what the project decides about training."""
    parameters = context.parameters
    channels, height, width = parameters["image_shape"]
    return Settings(
        image_shape=(channels, height, width),
        use_space_char=given_dictionary(context).space_added,
        max_text_length=parameters["max_text_length"],
        epochs=parameters["epochs"],
        batch_size=parameters["batch_size"],
        learning_rate=parameters["learning_rate"],
        seed=context.spec.seed,
        gpu=parameters["device"] == "gpu",
        model_name=PurePath(parameters["architecture"])
        .name.removesuffix(".yml")
        .removesuffix(".yaml"),
    )


def ctc_architecture(context: Context) -> dict[str, Any]:
    """Return the project's architecture with the CTC branch alone: built in, or its YAML's.

    Raises:
        StageError: it is not built in, the YAML is none, or there is no such branch.
        IntegrityError: its images are of another height than the project's.
    """
    shape = context.parameters["image_shape"]
    if not context.has("config"):
        built_in = find(context.parameters["architecture"])
        check_shape(built_in, shape)
        return built_in.ctc()
    architecture = ctc_branch(read_config(context.input("config"))["Architecture"])
    refuse_difference([preprocessing.in_architecture(architecture, shape)])
    return architecture


def check_device(parameters: Mapping[str, Any]) -> None:
    """Refuse a device that Paddle cannot use, or more of them than there are.

    Raises:
        StageError: the device is unknown, this Paddle was built without CUDA, or finds too few GPUs.
    """
    device, wanted = parameters["device"], parameters.get("devices", 1)
    if device not in ("cpu", "gpu"):
        raise StageError(
            msg("unknown device {device}; allowed: cpu, gpu", repr(device)), "train.device"
        )
    if device == "cpu":
        return
    if not paddle.device.is_compiled_with_cuda():
        raise StageError(
            msg("device = gpu, but this image's Paddle is the CPU build"),
            "train.device",
            msg('set device = "cpu", or build the image for GPUs: paddock images build train-gpu'),
        )
    if (found := paddle.device.cuda.device_count()) < wanted:
        raise StageError(
            msg("Paddle finds {found} GPUs in the container, of {wanted}", found, wanted),
            "train.devices",
            msg(
                "see whether `nvidia-smi` lists them on the engine's machine, and for which CUDA its "
                "driver is"
            ),
        )
