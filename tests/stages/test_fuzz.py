"""The parsers that need NumPy, OpenCV or Paddle's protobuf, under attack (support/fuzz.py)."""

from __future__ import annotations

import pickle
import struct
from collections import OrderedDict
from pathlib import Path

import cv2
import numpy as np
import pytest

from stages.errors import IntegrityError, StageError
from stages.lite.integers import integers, lost
from stages.lite.naive_buffer import parse_naive_buffer
from stages.pir.parameters import read_parameters
from stages.ppocr.checkpoint import load_parameters
from stages.preprocess import decode
from stages.program.graph import Graph
from stages.program.params import parameter_shapes, read_program, read_tensors
from stages.program.signature import read_signature
from stages.published.model import model_characters
from support import given
from support.fuzz import Target, attack
from support.naive import small_model

#: Given to whoever reads the other file of a pair.
PROGRAM = given.program(given.WEIGHTS)


def program(data: bytes, folder: Path) -> None:
    path = folder / "inference.pdmodel"
    path.write_bytes(data)
    graph = Graph(read_program(path), {})
    graph.program(), parameter_shapes(graph.program()), read_signature(path)


def parameters(data: bytes, folder: Path) -> None:
    (folder / "inference.pdmodel").write_bytes(PROGRAM)
    (folder / "inference.pdiparams").write_bytes(data)
    read_tensors(read_program(folder / "inference.pdmodel"), folder / "inference.pdiparams")


def pir_parameters(data: bytes, folder: Path) -> None:
    (folder / "inference.pdiparams").write_bytes(data)
    read_parameters(folder / "inference.pdiparams", given.WEIGHTS)


def published(data: bytes, folder: Path) -> None:
    given.give_pir(folder)
    (folder / "inference.yml").write_bytes(data)
    model_characters(folder)


def checkpoint(data: bytes, folder: Path) -> None:
    (folder / "x.pdparams").write_bytes(data)
    read = load_parameters(folder / "x.pdparams")
    assert sum(array.nbytes for array in read.values()) <= 8 * len(data)


def checkpoints() -> list[bytes]:
    state = OrderedDict(w=("w_0", np.float32([[1, 2]])), b=np.float16([3]), n=np.array(7))
    return [pickle.dumps(state, protocol) for protocol in (2, 4, 5)]


def image(data: bytes, _folder: Path) -> None:
    decoded = decode(data)
    if decoded:
        assert decoded.pixels.ndim == 3 and decoded.pixels.dtype == np.uint8


def images() -> list[bytes]:
    pixels = np.arange(8 * 12 * 4, dtype=np.uint16).astype(np.uint8).reshape(8, 12, 4)
    coloured, grey = pixels[:, :, :3], pixels[:, :, 0]
    made = [(kind, pixels) for kind in (".png", ".bmp", ".tiff", ".webp")]
    made += [(kind, coloured) for kind in (".jpg", ".jp2")] + [(".png", grey), (".pgm", grey)]
    return [np.asarray(cv2.imencode(kind, array)[1]).tobytes() for kind, array in made]


def buffer(data: bytes, _folder: Path) -> None:
    model = parse_naive_buffer(data, Path("model.nb"))
    integers(model), lost(model)


TARGETS = [
    Target("pd", program, lambda: [PROGRAM], (StageError,)),
    Target("pd parameters", parameters, lambda: [given.tensors(given.WEIGHTS)], (StageError,)),
    Target("pir parameters", pir_parameters, lambda: [given.tensors(given.WEIGHTS)], (IntegrityError,)),
    Target("published model", published,
           lambda: [b"PostProcess:\n  name: CTCLabelDecode\n  character_dict: [A, B]\n"], (StageError,)),
    Target("checkpoint", checkpoint, checkpoints, (IntegrityError,)),
    Target("image", image, images),
    Target("integers of nb", buffer, lambda: [small_model()], (StageError,)),
]  # fmt: skip


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_whatever_the_bytes_an_answer_or_an_error_that_is_named(
    target: Target, tmp_path: Path
) -> None:
    attack(target, tmp_path)


@pytest.mark.parametrize(
    "data",
    [PROGRAM.replace(b"relu", b"r\xffl\xff"), PROGRAM.replace(b"w_0", b"w\xff0")],
    ids=["operator", "variable"],
)
def test_a_name_that_is_no_text_is_no_program(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "x.pdmodel").write_bytes(data)
    with pytest.raises(StageError, match="not a Paddle program"):
        read_program(tmp_path / "x.pdmodel")


def test_a_program_that_feeds_nothing_into_anything_has_no_signature(tmp_path: Path) -> None:
    data = PROGRAM.replace(b"\x12\x08\n\x03Out\x12\x01x", b"\x7a\x08\n\x03Out\x12\x01x")
    assert data != PROGRAM
    (tmp_path / "x.pdmodel").write_bytes(data)
    with pytest.raises(StageError, match="it is not a legacy Paddle program"):
        read_signature(tmp_path / "x.pdmodel")


@pytest.mark.parametrize("levels", [1, 2**62])
def test_parameters_whose_levels_lead_out_of_the_file_are_refused(
    tmp_path: Path, levels: int
) -> None:
    data = struct.pack("<IQQ", 0, levels, 2**64 - 1) + given.tensors(given.WEIGHTS)
    with pytest.raises(StageError, match="damaged at parameter w_0"):
        parameters(data, tmp_path)


def test_parameters_of_more_axes_than_can_be_multiplied_are_refused(tmp_path: Path) -> None:
    description = b"\x08\x05" + b"\x10\xff\xff\xff\xff\x07" * 500_000
    data = struct.pack("<IQIi", 0, 0, 0, len(description)) + description
    with pytest.raises(StageError, match="damaged at parameter w_0"):
        parameters(data, tmp_path)
