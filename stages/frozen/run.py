"""Mode "frozen" from end to end: official weights in, a PaddleOCR checkpoint out."""

from __future__ import annotations

import time
from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np
import paddle

from stages.contract import Curve, TrainMetrics
from stages.contract.artifacts import CHECKPOINT, CONFIGURATION, CURVE
from stages.dataset.dictionary import given_dictionary
from stages.dataset.samples import check_lengths, read_samples
from stages.early import EarlyStopping
from stages.errors import IntegrityError, StageError
from stages.files import write_text
from stages.frozen.backbone import Backbone
from stages.frozen.features import Extractor
from stages.frozen.fit import Fitting, Recipe, Split
from stages.frozen.head import Head
from stages.frozen.statistics import statistics_of
from stages.kept import FEATURES, FEATURES_LIMIT, trim
from stages.message import msg
from stages.ppocr.architectures import weights_remedy
from stages.ppocr.checkpoint import save_parameters
from stages.ppocr.classifier import narrow, warn_of_lacking
from stages.ppocr.config import ctc_config, dump_config
from stages.ppocr.dictionary_record import with_record
from stages.ppocr.import_proof import ImportProof
from stages.ppocr.learned import what_learned
from stages.ppocr.network import build, state_arrays
from stages.ppocr.starting_model import read_starting_model
from stages.ppocr.unfuse import load_inference_weights, unfuse
from stages.preprocess import prepare, read_image
from stages.runtime import Context
from stages.text.dictionary import Dictionary
from stages.training import check_device, ctc_architecture, data_paths, settings

#: The largest difference of probabilities between what was trained and the checkpoint: float32
#: sums in another order, no more.
TOLERANCE = 2e-3
_COMPARED = 4


def train(context: Context) -> TrainMetrics:
    """Train neck and classifier on the frozen backbone's features; write checkpoint and config.

    Raises:
        StageError, IntegrityError: an input is not what this mode needs.
        Stopped: SIGTERM arrived; features and the last epoch are kept.
    """
    parameters, started = context.parameters, time.time()
    # With strided views transposes are cheap and everything after them slow: a third of the speed.
    paddle.set_flags({"FLAGS_use_stride_kernel": False})
    check_device(parameters)
    architecture = ctc_architecture(context)
    dictionary = given_dictionary(context)
    network, proved = _official_network(context, architecture, dictionary)
    start = state_arrays(network)
    backbone = Backbone(network, context.scratch, parameters["image_shape"])
    extractor = Extractor(
        backbone, context.cache / FEATURES, context.warn, context.guarding, context.spec.threads
    )
    splits = _splits(context, extractor, dictionary)
    fitting = Fitting(
        context, Head(network), _recipe(context), EarlyStopping.of(parameters), dictionary
    )
    with paddle.utils.unique_name.guard():  # the optimiser's names must not depend on the process
        reason = fitting.run(splits["train"], splits["val"])
    fitting.say_ended()
    fitting.head.load(fitting.state.best)
    _write(context, network, dictionary, splits)
    with context.guarding():
        learned = what_learned(start, state_arrays(network))
    trim(context.cache / FEATURES, FEATURES_LIMIT, started)
    write_text(context.output / CURVE, Curve.of(fitting.state.numbers.curve).dump())
    features = extractor.tally.metrics()
    return _metrics(fitting, reason, features=features, start_max_difference=proved, **learned)


def _official_network(
    context: Context, architecture: Mapping[str, Any], dictionary: Dictionary
) -> tuple[paddle.nn.Layer, float]:
    """Return the network with the official weights, and by how much it differs from the model."""
    if not context.has("pretrained") or not context.input("pretrained").is_dir():
        raise StageError(
            msg("mode frozen starts from an official inference model"),
            "model.pretrained",
            weights_remedy(context.parameters["architecture"]),
        )
    folder = context.input("pretrained")
    with ImportProof(context, folder) as proof:
        network = build(architecture, dictionary.classes, fused=True)
        model = read_starting_model(folder, architecture)
        narrowed = narrow(model, dictionary)
        warn_of_lacking(context, narrowed, dictionary)
        load_inference_weights(network, narrowed.parameters, msg("the official model"))
        return network, proof.check(network, model, dictionary)


def _splits(context: Context, extractor: Extractor, dictionary: Dictionary) -> dict[str, Split]:
    """Read the samples of training and validation, and have the features of their images."""
    samples = {
        name: read_samples(context.input(f"{name}_labels"), context.input(name), dictionary)
        for name in ("train", "val")
    }
    copies = {"train": context.parameters["copies"], "val": 0}
    sizes = {name: len(items) * (1 + copies[name]) for name, items in samples.items()}
    before, splits = 0, {}
    for name, items in samples.items():
        check_lengths(items, extractor.backbone.feature_shape[-1])
        grown = partial(_grown, context, name, before, sum(sizes.values()))
        splits[name] = Split(items, extractor.features_of(items, grown, copies[name]))
        before += sizes[name]
    return splits


def _grown(context: Context, name: str, before: int, total: int, done: int) -> None:
    context.progress(before + done, total, "images", msg("backbone features of {name}", name))
    context.check_stop()


def _recipe(context: Context) -> Recipe:
    parameters = context.parameters
    return Recipe(
        epochs=parameters["epochs"],
        batch_size=parameters["batch_size"],
        learning_rate=parameters["learning_rate"],
        seed=context.spec.seed,
    )


def _write(
    context: Context, network: paddle.nn.Layer, dictionary: Dictionary, splits: dict[str, Split]
) -> None:
    """Write the checkpoint in PaddleOCR's training form, compared with what was trained."""
    shape = context.parameters["image_shape"]
    files = [sample.image for sample in splits["train"].samples]
    architecture = ctc_architecture(context)
    statistics = statistics_of(network, architecture, files, shape, context.cache / FEATURES)
    training = unfuse(network, architecture, dictionary.classes, statistics)
    images = [sample.image for sample in splits["val"].samples[:_COMPARED]]
    batch = paddle.to_tensor(np.stack([prepare(read_image(path), shape) for path in images]))
    network.eval()
    training.eval()
    with paddle.no_grad():
        difference = float((network(batch) - training(batch)).abs().max())
    if not difference <= TOLERANCE:
        raise IntegrityError(
            msg(
                "the checkpoint's output differs by {difference} from the trained network's; allowed "
                "is {tolerance}",
                f"{difference:.2g}",
                f"{TOLERANCE:g}",
            ),
            CHECKPOINT,
            msg("this is a fault of Paddock or of Paddle: report it with the stage's log"),
        )
    save_parameters(context.output / CHECKPOINT, state_arrays(training))
    config = ctc_config(architecture, data_paths(context), settings(context))
    write_text(context.output / CONFIGURATION, dump_config(with_record(config, dictionary)))


def _metrics(fitting: Fitting, reason: str, **more: Any) -> TrainMetrics:
    numbers = fitting.state.numbers
    return TrainMetrics(
        accuracy=numbers.best.accuracy,
        ned=numbers.best.ned,
        best_epoch=numbers.best_epoch,
        epochs=fitting.recipe.epochs,
        epochs_run=numbers.epoch,
        stopped_because=reason,
        samples_per_s=round(numbers.samples / numbers.seconds, 2) if numbers.seconds else 0.0,
        start_val_loss=numbers.start_val_loss,
        first_train_loss=numbers.first_train_loss,
        **more,
    )
