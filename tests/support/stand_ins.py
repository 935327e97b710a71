"""An image whose stages leave at once what real ones would: all of the pipeline, on an engine, in seconds."""

import io
import json
import os
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from unittest import mock

from docker import DockerClient

from pipeline.compose.file import TOOL, Compose
from pipeline.engine.images import BuildRequest, Images
from pipeline.images.build import Options as Build
from pipeline.images.build import build_images
from pipeline.plan.stages import STAGES
from pipeline.run.options import Options, StopSwitch
from pipeline.run.runner import run
from stages.contract import RESULT_FILE
from support.faults import RUNTIME
from support.pretended import PretendedEngine
from support.projects import SCRATCH, write_project
from support.swarm import Guarded, TestSwarm, swarm
from support.tools import tar_of

_HERE = Path(__file__).parents[1] / "faults" / "image"
_STAGES = Path(__file__).parents[2] / "stages"
_IMAGE = "paddock-test-stand-ins:1"
#: A project that needs every stage there is, and nothing to be fetched.
PROJECT = SCRATCH + '[convert]\nweights = ["float32", "int8"]\n'


def build_stand_ins(client: DockerClient, base: str, scratch: Path) -> str:
    """Build the image, or take it from the engine's cache; return its name.

    Args:
        client: the engine.
        base: the image of Paddock's that has Python.
        scratch: an empty folder, for the run whose files the stages will leave.
    """
    request = BuildRequest(_IMAGE, "Dockerfile", {"BASE": base})
    for _line in Images(client).build(request, io.BytesIO(_context(scratch))):
        pass
    return _IMAGE


def take_over(source: DockerClient, image: str, target: DockerClient, compose: Compose) -> None:
    """Bring the image to another engine, under the name of every stage's."""
    archive = b"".join(source.images.get(image).save(named=True))
    target.images.load(archive)
    for stage in STAGES:
        make_image(target, compose.services[stage].image, stage)


@contextmanager
def swarm_of_stand_ins(
    client: DockerClient,
    tools: str,
    compose: Compose,
    scratch: Path,
    guarded: Guarded | None = None,
) -> Iterator[TestSwarm]:
    """Form a Swarm whose manager has the images of Paddock and of stages that leave what others would.

    Args:
        client: the engine that it is made in.
        tools: the tests' image with ``dockerd``.
        compose: names the images.
        scratch: an empty folder.
        guarded: who may enter its registry; None is everybody.
    """
    build_images(Images(client), compose, os.environ, lambda _event: None, Build(only=(TOOL,)))
    stages = build_stand_ins(client, compose.images["base"].image, scratch)
    with swarm(client, tools, guarded=guarded) as running:
        take_over(client, stages, running.manager.client, compose)
        running.hand_over(running.manager, [compose.images[TOOL].image])
        yield running


def make_image(engine: DockerClient, reference: str, stage: str) -> None:
    """Make the image of a stage from the one of all; a label, which has no say in a key, tells them apart."""
    text = f"FROM {_IMAGE}\nLABEL paddock.stage={stage}\n"
    request = BuildRequest(reference, "Dockerfile", {})
    for _line in Images(engine).build(request, io.BytesIO(tar_of("Dockerfile", text))):
        pass


def _context(scratch: Path) -> bytes:
    """Return the build's context as a tar in which nothing depends on when it was made."""
    stage = (_HERE / "stage.py").read_bytes()
    files = {"Dockerfile": (_HERE / "Dockerfile").read_bytes(), "paddock/inputs/": b""}
    files |= {f"opt/paddock/stages/{name}.py": stage for name in STAGES}
    for name in (*RUNTIME, "rehash.py"):
        for path in (_STAGES / name).rglob("*.py") if "." not in name else (_STAGES / name,):
            files[f"opt/paddock/stages/{path.relative_to(_STAGES)}"] = path.read_bytes()
    files |= {f"opt/paddock/made/{name}": data for name, data in _made(scratch).items()}
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name, data in sorted(files.items()):
            entry = tarfile.TarInfo(name.rstrip("/"))
            entry.mode, entry.size = 0o755, len(data)
            if name.endswith("/"):
                entry.type = tarfile.DIRTYPE
            archive.addfile(entry, io.BytesIO(data))
    return buffer.getvalue()


def _made(scratch: Path) -> dict[str, bytes]:
    """Return what each stage leaves (STAGE/FILE), and its metrics (STAGE.json), of a pretended run."""
    engine = PretendedEngine()
    with mock.patch("pipeline.run.connect.open_engine", lambda _environ: engine):
        folder = write_project(scratch / "pretended", PROJECT)
        assert run(folder, Options(), {}, lambda _envelope: None, StopSwitch()) == 0
    made: dict[str, bytes] = {}
    for name, data in engine.files.items():
        path = PurePosixPath(name)
        stage = path.parts[-3]
        if path.name == RESULT_FILE:
            made[f"{stage}.json"] = json.dumps(json.loads(data)["metrics"]).encode()
        elif stage in STAGES:
            made[f"{stage}/{path.name}"] = data
    return made
