"""What members on a Swarm send back: taken, refused, or kept waiting."""

import json
import os
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.errors import IntegrityFailed
from pipeline.package.manifest import TITLE
from pipeline.record.events import Envelope, MemberPlaced
from pipeline.record.ledger import Ledger
from pipeline.run.options import Options, StopSwitch
from pipeline.swarm.archive import Archive, unpack
from pipeline.swarm.attach import start
from pipeline.swarm.kept import going_on
from pipeline.swarm.order import Answer, parse_answer
from pipeline.sweep.drive import Asked
from stages.contract import Exit
from support.on_swarm import MEMBERS, begin, begin_killed, go_on
from support.pretended_swarm import PretendedSwarm
from support.registry import TinyRegistry


def test_a_run_that_fails_is_a_result_and_is_not_tried_again(
    folder: Path, swarm: PretendedSwarm
) -> None:
    swarm.engine.breaks = lambda spec: (spec["stage"], spec["seed"]) == ("train", 2)
    ended = begin(folder)
    assert ended.code == Exit.STAGE and ended.table
    (failed,) = (row for row in ended.table.rows if row.state == "failed")
    assert failed.name == "seed=2" and failed.nodes == ("node1",)
    assert "the train stage ended with code 3" in failed.message


def test_a_result_that_is_not_what_its_digest_says_is_refused(
    folder: Path, swarm: PretendedSwarm, registry: TinyRegistry
) -> None:
    begin_killed(folder)
    model = next(it for it in registry.blobs.values() if it.startswith(b"convert model_arm.nb"))
    name = next(key for key, data in registry.blobs.items() if data == model)
    registry.blobs[name] = model[:-1] + b"!"
    ended = go_on(folder)
    assert ended.code == Exit.INTEGRITY and ended.table
    assert {row.state for row in ended.table.rows} == {"failed"}
    assert all("gives other bytes" in row.message for row in ended.table.rows)
    assert not list(folder.glob("out.sweep/seed=*"))
    assert Ledger(folder / ".paddock" / "ledger.jsonl").entries == ()


@pytest.mark.parametrize(
    "forged",
    [
        lambda it: it.model_copy(update={"code": 77}),
        lambda it: it.model_copy(update={"code": 130}),
        lambda it: it.model_copy(update={"member": "seed=1"}),
    ],
    ids=["no-code", "no-result", "of-another"],
)
def test_an_answer_that_no_member_gives_is_refused_and_stops_no_other(
    folder: Path,
    swarm: PretendedSwarm,
    monkeypatch: pytest.MonkeyPatch,
    forged: Callable[[Answer], Answer],
) -> None:
    def answer(data: bytes) -> Answer:
        honest = parse_answer(data)
        it = forged(honest) if honest.member == "seed=2" else honest
        return parse_answer(it.dump())

    monkeypatch.setattr("pipeline.swarm.result.parse_answer", answer)
    ended = begin(folder)
    assert ended.code == Exit.INTEGRITY and ended.table
    states = {row.name: (row.state, row.code) for row in ended.table.rows}
    assert states == {"seed=1": ("done", 0), "seed=2": ("failed", 5)}
    assert not list(folder.glob("out.sweep/seed=2"))


def test_what_failed_is_put_apart_until_it_passes(folder: Path, swarm: PretendedSwarm) -> None:
    swarm.engine.apart = "nb-arm"
    assert begin(folder).code == Exit.PARITY
    assert sorted(it.parent.name for it in folder.glob("out.sweep/*/report.json")) == [
        f"{name}.failed" for name in MEMBERS
    ]
    swarm.engine.apart = ""
    assert begin(folder).code == Exit.OK
    assert sorted(it.parent.name for it in folder.glob("out.sweep/*/report.json")) == MEMBERS


@pytest.mark.parametrize("title", ["delivered/more.txt", "kept/a/file", "more.txt"])
def test_a_result_with_files_that_its_ledger_does_not_know_is_refused(
    folder: Path, swarm: PretendedSwarm, registry: TinyRegistry, title: str
) -> None:
    begin_killed(folder)
    tag = min(it for it in registry.manifests if it.startswith("result-"))
    manifest = json.loads(registry.manifests[tag])
    more = {**manifest["layers"][0], "annotations": {TITLE: title}}
    registry.keep(tag, {**manifest, "layers": [*manifest["layers"], more]})
    ended = go_on(folder)
    assert ended.code == Exit.INTEGRITY and ended.table
    assert sorted(row.state for row in ended.table.rows) == ["done", "failed"]
    assert len(list(folder.glob("out.sweep/seed=*"))) == 1
    assert not list(folder.glob("out.sweep/*/more.txt"))


def test_what_was_changed_here_keeps_a_result_waiting_and_loses_none(
    folder: Path, swarm: PretendedSwarm, registry: TinyRegistry
) -> None:
    assert begin(folder).code == Exit.OK
    mine = folder / "out.sweep" / "seed=1" / "report.md"
    before = mine.read_bytes()
    mine.write_text("mine")
    heard: list[Envelope] = []
    assert begin(folder, heard).code == Exit.INTEGRITY and swarm.wanted == {}, "before it is begun"
    mine.write_bytes(before)

    def edit(envelope: Envelope) -> None:
        if isinstance(envelope.event, MemberPlaced):
            mine.write_text("mine")

    ended = start(folder, Asked(Options()), {}, edit, StopSwitch())
    assert ended.code == Exit.INTEGRITY and mine.read_text() == "mine"
    (waits,) = going_on(folder / ".paddock")
    assert len(list((waits.own.path / "taken").iterdir())) == 1, "seed=2 is in its place"
    mine.rename(folder / "mine.md")
    ran = list(swarm.engine.ran)
    ended = go_on(folder)
    assert ended.code == Exit.OK and ended.table and swarm.engine.ran == ran
    assert {row.state for row in ended.table.rows} == {"done"}
    assert swarm.wanted == {} and registry.manifests == {}


def test_equal_files_make_equal_archives_whatever_their_times(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name / "sub").mkdir(parents=True)
        (tmp_path / name / "sub" / "é.txt").write_text("x" * 3000)
        (tmp_path / name / "empty").touch()
    os.utime(tmp_path / "b" / "empty", (1, 1))

    def files(name: str) -> dict[str, Path]:
        return {it: tmp_path / name / it for it in ("sub/é.txt", "empty")}

    one, other = Archive(files("a")), Archive(dict(reversed(files("b").items())))
    assert one.blob() == other.blob()
    data = one.read()
    assert len(data) == one.blob().size and other.seek(0) == 0 and other.read() == data
    (tmp_path / "x.tar").write_bytes(data)
    unpack(tmp_path / "x.tar", tmp_path / "out")
    assert (tmp_path / "out" / "sub" / "é.txt").read_text() == "x" * 3000


@pytest.mark.parametrize("name", ["../x", "/etc/x", "a/../../x"])
def test_an_archive_that_leads_elsewhere_is_refused(tmp_path: Path, name: str) -> None:
    with tarfile.open(tmp_path / "x.tar", "w") as archive:
        archive.addfile(tarfile.TarInfo(name))
    with pytest.raises(IntegrityFailed):
        unpack(tmp_path / "x.tar", tmp_path / "out")
    link = tarfile.TarInfo("link")
    link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
    with tarfile.open(tmp_path / "y.tar", "w") as archive:
        archive.addfile(link)
    with pytest.raises(IntegrityFailed):
        unpack(tmp_path / "y.tar", tmp_path / "out")
