"""What a member's container does when the world around it fails, and what it leaves on its node."""

import errno
import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from pipeline.errors import Interrupted, PaddockError, UsageError
from pipeline.models.store import cache_folder
from pipeline.record.events import RunFailed
from pipeline.run.options import StopSwitch
from pipeline.swarm import member as module
from stages.contract import Exit
from support.on_node import OnNode, on_node
from support.registry import Answer

NAME = "seed=1"


@pytest.fixture
def node(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[OnNode]:
    monkeypatch.setattr(module, "EVERY", 0.01)
    with on_node(tmp_path) as made:
        yield made


def away(node: OnNode, method: str, part: str, times: int) -> list[str]:
    """Let the registry fail so often when it is asked for this; return what it was asked meanwhile."""
    asked = list[str]()

    def instead(how: str, path: str, _headers: Mapping[str, str]) -> Answer | None:
        if how != method or part not in path or len(asked) >= times:
            return None
        asked.append(path)
        return 503, {}, b""

    node.kept.instead = instead
    return asked


@pytest.mark.parametrize(
    ("method", "part"), [("PUT", "/manifests/result-"), ("GET", "/v2/")], ids=["end", "begin"]
)
def test_a_registry_that_is_away_when_a_run_ends_or_begins_costs_no_run(
    node: OnNode, method: str, part: str
) -> None:
    asked = away(node, method, part, 7)
    assert node.run(NAME) == Exit.OK
    assert len(asked) == 7 and node.result(NAME)
    assert node.engine.ran.count("train") == 1


def test_a_registry_that_goes_away_between_two_archives_is_waited_for(node: OnNode) -> None:
    manifest = json.loads(node.kept.manifests[node.order.tag])
    _first, second = (layer["digest"] for layer in manifest["layers"])
    asked = away(node, "GET", f"/blobs/{second}", 7)
    assert node.run(NAME) == Exit.OK
    assert len(asked) == 7 and "train" in node.engine.ran


def test_a_member_that_waits_can_be_stopped_and_in_the_end_gives_up(
    node: OnNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop = StopSwitch()

    def instead(method: str, path: str, _headers: Mapping[str, str]) -> Answer | None:
        if (method, "/manifests/result-" in path) != ("PUT", True):
            return None
        stop.order(Exit.TERMINATED)
        return 503, {}, b""

    node.kept.instead = instead
    with pytest.raises(Interrupted):
        node.run(NAME, stop)

    monkeypatch.setattr(module, "PATIENCE", 0.1)
    with pytest.raises(PaddockError, match="503"):
        node.run(NAME)
    assert not node.result(NAME) and not [*node.folder.iterdir()]


def test_a_node_whose_disk_is_full_has_no_result_for_the_member_may_run_elsewhere(
    node: OnNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_words: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("pipeline.swarm.inputs.unpack", full)
    assert node.run(NAME) == Exit.ENGINE
    assert not node.result(NAME) and not [*node.folder.iterdir()]
    (said,) = (it.event for it in node.said if isinstance(it.event, RunFailed))
    assert "No space left" in said.message and said.where == "n1"


def test_a_folder_with_files_is_no_members(node: OnNode) -> None:
    """On the user's own machine it would be the project itself."""
    mine = node.folder / "paddock.toml"
    mine.write_text("mine")
    with pytest.raises(UsageError, match="empty folder"):
        node.run(NAME)
    assert mine.read_text() == "mine" and [*node.folder.iterdir()] == [mine]


def test_nothing_of_a_member_stays_on_its_node(
    node: OnNode, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ended containers and their volumes stay until their service goes: data of 1,000 members fill a disk."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    models = cache_folder()
    (models / "mine").mkdir(parents=True)
    node.engine.before = lambda _spec: (models / "brought").mkdir(exist_ok=True)
    assert node.run(NAME) == Exit.OK
    assert node.result(NAME)
    assert [*node.folder.iterdir()] == []
    assert [path.name for path in models.iterdir()] == ["mine"]


def test_a_member_whose_result_is_there_makes_nothing_again(node: OnNode) -> None:
    assert node.run(NAME) == Exit.OK
    made = node.engine.ran.copy()
    assert node.run(NAME) == Exit.OK
    assert node.engine.ran == made
