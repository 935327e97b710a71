"""The project's dictionary on its way into the pipeline: its own file, or the official model's."""

from __future__ import annotations

from stages.contract.artifacts import DICTIONARY
from stages.files import write_bytes
from stages.published.official import read_characters
from stages.runtime import Context
from stages.text.dictionary import Dictionary


def take_dictionary(context: Context) -> Dictionary:
    """Write ``dict.txt`` and return what it says.

    It is the file ``dictionary``, byte by byte; or, without one, the ``character_dict`` of the
    official model's ``description`` (inference.yml), a character a line.

    Raises:
        IntegrityError: the dictionary is malformed, or the description holds none.
    """
    use_space_char = bool(context.parameters["use_space_char"])
    made = context.output / DICTIONARY
    if context.has("dictionary"):
        source = context.input("dictionary")
        dictionary = Dictionary.load(
            source, use_space_char
        )  # names the user's file if it is faulty
        write_bytes(made, source.read_bytes())
        return dictionary
    characters = read_characters(context.input("description"))
    write_bytes(made, "".join(f"{character}\n" for character in characters).encode("utf-8"))
    return Dictionary.load(made, use_space_char)
