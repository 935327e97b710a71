"""A sweep's members: named after their settings, and each held against the project's own schema."""

from pathlib import Path

import pytest

from pipeline.errors import UsageError
from pipeline.project import load_project
from pipeline.project.members import Member, load_members
from support.projects import SCRATCH, write_project


def members(folder: Path, sweep: str) -> dict[str, Member]:
    found = load_members(write_project(folder, SCRATCH + sweep))
    return {member.name: member for member in found}


def test_a_matrix_is_crossed_and_members_are_added(tmp_path: Path) -> None:
    found = members(
        tmp_path / "p",
        """
        [sweep.matrix]
        "train.learning_rate" = [1e-3, 3e-4]
        train.seed = [1, 2]
        [[sweep.members]]
        name = "small"
        train.batch_size = 8
        [[sweep.members]]
        convert.weights = ["float32", "int8"]
        train.early_stopping.patience = 3
        """,
    )
    assert list(found) == [
        "learning_rate=0.001,seed=1",
        "learning_rate=0.001,seed=2",
        "learning_rate=0.0003,seed=1",
        "learning_rate=0.0003,seed=2",
        "small",
        "weights=float32+int8,early_stopping.patience=3",
    ]
    train = found["learning_rate=0.0003,seed=2"].project.settings.train
    assert (train.learning_rate, train.seed, train.mode) == (3e-4, 2, "full")
    assert found["small"].settings == {"train.batch_size": 8}
    last = found["weights=float32+int8,early_stopping.patience=3"].project.settings
    assert last.train.early_stopping.patience == 3 and last.train.seed == 42


def test_a_member_has_folders_of_its_own_and_the_projects_state(tmp_path: Path) -> None:
    (member,) = members(tmp_path / "p", "[sweep.matrix]\ntrain.seed = [1]\n").values()
    project = load_project(tmp_path / "p")
    assert member.project.out == project.folder / "out.sweep" / "seed=1"
    assert member.project.failed == project.folder / "out.sweep" / "seed=1.failed"
    assert (member.project.state, member.project.name) == (project.state, project.name)


def test_a_value_that_is_a_table_takes_the_place_of_a_text(tmp_path: Path) -> None:
    found = members(
        tmp_path / "p",
        f"""
        [[sweep.members]]
        name = "fetched"
        model.pretrained = {{ url = "https://x/y", sha256 = "{"0" * 64}" }}
        """,
    )
    assert (
        found["fetched"].project.settings.model.model_dump()["pretrained"]["url"] == "https://x/y"
    )


def test_names_that_would_be_the_same_are_told_apart(tmp_path: Path) -> None:
    """And each keeps its own, whatever members are beside it."""
    sweep = '[sweep.matrix]\ntrain.overrides = [["Global.a=1/2"], ["Global.a=1:2"], []]\n'
    first, second, last = members(tmp_path / "p", sweep)
    assert first != second and first.startswith("overrides=Global.a=1_2-") and last == "overrides="
    turned = '[sweep.matrix]\ntrain.overrides = [["Global.a=1:2"], ["Global.a=1/2"]]\n'
    assert [*members(tmp_path / "q", turned)] == [second, first]


def test_a_members_name_stays_whatever_members_are_beside_it(tmp_path: Path) -> None:
    """Its folder and its lock are found by it."""
    one = '[sweep.matrix]\nverify.max_accuracy_drop = [0.1]\ntrain.overrides = [["Global.a=1/2"]]\n'
    more = """
        [[sweep.members]]
        quantize.max_accuracy_drop = 0.1
        [[sweep.members]]
        train.overrides = ["Global.a=1:2"]
        """
    (alone,) = members(tmp_path / "p", one)
    assert alone.startswith("verify.max_accuracy_drop=0.1,overrides=Global.a=1_2-")
    assert next(iter(members(tmp_path / "q", one + more))) == alone


def test_names_differ_in_more_than_capitals(tmp_path: Path) -> None:
    """Some file systems take a and A for one folder."""
    sweep = '[sweep.matrix]\ntrain.overrides = [["Global.a=x"], ["Global.a=X"]]\n'
    assert len({name.casefold() for name in members(tmp_path / "p", sweep)}) == 2


@pytest.mark.parametrize(
    ("sweep", "said"),
    [
        ("", "the project has no sweep"),
        ("[sweep.matrix]\ntrain.seed = 4\n", "sweep.matrix.train.seed: must be a list of values"),
        ("[sweep.matrix]\ntrain.seed = []\n", "must be a list of values"),
        (
            '[sweep.matrix]\ntrain.seed = [1, 2]\n"train.seed" = [3]\n',
            "sweep.matrix.train.seed: it is set twice, as a whole or in part",
        ),
        (
            '[[sweep.members]]\ntrain.early_stopping.patience = 3\n"train.early_stopping" = "a"\n',
            "sweep.members.train.early_stopping: it is set twice, as a whole or in part",
        ),
        ('[sweep.matrix]\nproject.name = ["a"]\n', "project.name: all members share it"),
        ('[sweep.matrix]\nproject = [{name = "a"}]\n', "project: all members share it"),
        ("[sweep.matrix]\ntrain.seed = [1, 1]\n", "have the same settings"),
        ('[[sweep.members]]\nname = "../out"\n', "must be letters, digits"),
        ('[[sweep.members]]\nname = "a.failed"\n', "not ending with .failed, .json"),
        ('[[sweep.members]]\nname = "a.FAILED"\n', "not ending with .failed, .json"),
        ('[[sweep.members]]\nname = "a"\n[[sweep.members]]\nname = "A"\n', "two members are called A"),
        (f"[sweep.matrix]\ntrain.seed = {[*range(200)]}\ntrain.epochs = {[*range(1, 60)]}\n", "11,800"),
        (
            '[sweep.matrix]\ntrain.seed = [1, "two"]\n',
            "paddock.toml:14: sweep: member seed=two: train.seed: input should be a valid integer",
        ),
        (
            "[sweep.matrix]\ntrain.sed = [1]\n",
            "member sed=1: train.sed: unknown key; did you mean \"seed\"?",
        ),
        ('[sweep.matrix]\ndata.dictionary = ["no.txt"]\n', "member dictionary=no.txt: data.dictionary"),
        ('[sweep.matrix]\nsweep.matrix = ["x"]\n', "a sweep has no sweep"),
    ],
)  # fmt: skip
def test_what_cannot_be_run_is_refused_with_the_member_named(
    tmp_path: Path, sweep: str, said: str
) -> None:
    with pytest.raises(UsageError) as refused:
        members(tmp_path / "p", sweep)
    assert said in refused.value.message, refused.value.message
    assert refused.value.remedy


def test_each_thing_that_is_wrong_is_said_once(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as refused:
        members(tmp_path / "p", "[sweep.matrix]\ntrain.epochs = [0]\ntrain.seed = [1, 2, 3]\n")
    assert refused.value.message.count("train.epochs") == 1


def test_a_sweep_changes_nothing_for_a_run_of_the_project(tmp_path: Path) -> None:
    project = load_project(
        write_project(tmp_path / "p", SCRATCH + "[sweep.matrix]\ntrain.seed = [1]\n")
    )
    assert (project.settings.train.seed, project.out) == (42, project.folder / "out")
