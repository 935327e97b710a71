"""How far each of PaddleOCR's recognition configurations goes: what ``make architectures`` runs in the image.

``python -m support.networks TREE`` prints a line of JSON for each ``configs/rec`` YAML of a source tree, and
one for each distinct network among those that are accepted: built by PaddleOCR's own code, its weights drawn,
exported untrained, converted, and compared on random images. All that decides is the stages' own code.
With ``PADDOCK_PADDLEOCR=TREE`` only the networks are tried that need newer code than the image's: with its.
"""

from __future__ import annotations

import contextlib
import copy
import hashlib
import json
import os
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import paddle

from stages import convert
from stages.contract import DictionaryRules, Input, Spec, hash_file
from stages.contract.artifacts import LITE_PARAMETERS, LITE_PROGRAM
from stages.errors import StageError
from stages.export import from_checkpoint
from stages.guards import preprocessing
from stages.guards.comparison import refuse_difference
from stages.message import msg
from stages.ppocr.adoption import adopt
from stages.ppocr.checkpoint import save_parameters
from stages.ppocr.config import DataPaths, Settings, dump_config
from stages.ppocr.dictionary_record import with_record
from stages.ppocr.location import paddleocr_root
from stages.ppocr.network import build, state_arrays
from stages.ppocr.parts import unknown_parts
from stages.ppocr.user_config import read_config
from stages.program.params import read_program, read_tensors, write_parameters
from stages.program.prove import largest_difference, random_images, run_all
from stages.runtime import Context
from stages.text.decode import greedy
from stages.text.dictionary import Dictionary
from stages.text.yaml import at, load_yaml

#: Of the dictionary that every network is built with: how wide its last layer is makes no other network.
CHARACTERS = "0123456789abcdefghijklmnopqrstuvwxyz"
IMAGES, SEED = 4, 20
#: Further apart, two models are not equal, unless rounding its weights alone moves the first as far.
EQUAL = 1e-3
#: Logits are spread so far that a network of drawn weights prefers some characters, as a trained one does.
SPREAD = 4.0
_USUAL = [3, 48, 320]
_NORMS = (paddle.nn.BatchNorm, paddle.nn.BatchNorm1D, paddle.nn.BatchNorm2D)
#: The standard deviation of weights that begin with zeros; and how much louder a classifier may be made,
#: which makes rounding louder too.
_SMALL, _MOST = 0.01, 1e3
#: Keys of an architecture that say how it is trained, not what it computes when it reads.
_TRAINING = (
    "fc_decay", "return_feats", "use_guide", "max_text_length", "freeze_params", "pretrained", "model_type",
)  # fmt: skip


@dataclass
class Configuration:
    """A YAML, and what the first check that speaks says of it."""

    path: str
    decoder: str = ""
    reason: str = ""
    remarks: list[str] = field(default_factory=list)
    dictionary: str = ""
    space: bool = False
    dictionary_reason: str = ""
    new_head_reason: str = ""
    network: str = ""
    shape: list[int] = field(default_factory=list)


@dataclass
class Network:
    """A distinct network, how far it came, and how equal it is at the end."""

    fingerprint: str
    path: str
    name: str
    stage: str = "build"
    reason: str = ""
    operators: int = 0
    difference: float | None = None
    rounding: float | None = None
    same: int = 0
    images: int = IMAGES
    texts: int = 0
    example: str = ""
    certainty: float = 0.0
    seconds: float = 0.0
    rules: dict[str, int] = field(default_factory=dict)


def main(tree: Path, names: Sequence[str]) -> None:
    """Try all configurations of the tree, or those whose path has one of ``names`` in it."""
    files = sorted(
        path for path in (tree / "configs/rec").rglob("*") if path.suffix in (".yml", ".yaml")
    )
    networks: dict[str, tuple[str, dict[str, Any], list[int]]] = {}
    for path in files:
        name = path.relative_to(tree / "configs/rec").as_posix()
        if names and not any(part in name for part in names):
            continue
        found, config = examine(tree, path, name)
        if not _of_the_tree(tree):
            _print("configuration", found)
        if config is not None:
            networks.setdefault(found.network, (name, config, found.shape))
    for fingerprint, (name, config, shape) in networks.items():
        with tempfile.TemporaryDirectory() as folder:
            _print(
                "newer" if _of_the_tree(tree) else "network",
                go(Path(folder), fingerprint, name, config, shape),
            )


def _print(kind: str, record: Configuration | Network) -> None:
    print(json.dumps({"kind": kind, **asdict(record)}, ensure_ascii=False), flush=True)


