from __future__ import annotations

import errno
import os
import random
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
import paddle
import pytest

from stages.dataset.samples import Sample, read_samples
from stages.errors import StageError, Stopped
from stages.frozen import backbone as backbones
from stages.frozen import features
from stages.frozen.backbone import Backbone, fingerprint_of
from stages.frozen.features import Extractor
from stages.ppocr.architectures.lcnetv3 import V5_MOBILE
from stages.ppocr.classifier import narrow
from stages.ppocr.network import build
from stages.ppocr.unfuse import load_inference_weights
from stages.preprocess import prepare, read_image
from stages.program.params import read_program
from stages.published.official import read_official
from stages.runners import ModelRunner
from stages.text.dictionary import Dictionary
from support.legacy import ALPHANUMERIC, new_folder, official
from support.lines import draw_split

#: Half as wide as the network is made for: features of it are as good.
SHAPE = (3, 48, 160)
LINES = 12


@lru_cache(maxsize=1)
def dictionary() -> Dictionary:
    path = new_folder() / "dict.txt"
    path.write_text("\n".join(ALPHANUMERIC) + "\n", encoding="utf-8")
    return Dictionary.load(path, use_space_char=False)


def network(characters: Dictionary) -> paddle.nn.Layer:
    made = build(V5_MOBILE.ctc(), characters.classes, fused=True)
    weights = narrow(read_official(official("PP-OCRv5_mobile_rec")), characters).parameters
    load_inference_weights(made, weights, "the official model")
    return made


@lru_cache(maxsize=1)
def backbone_folder() -> Path:
    return new_folder()


@lru_cache(maxsize=1)
def backbone() -> Backbone:
    return Backbone(network(dictionary()), backbone_folder(), SHAPE)


@lru_cache(maxsize=1)
def samples() -> list[Sample]:
    folder = new_folder()
    draw_split(folder, "train", LINES, seed=1)
    return read_samples(folder / "train.txt", folder / "train", dictionary())


def nothing(_done: int) -> None:
    """Take note of nothing."""


class Extraction:
    """One extraction with a folder of features; ``rows`` are those of all samples."""

    def __init__(
        self,
        folder: Path,
        of: Sequence[Sample],
        grown: Callable[[int], None] = nothing,
        copies: int = 0,
        processes: int = 2,
    ) -> None:
        self.warnings: list[str] = []
        extractor = Extractor(
            backbone(),
            folder,
            lambda text, where: self.warnings.append(text),
            processes=processes,
        )
        self.features = extractor.features_of(of, grown, copies)
        self.tally = extractor.tally
        self.rows = self.features.rows(range(len(of)))


@lru_cache(maxsize=1)
def cold() -> tuple[Path, Extraction]:
    folder = new_folder()
    return folder, Extraction(folder, samples())


