"""The walls between the rooms (docs/architecture.md), as imported; lint-imports holds the declared ones."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

#: Imports each module that is named and says which of the watched packages came along.
PROBE = """
import importlib, json, sys
watched = sys.argv[1].split(",")
found = {}
for name in sys.argv[2:]:
    importlib.import_module(name)
    found[name] = [package for package in watched if package in sys.modules]
print(json.dumps(found))
"""
SCREEN_AND_STAGES = ("textual", "rich", "paddle", "paddlelite", "numpy", "cv2")


def modules(*rooms: str) -> Iterator[str]:
    """Give the names of all modules of these rooms."""
    for room in rooms:
        for path in sorted((ROOT / room).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def came_along(watched: tuple[str, ...], *names: str) -> dict[str, list[str]]:
    """Import ``names`` one after the other in a fresh process."""
    command = [sys.executable, "-c", PROBE, ",".join(watched), *names]
    done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT)
    found: dict[str, list[str]] = json.loads(done.stdout)
    return found


def uses_docker(name: str) -> bool:
    """Return whether a module says ``import docker`` itself."""
    path = ROOT / Path(*name.split("."))
    path = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    lines = path.read_text(encoding="utf-8").splitlines()
    return any(line.lstrip().startswith(("import docker", "from docker")) for line in lines)


def test_pipeline_pulls_in_neither_a_screen_nor_paddle() -> None:
    found = came_along(SCREEN_AND_STAGES, *modules("pipeline"))
    assert len(found) > 30 and not any(found.values())


def test_the_command_line_pulls_in_neither_textual_nor_paddle() -> None:
    watched = tuple(name for name in SCREEN_AND_STAGES if name != "rich")
    assert not any(came_along(watched, "tui.cli", "tui.batch").values())


def test_only_the_engine_imports_docker() -> None:
    users = {name for name in modules("pipeline", "tui", "stages") if uses_docker(name)}
    assert users and all(name.startswith("pipeline.engine") for name in users)


def test_what_needs_no_engine_does_not_import_docker() -> None:
    names = (
        "pipeline.project", "pipeline.plan.planner", "pipeline.record.events", "pipeline.record.ledger",
        "pipeline.plan.lockfile", "pipeline.report.build", "pipeline.run.deliver", "pipeline.models.fetch",
    )  # fmt: skip
    assert not any(came_along(("docker", "requests"), *names).values())


#: What takes long to import, and what nobody needs who only asks for the version.
SLOW = ("docker", "requests", "pydantic", "yaml", "textual", "PIL", "sqlite3", "importlib.metadata")
ROOMS = tuple(
    f"pipeline.{room}" for room in ("engine", "images", "plan.planner", "project", "report", "run")
)
VERSION = """
import contextlib, sys
from tui.cli import main
with contextlib.suppress(SystemExit):
    main(sys.argv[1:])
print(*sys.modules)
"""


@pytest.mark.parametrize("word", ["--version", "--help"])
def test_the_version_and_the_help_need_nothing_that_is_slow_to_import(word: str) -> None:
    command = [sys.executable, "-c", VERSION, word]
    done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT)
    assert not {*SLOW, *ROOMS} & set(done.stdout.split())


def test_a_plan_needs_neither_a_run_nor_its_report() -> None:
    watched = (
        "textual", "PIL", "pipeline.report", "pipeline.integrity", "pipeline.images.build",
        "pipeline.record.events", "pipeline.run.runner", "pipeline.run.execution", "pipeline.pitfalls",
    )  # fmt: skip
    assert came_along(watched, "tui.commands.plan")["tui.commands.plan"] == []


def test_the_screen_opens_without_the_engine_and_what_lies_behind_it() -> None:
    watched = (
        "docker", "requests", "pydantic", "yaml", "PIL", "pipeline.report", "pipeline.integrity",
        "pipeline.engine", "pipeline.plan.planner", "pipeline.plan.wiring", "pipeline.run.runner",
        "pipeline.images.build",
        "pipeline.pitfalls.catalogue", "tui.screens.parity", "tui.screens.guards", "tui.screens.history",
    )  # fmt: skip
    assert came_along(watched, "tui.app", "tui.launch") == {"tui.app": [], "tui.launch": []}


def test_the_contract_needs_the_standard_library_only() -> None:
    code = "import sys; import stages.contract; print('\\n'.join(sys.modules))"
    done = subprocess.run(
        [
            sys.executable,
            "-I",
            "-S",
            "-c",
            f"import sys; sys.path.insert(0, {str(ROOT)!r}); {code}",
        ],
        check=True,
        capture_output=True,
        text=True,
    )
    roots = {name.partition(".")[0] for name in done.stdout.split()}
    assert roots - set(sys.stdlib_module_names) <= {"stages", "__main__", "__mp_main__"}


def test_stages_know_nothing_of_the_host() -> None:
    headless = ("stages.contract", "stages.worker", "stages.runtime", "stages.__main__")
    watched = (
        "pipeline",
        "tui",
        "docker",
        "textual",
        "rich",
        "yaml",
        "pydantic",
        "paddle",
        "numpy",
    )
    assert not any(came_along(watched, *headless).values())


def test_modules_keep_to_the_house_size() -> None:
    for name in modules("pipeline", "tui", "stages"):
        path = ROOT / Path(*name.split("."))
        path = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
        assert len(path.read_text(encoding="utf-8").splitlines()) <= 500, name
