"""The ``convert`` stage: a legacy Paddle model becomes a ``.nb`` file for each target.

The program is first rewritten so that ``opt`` takes it and Lite runs it fast (``stages/program``);
what ``opt`` was given is an artifact too, and has been proved equal to the original.
"""

from __future__ import annotations

import json
import platform
import sys
from pathlib import Path
from typing import Any

import numpy as np

from stages.errors import StageError
from stages.files import write_text
from stages.lite.nb import make_reproducible
from stages.lite.opt import run_opt
from stages.lite.targets import TARGETS, runnable_target
from stages.program.graph import Graph
from stages.program.params import read_program, read_tensors, write_parameters, write_program
from stages.program.prove import Proof, input_shapes, largest_difference, prove_equal, run_once
from stages.program.rules import apply_rules
from stages.runtime import Context

#: Weights that are computed in half precision exist for ARM's kernels only.
FP16_TARGETS = ("arm",)


def run(context: Context) -> dict[str, Any]:
    """Write ``model_TARGET.nb`` each, ``lite.pdmodel`` and ``lite.pdiparams``.

    Raises:
        StageError: the model is not a legacy one, has operators that Lite does not know, is changed
            by the rewriting, or ``opt`` wrote nothing that works.
    """
    targets = _targets(context.parameters["targets"])
    original = context.input("pdmodel"), context.input("pdiparams")
    steps = Steps(context, 2 + len(targets))
    steps.begin("rewrite the program")
    program = read_program(original[0])
    shapes = input_shapes(program)
    graph = Graph(program, read_tensors(program, original[1]))
    before = len(graph.operators)
    rules = apply_rules(graph)
    lite = context.output / "lite.pdmodel", context.output / "lite.pdiparams"
    write_program(lite[0], graph.program())
    write_parameters(lite[1], graph.used_parameters())
    steps.begin("prove it equal")
    proof = prove_equal(original, lite, shapes, context.spec.seed)
    version = ""
    for target in targets:
        steps.begin(f"opt for {target}")
        version = _convert(context, lite, target, proof)
    steps.end()
    write_text(context.output / "lineage.json", json.dumps({"schema_version": 1}) + "\n")
    return {
        "operators_before": before,
        "operators_after": len(graph.operators),
        "rules": rules,
        "opt_version": version,
        "simplified_max_difference": proof.difference,
    }


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


def _targets(given: list[str]) -> list[str]:
    unknown = [target for target in given if target not in TARGETS]
    if unknown or not given:
        raise StageError(
            f"targets is {given!r}; allowed are {', '.join(TARGETS)}",
            "convert.targets",
            'give [convert] targets = ["arm", "x86"]',
        )
    return sorted(set(given))


def _convert(context: Context, lite: tuple[Path, Path], target: str, proof: Proof) -> str:
    """Make one target's file and return the version of ``opt`` that its head names."""
    made = context.scratch / f"model_{target}.nb"
    fp16 = bool(context.parameters["fp16"]) and target in FP16_TARGETS
    run_opt(*lite, target, made, fp16=fp16)
    version = make_reproducible(made).opt_version
    if target == runnable_target(platform.machine()):
        check_runs(made, proof)
    made.rename(context.output / made.name)
    return version


def check_runs(nb: Path, proof: Proof) -> None:
    """Load the file in Lite's runtime and compare it with what ``opt`` was given.

    How close it must come is verify's business, on real images; here it has to run and be finite.

    Each width gets a process of its own: Lite 2.13's x86 runtime corrupts its heap when an image is
    narrower than the one before, and computes wrongly when it is wider (seen with PP-OCRv5 and,
    unrewritten, with PP-OCRv4).

    Raises:
        StageError: it does not run, or its output is not finite or of another shape.
    """
    outputs = [run_once("nb", (nb,), image) for image in proof.images]
    difference = largest_difference(outputs, proof.outputs)
    sys.stderr.write(f"{nb.name}: largest difference to the PD model {difference:.3g}\n")
    if not all(np.isfinite(output).all() for output in outputs) or difference == float("inf"):
        raise StageError(
            f"{nb.name} runs, but its output is not finite, or not of the PD model's shape",
            nb.name,
            "the model has an operator that Paddle-Lite computes wrongly; see the stage's log",
        )
