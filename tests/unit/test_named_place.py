"""Which of the user's files, and which line, an error names."""

from __future__ import annotations

from pathlib import Path

from tui.programs import named_place


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
