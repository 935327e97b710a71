"""The recogniser that reads what a detection model finds: another project's model, original or converted."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from stages.contract import DictionaryRules
from stages.contract.artifacts import PD_PROGRAM, PIR_PROGRAM
from stages.detection.boxes import Boxes
from stages.detection.crop import crop
from stages.errors import StageError
from stages.message import msg
from stages.preprocess import prepare
from stages.published.model import is_model, model_files
from stages.recognition.task import Recognition
from stages.runners import ModelRunner, RunnerFailedError
from stages.runtime import Context
from stages.text.dictionary import Dictionary

#: The inputs: the model that the other project started from, and what that project delivered.
ORIGINAL, CONVERTED = "reader-original", "reader-nb"
DICTIONARY, PREPROCESS = "reader-dict", "reader-preprocess"
_KEY = "verify.recognition"


class Recogniser:
    """What the original and the converted model share: how lines are prepared and outputs read.

    Raises:
        StageError: an input is not a recognition project's.
        IntegrityError: the dictionary is malformed.
    """

    def __init__(self, context: Context) -> None:
        self._context = context
        self._shape, rules = _read_rules(context.input(PREPROCESS))
        dictionary = Dictionary.load_by_rules(context.input(DICTIONARY), rules)
        self._task = Recognition(dictionary)

    def start(self, name: str) -> ModelRunner:
        """Start loading one of the two models, :data:`ORIGINAL` or :data:`CONVERTED`."""
        path, threads = self._context.input(name), self._context.spec.threads
        if name == ORIGINAL:
            return ModelRunner("pd", _original_files(path), threads)
        return ModelRunner("nb", [str(path)], threads)

    def texts(
        self, page: np.ndarray, boxes: Boxes, name: str, reader: ModelRunner
    ) -> Iterator[str]:
        """Read the boxes of a page in their order.

        Raises:
            RunnerFailedError: the model died, or its output is none.
            IntegrityError: it is not as wide as the dictionary.
        """
        for number, box in enumerate(boxes):
            output = reader.read(prepare(crop(page, box), self._shape)).probabilities
            if fault := self._task.sanity().fault(output):
                raise RunnerFailedError(msg("{first}: {rest}", name, fault.detail))
            self._task.check(name, output)
            yield self._task.read(output, number)[0]


def _read_rules(path: Path) -> tuple[list[int], DictionaryRules]:
    """Return [3, H, W] of the recogniser's input, and how its dictionary is read."""
    try:
        rules = json.loads(path.read_text(encoding="utf-8"))
        shape, decode = rules["input"]["shape"], rules["decode"]
        trained = bool(decode.get("trained_dictionary", False))
        read = DictionaryRules(trained=trained, space_added=bool(decode["use_space_char"]))
        return [int(size) for size in shape][1:], read
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise StageError(
            msg("{preprocess} is not the preprocess.json of a recognition project", PREPROCESS),
            _KEY,
            msg("name a project of the task recognition, and run it first"),
        ) from error


def _original_files(folder: Path) -> list[str]:
    """Return program and parameters of the model in ``folder``; Paddle Inference takes both formats."""
    if is_model(folder):
        return [str(path) for path in model_files(folder)]
    raise StageError(
        msg(
            "{original} holds neither {programs} nor {programs2}", ORIGINAL, PIR_PROGRAM, PD_PROGRAM
        ),
        _KEY,
        msg("name a project whose [export] model is a PIR model or a PD model"),
    )
