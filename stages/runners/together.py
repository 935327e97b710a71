"""Several images read at once, by a model that gives the very same for them as one by one.

It shows this itself, for each number of images and each shape, as libraries choose their kernels by these:
what it is first given so it also reads one by one. If a byte differs, or if it takes no more than one image,
it goes on one by one.
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from stages.runners.protocol import Keeping, Run

#: What Paddle raises where a program takes one image only, or memory is too short (paddle/common/enforce.h,
#: by way of pybind).
_REFUSALS = (
    ValueError, RuntimeError, TypeError, IndexError, NotImplementedError, OSError, MemoryError,
)  # fmt: skip


class Reader:
    """A loaded model, asked for one image or for several of one shape."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._may: dict[tuple[int, ...], bool] = {}
        self._one_by_one_mb = 0.0
        #: Whether a part of the last answer was kept from before, and not computed.
        self.took_kept = False

    def read(self, images: np.ndarray, *, afresh: bool = True) -> np.ndarray:
        """Return what the model gives for float32 [N, 3, H, W]; for several, the first entry of each.

        ``afresh`` is whether all of it is computed: a model may have a way, ``kept``, that need not.
        """
        self.took_kept = False
        if not afresh and len(images) == 1 and isinstance(self._run, Keeping):
            output, self.took_kept = self._run.kept(images)
            return output
        if len(images) == 1 or self._may.get(images.shape):
            return self._run(images)
        alone = np.stack([self._run(image[np.newaxis])[0] for image in images])
        if images.shape not in self._may:
            self._one_by_one_mb = self._one_by_one_mb or peak_rss_mb()
            self._may[images.shape] = self._same(images, alone)
        return alone

    @property
    def rss_mb(self) -> float:
        """The most memory that the process ever held, before it first read several images at once."""
        return self._one_by_one_mb or peak_rss_mb()

    def _same(self, images: np.ndarray, alone: np.ndarray) -> bool:
        try:
            found = self._run(images)
        except _REFUSALS:
            return False
        return bool(found.shape == alone.shape) and found.tobytes() == alone.tobytes()


def peak_rss_mb() -> float:
    """Return this process's own high-water mark; getrusage would count the parent's before exec."""
    status = Path("/proc/self/status").read_text(encoding="ascii", errors="replace")
    found = re.search(r"^VmHWM:\s+(\d+) kB", status, re.MULTILINE)
    return round(int(found[1]) / 1024, 1) if found else 0.0
