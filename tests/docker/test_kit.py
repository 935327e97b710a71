"""A kit's own code, compiled for ARM and by a JDK: it prepares as Paddock does, and finds what is wrong."""

import json
from pathlib import Path

import pytest
from docker import DockerClient

from pipeline.compose.file import REPOSITORY, Compose
from support import recorded_kit
from support.arm import said_inside, said_on_arm
from support.recorded_kit import RECORDED
from support.tools import build_image

pytestmark = [pytest.mark.docker, pytest.mark.images]

FAULTS = (
    "other mean", "RGB for BGR", "halves rounded up", "dictionary shifted", "classes off by one", "no number",
    "another model",
)  # fmt: skip
JDK = "paddock-test-jdk:1"
DOCKERFILE = """
ARG BASE
FROM ${BASE}
USER 0
RUN mkdir -p /usr/share/man/man1 \\
    && apt-get update -q \\
    && apt-get install -q -y --no-install-recommends openjdk-17-jdk-headless \\
    && rm -rf /var/lib/apt/lists/*
"""
STAND_IN = Path(__file__).parents[1] / "support" / "lite"


def test_the_checker_reads_as_the_model_and_finds_each_fault(
    client: DockerClient, compose: Compose
) -> None:
    said = said_on_arm(client, compose, files())

    golden = recorded_kit.golden()
    recorded = json.loads(recorded_kit.read("preprocess.json"))
    assert said["rules"] == {part: recorded[part] for part in recorded if part != "runtime"}
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

    for fault in FAULTS:
        assert said[fault]["code"] == 5 and "FAIL" in said[fault]["said"], fault
    assert "preprocessing" in said["other mean"]["said"]
    assert "preprocessing" not in said["dictionary shifted"]["said"]
    assert said["different"] == 0


def test_the_java_code_prepares_and_reads_alike(client: DockerClient, compose: Compose) -> None:
    image = build_image(client, compose.images["base"].image, JDK, DOCKERFILE)
    java = {
        str(path.relative_to(RECORDED / "java")): path for path in RECORDED.rglob("java/**/*.java")
    }
    code = {str(path.relative_to(REPOSITORY)): path for path in REPOSITORY.glob("stages/**/*.py")}
    found = {name: path.read_bytes() for name, path in (java | code).items()}
    inside = (RECORDED / "java" / "inside.py").read_bytes()
    said = said_inside(client, image, {**files(), **found, "inside.py": inside})
    golden = recorded_kit.golden().images
    assert said["texts"] == [image.found["nb-arm"] for image in golden]
    assert said["scores"] == pytest.approx([image.scores["nb-arm"] for image in golden], abs=1e-6)
    assert said["different"] == 0


def files() -> dict[str, bytes]:
    lite = {f"lite/{path.relative_to(STAND_IN)}": path for path in STAND_IN.rglob("*.*")}
    own = {path.name: path for path in RECORDED.iterdir() if path.is_file()}
    own["support/kit/vectors.py"] = RECORDED / "vectors.py"
    return recorded_kit.delivered_files() | {
        name: path.read_bytes() for name, path in (lite | own).items()
    }
