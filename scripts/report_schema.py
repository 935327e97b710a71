"""Write docs/report.schema.json, the JSON schema of report.json, from the model of the report."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import ConfigDict, create_model

from pipeline.report.model import Report
from stages.contract import ModelEntry

SCHEMA = Path(__file__).parents[1] / "docs" / "report.schema.json"


def schema_text() -> str:
    """Return the schema: what is left out of a report at its default may be missing, and is never null."""
    schema = Report.model_json_schema(by_alias=True)
    _describe_model(schema)
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


def _describe_model(schema: dict[str, Any]) -> None:
    """Say of a model's members what the contract says of them; pydantic looks at the last class only."""
    config = ConfigDict(use_attribute_docstrings=True)
    holder = create_model("Holder", __config__=config, entry=(ModelEntry, ...)).model_json_schema()
    members = schema["$defs"]["Model"]["properties"]
    for name, said in holder["$defs"]["ModelEntry"]["properties"].items():
        if "description" in said:
            members[name]["description"] = said["description"]


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
