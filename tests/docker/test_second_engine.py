"""An engine on another machine: reached over TLS and ssh, given all it needs by one file, and run on."""

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from unittest import mock

import pytest
from docker import DockerClient

from pipeline.compose.file import Compose
from pipeline.engine.connection import open_engine
from pipeline.engine.images import Images
from pipeline.errors import EngineError
from pipeline.plan.lockfile import LOCK_FILE, lock_entry, lock_text
from pipeline.record.ledger import Ledger
from pipeline.text import without_secrets
from stages.contract import Exit
from support.cli import paddock
from support.contexts import add_context
from support.patience import PATIENCE
from support.runs import run
from support.second_engine import SecondEngine, second_engine
from support.tiny import build_renamed

pytestmark = [pytest.mark.docker, pytest.mark.images]

#: All images, more than a gigabyte, through one file: no other command has as much to do.
MOVING = 4 * PATIENCE


@pytest.fixture(scope="module")
def far(
    client: DockerClient, tools: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[SecondEngine]:
    """An engine that has what ``paddock images save`` wrote, and nothing else."""
    archive = tmp_path_factory.mktemp("archive") / "images.tar"
    saved = paddock("images", "save", archive, environ={}, timeout=MOVING)
    assert saved.returncode == 0, saved.stderr
    with second_engine(client, tools) as engine:
        # To a machine with an engine, Python and this file; where it keeps models, it has none.
        cache = {"XDG_CACHE_HOME": str(archive.parent)}
        environ = {**engine.tls, **cache}
        loaded = paddock("images", "load", archive, environ=environ, timeout=MOVING)
        assert loaded.returncode == 0, loaded.stderr
        archive.unlink()
        yield replace(engine, tls={**engine.tls, **cache}, ssh={**engine.ssh, **cache})


def test_every_image_arrives_as_it_was(far: SecondEngine, images: Images, compose: Compose) -> None:
    there = open_engine(far.tls).images
    for build in compose.images.values():
        here = images.find(build.image)
        assert here or build.asked_for
        assert here is None or there.get(build.image).identity == here.identity


@pytest.fixture(scope="module")
def project(far: SecondEngine, make_official: Callable[[str], Path]) -> Path:
    """A project that lies on this machine only, and has run there."""
    folder = make_official("far")
    # The engine's own file system has nothing of it, so nothing of it can be mounted.
    assert far.container.exec_run(["test", "-e", str(folder)]).exit_code == 1
    done = run(folder, environ=far.tls)
    assert done.code == Exit.OK, (done.events[-3:], done.stderr)
    return folder


def test_a_run_over_tls_brings_the_models_here(project: Path) -> None:
    out = project / "out"
    lines = (out / "SHA256SUMS").read_text().splitlines()
    sums = {name: digest for digest, _, name in (line.partition("  ") for line in lines)}
    assert {"model_arm.nb", "model_x86.nb", "report.json"} <= set(sums)
    for name, expected in sums.items():
        assert hashlib.sha256((out / name).read_bytes()).hexdigest() == expected
    assert json.loads((out / "report.json").read_text())["verdict"] == "pass"


def test_a_stage_runs_over_ssh(far: SecondEngine, project: Path) -> None:
    words = ("--batch", "--json", "--force", "data", "--until", "data", project)
    done = paddock(*words, environ=far.ssh)
    assert done.returncode == Exit.OK, done.stdout + done.stderr
    events = [json.loads(line) for line in done.stdout.splitlines()]
    assert [event["stage"] for event in events if event["type"] == "stage-finished"] == ["data"]


def test_doctor_says_where_it_looks(far: SecondEngine) -> None:
    done = paddock("doctor", environ=far.ssh)
    assert done.returncode == 0, done.stdout
    assert without_secrets(far.ssh["DOCKER_HOST"]) in done.stdout


def test_a_context_brings_its_own_certificates(far: SecondEngine, tmp_path: Path) -> None:
    add_context(tmp_path, "far", far.tls["DOCKER_HOST"])
    kept = tmp_path / "contexts" / "tls" / hashlib.sha256(b"far").hexdigest() / "docker"
    kept.mkdir(parents=True)
    for name in ("ca.pem", "cert.pem", "key.pem"):
        shutil.copy(Path(far.tls["DOCKER_CERT_PATH"], name), kept)
    environ = {"DOCKER_CONTEXT": "far", "DOCKER_CONFIG": str(tmp_path)}
    assert open_engine(environ).facts() == open_engine(far.tls).facts()


@pytest.mark.parametrize(
    ("way", "change", "message", "remedy"),
    [
        ("tls", {"DOCKER_TLS_VERIFY": ""}, "speaks TLS only", "set DOCKER_TLS_VERIFY=1"),
        ("tls", {"DOCKER_CERT_PATH": "/nowhere"}, "not one that ca.pem", "correct DOCKER_CERT_PATH"),
        ("ssh", {"PATH": "strangers"}, "does not know the engine's host", "connect once"),
        ("ssh", {"DOCKER_HOST": "root@"}, "the engine's host refuses ssh", "ssh-add"),
        ("ssh", {"DOCKER_HOST": "/no.sock"}, "its socket does not exist", "start it"),
        ("ssh", {"PATH": "/nowhere"}, "there is no ssh here", "install an OpenSSH client"),
    ],
)  # fmt: skip
def test_why_it_is_not_reached_is_said(
    far: SecondEngine, way: str, change: Mapping[str, str], message: str, remedy: str
) -> None:
    host = far.tls["DOCKER_HOST"] if way == "tls" else far.ssh["DOCKER_HOST"]
    changed = {
        "root@": host.replace("root@", "nobody@"),
        "/no.sock": f"{host}/no.sock",
        "strangers": far.strangers,
    }
    environ = {**(far.tls if way == "tls" else far.ssh), **change}
    environ = {name: changed.get(value, value) for name, value in environ.items()}
    with mock.patch.dict(os.environ, environ), pytest.raises(EngineError, match=message) as caught:
        open_engine(environ)
    assert remedy in caught.value.remedy


def test_the_lock_of_one_engine_is_accepted_by_another_that_built_its_own_image(
    far: SecondEngine,
    images: Images,
    compose: Compose,
    make_official: Callable[[str], Path],
    tmp_path: Path,
) -> None:
    folder = make_official("locked")
    done = paddock("--batch", "--until", "data", folder, environ={})
    assert done.returncode == Exit.OK, done.stderr
    entry = Ledger(folder / ".paddock" / "ledger.jsonl").entries[-1]
    checkout = tmp_path / "checkout"
    shutil.copytree(folder, checkout, ignore=shutil.ignore_patterns(".paddock"))
    lock = lock_text({"data": lock_entry(entry.components, entry.result)})
    (checkout / LOCK_FILE).write_text(lock, encoding="utf-8")

    tag = compose.images["data"].image
    other = open_engine(far.tls).images
    other.remove(tag)
    build_renamed(other, compose, {"data": tag})
    assert other.get(tag).identity == images.get(tag).identity
    assert other.get(tag).id != images.get(tag).id
    own = other.get(tag).id
    words = ("--batch", "--json", "--until", "data", "--locked", checkout)
    done = paddock(*words, environ=far.tls)
    assert done.returncode == Exit.OK, done.stdout + done.stderr
    events = [json.loads(line) for line in done.stdout.splitlines()]
    started = next(event for event in events if event["type"] == "stage-started")
    assert (started["image"], started["image_id"]) == (entry.components.image, own)
    assert any(event["type"] == "stage-finished" for event in events)
