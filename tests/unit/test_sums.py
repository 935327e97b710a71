"""The list of what was delivered, as somebody else may have left it."""

import os
from pathlib import Path

import pytest

from pipeline.record.sums import sums_in, sums_of

ONE, OTHER = "1" * 64, "2" * 64


@pytest.mark.parametrize("kind", ["missing", "pipe", "endless", "folder", "loop"])
def test_what_is_no_file_is_no_list_and_nobody_waits_for_it(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "SHA256SUMS"
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    elif kind != "missing":
        path.symlink_to({"endless": "/dev/zero", "loop": "SHA256SUMS"}[kind])
    assert sums_of(tmp_path) == {}


def test_lines_are_read_as_sha256sum_reads_them_and_a_file_with_two_sums_has_none() -> None:
    lines = [f"{ONE}  a b.nb", f"{ONE}  x", f"{OTHER}  x", f"{OTHER}  y", f"{OTHER}  y", "no line"]
    found = sums_in("\n".join(lines).encode())
    assert found == {"a b.nb": ONE, "x": "", "y": OTHER}
