from __future__ import annotations

import os
import pickle
from collections import OrderedDict
from pathlib import Path
from typing import Any

import numpy as np
import paddle
import pytest

from stages.errors import IntegrityError
from stages.ppocr.checkpoint import load_parameters, save_parameters


class Malicious:
    """What a pickle can make a careless reader do."""

    def __init__(self, function: Any, *arguments: Any) -> None:
        self.function, self.arguments = function, arguments

    def __reduce__(self) -> tuple[Any, tuple[Any, ...]]:
        return self.function, self.arguments


def write(path: Path, value: Any, protocol: int = 4) -> Path:
    path.write_bytes(pickle.dumps(value, protocol=protocol))
    return path


def test_what_paddle_saves_is_read(tmp_path: Path) -> None:
    layer = paddle.nn.BatchNorm2D(3)
    path = tmp_path / "x.pdparams"
    paddle.save(layer.state_dict(), str(path))
    read = load_parameters(path)
    assert read.keys() == {"weight", "bias", "_mean", "_variance"}
    assert np.array_equal(read["weight"], layer.weight.numpy())


def test_what_is_saved_paddle_reads_and_the_bytes_are_the_same(tmp_path: Path) -> None:
    arrays = {"b": np.arange(6, dtype=np.float32).reshape(2, 3).T, "a": np.float32([1.5])}
    paths = [tmp_path / "1.pdparams", tmp_path / "2.pdparams"]
    save_parameters(paths[0], arrays)
    save_parameters(paths[1], dict(reversed(arrays.items())))
    assert paths[0].read_bytes() == paths[1].read_bytes()
    read = paddle.load(str(paths[0]))
    assert isinstance(read["b"], paddle.Tensor)
    assert np.array_equal(read["b"].numpy(), arrays["b"])
    assert np.array_equal(load_parameters(paths[0])["b"], arrays["b"])


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
def test_older_forms_are_read(tmp_path: Path, protocol: int) -> None:
    state = OrderedDict(w=("linear_0.w_0", np.float32([1, 2])), b=np.float32([3]))
    read = load_parameters(write(tmp_path / "x.pdparams", state, protocol))
    assert np.array_equal(read["w"], [1, 2])
    assert np.array_equal(read["b"], [3])


@pytest.mark.parametrize(
    "function",
    [os.system, eval, exec, getattr, __import__, print, np.load, np.memmap],
    ids=lambda function: function.__name__,
)
def test_a_malicious_pickle_is_refused(tmp_path: Path, function: Any) -> None:
    path = write(tmp_path / "x.pdparams", {"w": Malicious(function, "1")})
    with pytest.raises(IntegrityError, match="refers to"):
        load_parameters(path)


def test_a_malicious_pickle_is_not_run(tmp_path: Path) -> None:
    proof = tmp_path / "ran"
    path = write(tmp_path / "x.pdparams", {"w": Malicious(os.mkdir, str(proof))})
    with pytest.raises(IntegrityError):
        load_parameters(path)
    assert not proof.exists()


def test_code_hidden_in_an_array_of_objects_is_refused(tmp_path: Path) -> None:
    proof = tmp_path / "ran"
    hidden = np.array([Malicious(os.mkdir, str(proof))], dtype=object)
    with pytest.raises(IntegrityError):
        load_parameters(write(tmp_path / "x.pdparams", {"w": hidden}))
    assert not proof.exists()
    with pytest.raises(IntegrityError, match="not an array of numbers"):
        load_parameters(write(tmp_path / "y.pdparams", {"w": np.array([None], dtype=object)}))


@pytest.mark.parametrize("value", [[1, 2], {"w": "text"}, {"w": {"nested": 1}}, None])
def test_what_is_no_state_dict_is_refused(tmp_path: Path, value: Any) -> None:
    with pytest.raises(IntegrityError, match="not a checkpoint that Paddock reads"):
        load_parameters(write(tmp_path / "x.pdparams", value))


@pytest.mark.parametrize("data", [b"", b"\x80\x04", b"garbage", b"\x80\x04}\x94(X\xff\xff\xff\x7f"])
def test_a_damaged_file_is_refused(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "x.pdparams"
    path.write_bytes(data)
    with pytest.raises(IntegrityError, match="not a checkpoint that Paddock reads"):
        load_parameters(path)
