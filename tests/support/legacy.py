"""What the tests of stages share: a context without a container, and models to work on."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable, Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import paddle
import yaml

from stages.contract import MANIFEST_FILE, Input, Spec, StageEvent, Warned, hash_file
from stages.ppocr.architectures.lcnetv3 import V5_MOBILE
from stages.ppocr.checkpoint import save_parameters
from stages.ppocr.classifier import narrow
from stages.ppocr.config import DataPaths, Settings, ctc_config, dump_config
from stages.ppocr.dictionary_record import with_record
from stages.ppocr.network import build, state_arrays
from stages.ppocr.tracing import quickened
from stages.ppocr.unfuse import load_inference_weights, unfuse
from stages.program.graph import Graph
from stages.program.params import read_program, read_tensors, write_parameters, write_program
from stages.program.prove import random_images
from stages.published.official import read_official
from stages.runners import pd
from stages.runtime import Context
from stages.text.dictionary import Dictionary
from support.once import once_for_all_workers
from support.processes import shared_folder

ALPHANUMERIC = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
SHAPE = (3, 48, 320)


class Recorded(Context):
    """A context that keeps its events."""

    def __init__(self, spec: Spec, output: Path) -> None:
        self.events: list[StageEvent] = []
        super().__init__(spec, output, self.events.append)

    def warnings(self) -> list[str]:
        return [event.message for event in self.events if isinstance(event, Warned)]


def context(
    stage: str, folder: Path, inputs: dict[str, Path], parameters: dict[str, Any]
) -> Recorded:
    """Return a context whose output is ``folder/STAGE``; a folder among the inputs is a tree.

    It has one thread: with more, ``verify`` starts each model again, to time it with all of them.
    """
    output = folder / stage
    output.mkdir(parents=True, exist_ok=True)
    listed = tuple(_input(name, path) for name, path in inputs.items())
    cache = str(folder / "cache")
    spec = Spec(stage, "key", str(output), parameters, listed, cache=cache, threads=1)
    return Recorded(spec, output)


def _input(name: str, path: Path) -> Input:
    if not path.is_dir():
        return Input(name, str(path), hash_file(path).sha256, "a test")
    files = [item for item in sorted(path.rglob("*")) if item.is_file()]
    lines = [
        f"{hashlib.sha256(item.read_bytes()).hexdigest()}  {item.relative_to(path).as_posix()}\n"
        for item in files
        if item.name != MANIFEST_FILE
    ]
    partial = path.with_name(f"{path.name}.{os.getpid()}.partial")  # another worker may read it
    partial.write_text("".join(lines), encoding="utf-8")
    partial.replace(path / MANIFEST_FILE)
    return Input(name, str(path), hash_file(path / MANIFEST_FILE).sha256, "a test", tree=True)


def draw(path: Path, text: str, scale: float = 1.0) -> None:
    """Write an image of ``text`` in OpenCV's own font."""
    (width, height), _ = cv2.getTextSize(text, cv2.FONT_HERSHEY_SIMPLEX, scale, 2)
    image = np.full((height + 20, width + 20, 3), 240, np.uint8)
    cv2.putText(image, text, (10, height + 8), cv2.FONT_HERSHEY_SIMPLEX, scale, (30, 20, 10), 2)
    path.parent.mkdir(parents=True, exist_ok=True)
    assert cv2.imwrite(str(path), image)


def draw_lines(folder: Path, texts: Iterable[str]) -> dict[str, Path]:
    """Draw a test set; return it as a stage's inputs, ``test/`` and ``test.txt`` in the folder."""
    for text in texts:
        draw(folder / "test" / f"{text}.png", text)
    labels = folder / "test.txt"
    labels.write_text("".join(f"{text}.png\t{text}\n" for text in texts), encoding="utf-8")
    return {"test": folder / "test", "test_labels": labels}


