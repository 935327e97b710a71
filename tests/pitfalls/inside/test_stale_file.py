"""The .nb of an earlier conversion lies where the new one was expected, and is taken for it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from stages.contract import hash_file
from stages.convert import check_version
from stages.errors import IntegrityError, StageError
from stages.lite.nb import read_head
from stages.lite.opt import installed_version, run_opt
from stages.pitfalls import Pitfall
from support import bare
from support.legacy import alphanumeric_model
from support.nb import with_opt_version
from support.small import converted


def converted_before(folder: Path) -> Path:
    """Leave the file of an earlier conversion in ``folder``."""
    return Path(shutil.copyfile(converted().output / "model_x86.nb", folder / "model_x86.nb"))


def test_by_hand_the_old_file_is_still_there_when_opt_failed(tmp_path: Path) -> None:
    old, model = converted_before(tmp_path), alphanumeric_model()
    before = hash_file(old)
    done = bare.opt((model.pdmodel, model.pdiparams), "x86", old.with_suffix(""))
    assert done.code != 0, "which the next line of a shell script does not look at"
    assert hash_file(old) == before
    shutil.copyfile(old, tmp_path / "for-the-phone.nb")
    assert read_head(tmp_path / "for-the-phone.nb").opt_version == installed_version()


def test_paddock_removes_the_old_file_first(tmp_path: Path) -> None:
    old, model = converted_before(tmp_path), alphanumeric_model()
    with pytest.raises(StageError):
        run_opt(model.pdmodel, model.pdiparams, "x86", old, fp16=False)
    assert not old.exists()


def test_paddock_refuses_a_file_of_another_opt(tmp_path: Path) -> None:
    other = with_opt_version(converted_before(tmp_path), tmp_path / "model_arm.nb", "v2.12")
    found = read_head(other).opt_version
    with pytest.raises(IntegrityError, match=r"made by opt v2.12, but opt v2.13") as caught:
        check_version(found, installed_version(), other.name)
    assert caught.value.pitfall == Pitfall.STALE_FILE and caught.value.code == 5
    assert caught.value.remedy
