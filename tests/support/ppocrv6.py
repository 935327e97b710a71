"""PP-OCRv6's networks as they are exported: written with Paddle's API, seeded weights, any size.

The structure is that of PaddleOCR 3.7 (ppocr/modeling/backbones/rec_lcnetv4.py, necks/rnn.py and
db_fpn.py, heads), after the branches of every convolution were merged: what is left of ``RepDWConv``
is one depthwise convolution with a bias, of the dilated branches of the detection's neck one 5 x 5 or
7 x 7. Of ``MultiHead`` only the CTC branch is exported. Layers stand in the order of execution.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import paddle
from paddle import nn
from paddle.nn import functional

#: (channels before, after, stride, squeeze-excitation) of one block.
Row = tuple[int, int, int | tuple[int, int], bool]


@dataclass(frozen=True)
class Size:
    """A backbone: (channels inside the stem, after it), its blocks, and whether the stem branches."""

    stem: tuple[int, int]
    stages: tuple[tuple[Row, ...], ...]
    branches: bool = True


def recognition(stem: tuple[int, int], widths: tuple[int, int], branches: bool) -> Size:
    """Return the kinds of blocks that a recognition backbone has, few and narrow."""
    first, (second, third) = stem[1], widths
    return Size(
        stem,
        (
            ((first, first, 1, True), (first, first, 1, False)),
            ((first, second, (2, 1), False), (second, second, 1, True)),
            ((second, third, (2, 1), False), (third, third, 1, False)),
        ),
        branches,
    )


def detection(stem: tuple[int, int], widths: tuple[int, int, int]) -> Size:
    """Return the kinds of blocks that a detection backbone has, few and narrow."""
    channels = (stem[1], *widths)
    later = (
        ((before, after, 2, False), (after, after, 1, True))
        for before, after in zip(channels, widths, strict=False)
    )
    return Size(stem, (((stem[1], stem[1], 1, True),), *later))


class Squeeze(nn.Layer):
    """Squeeze-excitation: the backbone's by ``mean``, or the neck's by pooling and another slope."""

    def __init__(self, channels: int, of_the_neck: bool = False) -> None:
        super().__init__()
        self.narrow = nn.Conv2D(channels, channels // 4, 1)
        self.widen = nn.Conv2D(channels // 4, channels, 1)
        self.of_the_neck = of_the_neck

    def forward(self, x: Any) -> Any:
        if self.of_the_neck:
            mean, slope = functional.adaptive_avg_pool2d(x, 1), 0.2
        else:
            mean, slope = x.mean(axis=[2, 3], keepdim=True), 1 / 6
        inner = self.widen(functional.relu(self.narrow(mean)))
        return x * functional.hardsigmoid(inner, slope=slope, offset=0.5)


class Block(nn.Layer):
    """Mixes neighbours channel by channel, then channels: 1 x 1, GELU, 1 x 1."""

    def __init__(self, before: int, after: int, stride: Any, squeezed: bool) -> None:
        super().__init__()
        self.near = nn.Conv2D(before, before, 3, stride, 1, groups=before)
        self.squeeze = Squeeze(before) if squeezed else None
        self.expand = nn.Conv2D(before, 2 * before, 1)
        self.act = nn.GELU()
        self.compress = nn.Conv2D(2 * before, after, 1)
        self.residual = before == after and stride == 1

    def forward(self, x: Any) -> Any:
        x = self.near(x)
        x = x if self.squeeze is None else self.squeeze(x)
        mixed = self.compress(self.act(self.expand(x)))
        return x + mixed if self.residual else mixed


class Stem(nn.Layer):
    """A quarter of the size, with a branch of 2 x 2 convolutions beside a 2 x 2 maximum."""

    def __init__(self, middle: int, after: int) -> None:
        super().__init__()
        self.first = nn.Conv2D(3, middle, 3, 2, 1)
        self.left = nn.Conv2D(middle, middle // 2, 2, padding="SAME")
        self.right = nn.Conv2D(middle // 2, middle, 2, padding="SAME")
        self.pool = nn.MaxPool2D(2, 1, padding="SAME")
        self.joined = nn.Conv2D(2 * middle, middle, 3, 2, 1)
        self.last = nn.Conv2D(middle, after, 1)

    def forward(self, x: Any) -> Any:
        x = functional.relu(self.first(x))
        branch = functional.relu(self.right(functional.relu(self.left(x))))
        x = functional.relu(self.joined(paddle.concat([self.pool(x), branch], axis=1)))
        return functional.relu(self.last(x))


def _plain_stem(middle: int, after: int) -> nn.Layer:
    return nn.Sequential(
        nn.Conv2D(3, middle, 3, 2, 1), nn.GELU(), nn.Conv2D(middle, after, 3, 2, 1)
    )


class Backbone(nn.Layer):
    """PPLCNetV4: the stem, and what each stage makes."""

    def __init__(self, size: Size) -> None:
        super().__init__()
        self.stem = Stem(*size.stem) if size.branches else _plain_stem(*size.stem)
        stages = [nn.Sequential(*(Block(*row) for row in stage)) for stage in size.stages]
        self.stages = nn.LayerList(stages)

    def forward(self, x: Any) -> Any:
        x, made = self.stem(x), []
        for stage in self.stages:
            x = stage(x)
            made.append(x)
        return made


class Attention(nn.Layer):
    """One block of SVTR: attention and two dense layers, each after a norm and added."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads, self.width = heads, width
        self.norm1 = nn.LayerNorm(width, epsilon=1e-5)
        self.asked = nn.Linear(width, 3 * width)
        self.answered = nn.Linear(width, width)
        self.norm2 = nn.LayerNorm(width, epsilon=1e-5)
        self.inner, self.outer = nn.Linear(width, 2 * width), nn.Linear(2 * width, width)
        self.dropout = nn.Dropout(0.1)

    def _attend(self, x: Any) -> Any:
        part = self.width // self.heads
        split = self.asked(x).reshape([0, -1, 3, self.heads, part]).transpose([2, 0, 3, 1, 4])
        query, key, value = split[0] * part**-0.5, split[1], split[2]
        weights = functional.softmax(query.matmul(key.transpose([0, 1, 3, 2])), axis=-1)
        read = self.dropout(weights).matmul(value).transpose([0, 2, 1, 3])
        return self.dropout(self.answered(read.reshape([0, -1, self.width])))

    def forward(self, x: Any) -> Any:
        x = x + self._attend(self.norm1(x))
        inner = self.dropout(functional.swish(self.inner(self.norm2(x))))
        return x + self.dropout(self.outer(inner))


