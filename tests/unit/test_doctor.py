"""What the doctor says of an engine's processor, limits, disk, images and containers."""

from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from pipeline.compose.file import REPOSITORY, read_compose
from pipeline.engine.connection import Engine, Facts
from pipeline.engine.containers import Labelled
from pipeline.engine.disk import DiskUse, disk_use
from pipeline.engine.endpoint import Endpoint
from pipeline.engine.images import Images
from pipeline.images.build import outdated
from pipeline.images.context import make_context
from pipeline.machine.doctor import (
    ENGINE_CHECKS,
    Finding,
    containers_finding,
    disk_finding,
    free_at,
    outdated_finding,
)
from stages.message import msg

GOOD = Facts("20.10", "overlay2", 2, 16 << 30, False, False, "x86_64", (), Path("/"))


@dataclass
class Told:
    """An engine that says certain facts of itself, and has the images or has not."""

    facts_: Facts
    loaded: bool = True
    endpoint = Endpoint("tcp://far:2376", "DOCKER_HOST")

    def facts(self) -> Facts:
        return self.facts_

    @property
    def images(self) -> Any:
        return SimpleNamespace(
            find=lambda _name: self if self.loaded else None, image_id=lambda name: name
        )


def findings(facts: Facts, *, loaded: bool = True) -> dict[str, Finding]:
    engine = cast("Engine", Told(facts, loaded))
    found = [check(engine, read_compose({})) for check in ENGINE_CHECKS]
    return {finding.check: finding for finding in found}


def test_a_sound_engine_is_content() -> None:
    assert {finding.severity for finding in findings(GOOD).values()} == {"ok"}


@pytest.mark.parametrize(("loaded", "severity"), [(True, "warning"), (False, "problem")])
def test_an_engine_on_arm_is_told_apart(loaded: bool, severity: str) -> None:
    arm = findings(replace(GOOD, architecture="aarch64"), loaded=loaded)["engine's processor"]
    assert arm.severity == severity
    assert arm.message.startswith("aarch64: the images are for x86-64")
    assert "DOCKER_HOST=ssh://" in arm.remedy


def test_limits_that_are_not_enforced_are_named() -> None:
    facts = replace(GOOD, rootless=True, unenforced=(msg("memory"), msg("processes")))
    found = findings(facts)
    assert "rootless" in found["engine"].message
    assert found["engine's size"].severity == "warning"
    assert found["engine's size"].message == "it does not enforce limits: memory, processes"


USE = DiskUse(1_700_000_000, 2_000_000_000, {"mine": 5_000_000, "a": 1_000_000, "b": 0}, 0)


def test_the_disk_is_said_by_what_takes_it(tmp_path: Path) -> None:
    (tmp_path / "runs").mkdir()
    (tmp_path / "runs" / "train.log").write_bytes(b"x" * 3_000_000)
    found = disk_finding(USE, "mine", tmp_path, 60 * 10**9)
    assert found.severity == "ok"
    assert found.message == (
        "images 1.7 GB · steps of earlier builds 2.0 GB · this project's results 5.0 MB · "
        "other projects' results 1.0 MB (2) · records of runs 3.0 MB · 60.0 GB free"
    )


def test_a_disk_that_fills_up_is_a_warning_with_a_way_out() -> None:
    found = disk_finding(USE, "", None, 10**9)
    assert found.severity == "warning" and "paddock clean --older-than 30d" in found.remedy
    assert disk_finding(USE, "", None, None).severity == "ok"  # elsewhere: not known


def test_where_only_root_may_look_what_is_free_is_not_known(tmp_path: Path) -> None:
    assert free_at(tmp_path / "another machine's") is None  # as behind a folder that is root's


def test_what_an_engine_counts_is_found_by_label() -> None:
    label = {"paddock.image": "base"}
    told = {
        "Images": [
            {"RepoTags": ["paddock-base:1"], "Labels": label, "Size": 1000, "SharedSize": 1000},
            {"RepoTags": ["paddock-data:1"], "Labels": label, "Size": 1010, "SharedSize": 1000},
            {"RepoTags": ["<none>:<none>"], "Labels": label, "Size": 1300, "SharedSize": 1000},
            {"RepoTags": None, "Labels": label, "Size": 1020, "SharedSize": -1},
            {"RepoTags": ["postgres:1"], "Labels": None, "Size": 10**9, "SharedSize": 0},
        ],
        "Volumes": [
            {"Labels": {"paddock.project": "p"}, "UsageData": {"Size": 7}},
            {"Labels": {"paddock.project": "p"}, "UsageData": {"Size": -1}},
            {"Labels": None, "UsageData": {"Size": 10**9}},
        ],
        "BuildCache": None,
    }
    client = cast("Any", SimpleNamespace(df=lambda: told))
    assert disk_use(client, "paddock.project") == DiskUse(1010, 300 + 1020, {"p": 7}, 0)


@dataclass
class Built:
    """Images of an engine by name, each built from what the repository has, but for those of ``older``."""

    older: str

    def find(self, name: str) -> Any:
        compose = read_compose({})
        build = next(item for item in compose.images.values() if item.image == name)
        base = "" if build.service == "base" else "identity"
        fingerprint = make_context(REPOSITORY, build, None).fingerprint(base)
        said = "0" * 64 if build.service == self.older else fingerprint
        return SimpleNamespace(labels={"paddock.fingerprint": said}, identity="identity")


@pytest.mark.parametrize(("older", "services"), [("", []), ("data", ["data"])])
def test_images_of_another_paddock_are_named(older: str, services: list[str]) -> None:
    assert outdated(cast("Images", Built(older)), read_compose({})) == services
    found = list(outdated_finding(services))
    assert [item.message for item in found] == [
        f"not built from this Paddock's files: {name}" for name in services
    ]


MINE, OTHERS = "plates-0123456789", "meters-9876543210"
FOUND = (
    Labelled("paddock-plates-train", MINE, False),
    Labelled("optimistic_ishizaka", OTHERS, True),
    Labelled("paddock-meters-train", OTHERS, True),
)


def test_only_what_this_project_left_is_a_warning() -> None:
    found = containers_finding(FOUND, MINE, lives=False)
    assert found.severity == "warning" and "paddock clean" in found.remedy
    assert "paddock-plates-train" in found.message and "ishizaka" not in found.message


def test_runs_that_go_on_are_counted_whoever_they_are_of() -> None:
    alive = Labelled("paddock-plates-train", MINE, True)
    cases = (
        ((alive, *FOUND[1:]), True, "2 runs use this engine"),
        (FOUND[1:], False, "one run uses this engine"),
        ((), False, "none was left behind"),
        ((Labelled("dead", OTHERS, False),), False, "none was left behind"),
    )
    for containers, lives, said in cases:
        found = containers_finding(containers, MINE, lives=lives)
        assert (found.severity, found.message) == ("ok", said)