def entries(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def test_batch_norms_are_folded_before_paddle_inference_could() -> None:
    backbone()
    kinds = [
        [operator.type for operator in read_program(backbone_folder() / name).blocks[0].ops]
        for name in ("backbone.pdmodel", "simplified.pdmodel")
    ]
    assert "batch_norm" in kinds[0] and "batch_norm" not in kinds[1]


def test_features_are_what_the_network_itself_computes() -> None:
    _, extraction = cold()
    assert extraction.tally.computed == LINES
    images = np.stack([prepare(read_image(sample.image), SHAPE) for sample in samples()[:4]])
    expected = network(dictionary()).backbone(paddle.to_tensor(images)).numpy()
    difference = np.abs(extraction.rows[:4] - expected).max()
    assert difference <= backbones.TOLERANCE * np.abs(expected).max()


def test_a_second_run_computes_nothing_and_has_the_same_bits() -> None:
    folder, first = cold()
    second = Extraction(folder, samples())
    assert (second.tally.computed, second.tally.cached) == (0, LINES)
    assert second.rows.tobytes() == first.rows.tobytes()


def test_an_image_has_the_same_features_whatever_is_computed_with_it() -> None:
    """Half of the images are there; the others meet in other batches, in another order."""
    _, first = cold()
    folder = new_folder()
    Extraction(folder, samples()[::2])
    half = Extraction(folder, list(reversed(samples())))
    assert (half.tally.computed, half.tally.cached) == (LINES // 2, LINES // 2)
    assert half.rows[::-1].tobytes() == first.rows.tobytes()


def test_the_number_of_processes_changes_no_bit_and_has_an_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So few images are worth one process."""
    started: list[str] = []

    class Counted(ModelRunner):
        def __init__(self, kind: str, files: list[str], threads: int = 1) -> None:
            started.append(kind)
            super().__init__(kind, files, threads)

    monkeypatch.setattr(features, "ModelRunner", Counted)
    alone = Extraction(new_folder(), samples(), processes=99)
    assert len(started) == 1
    monkeypatch.setattr(features, "_WORTH_A_PROCESS", 2)
    monkeypatch.setattr(features, "_MOST_PROCESSES", 3)
    several = Extraction(tmp_path, samples(), processes=99)
    assert len(started) == 1 + 3
    assert several.rows.tobytes() == alone.rows.tobytes()


def test_what_another_training_computes_meanwhile_is_not_computed_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, first = cold()

    def meanwhile(names: Mapping[str, object]) -> list[str]:
        monkeypatch.undo()
        Extraction(tmp_path, samples()[:5])
        return list(names)

    monkeypatch.setattr(features, "_in_any_order", meanwhile)
    run = Extraction(tmp_path, samples())
    assert (run.tally.computed, run.tally.cached) == (LINES - 5, 5)
    assert run.rows.tobytes() == first.rows.tobytes()


def test_a_backbone_that_cannot_be_run_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backbone(), "files", (tmp_path / "a.pdmodel", tmp_path / "a.pdiparams"))
    with pytest.raises(StageError, match="the backbone cannot be run"):
        Extraction(tmp_path, samples()[:1])


def test_another_dictionary_finds_them_again(tmp_path: Path) -> None:
    path = tmp_path / "dict.txt"
    path.write_text("0\n1\n", encoding="utf-8")
    digits = Dictionary.load(path, use_space_char=False)
    other = Backbone(network(digits), tmp_path, SHAPE)
    assert other.fingerprint == backbone().fingerprint


def test_another_backbone_does_not(tmp_path: Path) -> None:
    program, weights = (backbone_folder() / f"simplified.{end}" for end in ("pdmodel", "pdiparams"))
    assert fingerprint_of((program, weights)) == backbone().fingerprint
    changed = bytearray(weights.read_bytes())
    changed[-1] ^= 1
    (tmp_path / "weights").write_bytes(changed)
    assert fingerprint_of((program, tmp_path / "weights")) != backbone().fingerprint


def test_copies_are_the_same_whatever_else_is_drawn_and_take_turns(tmp_path: Path) -> None:
    few = samples()[:3]
    first = Extraction(tmp_path / "a", few, copies=1)
    assert first.tally.computed == 6
    random.seed(1)
    np.random.seed(1)
    second = Extraction(tmp_path / "b", list(reversed(few)), copies=1)
    turns = [first.features.rows(range(3), turn).tobytes() for turn in range(3)]
    assert turns[0] == turns[2] != turns[1]
    assert second.features.rows([2, 1, 0]).tobytes() == turns[0]
    again = Extraction(tmp_path / "a", few, copies=2)
    assert (again.tally.cached, again.tally.computed) == (6, 3)


def test_a_copy_that_was_lost_is_computed_again(tmp_path: Path) -> None:
    run = Extraction(tmp_path, samples()[:2], copies=1)
    before = run.features.rows(range(2), turn=1).tobytes()
    for path in entries(tmp_path):
        path.unlink()
    assert run.features.rows(range(2), turn=1).tobytes() == before


@pytest.mark.parametrize("damage", ["flipped", "cut", "empty", "another's"])
def test_a_damaged_entry_is_computed_again_and_said(tmp_path: Path, damage: str) -> None:
    first = Extraction(tmp_path, samples()[:3])
    victim, other, *_ = entries(tmp_path)
    data = bytearray(victim.read_bytes())
    data[100] ^= 1
    contents = {
        "flipped": bytes(data),
        "cut": victim.read_bytes()[:-4],
        "empty": b"",
        "another's": other.read_bytes(),
    }
    victim.write_bytes(contents[damage])
    second = Extraction(tmp_path, samples()[:3])
    assert (second.tally.computed, second.tally.cached) == (1, 2)
    assert second.rows.tobytes() == first.rows.tobytes()
    assert second.warnings == ["1 entries of the feature cache were damaged and are computed again"]


def test_an_entry_that_goes_while_training_reads_it_is_computed_again(tmp_path: Path) -> None:
    run = Extraction(tmp_path, samples()[:3])
    gone, damaged, _ = entries(tmp_path)
    gone.unlink()
    damaged.write_bytes(b"")
    assert run.features.rows(range(3)).tobytes() == run.rows.tobytes()
    assert len(run.warnings) == 1


def test_what_was_computed_before_a_stop_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(done: int) -> None:
        if done:
            raise Stopped

    monkeypatch.setattr(features, "_NOTED", 4)
    with pytest.raises(Stopped):
        Extraction(tmp_path, samples(), stop)
    assert len(entries(tmp_path)) == 4
    assert Extraction(tmp_path, samples()).tally.computed == LINES - 4


def test_a_full_disk_is_said_and_leaves_no_half_entry(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Extraction(tmp_path, samples()[:1])

    def full(path: Path, data: bytes) -> int:
        with path.open("wb") as stream:
            stream.write(data[:1000])
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(StageError, match="cannot be kept: No space left on device") as e:
        Extraction(tmp_path, samples()[:3])
    assert "clean" in e.value.remedy
    monkeypatch.undo()
    assert len(entries(tmp_path)) == 1
    assert Extraction(tmp_path, samples()[:1]).tally.cached == 1
