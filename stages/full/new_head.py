"""A checkpoint fine-tuned to another dictionary, as PaddleOCR's documentation has it: its head begins anew.

PaddleOCR leaves out what does not fit, and says so in a line of its log. Here the columns of the characters
that both dictionaries have are kept, where the checkpoint's own is known, and what begins anew is said.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from stages.message import msg
from stages.ppocr.classifier import columns_of
from stages.ppocr.classifier_width import classifier_of
from stages.ppocr.dictionary_record import trained_lines
from stages.ppocr.location import paddleocr_root
from stages.ppocr.network import TRAINING_ONLY
from stages.ppocr.user_config import read_config
from stages.runtime import Context
from stages.text.dictionary import BLANK, SPACE, Dictionary, read_lines
from stages.text.matching import same_classes

Arrays = dict[str, np.ndarray]
#: The dictionaries of PaddleOCR's own checkpoints of the built-in architectures, below ppocr/utils.
_OWN = {
    "PP-OCRv5_mobile_rec": "dict/ppocrv5_dict.txt",
    "PP-OCRv4_mobile_rec": "ppocr_keys_v1.txt",
    "en_PP-OCRv4_mobile_rec": "en_dict.txt",
    "PP-OCRv3_mobile_rec": "ppocr_keys_v1.txt",
    "ch_ppocr_mobile_v2.0_rec": "ppocr_keys_v1.txt",
}


def with_new_head(
    context: Context, weights: Arrays, network: Arrays, dictionary: Dictionary
) -> Arrays:
    """Return the weights with a classifier of the dictionary's classes.

    Args:
        context: of the train stage; is warned of what begins anew.
        weights: the checkpoint's, by state-dict key.
        network: those that the network of the dictionary begins with.
        dictionary: the project's.
    """
    bias = classifier_of(network)
    if bias not in weights or weights[bias].shape == network[bias].shape:
        return weights
    width = weights[bias].shape[-1]
    keys = (bias, bias.removesuffix("bias") + "weight")
    old = _characters_of(context, width)
    columns = same_classes(dictionary.characters, old) if old else []
    fitted = dict(weights)
    for key, array in network.items():
        if key in keys and key in weights:
            fitted[key] = (
                columns_of(weights[key], columns) if old else _blank_kept(weights[key], array)
            )
        elif key.startswith(TRAINING_ONLY) and key in weights and weights[key].shape != array.shape:
            fitted[key] = array
    context.warn(
        msg(
            "the checkpoint has {width} classes, the dictionary {classes}: its head begins anew, with the "
            "columns of the blank and of {kept} of {characters} characters that both have",
            width,
            dictionary.classes,
            sum(column is not None for column in columns),
            len(dictionary.characters),
        ),
        "model.pretrained",
    )
    return fitted


def _blank_kept(old: np.ndarray, drawn: np.ndarray) -> np.ndarray:
    kept = drawn.copy()
    kept[..., BLANK] = old[..., BLANK]
    return kept


def _characters_of(context: Context, width: int) -> Sequence[str]:
    """Return the characters of a checkpoint of ``width`` classes; () if its dictionary cannot be had."""
    for lines in _candidates(context):
        for characters in (lines, [*lines, SPACE]):
            if len(characters) + 1 == width:
                return characters
    return ()


def _candidates(context: Context) -> list[list[str]]:
    if context.has("config"):
        lines = trained_lines(read_config(context.input("config")))
        return [lines] if lines else []
    name = _OWN.get(str(context.parameters["architecture"]))
    path = paddleocr_root() / "ppocr/utils" / name if name else None
    return [read_lines(path)] if path and path.is_file() else []
