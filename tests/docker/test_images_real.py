"""What holds for the images that `paddock images build` made."""

import ast
import os

import pytest
from docker import DockerClient
from docker.types import Mount

from pipeline.compose.file import REPOSITORY, Compose, Service
from pipeline.engine.images import Images
from pipeline.images.build import build_images
from pipeline.images.events import BuildEvent, ImageFinished
from pipeline.images.listing import list_images
from pipeline.plan.stages import STAGES
from stages.contract import hash_file
from support.image_code import closure, roots

pytestmark = [pytest.mark.docker, pytest.mark.images]

VERSIONS = """
import importlib.metadata as m, json, platform
names = ["paddlepaddle", "numpy", "opencv-python-headless"]
print(json.dumps([platform.python_version(), *map(m.version, names)]))
"""


def run(client: DockerClient, service: Service, code: str) -> str:
    """Run Python in a container as confined as compose.yaml says; return what it prints."""
    output = client.containers.run(
        service.image,
        ["-c", code],
        entrypoint=["python"],
        remove=True,
        user=service.user or None,
        network_mode=service.network_mode,
        read_only=True,
        tmpfs={"/tmp": ""},
        cap_drop=["ALL"],
        security_opt=["no-new-privileges"],
    )
    return str(output.decode())


def test_every_image_starts_with_the_layers_of_the_base(images: Images, compose: Compose) -> None:
    base = images.find(compose.images["base"].image)
    assert base is not None
    for name in compose.services:  # Paddock's own image is none of them, and stands on Python's
        build = compose.images[name]
        found = images.find(build.image)
        assert found or build.asked_for, build.image
        assert found is None or found.layers[: len(base.layers)] == base.layers


def test_paddle_is_one_layer(images: Images, compose: Compose, client: DockerClient) -> None:
    history = client.images.get(compose.images["base"].image).history()
    large = [layer for layer in history if layer["Size"] > 400 << 20]
    assert len(large) == 1


def test_every_stage_has_the_same_versions(client: DockerClient, compose: Compose) -> None:
    found = {name: run(client, compose.services[name], VERSIONS) for name in STAGES}
    assert set(found.values()) == {found["data"]}
    python, paddle, numpy, _ = ast.literal_eval(found["data"])
    assert python.startswith("3.10.")
    assert paddle == "3.1.1"
    assert numpy.startswith("1.")


LIST_CODE = """
import hashlib, pathlib
root = pathlib.Path("/opt/paddock")
for path in [each for kind in ("py", "cpp", "h") for each in root.glob(f"stages/**/*.{kind}")]:
    print(hashlib.sha256(path.read_bytes()).hexdigest(), path.relative_to(root))
"""


@pytest.mark.parametrize("stage", STAGES)
def test_an_image_has_the_code_that_its_stage_can_reach(
    client: DockerClient, compose: Compose, stage: str
) -> None:
    wanted = [
        f"{hash_file(path).sha256} {path.relative_to(REPOSITORY).as_posix()}"
        for path in closure(REPOSITORY, roots(stage))
    ]
    found = run(client, compose.services[stage], LIST_CODE).splitlines()
    assert sorted(found) == sorted(wanted), "run `paddock images build`"


@pytest.mark.parametrize("stage", ["train", "export", "verify"])
def test_paddleocr_is_there_with_its_licence(
    client: DockerClient, compose: Compose, stage: str
) -> None:
    code = (
        "import os, ppocr.modeling.architectures, tools.program\n"
        "root = os.environ['PADDOCK_PADDLEOCR']\n"
        "print(os.path.dirname(tools.__file__), sorted(os.listdir(root)))"
    )
    last = run(client, compose.services[stage], code).splitlines()[-1]
    assert last.startswith("/opt/paddleocr/tools")
    for name in ("LICENSE", "LICENSE.modeling", "NOTICE", "ppocr"):
        assert name in last


@pytest.mark.parametrize("stage", ["convert", "verify"])
def test_paddle_lite_is_there(client: DockerClient, compose: Compose, stage: str) -> None:
    code = "import importlib.metadata as m, paddlelite.lite; print(m.version('paddlelite'))"
    assert run(client, compose.services[stage], code).strip() == "2.13rc0"


def test_fresh_volumes_are_open_to_the_stages_user(client: DockerClient, compose: Compose) -> None:
    service = compose.services["data"]
    workspace, inputs = (client.volumes.create() for _ in range(2))
    code = "import os; open('/paddock/x', 'w'); print(os.access('/paddock/inputs', os.X_OK))"
    try:
        output = client.containers.run(
            service.image,
            ["-c", code],
            entrypoint=["python"],
            remove=True,
            read_only=True,
            network_mode="none",
            mounts=[
                Mount("/paddock", workspace.name),
                Mount("/paddock/inputs", inputs.name, read_only=True),
            ],
        )
    finally:
        workspace.remove()
        inputs.remove()
    assert output.decode().strip() == "True"


def test_bytecode_is_shipped_and_never_compared_with_its_source(
    client: DockerClient, compose: Compose
) -> None:
    code = (
        "import importlib.util, json, paddle.version, stages.contract\n"
        "for module in (json, paddle.version, stages.contract):\n"
        "    head = open(importlib.util.cache_from_source(module.__file__), 'rb').read(8)\n"
        "    print(int.from_bytes(head[4:], 'little'))"
    )
    assert run(client, compose.services["verify"], code).split()[-3:] == ["1", "1", "1"]


def test_a_second_build_does_nothing_and_says_so(images: Images, compose: Compose) -> None:
    first = build_images(images, compose, os.environ, lambda _event: None)
    said: list[BuildEvent] = []
    assert build_images(images, compose, os.environ, said.append) == first
    finished = [event for event in said if isinstance(event, ImageFinished)]
    # one is built only where it is asked for by name
    assert len(finished) == sum(not image.asked_for for image in compose.images.values())
    assert all(event.up_to_date for event in finished)


def test_the_list_says_what_every_image_stands_on(images: Images, compose: Compose) -> None:
    listed = list_images(images, compose)
    assert all(item.present and item.size for item in listed)
    assert len({item.base for item in listed}) == 1
    assert "sha256:" in listed[0].base
