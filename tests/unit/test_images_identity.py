"""An image's identity: what is in it and how it runs, never when or where it was made."""

from typing import Any

import pytest
from docker import DockerClient
from docker.models.images import Image

from pipeline.engine.images import ImageInfo, Images

CONFIG: dict[str, Any] = {
    "Env": ["PATH=/usr/bin", "HOME=/tmp"],
    "Entrypoint": ["python", "-m", "stages"],
    "Cmd": None,
    "User": "10001:10001",
    "WorkingDir": "/opt/paddock",
    "Labels": {"paddock.fingerprint": "1"},
    "Image": "sha256:parent",
}


class Engine(DockerClient):
    """An engine that has one image."""

    def __init__(self, raw: dict[str, Any]) -> None:
        self._raw = raw

    @property
    def images(self) -> Any:
        return self

    def get(self, _reference: str) -> Image:
        return Image(self._raw)


def image(config: dict[str, Any] | None = None, **raw: Any) -> ImageInfo:
    """Return what is known of an image that the engine describes in this way."""
    described = {
        "Id": "sha256:1",
        "Created": "2026-11-28T00:00:00Z",
        "Os": "linux",
        "Architecture": "amd64",
        "RootFS": {"Type": "layers", "Layers": ["sha256:a", "sha256:b"]},
        "Config": {**CONFIG, **(config or {})},
        **raw,
    }
    return Images(Engine(described)).get("it")


@pytest.mark.parametrize(
    "other",
    [
        image(Id="sha256:2", Created="2027-01-01T00:00:00Z", RepoTags=["x:1"], Size=9),
        image({"Labels": {"paddock.fingerprint": "2"}, "Image": "sha256:other"}),
        image({"Env": CONFIG["Env"][::-1]}),
        image({"Cmd": [], "Volumes": {}, "StopSignal": ""}),
    ],
    ids=["made elsewhere", "labels", "order of variables", "nothing, written otherwise"],
)
def test_what_does_not_matter_leaves_it(other: ImageInfo) -> None:
    assert other.identity == image().identity


@pytest.mark.parametrize(
    "other",
    [
        image(RootFS={"Type": "layers", "Layers": ["sha256:b", "sha256:a"]}),
        image(Architecture="arm64"),
        *(
            image({name: value})
            for name, value in {
                "Env": [*CONFIG["Env"], "OMP_NUM_THREADS=1"],
                "Entrypoint": ["python"],
                "Cmd": ["--help"],
                "User": "0",
                "WorkingDir": "/",
            }.items()
        ),
    ],
    ids=["layers", "Architecture", "Env", "Entrypoint", "Cmd", "User", "WorkingDir"],
)
def test_what_matters_changes_it(other: ImageInfo) -> None:
    assert other.identity != image().identity
    assert len(other.identity) == 64
