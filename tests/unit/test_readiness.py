"""What scripts/engine asks before it acts."""

from __future__ import annotations

from pathlib import Path

import pytest

from readiness import main
from stages.contract import Exit


def test_no_engine_is_exit_code_4_with_a_note(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/no.sock")
    assert main() == Exit.ENGINE
    said = capsys.readouterr()
    assert said.out == ""
    assert "is not running" in said.err
    assert "note: start it" in said.err
