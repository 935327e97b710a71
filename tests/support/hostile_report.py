"""A report in which every text is hostile that may be any text."""

import json
from typing import Any

from pydantic import ValidationError

from pipeline.report.model import Report

HOSTILE = "<script>alert(1)</script>|`x`\x1b[31m\u202egnp.exe\r\n| forged | row |\x9b2J\u2028[l](u)"


def with_hostile_texts(made: Report) -> Report:
    """Return a report in which every text is hostile that the schema lets be any text."""

    def spoilt(value: Any, kept: set[tuple[Any, ...]], place: tuple[Any, ...] = ()) -> Any:
        if isinstance(value, dict):
            return {key: spoilt(each, kept, (*place, key)) for key, each in value.items()}
        if isinstance(value, list):
            return [spoilt(each, kept, (*place, number)) for number, each in enumerate(value)]
        return HOSTILE if isinstance(value, str) and place not in kept else value

    kept: set[tuple[Any, ...]] = set()
    plain = {**made.plain(), "messages": {}}
    for _words in range(2):  # of enumerations and patterns, which the first try finds
        try:
            return Report.model_validate_json(json.dumps(spoilt(plain, kept)))
        except ValidationError as error:
            kept |= {item["loc"] for item in error.errors()}
    raise AssertionError(kept)
