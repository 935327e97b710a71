"""The IDs of the pitfalls: the known ways in which a deployment silently goes wrong.

Both sides name them: a stage that refuses, a guard of the report, ``paddock explain``. What each one is
stands in ``pipeline/pitfalls/ID.md``. An ID never changes. Standard library only.
"""

from __future__ import annotations

from enum import Enum


class Pitfall(str, Enum):
    """In the order in which a deployment meets them."""

    # The data and the dictionary.
    LEAKED_TEST_IMAGES = "leaked-test-images"
    LABEL_OUTSIDE_DICTIONARY = "label-outside-dictionary"
    DICTIONARY_CHANGED = "dictionary-changed"
    DICTIONARY_REORDERED = "dictionary-reordered"
    DICTIONARY_CRLF = "dictionary-crlf"
    DICTIONARY_BOM = "dictionary-bom"
    DICTIONARY_DUPLICATE = "dictionary-duplicate"
    DICTIONARY_DOUBLE_SPACE = "dictionary-double-space"
    DICTIONARY_ODD_ENTRY = "dictionary-odd-entry"
    DICTIONARY_CLASSES = "dictionary-classes"

    # Training and export.
    SHAPE_MISMATCH = "shape-mismatch-random-weights"
    USE_GUIDE = "use-guide"
    OTHER_CONFIGURATION = "other-configuration-at-export"
    WRONG_HEIGHT = "wrong-height"
    RGB_FOR_BGR = "rgb-for-bgr"
    MIXED_VERSIONS = "mixed-paddle-versions"

    # Conversion.
    PIR_GIVEN_TO_OPT = "pir-given-to-opt"
    SWISH_WITHOUT_BETA = "swish-without-beta"
    MISSING_XSHAPE = "missing-xshape"
    SCALAR_WITHOUT_SHAPE = "scalar-without-shape"
    SCALE_FOLDED_WRONG = "scale-folded-wrong"
    NO_FILE_EXIT_ZERO = "no-file-exit-zero"
    STALE_FILE = "stale-file"
    QUANTISED_GARBAGE = "quantised-garbage"
    QUANTISED_FP16 = "quantised-fp16"
    INT8_ACTIVATION_DROPPED = "int8-activation-dropped"

    # The runtime and the phone.
    FOREIGN_TARGET = "foreign-target"
    OPT_NEWER_THAN_RUNTIME = "opt-newer-than-runtime"
    WIDTH_CHANGED = "width-changed"
    STOCK_NB = "stock-nb"
    CHANGED_ARTIFACT = "changed-artifact"

    # The app.
    APP_SHIPS_STOCK_MODEL = "app-ships-stock-model"
    APP_DICTIONARY_DIFFERS = "app-dictionary-differs"
    LIBRARY_WITHOUT_EXTRA = "library-without-extra"
    FP16_NEEDS_FP16_LIBRARY = "fp16-needs-fp16-library"
    PAGE_SIZE_16K = "page-size-16k"

    def __str__(self) -> str:
        return self.value
