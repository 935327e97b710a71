"""The ``verify`` stage for detection: all models look for text on the same pages.

One preparation (:mod:`stages.detection.prepare`) and one postprocessing for all. If the project names a
recogniser, the pages are read to the end as well, with the original pair and with the converted one.
"""

from __future__ import annotations

from collections.abc import Sequence

from stages.contract import ModelEntry, VerifyMetrics
from stages.contract.pages import PAGES, dump_pages
from stages.detection.boxes import Boxes
from stages.detection.describe import describe
from stages.detection.end_to_end import chain
from stages.detection.labels import LabelError, parse_regions
from stages.detection.prepare import check_shape
from stages.detection.summary import Labels, mismatches, pages, quality, with_pixels
from stages.detection.task import Detection, rules_of
from stages.errors import StageError
from stages.files import write_text
from stages.guards.comparison import refuse_difference
from stages.guards.shapes import compare_shapes
from stages.message import msg
from stages.parity.series import Series
from stages.parity.summary import found_as_reference, summarise
from stages.parity.verification import Verification
from stages.runtime import Context
from stages.testset import read_test_labels


def run(context: Context) -> VerifyMetrics:
    """Write ``parity.json``, ``preprocess.json``, ``golden.json``, ``evidence.json`` and ``pages.jsonl``.

    Raises:
        StageError: there is nothing to measure on, a page cannot be read, or the model wants what this
            project does not do.
        IntegrityError: a model takes or gives another shape than the project's.
    """
    shape = check_shape(context.parameters["image_shape"])
    labels, rules = read_pages(context), rules_of(context)
    verification: Verification[Boxes] = Verification(context, shape)
    verification.describe(describe(shape, rules))
    compared = compare_shapes(context, shape)
    refuse_difference(compared)
    task, names = Detection(shape, rules), [image for image, _ in labels]
    columns = verification.measure(names, task.prepare, task)
    chained = chain(context, columns, names)
    models = _models(columns, labels, task)
    found = pages(columns, labels)
    write_text(context.output / PAGES, dump_pages(found))
    verification.write(
        models,
        mismatches(found),
        verification.golden(packed=False),
        chain=chained,
        preprocessing=compared,
    )
    scores = {entry.name: entry.hmean for entry in models if entry.hmean is not None}
    return VerifyMetrics(len(labels), hmean=scores, as_pd=found_as_reference(models, len(labels)))


def read_pages(context: Context) -> Labels:
    """Return image and regions of every page of the test set.

    Raises:
        StageError: there are none, or a label is not a page's.
    """
    pages = []
    for label in read_test_labels(context):
        try:
            pages.append((label.image, parse_regions(label.text)))
        except LabelError as error:
            where = f"test_labels:{label.line}"
            raise StageError(
                msg("{first}: {rest}", where, error), where, msg("run the data stage on it")
            ) from error
    return pages


def _models(columns: Sequence[Series[Boxes]], labels: Labels, task: Detection) -> list[ModelEntry]:
    return [
        with_pixels(
            summarise(column, columns, lambda series: quality(series.predictions, labels)),
            task.pixels,
        )
        for column in columns
    ]
