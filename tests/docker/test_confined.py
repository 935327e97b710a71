"""What every container of Paddock may do, as the engine tells it and as it is from inside while it runs."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from docker import DockerClient

from pipeline.compose.file import Compose
from pipeline.engine.containers import Containers, Job, Sink

pytestmark = [pytest.mark.docker, pytest.mark.images]

#: All that runs in a container, but the image for GPUs, which is built where there is one: it is confined as
#: train is. The base is only built upon.
SERVICES = ("data", "train", "export", "quantize", "convert", "verify", "verify-arm", "example")
UNBUILT = {"base", "train-gpu"}
#: Says what the process may do, and what it finds when it tries.
LOOK = r"""
import glob, json, os, socket

def tried(what, *arguments):
    try:
        what(*arguments)
    except OSError as error:
        return error.strerror
    return "done"

def write(path):
    with open(path, "w"):
        pass

status = dict(line.split(":", 1) for line in open("/proc/self/status"))
limits = ("memory.max", "pids.max", "memory/memory.limit_in_bytes", "pids/pids.max")
print(json.dumps({
    "user": [os.getuid(), os.getgid(), os.getgroups()],
    "capabilities": [int(status[name], 16) for name in ("CapPrm", "CapEff", "CapBnd", "CapAmb")],
    "privileges": int(status["NoNewPrivs"]),
    "routes": open("/proc/net/route").readlines()[1:],
    "reached": tried(socket.create_connection, ("192.0.2.1", 80), 2),
    "written": {path: tried(write, path + "/x") for path in ("", "/etc", "/opt/paddock", "/paddock/inputs",
                                                             "/paddock", "/tmp")},
    "sockets": [path for path in glob.glob("/run/*.sock") + glob.glob("/var/run/*.sock")],
    "setuid": tried(os.setuid, 0),
    "limits": {name: open("/sys/fs/cgroup/" + name).read().strip() for name in limits
               if os.path.exists("/sys/fs/cgroup/" + name)},
    "init": open("/proc/1/comm").read().strip(),
}))
"""


@pytest.fixture(scope="module")
def volumes(client: DockerClient) -> Iterator[dict[str, str]]:
    made = [client.volumes.create(labels={"paddock.test": "confined"}) for _ in range(2)]
    yield {"workspace": made[0].name, "inputs": made[1].name}
    for volume in made:
        volume.remove(force=True)


def test_no_service_is_left_out(compose: Compose) -> None:
    assert {*SERVICES, *UNBUILT} == set(compose.services)
    apart = {"image", "build", "profiles", "deploy"}
    train, on_gpus = (
        compose.services[name].model_dump(exclude=apart) for name in ("train", "train-gpu")
    )
    assert train == on_gpus


@pytest.mark.parametrize("name", SERVICES)
def test_a_container_can_do_its_work_and_nothing_else(
    client: DockerClient, compose: Compose, volumes: dict[str, str], name: str
) -> None:
    service, printed, seen = compose.services[name], bytearray(), list[dict[str, Any]]()

    def take(data: bytes) -> None:
        printed.extend(data)
        if data and not seen:
            seen.append(client.api.inspect_container(job.name))

    wait = f"{LOOK}\nimport sys; sys.stdout.flush(); __import__('time').sleep(600)"
    job = Job(
        service, service.image, f"paddock-test-confined-{name}", ("-c", wait), volumes,
        {"paddock.test": "confined"}, entrypoint=("python",),
    )  # fmt: skip
    Containers(client).run(job, {}, Sink(take, printed.extend), lambda: 2 * bool(seen))
    inside = json.loads(bytes(printed))

    assert inside["user"] == [10001, 10001, [10001]] or inside["user"] == [10001, 10001, []]
    assert inside["capabilities"] == [0, 0, 0, 0] and inside["privileges"] == 1
    assert inside["routes"] == [] and inside["reached"] == "Network is unreachable"
    assert inside["written"] == {
        "": "Read-only file system",
        "/etc": "Read-only file system",
        "/opt/paddock": "Read-only file system",
        "/paddock/inputs": "Read-only file system",
        "/paddock": "done",
        "/tmp": "done",
    }
    assert inside["sockets"] == [] and inside["setuid"] == "Operation not permitted"
    assert str(service.mem_limit) in inside["limits"].values()
    assert str(service.pids_limit) in inside["limits"].values()

    host = seen[0]["HostConfig"]
    assert host["NetworkMode"] == "none" and host["ReadonlyRootfs"] and not host["Privileged"]
    assert host["CapDrop"] == ["ALL"] and not host["CapAdd"]
    assert host["SecurityOpt"] == ["no-new-privileges"]
    assert not host["Binds"] and not host["Devices"] and not host["PortBindings"]
    assert (host["PidMode"], host["UTSMode"]) == ("", "")
    assert host["IpcMode"] in ("private", "shareable")  # the engine's default: its own, either way
    assert host["NanoCpus"] and host["Init"] and host["Memory"] == host["MemorySwap"]
    mounts = {item["Destination"]: (item["Type"], item["RW"]) for item in seen[0]["Mounts"]}
    assert mounts == {"/paddock": ("volume", True), "/paddock/inputs": ("volume", False)}
