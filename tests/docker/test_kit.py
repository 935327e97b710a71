"""A kit's own code, compiled for ARM: it prepares as Paddock does, and finds what is wrong."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from docker import DockerClient

from pipeline.compose.file import Compose
from support import recorded_kit
from support.arm import said_inside
from support.recorded_kit import RECORDED

pytestmark = [pytest.mark.docker, pytest.mark.images]

STAND_IN = Path(__file__).parents[1] / "support" / "lite"


def test_the_checker_reads_as_the_model_and_finds_each_fault(
    client: DockerClient, compose: Compose
) -> None:
    said = said_inside(client, compose, files())

    golden = recorded_kit.golden()
    assert said["rules"] == json.loads(recorded_kit.read("preprocess.json"))
    assert said["pixels"]
    assert said["kit"]["code"] == 0 and "PASS" in said["kit"]["said"]
    images = said["kit"]["results"]["images"]
    assert [image["text"] for image in images] == [image.found["nb-arm"] for image in golden.images]
    assert [image["input_sha256"] for image in images] == [
        image.input_sha256 for image in golden.images
    ]
    for image, known in zip(images, golden.images, strict=True):
        assert image["score"] == pytest.approx(known.scores["nb-arm"], abs=1e-6)
    assert said["kit"]["results"]["model"]["sha256"] == recorded_kit.MODEL_SHA256

    for fault in (
        "other mean", "RGB for BGR", "halves rounded up", "dictionary shifted", "another model", "blanks read"
    ):  # fmt: skip
        assert said[fault]["code"] == 5 and "FAIL" in said[fault]["said"], fault
    assert "preprocessing" in said["other mean"]["said"]
    assert "preprocessing" not in said["blanks read"]["said"]
    assert said["different"] == [0, 0]


def files() -> dict[str, bytes]:
    lite = {f"lite/{path.relative_to(STAND_IN)}": path for path in STAND_IN.rglob("*.*")}
    own = {path.name: path for path in RECORDED.iterdir() if path.is_file()}
    return recorded_kit.delivered_files() | {
        name: path.read_bytes() for name, path in (lite | own).items()
    }
