"""How many time steps the network has while it is trained: not always as many as when it reads.

PPLCNetV3 and PPHGNet pool to 40 steps in training, whatever the width (``forward`` in
ppocr/modeling/backbones/rec_lcnetv3.py); a longer text has no finite loss there, and nobody says so.
"""

from __future__ import annotations

from collections.abc import Sequence

import paddle

from stages.dataset.samples import check_lengths, read_samples
from stages.errors import StageError
from stages.message import msg
from stages.runtime import Context
from stages.text.dictionary import Dictionary

_TRAIN = "train"
_WIDER = msg("make model.image_shape wider, or leave the line out")
_FIXED = msg(
    'leave the line out, or train with mode = "frozen", in which a wider image_shape has more steps; '
    "this network has as many in training at every width"
)


def check_training_lengths(
    context: Context, network: paddle.nn.Layer, dictionary: Dictionary
) -> None:
    """Refuse a training text that the network cannot be trained to write.

    Args:
        context: of the train stage.
        network: PaddleOCR's, with the heads that it is trained with.
        dictionary: the project's.

    Raises:
        StageError: names the first line whose text needs more time steps, or the network takes no images
            of the project's shape.
    """
    steps = training_steps(network, context.parameters["image_shape"])
    if steps is None:
        return
    samples = read_samples(context.input(f"{_TRAIN}_labels"), context.input(_TRAIN), dictionary)
    wider = [*context.parameters["image_shape"][:2], 2 * context.parameters["image_shape"][2]]
    check_lengths(samples, steps, _WIDER if training_steps(network, wider) != steps else _FIXED)


def training_steps(network: paddle.nn.Layer, shape: Sequence[int]) -> int | None:
    """Return the time steps of the CTC branch in training; None where the network has another structure.

    Raises:
        StageError: the network takes no images of this shape.
    """
    encoder = getattr(network, "neck", None) or getattr(
        getattr(network, "head", None), "ctc_encoder", None
    )
    if encoder is None or getattr(getattr(network, "head", None), "use_pool", False):
        return None
    was_training = network.training
    network.train()
    try:
        with paddle.no_grad():
            images = paddle.zeros([2, *shape])
            if network.use_transform:
                images = network.transform(images)
            encoded = encoder(network.backbone(images))
    except (ValueError, RuntimeError, OSError, AssertionError) as error:
        raise StageError(
            msg("the network takes no images of the shape {shape}", list(shape)),
            "model.image_shape",
            msg("give the image_shape that the configuration was made for"),
        ) from error
    finally:
        network.train() if was_training else network.eval()
    return int(encoded.shape[1])
