"""The configuration that PaddleOCR's ``tools/train.py`` and ``tools/export_model.py`` take.

Source of structure and values: PaddleOCR 3.1's configs/rec, each built-in architecture's own file.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from stages.ppocr.architectures.base import BuiltIn
from stages.ppocr.architectures.names import BUILT_IN

Config = dict[str, Any]

#: Heights that MultiScaleSampler mixes, at the configured width: smaller, equal, larger.
_SCALE_HEIGHTS = (32, 48, 64)
#: Warming up takes no more than this share of all epochs.
_WARM_UP_SHARE = 10
#: PaddleOCR's usual values, for a network whose own recipe is not known.
_L2_FACTOR, _WARM_UP_EPOCHS = 3e-5, 5


@dataclass(frozen=True)
class DataPaths:
    """Where PaddleOCR finds its data: a folder and a label file a split, and the dictionary."""

    train_root: Path
    train_labels: Path
    val_root: Path
    val_labels: Path
    dictionary: Path


@dataclass(frozen=True)
class Settings:
    """What a project decides about training; the words are ``paddock.toml``'s."""

    image_shape: tuple[int, int, int]
    use_space_char: bool
    max_text_length: int
    epochs: int
    batch_size: int
    learning_rate: float
    seed: int
    workers: int = 2
    gpu: bool = False
    #: What the export's inference.yml calls the model.
    model_name: str = BUILT_IN[0]


@dataclass(frozen=True)
class _Labels:
    """How labels are encoded for the heads, what a batch holds, and the loss on it."""

    encode: Config
    keep: tuple[str, ...]
    loss: Config


_CTC = _Labels({"CTCLabelEncode": None}, ("image", "label", "length"), {"name": "CTCLoss"})
_HELPED = {
    "NRTR": _Labels(
        {"MultiLabelEncode": {"gtc_encode": "NRTRLabelEncode"}},
        ("image", "label_ctc", "label_gtc", "length", "valid_ratio"),
        {"name": "MultiLoss", "loss_config_list": [{"CTCLoss": None}, {"NRTRLoss": None}]},
    ),
    "SAR": _Labels(
        {"MultiLabelEncode": None},
        ("image", "label_ctc", "label_sar", "length", "valid_ratio"),
        {"name": "MultiLoss", "loss_config_list": [{"CTCLoss": None}, {"SARLoss": None}]},
    ),
}


def ctc_config(architecture: Mapping[str, Any], paths: DataPaths, settings: Settings) -> Config:
    """Return the configuration of a network that has a CTC head alone.

    Args:
        architecture: the ``Architecture`` part, without MultiHead.
        paths: where the data are.
        settings: what the project decides.
    """
    return {
        "Global": _global(paths, settings),
        "Optimizer": _optimizer(settings, _L2_FACTOR, _WARM_UP_EPOCHS),
        "Architecture": deepcopy(dict(architecture)),
        **_common(_CTC),
        "Train": _single_scale_train(paths, settings, _CTC, joins_lines=False),
        "Eval": _eval(paths, settings, _CTC),
    }


def training_config(built_in: BuiltIn, paths: DataPaths, settings: Settings) -> Config:
    """Return PaddleOCR's own configuration of a built-in architecture for a project's data."""
    labels = _HELPED.get(built_in.helper, _CTC)
    train = (
        _multi_scale_train(paths, settings, labels)
        if built_in.multi_scale
        else _single_scale_train(paths, settings, labels, joins_lines=built_in.joins_lines)
    )
    return {
        "Global": _global(paths, settings),
        "Optimizer": _optimizer(settings, built_in.l2_factor, built_in.warm_up_epochs),
        "Architecture": built_in.training(settings.max_text_length),
        **_common(labels),
        "Train": train,
        "Eval": _eval(paths, settings, labels),
    }


def dump_config(config: Config) -> str:
    """Return a configuration as YAML, keys in PaddleOCR's order, without aliases or tags."""
    return yaml.dump(config, Dumper=_PlainDumper, sort_keys=False, allow_unicode=True)


