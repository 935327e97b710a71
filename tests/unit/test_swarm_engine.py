"""What the Swarm is asked for, in its own words; of a Swarm that is scripted."""

from types import SimpleNamespace
from typing import Any, cast

from docker import DockerClient

from pipeline.engine.swarm import Swarm, Wanted


class Api:
    """Keeps the services that were asked for; has the nodes that a test gives it."""

    def __init__(self, *nodes: dict[str, Any]) -> None:
        self._nodes = list(nodes)
        self.asked: list[Any] = []

    def create_service(self, template: Any, **_more: object) -> dict[str, str]:
        self.asked.append(template)
        return {"ID": "s"}

    def nodes(self) -> list[dict[str, Any]]:
        return self._nodes


def swarm(api: Api) -> Swarm:
    return Swarm(cast("DockerClient", SimpleNamespace(api=api)))


def node(
    cpus: float, memory: int, state: str = "ready", availability: str = "active"
) -> dict[str, Any]:
    resources = {"NanoCPUs": round(cpus * 10**9), "MemoryBytes": memory}
    return {
        "Status": {"State": state},
        "Spec": {"Availability": availability},
        "Description": {"Resources": resources},
    }


def test_a_folder_with_braces_is_no_template() -> None:
    api = Api()
    folder = "/home/me/{{.Service.Name}} {{x}}"
    swarm(api).create(Wanted("n", "i@sha256:0", (), {}, {}, {}, folders=(folder,)))
    mounts = {it["Type"]: it["Target"] for it in api.asked[0]["ContainerSpec"]["Mounts"]}
    assert mounts["volume"] == '/home/me/{{"{{"}}.Service.Name}} {{"{{"}}x}}'


def test_only_nodes_that_take_work_count() -> None:
    drained, down = node(64, 1 << 40, availability="drain"), node(64, 1 << 40, state="down")
    assert swarm(Api(node(2, 4 << 30), drained, down)).rooms() == [(2.0, 4 << 30)]
