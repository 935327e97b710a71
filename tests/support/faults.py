"""Stages that misbehave: a copy of the runtime whose ``data`` stage is what a test wants it to be."""

import atexit
import compileall
import functools
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import textwrap
from dataclasses import dataclass
from pathlib import Path

from stages.contract import Failed, Input, Result, Spec, StageEvent, decode_event
from support.patience import PATIENCE

RUNTIME = (
    "__init__.py", "__main__.py", "contract", "cpu.py", "errors.py", "files.py", "imagefile.py", "message.py",
    "paddle_parts.py", "pitfalls.py", "runtime.py", "worker.py",
)  # fmt: skip
_HEAD = (
    "from __future__ import annotations\nfrom stages.errors import StageError, IntegrityError\n\n"
)


@functools.cache
def _runtime() -> Path:
    """Copy the runtime once a process, and compile it: each test starts two processes that import it."""
    folder = Path(tempfile.mkdtemp(prefix="paddock-runtime-"))
    atexit.register(shutil.rmtree, folder)
    for name in RUNTIME:
        source = Path(__file__).parents[2] / "stages" / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(source, folder / name)
    compileall.compile_dir(folder, quiet=1)
    return folder


@dataclass(frozen=True)
class Ended:
    """How the process ended, and what it left."""

    code: int
    stdout: bytes
    stderr: bytes
    folder: Path
    output: Path

    @property
    def events(self) -> list[StageEvent]:
        """What it said; every line must be an event."""
        return [decode_event(line) for line in self.stdout.decode("ascii").splitlines()]

    @property
    def failure(self) -> Failed:
        """Why it failed, which it said last."""
        failed = self.events[-1]
        assert isinstance(failed, Failed), self.stderr
        return failed

    @property
    def result(self) -> Result:
        """What it left."""
        return Result.from_json(json.loads((self.output / "result.json").read_text()))


class Bench:
    """Runs one stage with a body of one's own, through the real parent and worker."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.output = folder / "results" / "data" / "KEY"
        self.run_folder = folder / "runs" / "run-1" / "data"
        self.run_folder.mkdir(parents=True)

    @property
    def partial(self) -> Path:
        """Where the stage writes while it runs."""
        return self.output.with_name("KEY.partial")

    def start(
        self,
        body: str,
        inputs: tuple[Input, ...] = (),
        stage: str = "data",
        *,
        attended: bool = False,
        spec: bytes = b"",
    ) -> subprocess.Popen[bytes]:
        """Start the data stage, its spec for ``stage``; ``body`` is the body of ``run(context)``.

        Of one that is ``attended`` stdin stays open; other bytes can be given as its ``spec``.
        """
        package = self.folder / "code" / "stages"
        shutil.copytree(_runtime(), package, dirs_exist_ok=True)  # times too: bytecode stays valid
        indented = textwrap.indent(textwrap.dedent(body).strip("\n"), "    ") + "\n"
        (package / "data.py").write_text(f"{_HEAD}def run(context):\n{indented}")
        path = self.run_folder / "spec.json"
        asked = Spec(stage, "KEY", str(self.output), inputs=inputs)
        path.write_bytes(spec or asked.dump().encode())
        return subprocess.Popen(
            [sys.executable, "-m", "stages", "data", str(path)],
            cwd=package.parent,
            env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
            stdin=subprocess.PIPE if attended else None,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def run(
        self, body: str = "return {}", inputs: tuple[Input, ...] = (), stage: str = "data"
    ) -> Ended:
        """Run the stage to its end."""
        return self.finish(self.start(body, inputs, stage))

    def finish(self, process: subprocess.Popen[bytes]) -> Ended:
        """Wait for a stage that was started."""
        stdout, stderr = process.communicate(timeout=PATIENCE)
        return Ended(process.returncode, stdout, stderr, self.run_folder, self.output)

    def file(self, name: str, data: bytes) -> Input:
        """Write an input file and return how a spec names it."""
        path = self.folder / "inputs" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        return Input(name, str(path), hashlib.sha256(data).hexdigest(), "train")

    def tree(self, files: dict[str, bytes]) -> Input:
        """Write an input tree with its manifest and return how a spec names it."""
        root = self.folder / "inputs" / "tree"
        lines = []
        for name, data in sorted(files.items()):
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_bytes(data)
            lines.append(f"{hashlib.sha256(data).hexdigest()}  {name}\n")
        manifest = "".join(lines)
        (root / "MANIFEST").write_text(manifest)
        digest = hashlib.sha256(manifest.encode()).hexdigest()
        return Input("test", str(root), digest, "project (test data)", tree=True)
