"""The documents and the examples say what the code says."""

import re
import shutil
from pathlib import Path

import pytest

from pipeline.project import load_project
from pipeline.project.schema import Section, Settings
from pipeline.record.events import _TYPES
from stages.contract import Exit

REPOSITORY = Path(__file__).parents[2]
DOCS = REPOSITORY / "docs"
EXAMPLES = sorted(path.parent.name for path in REPOSITORY.glob("examples/*/paddock.toml"))


def test_project_file_page_names_every_key() -> None:
    page = (DOCS / "project-file.md").read_text(encoding="utf-8")
    for table, field in Settings.model_fields.items():
        section = page.partition(f"## `[{table}]`")[2].partition("\n## ")[0]
        annotation = field.annotation
        assert isinstance(annotation, type) and issubclass(annotation, Section)
        missing = [key for key in annotation.model_fields if f"`{key}`" not in section]
        assert not missing, f"[{table}]"


def test_file_formats_page_names_every_event_and_field() -> None:
    page = (DOCS / "file-formats.md").read_text(encoding="utf-8")
    for name, event in _TYPES.items():
        row = next(line for line in page.splitlines() if line.startswith(f"| `{name}` |"))
        assert not [field for field in event.__dataclass_fields__ if f"`{field}`" not in row]


def test_exit_code_page_has_a_row_for_every_code() -> None:
    page = (DOCS / "exit-codes.md").read_text(encoding="utf-8")
    assert [int(code) for code in re.findall(r"^\| (\d+) \|", page, re.MULTILINE)] == list(Exit)


def test_architecture_page_names_every_room() -> None:
    page = (DOCS / "architecture.md").read_text(encoding="utf-8")
    for room in ("images", "stages", "pipeline", "tui", "tests", "examples", "benchmarks"):
        assert f"`{room}/`" in page


@pytest.mark.parametrize("name", EXAMPLES)
def test_example_project_is_valid_once_its_data_are_there(name: str, tmp_path: Path) -> None:
    shutil.copy(REPOSITORY / "examples" / name / "paddock.toml", tmp_path)
    data = tmp_path / "data"
    data.mkdir()
    for file in ("train.txt", "val.txt", "test.txt", "dict.txt", "ppocr_keys_v1.txt"):
        (data / file).touch()
    assert load_project(tmp_path).name == name
