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
    """What was found, and what it means: of what is wrong, the catalogue's entry.

    The values stand in ``--json`` and never change.
    """

    means: Outcome | Pitfall

    def __new__(cls, value: str, means: Outcome | Pitfall) -> Kind:
        """Return the member, whose value is the first of the two."""
        made = str.__new__(cls, value)
        made._value_, made.means = value, means
        return made

    MODEL_YOURS = "model-yours", Outcome.RIGHT
    MODEL_STOCK = "model-stock", Pitfall.APP_SHIPS_STOCK_MODEL
    MODEL_FOREIGN = "model-foreign", Pitfall.APP_SHIPS_STOCK_MODEL
    MODEL_MEMBER = "model-member", Pitfall.STALE_FILE
    MODEL_EARLIER = "model-earlier", Pitfall.STALE_FILE
    MODEL_REFUSED = "model-refused", Pitfall.STALE_FILE
    MODEL_REBUILT = "model-rebuilt", Pitfall.CHANGED_ARTIFACT
    MODEL_DAMAGED = "model-damaged", Pitfall.CHANGED_ARTIFACT
    MODEL_FOR_OTHER_TARGET = "model-for-other-target", Pitfall.FOREIGN_TARGET
    MODEL_FOR_COMPUTERS = "model-for-computers", Outcome.NOTE
    MODEL_SECOND = "model-second", Pitfall.APP_SHIPS_STOCK_MODEL
    MODEL_UNUSED = "model-unused", Outcome.NOTE
    MODEL_OTHER_TASK = "model-other-task", Outcome.NOTE
    MODEL_UNTOLD = "model-untold", Outcome.UNKNOWN
    MODEL_UNNAMED = "model-unnamed", Outcome.UNKNOWN
    MODEL_MISSING = "model-missing", Pitfall.APP_SHIPS_STOCK_MODEL
    MODEL_DOWNLOADED = "model-downloaded", Pitfall.APP_SHIPS_STOCK_MODEL
    MODEL_FROM_ADDRESS = "model-from-address", Outcome.UNKNOWN

    DICTIONARY_YOURS = "dictionary-yours", Outcome.RIGHT
    DICTIONARY_SAME = "dictionary-same", Outcome.RIGHT
    DICTIONARY_DIFFERS = "dictionary-differs", Pitfall.APP_DICTIONARY_DIFFERS
    DICTIONARY_SECOND = "dictionary-second", Pitfall.APP_DICTIONARY_DIFFERS
    DICTIONARY_UNUSED = "dictionary-unused", Outcome.NOTE
    DICTIONARY_UNNAMED = "dictionary-unnamed", Outcome.UNKNOWN
    DICTIONARY_MISSING = "dictionary-missing", Outcome.UNKNOWN
    LABELS = "labels", Outcome.NOTE

    LIBRARY_FITS = "library-fits", Outcome.RIGHT
    LIBRARY_OLDER = "library-older", Pitfall.OPT_NEWER_THAN_RUNTIME
    LIBRARY_WITHOUT_EXTRA = "library-without-extra", Pitfall.LIBRARY_WITHOUT_EXTRA
    LIBRARY_WITHOUT_HALF = "library-without-half", Pitfall.FP16_NEEDS_FP16_LIBRARY
    LIBRARY_WITHOUT_OPENCL = "library-without-opencl", Pitfall.FOREIGN_TARGET
    LIBRARY_SILENT = "library-silent", Outcome.UNKNOWN
    LIBRARY_NOT_HELD = "library-not-held", Outcome.UNKNOWN
    LIBRARY_MISSING = "library-missing", Outcome.UNKNOWN
    ABI_WITHOUT_LIBRARY = "abi-without-library", Outcome.NOTE
    PAGES_TOO_SMALL = "pages-too-small", Pitfall.PAGE_SIZE_16K

    NOT_OPENED = "not-opened", Outcome.UNKNOWN


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
        means = self.kind.means
        return means if isinstance(means, Outcome) else Outcome.WRONG

    @property
    def pitfall(self) -> str:
        """The ID of the catalogue's entry, "" where nothing is wrong."""
        means = self.kind.means
        return str(means) if isinstance(means, Pitfall) else ""


#: What ``paddock check-app`` watches for.
PITFALLS = tuple(dict.fromkeys(kind.means for kind in Kind if isinstance(kind.means, Pitfall)))
