"""Models that a project can name: tiny, but whole, and of the format that they say."""

import json
import pickle
import struct
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from support.projects import DATA, HEAD, write_project

PIR = ("inference.json", "inference.pdiparams", "inference.yml")
PD = ("inference.pdmodel", "inference.pdiparams")
#: ``VarType.Type`` of a number, and of a tensor.
FLOAT32, _DENSE = 5, 7
#: What an operator fetches, in :func:`program`.
INPUT, OUTPUT = "x", "out"

Shapes = Mapping[str, tuple[int, ...]]
WEIGHTS: Shapes = {"w_0": (2, 3)}


def give_pir(folder: Path, shapes: Shapes = WEIGHTS, classes: int = 3) -> Path:
    """Write a PIR model into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / PIR[0]).write_text(pir_program(shapes, classes))
    (folder / PIR[1]).write_bytes(tensors(shapes))
    (folder / PIR[2]).write_text("PostProcess:\n  character_dict: [A, B]\n")
    return folder


def pd_project(folder: Path) -> Path:
    """Write a project that starts from a PD model, which lies in it."""
    write_project(folder, HEAD + DATA + '\n[export]\nmodel = "pd"\n')
    give_pd(folder / "pd")
    return folder


def give_pd(folder: Path, shapes: Shapes = WEIGHTS, operators: Iterable[str] = ("relu",)) -> Path:
    """Write a PD model into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / PD[0]).write_bytes(program(shapes, operators))
    (folder / PD[1]).write_bytes(tensors(shapes))
    return folder


def give_configuration(
    path: Path, transforms: Iterable[Mapping[str, Any]] = (), **architecture: Any
) -> Path:
    """Write a PaddleOCR YAML of a small recognition network, with these parts exchanged."""
    network = {
        "model_type": "rec",
        "algorithm": "CRNN",
        "Backbone": {"name": "MobileNetV3"},
        "Neck": {"name": "SequenceEncoder", "encoder_type": "rnn"},
        "Head": {"name": "CTCHead"},
        **architecture,
    }
    dataset = {"name": "SimpleDataSet", "transforms": list(transforms)}
    config = {
        "Global": {"character_dict_path": "dict.txt"},
        "Architecture": network,
        "PostProcess": {"name": "CTCLabelDecode"},
        "Train": {"dataset": dataset},
        "Eval": {"dataset": dataset},
    }
    path.write_text(json.dumps(config))
    return path


def give_checkpoint(path: Path, keys: Iterable[str] = ("backbone.w", "head.w")) -> Path:
    """Write a pickle with these keys, which only a scan takes for a checkpoint."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(pickle.dumps(dict.fromkeys(keys, b"\x00" * 8), protocol=4))
    return path


def pir_program(shapes: Shapes, classes: int = 3, operator: str = "relu") -> str:
    """Return a PIR program that stores parameters of these shapes, and gives ``classes`` classes."""
    stored = [
        {"#": "p", "A": [0, 1, 1, name], "DA": [], "O": _value(number, shape), "OA": [1, 0, 1]}
        for number, (name, shape) in enumerate(shapes.items(), 1)
    ]
    made = len(stored) + 1
    ops: list[Any] = [
        *stored,
        {"#": f"1.{operator}", "A": [], "I": [{"%": 1}], "O": [_value(made, (-1, classes))]},
        {"#": "1.fetch", "A": [], "I": [{"%": made}], "O": [_value(made + 1, (-1, classes))]},
    ]
    regions = [{"#": "region_0", "blocks": [{"#": "block_0", "args": [], "ops": ops}]}]
    head = {"magic": "pir", "trainable": True, "version": 1}
    return json.dumps({"base_code": head, "program": {"regions": regions}}, sort_keys=True)


def _value(number: int, shape: tuple[int, ...]) -> dict[str, Any]:
    kind = {"#": "0.t_dtensor", "D": [{"#": "0.t_f32"}, list(shape), "NCHW", [], 0]}
    return {"%": number, "TT": kind}


def program(
    shapes: Shapes, operators: Iterable[str] = ("relu",), dtype: int = FLOAT32, classes: int = 3
) -> bytes:
    """Return a legacy program (``ProgramDesc``) with these parameters and operators."""
    variables = [_variable(name, shape, dtype, stored=True) for name, shape in shapes.items()]
    variables.append(_variable(INPUT, (-1, 3, 48, 320), FLOAT32, stored=False))
    variables.append(_variable(OUTPUT, (-1, classes), FLOAT32, stored=False))
    fed = (
        _bytes(1, _bytes(1, b"X") + _bytes(2, b"feed"))
        + _bytes(2, _bytes(1, b"Out") + _bytes(2, INPUT.encode()))
        + _bytes(3, b"feed")
    )
    kinds = [_bytes(4, _bytes(3, kind.encode())) for kind in operators]
    fetched = _bytes(1, _bytes(1, b"X") + _bytes(2, OUTPUT.encode())) + _bytes(3, b"fetch")
    made = (*variables, _bytes(4, fed), *kinds, _bytes(4, fetched))
    return _bytes(1, b"".join((_number(1, 0), _number(2, -1), *made)))


def _variable(name: str, shape: tuple[int, ...], dtype: int, *, stored: bool) -> bytes:
    kind = _number(1, _DENSE) + _bytes(3, _bytes(1, _description(shape, dtype)))
    return _bytes(3, _bytes(1, name.encode()) + _bytes(2, kind) + _number(3, int(stored)))


def tensors(shapes: Shapes, dtype: int = FLOAT32, size: int = 4) -> bytes:
    """Return parameters of zeros as ``save_combine`` writes them: in the order of their names."""
    parts = []
    for name in sorted(shapes):
        description = _description(shapes[name], dtype)
        count = 1
        for each in shapes[name]:
            count *= each
        head = struct.pack("<IQIi", 0, 0, 0, len(description))
        parts.append(head + description + b"\x00" * (count * size))
    return b"".join(parts)


def _description(shape: tuple[int, ...], dtype: int) -> bytes:
    return _number(1, dtype) + b"".join(_number(2, size) for size in shape)


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value % (1 << 64))


def _bytes(field: int, data: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(data)) + data


def _varint(value: int) -> bytes:
    digits = []
    while value > 0x7F:
        digits.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*digits, value])