class LightSVTR(nn.Layer):
    """Recognition's neck of the small and medium sizes: attention beside a 1 x 1 convolution."""

    def __init__(self, before: int, width: int, heads: int = 8, depth: int = 2) -> None:
        super().__init__()
        self.skip = nn.Conv2D(before, width, 1, bias_attr=False)
        self.skip_norm = nn.BatchNorm2D(width)
        self.reduce = nn.Conv2D(before, width, 1, bias_attr=False)
        self.reduce_norm = nn.BatchNorm2D(width)
        self.near = nn.Conv2D(width, width, [1, 7], padding=[0, 3], groups=width, bias_attr=False)
        self.near_norm = nn.BatchNorm2D(width)
        self.blocks = nn.Sequential(*(Attention(width, heads) for _ in range(depth)))
        self.norm = nn.LayerNorm(width, epsilon=1e-6)

    def forward(self, x: Any) -> Any:
        skipped = functional.swish(self.skip_norm(self.skip(x)))
        x = functional.swish(self.reduce_norm(self.reduce(x)))
        x = x + functional.swish(self.near_norm(self.near(x)))
        _, channels, height, width = x.shape
        x = self.norm(self.blocks(x.flatten(2).transpose([0, 2, 1])))
        x = x.reshape([0, height, width, channels]).transpose([0, 3, 1, 2])
        return x + skipped


