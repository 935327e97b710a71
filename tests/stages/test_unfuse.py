from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import numpy as np
import paddle
import pytest

from stages.errors import IntegrityError
from stages.frozen import statistics as kept_statistics
from stages.frozen.statistics import statistics_of
from stages.ppocr.architectures.lcnetv3 import V5_MOBILE
from stages.ppocr.calibrate import Statistics, calibrate
from stages.ppocr.classifier import Narrowed, narrow
from stages.ppocr.network import build, fuse, live_tensors, state_arrays
from stages.ppocr.unfuse import load_inference_weights, unfuse
from stages.preprocess import prepare, read_image
from stages.published.official import OfficialModel, read_official
from stages.text.dictionary import Dictionary
from support.legacy import ALPHANUMERIC, SHAPE, draw, new_folder, official

CLASSES = len(ALPHANUMERIC) + 1
ARCHITECTURES = {"ctc": V5_MOBILE.ctc(), "multi-head": V5_MOBILE.training(25)}


@lru_cache(maxsize=1)
def model() -> OfficialModel:
    return read_official(official("PP-OCRv5_mobile_rec"))


def dictionary(characters: str = ALPHANUMERIC) -> Dictionary:
    path = new_folder() / "dict.txt"
    path.write_text("\n".join(characters) + "\n", encoding="utf-8")
    return Dictionary.load(path, use_space_char=False)


@lru_cache(maxsize=1)
def narrowed() -> Narrowed:
    return narrow(model(), dictionary())


@lru_cache(maxsize=2)
def fused(kind: str) -> paddle.nn.Layer:
    network = build(ARCHITECTURES[kind], CLASSES, fused=True)
    load_inference_weights(network, narrowed().parameters, "the official model")
    return network


def images() -> list[Path]:
    folder = new_folder()
    for text in ("A1B2", "XYZ9", "PADDLE"):
        draw(folder / f"{text}.png", text)
    return sorted(folder.iterdir())


def predict(network: paddle.nn.Layer, files: list[Path]) -> np.ndarray:
    network.eval()
    batch = np.stack([prepare(read_image(path), SHAPE) for path in files])
    with paddle.no_grad():
        output: np.ndarray = network(paddle.to_tensor(batch)).numpy()
    return output


def test_the_official_model_has_its_characters_blank_and_space() -> None:
    assert model().classes == 18_385
    assert model().characters[-1] == " "
    assert len(model().parameters) == 234


@pytest.mark.parametrize("kind", ARCHITECTURES)
def test_every_official_parameter_has_its_place_by_name(kind: str) -> None:
    live = live_tensors(fused(kind))
    assert live.keys() == narrowed().parameters.keys()
    assert len(live) == 234
    for name, tensor in live.items():
        assert np.array_equal(tensor.numpy(), narrowed().parameters[name]), name


def test_a_parameter_of_another_shape_or_name_is_named() -> None:
    network = build(V5_MOBILE.ctc(), CLASSES + 1, fused=True)
    with pytest.raises(IntegrityError, match=r"linear_8.b_0: the official model has shape \[37\]"):
        load_inference_weights(network, narrowed().parameters, "the official model")
    renamed = {f"x{name}": array for name, array in narrowed().parameters.items()}
    with pytest.raises(IntegrityError, match=r"468 parameters .* not in the official model"):
        load_inference_weights(fused("ctc"), renamed, "the official model")


@pytest.mark.parametrize("kind", ARCHITECTURES)
def test_the_training_form_predicts_as_the_official_model(kind: str) -> None:
    training = unfuse(fused(kind), ARCHITECTURES[kind], CLASSES)
    difference = np.abs(predict(fused(kind), images()) - predict(training, images())).max()
    assert difference < 1e-3


def test_fusing_gives_back_the_same_bits() -> None:
    training = unfuse(fused("ctc"), V5_MOBILE.ctc(), CLASSES)
    again = build(V5_MOBILE.ctc(), CLASSES, state_arrays(training), fused=True)
    for name, tensor in live_tensors(again).items():
        assert np.array_equal(tensor.numpy(), narrowed().parameters[name]), name


