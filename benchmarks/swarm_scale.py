"""Sweeps of many members on a real Swarm of two nodes and a registry: what grows, and what breaks first.

``paddock sweep --swarm`` itself plans, pushes, asks the Swarm, attaches, takes the results and makes the
table, in a process of its own. Only the members are stubs (swarm_member.py): each fetches the inputs, prints
the events of a run and pushes its result, without Paddle and without a stage.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import re
import subprocess
import sys
import tarfile
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from unittest import mock

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from docker import DockerClient

from pipeline import __version__
from pipeline.compose.file import TOOL, read_compose
from pipeline.engine.connection import connect
from pipeline.engine.images import BuildRequest, Images
from pipeline.images.base import find_base
from pipeline.plan.stages import STAGES
from pipeline.project.members import load_members
from pipeline.registry.client import Registry
from pipeline.registry.reference import Reference
from pipeline.run.options import Options, StopSwitch
from pipeline.swarm.order import RESULT, Job, Order
from pipeline.swarm.result import send_result
from pipeline.sweep.drive import Asked, sweep
from stages.contract import Exit
from support.pretended import PretendedEngine
from support.projects import MINIMAL, write_project
from support.registry import tiny_registry
from support.stand_ins import build_stand_ins
from support.swarm import TestSwarm, swarm
from support.tools import STORE, build_tools

_ROOT = Path(__file__).parents[1]
_PROJECT = MINIMAL + '\n[model]\npretrained = ""\n[train]\nmode = "full"\n'
_SWARM = """
[sweep.swarm]
registry = "{registry}/scale"
plain_http = true
reservations = {{ cpus = {cpus}, memory = "64m" }}
[sweep.matrix]
train.seed = {seeds}
"""
#: Docker's own, in nanoseconds: a machine that is kept busy is not dead.
_HEARTBEAT = 5_000_000_000
_STUB = "paddock-benchmark-member:1"
_DOCKERFILE = """
ARG BASE
FROM ${BASE}
COPY stub/ /stub/
ENTRYPOINT ["python", "-S", "-E", "/stub/member.py"]
"""
#: What an engine's processes have in memory, and what Swarm and the containers' logs have on the disk, in kB.
_SIZES = """
for p in /proc/[0-9]*; do
    name=$(cat $p/comm 2>/dev/null) || continue
    case $name in
        dockerd | containerd*) echo "$name $(grep VmRSS $p/status | tr -dc 0-9)" ;;
    esac
done
echo "swarm $(du -sk /var/lib/docker/swarm 2>/dev/null | cut -f1)"
echo "containers $(du -sk /var/lib/docker/containers 2>/dev/null | cut -f1)"
"""
#: A name that is in no file but where the member's is meant.
_MEMBER = "the-template-member"
_ACCESS = re.compile(
    r'"(?P<method>[A-Z]+) (?P<path>\S+) HTTP/1\.1" (?P<status>\d+) (?P<bytes>\d+) "[^"]*" "(?P<agent>[^"]*)"'
)


def make_template(scratch: Path) -> dict[str, bytes]:
    """Return the stub's files: what a member leaves of a run on a pretended engine, and by which names."""
    text = f'{_PROJECT}\n[[sweep.members]]\nname = "{_MEMBER}"\ntrain.seed = 1\n'
    folder = write_project(scratch / "template", text)
    engine = PretendedEngine()
    with mock.patch("pipeline.run.connect.open_engine", lambda _environ: engine):
        ended = sweep(folder, Asked(Options()), {}, lambda _envelope: None, StopSwitch())
    assert ended.code == Exit.OK
    (member,) = load_members(folder)
    ledger = (folder / ".paddock" / "ledger.jsonl").read_text().splitlines()
    run = str(json.loads(ledger[-1])["run"])
    job = Job(member=member.name, run=run, services=STAGES)
    order = Order(
        version=__version__,
        project="plates",
        folder=str(folder),
        sweep="s",
        images={},
        last="verify",
        jobs=(job,),
    )
    with tiny_registry() as kept:
        registry = Registry(Reference(kept.name, "me/plates"), {}, plain_http=True)
        registry.open()
        digest = send_result(registry, member.project, order, job, Exit.OK, "node")
        manifest = json.loads(kept.manifests[digest])
        answer = json.loads(kept.blobs[manifest["config"]["digest"]])
        title = "org.opencontainers.image.title"
        files = {
            f"stub/template/{it['annotations'][title]}": kept.blobs[it["digest"]]
            for it in manifest["layers"]
        }
    names = {
        "run": run,
        "member": member.name,
        "answer": answer,
        "artifact": RESULT.artifact,
        "config": RESULT.config,
        "file": RESULT.file,
        "nb": RESULT.nb,
    }
    return {**files, "stub/names.json": json.dumps(names).encode()}


