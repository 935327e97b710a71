"""What mode "full" starts from: an official inference model un-fused, or a checkpoint."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from stages.full.new_head import with_new_head
from stages.message import msg
from stages.ppocr.architectures import ctc_branch
from stages.ppocr.calibrate import calibrate
from stages.ppocr.checkpoint import load_parameters
from stages.ppocr.classifier import narrow, warn_of_lacking
from stages.ppocr.import_proof import ImportProof
from stages.ppocr.network import build, load_strictly, state_arrays
from stages.ppocr.starting_model import read_starting_model
from stages.ppocr.unfuse import load_inference_weights, unfuse
from stages.runtime import Context
from stages.text.dictionary import Dictionary
from stages.text.labels import read_labels


def starting_weights(
    context: Context, architecture: Mapping[str, Any], dictionary: Dictionary
) -> dict[str, np.ndarray]:
    """Return a whole training-form state dict for ``architecture``.

    Raises:
        IntegrityError: the weights are not the architecture's, or not the dictionary's.
    """
    path = context.input("pretrained")
    if not path.is_dir():
        network = build(architecture, dictionary.classes)
        given = load_parameters(path, context.warn)
        weights = with_new_head(context, given, state_arrays(network), dictionary)
        load_strictly(network, weights)
        return weights
    with ImportProof(context, path) as proof:
        model = read_starting_model(path, ctc_branch(architecture))
        narrowed = narrow(model, dictionary)
        warn_of_lacking(context, narrowed, dictionary)
        fused = build(architecture, dictionary.classes, fused=True)
        load_inference_weights(fused, narrowed.parameters, msg("the official model"))
        proof.check(fused, model, dictionary)
    labels = read_labels(context.input("train_labels"))
    images = [context.input("train") / label.image for label in labels]
    statistics = calibrate(fused, images, context.parameters["image_shape"])
    return state_arrays(unfuse(fused, architecture, dictionary.classes, statistics))
