"""The examples' code on the host: what they draw is chosen without Pillow, so it can be looked at here."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

EXAMPLES = Path(__file__).parents[2] / "examples"
SHARED = EXAMPLES / "shared"


def load(example: str, name: str) -> ModuleType:
    """Import a module of an example; in the image its files lie beside the shared ones."""
    sys.path.insert(0, str(SHARED))
    try:
        spec = importlib.util.spec_from_file_location(
            f"example_{name}", EXAMPLES / example / f"{name}.py"
        )
        assert spec is not None and spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[spec.name] = module
        spec.loader.exec_module(module)
    finally:
        sys.path.remove(str(SHARED))
    return module


def render(example: str, script: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run an example's renderer."""
    return subprocess.run(
        [sys.executable, str(EXAMPLES / example / script), *arguments],
        check=False,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(SHARED)},
    )
