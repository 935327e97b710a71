"""The project's dictionary on its way into the pipeline: a file of its own, the model's, or the default."""

from __future__ import annotations

from stages.contract import DEFAULT_CHARACTERS, DEFAULT_DICTIONARY, DictionaryRules
from stages.contract.artifacts import DICTIONARY
from stages.errors import IntegrityError
from stages.files import write_bytes, write_text
from stages.guards.trained import Named, Settled, Told, settle
from stages.message import msg
from stages.pir.program import read_program
from stages.ppocr.checkpoint import load_parameters
from stages.ppocr.classifier_width import classifier_width
from stages.ppocr.dictionary_record import has_record, names_no_file, trained_lines
from stages.program.signature import read_signature
from stages.published.files import PROGRAM
from stages.runtime import Context
from stages.text.described import described_characters
from stages.text.dictionary import Dictionary, decode_lines, read_lines
from stages.text.documents import read_document
from stages.text.oddities import sentences, without_returns
from stages.text.printable import printable
from stages.text.yaml import at

#: What a trained model is that the project starts from, by the input that has its classes.
_STARTS = ("pdmodel", "pir", "checkpoint")
_DEFAULT = Named(DEFAULT_DICTIONARY, tuple(DEFAULT_CHARACTERS))
_REMOVE = msg("remove [data] dictionary: the model brings its own characters along")
_REMOVE_DEFAULT = msg(
    'remove [data] dictionary, or set it to "{name}"; if the training was given another one (-o '
    "Global.character_dict_path), name the config.yml that it wrote beside its checkpoints as "
    "[model] architecture",
    DEFAULT_DICTIONARY,
)
_AS_CONFIGURED = msg(
    "name the dictionary of the training, or, if the configuration is not the training's, the config.yml "
    "that it wrote beside its checkpoints as [model] architecture"
)


def take_dictionary(context: Context) -> Dictionary:
    """Write ``dict.txt`` and ``dictionary.json``, and return what they say.

    It is the file ``dictionary``, byte by byte; without one, what the model that the project starts from
    has: the file ``keys``, the ``character_dict`` of ``description`` (inference.yml), or what ``config``
    says of the training. One that comes with a trained model is taken as it is, and what is odd about it
    is a warning; any other is held to the strict rule.

    Raises:
        IntegrityError: the dictionary is malformed, is not the model's, or there is none.
    """
    told = _told(context)
    named, data = _named(context, told)
    made = context.output / DICTIONARY
    settled = _settle(context, named, told)
    write_bytes(made, data)
    write_text(context.output / DictionaryRules.FILE, settled.rules.dump())
    if settled.rules.trained:
        dictionary = Dictionary.load_by_rules(made, settled.rules)
    else:
        dictionary = _strict(context, settled.rules)
    for text, pitfall in settled.warnings:
        context.warn(text, "data.dictionary", pitfall)
    for text, pitfall in sentences(dictionary.oddities):
        context.warn(text, named.name, pitfall)
    return dictionary


def _strict(context: Context, rules: DictionaryRules) -> Dictionary:
    """Read the dictionary of a new head; an error names the project's own file."""
    given = context.has("dictionary")
    path = context.input("dictionary") if given else context.output / DICTIONARY
    return Dictionary.load_by_rules(path, rules)


def _named(context: Context, told: Told) -> tuple[Named, bytes]:
    """Return the dictionary that the project reads with, and the bytes of ``dict.txt``."""
    for name in ("dictionary", "keys"):
        if context.has(name):
            path = context.input(name)
            data, shown = path.read_bytes(), printable(path.name)
            entries = tuple(map(without_returns, decode_lines(path.name, data)))
            return Named(shown, entries, is_own=name == "keys"), data
    if context.parameters.get("dictionary") == DEFAULT_DICTIONARY:
        return _DEFAULT, _as_lines(_DEFAULT.entries)
    if told.lines is not None:
        return Named(told.source, told.lines, is_own=True), _as_lines(told.lines)
    raise IntegrityError(
        msg("the model that the project starts from lists no characters"),
        "data.dictionary",
        msg("name the file that lists the model's characters, one a line"),
    )


def _as_lines(entries: tuple[str, ...]) -> bytes:
    return "".join(f"{entry}\n" for entry in entries).encode("utf-8")


def _settle(context: Context, named: Named, told: Told) -> Settled:
    """Decide whether the dictionary is a trained model's, and how it is read."""
    space = bool(context.parameters["use_space_char"])
    if any(map(context.has, _STARTS)) or named.is_own:
        return settle(named, told, space)
    if named == _DEFAULT:
        return settle(named, Told(""), False)
    kept = told.lines == named.entries or told.classes == len(named.entries) + 1 + space
    return Settled(DictionaryRules(trained=kept, space_added=space))


def _told(context: Context) -> Told:
    """Return what the model says that the project, or its training, starts from.

    Raises:
        StageError: a file of it cannot be read.
    """
    if context.has("pdmodel"):
        shape = read_signature(context.input("pdmodel")).output_shape
        return _described(context, context.input("pdmodel").name, _width(shape))
    if context.has("pir"):
        shape = read_program(context.input("pir") / PROGRAM).output_shape
        return _described(context, PROGRAM, _width(shape))
    if context.has("checkpoint"):
        path = context.input("checkpoint")
        return _configured(context, path.name, classifier_width(load_parameters(path)))
    if context.has("pretrained"):
        path = context.input("pretrained")
        return Told(path.name, classifier_width(load_parameters(path)))
    return _described(context, "", None)


def _width(shape: tuple[int, ...]) -> int | None:
    return shape[-1] if shape and shape[-1] > 0 else None


def _described(context: Context, model: str, classes: int | None) -> Told:
    """Return what stands beside an inference model: its dictionary, or its description."""
    if context.has("keys"):
        path = context.input("keys")
        return Told(model, classes, printable(path.name), tuple(read_lines(path)), remedy=_REMOVE)
    if not context.has("description"):
        return Told(model, classes)
    path = context.input("description")
    listed, is_default = described_characters(path)
    if listed is not None:
        return Told(model, classes, path.name, tuple(listed), remedy=_REMOVE)
    if not is_default or classes != len(DEFAULT_CHARACTERS) + 1:
        return Told(model, classes)
    default = tuple(DEFAULT_CHARACTERS)
    return Told(model, classes, path.name, default, is_default=True, certain=False)


def _configured(context: Context, model: str, classes: int | None) -> Told:
    """Return what the configuration of a checkpoint says of its training."""
    if not context.has("config"):
        return Told(model, classes)
    path = context.input("config")
    config = read_document(path)
    lines = trained_lines(config)
    space = at(config, "Global", "use_space_char")
    is_default = lines is not None and names_no_file(config)
    return Told(
        model,
        classes,
        printable(path.name),
        None if lines is None else tuple(lines),
        bool(space),
        is_default=is_default,
        remedy=_REMOVE_DEFAULT if is_default else _REMOVE if has_record(config) else _AS_CONFIGURED,
    )
