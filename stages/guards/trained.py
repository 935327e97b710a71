"""A dictionary that comes with a trained model, held against what the model itself says of its classes.

How many classes it has says whether a space was added after the dictionary's last line; what it lists, if it
lists them, says which dictionary it is. Both are looked at first of all, in ``data``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from stages.contract import DEFAULT_CHARACTERS, DEFAULT_DICTIONARY, DictionaryRules
from stages.errors import IntegrityError
from stages.guards.characters import difference
from stages.message import msg
from stages.pitfalls import Pitfall

_CHANGED = Pitfall.DICTIONARY_CHANGED
_CLASSES = Pitfall.DICTIONARY_CLASSES


@dataclass(frozen=True)
class Told:
    """What a trained model says.

    Args:
        model: the file that has the classes, by name.
        classes: how many; None where it does not say.
        source: what lists the characters, by name.
        lines: them; None where nothing does.
        space: ``use_space_char`` of the training's configuration; None without one.
        is_default: ``source`` names no dictionary, and so means PaddleOCR's own default.
        certain: what ``source`` says is the training's word, not what its silence is taken for.
        remedy: what to do where the project names another dictionary.
    """

    model: str
    classes: int | None = None
    source: str = ""
    lines: tuple[str, ...] | None = None
    space: bool | None = None
    is_default: bool = False
    certain: bool = True
    remedy: str = ""


@dataclass(frozen=True)
class Named:
    """The dictionary that the project reads with: its name and entries.

    ``is_own`` says that they are the model's own, and not a file that the project names.
    """

    name: str
    entries: tuple[str, ...]
    is_own: bool = False


@dataclass(frozen=True)
class Settled:
    """How the dictionary is to be read, and what is to be said about it."""

    rules: DictionaryRules
    warnings: tuple[tuple[str, Pitfall], ...] = ()


def settle(named: Named, told: Told, use_space_char: bool) -> Settled:
    """Decide how a trained model's dictionary is read.

    Args:
        named: the dictionary.
        told: what the model says.
        use_space_char: the project's.

    Raises:
        IntegrityError: it is another dictionary than the model's, or makes another number of classes.
    """
    is_default = named.entries == tuple(DEFAULT_CHARACTERS) and (
        told.is_default or named.name == DEFAULT_DICTIONARY
    )
    warnings = list(_another(named, told))
    if is_default:
        warnings.append((_default_sentence(told), _CHANGED))
    space, said = _space(named, told, use_space_char, is_default)
    rules = DictionaryRules(trained=True, space_added=space, lower_cased=is_default)
    return Settled(rules, (*warnings, *said))


def _another(named: Named, told: Told) -> Sequence[tuple[str, Pitfall]]:
    """Compare the entries with what the model lists; return a warning where it only seems to.

    Raises:
        IntegrityError: the model lists others.
    """
    differs = None if told.lines is None else difference(told.lines, named.entries)
    if differs is None:
        return ()
    if not told.certain:
        silent = msg(
            "{source} lists no characters, as PaddleOCR exports it where the training named no "
            "dictionary (0-9 and a-z then); {name} is taken as the training's",
            told.source,
            named.name,
        )
        return ((silent, _CHANGED),)
    said = msg(
        "{name} is not the dictionary of {source}: {difference}",
        named.name,
        told.source,
        differs.text,
    )
    raise IntegrityError(said, named.name, told.remedy, differs.pitfall)


def _default_sentence(told: Told) -> str:
    if not told.is_default:
        return msg(
            "PaddleOCR's default dictionary: 0-9 and a-z; labels are lower-cased, as it does"
        )
    return msg(
        "{source} names no dictionary, so the model has PaddleOCR's default: 0-9 and a-z; labels are "
        "lower-cased, as PaddleOCR does",
        told.source,
    )


def _space(
    named: Named, told: Told, use_space_char: bool, is_default: bool
) -> tuple[bool, Sequence[tuple[str, Pitfall]]]:
    """Return whether a space was added after the last line, and what there is to say about that.

    Raises:
        IntegrityError: no reading makes the model's number of classes, or only the one that the project
            does not ask for, and nothing but the number speaks for it.
    """
    lines = len(named.entries)
    if told.classes is None:
        said = told.space if named.is_own and told.space is not None else use_space_char
        return said and not is_default, ()
    proven = told.classes - lines - 1
    if proven not in ((0,) if is_default else (0, 1)):
        raise _unfit(named, told, is_default)
    space = bool(proven)
    if space == use_space_char:
        return space, _contradicted(told, space, is_default)
    listed = told.lines is not None and told.certain
    if not (named.is_own or listed or told.space is space or is_default):
        raise IntegrityError(
            msg(
                "{counted}; with use_space_char = {set} it does not fit",
                _counted(named, told),
                _word(use_space_char),
            ),
            named.name,
            _if_last_is_empty(
                named,
                msg(
                    "set [data] use_space_char = {space} if this is the dictionary that the model was "
                    "trained with",
                    _word(space),
                ),
            ),
            _CLASSES,
        )
    taken = msg(
        "{counted}; it is read with use_space_char = {space}, not {set} as in [data]",
        _counted(named, told),
        _word(space),
        _word(use_space_char),
    )
    return space, ((taken, _CLASSES),)


def _contradicted(told: Told, space: bool, is_default: bool) -> Sequence[tuple[str, Pitfall]]:
    """Say where the training's configuration has another space rule than the model's classes show."""
    if told.space is None or told.space is space or is_default:
        return ()
    text = msg(
        "the configuration says use_space_char = {said}; the {classes} classes of {model} say "
        "{space}, and are right",
        _word(told.space),
        told.classes,
        told.model,
        _word(space),
    )
    return ((text, _CLASSES),)


def _unfit(named: Named, told: Told, is_default: bool) -> IntegrityError:
    remedy = (
        msg("give the files of one model")
        if named.is_own and not is_default
        else msg("name the dictionary that the model was trained with: [data] dictionary")
    )
    return IntegrityError(
        _counted(named, told), named.name, _if_last_is_empty(named, remedy), _CLASSES
    )


def _counted(named: Named, told: Told) -> str:
    lines = len(named.entries)
    return msg(
        "{model} has {classes} classes; the {lines} lines of {name} and the blank make {without}, and "
        "{with_space} with the space that use_space_char adds",
        told.model,
        told.classes,
        lines,
        named.name,
        lines + 1,
        lines + 2,
    )


def _if_last_is_empty(named: Named, remedy: str) -> str:
    if named.entries[-1]:
        return remedy
    return msg(
        "{remedy}; its last line is empty: if an editor added that, give the training's own file",
        remedy,
    )


def _word(value: bool) -> str:
    return "true" if value else "false"
