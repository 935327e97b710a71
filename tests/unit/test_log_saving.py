"""Saving and copying: clean text, whole or not at all, and nobody's file destroyed."""

from __future__ import annotations

import errno
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from tui.logs.copying import MOST_BYTES, copied_text
from tui.logs.pager import pager_command, run_pager
from tui.logs.pattern import Pattern
from tui.logs.saving import save_lines


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "train.log"
    path.write_bytes(b"one\n\x1b[31mtwo\x1b[0m\n10%\r99%\n\xff\nlast error")
    return path


def save(
    log: Path, target: Path, patterns: Sequence[Pattern] = (), *, replace: bool = False
) -> int:
    with log.open("rb") as stream:
        size = log.stat().st_size
        return list(save_lines(stream.fileno(), size, patterns, target, replace=replace))[-1]


def test_the_clean_text_is_saved(log: Path, tmp_path: Path) -> None:
    assert save(log, tmp_path / "a.txt") == 5
    assert (tmp_path / "a.txt").read_text() == "one\ntwo\n99%\n\\xff\nlast error\n"
    assert sorted(item.name for item in tmp_path.iterdir()) == ["a.txt", "train.log"]


def test_only_the_filtered_lines_are_saved(log: Path, tmp_path: Path) -> None:
    assert save(log, tmp_path / "a.txt", [Pattern("error")]) == 1
    assert (tmp_path / "a.txt").read_text() == "last error\n"


def test_an_existing_file_is_replaced_only_if_that_was_asked_for(log: Path, tmp_path: Path) -> None:
    target = tmp_path / "a.txt"
    target.write_text("precious")
    with pytest.raises(FileExistsError):
        save(log, target)
    assert target.read_text() == "precious"
    save(log, target, replace=True)
    assert target.read_text().startswith("one\n")


@pytest.mark.parametrize("replace", [False, True])
def test_what_fails_leaves_everything_as_it_was(
    log: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, replace: bool
) -> None:
    def fail(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    target = tmp_path / "a.txt"
    if replace:
        target.write_text("precious")
    before = {item.name: item.read_bytes() for item in tmp_path.iterdir()}
    monkeypatch.setattr("tui.logs.saving.os.fsync", fail)
    with pytest.raises(OSError, match="No space"):
        save(log, target, replace=replace)
    assert {item.name: item.read_bytes() for item in tmp_path.iterdir()} == before


def test_an_abandoned_save_leaves_nothing(tmp_path: Path) -> None:
    log = tmp_path / "big.log"
    log.write_bytes(b"a line of the log\n" * 60_000)
    with log.open("rb") as stream:
        running = save_lines(
            stream.fileno(), log.stat().st_size, (), tmp_path / "a.txt", replace=False
        )
        next(running)
        running.close()
    assert [item.name for item in tmp_path.iterdir()] == ["big.log"]


def test_a_line_that_is_too_long_says_so(tmp_path: Path) -> None:
    log = tmp_path / "a.log"
    log.write_bytes(b"x" * 1_000_000 + b"\n")
    save(log, tmp_path / "a.txt")
    assert (tmp_path / "a.txt").read_text().endswith(" bytes]\n")


def test_a_folder_that_is_not_there_is_an_error(log: Path, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        save(log, tmp_path / "none" / "a.txt")


def test_a_copy_is_as_long_as_terminals_take() -> None:
    assert copied_text(["a", "b"]) == ("a\nb", 2)
    text, count = copied_text("x" * 99 for _ in range(5000))
    assert count == text.count("\n") + 1 < 5000
    assert len(text) <= MOST_BYTES
    assert copied_text(["中" * 50_000]) == ("中" * (MOST_BYTES // 3), 1)
    assert copied_text([]) == ("", 0)


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