def test_statistics_of_a_known_backbone_are_found_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files, network = images(), fused("ctc")
    computed = calibrate(network, files, SHAPE)

    def statistics(of: list[Path]) -> dict[str, Statistics]:
        return statistics_of(network, V5_MOBILE.ctc(), of, SHAPE, tmp_path)

    found = [statistics(files)]
    with monkeypatch.context() as patched:
        patched.setattr(kept_statistics, "calibrate", lambda *_: pytest.fail("computed again"))
        found.append(statistics(files))
    (entry,) = (path for path in tmp_path.rglob("*") if path.is_file())
    entry.write_bytes(entry.read_bytes()[:-4])
    found += [statistics(files), statistics(files[:2])]
    for each in found[:3]:
        assert each.keys() == computed.keys()
        for name, of_layer in each.items():
            assert of_layer.mean.tobytes() == computed[name].mean.tobytes()
            assert of_layer.variance.tobytes() == computed[name].variance.tobytes()
    name = next(iter(computed))
    assert found[3][name].mean.tobytes() != computed[name].mean.tobytes(), "of other images"
    monkeypatch.setattr(kept_statistics, "_CODE", (kept_statistics,))
    monkeypatch.setattr(kept_statistics, "calibrate", lambda *_: found[3])
    of_other_code = statistics(files)[name].mean.tobytes()
    assert of_other_code == found[3][name].mean.tobytes(), "what other code kept is not taken"


def test_calibrated_norms_fit_the_data_in_training_mode_too() -> None:
    files = images()[:1]
    statistics = calibrate(fused("ctc"), files, SHAPE)
    training = unfuse(fused("ctc"), V5_MOBILE.ctc(), CLASSES, statistics)
    plain = unfuse(fused("ctc"), V5_MOBILE.ctc(), CLASSES)
    expected = predict(fused("ctc"), files)
    assert np.abs(predict(training, files) - expected).max() < 1e-3
    layer = "backbone.blocks4.0.dw_conv"
    batch = paddle.to_tensor(np.stack([prepare(read_image(path), SHAPE) for path in files]))
    distance = {
        name: _training_distance(network, batch, layer)
        for name, network in {"calibrated": training, "plain": plain}.items()
    }
    assert distance["calibrated"] < 1e-3 < distance["plain"]


def _training_distance(network: paddle.nn.Layer, batch: paddle.Tensor, name: str) -> float:
    """Return how far a layer's output is from the fused network's if un-fused norms train."""
    network.eval()
    for layer in network.sublayers():
        if hasattr(layer, "rep"):
            layer.train()
    outputs = [_output(one, batch, name) for one in (fused("ctc"), network)]
    return float(np.abs(outputs[0] - outputs[1]).max() / np.abs(outputs[0]).max())


def _output(network: paddle.nn.Layer, batch: paddle.Tensor, name: str) -> np.ndarray:
    outputs: list[np.ndarray] = []
    layer = dict(network.named_sublayers())[name]
    hook = layer.register_forward_post_hook(
        lambda _layer, _inputs, output: outputs.append(output.numpy())
    )
    with paddle.no_grad():
        network.backbone(batch)
    hook.remove()
    return outputs[0]


def test_characters_that_the_official_dictionary_lacks_start_from_the_mean() -> None:
    found = narrow(model(), dictionary("AB\u1200"))
    assert found.lacking == ("\u1200",)
    bias = found.parameters["linear_8.b_0"]
    whole = model().parameters["linear_8.b_0"]
    assert bias.shape == (4,)
    assert bias[0] == whole[0]
    assert bias[1] == whole[model().characters.index("A") + 1]
    assert np.isclose(bias[3], whole[1:].mean())


def test_fusing_twice_changes_nothing() -> None:
    network = fused("ctc")
    before = state_arrays(network)
    fuse(network)
    assert all(np.array_equal(before[key], array) for key, array in state_arrays(network).items())
