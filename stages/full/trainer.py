"""Mode "full" from end to end: PaddleOCR's ``tools/train.py``, unmodified, followed through its log.

Each start of the trainer is an attempt with a folder of its own, because PaddleOCR forgets on
resuming how good its best checkpoint was. What an attempt reached is read from its log.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from stages.contract import Curve, TrainMetrics
from stages.contract.artifacts import CHECKPOINT, CONFIGURATION, CURVE
from stages.dataset.dictionary import given_dictionary
from stages.errors import IntegrityError, StageError
from stages.files import write_text
from stages.full.attempts import (
    LOG,
    STARTING_WEIGHTS,
    Attempt,
    attempts_in,
    best_of,
    first_weights,
    new_attempt,
)
from stages.full.labels import check_trainable
from stages.full.plain import flattened
from stages.full.start_loss import start_val_loss
from stages.full.starting_weights import starting_weights
from stages.full.steps import check_training_lengths
from stages.full.watch import Watch
from stages.guards import preprocessing
from stages.guards.comparison import refuse_difference
from stages.message import msg
from stages.ppocr.adoption import adopt
from stages.ppocr.architectures import check_shape, find
from stages.ppocr.checkpoint import load_parameters, save_parameters
from stages.ppocr.config import Config, dump_config, training_config
from stages.ppocr.dictionary_record import with_record
from stages.ppocr.guide import warn_of_guide
from stages.ppocr.learned import what_learned
from stages.ppocr.network import build
from stages.ppocr.tool import Tool, failure
from stages.ppocr.user_config import check_overrides, read_config
from stages.runtime import Context
from stages.text.dictionary import Dictionary
from stages.training import check_device, data_paths, settings

_SCRIPT = "train.py"
#: Kept in the scratch folder: the loss before the first attempt.
_START_LOSS = "start_val_loss.json"


def train(context: Context) -> TrainMetrics:
    """Run PaddleOCR's trainer to its end, or to where nothing improves.

    Raises:
        StageError: the trainer failed, or went on without data or workers.
        IntegrityError: weights were left out of the network, or the checkpoint is not whole.
        Stopped: SIGTERM arrived; the last epoch's checkpoint is kept.
    """
    parameters = context.parameters
    check_device(parameters)
    overrides = check_overrides(parameters["overrides"])
    dictionary = given_dictionary(context)
    check_trainable(context, dictionary)
    attempts = attempts_in(context.scratch)
    watch = Watch(context, attempts)
    if not watch.exhausted:
        config = _config(context)
        # what cannot be built, or not be trained on these labels, shows before the trainer starts
        network = build(config["Architecture"], dictionary.classes)
        check_training_lengths(context, network, dictionary)
        folder = _prepare(context, config, dictionary, attempts)
        _follow(context, folder, overrides, watch)
        attempts.append(Attempt(folder))
    watch.say_ended()
    return _finish(context, best_of(attempts), dictionary, watch)


def _config(context: Context) -> Config:
    paths, chosen = flattened(data_paths(context), context.scratch), settings(context)
    if not context.has("config"):
        built_in = find(context.parameters["architecture"])
        check_shape(built_in, chosen.image_shape)
        return training_config(built_in, paths, chosen)
    context.warn(
        msg(
            "epochs, batch size and learning rate are the YAML's, not paddock.toml's; "
            "train.overrides can change them"
        ),
        "train",
    )
    given = read_config(context.input("config"), context.warn)
    config = adopt(given, paths, chosen, context.warn)
    refuse_difference(preprocessing.in_configuration(config, chosen.image_shape))
    refuse_difference([preprocessing.in_architecture(config["Architecture"], chosen.image_shape)])
    warn_of_guide(context, config)
    return config


def _prepare(
    context: Context, config: Config, dictionary: Dictionary, earlier: list[Attempt]
) -> Path:
    """Prepare a new attempt's folder: its configuration, and what its weights start from."""
    folder = new_attempt(context.scratch)
    config["Global"]["save_model_dir"] = str(folder)
    resumed = next((item.resumable for item in reversed(earlier) if item.resumable), None)
    if resumed:
        context.warn(msg("training goes on from {resumed}", resumed.name), "train")
        config["Global"]["checkpoints"] = str(resumed)
    elif context.has("pretrained"):
        weights = starting_weights(context, config["Architecture"], dictionary)
        save_parameters(folder / STARTING_WEIGHTS, weights)
        loss = start_val_loss(context, config["Architecture"], weights, dictionary)
        write_text(context.scratch / _START_LOSS, json.dumps(loss))
        config["Global"]["pretrained_model"] = str((folder / STARTING_WEIGHTS).with_suffix(""))
    write_text(folder / "start.yml", dump_config(config))
    return folder


def _follow(context: Context, folder: Path, overrides: list[str], watch: Watch) -> None:
    """Run the trainer to its end and judge it by its log as well as by its exit code."""
    options = ["-o", *overrides] if overrides else []
    words = ["-c", str(folder / "start.yml"), *options]
    tool = Tool(context, _SCRIPT, words, folder, context.parameters.get("devices", 1))

    with (folder / LOG).open("a", encoding="utf-8", buffering=1) as log:

        def read(line: str) -> None:
            log.write(line + "\n")
            if watch.line(line, tool.stop):
                Attempt(folder).forget_old_epochs()

        ended = tool.follow(read)
    context.check_stop()
    if watch.trouble:
        raise watch.trouble
    if ended.code != 0 and not watch.exhausted:
        raise failure(_SCRIPT, ended)
    watch.warn_of_bad_samples()


def _finish(context: Context, best: Attempt, dictionary: Dictionary, watch: Watch) -> TrainMetrics:
    """Check the best checkpoint against its configuration and write both."""
    config = read_config(best.folder / "config.yml")
    if best.checkpoint is None:
        raise StageError(
            msg("the trainer ended without a checkpoint"), _SCRIPT, msg("see the stage's log")
        )
    weights = load_parameters(best.checkpoint)
    if any(not bool((array == array).all()) for array in weights.values()):
        raise IntegrityError(
            msg("the best checkpoint has parameters that are not numbers (NaN)"),
            best.checkpoint.name,
            msg('set train.overrides = ["Optimizer.lr.learning_rate=N"], N lower than the YAML has')
            if context.has("config")
            else msg("lower train.learning_rate"),
        )
    build(config["Architecture"], dictionary.classes, weights)
    save_parameters(context.output / CHECKPOINT, weights)
    config["Global"].update(
        {"save_model_dir": "./output", "pretrained_model": None, "checkpoints": None}
    )
    config.pop("profiler_options", None)
    write_text(context.output / CONFIGURATION, dump_config(with_record(config, dictionary)))
    write_text(context.output / CURVE, Curve.of(watch.curve).dump())
    return TrainMetrics(
        **watch.metrics(best), start_val_loss=_start_loss(context), **_learned(context, weights)
    )


def _start_loss(context: Context) -> float | None:
    """Return what the validation images' loss was before any training, if it began with weights."""
    path = context.scratch / _START_LOSS
    return float(json.loads(path.read_text("utf-8"))) if path.is_file() else None


def _learned(context: Context, weights: Mapping[str, np.ndarray]) -> dict[str, Any]:
    """Say what training changed, if it began with weights that are known."""
    start = first_weights(context.scratch)
    if start is None:
        return {}
    with context.guarding():
        return {**what_learned(load_parameters(start), weights)}
