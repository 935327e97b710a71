"""``device = "gpu"``: which image trains, what the engine is asked for, what is said where there is none."""

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import cast

import pytest

from pipeline.compose.file import REPOSITORY, read_compose
from pipeline.engine.connection import Engine
from pipeline.engine.containers import Containers, Exited, Job, Sink
from pipeline.errors import EngineError, UsageError
from pipeline.images.context import GPU_LOCK, make_context
from pipeline.machine import doctor
from pipeline.plan.stages.train import ON_GPU
from pipeline.plan.workspace import workspace_of
from pipeline.project import load_project
from pipeline.run.connect import connect
from pipeline.run.prepare import prepare
from support.plans import wires_of
from support.pretended import PretendedEngine, install
from support.projects import DATA, write_project
from support.scripted_engine import scripted_engine

NATIVE = '[project]\nname = "plates"\nkernels = "native"\n' + DATA
FULL = NATIVE + '\n[model]\npretrained = ""\n[train]\nmode = "full"\n'
ON_TWO = FULL + 'device = "gpu"\ndevices = 2\n'
#: What engines say: without the toolkit (recorded here), without a driver, with fewer GPUs.
REFUSALS = {
    'could not select device driver "nvidia" with capabilities: [[gpu]]': "container toolkit",
    "OCI runtime create failed: error running hook #0: nvidia-container-cli: initialization error: "
    "load library failed: libnvidia-ml.so.1: cannot open shared object file": "NVIDIA driver",
    "nvidia-container-cli: device error: 1: unknown device": "fewer GPUs",
}


def job_of(devices: int) -> Job:
    service = read_compose({}).services[ON_GPU].model_copy(update={"volumes": ()})
    return Job(service, "sha256:x", "a", (), {}, {}, entrypoint=("true",), devices=devices)


@pytest.mark.parametrize("refusal", REFUSALS)
def test_the_engine_is_asked_for_gpus_and_its_refusal_says_what_is_missing(refusal: str) -> None:
    with scripted_engine(refusal) as (script, client):
        with pytest.raises(EngineError, match=REFUSALS[refusal]) as caught:
            Containers(client).run(job_of(2), {}, Sink(print, print), lambda: 0)
        request, *others = script.created[0]["HostConfig"]["DeviceRequests"]
    assert (request["Driver"], request["Count"], others) == ("nvidia", 2, [])
    assert request["Capabilities"] == [["gpu"]]
    assert script.removed == 1
    assert "nvidia-smi" in caught.value.remedy or "nvidia-ctk" in caught.value.remedy


def test_a_stage_without_a_gpu_asks_for_no_device() -> None:
    service = read_compose({}).services["train"].model_copy(update={"volumes": ()})
    with scripted_engine("no") as (script, client):
        with pytest.raises(EngineError):
            Containers(client).run(
                Job(service, "x", "a", (), {}, {}), {}, Sink(print, print), lambda: 0
            )
        assert not script.created[0]["HostConfig"].get("DeviceRequests")


@dataclass
class WithoutGPU(PretendedEngine):
    """An engine that cannot give a container a GPU, and keeps how many it was asked for."""

    wanted: list[int] = field(default_factory=list)

    def run(
        self, job: Job, files: Mapping[PurePosixPath, bytes], sink: Sink, stop: Callable[[], int]
    ) -> Exited:
        if job.service.devices:
            self.wanted.append(job.devices)
            raise EngineError("no GPU here")
        return super().run(job, files, sink, stop)


def test_without_a_gpu_nothing_starts_whether_its_image_is_there_or_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = WithoutGPU()
    install(monkeypatch, engine)
    project = load_project(write_project(tmp_path / "p", ON_TWO))
    with pytest.raises(EngineError, match="no GPU here"):
        prepare(connect(project, {}), frozenset(), lambda _text: None)
    assert engine.wanted == [2]
    found = doctor.gpus_finding(cast(Engine, engine), workspace_of(project, {}), 2)
    assert (found.severity, found.message) == ("problem", "no GPU here")


def test_with_a_gpu_the_image_that_is_missing_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = install(monkeypatch, PretendedEngine())
    project = load_project(write_project(tmp_path / "p", ON_TWO))
    with pytest.raises(
        EngineError, match="train stage needs the image paddock-train-gpu"
    ) as raised:
        prepare(connect(project, {}), frozenset(), lambda _text: None)
    assert raised.value.remedy.endswith("paddock images build train-gpu")
    found = doctor.gpus_finding(cast(Engine, engine), workspace_of(project, {}), 2)
    assert (found.severity, found.remedy) == ("problem", raised.value.remedy)
    engine.built = (*engine.built, ON_GPU)
    prepare(connect(project, {}), frozenset(), lambda _text: None)
    found = doctor.gpus_finding(cast(Engine, engine), workspace_of(project, {}), 2)
    assert found.severity == "ok"


def test_one_device_keeps_the_keys_of_results_that_were_made_before(tmp_path: Path) -> None:
    one, two = (
        next(
            wire for wire in wires_of(write_project(tmp_path / name, text)) if wire.stage == "train"
        )
        for name, text in (("one", FULL), ("two", FULL + "devices = 2\n"))
    )
    assert "devices" not in one.parameters and two.parameters["devices"] == 2
    assert (one.runs_in, two.runs_in) == ("train", "train")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (FULL.replace("native", "portable") + 'device = "gpu"\n', "a GPU has no portable kernels"),
        (NATIVE + "[train]\ndevices = 2\n", "a head alone is trained on one"),
        (FULL + "devices = 0\n", "train.devices"),
    ],
)
def test_what_no_gpu_can_do_is_refused_in_the_file(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(UsageError) as raised:
        load_project(write_project(tmp_path / "p", text))
    assert said in f"{raised.value.message} {raised.value.where}"


def test_a_missing_lock_of_the_gpus_wheels_says_how_it_is_made(tmp_path: Path) -> None:
    build = read_compose({}).images[ON_GPU]
    for name in ("images", "stages"):
        shutil.copytree(REPOSITORY / name, tmp_path / name)
    (tmp_path / GPU_LOCK).unlink(missing_ok=True)
    with pytest.raises(UsageError) as raised:
        make_context(tmp_path, build, None)
    assert raised.value.where.endswith(GPU_LOCK) and "scripts/lock --gpu" in raised.value.remedy
    (tmp_path / GPU_LOCK).write_text("paddlepaddle-gpu==3.1.1 --hash=sha256:0\n", encoding="utf-8")
    assert GPU_LOCK in make_context(tmp_path, build, None).files
