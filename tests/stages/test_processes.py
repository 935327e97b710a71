"""A forked process (support/zygote.py) is to whoever starts it what one of the interpreter's own is."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from support.zygote import exchanged

SHOWN = """
import json, os, sys
print(json.dumps([sys.argv, sys.stdin.read(), os.getcwd(), dict(os.environ), sys.path, __name__]))
print("aside", file=sys.stderr)
sys.exit(3)
"""
WAITING = """
import signal, sys
signal.signal(signal.SIGTERM, lambda *_: sys.exit(5))
print("ready", flush=True)
while True:
    signal.pause()
"""


@pytest.fixture(params=["forked", "real"], autouse=True)
def kind(request: pytest.FixtureRequest, launcher: Path, real_python: str) -> Iterator[str]:
    """Start processes of both kinds."""
    with exchanged(str(launcher) if request.param == "forked" else real_python):
        yield str(request.param)


def start(*words: str | Path, **options: Any) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **options,
    )


@pytest.mark.parametrize("how", ["-c", "script", "-m"])
def test_it_gets_what_it_was_started_with(tmp_path: Path, how: str) -> None:
    script = tmp_path / "shown.py"
    script.write_text(SHOWN)
    ways: dict[str, tuple[str | Path, ...]] = {
        "-c": ("-c", SHOWN),
        "script": (script,),
        "-m": ("-m", "shown"),
    }
    environment = {"PYTHONPATH": "/a:/b", "NAME": "v=1\nü", "PATH": ""}
    process = start(
        *ways[how], "two words", "", stdin=subprocess.PIPE, cwd=tmp_path, env=environment
    )
    said, aside = process.communicate("typed")
    assert (process.returncode, aside) == (3, "aside\n")
    argv, typed, folder, variables, path, name = json.loads(said)
    assert argv == ["-c" if how == "-c" else str(script), "two words", ""]
    assert (typed, folder, name) == ("typed", str(tmp_path), "__main__")
    assert environment.items() <= variables.items()
    assert path[:3] == ["" if how == "-c" else str(tmp_path), "/a", "/b"]


def test_an_error_ends_it_with_1_and_a_traceback() -> None:
    process = start("-c", "raise ValueError('so')")
    _, aside = process.communicate()
    assert process.returncode == 1 and aside.rstrip().endswith("ValueError: so")


@pytest.mark.parametrize("number", [signal.SIGABRT, signal.SIGKILL])
def test_a_signal_that_ends_it_is_told(number: signal.Signals) -> None:
    process = start("-c", f"import os; os.kill(os.getpid(), {int(number)})")
    process.communicate()
    assert process.returncode == -number


def test_it_hears_sigterm() -> None:
    process = start("-c", WAITING)
    assert process.stdout is not None and process.stdout.readline() == "ready\n"
    process.terminate()
    process.communicate()
    assert process.returncode == 5


def test_killed_it_is_gone() -> None:
    process = start("-c", WAITING)
    assert process.stdout is not None and process.stdout.readline() == "ready\n"
    process.kill()
    assert process.stdout.read() == "", "nothing holds its end of the pipe"
    assert process.wait() == -signal.SIGKILL


@pytest.mark.parametrize("leads", [True, False])
def test_it_leads_a_group_when_asked_to(leads: bool) -> None:
    process = start("-c", "import os; print(os.getpgrp() == os.getpid())", start_new_session=leads)
    assert process.communicate()[0] == f"{leads}\n"


def test_only_a_forked_one_has_paddle_from_the_start(kind: str) -> None:
    process = start("-c", "import sys; print('paddle' in sys.modules)")
    assert process.communicate()[0] == f"{kind == 'forked'}\n"
