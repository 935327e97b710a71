"""The order of the ways to a base. The engine is faked: each test needs another registry's fault."""

from collections.abc import Mapping
from typing import cast

import pytest

from pipeline.engine.errors import RegistryUnreachable
from pipeline.engine.images import Images
from pipeline.errors import EngineError, UsageError
from pipeline.images.base import LOCAL_BASE, Base, find_base
from pipeline.images.events import BaseTried, BuildEvent, Outcome
from stages.contract import Exit
from support.pulling import FakeImages

PINNED = "python@sha256:" + "a" * 64
CHOSEN = "registry.example/python@sha256:" + "b" * 64
UNREACHABLE = RegistryUnreachable("pulling: the registry cannot be reached")
MISSING = EngineError("pulling: the registry does not have this image or digest")


def find(images: FakeImages, environ: Mapping[str, str]) -> tuple[Base, list[BaseTried]]:
    said: list[BuildEvent] = []
    base = find_base(cast("Images", images), PINNED, environ, said.append)
    return base, [event for event in said if isinstance(event, BaseTried)]


def test_the_users_choice_is_pulled_and_nothing_else() -> None:
    images = FakeImages()
    base, said = find(images, {"PADDOCK_PYTHON_BASE": CHOSEN})
    assert base == Base(CHOSEN, CHOSEN)
    assert images.pulled == [CHOSEN]
    assert [event.outcome for event in said] == [Outcome.TRYING, Outcome.USED]


@pytest.mark.parametrize(
    ("chosen", "present", "fault"),
    [
        (CHOSEN, [PINNED, LOCAL_BASE], UNREACHABLE),
        (CHOSEN, [PINNED, LOCAL_BASE], MISSING),
        ("", [LOCAL_BASE], MISSING),
    ],
    ids=["choice out of reach", "choice unknown", "digest unknown"],
)
def test_nothing_takes_the_place_of_a_choice_or_of_a_digest_that_the_registry_does_not_have(
    chosen: str, present: list[str], fault: EngineError
) -> None:
    with pytest.raises(EngineError) as caught:
        find(FakeImages(*present, fault=fault), {"PADDOCK_PYTHON_BASE": chosen})
    assert caught.value is fault and caught.value.code == Exit.ENGINE


@pytest.mark.parametrize("reference", ["python:3.10", "python", "python@sha256:ab", "\x1b[2J@x"])
def test_a_choice_without_a_digest_is_refused(reference: str) -> None:
    with pytest.raises(UsageError, match="not pinned by digest") as caught:
        find(FakeImages(), {"PADDOCK_PYTHON_BASE": reference})
    assert caught.value.where.isprintable()


def test_the_official_image_comes_next_and_is_not_pulled_again_where_it_is() -> None:
    images = FakeImages(LOCAL_BASE)
    assert find(images, {})[0] == Base(PINNED, PINNED)
    assert images.pulled == [PINNED]
    there = FakeImages(PINNED, fault=UNREACHABLE)
    assert find(there, {})[0].reference == PINNED and there.pulled == []


def test_without_a_registry_a_local_base_is_taken_and_the_reason_told() -> None:
    base, said = find(FakeImages(LOCAL_BASE, fault=UNREACHABLE), {})
    assert base == Base(LOCAL_BASE, f"{LOCAL_BASE}@sha256:1")
    assert [(event.reference, event.outcome) for event in said] == [
        (PINNED, Outcome.TRYING),
        (PINNED, Outcome.FAILED),
        (LOCAL_BASE, Outcome.USED),
    ]
    assert "cannot be reached" in said[1].why


def test_the_last_error_names_all_ways_out() -> None:
    with pytest.raises(EngineError, match="no base image can be had") as caught:
        find(FakeImages(fault=UNREACHABLE), {})
    for way in ("scripts/local-base", "PADDOCK_PYTHON_BASE", "images load"):
        assert way in caught.value.remedy
    assert caught.value.code == Exit.ENGINE
