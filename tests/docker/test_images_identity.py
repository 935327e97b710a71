"""What an image is known by: the same on every engine, and changed by its own stage's code alone."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from docker import DockerClient

from pipeline.compose.file import REPOSITORY, Compose
from pipeline.engine.connection import connect
from pipeline.engine.images import Images
from pipeline.images.build import BASE, Options, build_images
from pipeline.plan.lockfile import LOCK_FILE, lock_entry, lock_text
from pipeline.plan.stages import STAGES
from pipeline.record.ledger import Ledger
from stages.contract import Exit, stage_key
from support.cli import paddock
from support.second_engine import second_engine
from support.tiny import remove

pytestmark = [pytest.mark.docker, pytest.mark.images]


def build(
    images: Images, compose: Compose, names: Mapping[str, str], root: Path = REPOSITORY
) -> dict[str, str]:
    """Build images (service -> tag) on the base that is there; return their identities."""
    renamed = {name: replace(compose.images[name], image=tag) for name, tag in names.items()}
    chosen = Compose({BASE: compose.images[BASE], **renamed}, {}, {})
    options = Options(repository=root)
    return build_images(images, chosen, os.environ, lambda _event: None, options)


@pytest.fixture
def tags(images: Images) -> Iterator[dict[str, str]]:
    """Names of its own for each stage's image."""
    mark = uuid.uuid4().hex[:12]
    names = {stage: f"paddock-test-{stage}-{mark}:1" for stage in STAGES}
    yield names
    for name in names.values():
        remove(images, name)


def test_a_word_in_verify_changes_no_other_stages_image(
    images: Images, compose: Compose, tags: dict[str, str], tmp_path: Path
) -> None:
    for folder in ("images", "stages"):
        shutil.copytree(REPOSITORY / folder, tmp_path / folder)
    path = tmp_path / "stages" / "verify.py"
    path.write_text(path.read_text().replace('"""', '"""In other words: ', 1))
    before = {stage: images.get(compose.images[stage].image).identity for stage in STAGES}
    after = build(images, compose, tags, tmp_path)
    changed = [
        stage
        for stage in STAGES
        if stage_key(stage, before[stage], {}, {}) != stage_key(stage, after[stage], {}, {})
    ]
    assert changed == ["verify"]


def test_the_lock_of_one_engine_is_accepted_by_another_that_built_its_own_image(
    client: DockerClient,
    images: Images,
    compose: Compose,
    tools: str,
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
    with second_engine(client, tools) as url:
        other = Images(connect({"DOCKER_HOST": url}))
        with tempfile.TemporaryFile() as tar:
            tar.writelines(images.save([compose.images[BASE].image]))
            tar.seek(0)
            other.load(tar)
        build(other, compose, {"data": tag})
        assert other.get(tag).identity == images.get(tag).identity
        assert other.get(tag).id != images.get(tag).id
        own = other.get(tag).id
        for stage in STAGES[1:]:
            other.tag(tag, compose.images[stage].image)  # looked for, and never started
        words = ("--batch", "--json", "--until", "data", "--locked", checkout)
        done = paddock(*words, environ={"DOCKER_HOST": url})
    assert done.returncode == Exit.OK, done.stdout + done.stderr
    events = [json.loads(line) for line in done.stdout.splitlines()]
    started = next(event for event in events if event["type"] == "stage-started")
    assert (started["image"], started["image_id"]) == (entry.components.image, own)
    assert any(event["type"] == "stage-finished" for event in events)
