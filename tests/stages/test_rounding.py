"""Weights are rounded onto ``opt``'s own grid: its rounding changes nothing, and layers lose little."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import paddle
import pytest
from paddle import nn
from paddle.nn import functional

from stages import quantize
from stages.contract import Progress, Quantisation, RoundedModel
from stages.contract.artifacts import QUANTISATION, rounded_files
from stages.contract.variant import Weights
from stages.emulation.program import write_emulation
from stages.errors import StageError
from stages.lite.integers import integers
from stages.lite.naive_buffer import NaiveBuffer, read_naive_buffer
from stages.pitfalls import Pitfall
from stages.program.graph import Graph
from stages.program.params import write_parameters, write_program
from stages.program.prove import random_images
from stages.program.rules import apply_rules
from stages.rounding.activations import Activations
from stages.rounding.gptq import DAMPING, round_weights
from stages.rounding.grid import BITS, Grid
from stages.rounding.layers import layers
from stages.rounding.moments import Moments, has_moments
from support import bare
from support.caught import run_stage
from support.legacy import (
    SHAPE,
    Recorded,
    alphanumeric_model,
    context,
    draw_lines,
    new_folder,
    open_graph,
    predict,
    save_legacy,
)
from support.unroundable import make_unroundable

Files = tuple[Path, Path]
TARGETS = ("arm", "x86")
SMALL = (3, 16, 32)
TEXTS = tuple(f"A{number}B" for number in range(12))


class Mixed(nn.Layer):
    """Convolutions of every kind, a batch norm, a channel of zeros, dense layers with and without bias."""

    def __init__(self) -> None:
        super().__init__()
        paddle.seed(3)
        self.stem = nn.Conv2D(3, 8, 3, stride=2, padding=1, bias_attr=False)
        self.norm = nn.BatchNorm2D(8)
        self.near = nn.Conv2D(8, 8, 3, padding=1, groups=8)
        self.mixing = nn.Conv2D(8, 12, 1)
        self.halves = nn.Conv2D(12, 12, (1, 3), padding=(0, 2), dilation=2, groups=2)
        self.dense, self.head = nn.Linear(12, 10), nn.Linear(10, 5, bias_attr=False)
        for values in (self.norm.weight, self.norm.bias, self.norm._mean, self.norm._variance):
            values.set_value(paddle.rand(values.shape) + 0.5)
        weights = self.mixing.weight.numpy()
        weights[3] = 0.0
        self.mixing.weight.set_value(weights)

    def forward(self, x: paddle.Tensor) -> paddle.Tensor:
        x = functional.relu(self.norm(self.stem(x)))
        x = functional.hardswish(self.mixing(functional.relu(self.near(x))))
        x = paddle.mean(functional.relu(self.halves(x)), axis=2)
        return functional.softmax(self.head(self.dense(paddle.transpose(x, [0, 2, 1]))), axis=2)


@lru_cache(maxsize=1)
def mixed() -> Files:
    """The network as ``opt`` takes it."""
    folder = new_folder()
    graph = open_graph(save_legacy(Mixed(), folder, [-1, *SMALL]))
    apply_rules(graph)
    return written(graph, folder)


def written(graph: Graph, folder: Path) -> Files:
    files = folder / "lite.pdmodel", folder / "lite.pdiparams"
    write_program(files[0], graph.program())
    write_parameters(files[1], graph.used_parameters())
    return files


def quantised(files: Files, target: str, kind: Weights, out: Path) -> NaiveBuffer:
    """Let ``opt`` itself round a model."""
    words = "--quant_model=true", f"--quant_type=QUANT_{kind.value.upper()}"
    done = bare.opt(files, target, out, *words)
    assert "saved into" in done.log, done.log[-2000:]
    return read_naive_buffer(out.with_suffix(".nb"))


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("kind", BITS)
def test_the_grid_is_opt_s_own(tmp_path: Path, kind: Weights, target: str) -> None:
    graph = open_graph(mixed())
    found = integers(quantised(mixed(), target, kind, tmp_path / "out"))
    taken = layers(graph)
    assert {layer.kind for layer in taken.values()} == {"conv2d", "mul"} and len(taken) == 5
    for name, layer in taken.items():
        weights = layer.matrix(graph.parameters[name])
        if name == graph.operators[1].input("Filter"):
            continue  # a batch norm is folded into it first
        grid = Grid.of(weights, BITS[kind])
        np.testing.assert_array_equal(found[name].scales, grid.scales)
        np.testing.assert_array_equal(layer.matrix(found[name].whole), grid.whole(weights))
    norms = {
        name
        for item in graph.operators
        if item.type == "batch_norm"
        for name in item.inputs["Bias"]
    }
    biases = found.keys() - taken.keys() - norms
    assert len(biases) == 3
    for name in biases:
        np.testing.assert_allclose(found[name].values(), graph.parameters[name], rtol=3e-7)


@lru_cache(maxsize=1)
def drawn() -> dict[str, Path]:
    """Lines to round with, as the stage's inputs."""
    lines = draw_lines(new_folder(), TEXTS)
    return {"train": lines["test"], "train_labels": lines["test_labels"]}


