"""Programs in an image that has a compiler: for ARM with an emulator of it, or for Java."""

import io
import json
import tarfile
from collections.abc import Mapping
from typing import Any

from docker import DockerClient

from pipeline.compose.file import Compose

_UNPACK = (
    "import runpy, sys, tarfile; tarfile.open('/files.tar').extractall('/tmp'); "
    "sys.argv = ['inside.py', '/tmp/files']; runpy.run_path('/tmp/files/inside.py', run_name='__main__')"
)


def said_on_arm(
    client: DockerClient, compose: Compose, files: Mapping[str, bytes]
) -> dict[str, Any]:
    """Run ``inside.py``, one of the files, in verify-arm; return what it prints as JSON."""
    return said_inside(client, compose.services["verify-arm"].image, files)


def said_inside(client: DockerClient, image: str, files: Mapping[str, bytes]) -> dict[str, Any]:
    """Run ``inside.py``, one of the files, in an image; return what it prints as JSON."""
    container = client.containers.create(
        image,
        ["-c", _UNPACK],
        entrypoint=["python"],
        user="10001:10001",
        network_mode="none",
        cap_drop=["ALL"],
        security_opt=["no-new-privileges"],
    )
    try:
        packed = _packed({f"files/{name}": data for name, data in files.items()})
        container.put_archive("/", _packed({"files.tar": packed}))
        container.start()
        ended = container.wait()
        log = container.logs(stdout=True, stderr=True).decode("utf-8", "replace")
    finally:
        container.remove(force=True)
    assert ended["StatusCode"] == 0, log
    said: dict[str, Any] = json.loads(
        next(line for line in log.splitlines() if line.startswith("{"))
    )
    return said


def _packed(members: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size, info.mode = len(data), 0o644
            archive.addfile(info, io.BytesIO(data))
    return buffer.getvalue()
