"""The project's dictionary, as ``data`` left it for the stages after it."""

from __future__ import annotations

from stages.contract import DictionaryRules, DocumentError
from stages.contract.artifacts import DICTIONARY_RULES
from stages.errors import IntegrityError
from stages.message import msg, text_of
from stages.runtime import Context
from stages.text.dictionary import Dictionary


def given_dictionary(context: Context) -> Dictionary:
    """Return the dictionary of the inputs ``dict`` and ``dict_rules``.

    Without the rules it is one that a new head is trained on, with the parameter ``use_space_char``.

    Raises:
        IntegrityError: the dictionary is malformed, or its rules are none of this version's.
    """
    if not context.has("dict_rules"):
        return Dictionary.load(context.input("dict"), bool(context.parameters["use_space_char"]))
    try:
        rules = DictionaryRules.from_json(context.input("dict_rules").read_bytes())
    except DocumentError as error:
        raise IntegrityError(
            text_of(error), DICTIONARY_RULES, msg("run again with --force data")
        ) from error
    return Dictionary.load_by_rules(context.input("dict"), rules)
