"""The same tree as a DVC pipeline of five stages, in an environment of its own."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

from clock import timed

VERSION = "3.67.1"
#: Stage -> what it reads. Each writes a file of its name; the work itself does not matter for a no-op.
_STAGES = {
    "data": ("data",),
    "train": ("data", "data.out"),
    "export": ("train.out",),
    "convert": ("export.out",),
    "verify": ("data", "convert.out"),
}


def install(cache: Path) -> str:
    """Return the ``dvc`` command, installed once into ``cache``."""
    environment = cache / f"dvc-{VERSION}"
    command = environment / "bin" / "dvc"
    if not command.is_file():
        timed([sys.executable, "-m", "venv", "--clear", str(environment)])
        pip = [str(environment / "bin" / "python"), "-m", "pip", "install", "--quiet"]
        timed([*pip, f"dvc=={VERSION}"])
    return str(command)


def make_pipeline(dvc: str, project: Path, folder: Path) -> None:
    """Copy ``project``'s tree into ``folder``, describe the stages there and run them once."""
    if not (folder / "dvc.lock").is_file():
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(project / "data", folder / "data")
        # JSON is YAML; no Git, no statistics and no look for updates: nothing but the pipeline.
        (folder / "dvc.yaml").write_text(json.dumps({"stages": _stages()}), encoding="utf-8")
        initialise(dvc, folder)
        timed([dvc, "repro", "--quiet"], folder)


def initialise(dvc: str, folder: Path) -> None:
    """Make ``folder`` DVC's, with nothing that speaks to anybody else."""
    timed([dvc, "init", "--no-scm", "--quiet"], folder)
    for key in ("core.analytics", "core.check_update"):
        timed([dvc, "config", key, "false"], folder)


def _stages() -> dict[str, dict[str, object]]:
    return {
        name: {
            "cmd": f"echo {name} > {name}.out",
            "deps": list(inputs),
            "outs": [f"{name}.out"],
        }
        for name, inputs in _STAGES.items()
    }
