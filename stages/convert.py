"""The ``convert`` stage: a legacy Paddle model becomes a ``.nb`` file for each target and kind of weights.

A file that the project brings along, made by another ``opt``, is taken as it is, and traced as far as it
can be.

The program is first rewritten so that ``opt`` takes it and Lite runs it fast (``stages/program``);
what ``opt`` was given is an artifact too, and has been proved equal to the original. Integers are made of
the same program rounded (``stages/quantize``), which is held to be it. Every tensor of
each file is traced back to the original model (``stages/lineage``) before the file is used.
"""

from __future__ import annotations

import platform
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from stages.contract import ConvertMetrics
from stages.contract.artifacts import (
    LINEAGE,
    LITE_PARAMETERS,
    LITE_PROGRAM,
)
from stages.contract.variant import Variant, Weights, variants_of
from stages.errors import IntegrityError, StageError
from stages.lineage.trace import Chain
from stages.lite.naive_buffer import read_naive_buffer
from stages.lite.nb import make_reproducible
from stages.lite.operators import known_operators
from stages.lite.opt import installed_version, run_opt
from stages.lite.targets import TARGETS, runnable_target
from stages.message import msg
from stages.pitfalls import Pitfall
from stages.program.graph import Graph
from stages.program.params import read_program, read_tensors, write_parameters, write_program
from stages.program.prove import Proof, input_shapes, largest_difference, prove_equal, run_once
from stages.program.quantised import refuse_quantised
from stages.program.rules import apply_rules
from stages.program.rules.legal import LEGAL
from stages.program.unknown import refuse_unknown
from stages.runtime import Context
from stages.tasks import task_of

#: What Lite's runtime says of a scalar that was written with an empty shape (fill_constant_op.cc).
_SCALAR_ABORT = "no valid out_shape"


@dataclass(frozen=True)
class Rewritten:
    """What ``opt`` is given, and how it came about."""

    files: tuple[Path, Path]
    parameters: dict[str, np.ndarray]
    graph: Graph
    operators_before: int
    rules: dict[str, int]


def run(context: Context) -> ConvertMetrics:
    """Write an NB file each variant, ``lite.pdmodel``, ``lite.pdiparams`` and ``lineage.json``.

    Raises:
        StageError: the model is not a legacy one, has operators that Lite does not know, is changed
            by the rewriting, or ``opt`` wrote nothing that works.
        IntegrityError: a file is of another ``opt`` or target, or holds tensors that are not the
            model's, or a rounded model is not it.
    """
    variants = _variants(context.parameters)
    original = context.input("pdmodel"), context.input("pdiparams")
    steps = Steps(context, 2 + len(variants))
    steps.begin(msg("rewrite the program"))
    shapes = input_shapes(read_program(original[0]), _sizes(context))
    rewritten = _rewrite(context, original)
    given = [variant for variant in variants if context.has(variant.given)]
    made = [variant for variant in variants if variant not in given]
    targets = dict.fromkeys(variant.target for variant in made)
    refuse_unknown(rewritten.graph, {target: known_operators(target) for target in targets})
    with context.guarding():
        chain = Chain(rewritten.parameters, rewritten.files, rewritten.graph.changes)
        for kind in dict.fromkeys(each.weights for each in made if each.weights.are_integers):
            chain.add_rounded(_rounded(context, kind), kind)
    for variant in given:
        steps.begin(msg("trace the file for {target}", variant.name))
        _adopt(context, original, variant, chain)
    steps.begin(msg("prove it equal"))
    proof = prove_equal(original, rewritten.files, shapes, context.spec.seed)
    if proof.rounding:
        context.warn(_sensitive(proof), original[0].name)
    version = installed_version()
    for variant in made:
        steps.begin(msg("opt for {target}", variant.name))
        integers = variant.weights.are_integers
        files = _rounded(context, variant.weights) if integers else rewritten.files
        _convert(context, files, variant, version, chain, proof)
    with context.guarding():
        chain.write(context.output / LINEAGE)
    steps.end()
    needed = {rule.name for rule in LEGAL}
    return ConvertMetrics(
        rewritten.operators_before,
        len(rewritten.graph.operators),
        rewritten.rules,
        {name: count for name, count in rewritten.rules.items() if name in needed},
        version,
        proof.difference,
        tuple(variant.target for variant in given),
    )


class Steps:
    """Progress in steps of about the same length."""

    def __init__(self, context: Context, total: int) -> None:
        self._context, self._total, self._begun = context, total, 0

    def begin(self, note: str) -> None:
        """Say that the next step begins."""
        self._context.check_stop()
        self._context.progress(self._begun, self._total, "steps", note)
        self._begun += 1

    def end(self) -> None:
        """Say that all is done."""
        self._context.progress(self._total, self._total, "steps")


def _sizes(context: Context) -> tuple[tuple[int, int], ...]:
    """Return the sizes of image to try: the project's, then the task's usual ones."""
    usual = task_of(context).sizes
    shape = context.parameters.get("image_shape")
    return ((shape[1], shape[2]), *usual) if shape else usual


