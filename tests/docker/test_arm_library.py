"""A library for ARM in the image that runs it: compiled there, read, and run through the model runner."""

from __future__ import annotations

import io
import json
import tarfile
from pathlib import Path

import pytest
from docker import DockerClient

from pipeline.compose.file import Compose

pytestmark = [pytest.mark.docker, pytest.mark.images]

STAND_IN = Path(__file__).parents[1] / "support" / "lite"
CODE = """
import json, pathlib, subprocess, sys
import numpy as np
from stages.device.program import CannotCompileError, compile_program
from stages.lite.library import read_library
from stages.runners import ModelRunner, RunnerFailedError

here = pathlib.Path("/tmp/lite")
library = here / "lib" / "libpaddle_light_api_shared.so"
library.parent.mkdir()
subprocess.run(["aarch64-linux-gnu-g++-12", "-std=c++11", "-shared", "-fPIC", "-O1", f"-I{here}/include",
                str(here / "stand_in.cpp"), "-o", str(library)], check=True)
found = read_library(library.read_bytes())
said = {"library": [found.machine.value, found.system.value, found.version, sorted(found.kernels)]}
program = compile_program(here, here / "out")
(here / "a.nb").write_text("double")
(here / "b.nb").write_text("abort")
with ModelRunner("arm", [str(program), str(here / "a.nb")]) as runner:
    runner.wait_ready()
    images = [np.arange(24, dtype=np.float32).reshape(3, 2, 4), np.ones((3, 2, 2), np.float32)]
    said["doubled"] = [bool((runner.read(each).probabilities == 2 * each).all()) for each in images]
with ModelRunner("arm", [str(program), str(here / "b.nb")]) as runner:
    try:
        runner.wait_ready()
    except RunnerFailedError as error:
        said["death"] = str(error)
(here / "include" / "paddle_api.h").write_text("#error another version")
try:
    compile_program(here, here / "out")
except CannotCompileError as error:
    said["misfit"] = str(error)
print(json.dumps(said))
"""


def test_a_file_runs_in_a_library_for_arm(client: DockerClient, compose: Compose) -> None:
    service, packed = compose.services["verify-arm"], io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        archive.add(STAND_IN, "lite", filter=_for_everyone)
    container = client.containers.create(
        service.image,
        ["-c", "import sys, tarfile; tarfile.open('/lite.tar').extractall('/tmp'); " + CODE],
        entrypoint=["python"],
        user=service.user or None,
        network_mode="none",
        cap_drop=["ALL"],
        security_opt=["no-new-privileges"],
    )
    try:
        holder = io.BytesIO()
        with tarfile.open(fileobj=holder, mode="w") as archive:
            info = tarfile.TarInfo("lite.tar")
            info.size, info.mode = len(packed.getvalue()), 0o644
            archive.addfile(info, io.BytesIO(packed.getvalue()))
        container.put_archive("/", holder.getvalue())
        container.start()
        ended = container.wait()
        log = container.logs(stdout=True, stderr=True).decode("utf-8", "replace")
    finally:
        container.remove(force=True)
    assert ended["StatusCode"] == 0, log
    said = json.loads(next(line for line in log.splitlines() if line.startswith("{")))
    kernels = ["HardSwishCompute", "LayerNormCompute"]
    assert said["library"] == ["aarch64", "glibc", "2.13-rc", kernels]
    assert said["doubled"] == [True, True]
    assert "can not create operator 'rnn'" in said["death"]
    assert "its headers and library do not fit" in said["misfit"]


def _for_everyone(info: tarfile.TarInfo) -> tarfile.TarInfo:
    info.mode = 0o777 if info.isdir() else 0o644
    return info
