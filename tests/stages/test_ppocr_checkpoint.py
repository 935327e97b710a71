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


#: ``ndarray`` with a state of one's own: shape, type, whether Fortran's order, bytes.
RAW = b"\x80\x04}\x8c\x01wcnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\x00\x85C\x01b\x87R%bbs."
FLOATS = b"cnumpy\ndtype\n\x8c\x02f4\x85R"
OBJECTS = b"cnumpy\ndtype\n\x8c\x02O8\x89\x88\x87R(K\x03\x8c\x01|NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb"
PAIRS = b")" + b"".join(b"q%ch%c\x86" % (n, n) for n in range(200))
BOMBS = {
    # type "O8" with the flag taken away that says that it holds references: its bytes would be addresses
    "addresses": RAW % (b"(K\x01K\x01\x85" + OBJECTS + b"\x89C\x08AAAAAAAAt"),
    # a place for an array of 8 TB, and one of memory that nothing was written to
    "shape": RAW
    % (
        b"(K\x01\x8a\x06\x00\x00\x00\x00\x00\x01\x85"
        b"cnumpy\ndtype\n\x8c\x02f8\x85R\x89C\x08AAAAAAAAt"
    ),
    "never written": b"\x80\x04}\x8c\x01wcnumpy\nndarray\nJ\x00\x00\x00\x40\x85\x85Rs.",
    # the reader in C would make a table of 4 billion places, and zero 64 GB
    "memo": b"\x80\x04}r\xff\xff\xff\x7f",
    "bytes": b"\x80\x05}\x8c\x01w\x96\x00\x00\x00\x00\x10\x00\x00\x00s.",
    # a pair of a pair of a pair, 200 deep: to hash it as a key takes for ever
    "key": b"\x80\x04}" + PAIRS + b"K\x01s.",
    "key of ordered": b"\x80\x04ccollections\nOrderedDict\n]" + PAIRS + b"K\x01\x86a\x85R.",
    # no key, but shown, or taken for a text
    "type": b"\x80\x04cnumpy\ndtype\n" + PAIRS + b"\x85R.",
    "codec": b"\x80\x04c_codecs\nencode\n\x8c\x01a" + PAIRS + b"\x86R.",
    "text": b"\x80\x04c_codecs\nencode\n" + PAIRS + b"\x85R.",
    # a byte, a terabyte times; and a product of millions of digits
    "times": RAW % (b"(K\x01C\x01a\x8a\x06\x00\x00\x00\x00\x00\x01\x86" + FLOATS + b"\x89C\x04AAAAt"),
    "product": RAW % (b"(K\x01(" + b"J\xff\xff\xff\x7f" * 500_000 + b"t" + FLOATS + b"\x89C\x04AAAAt"),
    # one text that becomes bytes a hundred thousand times, one list that becomes as many dictionaries
    "encoded": b"\x80\x04](X\x00\x00\x10\x00" + b"a" * (1 << 20) + b"q\x00c_codecs\nencode\nq\x01"
    + b"h\x01h\x00\x85R" * 100_000 + b"e.",
    "ordered": b"\x80\x04]q\x01(" + b"\x8c\x01aN\x86" * 100_000 + b"e(ccollections\nOrderedDict\nq\x00"
    + b"h\x00h\x01\x85R" * 100_000 + b"t\x86.",
}  # fmt: skip


@pytest.mark.parametrize("name", BOMBS)
def test_what_would_take_for_ever_all_memory_or_others_is_refused(
    tmp_path: Path, name: str
) -> None:
    path = tmp_path / "x.pdparams"
    path.write_bytes(BOMBS[name])
    with pytest.raises(IntegrityError, match="not a checkpoint that Paddock reads"):
        load_parameters(path)


def test_arrays_that_share_their_bytes_are_refused(tmp_path: Path) -> None:
    """As copies, which they become, they would take as often what the file takes once."""
    numbers = np.arange(1000, dtype=np.float32)
    path = write(tmp_path / "x.pdparams", {str(each): numbers for each in range(100)})
    assert path.stat().st_size < 10_000
    with pytest.raises(IntegrityError, match="damaged"):
        load_parameters(path)


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