def build_stub(client: DockerClient, files: Mapping[str, bytes]) -> None:
    """Build the members' image."""
    images = Images(client)
    base = find_base(
        images,
        read_compose(os.environ).images["base"].args["PYTHON_BASE"],
        os.environ,
        lambda _event: None,
    )
    context = {
        **files,
        "Dockerfile": _DOCKERFILE.encode(),
        "stub/member.py": Path(__file__).with_name("swarm_member.py").read_bytes(),
    }
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name, data in context.items():
            entry = tarfile.TarInfo(name)
            entry.mode, entry.size = 0o644, len(data)
            archive.addfile(entry, io.BytesIO(data))
    buffer.seek(0)
    for _line in images.build(BuildRequest(_STUB, "Dockerfile", {"BASE": base.reference}), buffer):
        pass


def bring(nodes: TestSwarm, stages: str) -> None:
    """Let the manager have what a sweep sends along: images of stages without Paddle, and the stub."""
    compose = read_compose(os.environ)
    names = {
        stages: [compose.services[stage].image for stage in STAGES],
        _STUB: [compose.images[TOOL].image],
    }
    for image, called in names.items():
        pinned = nodes.publish(image, image.partition(":")[0])
        nodes.manager.client.images.pull(pinned)
        for name in called:
            nodes.manager.client.images.get(pinned).tag(name)


@dataclass
class Watch:
    """Looks at the Swarm now and then while a sweep goes on; ``peaks`` are kilobytes."""

    nodes: TestSwarm
    peaks: dict[str, int] = field(default_factory=dict)
    created: list[str] = field(default_factory=list)
    longest_list: float = 0.0

    @contextmanager
    def going_on(self, every: float) -> Iterator[None]:
        """Look every so many seconds."""
        over = threading.Event()

        def look() -> None:
            while not over.wait(every):
                self.look()

        thread = threading.Thread(target=look)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()

    def look(self) -> None:
        """Look once."""
        for node in self.nodes.nodes:
            found: Counter[str] = Counter()
            for line in node.machine.read(_SIZES).splitlines():
                name, _, value = line.partition(" ")
                found[f"{node.name}'s {name}"] += int(value or 0)
            for name, size in found.items():
                self.peaks[name] = max(self.peaks.get(name, 0), size)
        environ = {**os.environ, "DOCKER_HOST": self.nodes.manager.url}
        started = time.monotonic()
        subprocess.run(["docker", "service", "ls"], env=environ, capture_output=True, check=False)
        self.longest_list = max(self.longest_list, time.monotonic() - started)
        services: Callable[[], list[dict[str, Any]]] = self.nodes.manager.client.api.services
        if len(there := services()) > len(self.created):
            self.created = sorted(str(it["CreatedAt"]) for it in there)
        print(f"  {time.strftime('%H:%M:%S')}: {len(there)} services", flush=True)


def traffic(nodes: TestSwarm) -> dict[str, tuple[int, int]]:
    """Return requests, and bytes of the answers, by who asked."""
    found: dict[str, tuple[int, int]] = {}
    for line in nodes.store.container.logs().decode("utf-8", "replace").splitlines():
        if match := _ACCESS.search(line):
            agent = match["agent"].partition("/")[0]
            requests, size = found.get(agent, (0, 0))
            found[agent] = requests + 1, size + int(match["bytes"])
    return found


def stored(nodes: TestSwarm) -> int:
    """Return the kilobytes that the registry keeps."""
    code, said = nodes.store.container.exec_run(["du", "-sk", STORE])
    assert code == 0 and isinstance(said, bytes), said
    return int(said.split()[0])


@dataclass(frozen=True)
class Went:
    """How a sweep went: the process of whoever attached, and what it left."""

    code: int
    began: float
    wall: float
    cpu: float
    peak: float
    said: str
    folder: Path

    @property
    def events(self) -> list[dict[str, Any]]:
        """The sweep's own, as they are kept."""
        (own,) = (self.folder / ".paddock" / "sweeps").iterdir()
        return [json.loads(line) for line in (own / "events.jsonl").read_text().splitlines()]

    def since(self, time: str) -> float:
        """Return the seconds from its begin."""
        return datetime.fromisoformat(time).timestamp() - self.began


