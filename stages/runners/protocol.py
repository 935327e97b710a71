"""What parent and child say over a pipe: a line of JSON, then as many bytes as it says."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import IO, Any, Protocol, runtime_checkable

import numpy as np

#: What every kind of model loads to: float32 [1, 3, H, W] in, float32 [1, T, classes] out.
Run = Callable[[np.ndarray], np.ndarray]


@runtime_checkable
class Keeping(Protocol):
    """A model that keeps what it computed, and finds it again."""

    def __call__(self, image: np.ndarray) -> np.ndarray:
        """As :data:`Run`: all of it is computed."""

    def kept(self, image: np.ndarray) -> tuple[np.ndarray, bool]:
        """The same, with what was kept of equal work, and whether anything was."""


@dataclass(frozen=True)
class Message:
    """A frame. ``kind`` is ready, run, output or error; ``payload`` an array's bytes."""

    kind: str
    values: dict[str, Any] = field(default_factory=dict)
    payload: bytes = b""

    @classmethod
    def of_array(cls, kind: str, array: np.ndarray, **values: Any) -> Message:
        """Make a frame that carries a float32 array."""
        contiguous = np.ascontiguousarray(array, np.float32)
        return cls(kind, {**values, "shape": list(contiguous.shape)}, contiguous.tobytes())

    def array(self) -> np.ndarray:
        """Return the float32 array that the frame carries."""
        array: np.ndarray = np.frombuffer(self.payload, np.float32).reshape(self.values["shape"])
        return array


def write_message(stream: IO[bytes], message: Message) -> None:
    """Write a frame and flush it."""
    head = {"kind": message.kind, "values": message.values, "size": len(message.payload)}
    stream.write(json.dumps(head).encode("ascii") + b"\n" + message.payload)
    stream.flush()


def read_message(stream: IO[bytes]) -> Message | None:
    """Read a frame; None at the end of the stream, also in the middle of a frame."""
    line = stream.readline()
    if not line.endswith(b"\n"):
        return None
    head = json.loads(line)
    payload = stream.read(head["size"])
    if len(payload) != head["size"]:
        return None
    return Message(head["kind"], head["values"], payload)
