"""The walls between the rooms (docs/architecture.md), as imported; lint-imports holds the declared ones."""

import ast
import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).parents[2]

#: Imports the modules of each step, and says which of those that it watches were there then.
PROBE = """
import importlib, json, sys
found = []
for watched, names in json.loads(sys.argv[1]):
    for name in names:
        importlib.import_module(name)
    found.append([package for package in watched if package in sys.modules])
print(json.dumps(found))
"""
Step = tuple[Sequence[str], Sequence[str]]
SCREEN_AND_STAGES = ("textual", "rich", "paddle", "paddlelite", "numpy", "cv2")


def modules(*rooms: str) -> Iterator[str]:
    """Give the names of all modules of these rooms."""
    for room in rooms:
        for path in sorted((ROOT / room).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def came_along(*steps: Step) -> list[list[str]]:
    """Import in a fresh process, step by step; return for each which of the watched came along by then."""
    command = [sys.executable, "-c", PROBE, json.dumps(steps)]
    done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT)
    found: list[list[str]] = json.loads(done.stdout)
    return found


def uses_docker(name: str) -> bool:
    """Return whether a module says ``import docker`` itself."""
    path = ROOT / Path(*name.split("."))
    path = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    lines = path.read_text(encoding="utf-8").splitlines()
    return any(line.lstrip().startswith(("import docker", "from docker")) for line in lines)


SCREEN = tuple(name for name in SCREEN_AND_STAGES if name != "rich")


def test_a_plan_pulls_in_neither_textual_nor_paddle() -> None:
    """It needs no run either, and of a report that it reads the limits only."""
    no_run = (
        "PIL", "jinja2", "pipeline.report", "pipeline.integrity", "pipeline.images.build",
        "pipeline.pitfalls", "pipeline.record.events", "pipeline.run.runner", "pipeline.run.execution",
        "pipeline.models.configuration", "pipeline.models.soundness", "pipeline.plan.arm_runtime",
    )  # fmt: skip
    judged_anew = ("pipeline.report.model", "stages.contract.parity"), ["pipeline.report.limits"]
    assert came_along(((*no_run, *SCREEN), ["tui.commands.plan"]), judged_anew) == [[], []]


def test_only_the_engine_imports_docker() -> None:
    users = {name for name in modules("pipeline", "tui", "stages") if uses_docker(name)}
    assert users and all(name.startswith("pipeline.engine") for name in users)


def test_pipeline_pulls_in_neither_a_screen_nor_paddle_nor_docker_where_it_needs_no_engine() -> (
    None
):
    names = (
        "pipeline.project", "pipeline.plan.planner", "pipeline.record.events", "pipeline.record.ledger",
        "pipeline.plan.lockfile", "pipeline.report.build", "pipeline.run.deliver", "pipeline.models.fetch",
    )  # fmt: skip
    pipeline = list(modules("pipeline"))
    assert len(pipeline) > 30
    assert came_along((("docker", "requests", "jinja2"), names), (SCREEN_AND_STAGES, pipeline)) == [
        [],
        [],
    ]


#: What takes long to import, and what nobody needs who only asks for the version.
SLOW = (
    "docker", "requests", "pydantic", "yaml", "textual", "PIL", "sqlite3", "importlib.metadata", "jinja2",
)  # fmt: skip
ROOMS = tuple(
    f"pipeline.{room}" for room in ("engine", "images", "plan.planner", "project", "report", "run")
)
VERSION = """
import contextlib, sys
from tui.cli import main
for word in sys.argv[1:]:
    with contextlib.suppress(SystemExit):
        main([word])
print(*sys.modules)
"""


def test_the_version_and_the_help_need_nothing_that_is_slow_to_import() -> None:
    command = [sys.executable, "-c", VERSION, "--version", "--help"]
    done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT)
    assert not {*SLOW, *ROOMS} & set(done.stdout.split())


def test_a_run_reaches_the_engine_without_a_screen_or_what_comes_after_that() -> None:
    """The latter is imported while the container that hashes starts (pipeline/run/runner.py)."""
    watched = (
        "pipeline.report", "pipeline.run.prepare", "pipeline.run.execution", "pipeline.run.outcome",
        "pipeline.plan.wiring", "rich.console", "tui.views", "tui.printer", *SCREEN,
    )  # fmt: skip
    assert came_along((watched, ["tui.cli", "tui.batch"])) == [[]]


def test_stages_know_nothing_of_the_host_nor_the_screen_of_the_engine() -> None:
    """The screen opens without the engine and what lies behind it."""
    host = ("pipeline", "tui", "docker", "textual", "rich", "yaml", "pydantic", "paddle", "numpy")
    behind = (
        "docker", "requests", "pydantic", "yaml", "PIL", "pipeline.report", "pipeline.integrity",
        "pipeline.engine", "pipeline.plan.planner", "pipeline.plan.wiring", "pipeline.run.runner",
        "pipeline.images.build",
        "pipeline.pitfalls.catalogue", "tui.screens.parity", "tui.screens.guards", "tui.screens.history",
    )  # fmt: skip
    found = came_along(
        (host, ["stages.contract", "stages.worker", "stages.runtime", "stages.__main__"]),
        (behind, ["tui.app", "tui.launch"]),
    )
    assert found == [[], []]


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


def test_modules_keep_to_the_house_size() -> None:
    for name in modules("pipeline", "tui", "stages"):
        path = ROOT / Path(*name.split("."))
        path = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
        assert len(path.read_text(encoding="utf-8").splitlines()) <= 500, name


def test_containers_are_made_in_two_places_only() -> None:
    """In one they run, as compose.yaml confines them; in the other they never start."""
    makers = {}
    for path in (ROOT / "pipeline/engine").glob("*.py"):
        nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        called = {ast.unparse(node.func) for node in nodes if isinstance(node, ast.Call)}
        if any(name.endswith((".containers.create", ".containers.run")) for name in called):
            makers[path.name] = any(name.endswith("container.start") for name in called)
    assert makers == {"containers.py": True, "volumes.py": False}
