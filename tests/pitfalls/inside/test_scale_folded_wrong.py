"""A scale behind an activation is moved through it by Lite's passes: the file runs and reads nothing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from paddle.base.proto import framework_pb2 as proto

from stages.pitfalls import Pitfall
from stages.program.graph import Graph, Operator
from stages.program.prove import random_images
from stages.program.rules import AFFINE, LEGAL, SIMPLE, apply_rules
from stages.program.rules.affine import Affine, find_affines
from support import bare
from support.caught import check_refused
from support.legacy import SHAPE, alphanumeric_model, predict
from support.rewritten import rewritten
from support.small import convert

IMAGE = random_images([SHAPE], seed=1)[0]


def simplified_by_hand(folder: Path) -> tuple[Path, Path]:
    """Write the model with every affine that is left as one ``scale``, the obvious way."""
    model = alphanumeric_model()
    return rewritten((model.pdmodel, model.pdiparams), folder, write_scales)


def write_scales(graph: Graph) -> None:
    apply_rules(graph, (*SIMPLE, AFFINE[0]))
    found = find_affines(graph)
    assert found
    for affine in found:
        graph.operators[graph.operators.index(affine.add)] = scale(affine)
        graph.operators.remove(affine.mul)
    apply_rules(graph, LEGAL)


def scale(affine: Affine) -> Operator:
    slots = {"X": [affine.source]}, {"Out": [affine.result]}
    operator = Operator("scale", *slots, proto.OpDesc(type="scale"))
    operator.set_attribute("scale", proto.FLOAT, affine.scale)
    operator.set_attribute("bias", proto.FLOAT, affine.bias)
    operator.set_attribute("bias_after_scale", proto.BOOLEAN, True)
    return operator


def test_by_hand_paddle_and_opt_are_content_and_the_file_computes_something_else(
    tmp_path: Path,
) -> None:
    model, files = alphanumeric_model(), simplified_by_hand(tmp_path)
    expected = predict((model.pdmodel, model.pdiparams), IMAGE)
    assert np.abs(predict(files, IMAGE) - expected).max() < 1e-5, "equal in Paddle"
    assert bare.opt(files, "x86", tmp_path / "x").code == 0
    ended, outputs = bare.lite(tmp_path / "x.nb", IMAGE)
    assert ended.code == 0 and np.isfinite(outputs[0]).all()
    assert np.abs(outputs[0] - expected).max() > 0.05


def test_paddock_finds_the_tensor_that_is_no_known_fold(tmp_path: Path) -> None:
    done = convert(tmp_path, simplified_by_hand(tmp_path))
    check_refused(done, 5, Pitfall.SCALE_FOLDED_WRONG, "model_")
