import hashlib
import struct
from pathlib import Path

import pytest

from stages.errors import StageError
from stages.lite.flatbuffer import Buffer
from stages.lite.kernels import read_target, target_of
from stages.lite.naive_buffer import parse_naive_buffer, read_naive_buffer
from stages.lite.signature import input_shape, output_width
from support.naive import Op, Parameter, Vector, flatbuffer, naive_buffer, small_model
from support.naive import write_small_model as write

NAME = Path("model.nb")


def test_operators_and_parameters_are_read(tmp_path: Path) -> None:
    model = read_naive_buffer(write(tmp_path))
    assert [operator.type for operator in model.operators] == ["feed", "fc", "softmax", "fetch"]
    layer = model.operators[1]
    assert (layer.input("Input"), layer.input("W"), layer.output("Out")) == ("x", "linear.w_0", "y")
    assert layer.input("Scale") == ""
    assert layer.attributes["op_type"] == "mul"
    assert layer.attributes["alpha"] == 0.5
    assert layer.attributes["axes"] == (0, 2)
    assert layer.attributes["trans"] is False
    bias = model.tensors["linear.b_0"]
    assert (bias.dtype, bias.shape) == ("float32", (3,))
    assert bytes(bias.data) == struct.pack("<3f", 0.25, 0.25, 0.25)


def test_a_fingerprint_is_of_type_shape_and_bytes() -> None:
    values = struct.pack("<6f", *range(6))
    weights = parse_naive_buffer(small_model(), NAME).tensors["linear.w_0"]
    assert weights.fingerprint == hashlib.sha256(b"float32 2,3\n" + values).hexdigest()


@pytest.mark.parametrize(
    ("number", "target"), [(4, "arm"), (2, "x86"), (5, "opencl"), (1, "host"), (18, "nnadapter")]
)
def test_the_target_stands_in_the_kernels(tmp_path: Path, number: int, target: str) -> None:
    assert read_target(write(tmp_path, target=number)) == target


@pytest.mark.parametrize(("other", "target"), [(2, "arm+x86"), (5, "opencl")])
def test_a_mixed_file_names_both_targets_but_not_what_stands_behind_a_gpu(
    other: int, target: str
) -> None:
    operators = [Op("relu", target=other), Op("fc", target=4), Op("feed", target=1)]
    assert target_of(parse_naive_buffer(naive_buffer(operators, [], {}), NAME)) == target


def test_a_kernel_that_says_nothing_is_refused() -> None:
    data = naive_buffer([Op("fc", target=99)], [], {})
    with pytest.raises(StageError, match="the kernel 'fc/def/99/1/1'"):
        target_of(parse_naive_buffer(data, NAME))


@pytest.mark.parametrize("classes", [3, 37])
def test_input_and_output_are_known_without_running(classes: int) -> None:
    model = parse_naive_buffer(small_model(classes=classes), NAME)
    assert input_shape(model) == (-1, 3, 48, -1)
    assert output_width(model) == classes


def test_a_reused_variable_s_width_is_the_last_writer_s() -> None:
    """An arm file lays several variables into one name."""
    operators = [
        Op("fc", {"W": ["wide"]}, {"Out": ["y"]}),
        Op("fc", {"Input": ["y"], "W": ["narrow"]}, {"Out": ["y"]}),
        Op("fetch", {"X": ["y"]}, {"Out": ["fetch"]}),
    ]
    parameters = [Parameter("wide", (1, 4), [0.0] * 4), Parameter("narrow", (1, 2), [0.0] * 2)]
    assert output_width(parse_naive_buffer(naive_buffer(operators, parameters, {}), NAME)) == 2


def test_a_program_without_a_layer_at_its_end_is_refused() -> None:
    data = naive_buffer([Op("fetch", {"X": ["y"]}, {"Out": ["fetch"]})], [], {})
    model = parse_naive_buffer(data, NAME)
    with pytest.raises(StageError, match="its last layer has no parameters"):
        output_width(model)
    with pytest.raises(StageError, match="has 0 inputs"):
        input_shape(model)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(StageError, match=r"model\.nb cannot be read: No such file"):
        read_naive_buffer(tmp_path / NAME)


def test_no_truncated_file_is_taken() -> None:
    whole = small_model()
    for size in range(len(whole)):
        with pytest.raises(StageError, match="is not a naive buffer"):
            parse_naive_buffer(whole[:size], NAME)


ONE, SHORT = Parameter("w", (1,), [1.0]), Parameter("\x1b[31mw", (2,), [1.0])


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (small_model() + b"\0", "1 bytes follow the last of them"),
        (naive_buffer([Op("fc")], [ONE, ONE], {}), "w stands there twice"),
        (naive_buffer([Op("fc")], [SHORT], {}), r"\\x1b\[31mw has 4 bytes for float32 of shape \[2\]"),
    ],
    ids=["bytes at the end", "twice", "too few bytes, and a name that drives the terminal"],
)  # fmt: skip
def test_parameters_that_cannot_be_are_refused(data: bytes, said: str) -> None:
    with pytest.raises(StageError, match=said):
        parse_naive_buffer(data, NAME)


def test_parts_that_overlap_do_not_take_for_ever() -> None:
    """A million operators in 8 kB: a thousand blocks that are one block, and so its operators."""
    many = Vector("I", [0] * 1000)
    data = bytearray(flatbuffer({0: many, 1: {3: many, 4: {0: "fc"}}}))
    block = Buffer(bytes(data)).root().table(1)
    operator = block.table(4) if block else None
    assert block is not None
    assert operator is not None
    outer = data.index(struct.pack("<I", 1000)) + 4
    inner = data.index(struct.pack("<I", 1000), outer) + 4
    for vector, table in ((outer, block), (inner, operator)):
        for index in range(1000):
            at = vector + 4 * index
            struct.pack_into("<I", data, at, table.position - at)
    whole = struct.pack("<H16sQ", 2, b"v", len(data)) + data + bytes(12)
    with pytest.raises(StageError, match=r"its program is damaged: its parts overlap"):
        parse_naive_buffer(whole, NAME)
