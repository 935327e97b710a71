"""Sentences for people that carry, beside their English text, what they were made from.

A stage or the host says ``msg("{changed} of {total} characters differ", 3, 36)``. The result is a string,
so files and logs hold plain English; and it remembers template and values, so a front end says it in
another language without parsing anything. The template is the message's ID in the catalogue
(tui/locale), where babel finds it as the first argument of :func:`msg`.

In JSON a document holds its texts as plain strings, and beside them, under :data:`KEY`, what each of its
messages was made from (:func:`with_messages`, :func:`restored`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass, replace
from functools import lru_cache
from string import Formatter
from typing import Any

#: Where a document keeps its messages: text -> [template, value, …].
KEY = "messages"


class Message(str):
    """An English text with the ``template`` and the ``values`` that it was made from.

    A template without placeholders that has values is the separator of a list of them.
    """

    __slots__ = ("template", "values")

    template: str
    values: tuple[str, ...]

    def __new__(cls, template: str, values: Iterable[str] = ()) -> Message:
        """Fill the template.

        Raises:
            ValueError: there are more or fewer values than placeholders.
        """
        values = tuple(values)
        self = super().__new__(cls, filled(template, values))
        self.template, self.values = template, values
        return self

    def __deepcopy__(self, _memo: object) -> Message:
        return self

    def __reduce__(self) -> tuple[type[Message], tuple[str, tuple[str, ...]]]:
        return Message, (self.template, self.values)


def msg(template: str, /, *values: object) -> str:
    """Return the sentence that ``template`` makes with ``values``, in the order of its placeholders.

    A value that is a message stays one, also in an exception; all else is written as ``str`` does.

    Raises:
        ValueError: there are more or fewer values than placeholders.
    """
    return Message(template, map(text_of, values))


def text_of(value: object) -> str:
    """Return ``value`` as ``str`` does, but a message as the message it is, also an exception's."""
    if isinstance(value, BaseException) and value.args and isinstance(value.args[0], Message):
        return value.args[0]
    return value if isinstance(value, str) else str(value)


def joined(separator: str, texts: Iterable[str]) -> str:
    """Return a list of texts, most of them messages, as one; "" for none, the text itself for one."""
    items = tuple(texts)
    if len(items) == 1:  # as a list it would be the same text with another template
        return items[0]
    return Message(separator, items) if items else ""


def filled(template: str, values: tuple[str, ...]) -> str:
    """Return the text that a template makes with its values.

    Raises:
        ValueError: there are more or fewer values than placeholders.
    """
    if not values:
        return template  # with its braces, if it has any
    names = names_in(template)
    if not names:
        return template.join(values)
    if len(names) != len(values):
        raise ValueError(f"{template!r} takes {len(names)} values, not {len(values)}")
    return template.format(**dict(zip(names, values, strict=True)))


@lru_cache(maxsize=4096)
def names_in(template: str) -> tuple[str, ...]:
    """Return the names of a template's placeholders.

    Raises:
        ValueError: a brace has no partner, or a placeholder is more than a name: files hold templates,
            and a width of a thousand million would be obeyed.
    """
    names = []
    for _text, name, form, conversion in Formatter().parse(template):
        if name is not None:
            if form or conversion or not name.isidentifier():
                raise ValueError(f"{template!r} has a placeholder that is no plain name")
            names.append(name)
    return tuple(names)


def messages_in(value: object) -> dict[str, list[str]]:
    """Return what the messages in a document, or in dataclasses, were made from."""
    found: dict[str, list[str]] = {}
    _collect(value, found)
    return found


def with_messages(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return a document with what its messages were made from, ready for ``json.dumps``."""
    found = messages_in(document)
    return {**document, KEY: found} if found else dict(document)


def restored(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return a document from JSON with its messages made anew; what is not one stays a string.

    What an entry does not really make is passed over: files are edited.
    """
    entries = document.get(KEY)
    plain = {key: value for key, value in document.items() if key != KEY}
    return restate(plain, Restorer(entries)) if isinstance(entries, Mapping) else plain


class Restorer:
    """Makes each message of a document once, its values first; any other text stays as it is."""

    def __init__(self, entries: Mapping[str, Any]) -> None:
        self._entries, self._made = entries, dict[str, str]()

    def __call__(self, text: str) -> str:
        """Return the message that ``text`` is, or ``text``."""
        if text not in self._made:
            self._made[text] = text  # an entry that refers to itself ends here
            self._made[text] = self._make(text)
        return self._made[text]

    def _make(self, text: str) -> str:
        entry = self._entries.get(text)
        if not isinstance(entry, list | tuple) or not all(isinstance(item, str) for item in entry):
            return text
        try:
            template, *values = entry
            message = Message(template, map(self, values))
        except ValueError:
            return text
        return message if message == text else text


def _collect(value: object, found: dict[str, list[str]]) -> None:
    """Gather the messages in ``value`` that have values; one without is its own template."""
    if isinstance(value, Message):
        if value.values and value not in found:
            found[str(value)] = [value.template, *map(str, value.values)]
            for part in value.values:
                _collect(part, found)
    elif isinstance(value, Mapping):
        _collect([*value.values()], found)
    elif is_dataclass(value):
        _collect([getattr(value, item.name) for item in fields(value)], found)
    elif isinstance(value, list | tuple):
        for item in value:
            _collect(item, found)


def restate(value: Any, restore: Restorer) -> Any:
    """Return lists, mappings and dataclasses with the messages in them made anew."""
    if type(value) is str:
        return restore(value)
    if isinstance(value, Mapping):
        return {key: restate(item, restore) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(restate(item, restore) for item in value)
    if is_dataclass(value) and not isinstance(value, type):
        told = {item.name: getattr(value, item.name) for item in fields(value)}
        return replace(value, **{name: restate(item, restore) for name, item in told.items()})
    return value