class Recognition(nn.Layer):
    """Reads a line [N, 3, 48, W]: probabilities [N, W / 8, classes]. ``dense`` is tiny's own layer."""

    def __init__(self, size: Size, classes: int, neck: int = 0, dense: int = 0) -> None:
        super().__init__()
        self.backbone = Backbone(size)
        before = size.stages[-1][-1][1]
        self.neck = LightSVTR(before, neck) if neck else nn.Identity()
        layers = [neck or before, *([dense] if dense else []), classes]
        pairs = pairwise(layers)
        self.head = nn.Sequential(*(nn.Linear(*pair) for pair in pairs))

    def forward(self, x: Any) -> Any:
        x = self.neck(functional.avg_pool2d(self.backbone(x)[-1], [3, 2]))
        return functional.softmax(self.head(x.squeeze(axis=2).transpose([0, 2, 1])), axis=2)


class Lateral(nn.Layer):
    """A 1 x 1 convolution and what squeeze-excitation adds to it, behind a large one if any."""

    def __init__(self, before: int, after: int, kernel: int = 0) -> None:
        super().__init__()
        self.large: nn.Layer = nn.Identity()
        if kernel:
            self.large = nn.Conv2D(before, before, kernel, 1, kernel // 2, groups=before)
        self.narrow = nn.Conv2D(before, after, 1, bias_attr=False)
        self.squeeze = Squeeze(after, of_the_neck=True)

    def forward(self, x: Any) -> Any:
        x = self.narrow(self.large(x))
        return x + self.squeeze(x)


class Detection(nn.Layer):
    """Finds text on [N, 3, H, W]: probabilities of the same size, by RepLKFPN and DB's head."""

    def __init__(self, size: Size, width: int, kernel: int) -> None:
        super().__init__()
        self.backbone = Backbone(size)
        ends = [stage[-1][1] for stage in size.stages]
        self.laterals = nn.LayerList([Lateral(end, width) for end in reversed(ends)])
        self.mixed = nn.LayerList([Lateral(width, width // 4, kernel) for _ in ends])
        quarter = width // 4
        self.head = nn.Sequential(
            nn.Conv2D(width, quarter, 3, padding=1),
            nn.ReLU(),
            nn.Conv2DTranspose(quarter, quarter, 2, stride=2),
            nn.ReLU(),
            nn.Conv2DTranspose(quarter, 1, 2, stride=2),
        )

    def forward(self, x: Any) -> Any:
        maps = self.backbone(x)[::-1]
        sides = [self.laterals[number](maps[number]) for number in range(4)]
        for number in range(1, 4):
            sides[number] = sides[number] + _larger(sides[number - 1], 2)
        mixed = [_larger(self.mixed[number](sides[number]), 8 >> number) for number in range(4)]
        return functional.sigmoid(self.head(paddle.concat(mixed, axis=1)))


def _larger(x: Any, scale: int) -> Any:
    return x if scale == 1 else functional.upsample(x, scale_factor=scale, mode="nearest")


def centre(layer: nn.Layer, images: np.ndarray) -> None:
    """Make a seeded network say something else of each of ``images`` (float32 [N, 3, H, W]).

    Its last layer's weights are scaled and its bias is set so that its results lie around 0, as
    training would have done: those of a map for a tenth of the pixels over 0, those of a class for half.
    """
    last = layer.head[-1]
    last.bias.set_value(paddle.zeros_like(last.bias))
    results = _results(layer, images)
    is_map = results.shape[-1] == 1
    last.weight.set_value(last.weight * (4.0 / float(results.std(axis=0).mean())))
    share = 0.9 if is_map else 0.5
    bias = -np.quantile(_results(layer, images), share, axis=0)
    last.bias.set_value(bias.astype(np.float32))


def _results(layer: nn.Layer, images: np.ndarray) -> np.ndarray:
    """Return what the last layer gives before the activation, [pixels or steps, channels]."""
    seen: list[np.ndarray] = []
    keep = layer.head[-1].register_forward_post_hook(lambda *call: seen.append(call[-1].numpy()))
    layer.eval()
    with paddle.no_grad():
        layer(paddle.to_tensor(images))
    keep.remove()
    (made,) = seen
    last = np.moveaxis(made, 1, -1) if made.ndim == 4 else made
    return last.reshape(-1, last.shape[-1])