class LegacyModel:
    """A small project's files: checkpoint, configuration, dictionary and legacy export."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.pdmodel = folder / "inference.pdmodel"
        self.pdiparams = folder / "inference.pdiparams"
        self.checkpoint = folder / "checkpoint.pdparams"
        self.config = folder / "config.yml"
        self.dictionary = folder / "dict.txt"


_FOLDERS: list[tempfile.TemporaryDirectory[str]] = []


def new_folder() -> Path:
    """Return a folder that lives as long as the test session."""
    _FOLDERS.append(tempfile.TemporaryDirectory())
    return Path(_FOLDERS[-1].name)


def official(name: str) -> Path:
    """Return the folder of an official model; PADDOCK_TEST_MODELS says where they are."""
    return Path(os.environ["PADDOCK_TEST_MODELS"]) / name


def write_alphanumeric(path: Path) -> Dictionary:
    """Write and read the dictionary of the 36 alphanumerics."""
    path.write_text("\n".join(ALPHANUMERIC) + "\n", encoding="utf-8")
    return Dictionary.load(path, use_space_char=False)


@lru_cache(maxsize=1)
def alphanumeric_network() -> paddle.nn.Layer:
    """Build PP-OCRv5 with the official weights and 36 of its classes, fused as an export is."""
    dictionary = write_alphanumeric(new_folder() / "dict.txt")
    fused = build(V5_MOBILE.ctc(), dictionary.classes, fused=True)
    weights = narrow(read_official(official("PP-OCRv5_mobile_rec")), dictionary).parameters
    load_inference_weights(fused, weights, "the official model")
    return fused


@lru_cache(maxsize=1)
def alphanumeric_model() -> LegacyModel:
    """Save :func:`alphanumeric_network` in the legacy format, and its checkpoint."""
    return LegacyModel(once_for_all_workers(shared_folder(), "alphanumeric", _save_alphanumeric))


def _save_alphanumeric(folder: Path) -> None:
    model = LegacyModel(folder)
    dictionary = write_alphanumeric(model.dictionary)
    architecture, fused = V5_MOBILE.ctc(), alphanumeric_network()
    training = unfuse(fused, architecture, dictionary.classes)
    save_parameters(model.checkpoint, state_arrays(training))
    data: dict[str, Any] = {"dataset": {"transforms": []}}
    config = {
        "Global": {"character_dict_path": "my_dict.txt"},
        "Architecture": architecture,
        "PostProcess": {"name": "CTCLabelDecode"},
        "Train": data,
        "Eval": data,
    }
    model.config.write_text(yaml.safe_dump(config), encoding="utf-8")
    save_legacy(fused, model.folder, [-1, 3, 48, -1])


def trained_configuration() -> str:
    """Return the YAML that training writes of that model, its dictionary in it and its file gone."""
    gone = Path("/gone")
    paths = DataPaths(gone, gone, gone, gone, gone / "dict.txt")
    settings = Settings(SHAPE, False, 25, 1, 2, 1e-3, 42)
    dictionary = Dictionary.load(alphanumeric_model().dictionary, use_space_char=False)
    return dump_config(with_record(ctc_config(V5_MOBILE.ctc(), paths, settings), dictionary))


def save_legacy(layer: paddle.nn.Layer, folder: Path, shape: list[int]) -> tuple[Path, Path]:
    """Export ``layer`` as PaddleOCR's export does with ``export_with_pir=False``."""
    folder.mkdir(parents=True, exist_ok=True)
    layer.eval()
    with paddle.pir_utils.OldIrGuard(), quickened():
        specification = paddle.static.InputSpec(shape=shape, dtype="float32", name="x")
        static = paddle.jit.to_static(layer, input_spec=[specification], full_graph=True)
        paddle.jit.save(static, str(folder / "inference"))
    return folder / "inference.pdmodel", folder / "inference.pdiparams"


def predict(files: tuple[Path, Path], image: np.ndarray) -> np.ndarray:
    """Run a legacy model in this process, which is quicker than in one of its own."""
    return pd.load(1, str(files[0]), str(files[1]))(image[np.newaxis])[0]


def open_graph(files: tuple[Path, Path]) -> Graph:
    """Read a legacy model into a graph."""
    program = read_program(files[0])
    return Graph(program, read_tensors(program, files[1]))


def rewrite(files: tuple[Path, Path], apply: Callable[[Graph], int]) -> tuple[Graph, int, float]:
    """Apply a rule; return the graph, how often it was applied, and the largest difference."""
    graph = open_graph(files)
    count = apply(graph)
    written = files[0].with_name("rewritten.pdmodel"), files[0].with_name("rewritten.pdiparams")
    write_program(written[0], graph.program())
    write_parameters(written[1], graph.used_parameters())
    image = random_images([SHAPE], 1)[0]
    before, after = predict(files, image), predict(written, image)
    assert before.shape == after.shape
    return graph, count, float(np.abs(before - after).max())
