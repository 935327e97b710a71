"""An upload that takes long says how far it is, now and then."""

from __future__ import annotations

from pipeline.run.execution import Uploading


def said_of(files: int, seconds_a_file: float) -> list[str]:
    now, said = [0.0], list[str]()
    uploading = Uploading(files, said.append, lambda: now[0])
    for _ in range(files):
        now[0] += seconds_a_file
        uploading.advance()
    return said


def test_a_long_upload_says_what_is_left_of_it() -> None:
    said = said_of(1280, 1 / 64)
    assert said == [
        "uploaded 320 of 1,280 files, about 15 s left",
        "uploaded 640 of 1,280 files, about 10 s left",
        "uploaded 960 of 1,280 files, about 5.0 s left",
    ]


def test_a_short_one_says_nothing() -> None:
    assert said_of(320, 1 / 64) == []
