"""What a checkpoint's backbone makes of an image, kept for other checkpoints with the very same backbone.

Trainings on frozen features change neck and classifier alone, and three quarters of a checkpoint's time an
image are its backbone's. Entries are named by content, as those of training are: the folder by the backbone's
weights, its code, Paddle and the processor, the entry by the image. One that is not what was written is
computed again.
"""

from __future__ import annotations

import contextlib
import hashlib
import inspect
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import paddle

from stages.cpu import read_cpu
from stages.kept import Cache, Damaged
from stages.kernels.use import is_portable
from stages.ppocr.network import BRANCHES, state_arrays

#: Parts of an architecture that come behind the backbone.
_BEHIND = ("Neck", "Head")
#: Modules beside this one that change a backbone after it was built.
_CHANGING = ("network.py", "reader.py")


class KeptBackbone:
    """Stands before the backbone of a network in evaluation mode; computes unless it is :meth:`keeping`."""

    def __init__(
        self, network: paddle.nn.Layer, architecture: Mapping[str, Any], folder: Path
    ) -> None:
        """Keep entries in a folder of ``folder``; the network's weights must not change any more."""
        self._compute = network.backbone.forward
        fingerprint = fingerprint_of(network.backbone, architecture)
        self._cache: Cache | None = Cache(folder / fingerprint)
        #: Of an image's features; not known before the first was computed, or if they are no one tensor.
        self._shape: tuple[int, ...] = ()
        self._keeps = False
        #: Whether the last image's features were kept, and not computed.
        self.found = False
        network.backbone.forward = self._forward

    @contextlib.contextmanager
    def keeping(self) -> Iterator[None]:
        """Within, take what was kept, and keep what was not."""
        self._keeps = True
        try:
            yield
        finally:
            self._keeps = False

    def _forward(self, images: paddle.Tensor) -> object:
        self.found = False
        if not self._keeps or self._cache is None:
            return self._compute(images)
        array = images.numpy()
        name = hashlib.sha256(repr(array.shape).encode() + array.tobytes()).hexdigest()
        found = self._find(self._cache, name)
        self.found = found is not None
        if found is not None:
            return paddle.to_tensor(found)
        features = self._compute(images)
        if isinstance(features, paddle.Tensor):
            self._shape = tuple(features.shape)
            try:
                self._cache.put(name, features.numpy())
            except OSError:  # a full disk is no reason not to measure
                self._cache = None
        return features

    def _find(self, cache: Cache, name: str) -> np.ndarray | None:
        """Return what was kept, if anything was that can be taken."""
        if not self._shape:
            return None
        try:
            return cache.get(name, self._shape)
        except (Damaged, OSError):
            return None


def fingerprint_of(backbone: paddle.nn.Layer, architecture: Mapping[str, Any]) -> str:
    """Return a hash of all that decides what a backbone makes of an image, but the image.

    ``architecture`` is that of its network, from PaddleOCR's configuration: how many heads share the weights
    of an attention, say, no weight tells.
    """
    settings = {name: value for name, value in architecture.items() if name not in _BEHIND}
    kernels = [is_portable(), read_cpu().get("cpu_flags", "")]
    told = [settings, repr(backbone), paddle.__version__, paddle.version.commit, *kernels]
    known = hashlib.sha256(repr(told).encode())
    for path in _code(backbone):
        known.update(hashlib.sha256(path.read_bytes()).digest())
    # what was merged into another convolution is no part of it any more, and random in each network
    dead = tuple(
        f"{name}{part}"
        for name, layer in backbone.named_sublayers()
        if getattr(layer, "is_repped", False)
        for part in BRANCHES
    )
    for key, array in sorted(state_arrays(backbone).items()):
        if key.startswith(dead):
            continue
        known.update(
            hashlib.sha256(key.encode() + repr(array.shape).encode() + array.tobytes()).digest()
        )
    return known.hexdigest()


def _code(backbone: paddle.nn.Layer) -> list[Path]:
    """Return the files whose code computes a backbone: its layers' own, and what changes it here."""
    kinds = {type(layer) for layer in backbone.sublayers(include_self=True)}
    files = {Path(inspect.getfile(kind)) for kind in kinds}
    return sorted({*files, *(Path(__file__).with_name(name) for name in _CHANGING)})
