"""Every pitfall has one test with the real tools, an entry of the catalogue, and code that names it."""

import re
from functools import cache
from pathlib import Path

import pytest

from pipeline.compose.file import REPOSITORY
from stages.pitfalls import Pitfall

TESTS = REPOSITORY / "tests" / "pitfalls"
#: What only lists the pitfalls.
LISTS = (REPOSITORY / "stages" / "pitfalls.py", REPOSITORY / "pipeline" / "pitfalls")


def files_of(pitfall: Pitfall) -> list[Path]:
    name = f"test_{pitfall.value.replace('-', '_')}.py"
    return [path for path in TESTS.rglob("test_*.py") if path.name == name]


@cache
def named() -> set[str]:
    """Return the pitfalls that the code names."""
    paths = [path for room in ("stages", "pipeline") for path in (REPOSITORY / room).rglob("*.py")]
    found = [path for path in paths if not {path, *path.parents} & set(LISTS)]
    text = "".join(path.read_text(encoding="utf-8") for path in found)
    return set(re.findall(r"Pitfall\.(\w+)", text))


@pytest.mark.parametrize("pitfall", Pitfall, ids=str)
def test_one_file_makes_the_mistake(pitfall: Pitfall) -> None:
    files = files_of(pitfall)
    assert len(files) == 1
    text = files[0].read_text(encoding="utf-8")
    assert f"Pitfall.{pitfall.name}" in text, "it asserts the ID"
    assert "def test_by_hand" in text and "def test_paddock" in text, (
        "by hand, then through Paddock"
    )


def test_no_file_is_of_no_pitfall() -> None:
    expected = [path for pitfall in Pitfall for path in files_of(pitfall)]
    assert sorted(TESTS.rglob("test_*.py")) == sorted(expected)


@pytest.mark.parametrize("pitfall", Pitfall, ids=str)
def test_something_names_it(pitfall: Pitfall) -> None:
    assert pitfall.name in named()