def run(folder: Path, files: Files, **changes: Any) -> Recorded:
    """Run the stage in this process."""
    parameters = {"weights": ["int8", "int16"], "images": 4, "image_shape": list(SHAPE), **changes}
    inputs = {"pdmodel": files[0], "pdiparams": files[1], **drawn()}
    made = context("quantize", folder, inputs, parameters)
    quantize.run(made)
    return made


@lru_cache(maxsize=1)
def rounded() -> Path:
    """Round the alphanumeric PP-OCRv5 model; return what the stage wrote."""
    model = alphanumeric_model()
    return run(new_folder(), (model.pdmodel, model.pdiparams)).output


def files_of(output: Path, kind: Weights) -> Files:
    program, parameters = (output / name for name in rounded_files(kind.value))
    return program, parameters


def document(output: Path) -> Quantisation:
    return Quantisation.from_json((output / QUANTISATION).read_bytes())


@pytest.mark.parametrize("kind", BITS)
def test_opt_rounds_what_was_rounded_to_the_very_same_for_both_targets(
    tmp_path: Path, kind: Weights
) -> None:
    graph = open_graph(files_of(rounded(), kind))
    read = {}
    for target in TARGETS:
        nb = quantised(files_of(rounded(), kind), target, kind, tmp_path / target)
        found, equal = integers(nb), 0
        for name, layer in layers(graph).items():
            weights = layer.matrix(graph.parameters[name])
            grid = Grid.of(weights, BITS[kind])
            np.testing.assert_array_equal(layer.matrix(found[name].whole), grid.whole(weights))
            equal += np.array_equal(found[name].values(), graph.parameters[name])
        assert equal == len(layers(graph)) - 6  # batch norms are folded into the others
        read[target] = write_emulation(nb, tmp_path / f"{target} read")
    for one, other in zip(*read.values(), strict=True):
        assert one.read_bytes() == other.read_bytes()
    image = random_images([SHAPE], seed=5)[0]
    ended, outputs = bare.lite(tmp_path / "x86.nb", image)
    assert ended.code == 0, ended.log
    for files in (files_of(rounded(), kind), read["arm"]):
        assert np.abs(predict(files, image) - outputs[0]).max() < 1e-4


def test_the_document_says_what_each_layer_loses() -> None:
    found = document(rounded())
    assert len(found.images) == 4 and set(found.images) <= {f"{text}.png" for text in TEXTS}
    eight, sixteen = found.kinds["int8"], found.kinds["int16"]
    assert len(eight.layers) == len(sixteen.layers) == 33
    assert all(layer.calibrated for layer in eight.layers)
    assert not any(layer.calibrated for layer in sixteen.layers)
    for layer in eight.layers:
        assert 0 <= layer.loss_after <= layer.loss_before < 1e-2
    assert sum(layer.loss_after < layer.loss_before / 3 for layer in eight.layers) > 25
    assert all(layer.loss_after == layer.loss_before < 1e-8 for layer in sixteen.layers)
    worst = eight.worst
    assert worst is not None and worst.loss_after == max(item.loss_after for item in eight.layers)
    assert RoundedModel(()).worst is None


@pytest.mark.real_processes
def test_the_same_bytes_come_out_with_any_number_of_threads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = alphanumeric_model()
    inputs = {"pdmodel": model.pdmodel, "pdiparams": model.pdiparams, **drawn()}
    parameters = {"weights": ["int8"], "images": 2, "image_shape": list(SHAPE)}
    found = []
    for threads in ("1", "2"):
        monkeypatch.setenv("OMP_NUM_THREADS", threads)
        done = run_stage("quantize", tmp_path / threads, inputs, parameters)
        assert done.code == 0, done.log[-2000:]
        found.append({item.path: item.sha256 for item in done.result.artifacts})
    assert found[0] == found[1]
    assert found[0].keys() == {*rounded_files("int8"), QUANTISATION}


