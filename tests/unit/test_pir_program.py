import copy
import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from stages.contract import Exit
from stages.errors import IntegrityError, StageError
from stages.pir.attributes import Unread
from stages.pir.program import read_program


def typed(number: int, shape: list[int], dtype: str = "0.t_f32") -> dict[str, Any]:
    return {"%": number, "TT": {"#": "0.t_dtensor", "D": [{"#": dtype}, shape, "NCHW", [], 0]}}


def parameter(number: int, name: str, dtype: str = "0.t_f32", stored: int = 1) -> dict[str, Any]:
    made = typed(number, [3], dtype)
    return {"#": "p", "A": [0, 1, 1, name], "DA": [], "O": made, "OA": [stored, 0, 1], "QA": []}


def operator(
    kind: str, inputs: list[int], made: int, attributes: dict[str, Any] | None = None
) -> dict[str, Any]:
    listed = [{"N": name, "AT": value} for name, value in (attributes or {}).items()]
    reads = [{"%": number} for number in inputs]
    return {"#": kind, "A": listed, "I": reads, "O": [typed(made, [-1, 3])], "OA": []}


def write(folder: Path, operators: list[Any], **head: Any) -> Path:
    path = folder / "inference.json"
    base = {"magic": "pir", "trainable": True, "version": 1, **head}
    block = {"#": "block_0", "args": [], "ops": operators}
    program = {"regions": [{"#": "region_0", "blocks": [block]}]}
    path.write_text(json.dumps({"base_code": base, "program": program}), encoding="utf-8")
    return path


def small() -> list[dict[str, Any]]:
    layer = {"struct_name": {"#": "0.a_str", "D": "/Net/Linear/"}}
    return [
        parameter(1, "linear_0.b_0"),
        operator("1.data", [], 2),
        operator("1.add", [2, 1], 3, layer),
    ]


def test_operators_and_parameters_are_read(tmp_path: Path) -> None:
    program = read_program(write(tmp_path, small()))
    assert program.shapes() == {"linear_0.b_0": (3,)}
    data, add = program.operators
    assert (data.kind, add.kind, add.name) == ("pd_op.data", "pd_op.add", "add")
    assert (add.index, add.inputs, add.layer) == (2, (2, 1), "/Net/Linear/")
    assert (add.outputs[0].number, add.outputs[0].dtype, add.outputs[0].shape) == (
        3, "float32", (-1, 3),
    )  # fmt: skip


def test_attributes_of_every_type_are_read(tmp_path: Path) -> None:
    attributes = {
        "flag": {"#": "0.a_bool", "D": True},
        "groups": {"#": "0.a_i32", "D": 2},
        "epsilon": {"#": "0.a_f32", "D": 1e-5},
        "lowest": {"#": "0.a_f64", "VD": "-INF"},
        "strides": {"#": "0.a_array", "D": [{"#": "0.a_i64", "D": 1}, {"#": "0.a_i64", "D": 2}]},
        "shape": {"#": "1.a_intarray", "D": [1, -1]},
        "dtype": {"#": "1.a_dtype", "D": "float32"},
        "place": {"#": "1.a_place", "D": [0, 0, ""]},
    }
    (found,) = read_program(write(tmp_path, [operator("1.x", [], 1, attributes)])).operators
    assert dict(found.attributes) == {
        "flag": True,
        "groups": 2,
        "epsilon": 1e-5,
        "lowest": float("-inf"),
        "strides": [1, 2],
        "shape": [1, -1],
        "dtype": "float32",
        "place": Unread("1.a_place"),
    }


def test_a_list_of_tensors_is_read(tmp_path: Path) -> None:
    item = {"#": "0.t_dtensor", "D": [{"#": "0.t_i64"}, [], "NCHW", [], 0]}
    made = {"%": 1, "TT": {"#": "0.t_vec", "D": [item, item]}}
    program = read_program(write(tmp_path, [{"#": "0.combine", "A": [], "I": [], "O": [made]}]))
    items = program.operators[0].outputs[0].items
    assert items is not None
    assert [(value.dtype, value.shape) for value in items] == [("int64", ()), ("int64", ())]


def test_what_is_not_stored_is_no_shape_of_the_file(tmp_path: Path) -> None:
    state = parameter(1, "lstm_0.dropout_state", "0.t_ui8", stored=0)
    assert read_program(write(tmp_path, [state])).shapes() == {}


