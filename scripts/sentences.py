"""Sentences for people in the source of ``pipeline/`` and ``stages/``.

Nothing is marked there: stages must not know of a catalogue, and files hold English. So every string that
looks like a sentence counts, unless its place says otherwise (a regular expression, an operand of ``in``) or
``not_for_people.py`` lists it. An f-string becomes a template: ``f"input {name} {_verb(old, new)}"`` is
``input {name} {verb}``, which ``tui/language/sentences.py`` recognises when it meets a finished one.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from not_for_people import FILES, TEXTS

#: Functions that only dress their first argument: it names the placeholder.
_DRESSING = (
    "printable", "quoted", "code_point", "human_size", "human_seconds", "len", "sorted", "list",
    "str", "repr", "type", "Path", "_short", "getattr", "join",
)  # fmt: skip
#: Calls whose texts are read by a machine.
_MACHINES = (
    "compile",
    "AssertionError",
    "execute",
    "executemany",
    "write",
    "startswith",
    "endswith",
)
_MACHINES += ("removeprefix", "removesuffix", "partition", "split", "glob", "rglob", "replace")
#: Calls of which only the first text is: the pattern of a known failure.
_PATTERN_FIRST = ("_cause",)
_WORD = re.compile(r"[A-Za-z]{2,}")


def sentences(source: str) -> Iterator[tuple[int, str]]:
    """Give line and msgid of every sentence for people in a module's source."""
    for line, text in strings(source):
        if looks_like_sentence(text) and text not in TEXTS:
            yield line, text


def is_file_for_people(path: str) -> bool:
    """Return whether a module's texts are shown at all (``path`` is relative to the repository)."""
    return path not in FILES


def strings(source: str) -> Iterator[tuple[int, str]]:
    """Give line and text of every string that stands where a sentence may stand; f-strings as templates."""
    for line, text, _node in located(ast.parse(source)):
        yield line, text


def located(tree: ast.AST) -> Iterator[tuple[int, str, ast.expr]]:
    """Give line, text and node of every string that stands where a sentence may stand."""
    passed_over = set(_passed_over(tree))
    for node in ast.walk(tree):
        if node in passed_over:
            continue
        if isinstance(node, ast.JoinedStr):
            yield node.lineno, _template(node), node
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.lineno, node.value, node


def looks_like_sentence(text: str) -> bool:
    """Tell two words, or a word and a value, with a space between them, from names and patterns."""
    literal = re.sub(r"\{\w+\}", "x", text)
    words = _WORD.findall(re.sub(r"\{\w+\}", " ", text))
    return " " in literal.strip() and (len(words) > 1 or any(len(word) > 2 for word in words))


def _passed_over(tree: ast.AST) -> Iterator[ast.AST]:
    """Give docstrings, the inner parts of f-strings, and all that stands where a machine reads it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            yield node.value
        elif isinstance(node, ast.JoinedStr):
            yield from _literals(node)
        elif isinstance(node, ast.Compare):
            yield from (item for item in (node.left, *node.comparators))
        elif isinstance(node, ast.Call) and _called(node) in _MACHINES:
            yield from (part for item in node.args for part in ast.walk(item))
        elif isinstance(node, ast.Call) and _called(node) in _PATTERN_FIRST:
            yield node.args[0]


def _literals(node: ast.JoinedStr) -> Iterator[ast.AST]:
    """Give the literal pieces of an f-string and of its format specifications."""
    for part in node.values:
        if isinstance(part, ast.Constant):
            yield part
        elif isinstance(part, ast.FormattedValue) and part.format_spec:
            yield from ast.walk(part.format_spec)


def _template(node: ast.JoinedStr) -> str:
    names: list[str] = []
    pieces = []
    for part in node.values:
        if isinstance(part, ast.Constant):
            pieces.append(str(part.value).replace("{", "{{").replace("}", "}}"))
        elif isinstance(part, ast.FormattedValue):
            name = _unique(_name(part.value), names)
            names.append(name)
            pieces.append(f"{{{name}}}")
    return "".join(pieces)


def _unique(name: str, taken: list[str]) -> str:
    numbered = (name, *(f"{name}{number}" for number in range(2, 100)))
    return next(item for item in numbered if item not in taken)


def _name(node: ast.expr) -> str:
    """Return a placeholder's name from what fills it."""
    found = re.sub(r"\W+", "_", _raw_name(node)).strip("_").lower()
    return found if found.isidentifier() else "value"


def _raw_name(node: ast.expr) -> str:
    match node:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=ast.Name(id=owner), attr="name"):
            return owner
        case ast.Attribute(attr=name):
            return name
        case ast.Subscript(slice=ast.Constant(value=str(name))):
            return name
        case ast.Subscript(value=value) | ast.BinOp(left=value) | ast.IfExp(body=value):
            return _raw_name(value)
        case ast.BoolOp(values=[first, *_]):
            return _raw_name(first)
        case ast.Call(args=[first, *_]) if _called(node) in _DRESSING:
            return _raw_name(first)
        case ast.Call():
            return _called(node)
    return "value"


def _called(node: ast.Call) -> str:
    match node.func:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""
