"""The three files of a published PIR model."""

from __future__ import annotations

from pathlib import Path

from stages.contract.artifacts import DESCRIPTION
from stages.contract.artifacts import PD_PARAMETERS as PARAMETERS
from stages.contract.artifacts import PIR_PROGRAM as PROGRAM
from stages.errors import IntegrityError
from stages.message import msg
from stages.text.printable import printable

__all__ = ["DESCRIPTION", "PARAMETERS", "PROGRAM", "check_complete"]


def check_complete(folder: Path) -> None:
    """Refuse a folder that is no PIR model.

    Raises:
        IntegrityError: a file is missing.
    """
    for name in (PROGRAM, PARAMETERS, DESCRIPTION):
        if not (folder / name).is_file():
            raise IntegrityError(
                msg("{name} of the model is missing", name),
                printable(str(folder / name), 400),
                msg(
                    "give a folder with {program}, {parameters} and {description} of one model",
                    PROGRAM,
                    PARAMETERS,
                    DESCRIPTION,
                ),
            )
