"""A checkpoint is fine-tuned to another dictionary: what both have is kept, what begins anew is said."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import paddle
import pytest

from stages.errors import IntegrityError
from stages.full.starting_weights import starting_weights
from stages.ppocr.architectures.mobilenetv1 import V3_MOBILE
from stages.ppocr.checkpoint import save_parameters
from stages.ppocr.config import DataPaths, Settings, dump_config, training_config
from stages.ppocr.dictionary_record import with_record
from stages.ppocr.network import build, state_arrays
from stages.text.dictionary import Dictionary
from support.legacy import Recorded, context

HEAD = "head.ctc_head.fc.weight"


def listed(path: Path, characters: str) -> Dictionary:
    path.write_text("".join(f"{one}\n" for one in characters), encoding="utf-8")
    return Dictionary.load(path, use_space_char=False)


def trained(folder: Path, characters: str, record: str) -> tuple[Recorded, dict[str, np.ndarray]]:
    """Return the context of a training that starts from a checkpoint of ``characters``, and its weights.

    ``record`` is what the configuration says that it was trained with.
    """
    old, said = listed(folder / "old.txt", characters), listed(folder / "said.txt", record)
    gone = Path("/gone")
    settings = Settings((3, 48, 96), False, 25, 1, 2, 1e-3, 42)
    config = training_config(V3_MOBILE, DataPaths(gone, gone, gone, gone, gone), settings)
    (folder / "own.yml").write_text(dump_config(with_record(config, said)), encoding="utf-8")
    paddle.seed(1)
    weights = state_arrays(build(config["Architecture"], old.classes))
    save_parameters(folder / "c.pdparams", weights)
    inputs = {"config": folder / "own.yml", "pretrained": folder / "c.pdparams"}
    return context("train", folder, inputs, {"architecture": "own.yml"}), weights


def start(run: Recorded, dictionary: Dictionary) -> dict[str, np.ndarray]:
    return starting_weights(run, V3_MOBILE.training(25), dictionary)


def test_the_columns_that_both_dictionaries_have_are_kept(tmp_path: Path) -> None:
    run, old = trained(tmp_path, "abcde", "abcde")
    found = start(run, listed(tmp_path / "new.txt", "cxa"))
    assert found[HEAD].shape[-1] == 4
    for place, column in ((0, 0), (1, 3), (3, 1)):
        assert np.array_equal(found[HEAD][:, place], old[HEAD][:, column])
    assert np.allclose(found[HEAD][:, 2], old[HEAD][:, 1:].mean(axis=1))
    body = [key for key in old if key.startswith(("backbone.", "head.ctc_encoder."))]
    assert body and all(np.array_equal(found[key], old[key]) for key in body)
    [said] = run.warnings()
    assert "6 classes, the dictionary 4" in said and "of 2 of 3 characters that both have" in said


def test_without_its_dictionary_only_the_blank_of_a_head_is_kept(tmp_path: Path) -> None:
    run, old = trained(tmp_path, "abcde", "abc")
    found = start(run, listed(tmp_path / "new.txt", "cxa"))
    assert np.array_equal(found[HEAD][:, 0], old[HEAD][:, 0])
    assert not np.array_equal(found[HEAD][:, 1], old[HEAD][:, 3])
    assert "of 0 of 3 characters" in run.warnings()[0]


def test_the_same_dictionary_changes_nothing(tmp_path: Path) -> None:
    run, old = trained(tmp_path, "abc", "abc")
    found = start(run, listed(tmp_path / "new.txt", "abc"))
    assert all(np.array_equal(found[key], old[key]) for key in old) and run.warnings() == []


def test_another_network_is_refused_as_before(tmp_path: Path) -> None:
    run, old = trained(tmp_path, "abcde", "abcde")
    other = {**old, "backbone.conv1._conv.weight": np.zeros((8, 3, 3, 5), np.float32)}
    save_parameters(tmp_path / "c.pdparams", other)
    with pytest.raises(
        IntegrityError, match=r"backbone\.conv1\._conv\.weight: the checkpoint has shape"
    ):
        start(run, listed(tmp_path / "new.txt", "cxa"))
