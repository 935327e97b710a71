"""What is found in an app, as types: each kind has an outcome, and what is wrong its pitfall."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from stages.pitfalls import Pitfall


class Outcome(str, Enum):
    """What a finding means for the verdict."""

    RIGHT = "right"
    WRONG = "wrong"
    #: Nobody can tell from the file; it is no reason to refuse, and none to trust.
    UNKNOWN = "unknown"
    NOTE = "note"


class Kind(str, Enum):
    """What was found. The values stand in ``--json`` and never change."""

    MODEL_YOURS = "model-yours"
    MODEL_STOCK = "model-stock"
    MODEL_FOREIGN = "model-foreign"
    MODEL_MEMBER = "model-member"
    MODEL_EARLIER = "model-earlier"
    MODEL_REFUSED = "model-refused"
    MODEL_REBUILT = "model-rebuilt"
    MODEL_DAMAGED = "model-damaged"
    MODEL_FOR_OTHER_TARGET = "model-for-other-target"
    MODEL_FOR_COMPUTERS = "model-for-computers"
    MODEL_SECOND = "model-second"
    MODEL_UNUSED = "model-unused"
    MODEL_OTHER_TASK = "model-other-task"
    MODEL_UNTOLD = "model-untold"
    MODEL_UNNAMED = "model-unnamed"
    MODEL_MISSING = "model-missing"
    MODEL_DOWNLOADED = "model-downloaded"
    MODEL_FROM_ADDRESS = "model-from-address"

    DICTIONARY_YOURS = "dictionary-yours"
    DICTIONARY_SAME = "dictionary-same"
    DICTIONARY_DIFFERS = "dictionary-differs"
    DICTIONARY_SECOND = "dictionary-second"
    DICTIONARY_UNUSED = "dictionary-unused"
    DICTIONARY_UNNAMED = "dictionary-unnamed"
    DICTIONARY_MISSING = "dictionary-missing"
    LABELS = "labels"

    LIBRARY_FITS = "library-fits"
    LIBRARY_OLDER = "library-older"
    LIBRARY_WITHOUT_EXTRA = "library-without-extra"
    LIBRARY_WITHOUT_HALF = "library-without-half"
    LIBRARY_WITHOUT_OPENCL = "library-without-opencl"
    LIBRARY_SILENT = "library-silent"
    LIBRARY_NOT_HELD = "library-not-held"
    LIBRARY_MISSING = "library-missing"
    ABI_WITHOUT_LIBRARY = "abi-without-library"
    PAGES_TOO_SMALL = "pages-too-small"

    NOT_OPENED = "not-opened"


_STOCK = Pitfall.APP_SHIPS_STOCK_MODEL
_OTHER = Pitfall.APP_DICTIONARY_DIFFERS
#: The kinds that make an app one that does not ship what the project delivered.
_WRONG: dict[Kind, Pitfall] = {
    Kind.MODEL_STOCK: _STOCK,
    Kind.MODEL_FOREIGN: _STOCK,
    Kind.MODEL_MEMBER: Pitfall.STALE_FILE,
    Kind.MODEL_EARLIER: Pitfall.STALE_FILE,
    Kind.MODEL_REFUSED: Pitfall.STALE_FILE,
    Kind.MODEL_REBUILT: Pitfall.CHANGED_ARTIFACT,
    Kind.MODEL_DAMAGED: Pitfall.CHANGED_ARTIFACT,
    Kind.MODEL_FOR_OTHER_TARGET: Pitfall.FOREIGN_TARGET,
    Kind.MODEL_SECOND: _STOCK,
    Kind.MODEL_MISSING: _STOCK,
    Kind.MODEL_DOWNLOADED: _STOCK,
    Kind.DICTIONARY_DIFFERS: _OTHER,
    Kind.DICTIONARY_SECOND: _OTHER,
    Kind.LIBRARY_OLDER: Pitfall.OPT_NEWER_THAN_RUNTIME,
    Kind.LIBRARY_WITHOUT_EXTRA: Pitfall.LIBRARY_WITHOUT_EXTRA,
    Kind.LIBRARY_WITHOUT_HALF: Pitfall.FP16_NEEDS_FP16_LIBRARY,
    Kind.LIBRARY_WITHOUT_OPENCL: Pitfall.FOREIGN_TARGET,
    Kind.PAGES_TOO_SMALL: Pitfall.PAGE_SIZE_16K,
}
_RIGHT = (Kind.MODEL_YOURS, Kind.DICTIONARY_YOURS, Kind.DICTIONARY_SAME, Kind.LIBRARY_FITS)
_UNKNOWN = (
    Kind.MODEL_UNTOLD,
    Kind.MODEL_UNNAMED,
    Kind.MODEL_FROM_ADDRESS,
    Kind.DICTIONARY_MISSING,
    Kind.DICTIONARY_UNNAMED,
    Kind.LIBRARY_SILENT,
    Kind.LIBRARY_NOT_HELD,
    Kind.LIBRARY_MISSING,
    Kind.NOT_OPENED,
)


@dataclass(frozen=True)
class Finding:
    """One line of the verdict.

    Args:
        kind: what was found.
        path: where in the app, "" for the app itself.
        sentence: the same for a person.
    """

    kind: Kind
    path: str
    sentence: str

    @property
    def outcome(self) -> Outcome:
        """What it means for the verdict."""
        if self.kind in _WRONG:
            return Outcome.WRONG
        if self.kind in _RIGHT:
            return Outcome.RIGHT
        return Outcome.UNKNOWN if self.kind in _UNKNOWN else Outcome.NOTE

    @property
    def pitfall(self) -> str:
        """The ID of the catalogue's entry, "" where nothing is wrong."""
        return str(_WRONG.get(self.kind, ""))


#: What ``paddock check-app`` watches for.
PITFALLS = tuple(dict.fromkeys(_WRONG.values()))
