"""``paddock init``: a project that loads once its files are there, and nothing overwritten."""

from pathlib import Path

import pytest
import tomli

from pipeline.project import load_project
from pipeline.project.answers import Answers, project_name
from pipeline.project.schema import Settings
from pipeline.project.template import project_text
from support.projects import write_project
from tui.cli import main


def test_written_project_loads_once_its_files_are_there(tmp_path: Path) -> None:
    folder = write_project(tmp_path / "plates")
    (folder / "paddock.toml").unlink()
    assert main(["init", str(folder)]) == 0
    project = load_project(folder)
    assert project.name == "plates"
    assert project.settings.data.test == ["test.txt"]


def test_it_says_what_it_found_and_what_a_run_would_refuse(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = write_project(tmp_path / "plates")
    (folder / "paddock.toml").unlink()
    (folder / "data" / "test.txt").rename(folder / "data" / "test_1.txt")
    (folder / "data" / "val.txt").write_text("val/0.png\tA é\nval/gone.png\tB\n", "utf-8")
    assert main(["init", str(folder)]) == 0
    said = capsys.readouterr().out
    assert 'train.txt: 2 lines; the first is train/0.png, "AB0"' in said
    assert "1 of 6 images are not where val.txt says" in said
    assert '"é" (U+00E9) first at val.txt:1, 1 line' in said
    data = load_project(folder).settings.data
    assert data.test == ["test_1.txt"] and data.use_space_char


def test_what_is_commented_out_is_the_default() -> None:
    text = project_text(Answers("plates"))
    lines = text.splitlines()
    lines = [line.removeprefix("# ") if " = " in line else line for line in lines[2:]]
    settings = Settings.model_validate(tomli.loads("\n".join(lines)))
    minimal = Settings.model_validate(tomli.loads(text))
    limits = {"cpus": 2.0, "memory": "8g"}  # compose.yaml's, which the file may override
    assert settings.limits.model_dump() == limits
    assert settings.verify.min_accuracy == 0.9  # an example: without it, anything above 0 will do
    shown, usual = (
        item.model_dump(exclude={"limits": True, "verify": {"min_accuracy"}, "sweep": True})
        for item in (settings, minimal)
    )
    assert shown == usual


@pytest.mark.parametrize("name", ["My Plates!", "ä", "..", "x" * 80, "42", "-"])
def test_any_folder_name_gives_a_project_name_that_is_accepted(name: str) -> None:
    Settings.model_validate(tomli.loads(project_text(Answers(project_name(name)))))


def test_an_existing_project_is_left_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "paddock.toml"
    path.write_text("mine")
    assert main(["init", str(tmp_path)]) == 2
    assert path.read_text() == "mine"
    said = capsys.readouterr()
    assert "there is a project already" in said.err and not said.out


def test_other_files_of_the_folder_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "notes.md").write_text("mine")
    assert main(["init", str(tmp_path)]) == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["notes.md", "paddock.toml"]