def examine(tree: Path, path: Path, name: str) -> tuple[Configuration, dict[str, Any] | None]:
    """Ask every check that a run would make before it trains; return the configuration if all let it pass."""
    raw = load_yaml(path)
    named = at(raw, "Global", "character_dict_path")
    found = Configuration(
        name, str(at(raw, "PostProcess", "name")), dictionary=Path(str(named or "")).name
    )
    found.space = at(raw, "Global", "use_space_char") is True
    found.dictionary_reason, found.new_head_reason = _of_dictionary(tree, named, space=found.space)
    try:
        config = read_config(path, found.remarks.append)
        found.shape = shape_of(config)
        config = adopt(config, _paths(tree), _settings(found.shape), found.remarks.append)
        refuse_difference(preprocessing.in_configuration(config, found.shape))
        refuse_difference([preprocessing.in_architecture(config["Architecture"], found.shape)])
    except StageError as error:
        found.reason = error.message
        return found, None
    found.network = fingerprint_of(config["Architecture"])
    newer = list(unknown_parts(config["Architecture"]))
    if _of_the_tree(tree):
        return found, config if newer else None
    if newer:
        found.reason = msg("{newer} is newer than the images' PaddleOCR", ", ".join(newer))
        return found, None
    return found, config


def _of_the_tree(tree: Path) -> bool:
    """Return whether networks are built by the tree's own code; then only those that need it are tried."""
    return paddleocr_root() == tree


def _of_dictionary(tree: Path, named: Any, *, space: bool) -> tuple[str, str]:
    """Return why a dictionary is refused for a trained model, and why for a new head."""
    if not isinstance(named, str):
        return "", ""
    trained, new = "", ""
    try:
        Dictionary.load_by_rules(tree / named, DictionaryRules(trained=True, space_added=space))
    except (StageError, OSError) as error:
        trained = getattr(error, "message", "the file is not in the tree")
    try:
        Dictionary.load(tree / named, space)
    except (StageError, OSError) as error:
        new = getattr(error, "message", trained)
    return trained, new


def shape_of(config: Mapping[str, Any]) -> list[int]:
    """Return the image_shape that a project of this YAML has: the one that it evaluates with."""
    for transform in config["Eval"]["dataset"]["transforms"]:
        for options in transform.values():
            shape = at(options, "image_shape")
            if isinstance(shape, list) and len(shape) == 3:
                return list(shape)
    return _USUAL


