"""Integers and scales of ``.nb`` files are traced through the rounded model; a falsified one is refused."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from functools import cache, lru_cache
from pathlib import Path

import numpy as np
import pytest

from stages import quantize
from stages.contract import Lineage
from stages.contract.variant import Variant, Weights
from stages.errors import IntegrityError
from stages.lineage.targets import compare_targets
from stages.lineage.trace import Chain
from stages.lite.integers import integers
from stages.lite.naive_buffer import read_naive_buffer
from stages.pitfalls import Pitfall
from stages.program.params import read_parameters, write_parameters, write_program
from stages.program.rules import LEGAL, SIMPLE, apply_rules
from stages.rounding.gptq import round_weights
from stages.rounding.grid import BITS
from stages.rounding.layers import layers
from support import bare
from support.falsify import with_scale, with_tensor
from support.legacy import alphanumeric_model, context, new_folder, open_graph
from support.small import converted

Files = tuple[Path, Path]
TARGETS = ("arm", "x86")


def lite() -> Files:
    """The alphanumeric model as ``opt`` is given it."""
    return converted().output / "lite.pdmodel", converted().output / "lite.pdiparams"


@lru_cache(maxsize=1)
def rounded() -> dict[Weights, Files]:
    """That model rounded for 16 bits; and plainly for 8, from the same files."""
    model = alphanumeric_model()
    inputs = {"pdmodel": model.pdmodel, "pdiparams": model.pdiparams}
    run = context("quantize", new_folder(), inputs, {"weights": ["int16"], "images": 0})
    quantize.run(run)
    sixteen = run.output / "rounded_int16.pdmodel", run.output / "rounded_int16.pdiparams"
    return {Weights.INT16: sixteen, Weights.INT8: eight_bits(new_folder())}


def eight_bits(folder: Path) -> Files:
    """Round to the nearest number, which is what 8 bits are without images."""
    graph, values = open_graph(lite()), read_parameters(*lite())
    for name, layer in layers(graph).items():
        made = round_weights(layer.matrix(values[name]), None, 8).values
        values[name] = layer.tensor(made, values[name].shape)
    files = folder / "rounded_int8.pdmodel", folder / "rounded_int8.pdiparams"
    shutil.copyfile(lite()[0], files[0])
    write_parameters(files[1], values)
    return files


@cache
def buffer(target: str, kind: Weights) -> Path:
    """What ``opt`` makes of the rounded model."""
    out = new_folder() / f"model_{target}_{kind.value}"
    words = "--quant_model=true", f"--quant_type=QUANT_{kind.value.upper()}"
    done = bare.opt(rounded()[kind], target, out, *words)
    assert "saved into" in done.log
    return out.with_suffix(".nb")


def chain(kind: Weights) -> Chain:
    made = Chain(read_parameters(*lite()), lite(), [])
    made.add_rounded(rounded()[kind], kind)
    return made


@pytest.mark.parametrize("kind", BITS)
def test_integers_are_traced_to_the_rounded_model_and_from_there_on(kind: Weights) -> None:
    made = chain(kind)
    for target in TARGETS:
        made.add(read_naive_buffer(buffer(target, kind)), Variant(target, kind))
    document = Lineage.from_json(made.document().dump())
    steps = {(step.from_, step.to): step for step in document.steps}
    names = [f"nb-{target}-{kind.value}" for target in TARGETS]
    assert list(steps) == [("pd", "lite"), ("lite", f"pd-{kind.value}")] + [
        (f"pd-{kind.value}", name) for name in names
    ]
    assert all(step.traced for step in steps.values())
    rounding = steps["lite", f"pd-{kind.value}"]
    assert rounding.by == {f"rounded to {BITS[kind]} bits": 33}
    said = f"integers of {BITS[kind]} bits"
    for name in names:
        by = steps[f"pd-{kind.value}", name].by
        assert by == {said: 54, f"batch norm folded, {said}": 12}
    assert document.targets is not None and document.targets.equal


def test_both_kinds_stand_in_one_chain_with_the_file_of_float32() -> None:
    made = chain(Weights.INT16)
    made.add_rounded(rounded()[Weights.INT8], Weights.INT8)
    for kind in BITS:
        for target in TARGETS:
            made.add(read_naive_buffer(buffer(target, kind)), Variant(target, kind))
    for target in TARGETS:
        nb = converted().output / Variant(target).file
        made.add(read_naive_buffer(nb), Variant(target))
    targets = made.document().targets
    assert targets is not None and targets.equal and targets.tensors == 3 * 123


def one_more(whole: np.ndarray) -> np.ndarray:
    """Change the smallest of the integers by one."""
    changed = whole.copy()
    place = np.unravel_index(np.abs(whole.astype(int)).argmin(), whole.shape)
    changed[place] += 1
    return changed


WEIGHTS = ("conv2d_137.w_0", "conv2d_0.w_0", "linear_8.w_0", "linear_8.b_0")


@pytest.mark.parametrize("name", WEIGHTS)
@pytest.mark.parametrize("kind", BITS)
def test_an_integer_that_is_off_by_one_is_refused(tmp_path: Path, kind: Weights, name: str) -> None:
    wrong = with_tensor(buffer("arm", kind), tmp_path / "model.nb", name, one_more)
    with pytest.raises(IntegrityError, match=r"tensors of model\.nb are neither") as caught:
        chain(kind).add(read_naive_buffer(wrong), Variant("arm", kind))
    assert caught.value.pitfall == Pitfall.STOCK_NB


@pytest.mark.parametrize("name", WEIGHTS)
@pytest.mark.parametrize("kind", BITS)
def test_a_scale_that_is_off_by_a_thousandth_is_refused(
    tmp_path: Path, kind: Weights, name: str
) -> None:
    wrong = with_scale(buffer("x86", kind), tmp_path / "model.nb", name, 1.001)
    before, after = (
        integers(read_naive_buffer(nb))[name].scales for nb in (buffer("x86", kind), wrong)
    )
    assert (before != after).sum() == 1
    with pytest.raises(IntegrityError, match=r"tensors of model\.nb are neither"):
        chain(kind).add(read_naive_buffer(wrong), Variant("x86", kind))


def test_a_scale_that_the_targets_do_not_share_is_found(tmp_path: Path) -> None:
    wrong = with_scale(buffer("arm", Weights.INT8), tmp_path / "model.nb", "linear_8.w_0", 1.001)
    files = [read_naive_buffer(nb) for nb in (wrong, buffer("x86", Weights.INT8))]
    assert compare_targets(*files).different == ("linear_8.w_0",)


def test_integers_that_no_loader_turns_back_are_refused(tmp_path: Path) -> None:
    """Without the rule for dense layers ``opt`` rounds products that the loader of x86 does not know."""
    model = alphanumeric_model()
    graph = open_graph((model.pdmodel, model.pdiparams))
    apply_rules(graph, (*SIMPLE, *LEGAL))
    files = tmp_path / "legal.pdmodel", tmp_path / "legal.pdiparams"
    write_program(files[0], graph.program())
    write_parameters(files[1], graph.used_parameters())
    words = "--quant_model=true", "--quant_type=QUANT_INT16"
    assert "saved into" in bare.opt(files, "x86", tmp_path / "model", *words).log
    made = Chain(read_parameters(*files), files, [])
    with pytest.raises(IntegrityError, match="holds integers for matmul_v2, which no") as caught:
        made.add(read_naive_buffer(tmp_path / "model.nb"), Variant("x86"))
    assert caught.value.pitfall == Pitfall.QUANTISED_GARBAGE


def change(name: str, how: Callable[[np.ndarray], None], folder: Path, kind: Weights) -> Files:
    """Write the rounded model with a changed tensor."""
    values = read_parameters(*rounded()[kind])
    how(values[name])
    files = folder / "rounded.pdmodel", folder / "rounded.pdiparams"
    shutil.copyfile(rounded()[kind][0], files[0])
    write_parameters(files[1], values)
    return files


def off_grid(values: np.ndarray) -> None:
    values.flat[np.abs(values).argmin()] += np.abs(values).max() / 300


def one_bit(values: np.ndarray) -> None:
    values.view(np.uint32).reshape(-1)[0] ^= 1


def larger(values: np.ndarray) -> None:
    values *= 1.5


def turned(values: np.ndarray) -> None:
    values *= -1


ALTERED = {
    "a weight off the grid": (
        "linear_0.w_0",
        off_grid,
        "linear_0.w_0 is not linear_0.w_0, rounded",
    ),
    "weights with another scale": ("linear_0.w_0", larger, "is not linear_0.w_0, rounded"),
    "weights of the other sign": ("conv2d_137.w_0", turned, "is not conv2d_137.w_0, rounded"),
    "one bit of a bias": ("linear_0.b_0", one_bit, "linear_0.b_0 is another tensor"),
    "one bit of what stays float32": ("layer_norm_0.w_0", one_bit, "is another tensor"),
}


@pytest.mark.parametrize("name", ALTERED)
@pytest.mark.parametrize("kind", BITS)
def test_what_rounding_cannot_have_made_is_refused(
    tmp_path: Path, kind: Weights, name: str
) -> None:
    tensor, how, said = ALTERED[name]
    made = Chain(read_parameters(*lite()), lite(), [])
    with pytest.raises(IntegrityError, match=said):
        made.add_rounded(change(tensor, how, tmp_path, kind), kind)


def test_another_program_is_refused(tmp_path: Path) -> None:
    model = alphanumeric_model()
    made = Chain(read_parameters(*lite()), lite(), [])
    with pytest.raises(IntegrityError, match="its program is not the one that was converted"):
        made.add_rounded((model.pdmodel, model.pdiparams), Weights.INT8)
