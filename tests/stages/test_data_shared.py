"""One set of labels shared out to train, val and test by the pixels of its images."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from stages import data
from stages.dataset.share import share_out
from stages.dataset.split import Seen, Split
from stages.errors import StageError
from stages.text.labels import Label
from support.legacy import Recorded, context, draw

SPLITS, SHARES = ("train", "val", "test"), (0.8, 0.1, 0.1)


def whole(contents: list[str]) -> Split:
    labels = [Label(f"{number}.png", "A", number + 1) for number in range(len(contents))]
    return Split("labels", labels, [Seen(content) for content in contents])


def shared(contents: list[str], seed: int = 42) -> dict[str, str]:
    """Return the split of each content."""
    splits = share_out(whole(contents), SPLITS, SHARES, seed)
    return {content: split.name for split in splits for content in split.hashes}


MANY = [f"content {number}" for number in range(2000)]


def test_the_shares_are_about_what_was_asked_for() -> None:
    counts = [list(shared(MANY).values()).count(split) for split in SPLITS]
    assert sum(counts) == len(MANY)
    assert all(
        abs(count / len(MANY) - share) < 0.03 for count, share in zip(counts, SHARES, strict=True)
    )


def test_an_image_keeps_its_split_whatever_is_added_or_taken_away() -> None:
    before, fewer = shared(MANY), shared(MANY[500::3])
    assert all(before[content] == split for content, split in fewer.items())
    assert shared([*reversed(MANY)]) == before


def test_another_seed_is_another_share() -> None:
    assert shared(MANY, seed=1) != shared(MANY)


def test_the_same_image_is_in_one_split_however_often_it_is_there() -> None:
    splits = share_out(whole([*MANY[:50], *MANY[:50]]), SPLITS, SHARES, 42)
    assert sum(len(split.labels) for split in splits) == 100
    assert sum(len({*split.hashes}) for split in splits) == 50


@pytest.mark.parametrize("count", [3, 4, 5, 10])
@pytest.mark.parametrize("seed", range(20))
def test_no_split_of_a_few_images_is_empty(count: int, seed: int) -> None:
    assert {*shared(MANY[:count], seed).values()} == {*SPLITS}


def test_fewer_images_than_splits_are_refused() -> None:
    with pytest.raises(StageError, match=r"2 different images; each of train, val, test needs one"):
        shared(["a", "b", "a"])


def project(folder: Path, **told: Any) -> Recorded:
    """Return a data stage's context for ten images, the last of which is the first again."""
    tree = folder / "data"
    texts = [f"{letter}{digit}" for letter in "ABC" for digit in "123"]
    for number, text in enumerate(texts):
        draw(tree / f"{number}.png", text)
    shutil.copy(tree / "0.png", tree / "again.png")
    again = cv2.imread(str(tree / "0.png"))
    assert isinstance(again, np.ndarray) and cv2.imwrite(str(tree / "again.bmp"), again)
    lines = [*(f"{number}.png\t{text}\n" for number, text in enumerate(texts)), "again.bmp\tA1\n"]
    (tree / "rec_gt.txt").write_text("".join(lines))
    (folder / "dict.txt").write_text("".join(f"{each}\n" for each in "ABC123"))
    parameters = {
        "labels": {split: ["rec_gt.txt"] for split in SPLITS},
        "split": list(SHARES),
        "split_seed": 42,
        "use_space_char": False,
        "max_text_length": 25,
        **told,
    }
    return context("data", folder, {"train": tree, "dictionary": folder / "dict.txt"}, parameters)


def test_the_stage_writes_a_label_file_a_split_and_finds_no_leak(tmp_path: Path) -> None:
    run = project(tmp_path)
    found = data.run(run)
    written = {split: (run.output / f"{split}.txt").read_text().splitlines() for split in SPLITS}
    assert {split: len(lines) for split, lines in written.items()} == found.lines
    assert sum(found.lines.values()) == 10 and all(found.lines.values())
    assert (found.leaked, found.duplicates) == (0, 1)
    together = next(lines for lines in written.values() if "0.png\tA1" in lines)
    assert "again.bmp\tA1" in together
    (progress,) = {event.total for event in run.events if hasattr(event, "total")}
    assert progress == 10


def test_the_same_files_give_the_same_bytes(tmp_path: Path) -> None:
    runs = [project(tmp_path / name) for name in ("one", "other")]
    for run in runs:
        data.run(run)
    for split in SPLITS:
        one, other = ((run.output / f"{split}.txt").read_bytes() for run in runs)
        assert one == other
