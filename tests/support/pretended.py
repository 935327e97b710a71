"""A pretended engine: its stages leave at once, in memory, what the real ones would after hours."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO, cast

import pytest

from pipeline.compose.file import Volume
from pipeline.engine.connection import Engine, Facts
from pipeline.engine.containers import Exited, Job, Sink
from pipeline.engine.endpoint import Endpoint
from pipeline.engine.images import ImageInfo
from pipeline.plan.stages import STAGES
from pipeline.record.events import Envelope
from pipeline.run.options import Options, StopSwitch
from pipeline.run.runner import run
from stages.contract import (
    RESULT_FILE,
    Artifact,
    Curve,
    Document,
    Exit,
    Location,
    Result,
    digests_of,
)
from stages.contract.reading import Readings
from stages.contract.variant import Weights, variants_in
from support.results import (
    METRICS,
    VERSIONS,
    files_of,
    make_evidence,
    make_lineage,
    make_model,
    make_parity,
    make_quantisation,
)

#: How often what was rounded finds the same as PD.
_ROUNDED = {Weights.INT16: 1.0, Weights.INT8: 0.99}
#: What is asked of the verify image beside its stage.
_ASKED = ("stages.locate", "stages.reading")
#: What ``/proc/cpuinfo`` says where the containers run.
CPUINFO = "flags\t\t: fpu avx2 avx512f fma\n"


@dataclass
class PretendedEngine:
    """Stands in for an engine; a test looks at what was asked of it.

    Args:
        built: the services whose images are there.
        here: whether its containers share this machine's processor.
        apart: the NB model that does not do as PD does.
        breaks: whether a stage dies, by its spec.
        before: called before a stage does anything, with its spec.
        location: where it says that models part; without one its container dies.
        contents: of files that stages leave, by stage and name; others are made up.
        readings: what it says that models read; without any its container dies.
    """

    built: tuple[str, ...] = STAGES
    here: bool = True
    apart: str = ""
    location: Location | None = None
    readings: Readings | None = None
    contents: dict[tuple[str, str], bytes] = field(default_factory=dict)
    breaks: Callable[[Mapping[str, Any]], bool] = lambda _spec: False
    before: Callable[[Mapping[str, Any]], None] = lambda _spec: None
    files: dict[str, bytes] = field(default_factory=dict)
    removed: dict[str, bytes] = field(default_factory=dict)
    ran: list[str] = field(default_factory=list)
    specs: dict[str, dict[str, Any]] = field(default_factory=dict)
    asked_for: list[str] = field(default_factory=list)

    endpoint = Endpoint("unix:///pretended", "a test")

    def is_here(self) -> bool:
        return self.here

    def facts(self) -> Facts:
        return Facts("28.2", "overlay2", 4, 32 << 30, False, False, "x86_64", (), Path("/"))

    # What an engine does, by kind: all of it is this object.

    @property
    def images(self) -> PretendedEngine:
        return self

    @property
    def containers(self) -> PretendedEngine:
        return self

    @property
    def volumes(self) -> PretendedEngine:
        return self

    def find(self, reference: str) -> ImageInfo | None:
        service = reference.removeprefix("paddock-").partition(":")[0]
        self.asked_for.append(service)
        if service not in self.built:
            return None
        return ImageInfo(f"sha256:{service}", (), (), (), {}, 1, "")

    def image_id(self, reference: str) -> str:
        return f"sha256:{reference.removeprefix('paddock-').partition(':')[0]}"

    def get(self, reference: str) -> ImageInfo:
        return self.find(reference) or ImageInfo(f"sha256:{reference}", (), (), (), {}, 1, "")

    def push(self, source: str, target: str) -> str:
        return f"sha256:{hashlib.sha256(source.encode()).hexdigest()}"

    def birth(self, volume: Volume) -> str:
        return ""

    def ensure(self, volume: Volume, labels: Mapping[str, str]) -> str:
        return f"{volume.key}@1"

    def remove_labelled(self, labels: Mapping[str, str]) -> list[str]:
        return []

    @contextmanager
    def client(
        self, image: str, mounts: Mapping[str, str], labels: Mapping[str, str]
    ) -> Iterator[PretendedEngine]:
        yield self

    # Volumes.

    def has(self, path: PurePosixPath) -> bool:
        return str(path) in self.files

    def put_tree(
        self,
        folder: PurePosixPath,
        files: Mapping[str, Path],
        manifest: str,
        _advanced: Callable[[], None] = lambda: None,
    ) -> None:
        self.files |= {str(folder / name): path.read_bytes() for name, path in files.items()}
        self.files[str(folder / "MANIFEST")] = manifest.encode()

    def fetch(self, path: PurePosixPath, sink: BinaryIO) -> None:
        sink.write(self.files[str(path)])

    # Containers.

    def run(
        self, job: Job, files: Mapping[PurePosixPath, bytes], sink: Sink, stop: Callable[[], int]
    ) -> Exited:
        if job.entrypoint == ("cat",):
            sink.stdout(CPUINFO.encode())
        elif (module := job.command[1] if len(job.command) > 1 else "") in _ASKED:
            name = module.removeprefix("stages.")
            self.ran.append(name)
            self.specs[name] = json.loads(job.command[-1])
            answer = self.location if name == "locate" else self.readings
            if answer is None or job.image != "sha256:verify":
                return Exited(1, out_of_memory=False, stopped=False)
            sink.stdout(answer.dump().encode())
        elif job.entrypoint == ("rm",):
            for path in [it for it in self.files if it.startswith(f"{job.command[-1]}/")]:
                self.removed[path] = self.files.pop(path)
        elif job.entrypoint:
            if job.image != "sha256:data":
                sink.stderr(b"No module named stages.rehash\n")
                return Exited(1, out_of_memory=False, stopped=False)
            for line in self._rehash(job.command):
                sink.stdout(line)
        else:
            spec = json.loads(next(iter(files.values())))
            self.before(spec)
            if self.breaks(spec):
                return Exited(Exit.STAGE, out_of_memory=False, stopped=bool(stop()))
            self._stage(spec)
        return Exited(Exit.OK, out_of_memory=False, stopped=False)

    def _rehash(self, words: tuple[str, ...]) -> Iterator[bytes]:
        folders = tuple(f"{word}/" for word in words if word.startswith("/"))
        for path, data in self.files.items():
            if "--uploads" in words and path.endswith("/MANIFEST"):
                tree = {"upload": path.removesuffix("/MANIFEST"), "files": 1, "size": 1}
                yield json.dumps({**tree, "faults": []}).encode() + b"\n"
            elif path.startswith(folders):
                yield json.dumps({"path": path, **vars(digests_of(data))}).encode() + b"\n"
        yield b"{}\n"

    def _stage(self, spec: dict[str, Any]) -> None:
        name, output = spec["stage"], spec["output"]
        self.ran.append(name)
        self.specs[name] = spec
        names = files_of(name, spec["parameters"])
        made = {
            file: self.contents.get((name, file)) or _content(name, file, spec, self.apart)
            for file in names
        }
        artifacts = tuple(_artifact(file, data) for file, data in made.items())
        metrics = METRICS[name].dump() if name in METRICS else {}
        result = Result(name, spec["key"], artifacts, metrics, dict(VERSIONS), 1.5)
        made[RESULT_FILE] = result.dump().encode()
        self.files |= {f"{output}/{file}": data for file, data in made.items()}


def _content(stage: str, file: str, spec: Mapping[str, Any], apart: str) -> bytes:
    """Return what a stage writes; of what verify was not given it says nothing."""
    inputs = {item["name"] for item in spec["inputs"]}
    models = [make_model(name) for name in ("checkpoint", "pd")]
    models += [
        make_model(kind.reference, agreement=_ROUNDED[kind])
        for kind in Weights
        if kind.are_integers and kind.inputs[0] in inputs
    ]
    models += [
        make_model(
            each.model,
            max_abs_diff=0.5 if each.model == apart else 0.0002,
            reference=each.weights.reference,
        )
        for each in variants_in(inputs)
    ]
    documents: dict[str, Callable[[], Document]] = {
        "parity.json": lambda: make_parity(*models),
        "evidence.json": make_evidence,
        "lineage.json": make_lineage,
        "quantize.json": lambda: make_quantisation("int16", "int8"),
        "curve.json": lambda: Curve(()),
    }
    if file in documents:
        return documents[file]().dump().encode()
    return f"{stage} {file} ".encode()  # as support.results has it


def _artifact(path: str, data: bytes) -> Artifact:
    md5 = hashlib.md5(data, usedforsecurity=False).hexdigest()
    return Artifact(path, len(data), md5, hashlib.sha256(data).hexdigest())


def go(
    folder: Path, options: Options | None = None, stop: StopSwitch | None = None
) -> tuple[int, list[Envelope]]:
    """Run a project; return the exit code, and what was said."""
    heard: list[Envelope] = []
    code = run(folder, options or Options(), {}, heard.append, stop or StopSwitch())
    return code, heard


def install(monkeypatch: pytest.MonkeyPatch, engine: PretendedEngine) -> PretendedEngine:
    """Let every command find this engine."""
    monkeypatch.setattr("pipeline.run.connect.open_engine", lambda _environ: cast(Engine, engine))
    return engine