def fingerprint_of(architecture: Mapping[str, Any]) -> str:
    """Return what is equal for the same network in inference, however many classes it has."""
    reduced = _without_training(copy.deepcopy(dict(architecture)))
    head = reduced["Head"]
    if isinstance(head.get("head_list"), list):
        head["head_list"] = [branch for branch in head["head_list"] if "CTCHead" in branch]
    text = json.dumps(reduced, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def _without_training(item: Any) -> Any:
    if isinstance(item, dict):
        kept = {
            key: _without_training(value) for key, value in item.items() if key not in _TRAINING
        }
        return {key: value for key, value in kept.items() if value is not None}
    return [_without_training(one) for one in item] if isinstance(item, list) else item


def name_of(architecture: Mapping[str, Any]) -> str:
    """Return a network in a few words: transform, backbone, neck."""
    parts = [at(architecture, "Transform", "name"), at(architecture, "Backbone", "name")]
    scale = at(architecture, "Backbone", "scale") or at(architecture, "Backbone", "layers") or ""
    encoder = at(architecture, "Neck", "encoder_type")
    heads = at(architecture, "Head", "head_list")
    for branch in heads if isinstance(heads, list) else ():
        encoder = at(branch, "CTCHead", "Neck", "name") or encoder
    pooled = "pooled" if at(architecture, "Head", "use_pool") else None
    return ", ".join(str(part) for part in (*parts, scale, pooled, encoder) if part)


def go(
    folder: Path, fingerprint: str, name: str, config: dict[str, Any], shape: list[int]
) -> Network:
    """Take one network from drawn weights to a compared ``.nb``; the record says where it ended."""
    network = Network(fingerprint, name, name_of(config["Architecture"]))
    started = time.monotonic()
    try:
        with contextlib.redirect_stdout(sys.stderr):
            _all_the_way(folder, config, shape, network)
    except StageError as error:
        network.reason = error.message
    network.seconds = round(time.monotonic() - started, 1)
    return network


def _all_the_way(folder: Path, config: dict[str, Any], shape: list[int], network: Network) -> None:
    listed = folder / "dict.txt"
    listed.write_text("\n".join(CHARACTERS) + "\n", encoding="utf-8")
    dictionary = Dictionary.load(listed, use_space_char=False)
    config["Global"]["character_dict_path"] = str(listed)
    config["Global"]["use_space_char"] = False
    paddle.seed(SEED)
    layer = build(config["Architecture"], dictionary.classes)
    settle(layer, shape)
    save_parameters(folder / "checkpoint.pdparams", state_arrays(layer))
    (folder / "config.yml").write_text(
        dump_config(with_record(config, dictionary)), encoding="utf-8"
    )
    network.stage = "export"
    given = {
        "checkpoint": folder / "checkpoint.pdparams",
        "config": folder / "config.yml",
        "dict": listed,
    }
    size = {"image_shape": shape, "use_space_char": False}
    exported = _context("export", folder, given, size)
    network.operators = from_checkpoint.run(exported).operators
    network.stage = "convert"
    pd = {name: exported.output / f"inference.{name}" for name in ("pdmodel", "pdiparams")}
    converted = _context("convert", folder, pd, {"targets": ["arm", "x86"], "fp16": False, **size})
    network.rules = dict(convert.run(converted).rules)
    network.stage = "compare"
    images = drawn_images(shape)
    expected = run_all("pd", tuple(pd.values()), images)
    found = run_all("nb", (converted.output / "model_x86.nb",), images)
    texts = [greedy(output, dictionary).text for output in expected]
    network.same = sum(
        text == greedy(output, dictionary).text for text, output in zip(texts, found, strict=True)
    )
    network.difference = largest_difference(expected, found)
    if network.difference > EQUAL:
        simplified = (converted.output / name for name in (LITE_PROGRAM, LITE_PARAMETERS))
        moved = rounded_weights(folder, *simplified)
        network.rounding = largest_difference(expected, run_all("pd", moved, images))
    network.texts = len({text for text in texts if text})
    network.example = next(iter(texts))
    network.certainty = round(float(np.mean([output.max(axis=1).mean() for output in expected])), 3)
    network.stage = "done"


def rounded_weights(folder: Path, pdmodel: Path, pdiparams: Path) -> tuple[Path, Path]:
    """Write the model with every weight moved by what rounding it to float32 may have moved it.

    How far that moves its output is how well-conditioned it is: no other way to compute it need come nearer.
    """
    generator = np.random.default_rng(SEED)
    half = float(np.finfo(np.float32).eps) / 2
    moved = {
        name: (value * (1 + generator.choice([-half, half], value.shape))).astype(value.dtype)
        for name, value in read_tensors(read_program(pdmodel), pdiparams).items()
    }
    write_parameters(folder / "moved.pdiparams", moved)
    return pdmodel, folder / "moved.pdiparams"


def drawn_images(shape: Sequence[int]) -> list[np.ndarray]:
    """Return random images that differ in more than noise: coarse patches of different sizes, some padded."""
    channels, height, width = shape
    images = []
    for number, noise in enumerate(random_images([(channels, height, width)] * IMAGES, SEED)):
        patch = 4 << number % 3
        coarse = noise[:, ::patch, ::patch].repeat(patch, 1).repeat(patch, 2)[:, :height, :width]
        image = np.clip(0.8 * coarse + 0.2 * noise, -1, 1).astype(np.float32)
        if number % 2:
            image[:, :, width // 2 :] = 0
        images.append(image)
    return images


def settle(layer: paddle.nn.Layer, shape: Sequence[int]) -> None:
    """Make a network of drawn weights say something: different texts of different images, each for certain.

    Its norms get statistics that fit, weights that PaddleOCR begins with zeros are drawn too, and the
    classifier is centred and spread.
    """
    batch = paddle.to_tensor(np.stack(drawn_images(shape)))
    norms = [part for part in layer.sublayers() if isinstance(part, _NORMS)]
    layer.eval()
    with paddle.no_grad():
        for tensor in layer.parameters():
            if tensor.ndim == 2 and not bool(tensor.any()):
                tensor.set_value(paddle.normal(0.0, _SMALL, tensor.shape))
        hooks = [norm.register_forward_pre_hook(_learn) for norm in norms]
        layer(batch)
        for hook in hooks:
            hook.remove()
        head = getattr(layer.head, "ctc_head", layer.head)
        classifier = [part for part in head.sublayers() if isinstance(part, paddle.nn.Linear)][-1]
        logits = np.log(np.maximum(layer(batch).numpy(), np.finfo(np.float32).tiny))
        by = min(_MOST, SPREAD / max(float(logits.std(axis=(0, 1)).mean()), 1e-6))
        classifier.weight.set_value(classifier.weight * by)
        centred = classifier.bias - paddle.to_tensor(logits.mean(axis=(0, 1)))
        classifier.bias.set_value(centred * by)


def _learn(norm: paddle.nn.Layer, inputs: tuple[paddle.Tensor, ...]) -> None:
    """Give a norm the statistics of what it is about to be given."""
    axes = [axis for axis in range(inputs[0].ndim) if axis != 1]
    norm._mean.set_value(inputs[0].mean(axes))
    norm._variance.set_value(inputs[0].var(axes, unbiased=False))


def _paths(tree: Path) -> DataPaths:
    return DataPaths(tree, tree / "train.txt", tree, tree / "val.txt", tree / "dict.txt")


def _settings(shape: Sequence[int]) -> Settings:
    channels, height, width = shape
    return Settings((channels, height, width), False, 25, 1, 2, 1e-3, SEED)


def _context(
    stage: str, folder: Path, inputs: Mapping[str, Path], parameters: dict[str, Any]
) -> Context:
    output = folder / stage
    output.mkdir()
    listed = tuple(
        Input(name, str(path), hash_file(path).sha256, "a trial") for name, path in inputs.items()
    )
    spec = Spec(stage, "key", str(output), parameters, listed, cache=str(folder / "cache"))
    return Context(spec, output, lambda _event: None)


if __name__ == "__main__":
    os.chdir(tempfile.gettempdir())
    main(Path(sys.argv[1]), sys.argv[2:])