def test_the_seed_chooses_the_images_and_all_are_of_train(tmp_path: Path) -> None:
    """There is no input with others. Where there are fewer than asked for, all are taken."""
    inputs = {"pdmodel": mixed()[0], "pdiparams": mixed()[1], **drawn()}
    chosen = []
    for seed, count in ((0, 4), (1, 4), (1, 1000)):
        parameters = {"weights": ["int8"], "images": count, "image_shape": list(SMALL)}
        made = context("quantize", tmp_path / f"{seed} {count}", inputs, parameters)
        made.spec = replace(made.spec, seed=seed)
        quantize.run(made)
        chosen.append(set(document(made.output).images))
    every = {f"{text}.png" for text in TEXTS}
    assert chosen[0] != chosen[1] and chosen[2] == every
    assert chosen[0] < every and len(chosen[0]) == 4


def test_progress_goes_up_to_its_end(tmp_path: Path) -> None:
    made = run(tmp_path, mixed(), image_shape=list(SMALL))
    said = [event for event in made.events if isinstance(event, Progress)]
    steps = 4 + 2 * 5  # an image each, and a layer of each kind
    assert [event.done for event in said] == list(range(steps + 1)) and said[-1].total == steps


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "no kind": ({"weights": []}, r"weights is \[\]; allowed are int8, int16"),
    "an unknown kind": ({"weights": ["int4"]}, r"weights is \['int4'\]"),
    "no image": ({"images": 0}, "rounded with images of train, and there are none"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_done_is_refused(tmp_path: Path, name: str) -> None:
    changes, said = REFUSED[name]
    model = alphanumeric_model()
    with pytest.raises(StageError, match=said) as caught:
        run(tmp_path, (model.pdmodel, model.pdiparams), **changes)
    assert caught.value.remedy


class Turned(nn.Layer):
    """A dense layer whose matrix lies on its side, which no rule writes as ``mul``."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = self.create_parameter([5, SMALL[2]])

    def forward(self, x: paddle.Tensor) -> paddle.Tensor:
        rows = paddle.mean(x, axis=1)
        return functional.softmax(paddle.matmul(rows, self.weight, transpose_y=True), axis=2)


def test_weights_that_no_loader_turns_back_are_refused_before_any_image_is_looked_at(
    tmp_path: Path,
) -> None:
    files = save_legacy(Turned(), tmp_path, [-1, *SMALL])
    with pytest.raises(StageError, match=r"1 of the model's matrices .* compute garbage") as caught:
        run(tmp_path, files)
    assert caught.value.pitfall == Pitfall.QUANTISED_GARBAGE


def test_the_layer_that_loses_most_is_named(tmp_path: Path) -> None:
    """The model is a good one, and 8 bits cannot hold it: the document says where."""
    model = alphanumeric_model()
    graph = open_graph((model.pdmodel, model.pdiparams))
    name = make_unroundable(graph)
    files = written(graph, tmp_path)
    made = run(tmp_path, files, weights=["int8"])
    worst = document(made.output).kinds["int8"].worst
    usual = document(rounded()).kinds["int8"].worst
    assert worst is not None and usual is not None
    assert worst.weights == name
    assert worst.loss_after > 0.1 > 100 * usual.loss_after
    image = random_images([SHAPE], seed=5)[0]
    exact = predict(files, image)
    rough = predict(files_of(made.output, Weights.INT8), image)
    assert np.abs(rough - exact).max() > 0.5


# The mathematics, on matrices.


def weights_and_moments(inputs: int, rank: int) -> tuple[np.ndarray, np.ndarray]:
    """Return weights and the moments of inputs that depend on each other."""
    random = np.random.default_rng(inputs + rank)
    seen = random.normal(size=(inputs, rank)) @ random.normal(size=(rank, 4 * inputs))
    seen *= random.uniform(0.1, 3.0, (inputs, 1))
    return random.normal(size=(9, inputs)).astype(np.float32), (seen @ seen.T)[None]


def textbook(weights: np.ndarray, moments: np.ndarray, grid: Grid) -> np.ndarray:
    """GPTQ as the paper has it, by Cholesky's factor of the inverse; the largest weight stays."""
    size = len(moments)
    order = np.argsort(-np.diag(moments), kind="stable")
    damped = moments[np.ix_(order, order)] + DAMPING * np.diag(moments).mean() * np.eye(size)
    upper = np.linalg.cholesky(np.linalg.inv(damped)).T
    left = (weights / grid.scales.astype(float)[:, None])[:, order]
    largest, whole = np.abs(left).argmax(1), np.zeros(left.shape, int)
    ends = np.sign(np.take_along_axis(left, largest[:, None], 1))[:, 0] * grid.limit
    for column in range(size):
        nearest = np.clip(np.rint(left[:, column]), -grid.limit, grid.limit)
        whole[:, column] = np.where(largest == column, ends, nearest)
        error = (left[:, column] - whole[:, column]) / upper[column, column]
        left[:, column:] -= np.outer(error, upper[column, column:])
    return whole[:, np.argsort(order)]


@pytest.mark.parametrize(("inputs", "rank"), [(8, 8), (100, 100), (150, 20)])
def test_errors_are_fed_back_as_in_the_paper(inputs: int, rank: int) -> None:
    weights, moments = weights_and_moments(inputs, rank)
    grid = Grid.of(weights, 8)
    found = round_weights(weights, moments, 8)
    expected = grid.values(textbook(weights, moments[0], grid))
    np.testing.assert_array_equal(found.values, expected)
    assert found.loss < found.plain / (1 if rank == inputs else 2)


def test_rounding_twice_changes_nothing_and_the_largest_weights_stay() -> None:
    weights, moments = weights_and_moments(40, 40)
    for bits in BITS.values():
        once = round_weights(weights, moments if bits == 8 else None, bits).values
        grid, again = Grid.of(once, bits), Grid.of(weights, bits)
        np.testing.assert_array_equal(grid.scales, again.scales)
        np.testing.assert_array_equal(grid.values(grid.whole(once)), once)
        top = np.abs(weights).argmax(1)[:, None]
        kept = np.take_along_axis(grid.whole(once), top, 1)
        np.testing.assert_array_equal(np.abs(kept), grid.limit)


@pytest.mark.parametrize("bits", BITS.values())
def test_every_number_leads_to_its_scale_again_when_it_was_rounded(bits: int) -> None:
    """All that float32 has between 1 and 2; beyond that the exponent alone is another."""
    weights = (np.arange(2**23, dtype=np.uint32) | 0x3F800000).view(np.float32)[:, None]
    grid = Grid.of(weights, bits)
    whole = np.full(weights.shape, grid.limit)
    np.testing.assert_array_equal(grid.whole(weights), whole)
    np.testing.assert_array_equal(Grid.of(grid.values(whole), bits).scales, grid.scales)


ODD: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "all zero": lambda moments: moments * 0,
    "an input that never was": lambda moments: moments * (np.arange(30) != 4) * _column(30, 4),
    "one image with one position": np.ones_like,
    "enormous": lambda moments: moments * 1e30,
    "tiny": lambda moments: moments * 1e-30,
}


