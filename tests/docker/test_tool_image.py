"""``docker compose run paddock``: the tool itself in a container, for hosts without Python."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from docker import DockerClient

from pipeline.compose.file import REPOSITORY, TOOL, Compose
from pipeline.engine.images import Images
from pipeline.images.build import Options, build_images
from stages.contract import Exit
from support.given import WEIGHTS, program, tensors
from support.patience import PATIENCE, wait_for
from support.runs import Files, Site, first_lines

pytestmark = [pytest.mark.docker, pytest.mark.images]

#: Whoever has the project; the container starts as root.
OWNER = 4321
SOCKET = "/var/run/docker.sock"
#: In the place of the volume that Compose would make for fetched models, and somebody may have.
MODELS = "paddock-test-models"


@pytest.fixture(scope="module")
def image(images: Images, compose: Compose) -> str:
    build_images(images, compose, os.environ, lambda _event: None, Options(only=(TOOL,)))
    return compose.images[TOOL].image


#: Starts from a model of its own: nothing is fetched.
TEXT = """
[project]
name = "by-compose"

[data]
test = ["test.txt"]
dictionary = "dict.txt"

[export]
model = "pd"
"""


def volumes(client: DockerClient) -> set[str]:
    found = client.volumes.list(filters={"name": ["paddock-by-compose-", MODELS]})
    return {str(item.name) for item in found}


@pytest.fixture
def project(client: DockerClient, site: Site, lines: Path) -> Iterator[Path]:
    """A project of somebody else's; in the end there is no volume that was not there before."""
    before = volumes(client)
    files: Files = {
        "data/test": lines / "test",
        "data/test.txt": first_lines(lines / "test.txt", 2),
        "dict.txt": lines / "dict.txt",
        "pd/inference.pdmodel": program(WEIGHTS, classes=37),
        "pd/inference.pdiparams": tensors(WEIGHTS),
    }
    folder = site.project("by-compose", TEXT, files)
    if os.getuid() == 0:
        for path in (folder, *folder.rglob("*")):
            os.chown(path, OWNER, OWNER)
    folder.chmod(0o700)
    yield folder
    for name in volumes(client) - before:
        client.volumes.get(name).remove(force=True)


def compose_run(client: DockerClient, tools: str, folder: Path, *words: str) -> tuple[int, str]:
    """Run the service in ``folder`` with Compose 1.29 out of the tests' tools; return code and output."""
    command = 'cd "$1" && shift && exec docker-compose -f "$@"'
    file = str(REPOSITORY / "compose.yaml")
    container = client.containers.run(
        tools,
        ["sh", "-c", command, "sh", str(folder), file, "run", "--rm", "-T", TOOL, *words],
        detach=True,
        volumes=[f"{SOCKET}:{SOCKET}", f"{REPOSITORY}:{REPOSITORY}:ro", f"{folder}:{folder}"],
        environment={"PADDOCK_MODELS": MODELS},
        labels={"paddock.test": "compose"},
    )
    try:
        code = int(container.wait(timeout=PATIENCE)["StatusCode"])
        return code, container.logs().decode()
    finally:
        container.remove(force=True)


def test_compose_runs_a_project_as_its_owner(
    client: DockerClient, image: str, tools: str, project: Path
) -> None:
    others = volumes(client) | {MODELS}
    assert image
    code, said = compose_run(client, tools, project, "--batch", "--until", "data")
    assert code == Exit.OK, said
    made = [project / ".paddock", *(project / ".paddock").rglob("*")]
    assert len(made) > 4
    assert {(path.lstat().st_uid, path.lstat().st_gid) for path in made} == {
        (project.stat().st_uid, project.stat().st_gid)
    }
    before = volumes(client)
    code, said = compose_run(client, tools, project, "--batch", "--until", "data")
    assert code == Exit.OK and "cached" in said, said
    assert volumes(client) == before  # another container, the same workspace
    code, said = compose_run(client, tools, project, "clean", "--volumes")
    assert code == Exit.OK and said.count("removed ") == 2, said
    assert len(before - others) == 2 and volumes(client) == others


def test_the_container_ends_with_the_run_that_a_screen_left_behind(
    client: DockerClient, image: str
) -> None:
    screen = (
        "setsid sh -c \"trap 'echo saved; exit 0' TERM; echo running; sleep 999 & wait\" & exit 7"
    )
    start = (
        "import os, sys; sys.path.insert(0, '/opt/paddock/images/paddock'); import entry;"
        "words = ['sh', '-c', sys.argv[1]];"
        "sys.exit(entry.supervise(os.posix_spawn('/bin/sh', words, os.environ)))"
    )
    container = client.containers.run(
        image, ["-c", start, screen], entrypoint="python", detach=True, network_mode="none",
        labels={"paddock.test": "supervised"},
    )  # fmt: skip
    try:

        def goes_on() -> bool | None:
            said = container.logs()
            container.reload()
            assert container.status == "running", said
            return (b"a run goes on" in said and b"running" in said) or None

        wait_for(goes_on)
        container.kill("SIGTERM")
        assert container.wait(timeout=PATIENCE)["StatusCode"] == 7
        assert b"saved" in container.logs()
    finally:
        container.remove(force=True)
