"""push and pull with Debian's docker-registry: what was tested with a stand-in holds with a real one."""

import base64
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from docker import DockerClient

from stages.contract import Exit
from support.cli import call
from support.pushed import SHIPPED, delivered
from support.registry import digest
from support.tools import RealRegistry, real_registry

pytestmark = pytest.mark.docker

#: me, with the password "right" (bcrypt, as `htpasswd -B` writes it).
HTPASSWD = "me:$2b$04$gSD7EqAQc8fDFtmqjrsikOOyiYSrncvyE6sczePuOIBheAQus8E8W\n"


@pytest.fixture
def registry(client: DockerClient, tools: str) -> Iterator[RealRegistry]:
    with real_registry(client, tools, HTPASSWD) as running:
        yield running


def logged_in(folder: Path, address: str, password: str) -> dict[str, str]:
    folder.mkdir()
    auth = base64.b64encode(f"me:{password}".encode()).decode()
    (folder / "config.json").write_text(json.dumps({"auths": {address: {"auth": auth}}}))
    return {"DOCKER_CONFIG": str(folder)}


def test_a_model_goes_into_a_real_registry_and_comes_back_or_is_refused(
    registry: RealRegistry, tmp_path: Path
) -> None:
    """One registry for all: it takes longer to start than to ask."""
    project = delivered(tmp_path / "project")
    name = f"{registry.address}/me/plates"
    me = logged_in(tmp_path / "me", registry.address, "right")

    wrong = logged_in(tmp_path / "wrong", registry.address, "wrong")
    for environ, said in (
        ({"HOME": str(tmp_path)}, "wants to know who you are"),
        (wrong, "does not allow"),
    ):
        done = call("push", f"{name}:1", project, environ=environ)
        assert done.returncode == Exit.ENGINE and said in done.stderr
        assert f"docker login {registry.address}" in done.stderr

    pushed = [
        json.loads(call("push", f"{name}:{tag}", project, "--json", environ=me).stdout)
        for tag in ("1", "2")
    ]
    first, again = pushed
    assert first["digest"] == again["digest"] and (first["sent"] > 0, again["sent"]) == (True, 0)

    done = call("pull", first["pinned"], "-o", tmp_path / "to", environ=me)
    assert done.returncode == Exit.OK and "PASS" in done.stdout
    out = project / "out"
    for file in (path for path in out.rglob("*") if path.is_file()):
        assert (tmp_path / "to" / file.relative_to(out)).read_bytes() == file.read_bytes()

    (project / "out").rename(tmp_path / "before")
    delivered(project, files={**SHIPPED, "model_arm.nb": b"another"})
    done = call("push", f"{name}:1", project, environ=me)
    assert f"the tag led to {first['digest']} before" in done.stdout
    assert call("pull", f"{name}:1", "-o", tmp_path / "to", environ=me).returncode == Exit.OK
    assert (tmp_path / "to" / "model_arm.nb").read_bytes() == b"another"
    assert call("pull", first["pinned"], "-o", tmp_path / "to", environ=me).returncode == Exit.OK

    done = call("pull", f"{name}:3", environ=me, cwd=tmp_path)
    assert done.returncode == Exit.ENGINE and "has nothing of this name" in done.stderr

    registry.change_byte(digest(SHIPPED["model_arm.nb"]))
    done = call("pull", first["pinned"], "-o", tmp_path / "new", environ=me)
    assert done.returncode == Exit.INTEGRITY and "gives other bytes" in done.stderr
    assert not (tmp_path / "new").exists()
    registry.change_byte(first["digest"])
    done = call("pull", first["pinned"], "-o", tmp_path / "new", environ=me)
    assert done.returncode != Exit.OK and not (tmp_path / "new").exists()
