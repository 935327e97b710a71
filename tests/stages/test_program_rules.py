"""Each rule on a tiny program, exported as PaddleOCR exports, compared before and after in Paddle."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import paddle
import pytest
from paddle import nn
from paddle.base.proto import framework_pb2 as proto

from stages.program.graph import Graph
from stages.program.rules import RULES, apply_rules
from stages.program.rules.affine import (
    fold_into_next,
    fold_into_previous,
    fold_scale_into_next,
    spread_over_channels,
)
from stages.program.rules.apart import hold_apart
from stages.program.rules.constants import LACKING, compute_constants
from stages.program.rules.dense import dense_as_mul
from stages.program.rules.legal import (
    add_relu6_threshold,
    add_swish_beta,
    add_xshape,
    shape_scalars,
)
from stages.program.rules.simple import drop_assign, drop_dropout, flatten_bias
from support.legacy import alphanumeric_model, open_graph, rewrite, save_legacy

EXACT = 1e-5
CHANNELS = 4


class Affine(nn.Layer):
    """``scale * x + bias`` as LearnableAffineBlock has it."""

    def __init__(self, scale: float = 1.5, bias: float = 0.25) -> None:
        super().__init__()
        self.scale = self.create_parameter([1], default_initializer=nn.initializer.Constant(scale))
        self.bias = self.create_parameter([1], default_initializer=nn.initializer.Constant(bias))

    def forward(self, x: paddle.Tensor) -> paddle.Tensor:
        return self.scale * x + self.bias


class Flat(nn.Layer):
    """[N, C, H, W] → [N, H * W, C], as runners expect an output."""

    def __init__(self, *layers: nn.Layer) -> None:
        super().__init__()
        self.body = nn.Sequential(*layers)

    def forward(self, x: paddle.Tensor) -> paddle.Tensor:
        return paddle.transpose(paddle.flatten(self.body(x), 2), [0, 2, 1])


class TwoUsers(nn.Layer):
    """An affine whose result is used twice, as squeeze-and-excitation does."""

    def __init__(self) -> None:
        super().__init__()
        self.affine = Affine()

    def forward(self, x: paddle.Tensor) -> paddle.Tensor:
        y = self.affine(nn.functional.hardswish(x))
        return y * paddle.mean(y, axis=[2, 3], keepdim=True)


def convolution(inputs: int = 3, kernel: int = 1, padding: int = 0, groups: int = 1) -> nn.Layer:
    paddle.seed(3)
    return nn.Conv2D(inputs, CHANNELS, kernel, padding=padding, groups=groups)


def save(folder: Path, *layers: nn.Layer) -> tuple[Path, Path]:
    return save_legacy(Flat(*layers), folder, [-1, 3, 48, -1])


def kinds(graph: Graph) -> list[str]:
    return [operator.type for operator in graph.operators]


class FixedPoints(nn.Layer):
    """Adds numbers that it computes anew each time, as TPS does: in float64."""

    def __init__(self, lacking: bool) -> None:
        super().__init__()
        self.lacking = lacking

    def forward(self, x: paddle.Tensor) -> paddle.Tensor:
        fixed = paddle.full([3, 3], 0.5, "float64") * 3.0
        if self.lacking:
            steps = paddle.linspace(0.5, 2.0, 3, dtype="float64").reshape([3, 1])
            fixed = paddle.inverse(fixed + paddle.eye(3, dtype="float64")) * steps
        return x * fixed.astype("float32").sum() + paddle.full([1], 0.25)


def with_flat_bias(graph: Graph) -> None:
    """Affine rules see biases only where they already stand along axis 1."""
    flatten_bias(graph)


def test_dropout_is_dropped(tmp_path: Path) -> None:
    files = save(tmp_path, convolution(), nn.Dropout(0.5), nn.ReLU())
    graph, count, difference = rewrite(files, drop_dropout)
    assert (count, difference) == (1, 0.0)
    assert "dropout" not in kinds(graph)


def test_a_dropout_that_scales_in_inference_stays(tmp_path: Path) -> None:
    files = save(tmp_path, convolution(), nn.Dropout(0.5, mode="downscale_in_infer"), nn.ReLU())
    _, count, difference = rewrite(files, drop_dropout)
    assert (count, difference) == (0, 0.0)


def test_what_no_image_reaches_is_computed_ahead_of_time(tmp_path: Path) -> None:
    files = save(tmp_path, convolution(), FixedPoints(lacking=True))
    assert set(LACKING) <= set(kinds(open_graph(files)))
    graph, count, difference = rewrite(files, compute_constants)
    assert count > len(LACKING) and difference < EXACT
    assert not {*LACKING, "cast"} & set(kinds(graph))
    made = [change.parameter for change in graph.changes]
    assert made and set(made) <= set(graph.used_parameters())


def test_constants_that_lite_computes_itself_stay(tmp_path: Path) -> None:
    graph, count, difference = rewrite(
        save(tmp_path, convolution(), FixedPoints(lacking=False)), compute_constants
    )
    assert (count, difference) == (0, 0.0)
    assert "fill_constant" in kinds(graph)


def test_an_assign_is_dropped(tmp_path: Path) -> None:
    class Copied(nn.Layer):
        def forward(self, x: paddle.Tensor) -> paddle.Tensor:
            return paddle.assign(x) + 1.0

    files = save(tmp_path, convolution(), Copied())
    graph, count, difference = rewrite(files, drop_assign)
    assert (count, difference) == (1, 0.0)
    assert "assign" not in kinds(graph)


def test_a_reshaped_bias_is_added_along_axis_1(tmp_path: Path) -> None:
    files = save(tmp_path, convolution(), nn.ReLU())
    assert "reshape2" in kinds(open_graph(files))
    graph, count, difference = rewrite(files, flatten_bias)
    assert (count, difference) == (1, 0.0)
    assert "reshape2" not in kinds(graph)
    addition = next(item for item in graph.operators if item.type == "elementwise_add")
    assert addition.attribute("axis") == 1


def test_an_affine_is_folded_into_the_convolution_before(tmp_path: Path) -> None:
    def apply(graph: Graph) -> int:
        with_flat_bias(graph)
        return fold_into_previous(graph)

    files = save(tmp_path, convolution(kernel=3, padding=1), Affine(), nn.ReLU())
    graph, count, difference = rewrite(files, apply)
    assert count == 1
    assert difference < EXACT
    assert "elementwise_mul" not in kinds(graph)


def test_an_affine_behind_an_activation_is_not_folded_through_it(tmp_path: Path) -> None:
    def apply(graph: Graph) -> int:
        with_flat_bias(graph)
        return fold_into_previous(graph)

    files = save(tmp_path, convolution(), nn.Hardswish(), Affine())
    _, count, difference = rewrite(files, apply)
    assert (count, difference) == (0, 0.0)


def test_an_affine_is_folded_into_the_next_1x1_convolution(tmp_path: Path) -> None:
    def apply(graph: Graph) -> int:
        with_flat_bias(graph)
        return fold_into_next(graph)

    files = save(tmp_path, nn.Hardswish(), Affine(), convolution())
    graph, count, difference = rewrite(files, apply)
    assert count == 1
    assert difference < EXACT
    assert "elementwise_mul" not in kinds(graph)


def test_a_shift_is_not_folded_into_a_convolution_that_pads(tmp_path: Path) -> None:
    def apply(graph: Graph) -> int:
        with_flat_bias(graph)
        return fold_into_next(graph)

    files = save(tmp_path, nn.Hardswish(), Affine(), convolution(kernel=3, padding=1))
    _, count, difference = rewrite(files, apply)
    assert (count, difference) == (0, 0.0)


def test_only_the_scale_goes_into_a_convolution_that_pads(tmp_path: Path) -> None:
    layers = convolution(), nn.Hardswish(), Affine(), convolution(CHANNELS, 3, 1, CHANNELS)
    files = save(tmp_path, *layers)
    graph, count, difference = rewrite(files, fold_scale_into_next)
    assert count == 1
    assert difference < EXACT
    assert "elementwise_mul" not in kinds(graph)
    assert sum(name.endswith(".bias") for name in graph.used_parameters()) == 1


def test_a_scale_near_zero_is_not_divided_by(tmp_path: Path) -> None:
    layers = nn.Hardswish(), Affine(scale=1e-6), convolution(kernel=3, padding=1)
    files = save(tmp_path, *layers)
    _, count, difference = rewrite(files, fold_scale_into_next)
    assert (count, difference) == (0, 0.0)


def test_an_affine_with_two_users_is_written_per_channel(tmp_path: Path) -> None:
    files = save(tmp_path, convolution(), TwoUsers())
    graph, count, difference = rewrite(files, spread_over_channels)
    assert count == 1
    assert difference < EXACT
    vectors = [value for name, value in graph.used_parameters().items() if name.endswith(".scale")]
    assert [vector.shape for vector in vectors] == [(CHANNELS,)]


def test_a_filter_that_two_convolutions_share_is_not_changed(tmp_path: Path) -> None:
    class Shared(nn.Layer):
        def __init__(self) -> None:
            super().__init__()
            self.convolution, self.affine = convolution(), Affine()

        def forward(self, x: paddle.Tensor) -> paddle.Tensor:
            return self.affine(self.convolution(x)) + self.convolution(x)

    _, _, difference = rewrite(save(tmp_path, Shared()), lambda g: len(apply_rules(g)))
    assert difference < EXACT


def test_swish_gets_its_default_beta(tmp_path: Path) -> None:
    files = save(tmp_path, convolution(), nn.Swish())
    graph, count, difference = rewrite(files, add_swish_beta)
    assert (count, difference) == (1, 0.0)
    swish = next(item for item in graph.operators if item.type == "swish")
    assert swish.attribute("beta") == 1.0
    assert add_swish_beta(graph) == 0


def test_relu6_gets_its_default_threshold(tmp_path: Path) -> None:
    files = save(tmp_path, convolution(), nn.ReLU6())
    graph, count, difference = rewrite(files, add_relu6_threshold)
    assert (count, difference) == (1, 0.0)
    relu6 = next(item for item in graph.operators if item.type == "relu6")
    assert relu6.attribute("threshold") == 6.0
    assert add_relu6_threshold(graph) == 0


def test_missing_xshape_outputs_are_declared(tmp_path: Path) -> None:
    files = save(tmp_path, convolution(), nn.ReLU())
    graph, count, difference = rewrite(files, add_xshape)
    assert count >= 2  # flatten and transpose
    assert difference == 0.0
    for operator in graph.operators:
        if operator.type in ("flatten_contiguous_range", "transpose2"):
            assert operator.output("XShape")


def test_scalars_get_the_shape_1(tmp_path: Path) -> None:
    files = save(tmp_path, convolution(), nn.ReLU())
    graph = open_graph(files)
    scalar = proto.OpDesc(type="fill_constant")
    scalar.outputs.add(parameter="Out", arguments=["scalar"])
    graph.blocks[0].append(graph.operators[1].of(scalar))
    graph.operators[-1].set_attribute("shape", proto.LONGS, [])
    assert shape_scalars(graph) == 1
    assert graph.operators[-1].attribute("shape") == [1]
    assert shape_scalars(graph) == 0


class Product(nn.Layer):
    """Rows of channels times a matrix: with a bias or without, transposed, or from the left."""

    def __init__(self, how: str) -> None:
        super().__init__()
        paddle.seed(5)
        self.how, self.layer = how, nn.Linear(3, 3, bias_attr=None if how == "bias" else False)

    def forward(self, x: paddle.Tensor) -> paddle.Tensor:
        rows = paddle.transpose(paddle.flatten(x, 2), [0, 2, 1])
        if self.how == "transposed":
            return paddle.matmul(rows, self.layer.weight, transpose_y=True)
        if self.how == "left":
            return paddle.matmul(self.layer.weight, paddle.transpose(rows, [0, 2, 1]))
        return self.layer(rows)


@pytest.mark.parametrize("how", ["bias", "plain"])
def test_a_product_with_a_constant_matrix_becomes_mul(tmp_path: Path, how: str) -> None:
    files = save_legacy(Product(how), tmp_path, [-1, 3, 48, -1])
    graph, count, difference = rewrite(files, dense_as_mul)
    assert count == 1
    assert difference < EXACT
    assert "matmul_v2" not in kinds(graph)
    product = next(item for item in graph.operators if item.type == "mul")
    assert product.attribute("x_num_col_dims") == 2
    assert dense_as_mul(graph) == 0


@pytest.mark.parametrize("how", ["transposed", "left"])
def test_other_products_stay_as_they_are(tmp_path: Path, how: str) -> None:
    _, count, _ = rewrite(save_legacy(Product(how), tmp_path, [-1, 3, 48, -1]), dense_as_mul)
    assert count == 0


def flat_and_apart(graph: Graph) -> int:
    with_flat_bias(graph)
    return hold_apart(graph)


def norm(channels: int = CHANNELS) -> nn.Layer:
    return nn.BatchNorm2D(channels)


@pytest.mark.parametrize(
    "layers",
    [
        [convolution(kernel=3), convolution(CHANNELS)],
        [convolution(kernel=3), norm(), convolution(CHANNELS), norm()],
        [
            convolution(),
            nn.ReLU(),
            nn.Conv2D(CHANNELS, CHANNELS, 1, groups=2),
            convolution(CHANNELS),
        ],
        [convolution(), convolution(CHANNELS, kernel=3)],
        [convolution(), nn.Conv2D(CHANNELS, CHANNELS, 1, stride=2)],
    ],
    ids=["k x k", "norm between", "groups", "second is k x k", "strided"],
)
def test_convolutions_that_opt_would_fold_wrongly_are_held_apart(
    tmp_path: Path, layers: list[nn.Layer]
) -> None:
    graph, count, difference = rewrite(save(tmp_path, *layers), flat_and_apart)
    assert count == 1
    assert difference < EXACT
    assert hold_apart(graph) == 0


@pytest.mark.parametrize(
    "layers",
    [
        [convolution(), convolution(CHANNELS)],
        [convolution(kernel=3), nn.ReLU(), convolution(CHANNELS)],
        [convolution(), convolution(CHANNELS, 3, 1, CHANNELS), nn.ReLU(), convolution(CHANNELS)],
        [convolution()],
    ],
    ids=["1 x 1", "activation between", "depthwise", "one alone"],
)
def test_other_convolutions_stay_as_they_are(tmp_path: Path, layers: list[nn.Layer]) -> None:
    assert rewrite(save(tmp_path, *layers), flat_and_apart)[1] == 0


def test_names_are_unique_and_every_rule_says_why() -> None:
    names = [rule.name for rule in RULES]
    assert len(set(names)) == len(names)
    assert all(rule.reason and rule.operators for rule in RULES)


def test_all_rules_together_on_the_real_network(tmp_path: Path) -> None:
    model = alphanumeric_model()
    files = (
        Path(shutil.copy(model.pdmodel, tmp_path)),
        Path(shutil.copy(model.pdiparams, tmp_path)),
    )
    graph, _, difference = rewrite(files, lambda graph: len(apply_rules(graph)))
    assert difference < EXACT
    assert apply_rules(graph) == {}, "a second pass finds nothing more"
    assert not {"dropout", "assign"} & set(kinds(graph))
    assert len(graph.operators) < 0.65 * len(open_graph(files).operators)


@pytest.mark.parametrize("scale", [-2.0, 0.5])
def test_affines_of_any_sign(tmp_path: Path, scale: float) -> None:
    layers = convolution(), Affine(scale), nn.Hardswish(), Affine(scale), convolution(CHANNELS)
    _, count, difference = rewrite(save(tmp_path, *layers), lambda g: sum(apply_rules(g).values()))
    assert count > 0
    assert difference < EXACT
    assert np.isfinite(difference)
