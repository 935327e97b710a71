from __future__ import annotations

import errno
import importlib
from functools import lru_cache
from pathlib import Path

import numpy as np
import paddle
import pytest

from stages.kept import Cache
from stages.ppocr.architectures.lcnetv3 import V5_MOBILE
from stages.ppocr.kept_backbone import KeptBackbone, fingerprint_of
from stages.ppocr.network import build, live_tensors
from stages.ppocr.reader import evaluate

ARCHITECTURE = V5_MOBILE.ctc()
IMAGES = np.random.default_rng(0).uniform(-1, 1, (3, 1, 3, 48, 64)).astype(np.float32)


@lru_cache(maxsize=1)
def network() -> paddle.nn.Layer:
    return build(V5_MOBILE.ctc(), 37, fused=True)


class Reading:
    """All images read while kept in a folder; ``computed`` by the backbone, ``said`` by the network."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        original, self.computed = network().backbone.forward, 0

        def forward(images: paddle.Tensor) -> paddle.Tensor:
            self.computed += 1
            return original(images)

        with monkeypatch.context() as patched:
            patched.setattr(network().backbone, "forward", forward)
            kept = KeptBackbone(network(), ARCHITECTURE, folder)
            with kept.keeping():
                self.said, self.found = list[bytes](), list[bool]()
                for image in IMAGES:
                    self.said.append(evaluate(network(), image).tobytes())
                    self.found.append(kept.found)
            before = self.computed
            evaluate(network(), IMAGES[0])
            assert self.computed == before + 1 and not kept.found, "afresh is afresh"


def test_what_was_kept_is_what_is_computed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = [evaluate(network(), image).tobytes() for image in IMAGES]
    first, second = Reading(tmp_path, monkeypatch), Reading(tmp_path, monkeypatch)
    assert first.said == second.said == expected
    assert (first.computed, second.computed) == (4, 2), "the first is computed in every process"
    assert (first.found, second.found) == ([False] * 3, [False, True, True]), "and that is told"


def test_what_was_damaged_is_computed_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = Reading(tmp_path, monkeypatch)
    for path in tmp_path.glob("*/*/*"):
        data = bytearray(path.read_bytes())
        data[100] ^= 1
        path.write_bytes(data)
    again = Reading(tmp_path, monkeypatch)
    assert again.said == first.said and again.computed == 4


def test_a_full_disk_stops_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "full")

    expected = Reading(tmp_path, monkeypatch).said
    with monkeypatch.context() as patched:
        patched.setattr(Cache, "put", full)
        assert Reading(tmp_path / "other", patched).said == expected


def test_another_head_has_the_same_backbone_and_other_weights_another() -> None:
    before = fingerprint_of(network().backbone, ARCHITECTURE)
    other = build(V5_MOBILE.ctc(), 40, fused=True)
    live = live_tensors(other.backbone)
    for name, tensor in live_tensors(network().backbone).items():
        live[name].set_value(tensor)
    head = {**ARCHITECTURE, "Neck": {}, "Head": {"fc_decay": 0.1}}
    assert fingerprint_of(other.backbone, head) == before, "branches that were merged are random"
    for weight in live.values():
        kept = weight.numpy()
        weight.set_value(kept + 1e-3)
        assert fingerprint_of(other.backbone, ARCHITECTURE) != before
        weight.set_value(kept)


def test_the_same_weights_with_another_setting_or_other_code_are_another_backbone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Eight heads of 16 or four of 32: the weights have the same shapes, and nothing of it is printed."""
    (tmp_path / "layers_of_this_test.py").write_text(
        "import paddle\n\n\nclass Scaled(paddle.nn.Layer):\n    factor = 1\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    backbone = paddle.nn.Sequential(importlib.import_module("layers_of_this_test").Scaled())

    def fingerprint(heads: int = 8) -> str:
        return fingerprint_of(backbone, {"Backbone": {"name": "SVTRNet", "num_heads": heads}})

    before = fingerprint()
    assert fingerprint(4) != before
    assert fingerprint() == before
    with (tmp_path / "layers_of_this_test.py").open("a") as code:
        code.write("    factor = 2\n")
    assert fingerprint() != before
