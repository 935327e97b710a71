"""The sentences that ``tui/`` marks for the catalogue.

Read from the syntax tree, not from the tokens as babel does: before Python 3.12 a call inside the
braces of an f-string is no token of its own, and would be missed.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import NamedTuple

from sentences import located

#: The context of what files hold: the same words may mean something else on a key or a button.
SAID = "said"


class Mark(NamedTuple):
    """A marked sentence: where it stands, what it says (singular and plural with a count), in what sense."""

    line: int
    msgid: str | tuple[str, str]
    context: str = ""


#: Function -> how many texts it takes, and whether the first is the sense that a word has.
_MARKS = {"_": (1, False), "N_": (1, False), "E_": (1, False), "ngettext": (2, False)}
_MARKS |= {"NC_": (2, True), "pgettext": (2, True)}


def marks(source: str) -> Iterator[Mark]:
    """Give every marked sentence of a module's source.

    Raises:
        ValueError: an argument is put together at run time, so that no catalogue can have it.
    """
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            count, in_context = _MARKS.get(node.func.id, (0, False))
            texts = [item.value for item in node.args[:count] if isinstance(item, ast.Constant)]
            if any(isinstance(item, ast.JoinedStr) for item in node.args[:count]):
                raise ValueError(f"line {node.lineno}: {node.func.id}() of an f-string")
            if count and len(texts) == count:
                context = SAID if node.func.id == "E_" else texts.pop(0) if in_context else ""
                msgid = texts[0] if len(texts) == 1 else (texts[0], texts[1])
                yield Mark(node.lineno, msgid, context)


def unmarked(source: str) -> Iterator[tuple[int, str]]:
    """Give line and text of every other string, but docstrings and style sheets."""
    tree = ast.parse(source)
    marked = {id(part) for node in ast.walk(tree) for part in _inside_a_mark(node)}
    for line, text, node in located(tree):
        if id(node) not in marked:
            yield line, text


#: What is assigned to these stays as it is: style sheets, bindings, and ``--help``, which is English.
_ASSIGNED = {"DEFAULT_CSS", "CSS", "BINDINGS", "DESCRIPTION", "_DESCRIPTION", "_EPILOG", "COMMANDS"}


def _inside_a_mark(node: ast.AST) -> Iterator[ast.AST]:
    """Give the arguments of a mark, and what needs none, with all their parts."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _MARKS:
        yield from (part for item in node.args for part in ast.walk(item))
    elif isinstance(node, ast.Assign | ast.AnnAssign):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        names = {item.id for item in targets if isinstance(item, ast.Name)}
        if names & _ASSIGNED and node.value:
            yield from ast.walk(node.value)
    elif isinstance(node, ast.keyword) and node.arg in ("help", "usage"):
        yield from ast.walk(node.value)
