"""The ``export`` stage of a project that starts from a PIR model: it becomes a legacy PD model.

No architecture's code is needed, and no weight is touched: ``inference.pdiparams`` is the PIR
model's, byte by byte, under a program that is replayed operator by operator.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from stages.contract import ExportMetrics
from stages.contract.artifacts import PD_PROGRAM
from stages.dataset.dictionary import given_dictionary
from stages.guards import dictionary as dictionaries
from stages.guards import preprocessing
from stages.guards.comparison import refuse_difference
from stages.kernels.use import use
from stages.message import msg
from stages.pir.parameters import read_parameters
from stages.pir.program import read_program
from stages.pir.prove import Proof, Read, chosen, prove_same
from stages.pir.replay import replay
from stages.preparation import preparation_of
from stages.preprocess import Prepare, read_image
from stages.program.params import write_program
from stages.published.files import DESCRIPTION, PARAMETERS, PROGRAM, check_complete
from stages.runtime import Context
from stages.tasks import task_of
from stages.testset import read_test_labels
from stages.text.decode import greedy
from stages.text.dictionary import Dictionary
from stages.text.documents import read_document
from stages.text.labels import Label

#: Reading, replaying, comparing.
_STEPS = 3


def run(context: Context) -> ExportMetrics:
    """Write ``inference.pdmodel``, ``inference.pdiparams`` and ``inference.yml``, and prove them.

    Raises:
        IntegrityError: a file of the model is damaged, or its dictionary or preprocessing is not
            the project's.
        StageError: an operator or a type is not supported, or the result computes something else.
    """
    use(context.spec.kernels)
    folder = context.input("pir")
    check_complete(folder)
    dictionary = _dictionary(context)
    lines = read_test_labels(context)
    labels = [lines[place] for place in chosen(len(lines))]
    context.progress(0, _STEPS, "steps", msg("reading the PIR model"))
    with context.guarding():
        _compare_given(context, folder / DESCRIPTION, dictionary)
    program = read_program(folder / PROGRAM)
    parameters = read_parameters(folder / PARAMETERS, program.shapes())
    context.progress(1, _STEPS, "steps", msg("replaying its operators"))
    legacy = replay(program)
    write_program(context.output / PD_PROGRAM, legacy)
    for name in (PARAMETERS, DESCRIPTION):
        shutil.copyfile(folder / name, context.output / name)
    with context.guarding():
        _compare_made(context, dictionary)
    _say_run(context, 0, len(labels))
    with context.guarding():
        proof = _prove(context, folder, labels, dictionary)
    return ExportMetrics(
        operators=sum(len(block.ops) for block in legacy.blocks),
        parameters_compared=len(parameters),
        max_difference=proof.max_difference,
        operators_replayed=len(program.operators),
        images_compared=proof.images,
        strings_equal=proof.same if dictionary else None,
    )


def _dictionary(context: Context) -> Dictionary | None:
    """Return the project's dictionary; only recognition has one."""
    if not task_of(context).reads:
        return None
    return given_dictionary(context)


def _compare_given(context: Context, description: Path, dictionary: Dictionary | None) -> None:
    """Hold the model's own description against the project.

    Raises:
        IntegrityError: it reads other characters, or wants other images.
    """
    if dictionary is not None:
        document = read_document(description)
        refuse_difference([dictionaries.in_description(document, dictionary)])
        refuse_difference(preprocessing.in_description(document, context.parameters["image_shape"]))


def _compare_made(context: Context, dictionary: Dictionary | None) -> None:
    """Hold what the legacy program takes and gives against the project.

    Raises:
        IntegrityError: it takes other images, or gives other classes, than the project's.
    """
    made, shape = context.output / PD_PROGRAM, context.parameters["image_shape"]
    if dictionary is not None:
        refuse_difference([dictionaries.in_program(made, dictionary)])
    refuse_difference([preprocessing.in_program(made, shape)])


def _prove(
    context: Context, folder: Path, labels: Sequence[Label], dictionary: Dictionary | None
) -> Proof:
    original = folder / PROGRAM, folder / PARAMETERS
    legacy = context.output / PD_PROGRAM, context.output / PARAMETERS
    images = _images(context, labels, preparation_of(context, folder / DESCRIPTION))
    return prove_same(original, legacy, images, _reading(dictionary), context.spec.threads)


def _images(context: Context, labels: Sequence[Label], prepare: Prepare) -> Iterator[np.ndarray]:
    """Give each image as a model's input, and say how far it is."""
    root = context.input("test")
    for number, label in enumerate(labels):
        context.check_stop()
        yield prepare(read_image(root / label.image))
        _say_run(context, number + 1, len(labels))


def _say_run(context: Context, done: int, total: int) -> None:
    context.progress(done, total, "images", msg("running both models on test images"))


def _reading(dictionary: Dictionary | None) -> Read:
    """Return what makes a text of an output; without a dictionary only the numbers count."""
    if dictionary is None:
        return lambda _output: None
    return lambda output: greedy(output, dictionary).text
