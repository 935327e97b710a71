"""What ``paddle_lite_opt`` left behind, read: the file and the log, not the exit code.

``opt`` ends with 0 where it wrote nothing and aborts where it could have explained; a file of the
right name can be an old one. So: the file must not exist before, must exist after, and the log must
say that it was saved and hold no failed check.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from stages.errors import StageError
from stages.message import msg
from stages.pitfalls import Pitfall
from stages.program.remedies import PIR_REMEDY
from stages.text.printable import printable

_SAVED = "Model is optimized and saved into"
_ABORTED = re.compile(r"^\[F [^\]]*\] ?(.*)$|^(Error: .*|Wrong target .*)$", re.MULTILINE)
_UNSUPPORTED = re.compile(r"These unsupported ops are: (.*)\.")


@dataclass(frozen=True)
class Cause:
    """A message of ``opt``, what it means, and what to do."""

    pattern: str
    message: str
    remedy: str
    pitfall: Pitfall | None = None


CAUSES = (
    Cause(
        "idx >= blocks.size()",
        msg("opt was given a PIR model"),
        PIR_REMEDY,
        Pitfall.PIR_GIVEN_TO_OPT,
    ),
    Cause(
        "No attributes called beta found for swish",
        msg("opt was given a Paddle 3 program that was not made legal for it: swish without beta"),
        msg("convert through Paddock, which writes the attribute"),
        Pitfall.SWISH_WITHOUT_BETA,
    ),
    Cause(
        "Failed to read",
        msg("the parameter file is shorter than the program says"),
        msg("give the inference.pdmodel and inference.pdiparams of one export"),
    ),
    Cause(
        "Unable to open file",
        msg("opt could not write its file"),
        msg("look at the space that is left in the workspace"),
    ),
)


def judge(
    log: str,
    code: int,
    target: str,
    out: Path,
    lacking_xshape: Callable[[], list[str]] = list,
) -> None:
    """Raise unless file and log both say that the conversion worked.

    Args:
        log: all that ``opt`` said.
        code: what it ended with, which says little.
        target: what it converted for.
        out: the file that it should have written.
        lacking_xshape: gives the operators of its program that have no ``XShape`` though it needs it.

    Raises:
        StageError: with the reason, and the pitfall that it is.
    """
    aborted = _ABORTED.search(log)
    written = out.is_file() and out.stat().st_size > 0
    if written and not aborted and _SAVED in log:
        return
    reason = next((group for group in aborted.groups() if group), "") if aborted else ""
    cause = _explain(log) or _died(code, lacking_xshape)
    if cause is None:
        said = printable(reason, 300) or msg("it ended with {code} and said nothing", code)
        message = msg("opt made no usable file for {target}: {said}", target, said)
        cause = Cause("", message, msg("see the stage's log"), _unexplained(written, code))
    raise StageError(cause.message, msg("opt {target}", target), cause.remedy, cause.pitfall)


def _unexplained(written: bool, code: int) -> Pitfall | None:
    """Name the pitfall of an ``opt`` that ends as if all were well and leaves nothing behind."""
    return Pitfall.NO_FILE_EXIT_ZERO if code == 0 and not written else None


def _died(code: int, lacking_xshape: Callable[[], list[str]]) -> Cause | None:
    """Find the reason in the program itself where ``opt`` was killed without a word."""
    lacking = lacking_xshape() if code < 0 else []
    if not lacking:
        return None
    return Cause(
        "",
        msg(
            "opt was given a Paddle 3 program that was not made legal for it: {lacking} without "
            "the output XShape, at which it dies",
            ", ".join(lacking),
        ),
        msg("convert through Paddock, which adds the output"),
        Pitfall.MISSING_XSHAPE,
    )


def _explain(log: str) -> Cause | None:
    unsupported = _UNSUPPORTED.search(log)
    if unsupported:
        names = printable(unsupported[1], 300)
        return Cause(
            "",
            msg("Paddle-Lite does not know these operators of the model: {names}", names),
            msg(
                "choose an architecture without them (docs/stage-contract.md lists what was "
                "converted)"
            ),
        )
    return next((cause for cause in CAUSES if cause.pattern in log), None)
