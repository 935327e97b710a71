"""The configuration that PaddleOCR's ``tools/train.py`` and ``tools/export_model.py`` take.

Source of structure and values: configs/rec/PP-OCRv5/PP-OCRv5_mobile_rec.yml of PaddleOCR 3.1.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from stages.ppocr.architecture import ctc_architecture, multi_head_architecture

Config = dict[str, Any]

#: Heights that MultiScaleSampler mixes, at the configured width: smaller, equal, larger.
_SCALE_HEIGHTS = (32, 48, 64)
_WARM_UP_EPOCHS = 5


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


def ctc_config(paths: DataPaths, settings: Settings) -> Config:
    """Return the configuration of the network with the CTC branch alone."""
    encode, keep = {"CTCLabelEncode": None}, ["image", "label", "length"]
    resize = {"RecResizeImg": {"image_shape": list(settings.image_shape)}}
    train = [_decode(), {"RecAug": None}, encode, resize, _keep(keep)]
    return {
        "Global": _global(paths, settings),
        "Optimizer": _optimizer(settings),
        "Architecture": ctc_architecture(),
        "Loss": {"name": "CTCLoss"},
        "PostProcess": {"name": "CTCLabelDecode"},
        "Metric": _metric(),
        "Train": _split("SimpleDataSet", paths.train_root, paths.train_labels, train, settings),
        "Eval": _eval(paths, settings, encode, keep),
    }


def multi_head_config(paths: DataPaths, settings: Settings) -> Config:
    """Return PaddleOCR's own configuration of PP-OCRv5_mobile_rec for a project's data."""
    encode = {"MultiLabelEncode": {"gtc_encode": "NRTRLabelEncode"}}
    keep = ["image", "label_ctc", "label_gtc", "length", "valid_ratio"]
    return {
        "Global": _global(paths, settings),
        "Optimizer": _optimizer(settings),
        "Architecture": multi_head_architecture(settings.max_text_length),
        "Loss": {
            "name": "MultiLoss",
            "loss_config_list": [{"CTCLoss": None}, {"NRTRLoss": None}],
        },
        "PostProcess": {"name": "CTCLabelDecode"},
        "Metric": _metric(),
        "Train": _multi_scale_train(paths, settings, encode, keep),
        "Eval": _eval(paths, settings, encode, keep),
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
        "model_name": "PP-OCRv5_mobile_rec",
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


def _optimizer(settings: Settings) -> Config:
    return {
        "name": "Adam",
        "beta1": 0.9,
        "beta2": 0.999,
        "lr": {
            "name": "Cosine",
            "learning_rate": settings.learning_rate,
            "warmup_epoch": min(_WARM_UP_EPOCHS, settings.epochs // 10),
        },
        "regularizer": {"name": "L2", "factor": 3.0e-05},
    }


def _metric() -> Config:
    return {"name": "RecMetric", "main_indicator": "acc", "ignore_space": False}


def _multi_scale_train(
    paths: DataPaths, settings: Settings, encode: Config, keep: list[str]
) -> Config:
    channels, height, width = settings.image_shape
    joined = {
        "prob": 0.5,
        "ext_data_num": 2,
        "image_shape": [height, width, channels],
        "max_text_length": settings.max_text_length,
    }
    transforms = [_decode(), {"RecConAug": joined}, {"RecAug": None}, encode, _keep(keep)]
    split = _split("MultiScaleDataSet", paths.train_root, paths.train_labels, transforms, settings)
    split["dataset"].update({"ds_width": False, "ext_op_transform_idx": 1})
    split["sampler"] = {
        "name": "MultiScaleSampler",
        "scales": [[width, scaled] for scaled in _SCALE_HEIGHTS],
        "first_bs": settings.batch_size,
        "fix_bs": False,
        "divided_factor": [8, 16],
        "is_training": True,
    }
    return split


def _eval(paths: DataPaths, settings: Settings, encode: Config, keep: list[str]) -> Config:
    resize = {"RecResizeImg": {"image_shape": list(settings.image_shape)}}
    transforms = [_decode(), encode, resize, _keep(keep)]
    split = _split("SimpleDataSet", paths.val_root, paths.val_labels, transforms, settings)
    split["loader"].update({"shuffle": False, "drop_last": False})
    return split


def _split(
    kind: str, root: Path, labels: Path, transforms: list[Config], settings: Settings
) -> Config:
    return {
        "dataset": {
            "name": kind,
            "data_dir": str(root),
            "label_file_list": [str(labels)],
            "transforms": transforms,
        },
        "loader": {
            "shuffle": True,
            "batch_size_per_card": settings.batch_size,
            "drop_last": True,
            "num_workers": settings.workers,
        },
    }


def _decode() -> Config:
    return {"DecodeImage": {"img_mode": "BGR", "channel_first": False}}


def _keep(keys: list[str]) -> Config:
    return {"KeepKeys": {"keep_keys": keys}}
