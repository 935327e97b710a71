"""Text of the page, in every language beside each other: a switch on the page shows one of them.

Whatever is not a message (labels, names, numbers) stands there once. All of it goes through
:func:`~pipeline.text.one_line`, and comes out as markup, with what it held escaped.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from markupsafe import Markup, escape

from pipeline.language import LANGUAGES, SOURCE, said_in
from pipeline.text import cut, one_line, shown
from stages.message import Message

#: What the page speaks beside English: code -> (class of the elements, language for the browser).
OTHERS = {code: code.partition("_")[0] for code in LANGUAGES if code != SOURCE}


#: A text in a drawing has no more characters.
LONGEST = 44


def _one_in_each(text: object) -> dict[str, str]:
    """Return a text by the class of its language; only the first if all are the same."""
    english = one_line(str(text))
    said = {name: one_line(said_in(code, text if isinstance(text, str) else english))
            for code, name in OTHERS.items()}  # fmt: skip
    return {"en": english, **{name: other for name, other in said.items() if other != english}}


def say(text: object) -> Markup:
    """Return a text of Paddock's own in all languages."""
    found = _one_in_each(text)
    if len(found) == 1:
        return escape(found["en"])
    return _markup(
        f'<span class="{name}" lang="{name}">{escape(words)}</span>'
        for name, words in found.items()
    )


def cell(value: object) -> Markup:
    """Return what stands in a table: a message in all languages, anything else as it is."""
    if isinstance(value, Markup):
        return value
    return say(value) if isinstance(value, Message) else escape(one_line(str(value)))


def written(text: str) -> Markup:
    """Return what a label or a model says, in a direction of its own: what stands beside it stays there."""
    return Markup('<bdi class="written">{}</bdi>').format(shown(text))


def tag(name: str, content: object = "", /, **attributes: object) -> Markup:
    """Return an element; ``class_`` and ``stroke_width`` are the attributes class and stroke-width."""
    said = "".join(
        f' {_attribute(key)}="{_safe(value)}"'
        for key, value in attributes.items()
        if value is not None
    )
    return _markup((f"<{name}{said}>{_safe(content)}</{name}>",))


@lru_cache
def _attribute(key: str) -> Markup:
    return escape(key.rstrip("_").replace("_", "-"))


def _safe(value: object) -> str:
    """Return a value as markup: no text from outside gets in as it is."""
    if isinstance(value, float):
        return f"{value:.2f}".rstrip("0").rstrip(".")
    return escape(value if isinstance(value, Markup) else one_line(str(value)))


def _markup(parts: Iterable[str]) -> Markup:
    """Return parts that are markup each, as one: a page has thousands, and Markup's own ways are slow."""
    return Markup("".join(parts))  # noqa: S704 - what is not our own was escaped


def svg_text(
    left: float, top: float, text: object, anchor: str = "start", kind: str = ""
) -> Markup:
    """Return a text of a drawing, in all languages; one that would not fit into any is cut."""
    found = _one_in_each(text) if isinstance(text, Message) else {"": one_line(str(text))}
    found = {name: cut(words, LONGEST) for name, words in found.items()}
    return _markup(
        tag("text", words, x=left, y=top, text_anchor=anchor, class_=_classes(kind, name, found),
            lang=name if len(found) > 1 else None)
        for name, words in found.items()
    )  # fmt: skip


def _classes(kind: str, name: str, found: dict[str, str]) -> str | None:
    return " ".join(filter(None, (kind, name if len(found) > 1 else ""))) or None


def together(parts: Iterable[Markup]) -> Markup:
    """Return markup after markup."""
    return _markup(parts)
