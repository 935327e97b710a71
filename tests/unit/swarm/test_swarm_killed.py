"""A sweep on a Swarm whose client is killed, at whatever moment."""

from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.engine.swarm import Wanted
from pipeline.project import load_project
from pipeline.record.events import Envelope
from pipeline.swarm.clear import remove_leftovers
from pipeline.swarm.kept import going_on
from stages.contract import Exit
from support.on_swarm import MEMBERS, Killed, begin, begin_killed, check_complete, go_on
from support.pretended_swarm import PretendedSwarm
from support.registry import TinyRegistry


@pytest.mark.parametrize("moment", range(0, 60, 9))
def test_a_client_that_is_killed_at_any_moment_loses_nothing(
    folder: Path, swarm: PretendedSwarm, registry: TinyRegistry, moment: int
) -> None:
    def killed_at(count: int) -> list[Envelope]:
        class Listener(list[Envelope]):
            def append(self, item: Envelope) -> None:
                super().append(item)
                if len(self) > count:
                    raise Killed

        return Listener()

    with pytest.raises(Killed):
        begin(folder, killed_at(moment))
    if not going_on(folder / ".paddock"):
        assert swarm.wanted == {}, "it was killed before anything was asked of the Swarm"
        assert begin(folder).code == Exit.OK
    else:
        with pytest.raises(Killed):
            go_on(folder, killed_at(moment % 5))
        ended = go_on(folder)
        assert ended.code == Exit.OK and ended.table and len(ended.table.rows) == len(MEMBERS)
    check_complete(folder, swarm, registry)


@pytest.mark.parametrize(
    "step",
    [
        *(f"result.{it}" for it in ("deliver", "write_bytes", "_replace", "Ledger.append")),
        *(f"attach.{it}" for it in ("forget_all", "tidy", "over")),
    ],
)
def test_a_client_that_is_killed_at_a_step_of_the_end_takes_it_again(
    folder: Path,
    swarm: PretendedSwarm,
    registry: TinyRegistry,
    monkeypatch: pytest.MonkeyPatch,
    step: str,
) -> None:
    def kill(*_words: object) -> None:
        raise Killed

    with monkeypatch.context() as once:
        once.setattr(f"pipeline.swarm.{step}", kill)
        with pytest.raises(Killed):
            begin(folder)
    ended = go_on(folder)
    assert ended.code == Exit.OK and ended.table and all(row.rank for row in ended.table.rows)
    check_complete(folder, swarm, registry)


@pytest.mark.parametrize("by", [go_on, lambda folder: remove_leftovers(load_project(folder), {})])
def test_what_clears_up_on_nodes_goes_though_its_client_was_killed_meanwhile(
    folder: Path,
    swarm: PretendedSwarm,
    monkeypatch: pytest.MonkeyPatch,
    by: Callable[[Path], object],
) -> None:
    swarm.dies = lambda member, attempt: (member, attempt) == ("seed=2", 1)
    asked = swarm.create
    with monkeypatch.context() as once:

        def kill(wanted: Wanted) -> str:
            made = asked(wanted)
            if wanted.everywhere:
                once.setattr(swarm, "remove", lambda _labels: [])
                raise Killed
            return made

        once.setattr(swarm, "create", kill)
        with pytest.raises(Killed):
            begin(folder)
    assert [it.everywhere for it in swarm.wanted.values()] == [True]
    for path in (folder / ".paddock" / "sweeps").glob("*/swarm.json") if by is not go_on else ():
        path.unlink()
    by(folder)
    assert swarm.wanted == {}


def test_an_attempt_that_finds_the_result_there_makes_nothing_again(
    folder: Path, swarm: PretendedSwarm
) -> None:
    begin_killed(folder)
    ran = list(swarm.engine.ran)
    assert ran and swarm.attempts
    swarm.attempts.clear()  # the Swarm has given all of them up
    assert go_on(folder).code == Exit.OK
    assert swarm.engine.ran == ran
