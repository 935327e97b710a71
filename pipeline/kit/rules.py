"""What the kit's code does, as ``preprocess.json`` says it; what the code does not do has no kit."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from stages.message import msg

#: How an app calls the code, with a dictionary and without.
_READS = {
    "DECODE": "Decode",
    "DICTIONARY_FILE": " ../dict.txt",
    "KOTLIN_DICTIONARY": 'assets.open("dict.txt").readBytes()',
    "SWIFT_DICTIONARY": "dictionaryPath",
}
_TELLS = {
    "DECODE": "Classify",
    "DICTIONARY_FILE": "",
    "KOTLIN_DICTIONARY": "null",
    "SWIFT_DICTIONARY": "nil",
}
Size = Annotated[int, Field(ge=1, le=10_000)]
Triple = tuple[float, float, float]


class NoKitError(Exception):
    """There is no kit of this; the message says why."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class _Input(_Part):
    shape: tuple[Literal[1], Literal[3], Size, Size]
    layout: Literal["NCHW"]
    dtype: Literal["float32"]
    channel_order: Literal["BGR"]


class _Resize(_Part):
    interpolation: Literal["bilinear (OpenCV INTER_LINEAR on uint8)"]
    wider_images: Literal["squeezed to the full width"]


class _Normalize(_Part):
    scale: Annotated[float, Field(gt=0)]
    mean: Triple
    std: Triple


class _Padding(_Part):
    side: Literal["right"]
    value: Annotated[float, Field(ge=0, le=0)]
    applied: Literal["after normalisation"]


class _Decode(_Part):
    method: Literal["CTC greedy", "the class with the highest probability"]
    classes: int | tuple[str, ...]
    blank_index: Literal[0] = 0
    use_space_char: bool = False
    dictionary_sha256: Annotated[str, Field(pattern="^([0-9a-f]{64})?$")] = ""


class _Runtime(_Part):
    at_least: Annotated[str, Field(pattern="^[0-9.]{0,20}$")]


class Rules(_Part):
    """As much of ``preprocess.json`` as code is made of."""

    task: Literal["recognition", "orientation"]
    input: _Input
    resize: _Resize
    normalize: _Normalize
    padding: _Padding
    decode: _Decode
    runtime: _Runtime

    @classmethod
    def read(cls, text: bytes) -> Rules:
        """Read ``preprocess.json``.

        Raises:
            NoKitError: it says something that the kit's code does not do, as that of detection does.
        """
        try:
            raw = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise NoKitError(msg("preprocess.json is not JSON: {error}", error)) from error
        task = raw.get("task") if isinstance(raw, Mapping) else None
        if task == "detection":
            raise NoKitError(
                msg("the kit's code is for recognition and orientation, not detection")
            )
        try:
            return cls.model_validate(raw)
        except ValidationError as error:
            place = ".".join(map(str, error.errors()[0]["loc"]))
            said = msg("preprocess.json asks for what the kit's code does not do: {place}", place)
            raise NoKitError(said) from error

    @property
    def marks(self) -> dict[str, str]:
        """The values of the marks in the files, as C, Java and Swift write them."""
        _, _, height, width = self.input.shape
        classes = self.decode.classes
        labels = classes if isinstance(classes, tuple) else ()
        return {
            "TASK": self.task,
            **(_READS if self.decode.dictionary_sha256 else _TELLS),
            "AT_LEAST": self.runtime.at_least,
            "HEIGHT": str(height),
            "WIDTH": str(width),
            "DIVISOR": repr(round(1 / self.normalize.scale, 6)),
            "MEAN": _floats(self.normalize.mean),
            "STD": _floats(self.normalize.std),
            "CLASSES": str(len(classes) if isinstance(classes, tuple) else classes),
            "BLANK": str(self.decode.blank_index),
            "SPACE": str(self.decode.use_space_char).lower(),
            "DICTIONARY_SHA256": self.decode.dictionary_sha256,
            "LABELS": ", ".join(json.dumps(label) for label in labels) or '""',
        }


def _floats(values: Triple) -> str:
    return ", ".join(f"{value!r}f" for value in values)
