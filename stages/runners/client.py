"""The parent's end of a reader: start, ask, and say how it died."""

from __future__ import annotations

import contextlib
import os
import re
import select
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from stages.errors import StageError
from stages.message import msg
from stages.pitfalls import Pitfall
from stages.runners.protocol import Message, read_message, write_message
from stages.text.printable import printable

#: Loading Paddle alone takes seconds on a busy machine; one image takes well under one.
LOAD_TIMEOUT_S = 300.0
RUN_TIMEOUT_S = 120.0
#: An emulated processor takes 7 to 30 s of CPU time a line of text, and a page as long as fifty.
EMULATED_TIMEOUT_S = 3600.0
#: Kinds that take less time an image if they read several at once: Paddle Inference, a quarter less of four.
#: A checkpoint takes longer then, and Paddle-Lite keeps one shape for a predictor's life.
_TOGETHER = {"pd": 4}
_LAST_WORDS = re.compile(
    r"^\[F [^\]]*\] ?(?P<fatal>.*)$|^(?P<error>.*(?:Check failed|Error|terminate).*)$",
    re.MULTILINE,
)


class RunnerFailedError(Exception):
    """The model could not be loaded or run; the text says why."""


@dataclass(frozen=True)
class Output:
    """What a model answered: float32 [T, classes], what it took, and whether a part was kept from before."""

    probabilities: np.ndarray
    seconds: float
    rss_mb: float
    kept: bool = False


class ModelRunner:
    """A model in a child process. Use it as a context manager."""

    #: How many images it is best given together.
    together = 1

    def __init__(self, kind: str, files: list[str], threads: int = 1) -> None:
        self.together = _TOGETHER.get(kind, 1)
        self._one_shape = kind == "nb"
        self._patience = EMULATED_TIMEOUT_S if kind == "arm" else RUN_TIMEOUT_S
        self._shape: tuple[int, ...] = ()
        self._asked = 1
        self.load_s = 0.0
        self.errors = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the reader
        self.process = subprocess.Popen(
            [sys.executable, "-m", "stages.runners", kind, str(threads), *files],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.errors,
            env={**os.environ, "OMP_NUM_THREADS": str(threads), "MKL_NUM_THREADS": str(threads)},
            start_new_session=True,
        )
        self._expect("ready", LOAD_TIMEOUT_S)

    def __enter__(self) -> ModelRunner:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def wait_ready(self) -> None:
        """Wait until the model is loaded.

        Raises:
            RunnerFailedError: it is not and will not be.
        """
        self.load_s = float(self._answer().values["load_s"])

    def read(self, image: np.ndarray) -> Output:
        """Run the model on one prepared image, float32 [3, H, W].

        Raises:
            RunnerFailedError: the child died, raised or hung.
            StageError: an NB model is given another shape than before; the child never sees it.
        """
        self.ask(image)
        return self.take()

    def whole(self, image: np.ndarray) -> np.ndarray:
        """Return the whole of what the model gives for an image: its first axis may be no batch.

        Raises:
            RunnerFailedError: as :meth:`read`.
        """
        self.ask(image)
        return self._answer().array()

    def ask(self, image: np.ndarray) -> None:
        """Give the model an image, for :meth:`take` to wait for; errors as :meth:`read`."""
        self.ask_all([image], afresh=True)

    def ask_all(self, images: Sequence[np.ndarray], *, afresh: bool = False) -> None:
        """Give the model images of one shape together; whether it reads them at once is its own affair.

        Args:
            images: prepared.
            afresh: whether it computes all of it; else it may take what was kept of equal work.
        """
        if self.process.stdin is None:
            raise RunnerFailedError(msg("it was closed"))
        self._keep_shape(images[0])
        try:
            write_message(
                self.process.stdin, Message.of_array("run", np.stack(images), afresh=afresh)
            )
        except BrokenPipeError as error:
            raise self._death() from error
        self._asked = len(images)
        self._expect("output", self._patience * self._asked)

    def take(self) -> Output:
        """Wait for what the model makes of the image that it was given; errors as :meth:`read`."""
        return self.take_all()[0]

    def take_all(self) -> list[Output]:
        """Wait for what the model makes of the images that it was given; errors as :meth:`read`."""
        answer = self._answer()
        seconds, rss_mb = answer.values["seconds"] / self._asked, answer.values["rss_mb"]
        kept = answer.values["kept"]
        return [Output(output, seconds, rss_mb, kept) for output in answer.array()[: self._asked]]

    def fileno(self) -> int:
        """Return what can be read when there is an answer, for ``select``."""
        if self.process.stdout is None:
            raise RunnerFailedError(msg("it was closed"))
        return self.process.stdout.fileno()

    @property
    def is_overdue(self) -> bool:
        """Whether the answer that is waited for took too long."""
        return time.monotonic() > self._until

    def _expect(self, kind: str, seconds: float) -> None:
        self._expected, self._since = kind, time.monotonic()
        self._until = self._since + seconds

    def _keep_shape(self, image: np.ndarray) -> None:
        """Hold every image for Paddle-Lite to the first one's shape.

        Lite 2.13 on x86 reads a wider image than the one before wrongly, and a narrower one corrupts
        its heap; neither is reported (docs/stage-contract.md, "What convert takes").
        """
        self._shape = self._shape or image.shape
        if self._one_shape and image.shape != self._shape:
            first, found = ("x".join(map(str, shape)) for shape in (self._shape, image.shape))
            raise StageError(
                msg(
                    "an image of {found} was given to a predictor that has read images of {first}",
                    found,
                    first,
                ),
                "reader",
                msg(
                    "give a predictor one width for its life: pad the images, as preprocess.json says"
                ),
                Pitfall.WIDTH_CHANGED,
            )

    def close(self) -> None:
        """End the child and pass on what it wrote to stderr; one that is at work gets 10 s to finish it."""
        if self.process.stdin is not None and not self.process.stdin.closed:
            with contextlib.suppress(BrokenPipeError):  # it died with an order unread
                self.process.stdin.close()
            self._end()
            self.errors.seek(0)
            sys.stderr.write(self.errors.read().decode("utf-8", "replace"))
            self.errors.close()

    def kill(self) -> None:
        """End the child at once, and with it the emulated processor that it may have started."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)

    def _end(self) -> None:
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.kill()
            self.process.wait()
        if self.process.stdout is not None:
            self.process.stdout.close()

    def _answer(self) -> Message:
        stream = self.process.stdout
        if stream is None:
            raise RunnerFailedError(msg("it was closed"))
        ready, _, _ = select.select([stream], [], [], max(0.0, self._until - time.monotonic()))
        if not ready:
            self.kill()
            raise RunnerFailedError(
                msg("no answer within {monotonic} s", f"{time.monotonic() - self._since:.0f}")
            )
        message = read_message(stream)
        if message is None:
            raise self._death()
        if message.kind != self._expected:
            raise RunnerFailedError(
                printable(str(message.values.get("message", message.kind)), 300)
            )
        return message

    def _death(self) -> RunnerFailedError:
        code = self.process.wait()
        self.errors.seek(0)
        log = self.errors.read().decode("utf-8", "replace")
        words = [found["fatal"] or found["error"] for found in _LAST_WORDS.finditer(log)]
        how = (
            msg("killed by {name}", signal.Signals(-code).name)
            if code < 0
            else msg("ended with {code}", code)
        )
        return RunnerFailedError(
            msg("{first}: {rest}", how, printable(words[-1], 300)) if words else how
        )
