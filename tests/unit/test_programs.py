"""The user's own programs: which pager it is, whose an interrupt is, and which line of a file is opened."""

import sys
from pathlib import Path

import pytest

from tui.programs import named_place, pager_command, run_pager


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


def test_the_first_file_that_is_there_counts(tmp_path: Path) -> None:
    project, data = tmp_path / "p", tmp_path / "elsewhere"
    for folder in (project, data):
        folder.mkdir()
    (data / "train.txt").write_text("a\n")
    (tmp_path / "secret.txt").write_text("a\n")
    said = 'é is not in the dictionary:\n  "é" (U+00E9) first at train.txt:6, 1 line'
    assert named_place(said, [project, data]) == (data / "train.txt", 6)
    assert named_place(f"{data}/train.txt:7: no tab", [project, data]) == (data / "train.txt", 7)
    for nothing in ("at 10:30", "../secret.txt:1", "val.txt:3", "train.txt", ""):
        assert named_place(nothing, [project, data]) is None
