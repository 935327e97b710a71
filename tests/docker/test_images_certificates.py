"""A user's certificates reach the build and stay out of the image."""

import base64
import gzip
import io
import os
import re
import tarfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from docker import DockerClient

from pipeline.compose.file import Compose
from pipeline.images.certificates import find_bundle
from pipeline.images.events import LogLine
from support.tiny import Workshop

pytestmark = pytest.mark.docker

#: Another one in every session: the engine must not answer from its cache.
BODY = base64.b64encode(uuid.uuid4().bytes * 2).decode()
PEM = f"-----BEGIN CERTIFICATE-----\n{BODY}\n-----END CERTIFICATE-----\n"
#: The Dockerfiles of images/ in small: certificates go into a throw-away stage.
DOCKERFILE = """
ARG PYTHON_BASE
FROM ${PYTHON_BASE} AS build
USER 0
COPY images/ca /ca
RUN echo "seen in $(grep -l CERTIFICATE /ca/*.pem)" && mkdir /out && echo made > /out/result

FROM scratch
COPY --from=build /out/ /
"""
_CERTIFICATE = re.compile(rb"-----BEGIN CERTIFICATE-----\s+(\S+)")


def everything_in(archive: bytes) -> Iterator[bytes]:
    """Give the bytes of every file of a tar, and of the layers in it, packed or not."""
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        for member in tar:
            stream = tar.extractfile(member) if member.isreg() else None
            data = stream.read() if stream else b""
            yield gzip.decompress(data) if data.startswith(b"\x1f\x8b") else data


def test_the_build_sees_them_and_no_layer_has_them(
    client: DockerClient, compose: Compose, shop: Workshop, tmp_path: Path
) -> None:
    shop.write("images/base/Dockerfile", DOCKERFILE)
    shop.write("images/ca/README.md", "put *.pem here")
    bundle = tmp_path / "company.pem"
    bundle.write_text(PEM)
    base = shop.images.image_id(compose.images["base"].image)
    shop.build({"PADDOCK_CA_BUNDLE": str(bundle)}, PYTHON_BASE=base)
    lines = [event.text for event in shop.said if isinstance(event, LogLine)]
    assert "seen in /ca/user.pem" in lines
    saved = list(everything_in(b"".join(shop.images.save([shop.tag]))))
    assert any(b"made\n" in data for data in saved)
    assert not any(BODY.encode() in data for data in saved)
    assert BODY not in str(client.images.get(shop.tag).history())
    assert not list(shop.repository.rglob("*.pem"))


@pytest.mark.images
def test_the_real_images_have_none_of_this_machines(client: DockerClient, compose: Compose) -> None:
    bundle = find_bundle(os.environ)
    own = set(_CERTIFICATE.findall(bundle.pem if bundle else PEM.encode()))
    # The image's own authorities are Debian's; Python packages bring Mozilla's.
    public = "cat /etc/ssl/certs/*.pem $(find / -xdev -name cacert.pem)"
    image = compose.images["verify"].image  # all layers of the others but the stages' code
    known = client.containers.run(
        image, ["-c", public], entrypoint=["sh"], user="0", remove=True, network_mode="none"
    )
    foreign = own - set(_CERTIFICATE.findall(known)) if bundle else own
    patterns = [word for body in sorted(foreign) for word in ("-e", body.decode())]
    search = ["-rlsF", "--exclude-dir=proc", "--exclude-dir=sys", *patterns]
    found = client.containers.run(
        image,
        ["-c", 'grep "$@" / || true', "search", *search, *([] if patterns else ["-e", BODY])],
        entrypoint=["sh"],
        user="0",
        remove=True,
        network_mode="none",
    )
    assert found == b""
    for build in compose.images.values():
        built = client.images.list(build.image)
        assert built or build.asked_for, build.image
        assert not any("BEGIN CERTIFICATE" in str(image.history()) for image in built)
