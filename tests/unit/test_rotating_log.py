"""A stage that never stops to talk fills no disk, and its last words are kept."""

from pathlib import Path

from pipeline.record.rotating import RotatingLog


def test_a_flood_leaves_two_files_and_the_last_words(tmp_path: Path) -> None:
    path = tmp_path / "train.log"
    with RotatingLog(path, large=1000) as log:
        for number in range(1000):
            log.write(f"line {number}\n".encode())
        log.write(b"half a line that is")
        log.write(b" longer than a file may be" * 100)
    assert sorted(item.name for item in tmp_path.iterdir()) == ["train.log", "train.log.1"]
    older, newer = ((tmp_path / f"train.log{end}").read_text() for end in (".1", ""))
    assert newer.startswith("(what was before is in train.log.1)\n")
    lines = (older + newer).replace("(what was before is in train.log.1)\n", "").splitlines()
    first = int(lines[0].split()[1])
    assert lines[:-1] == [f"line {number}" for number in range(first, 1000)]  # none between is lost
    assert len(older) < 1100 and lines[-1].startswith("half a line that is longer")


def test_progress_that_overwrites_itself_fills_no_disk(tmp_path: Path) -> None:
    path = tmp_path / "train.log"
    with RotatingLog(path, large=1000) as log:
        for _ in range(100):
            log.write(b"50%\r" * (1 << 14))
    assert sum(item.stat().st_size for item in tmp_path.iterdir()) < 3 << 20


def test_a_run_that_goes_on_appends(tmp_path: Path) -> None:
    for word in (b"one\n", b"two\n"):
        with RotatingLog(tmp_path / "data.log") as log:
            log.write(word)
    assert (tmp_path / "data.log").read_bytes() == b"one\ntwo\n"
