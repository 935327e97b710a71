"""Running ``paddle_lite_opt``, and believing the file and the log instead of the exit code.

``opt`` ends with 0 where it wrote nothing and aborts where it could have explained; a file of the
right name can be an old one. So: the file must not exist before, must exist after, and the log must
say that it was saved and hold no failed check.
"""

from __future__ import annotations

import importlib.metadata
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from stages.errors import StageError
from stages.program.remedies import PIR_REMEDY
from stages.text.printable import printable

TIMEOUT_S = 600
_SAVED = "Model is optimized and saved into"
_ABORTED = re.compile(r"^\[F [^\]]*\] ?(.*)$|^(Error: .*|Wrong target .*)$", re.MULTILINE)
_UNSUPPORTED = re.compile(r"These unsupported ops are: (.*)\.")


@dataclass(frozen=True)
class Cause:
    """A message of ``opt``, what it means, and what to do."""

    pattern: str
    message: str
    remedy: str


CAUSES = (
    Cause("idx >= blocks.size()", "opt was given a PIR model", PIR_REMEDY),
    Cause(
        "No attributes called beta found for swish",
        "opt was given a Paddle 3 program that was not made legal for it: swish without beta",
        "convert through Paddock, which writes the attribute",
    ),
    Cause(
        "Failed to read",
        "the parameter file is shorter than the program says",
        "give the inference.pdmodel and inference.pdiparams of one export",
    ),
    Cause(
        "Unable to open file",
        "opt could not write its file",
        "look at the space that is left in the workspace",
    ),
)


def entry_point() -> Path:
    """Return the script ``paddle_lite_opt`` of the installed paddlelite.

    Raises:
        StageError: paddlelite is not installed, or without its script.
    """
    try:
        files = importlib.metadata.files("paddlelite") or []
    except importlib.metadata.PackageNotFoundError:
        files = []
    for file in files:
        if file.name == "paddle_lite_opt":
            return Path(str(file.locate())).resolve()
    raise StageError("paddlelite is not installed here", remedy="run convert in its own image")


def run_opt(pdmodel: Path, pdiparams: Path, target: str, out: Path, *, fp16: bool) -> None:
    """Convert a legacy model; ``out`` is the ``.nb`` to write.

    Args:
        pdmodel: a program that the rules have made legal.
        pdiparams: its parameters.
        target: one of :data:`stages.lite.targets.TARGETS`.
        out: must end in ``.nb``; what is there is removed first.
        fp16: compute in half precision (arm only; the weights stay float32).

    Raises:
        StageError: no complete file came out; with ``opt``'s reason.
    """
    out.unlink(missing_ok=True)
    command = [
        sys.executable, str(entry_point()),
        f"--model_file={pdmodel}", f"--param_file={pdiparams}",
        "--optimize_out_type=naive_buffer", f"--optimize_out={out.with_suffix('')}",
        f"--valid_targets={target}", f"--enable_fp16={'true' if fp16 else 'false'}",
    ]  # fmt: skip
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
        message = f"opt for {target} did not end within {TIMEOUT_S} s"
        raise StageError(message, f"opt {target}", "raise limits.cpus") from error
    log = done.stdout.decode("utf-8", "replace")
    sys.stderr.write(log)
    judge(log, done.returncode, target, out)


def judge(log: str, code: int, target: str, out: Path) -> None:
    """Raise unless file and log both say that the conversion worked."""
    aborted = _ABORTED.search(log)
    written = out.is_file() and out.stat().st_size > 0
    if written and not aborted and _SAVED in log:
        return
    reason = next((group for group in aborted.groups() if group), "") if aborted else ""
    message, remedy = _explain(log)
    if not message:
        said = printable(reason, 300) or f"it ended with {code} and said nothing"
        message = f"opt made no usable file for {target}: {said}"
    raise StageError(message, f"opt {target}", remedy or "see the stage's log")


def _explain(log: str) -> tuple[str, str]:
    unsupported = _UNSUPPORTED.search(log)
    if unsupported:
        names = printable(unsupported[1], 300)
        return (
            f"Paddle-Lite does not know these operators of the model: {names}",
            "choose an architecture without them (docs/stage-contract.md lists what was converted)",
        )
    for cause in CAUSES:
        if cause.pattern in log:
            return cause.message, cause.remedy
    return "", ""
