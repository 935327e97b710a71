"""The ``verify`` stage for recognition: all models read the same lines of text.

One preprocessing (:mod:`stages.preprocess`) and one decoder (:mod:`stages.text.decode`) for all.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

from stages.contract import DictionaryIdentity, ModelEntry, VerifyMetrics
from stages.dataset.dictionary import given_dictionary
from stages.guards.comparison import Comparison, refuse_difference
from stages.guards.dictionary import compare_dictionary
from stages.guards.preprocessing import compare_preprocessing
from stages.kept import FEATURES, FEATURES_LIMIT, trim
from stages.parity.canary import Stock, find_stock
from stages.parity.series import Series
from stages.parity.summary import found_as_reference, summarise
from stages.parity.verification import Verification
from stages.preprocess import describe
from stages.recognition.attempts import attempts
from stages.recognition.prepare import preparation
from stages.recognition.summary import mismatches, quality
from stages.recognition.task import Recognition
from stages.runtime import Context
from stages.testset import read_test_labels
from stages.text.decode import greedy
from stages.text.dictionary import Dictionary
from stages.text.labels import Label


def run(context: Context) -> VerifyMetrics:
    """Write ``parity.json``, ``preprocess.json``, ``golden.json`` and ``evidence.json``.

    Raises:
        StageError: there is nothing to measure on, or an image cannot be read.
        IntegrityError: a model's number of classes is not the dictionary's.
    """
    started = time.time()
    dictionary = given_dictionary(context)
    labels = read_test_labels(context)
    shape = tuple(context.parameters["image_shape"])
    verification: Verification[str] = Verification(context, shape, dictionary.classes)
    verification.describe(describe(shape, dictionary))
    stock = find_stock(context, len(labels))
    characters, preprocessing = _compare(context, dictionary, shape, stock)
    names, prepare = [label.image for label in labels], preparation(shape)
    columns = verification.measure(names, prepare, Recognition(dictionary), stock)
    tried = attempts(
        context, columns, labels, prepare, lambda output: greedy(output, dictionary).text
    )
    models = _models(columns, labels)
    verification.write(
        models,
        mismatches(columns, labels),
        verification.golden(labels=[label.text for label in labels]),
        dictionary=_identity(dictionary),
        characters=characters,
        preprocessing=preprocessing,
        canary=stock.compare(columns) if stock else None,
        attempts=tried,
    )
    trim(context.cache / FEATURES, FEATURES_LIMIT, started)
    scores = {entry.name: entry.accuracy for entry in models if entry.accuracy is not None}
    return VerifyMetrics(
        len(labels), accuracy=scores, as_pd=found_as_reference(models, len(labels))
    )


def _compare(
    context: Context, dictionary: Dictionary, shape: tuple[int, ...], stock: Stock | None
) -> tuple[list[Comparison], list[Comparison]]:
    """Hold dictionary and preprocessing against what every place says; return both.

    Raises:
        IntegrityError: a place says something else.
    """
    characters = compare_dictionary(context, dictionary)
    preprocessing = compare_preprocessing(context, shape)
    for comparisons in (characters, preprocessing):
        refuse_difference(stock.recognise(comparisons) if stock else comparisons)
    return characters, preprocessing


def _identity(dictionary: Dictionary) -> DictionaryIdentity:
    entries = len(dictionary.characters)
    return DictionaryIdentity(dictionary.md5, dictionary.sha256, entries, dictionary.classes)


def _models(columns: Sequence[Series[str]], labels: Sequence[Label]) -> list[ModelEntry]:
    texts = [label.text for label in labels]
    return [summarise(column, columns, lambda series: quality(series, texts)) for column in columns]