def read_and_heard(path: Path) -> tuple[dict[str, np.ndarray], list[str]]:
    said: list[str] = []
    return load_parameters(path, said.append), said


@pytest.mark.parametrize("kind", ["float16", "float64"])
def test_numbers_of_another_precision_are_made_float32_and_said(tmp_path: Path, kind: str) -> None:
    state = {
        "w": np.array([[1.5, -2.25]], kind),
        "scale": np.array(0.5, kind),
        "b": np.float32([3]),
    }
    read, said = read_and_heard(write(tmp_path / "x.pdparams", state))
    assert {array.dtype for array in read.values()} == {np.dtype(np.float32)}
    assert read["w"].tolist() == [[1.5, -2.25]] and read["scale"].shape == ()
    assert said == [f"x.pdparams: of 3 parameters 2 of {kind} were made float32"]


def test_bfloat16_is_widened_from_the_bits_that_paddle_saves(tmp_path: Path) -> None:
    layer = paddle.nn.Linear(2, 3)
    expected = layer.weight.astype("bfloat16").astype("float32").numpy()
    layer.to(dtype="bfloat16")
    path = tmp_path / "x.pdparams"
    paddle.save(layer.state_dict(), str(path))
    read, said = read_and_heard(path)
    assert read["weight"].dtype == np.float32 and np.array_equal(read["weight"], expected)
    assert said == ["x.pdparams: of 2 parameters 2 of bfloat16 were made float32"]


def test_whole_numbers_stay_and_nothing_is_said_of_a_plain_checkpoint(tmp_path: Path) -> None:
    state = {"count": np.array([3], np.int64), "w": np.float32([1])}
    read, said = read_and_heard(write(tmp_path / "x.pdparams", state))
    assert read["count"].dtype == np.int64 and said == []


def test_of_a_distillation_the_student_is_taken_and_said(tmp_path: Path) -> None:
    state = {
        f"{network}.{part}.w": np.float32([number])
        for number, network in enumerate(("Teacher", "Student"))
        for part in ("backbone", "head")
    }
    read, said = read_and_heard(write(tmp_path / "x.pdparams", state))
    assert {key: array.item() for key, array in read.items()} == {"backbone.w": 1, "head.w": 1}
    assert said == ["x.pdparams holds the networks Teacher, Student; Student is taken"]


def test_networks_of_which_none_is_the_student_are_named(tmp_path: Path) -> None:
    state = {f"{name}.backbone.w": np.float32([0]) for name in ("Teacher", "Assistant")}
    with pytest.raises(
        IntegrityError, match="networks Teacher, Assistant, and none is called Student"
    ):
        load_parameters(write(tmp_path / "x.pdparams", state))


def test_the_state_of_an_optimiser_is_called_so(tmp_path: Path) -> None:
    layer = paddle.nn.Linear(2, 3)
    optimiser = paddle.optimizer.Adam(parameters=layer.parameters())
    layer(paddle.ones([1, 2])).sum().backward()
    optimiser.step()
    path = tmp_path / "x.pdparams"
    paddle.save(optimiser.state_dict(), str(path))
    with pytest.raises(IntegrityError, match="it is the state of a training"):
        load_parameters(path)


@pytest.mark.parametrize("data", [b"", b"\x80\x04", b"garbage", b"\x80\x04}\x94(X\xff\xff\xff\x7f"])
def test_of_a_damaged_file_nothing_of_pythons_is_told(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "x.pdparams"
    path.write_bytes(data)
    with pytest.raises(IntegrityError) as caught:
        load_parameters(path)
    assert caught.value.message.endswith("reads: it is damaged or cut off")


@pytest.mark.parametrize(
    ("entry", "kind"),
    [
        (np.array(["text"]), "str"),
        (np.array([1j]), "complex128"),
        ({"nested": 1}, "dict"),
        ("text", "str"),
    ],
)
def test_what_is_no_weight_is_called_by_its_name(tmp_path: Path, entry: Any, kind: str) -> None:
    with pytest.raises(IntegrityError, match=rf"'w' is not an array of numbers, but {kind}"):
        load_parameters(write(tmp_path / "x.pdparams", {"w": entry}))
