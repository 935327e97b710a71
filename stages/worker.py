"""The child process of a stage: checks the inputs, runs the module, publishes the result."""

from __future__ import annotations

import errno
import importlib
import importlib.metadata
import os
import platform
import resource
import signal
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any, TextIO

from stages.contract import (
    RESULT_FILE,
    SCRATCH_FOLDER,
    EnvironmentRead,
    Exit,
    Failed,
    Result,
    Spec,
    StageEvent,
    encode_event,
)
from stages.contract.codec import encode
from stages.contract.kernels import PINS
from stages.cpu import read_cpu
from stages.errors import IntegrityError, StageError, Stopped
from stages.files import remove_tree, write_text
from stages.imagefile import MOST_PIXELS
from stages.message import msg
from stages.paddle_parts import leave_out_building
from stages.pitfalls import Pitfall
from stages.runtime import Context, check_inputs

#: Distributions whose versions decide a stage's numbers.
DISTRIBUTIONS = {
    "paddle": "paddlepaddle",
    "paddlelite": "paddlelite",
    "numpy": "numpy",
    "opencv": "opencv-python-headless",
}


def main(arguments: list[str]) -> int:
    """Run the stage ``arguments[0]`` with the spec at ``arguments[1]``; return its exit code."""
    stage, spec_path = arguments
    emit = _emitter(_claim_stdout())
    try:
        _run(stage, _read_spec(Path(spec_path)), emit)
    except Stopped:
        return Exit.TERMINATED
    except StageError as error:
        traceback.print_exc()
        emit(Failed(error.code, error.message, error.where, error.remedy, str(error.pitfall or "")))
        return error.code
    except Exception as error:  # the boundary: whatever a library raises becomes one event
        traceback.print_exc()
        if _is_full(error):  # else there may be no room to start again in
            _begin(_partial(Spec.load(Path(spec_path))))
        emit(_failed(error))
        return Exit.STAGE
    return Exit.OK


def _read_spec(path: Path) -> Spec:
    try:
        return Spec.load(path)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise IntegrityError(
            msg("what the stage is asked for cannot be read: {error}", error),
            str(path),
            msg("run the same command again: it is written anew"),
            Pitfall.CHANGED_ARTIFACT,
        ) from error


def _failed(error: Exception) -> Failed:
    """Name what is known of an error that no stage foresaw."""
    if isinstance(error, OSError) and _is_full(error):
        remedy = msg(
            "free space on the engine's disk, or remove old results: paddock clean --volumes"
        )
        return Failed(
            Exit.STAGE, msg("no space left in the workspace"), str(error.filename or ""), remedy
        )
    return Failed(
        Exit.STAGE,
        msg("{first}: {rest}", type(error).__name__, error),
        remedy=msg("see the stage's log"),
    )


def _is_full(error: Exception) -> bool:
    return isinstance(error, OSError) and error.errno == errno.ENOSPC


def _partial(spec: Spec) -> Path:
    """Return where a stage writes while it runs."""
    output = Path(spec.output)
    return output.with_name(output.name + ".partial")


def _claim_stdout() -> TextIO:
    """Keep stdout for events and send everything that libraries print there to stderr."""
    private = os.fdopen(os.dup(1), "w", encoding="ascii", buffering=1)
    os.dup2(2, 1)
    return private


def _emitter(stream: TextIO) -> Callable[[StageEvent], None]:
    def emit(event: StageEvent) -> None:
        stream.write(encode_event(event) + "\n")
        stream.flush()

    return emit


def _run(stage: str, spec: Spec, emit: Callable[[StageEvent], None]) -> None:
    if stage != spec.stage:
        raise StageError(
            msg("the spec is for {stage}, not {stage2}", repr(spec.stage), repr(stage))
        )
    started = time.monotonic()
    versions = read_environment() | {"kernels": spec.kernels}
    emit(EnvironmentRead(versions))
    output = Path(spec.output)
    partial = _partial(spec)
    context = Context(spec, partial, emit)
    with context.guarding():
        check_inputs(spec)
    _begin(partial)
    _obey_sigterm(context)
    # Libraries read these when they are loaded.
    _limit_threads(spec)
    os.environ.setdefault("OPENCV_IO_MAX_IMAGE_PIXELS", str(MOST_PIXELS))  # PaddleOCR's tools too
    os.environ.update(PINS if spec.kernels == "portable" else {})
    leave_out_building()
    module = importlib.import_module(f"stages.{stage}")
    _obey_sigterm(context)  # again: Paddle takes SIGTERM over when imported
    metrics: dict[str, Any] = encode(module.run(context))
    remove_tree(partial / SCRATCH_FOLDER)
    with context.guarding():
        artifacts = context.publish()
    seconds = round(time.monotonic() - started, 3)
    guards = round(context.guard_seconds, 3)
    result = Result(
        stage, spec.key, artifacts, metrics, versions, seconds, guards, round(_cpu_seconds(), 3)
    )
    write_text(partial / RESULT_FILE, result.dump())
    # An earlier result of this key, forgotten with --force, is whole until the new one stands in its place.
    before = output.with_name(output.name + ".before")
    remove_tree(before)
    if output.exists():
        output.rename(before)
    partial.rename(output)
    remove_tree(before)


def _limit_threads(spec: Spec) -> None:
    """Say how many threads libraries take in this process.

    Training on frozen features takes one, whatever the environment says: its key has no number of threads, so
    they may not share out a sum.
    """
    if spec.parameters.get("mode") == "frozen":
        os.environ["OMP_NUM_THREADS"] = "1"
    os.environ.setdefault("OMP_NUM_THREADS", str(spec.threads))


def _cpu_seconds() -> float:
    """Return what this process and those that it started, and that have ended, had of all CPUs."""
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(item.ru_utime + item.ru_stime for item in used)


def _begin(partial: Path) -> None:
    """Make the folder, or empty one that an interrupted run left, but for what it can resume from."""
    partial.mkdir(parents=True, exist_ok=True)
    for path in partial.iterdir():
        if path.name == SCRATCH_FOLDER:
            continue
        remove_tree(path) if path.is_dir() else path.unlink()


def _obey_sigterm(context: Context) -> None:
    def stop(_signal: int, _frame: FrameType | None) -> None:
        context.stopping = True

    signal.signal(signal.SIGTERM, stop)


def read_environment() -> dict[str, str]:
    """Return versions and processor that this process runs with; what is not there is left out."""
    versions = {"python": platform.python_version()}
    for name, distribution in DISTRIBUTIONS.items():
        try:
            versions[name] = importlib.metadata.version(distribution)
        except importlib.metadata.PackageNotFoundError:
            continue
    commit = _paddle_commit()
    if commit:
        versions["paddle_commit"] = commit
    return versions | read_cpu()


def _paddle_commit() -> str:
    """Read Paddle's build commit out of its version file, without the seconds that importing takes."""
    try:
        files = importlib.metadata.files("paddlepaddle") or ()
    except importlib.metadata.PackageNotFoundError:
        return ""
    for file in files:
        if file.as_posix() == "paddle/version/__init__.py":
            for line in file.read_text(encoding="utf-8").splitlines():
                if line.startswith("commit"):
                    return line.split("=", 1)[1].strip().strip("'\"")
    return ""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