class _PlainDumper(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:
        return True

    def represent_str(self, data: str) -> yaml.ScalarNode:
        """Write lines as lines, where YAML can hold them so; PyYAML quotes them where it cannot."""
        style = "|" if "\n" in data else None
        return self.represent_scalar("tag:yaml.org,2002:str", data, style)


_PlainDumper.add_representer(str, _PlainDumper.represent_str)


def _global(paths: DataPaths, settings: Settings) -> Config:
    return {
        "model_name": settings.model_name,
        "debug": False,
        "use_gpu": settings.gpu,
        "epoch_num": settings.epochs,
        "log_smooth_window": 20,
        "print_batch_step": 1,
        "save_model_dir": "./output",
        "save_epoch_step": 1,
        "eval_batch_step": [0, 1],
        "eval_batch_epoch": 1,
        "cal_metric_during_train": True,
        "pretrained_model": None,
        "checkpoints": None,
        "save_inference_dir": None,
        "use_visualdl": False,
        "character_dict_path": str(paths.dictionary),
        "max_text_length": settings.max_text_length,
        "infer_mode": False,
        "use_space_char": settings.use_space_char,
        "distributed": False,
        "uniform_output_enabled": False,
        "export_with_pir": False,
        "seed": settings.seed,
        "d2s_train_image_shape": list(settings.image_shape),
    }


def _optimizer(settings: Settings, l2_factor: float, warm_up_epochs: int) -> Config:
    return {
        "name": "Adam",
        "beta1": 0.9,
        "beta2": 0.999,
        "lr": {
            "name": "Cosine",
            "learning_rate": settings.learning_rate,
            "warmup_epoch": min(warm_up_epochs, settings.epochs // _WARM_UP_SHARE),
        },
        "regularizer": {"name": "L2", "factor": l2_factor},
    }


def _common(labels: _Labels) -> Config:
    """Return what does not hang on the data."""
    return {
        "Loss": deepcopy(labels.loss),
        "PostProcess": {"name": "CTCLabelDecode"},
        "Metric": {"name": "RecMetric", "main_indicator": "acc", "ignore_space": False},
    }


def _single_scale_train(
    paths: DataPaths, settings: Settings, labels: _Labels, *, joins_lines: bool
) -> Config:
    joined = [{"RecConAug": _joined(settings)}] if joins_lines else []
    transforms = [_decode(), *joined, {"RecAug": None}, labels.encode, _resize(settings)]
    split = _split("SimpleDataSet", paths.train_root, paths.train_labels, settings)
    split["dataset"]["transforms"] = [*transforms, _keep(labels)]
    if joins_lines:
        split["dataset"]["ext_op_transform_idx"] = 1
    return split


def _multi_scale_train(paths: DataPaths, settings: Settings, labels: _Labels) -> Config:
    transforms = [_decode(), {"RecConAug": _joined(settings)}, {"RecAug": None}, labels.encode]
    split = _split("MultiScaleDataSet", paths.train_root, paths.train_labels, settings)
    split["dataset"].update(
        {"transforms": [*transforms, _keep(labels)], "ds_width": False, "ext_op_transform_idx": 1}
    )
    split["sampler"] = {
        "name": "MultiScaleSampler",
        "scales": [[settings.image_shape[2], scaled] for scaled in _SCALE_HEIGHTS],
        "first_bs": settings.batch_size,
        "fix_bs": False,
        "divided_factor": [8, 16],
        "is_training": True,
    }
    return split


def _joined(settings: Settings) -> Config:
    channels, height, width = settings.image_shape
    return {
        "prob": 0.5,
        "ext_data_num": 2,
        "image_shape": [height, width, channels],
        "max_text_length": settings.max_text_length,
    }


def _eval(paths: DataPaths, settings: Settings, labels: _Labels) -> Config:
    split = _split("SimpleDataSet", paths.val_root, paths.val_labels, settings)
    transforms = [_decode(), labels.encode, _resize(settings), _keep(labels)]
    split["dataset"]["transforms"] = transforms
    split["loader"].update({"shuffle": False, "drop_last": False})
    return split


def _split(kind: str, root: Path, labels: Path, settings: Settings) -> Config:
    return {
        "dataset": {"name": kind, "data_dir": str(root), "label_file_list": [str(labels)]},
        "loader": {
            "shuffle": True,
            "batch_size_per_card": settings.batch_size,
            "drop_last": True,
            "num_workers": settings.workers,
        },
    }


def _decode() -> Config:
    return {"DecodeImage": {"img_mode": "BGR", "channel_first": False}}


def _resize(settings: Settings) -> Config:
    return {"RecResizeImg": {"image_shape": list(settings.image_shape)}}


def _keep(labels: _Labels) -> Config:
    return {"KeepKeys": {"keep_keys": list(labels.keep)}}