@pytest.mark.parametrize(
    ("operators", "said"),
    [
        ([operator("1.add", [7], 8)], "operator 0: it reads the value %7, which nothing"),
        ([parameter(1, "a"), operator("1.add", [1], 1)], "operator 1: it makes the value %1"),
        ([parameter(1, "a"), parameter(2, "a")], "the parameter a is there twice"),
        ([{"#": "1.add"}], "operator 0$"),
        (["1.add"], "operator 0$"),
        ([operator("1.x", [], 1, {"axis": {"#": "0.a_i32", "D": "2"}})], "'2' is not an integer"),
        ([operator("1.x", [], 1, {"a": {"#": "0.a_array", "D": 2}})], "2 is not of type list"),
        ([{**parameter(1, "a"), "O": typed(1, [-2])}], r"\[-2\] is not a shape"),
        ([{**parameter(1, "a"), "O": typed(1, [-1])}], "the parameter a has no definite shape"),
        ([{**parameter(1, "a"), "A": [0, 1, 1]}], "operator 0$"),
        ([parameter(1, "")], "it has no name"),
        ([{**parameter(1, "a"), "A": [0, 1, 1, None]}], "None is not of type str"),
    ],
)  # fmt: skip
def test_damage_is_told_with_its_place(tmp_path: Path, operators: list[Any], said: str) -> None:
    with pytest.raises(IntegrityError, match=rf"inference.json is damaged: .*{said}") as e:
        read_program(write(tmp_path, operators))
    assert e.value.code == Exit.INTEGRITY
    assert e.value.where.endswith("inference.json")


@pytest.mark.parametrize("kept", [0, 1, 50, -1])
def test_a_file_that_was_cut_off_is_damaged(tmp_path: Path, kept: int) -> None:
    path = write(tmp_path, small())
    path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises(IntegrityError, match="it is not a PIR program with one block"):
        read_program(path)


def test_a_file_that_nests_without_end_is_damaged(tmp_path: Path) -> None:
    path = tmp_path / "inference.json"
    path.write_text("[" * 100_000, encoding="utf-8")
    with pytest.raises(IntegrityError, match="it is not a PIR program with one block"):
        read_program(path)


def test_another_format_is_named(tmp_path: Path) -> None:
    with pytest.raises(IntegrityError, match="its magic word is 'onnx', not 'pir'"):
        read_program(write(tmp_path, small(), magic="onnx"))
    with pytest.raises(StageError, match="version 9 of the PIR format; known are 1, 2") as e:
        read_program(write(tmp_path, small(), version=9))
    assert e.value.code == Exit.STAGE


def test_types_other_than_float32_are_refused_by_name(tmp_path: Path) -> None:
    operators = [parameter(1, "a"), parameter(2, "b", "0.t_f16"), parameter(3, "c", "0.t_i8")]
    with pytest.raises(
        StageError, match=r"2 parameters are not float32: b \(float16\), c \(int8\)"
    ):
        read_program(write(tmp_path, operators))


def test_names_from_the_file_cannot_drive_a_terminal(tmp_path: Path) -> None:
    operators = [parameter(1, "\x1b[2J"), parameter(2, "\x1b[2J")]
    with pytest.raises(IntegrityError) as e:
        read_program(write(tmp_path, operators))
    assert "\x1b" not in e.value.message
    assert r"\x1b[2J" in e.value.message


def test_no_damage_gets_past_the_reader_as_another_error(tmp_path: Path) -> None:
    """Whatever stands anywhere in the file, it is read, refused as damaged, or not supported."""
    chosen, junk = random.Random(1), [None, True, -3, 1e300, 2**70, "", [], {}, [1], {"%": 1}]  # noqa: S311
    path = write(tmp_path, small())
    document = json.loads(path.read_text(encoding="utf-8"))
    places = list(walk(document))
    refused = 0
    for _ in range(500):
        spoilt = copy.deepcopy(document)
        *way, last = chosen.choice(places)
        target: Any = spoilt
        for step in way:
            target = target[step]
        target[last] = chosen.choice(junk)
        path.write_text(json.dumps(spoilt), encoding="utf-8")
        try:
            read_program(path)
        except StageError as error:
            assert error.remedy
            refused += 1
    assert refused > 200


def walk(value: Any, place: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Give the way to everything inside ``value``."""
    if place:
        yield place
    listed = enumerate(value) if isinstance(value, list) else ()
    for key, item in value.items() if isinstance(value, dict) else listed:
        yield from walk(item, (*place, key))
