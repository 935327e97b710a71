"""A library for ARM in the image that runs it: compiled there, read, and run through verify's own code."""

from pathlib import Path

import pytest
from docker import DockerClient

from pipeline.compose.file import Compose
from support.arm import said_on_arm
from support.naive import Op, naive_buffer

pytestmark = [pytest.mark.docker, pytest.mark.images]

STAND_IN = Path(__file__).parents[1] / "support" / "lite"


def test_a_file_runs_in_a_library_for_arm_or_its_row_says_why_not(
    client: DockerClient, compose: Compose
) -> None:
    said = said_on_arm(client, compose, files())
    kernels = ["HardSwishCompute", "LayerNormCompute"]
    assert said["library"] == ["aarch64", "glibc", "2.13-rc", kernels]
    assert said["same"] == [True, True]
    good = {"images": 16, "why": "", "fault": None, "replaced": 16, "difference": 0.0}
    assert said["plain"] == good
    assert said["triple"]["fault"] == "not_probabilities" and said["triple"]["replaced"] == 0
    assert "can not create operator 'rnn'" in said["abort"]["why"]
    assert said["abort"] | {"why": ""} == {**good, "images": 0, "replaced": 0}
    assert said["rnn"]["why"] == "the library lacks rnn (with_extra=ON)"
    assert "its headers and library do not fit" in said["misfit"]


def files() -> dict[str, bytes]:
    own = {str(path.relative_to(STAND_IN)): path for path in STAND_IN.rglob("*.*")}
    buffers = {
        f"{name}.nb": naive_buffer([Op(kind, {"X": ["x"]}, {"Out": ["y"]})], [], {})
        for name, kind in (("plain", "hard_swish"), ("rnn", "rnn"))
    }
    return {name: path.read_bytes() for name, path in own.items()} | buffers
