"""Write docs/report.schema.json, the JSON schema of report.json, from the model of the report."""

from __future__ import annotations

import ast
import inspect
import json
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

from pipeline.record import devices
from pipeline.report import model, words
from stages import contract

SCHEMA = Path(__file__).parents[1] / "docs" / "report.schema.json"


def schema_text() -> str:
    """Return the schema: what is left out of a report at its default may be missing, and is never null."""
    schema = model.Report.model_json_schema(by_alias=True)
    _describe_members(schema)
    for node in _nodes(schema):
        if isinstance(node.get("title"), str):
            del node["title"]
        if "default" in node:
            del node["default"]
            _never_null(node)
    head = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Paddock's report.json",
    }
    return json.dumps({**head, **schema}, indent=2, ensure_ascii=False) + "\n"


def _describe_members(schema: dict[str, Any]) -> None:
    """Say of each member what the docstring below it says.

    pydantic can do so too (``use_attribute_docstrings``), but reads all the sources whenever the model is
    imported, which every run would wait for.
    """
    classes = {
        **{name: getattr(contract, name) for name in contract.__all__},
        **vars(words),
        **vars(model),
        **vars(devices),
    }
    nodes = {"Report": schema, **schema["$defs"]}
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
    SCHEMA.write_text(schema_text(), encoding="utf-8")
