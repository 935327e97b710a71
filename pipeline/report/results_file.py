"""``results.json``: what a kit's checker, or an app, measured on a device. It comes from outside."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Literal, NoReturn

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from pipeline.errors import UsageError
from pipeline.text import one_line
from stages.message import msg

#: A file with as many golden images as there can be, and the longest texts, is a tenth of that.
_LARGEST = 1 << 20
Name = Annotated[str, Field(max_length=200)]
Sha256 = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
Amount = Annotated[float, Field(ge=0, le=1e9, allow_inf_nan=False)]


class _Part(BaseModel):
    """Members that a later version adds are passed over."""

    model_config = ConfigDict(frozen=True, strict=True, extra="ignore", defer_build=True)


class MeasuredDevice(_Part):
    """The device, as it names itself."""

    name: Annotated[str, Field(min_length=1, max_length=200)]
    system: Name = ""
    abi: Name
    processor: Name = ""
    cores: Annotated[int, Field(ge=0, le=4096)] = 0


class MeasuredLibrary(_Part):
    """The library that ran the model."""

    name: Name
    version: Name


class MeasuredModel(_Part):
    """The file that was run."""

    file: Name = ""
    sha256: Sha256


class MeasuredTimes(_Part):
    """Milliseconds an image."""

    p50: Amount
    p90: Amount
    p99: Amount
    runs: Annotated[int, Field(ge=1, le=1_000_000)]

    @model_validator(mode="after")
    def _ordered(self) -> MeasuredTimes:
        if not self.p50 <= self.p90 <= self.p99:
            raise ValueError("p50, p90 and p99 are not in their order")
        return self


class MeasuredImage(_Part):
    """A golden image: the hash of its prepared input, and what was read."""

    file: Annotated[str, Field(pattern="^[0-9]{3}$")]
    input_sha256: Sha256
    text: Annotated[str, Field(max_length=2000)]
    score: Annotated[float, Field(ge=0, le=1.01, allow_inf_nan=False)] | None
    """None if the model gave what is no number"""


class Results(_Part):
    """The file."""

    schema_version: Literal[1]
    task: Literal["recognition", "orientation"]
    device: MeasuredDevice
    library: MeasuredLibrary
    threads: Annotated[int, Field(ge=1, le=4096)]
    model: MeasuredModel
    dictionary_sha256: Annotated[str, Field(pattern="^([0-9a-f]{64})?$")] = ""
    """of a task without a dictionary empty"""
    load_ms: Amount
    latency_ms: MeasuredTimes
    peak_rss_mb: Amount
    images: Annotated[tuple[MeasuredImage, ...], Field(min_length=1, max_length=100)]

    @model_validator(mode="after")
    def _each_once(self) -> Results:
        if len({image.file for image in self.images}) != len(self.images):
            raise ValueError("an image is there twice")
        return self


def read_results(path: Path) -> Results:
    """Read a results file.

    Raises:
        UsageError: it is not there, too large, or not what the checker writes.
    """
    try:
        with path.open("rb") as stream:
            data = stream.read(_LARGEST + 1)
    except OSError as error:
        raise UsageError(
            msg("{file} cannot be read: {error}", one_line(str(path)), error.strerror or error)
        ) from error
    return parse_results(data, str(path))


def parse_results(data: bytes, where: str = "results.json") -> Results:
    """Read the text of a results file.

    Raises:
        UsageError: it is not what the checker writes.
    """
    try:
        if len(data) > _LARGEST:
            raise ValueError(f"more than {_LARGEST} bytes")
        json.loads(data, parse_constant=_refuse)  # NaN is a number to pydantic's parser
        return Results.model_validate_json(data)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        place = ".".join(map(str, first["loc"])) or "results.json"
        said = msg("{first}: {rest}", place, first["msg"])
        raise _refused(where, said) from error
    except (ValueError, RecursionError) as error:
        raise _refused(where, error) from error


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no number")


def _refused(where: str, why: object) -> UsageError:
    return UsageError(
        msg("{file} is not a results file: {error}", one_line(where), one_line(str(why))),
        where,
        msg("write it with the kit's checker (kit/README.md), or as docs/kit.md says"),
    )