def run_sweep(nodes: TestSwarm, folder: Path) -> Went:
    """Run ``paddock sweep --swarm`` in a process of its own."""
    words = [sys.executable, "-m", "tui.cli", "sweep", "--swarm", "--json", str(folder)]
    environ = {**os.environ, "DOCKER_HOST": nodes.manager.url}
    began, out = time.time(), folder.with_suffix(".out")
    with out.open("w") as stdout, folder.with_suffix(".err").open("w+") as stderr:
        process = subprocess.Popen(words, env=environ, stdout=stdout, stderr=stderr, cwd=_ROOT)
        _pid, status, usage = os.wait4(process.pid, 0)
        stderr.seek(0)
        said = stderr.read()
    code, cpu = os.waitstatus_to_exitcode(status), usage.ru_utime + usage.ru_stime
    return Went(code, began, time.time() - began, cpu, usage.ru_maxrss / 1024, said, folder)


def print_went(went: Went, members: int, watch: Watch) -> None:
    """Print what a sweep took, and what it left on this machine."""
    print(f"== {members} members: exit code {went.code} after {went.wall:.1f} s")
    print(f"client: {went.cpu:.1f} s of CPU, {went.peak:.0f} MB", went.said[-2000:])
    kinds = Counter(str(it["type"]) for it in went.events)
    print("events:", sum(len(json.dumps(it)) for it in went.events), "bytes", dict(kinds))
    for it in went.events:
        if it["type"] == "run-failed":
            print("failed:", it["message"])
    for name in ("sweep-planned", "member-placed", "member-started", "run-finished"):
        times = [went.since(str(it["time"])) for it in went.events if it["type"] == name]
        if times:
            print(f"{name}: {times[0]:.1f} s to {times[-1]:.1f} s")
    if watch.created:
        first, last = (went.since(_time(it)) for it in (watch.created[0], watch.created[-1]))
        print(f"services created: {len(watch.created)}, {first:.1f} s to {last:.1f} s")
    print(f"docker service ls: {watch.longest_list:.2f} s at most; peaks in kB: {watch.peaks}")
    for kept in (went.folder / ".paddock" / "ledger.jsonl", went.folder.with_suffix(".out")):
        print(f"{kept.name}: {kept.stat().st_size if kept.exists() else 0} bytes")


def _time(of_engine: str) -> str:
    """Return a time of the engine's as Python reads it."""
    return re.sub(r"(\.\d{6})\d*Z", r"\1+00:00", of_engine)


def run_one(nodes: TestSwarm, scratch: Path, members: int, options: argparse.Namespace) -> None:
    """Run a sweep of so many members, and print what it took."""
    seeds = [*range(members)]
    text = _PROJECT + _SWARM.format(registry=nodes.registry, cpus=options.cpus, seeds=seeds)
    folder = write_project(scratch / f"p{members}", text, images=options.images // 3)
    before, kept, watch = traffic(nodes), stored(nodes), Watch(nodes)
    with watch.going_on(options.every):
        went = run_sweep(nodes, folder)
    print_went(went, members, watch)
    for agent, (requests, size) in traffic(nodes).items():
        had = before.get(agent, (0, 0))
        each = (requests - had[0]) / members
        print(
            f"{agent}: {each:.1f} requests a member, {(size - had[1]) >> 10} kB of answers in all"
        )
    print(f"the registry keeps {stored(nodes) - kept} kB more", flush=True)


def main() -> None:
    """Run sweeps of some numbers of members on one Swarm."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--members", type=int, nargs="*", default=[1, 10, 100])
    parser.add_argument("--images", type=int, default=300, help="of train, val and test together")
    parser.add_argument(
        "--cpus",
        type=float,
        default=0.25,
        help="that a member reserves; a node has all of the machine's",
    )
    parser.add_argument("--every", type=float, default=10.0, help="seconds between two looks")
    options = parser.parse_args()
    client = connect(os.environ)
    base = read_compose(os.environ).images["base"].image
    tools = build_tools(client, base)
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        build_stub(client, make_template(scratch))
        stages = build_stand_ins(client, base, scratch)
        with swarm(client, tools, heartbeat=_HEARTBEAT) as nodes:
            bring(nodes, stages)
            for members in options.members:
                run_one(nodes, scratch, members, options)


if __name__ == "__main__":
    main()
