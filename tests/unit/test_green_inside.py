"""Tests inside the images do not run again while all that decides their outcome is the same."""

from pathlib import Path

import pytest

from pipeline.compose.file import REPOSITORY
from support.green import Green, inside_files, keys_of
from support.inside import proved, still_the_same, told

TIME = "2026-11-28 17:00:00+00:00"
FILES = {
    "pyproject.toml": "[project]\nname = 'x'\n\n[tool.pytest.ini_options]\naddopts = '-ra'\n\n[tool.y]\n",
    "stages/__init__.py": "",
    "stages/__main__.py": "command = ['-m', 'stages.worker']\n",
    "stages/worker.py": "import importlib\nmodule = importlib.import_module(f'stages.{stage}')\n",
    "stages/verify.py": "def run():\n    from stages.text import words\n",
    "stages/text/__init__.py": "",
    "stages/text/words.py": "",
    "stages/files.py": "",
    "tests/conftest.py": "",
    "tests/support/__init__.py": "",
    "tests/support/processes.py": "",
    "tests/support/zygote.py": "PRELOADED = ('stages.verify',)\n",
    "tests/support/caught.py": "command = ['-m', 'stages']\n",
    "tests/support/other.py": "",
    "tests/stages/test_files.py": "from stages import files\n",
    "tests/stages/test_patch.py": "monkeypatch.setattr('stages.text.words.said', 1)\n",
    "tests/pitfalls/inside/test_started.py": "from support import caught\n",
}
STARTED = "tests/pitfalls/inside/test_started.py"
PATCH, PLAIN = "tests/stages/test_patch.py", "tests/stages/test_files.py"


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def changed_by(tree: Path, name: str, text: str = "changed = 1\n") -> set[str]:
    """Return the test files that run again after a file was changed."""
    before = keys_of(tree, ["image"])
    (tree / name).write_text((tree / name).read_text() + text)
    after = keys_of(tree, ["image"])
    return {key for key in after if before.get(key) != after[key]}


@pytest.mark.parametrize(
    ("name", "again"),
    [
        ("stages/files.py", {PLAIN, STARTED}),
        ("stages/text/words.py", {PATCH, STARTED}),
        ("stages/text/__init__.py", {PATCH, STARTED}),
        ("stages/__init__.py", {PLAIN, PATCH, STARTED}),
        ("stages/worker.py", {STARTED}),
        ("tests/support/caught.py", {STARTED}),
        ("tests/support/other.py", set()),
        ("tests/support/zygote.py", {PLAIN, PATCH, STARTED}),
        ("tests/conftest.py", {PLAIN, PATCH, STARTED}),
        (PLAIN, {PLAIN}),
    ],
)
def test_what_reaches_a_change_runs_again(tree: Path, name: str, again: set[str]) -> None:
    """Imports inside functions count, and what a string starts, patches or may mean."""
    assert changed_by(tree, name) == again


def test_of_the_projects_settings_pytests_own_count(tree: Path) -> None:
    assert changed_by(tree, "pyproject.toml", "more = 1\n") == set()
    settings = (tree / "pyproject.toml").read_text()
    before = keys_of(tree, [])
    (tree / "pyproject.toml").write_text(settings.replace("'-ra'", "'-q'"))
    assert not set(before.values()) & set(keys_of(tree, []).values())


def test_another_image_or_model_runs_everything(tree: Path) -> None:
    assert not set(keys_of(tree, ["a"]).values()) & set(keys_of(tree, ["b"]).values())


def test_a_record_hides_no_file_that_is_not_in_it(tree: Path) -> None:
    green, keys = Green(tree / ".cache" / "green.json"), keys_of(tree, [])
    assert green.passed(keys) == {}
    green.add({PLAIN: keys[PLAIN]}, TIME)
    assert set(green.passed(keys)) == {PLAIN} and green.passed(keys)[PLAIN].time == TIME
    assert green.passed({**keys, PLAIN: "another"}) == {}
    assert set(green.passed({**keys, "tests/stages/test_new.py": "new"})) == {PLAIN}


def test_two_working_trees_in_turn_keep_what_is_theirs(tree: Path) -> None:
    green, keys = Green(tree / "green.json"), keys_of(tree, [])
    green.add(keys, TIME)
    green.add({PLAIN: "another"}, TIME)
    assert set(green.passed(keys)) == {PATCH, STARTED}


@pytest.mark.parametrize(
    ("code", "failed", "green"),
    [
        (0, [], {PLAIN, PATCH}),
        (1, [f"{PLAIN}::test_a[x]", f"{PLAIN}::test_b"], {PATCH}),
        (1, [PATCH], {PLAIN}),  # it could not even be read
        (1, [], set()),  # what failed is not known
        (1, ["", f"{PATCH}::test_a"], set()),  # something failed that is no file's
        (1, ["tests/conftest.py"], set()),
        (2, [], set()),
        (137, [], set()),
    ],
)
def test_a_failure_takes_its_own_file_alone_and_one_of_no_file_or_an_end_too_early_all(
    code: int, failed: list[str], green: set[str]
) -> None:
    assert set(proved({PLAIN: "1", PATCH: "2"}, code, lambda: failed)) == green


def test_what_was_edited_while_the_image_was_built_is_not_proved(tree: Path) -> None:
    before = keys_of(tree, ())
    (tree / "stages/files.py").write_text("edited = 1\n")
    passed = keys_of(tree, ["image"])
    assert set(still_the_same(passed, before, keys_of(tree, ()))) == {PATCH}
    assert still_the_same(passed, keys_of(tree, ()), keys_of(tree, ())) == passed


@pytest.mark.parametrize("text", ["", "{", "[]", '{"a": 1}', '{"a": [1, 2, 3]}'])
def test_a_damaged_record_is_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "green.json").write_text(text)
    assert Green(tmp_path / "green.json").passed({"a": "1"}) == {}


def test_what_did_not_run_is_said(tree: Path) -> None:
    green = Green(tree / "green.json")
    green.add({PLAIN: "1"}, TIME)
    assert "make test-all" in told(green.passed({PLAIN: "1"}), 3)
    assert TIME in told(green.passed({PLAIN: "1"}), 3)
    assert "3 files ran" in told({}, 3) and "did not" not in told({}, 3)


def test_every_test_inside_is_known() -> None:
    names = inside_files(REPOSITORY)
    assert "tests/stages/test_verify.py" in names
    assert "tests/pitfalls/inside/test_stale_file.py" in names
