"""A naive buffer (``.nb``) in a Paddle-Lite library for ARM, through the program of :mod:`stages.device`."""

from __future__ import annotations

import contextlib
import math
import struct
import subprocess
import sys
from pathlib import Path

import numpy as np

from stages.device.program import command_of
from stages.runners.protocol import Run


def load(threads: int, program: str, nb: str) -> Run:
    """Return a function from float32 [1, 3, H, W] to what the model gives of it."""
    talk = _Talk(command_of(Path(program), Path(nb), threads))
    talk.take(4)

    def run(image: np.ndarray) -> np.ndarray:
        talk.send(struct.pack(f"<{1 + image.ndim}I", image.ndim, *image.shape))
        talk.send(np.ascontiguousarray(image, "<f4").tobytes())
        _status, rank = struct.unpack("<II", talk.take(8))
        shape = struct.unpack(f"<{rank}I", talk.take(4 * rank))
        return np.frombuffer(talk.take(4 * math.prod(shape)), "<f4").reshape(shape)

    return run


class _Talk:
    """The program's ends. If it dies, this process ends as it did: its last words are in the log."""

    def __init__(self, command: list[str]) -> None:
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0
        )

    def send(self, data: bytes) -> None:
        if self._process.stdin is not None:
            with contextlib.suppress(BrokenPipeError):  # who reads next sees that it died
                self._process.stdin.write(data)

    def take(self, size: int) -> bytes:
        data = b""
        while self._process.stdout is not None and len(data) < size:
            if not (piece := self._process.stdout.read(size - len(data))):
                sys.exit(abs(self._process.wait()) or 1)
            data += piece
        return data
