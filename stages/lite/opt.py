"""Running ``paddle_lite_opt``; ``opt_log`` judges what it left behind."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from stages.contract.variant import Weights
from stages.errors import StageError
from stages.lite.opt_log import judge
from stages.lite.script import ask, entry_point
from stages.lite.targets import places
from stages.message import msg
from stages.program.params import read_program
from stages.program.rules.legal import WRITE_XSHAPE
from stages.text.printable import printable

TIMEOUT_S = 600
VERSION_TIMEOUT_S = 60
_VERSION = re.compile(r"v?\d[\w.-]{0,30}")


def installed_version() -> str:
    """Return the version of the installed ``opt``, as it writes it into a file's head: ``v2.13-rc``.

    Raises:
        StageError: paddlelite is not installed, or its script does not say.
    """
    done = ask(["--version", "true"], VERSION_TIMEOUT_S)
    said = done.stdout.decode("utf-8", "replace").strip()
    if done.returncode != 0 or not _VERSION.fullmatch(said):
        found = printable(said, 80) or msg("nothing, and ended with {returncode}", done.returncode)
        raise StageError(
            msg("paddle_lite_opt --version says {found}", found), "opt", msg("see the stage's log")
        )
    return said


def run_opt(
    pdmodel: Path,
    pdiparams: Path,
    target: str,
    out: Path,
    *,
    fp16: bool,
    weights: Weights = Weights.FLOAT32,
) -> None:
    """Convert a legacy model; ``out`` is the ``.nb`` to write.

    Args:
        pdmodel: a program that the rules have made legal.
        pdiparams: its parameters.
        target: one of :data:`stages.lite.targets.TARGETS`.
        out: must end in ``.nb``; what is there is removed first.
        fp16: compute in half precision (arm only; the weights stay float32). Never with integers: the pass
            runs after the quantiser and leaves their biases unmarked, which the phone then reads wrongly.
        weights: as they are written; those of ``pdiparams`` are rounded to them.

    Raises:
        ValueError: ``fp16`` with integers.
        StageError: no complete file came out; with ``opt``'s reason.
    """
    if fp16 and weights.are_integers:
        raise ValueError(msg("fp16 with weights of {kind}", weights.value))
    out.unlink(missing_ok=True)
    command = [
        sys.executable, str(entry_point()),
        f"--model_file={pdmodel}", f"--param_file={pdiparams}",
        "--optimize_out_type=naive_buffer", f"--optimize_out={out.with_suffix('')}",
        f"--valid_targets={places(target)}", f"--enable_fp16={'true' if fp16 else 'false'}",
    ]  # fmt: skip
    if weights.are_integers:
        command += ["--quant_model=true", f"--quant_type=QUANT_{weights.name}"]
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=TIMEOUT_S,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        message = msg("opt for {target} did not end within {timeout_s} s", target, TIMEOUT_S)
        raise StageError(message, msg("opt {target}", target), msg("raise limits.cpus")) from error
    log = done.stdout.decode("utf-8", "replace")
    sys.stderr.write(log)
    judge(log, done.returncode, target, out, lambda: _lacking_xshape(pdmodel))


def _lacking_xshape(pdmodel: Path) -> list[str]:
    """Return the kinds of operators of a program that lack an output which ``opt`` needs."""
    operators = [item for block in read_program(pdmodel).blocks for item in block.ops]
    return sorted(
        {
            item.type
            for item in operators
            if item.type in WRITE_XSHAPE
            and not any(slot.parameter == "XShape" for slot in item.outputs)
        }
    )
