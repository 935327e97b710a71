"""Write the JSON schemas of report.json and of sweep.json into docs/, from the models of both."""

from __future__ import annotations

import ast
import inspect
import json
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from pipeline.record import devices
from pipeline.report import model, words
from pipeline.sweep import table
from stages import contract

_DOCS = Path(__file__).parents[1] / "docs"
#: The model of each file, by where its schema is.
SCHEMAS: dict[Path, tuple[str, type[BaseModel]]] = {
    _DOCS / "report.schema.json": ("Paddock's report.json", model.Report),
    _DOCS / "sweep.schema.json": ("Paddock's sweep.json", table.Table),
}


def schema_text(title: str, described: type[BaseModel]) -> str:
    """Return a schema: what is left out of the file at its default may be missing, and is never null."""
    schema = described.model_json_schema(by_alias=True)
    _describe_members(schema, described)
    for node in _nodes(schema):
        if isinstance(node.get("title"), str):
            del node["title"]
        if "default" in node:
            del node["default"]
            _never_null(node)
    head = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": title,
    }
    return json.dumps({**head, **schema}, indent=2, ensure_ascii=False) + "\n"


def _describe_members(schema: dict[str, Any], described: type[BaseModel]) -> None:
    """Say of each member what the docstring below it says.

    pydantic can do so too (``use_attribute_docstrings``), but reads all the sources whenever the model is
    imported, which every run would wait for.
    """
    classes = {
        **{name: getattr(contract, name) for name in contract.__all__},
        **vars(words),
        **vars(model),
        **vars(devices),
        **vars(sys.modules[described.__module__]),
    }
    nodes = {described.__name__: schema, **schema["$defs"]}
    objects = {name: node["properties"] for name, node in nodes.items() if "properties" in node}
    for name, members in objects.items():
        for member, said in _docstrings(classes[name]).items():
            alias = member.rstrip("_")
            members[alias] = dict(sorted({**members[alias], "description": said}.items()))


def _docstrings(described: type) -> dict[str, str]:
    """Return the docstrings of the members of a class, and of what it inherits from."""
    found = {}
    for base in described.__mro__:
        if base.__module__.startswith(("pipeline.", "stages.")):
            (tree,) = ast.parse(inspect.getsource(base)).body
            body = tree.body if isinstance(tree, ast.ClassDef) else []
            for member, after in pairwise(body):
                match member, after:
                    case (
                        ast.AnnAssign(target=ast.Name(id=name)),
                        ast.Expr(value=ast.Constant(value=str(said))),
                    ):
                        found.setdefault(name, inspect.cleandoc(said))
    return found


def _never_null(node: dict[str, Any]) -> None:
    options = [option for option in node.get("anyOf", ()) if option != {"type": "null"}]
    if len(options) == 1:
        del node["anyOf"]
        node.update(options[0])


def _nodes(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        yield node
        for member in list(node.values()):
            yield from _nodes(member)
    elif isinstance(node, list):
        for member in node:
            yield from _nodes(member)


if __name__ == "__main__":
    for path, told in SCHEMAS.items():
        path.write_text(schema_text(*told), encoding="utf-8")
