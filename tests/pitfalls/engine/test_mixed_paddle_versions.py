"""One stage with another Paddle than the others: every tool takes what the other wrote."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from docker import DockerClient

from pipeline.compose.file import REPOSITORY, Compose
from pipeline.models.fetch import fetch_official
from pipeline.models.fetch_context import FetchContext
from stages.pitfalls import Pitfall
from support import byhand
from support.runs import run

pytestmark = [pytest.mark.docker, pytest.mark.images]

TAG = "paddock-verify:another-paddle-of-a-test"
#: Says which Paddle wrote a program, and which one runs it.
LOAD = """
import sys
import paddle
from paddle.base.proto import framework_pb2 as proto
from paddle.inference import Config, create_predictor

with open(sys.argv[1], "rb") as file:
    written = proto.ProgramDesc.FromString(file.read()).version.version
create_predictor(Config(sys.argv[1], sys.argv[2]))
print("written by", written, "loaded by", paddle.__version__)
"""
#: What a wheel of another version leaves: pip's record is what both sides go by.
OTHER = """
FROM {base}
USER 0
RUN sed -i 's/^Version: 3.1.1$/Version: 3.1.0/' \
    $(python -c "import importlib.metadata as m; print(m.distribution('paddlepaddle')._path)")/METADATA
"""


def test_by_hand_a_program_of_paddle_2_is_loaded_without_a_word(
    client: DockerClient, compose: Compose
) -> None:
    folder = fetch_official("PP-OCRv4_mobile_rec", FetchContext())
    files = folder / "inference.pdmodel", folder / "inference.pdiparams"
    done = byhand.python(client, compose.images["verify"].image, LOAD, *files)
    assert done.code == 0 and "written by 2004002 loaded by 3.1.1" in done.log


@pytest.fixture
def program(client: DockerClient, compose: Compose, tmp_path: Path) -> Iterator[Path]:
    """A copy of Paddock whose verify image has another version of Paddle on record."""
    (tmp_path / "build").mkdir()
    base = compose.images["verify"].image
    (tmp_path / "build/Dockerfile").write_text(OTHER.format(base=base), encoding="utf-8")
    client.images.build(path=str(tmp_path / "build"), tag=TAG, rm=True)
    for name in ("stages", "pipeline", "tui"):
        shutil.copytree(REPOSITORY / name, tmp_path / name)
    text = (REPOSITORY / "compose.yaml").read_text(encoding="utf-8")
    (tmp_path / "compose.yaml").write_text(text.replace(base, TAG), encoding="utf-8")
    try:
        yield tmp_path
    finally:
        client.images.remove(TAG, force=True)


def test_paddock_names_both_versions(official: Path, program: Path) -> None:
    assert run(official).code == 0
    before = (official / "out/report.json").read_bytes()
    done = subprocess.run(
        [sys.executable, "-m", "tui.cli", "--batch", str(official)],
        check=False,
        capture_output=True,
        text=True,
        cwd=program,
        env={**os.environ, "PYTHONPATH": str(program), "LC_ALL": "C.UTF-8"},
    )
    assert done.returncode == 5, done.stdout + done.stderr
    for part in ("3.1.0 in verify", "3.1.1 in", str(Pitfall.MIXED_VERSIONS)):
        assert part in done.stderr, done.stderr
    assert (official / "out/report.json").read_bytes() == before, "nothing is delivered"
    assert run(official).code == 0