def _column(size: int, place: int) -> np.ndarray:
    return (np.arange(size) != place)[:, None]


@pytest.mark.parametrize("name", ODD)
def test_odd_moments_do_no_harm(name: str) -> None:
    weights, moments = weights_and_moments(30, 30)
    found = round_weights(weights, ODD[name](moments), 8)
    assert np.isfinite(found.values).all() and 0 <= found.loss <= found.plain < 1e-2
    grid = Grid.of(weights, 8)
    assert (grid.moved(weights, found.values) <= 2).all()


def test_a_layer_of_zeros_stays() -> None:
    found = round_weights(np.zeros((3, 4), np.float32), np.ones((1, 4, 4)), 8)
    assert not found.values.any() and found.loss == found.plain == 0


def test_rows_are_rounded_by_themselves() -> None:
    weights, moments = weights_and_moments(6, 6)
    many = np.tile(weights, (1000, 1))
    alone = round_weights(weights, moments, 8)
    np.testing.assert_array_equal(round_weights(many, moments, 8).values[:9], alone.values)
    np.testing.assert_array_equal(round_weights(many, moments, 8).values[-9:], alone.values)


def test_moments_are_those_of_what_the_layers_compute(tmp_path: Path) -> None:
    """The energy of a layer's output by its moments is that of the output itself."""
    graph = open_graph(mixed())
    found = list(layers(graph).values())
    assert all(has_moments(layer, graph.parameters[layer.name]) for layer in found)
    outputs = [
        layer.operators[0].output("Out") or layer.operators[0].output("Output") for layer in found
    ]
    sources = [layer.sources[0] for layer in found]
    image = random_images([SMALL], seed=5)[0]
    values = Activations(graph, [*sources, *outputs[1:]], tmp_path)(image)
    for layer, source, output in list(zip(found, sources, outputs, strict=True))[1:]:
        weights = graph.parameters[layer.name]
        moments = Moments(layer, weights)
        moments.add(layer.operators[0], values[source])
        groups = len(moments.total)
        rows = layer.matrix(weights).reshape(groups, -1, moments.total.shape[1]).astype(np.float64)
        energy = np.einsum("gok,gkl,gol->", rows, moments.total, rows)
        assert energy == pytest.approx(np.square(values[output], dtype=np.float64).sum(), rel=1e-4)
