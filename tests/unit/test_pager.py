"""The user's own pager: which one it is, and whose an interrupt is while it runs."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tui.programs import pager_command, run_pager


def test_the_pager_is_the_users_own() -> None:
    path = Path("/logs/-rf train.log")
    assert pager_command({}, path) == ["less", "/logs/-rf train.log"]
    assert pager_command({"PAGER": " "}, path)[0] == "less"
    assert pager_command({"PAGER": "less -S '+G 1'"}, path)[:-1] == ["less", "-S", "+G 1"]
    with pytest.raises(ValueError, match="quotation"):
        pager_command({"PAGER": "less 'x"}, path)


def test_a_pagers_interrupt_is_not_ours(tmp_path: Path) -> None:
    script = tmp_path / "pager.py"
    script.write_text(
        "import os, signal\nos.kill(os.getppid(), signal.SIGINT)\nprint(signal.getsignal(signal.SIGINT))"
    )
    assert run_pager([sys.executable, str(script)]) == 0


def test_a_pager_inherits_no_ignored_interrupt(tmp_path: Path) -> None:
    seen = tmp_path / "seen"
    code = f"import signal; open({str(seen)!r}, 'w').write(repr(signal.getsignal(signal.SIGINT)))"
    run_pager([sys.executable, "-c", code])
    assert "default_int_handler" in seen.read_text()
    with pytest.raises(OSError, match="No such file"):
        run_pager([str(tmp_path / "nothing")])
