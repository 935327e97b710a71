"""The base by digest from a registry of one's own, and what happens without one."""

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from docker import DockerClient

from pipeline.engine.images import Images
from pipeline.errors import EngineError
from pipeline.images.base import LOCAL_BASE, find_base
from pipeline.images.events import BaseTried, BuildEvent, Outcome
from stages.contract import Exit
from support.tiny import Workshop, import_tiny, remove
from support.tools import push, registry

pytestmark = pytest.mark.docker

DOCKERFILE = """
ARG PYTHON_BASE
FROM ${PYTHON_BASE}
ARG BASE_ORIGIN
LABEL paddock.base="${BASE_ORIGIN}"
"""


@pytest.fixture
def address(client: DockerClient, tools: str) -> Iterator[str]:
    with registry(client, tools) as running:
        yield running


@pytest.fixture
def python(client: DockerClient, images: Images, address: str, tmp_path: Path) -> Iterator[str]:
    """A reference by digest that only the registry has."""
    name = f"paddock-test-python-{uuid.uuid4().hex[:8]}:1"
    import_tiny(images, tmp_path, name, name)
    try:
        reference = push(client, name, f"{address}/python")
    finally:
        remove(images, name)
    yield reference
    remove(images, reference)


def tried(events: list[BuildEvent]) -> list[tuple[str, Outcome]]:
    return [(event.reference, event.outcome) for event in events if isinstance(event, BaseTried)]


def test_the_base_is_pulled_by_digest_and_recorded(
    images: Images, shop: Workshop, python: str
) -> None:
    shop.write("images/base/Dockerfile", DOCKERFILE)
    assert images.find(python) is None
    shop.build({"PADDOCK_PYTHON_BASE": python}, PYTHON_BASE=python)
    assert tried(shop.said) == [(python, Outcome.TRYING), (python, Outcome.USED)]
    built, pulled = images.find(shop.tag), images.find(python)
    assert built is not None
    assert pulled is not None
    assert built.labels["paddock.base"] == python
    assert built.layers == pulled.layers


def test_a_digest_that_the_registry_does_not_have_is_one_clear_error(
    shop: Workshop, address: str
) -> None:
    shop.write("images/base/Dockerfile", DOCKERFILE)
    missing = f"{address}/python@sha256:{'0' * 64}"
    with pytest.raises(EngineError, match="does not have this image or digest") as caught:
        shop.build({"PADDOCK_PYTHON_BASE": missing}, PYTHON_BASE=missing)
    assert caught.value.code == Exit.ENGINE
    assert caught.value.where == missing
    assert tried(shop.said) == [(missing, Outcome.TRYING)]
    assert shop.images.find(shop.tag) is None


def test_without_a_registry_the_local_base_is_used_and_the_reason_said(
    images: Images, tmp_path: Path
) -> None:
    there = images.find(LOCAL_BASE) is not None
    nowhere = f"127.0.0.1:1/python@sha256:{'0' * 64}"
    said: list[BuildEvent] = []
    if not there:
        import_tiny(images, tmp_path, LOCAL_BASE, "local")
    try:
        base = find_base(images, nowhere, {}, said.append)
    finally:
        if not there:
            remove(images, LOCAL_BASE)
    assert base.reference == LOCAL_BASE
    assert (nowhere, Outcome.FAILED) in tried(said)
    failed = next(event for event in said if getattr(event, "outcome", None) == Outcome.FAILED)
    assert "the registry cannot be reached" in getattr(failed, "why", "")


def test_an_unreachable_choice_is_never_replaced(images: Images) -> None:
    nowhere = f"127.0.0.1:1/python@sha256:{'0' * 64}"
    with pytest.raises(EngineError, match="the registry cannot be reached") as caught:
        find_base(images, "unused", {"PADDOCK_PYTHON_BASE": nowhere}, lambda _event: None)
    assert caught.value.code == Exit.ENGINE
