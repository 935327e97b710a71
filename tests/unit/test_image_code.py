"""What of ``stages`` an image gets: all that its stage can reach, and nothing else."""

import shutil
from functools import cache
from pathlib import Path

import grimp
import pytest

from pipeline.compose.file import REPOSITORY
from pipeline.plan.stages import STAGES
from support.image_code import closure, roots


@cache
def modules(stage: str) -> frozenset[str]:
    """Return the names of the modules in a stage's image."""
    files = closure(REPOSITORY, roots(stage))
    return frozenset(_name(path) for path in files if path.suffix == ".py")


@cache
def graph() -> grimp.ImportGraph:
    """Return what imports what, as import-linter sees it."""
    return grimp.build_graph("stages", cache_dir=None, exclude_type_checking_imports=True)


def _name(path: Path) -> str:
    return ".".join(path.relative_to(REPOSITORY).with_suffix("").parts).removesuffix(".__init__")


@pytest.mark.parametrize("stage", STAGES)
def test_no_module_of_an_image_imports_one_that_is_not_there(stage: str) -> None:
    for module in modules(stage):
        assert graph().find_modules_directly_imported_by(module) <= modules(stage), module


def test_what_is_in_an_image_is_all_that_it_takes_to_say_so(tmp_path: Path) -> None:
    files = closure(REPOSITORY, roots("data"))
    for path in files:
        copy = tmp_path / path.relative_to(REPOSITORY)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, copy)
    again = closure(tmp_path, reversed(roots("data")))
    assert [path.relative_to(tmp_path) for path in again] == [
        path.relative_to(REPOSITORY) for path in files
    ]


def test_a_stages_own_code_is_in_no_other_image() -> None:
    for stage in STAGES:
        holders = {name for name in STAGES if f"stages.{stage}" in modules(name)}
        assert holders == {stage}
    only_verify = modules("verify").difference(*(modules(name) for name in STAGES[:-1]))
    assert {"stages.verify", "stages.parity.measure", "stages.recognition.verify"} <= only_verify


def test_all_code_is_in_some_image_and_the_hashing_in_datas() -> None:
    every = {_name(path) for path in (REPOSITORY / "stages").rglob("*.py")}
    assert every == set().union(*(modules(stage) for stage in STAGES))
    assert "stages.rehash" in modules("data")


def test_runners_that_are_named_in_strings_come_along() -> None:
    started = {"stages.runners.__main__", "stages.runners.nb", "stages.ppocr.reader"}
    assert started <= modules("convert") & modules("verify")


@pytest.fixture
def package(tmp_path: Path) -> Path:
    files = {
        "__init__.py": "",
        "a.py": "import os, stages.b.c\ndef f():\n    from stages.b import d, thing\n",
        "b/__init__.py": "",
        "b/c.py": "RUN = ['python', '-m', 'stages.e']\nNAME = 'stages of life: stages.unused'\n",
        "b/d.py": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import stages.unused\n"
        "if not TYPE_CHECKING:\n    import stages.f\n",
        "e/__init__.py": "",
        "e/__main__.py": "",
        "f.py": "",
        "unused.py": "",
    }
    for name, text in files.items():
        path = tmp_path / "stages" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path


def test_imports_anywhere_and_whole_names_in_strings_are_followed(package: Path) -> None:
    found = closure(package, ["stages.a"])
    assert [path.relative_to(package / "stages").as_posix() for path in found] == [
        "__init__.py", "a.py", "b/__init__.py", "b/c.py", "b/d.py", "e/__init__.py", "e/__main__.py", "f.py",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("module", "text", "message"),
    [("stages.gone", "", "has no module stages.gone"), ("stages.a", "from . import b", "relative")],
)
def test_what_cannot_be_followed_ends_the_build(
    package: Path, module: str, text: str, message: str
) -> None:
    (package / "stages" / "a.py").write_text(text)
    with pytest.raises(SystemExit, match=message):
        closure(package, [module])
