"""A plan of a sweep says what is made once for several members, and how long it should take."""

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.plan.inputs import FromProject
from pipeline.project import load_project
from pipeline.project.members import load_members
from pipeline.record.ledger import Components, Entry, Ledger
from pipeline.run.connect import connect
from pipeline.run.options import Options, StopSwitch
from pipeline.run.prepare import Preparation
from pipeline.sweep.drive import Asked, sweep
from pipeline.sweep.past import Past
from pipeline.sweep.plan import SweepPlan, plan_sweep
from stages.contract import Exit, Result, hash_file
from support.pretended import PretendedEngine
from support.projects import MINIMAL, SCRATCH, write_project

pytestmark = pytest.mark.usefixtures("engine")


def plan(folder: Path, *forced: str) -> SweepPlan:
    preparation = Preparation(connect(load_project(folder), {}), lambda _text: None)
    return plan_sweep(load_members(folder), preparation, frozenset(forced))


def fates(found: SweepPlan) -> dict[str, list[str]]:
    return {
        item.name: [stage.fate for stage in item.stages if stage.fate != "skip"]
        for item in found.members
    }


def test_what_members_have_in_common_is_made_once(tmp_path: Path, engine: PretendedEngine) -> None:
    """Also what waits for a stage that is shared: members that differ in the end alone share training."""
    text = f'{SCRATCH}[sweep.matrix]\ntrain.seed = [1, 2]\nconvert.targets = [["arm", "x86"], ["x86"]]\n'
    folder = write_project(tmp_path / "p", text)
    found = plan(folder)
    assert fates(found) == {
        "seed=1,targets=arm+x86": ["make"] * 5,
        "seed=1,targets=x86": ["shared", "shared", "shared", "make", "make"],
        "seed=2,targets=arm+x86": ["shared", "make", "make", "make", "make"],
        "seed=2,targets=x86": ["shared", "shared", "shared", "make", "make"],
    }
    assert (found.sharing("data"), found.sharing("train"), found.sharing("verify")) == (4, 4, 0)
    assert found.unknown == ("data", "train", "export", "convert", "verify")
    assert len(set(engine.asked_for)) == len(engine.asked_for), "each image is asked for once"

    assert sweep(folder, Asked(Options()), {}, lambda _envelope: None, StopSwitch()).code == Exit.OK
    made = Counter(stage.stage for stage in found.made)
    ran = Counter(engine.ran)
    assert ran["train"] == made["train"] == 2
    assert ran <= made, "what comes out with the same bytes is taken on, which no plan can know"
    assert {fate for each in fates(plan(folder)).values() for fate in each} == {"cached"}
    assert plan(folder, "verify").count("make") == ran["verify"], "each once"


def test_time_is_that_of_past_runs_each_stage_once(
    tmp_path: Path, engine: PretendedEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write_project(tmp_path / "p", SCRATCH + "[sweep.matrix]\ntrain.seed = [1]\n")
    assert sweep(folder, Asked(Options()), {}, lambda _envelope: None, StopSwitch()).code == Exit.OK
    path = folder / "paddock.toml"
    path.write_text(path.read_text().replace("[1]", "[1, 2, 3]"))
    found = plan(folder)
    made = found.count("make")
    assert found.unknown == () and made >= 2
    assert found.seconds(1) == pytest.approx(1.5 * made)  # as the pretended engine's results say
    assert found.seconds(3) == pytest.approx(max(1.5 * made / 3, found.seconds(1) / 2))
    monkeypatch.setattr(engine, "ensure", lambda volume, _labels: f"{volume.key}@2")
    anew = plan(folder)
    assert anew.count("cached") == 0 and anew.unknown == (), (
        "what another volume held took time, too"
    )


def entry(seconds: float, computed: int = 0, **parameters: object) -> Entry:
    features = {"images": 100, "computed": computed, "cached": 100 - computed, "images_per_s": 10.0}
    components = Components("train", "image", parameters, {})
    result = Result("train", components.key, (), {"features": features}, {}, seconds)
    return Entry("now", "run", "volume@1", components, result)


def test_the_most_like_of_past_results_counts() -> None:
    past = Past([entry(50.0, epochs=30, mode="full"), entry(9.0, epochs=3, mode="full")])
    took = past.took("train", {"epochs": 30, "mode": "full", "seed": 7})
    assert took is not None and took.seconds(has_features=True) == 50.0
    assert past.took("export", {}) is None


def test_features_that_are_there_take_no_time() -> None:
    past = Past([entry(30.0, computed=100, mode="frozen")])
    took = past.took("train", {"mode": "frozen"})
    assert took is not None
    assert took.seconds(has_features=False) == pytest.approx(30.0)
    assert took.seconds(has_features=True) == pytest.approx(20.0)


def test_members_that_differ_in_the_head_share_features(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    official = tmp_path / "official"
    official.mkdir()
    for name in ("inference.json", "inference.pdiparams", "inference.yml"):
        (official / name).write_text(name)
    monkeypatch.setattr("pipeline.plan.start.resolve", lambda *_: official)
    sweeping = "[sweep.matrix]\ntrain.learning_rate = [1e-3, 3e-4]\ntrain.copies = [0, 1]\n"
    folder = write_project(tmp_path / "p", MINIMAL + sweeping)
    ledger = Ledger(folder / ".paddock" / "ledger.jsonl")
    volumes = connect(load_project(folder), {}).volumes
    ledger.append(replace(entry(30.0, computed=100, mode="frozen"), workspace=volumes))
    found = plan(folder)
    trained = [stage for item in found.members for stage in item.stages if stage.stage == "train"]
    assert [stage.fate for stage in trained] == ["make"] * 4 and found.sharing_features == 4
    assert len({stage.features for stage in trained}) == 2, "copies need features of their own"
    assert [stage.seconds for stage in trained] == [30.0, 30.0, 20.0, 20.0]


def test_members_with_other_labels_have_dictionaries_of_their_own(tmp_path: Path) -> None:
    text = (
        SCRATCH.replace('"dict.txt"', '"labels"') + '[sweep.matrix]\ndata.train = [["train.txt"], '
    )
    folder = write_project(tmp_path / "p", text + '["other.txt"]]\n')
    (folder / "data" / "other.txt").write_text("train/0.png\tXYZ\n", encoding="utf-8")
    found: list[str] = []
    for planned in plan(folder).members:
        wire = next(it for it in planned.prepared.planner.wires if it.stage == "data")
        source = wire.inputs["dictionary"]
        assert isinstance(source, FromProject)
        (path,) = source.upload.files.values()
        assert hash_file(path).sha256 == source.as_input("dictionary").sha256, "as it was planned"
        found.append(path.read_text(encoding="utf-8"))
    assert "X" in found[1] and "X" not in found[0]