def _sensitive(proof: Proof) -> str:
    return msg(
        "the model is sensitive to rounding: with its sums in another order it differs from itself by "
        "{rounding}, and the simplified one differs from it by {difference}",
        f"{proof.rounding:.3g}",
        f"{proof.difference:.3g}",
    )


def _variants(parameters: Mapping[str, Any]) -> tuple[Variant, ...]:
    """Return the files to make.

    Raises:
        StageError: there is no such target, or no such file would be right.
    """
    given, weights = parameters["targets"], parameters.get("weights", [Weights.FLOAT32.value])
    unknown = [target for target in given if target not in TARGETS]
    if unknown or not given:
        raise StageError(
            msg("targets is {given}; allowed are {targets}", repr(given), ", ".join(TARGETS)),
            "convert.targets",
            msg('give [convert] targets = ["arm", "x86"]'),
        )
    fp16 = bool(parameters["fp16"])
    if fp16 and any(kind.are_integers for kind in Weights if kind in weights):
        raise StageError(
            msg("half precision together with weights of {kinds}", ", ".join(weights)),
            "convert.fp16",
            msg("set fp16 = false"),
            Pitfall.QUANTISED_FP16,
        )
    return variants_of(sorted(set(given)), weights, fp16=fp16)


def _rounded(context: Context, kind: Weights) -> tuple[Path, Path]:
    """Return the model that ``quantize`` rounded for such weights."""
    program, parameters = map(context.input, kind.inputs)
    return program, parameters


def _rewrite(context: Context, original: tuple[Path, Path]) -> Rewritten:
    """Apply the rules and write the result beside the files that it will become."""
    program = read_program(original[0])
    refuse_quantised(program, original[0].name)
    parameters = read_tensors(program, original[1])
    graph = Graph(program, parameters)
    before = len(graph.operators)
    rules = apply_rules(graph)
    files = context.output / LITE_PROGRAM, context.output / LITE_PARAMETERS
    write_program(files[0], graph.program())
    write_parameters(files[1], graph.used_parameters())
    return Rewritten(files, parameters, graph, before, rules)


def _convert(
    context: Context,
    files: tuple[Path, Path],
    variant: Variant,
    version: str,
    chain: Chain,
    proof: Proof,
) -> None:
    """Make one variant's file, trace it, and run it if this machine can."""
    made = context.scratch / variant.file
    run_opt(*files, variant.target, made, fp16=variant.half, weights=variant.weights)
    with context.guarding():
        check_version(make_reproducible(made).opt_version, version, made.name)
        chain.add(read_naive_buffer(made), variant)
    if variant.target == runnable_target(platform.machine()) and not variant.half:
        check_runs(made, proof)
    made.rename(context.output / made.name)


def _adopt(context: Context, original: tuple[Path, Path], variant: Variant, chain: Chain) -> None:
    """Take a file that was made elsewhere as it is, and trace what can be traced of it."""
    given = context.input(variant.given)
    program = read_program(original[0])
    with context.guarding():
        nb = read_naive_buffer(given)
        chain.add(nb, variant, Graph(program, read_tensors(program, original[1])))
    shutil.copyfile(given, context.output / variant.file)


def check_version(found: str, installed: str, name: str) -> None:
    """Refuse a file that another ``opt`` than the installed one made: it is not this conversion's.

    Raises:
        IntegrityError: the versions differ.
    """
    if found != installed:
        raise IntegrityError(
            msg(
                "{name} was made by opt {found}, but opt {installed} is installed here: it is an old "
                "file, or another tool's",
                name,
                found,
                installed,
            ),
            name,
            msg("convert again; nothing else may write into the workspace"),
            Pitfall.STALE_FILE,
        )


def check_runs(nb: Path, proof: Proof) -> None:
    """Load the file in Lite's runtime and compare it with what ``opt`` was given.

    How close it must come is verify's business, on real images; here it has to run and be finite.

    Each width gets a process of its own: Lite 2.13's x86 runtime corrupts its heap when an image is
    narrower than the one before, and computes wrongly when it is wider (seen with PP-OCRv5 and,
    unrewritten, with PP-OCRv4).

    Raises:
        StageError: it does not run, or its output is not finite or of another shape.
    """
    outputs = [_run(nb, image) for image in proof.images]
    difference = largest_difference(outputs, proof.outputs)
    sys.stderr.write(f"{nb.name}: largest difference to the PD model {difference:.3g}\n")
    if not all(np.isfinite(output).all() for output in outputs) or difference == float("inf"):
        raise StageError(
            msg("{nb} runs, but its output is not finite, or not of the PD model's shape", nb.name),
            nb.name,
            msg("the model has an operator that Paddle-Lite computes wrongly; see the stage's log"),
            Pitfall.QUANTISED_GARBAGE,
        )


def _run(nb: Path, image: np.ndarray) -> np.ndarray:
    try:
        return run_once("nb", (nb,), image)
    except StageError as error:
        if _SCALAR_ABORT in error.message:
            error.pitfall = Pitfall.SCALAR_WITHOUT_SHAPE
        raise
