"""A pace for tests of the app: the same steps as in front of people, with next to no time between them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import textual._wait
from textual.css.model import RuleSet
from textual.css.stylesheet import Stylesheet

from tui.appearance import Pace

#: Seconds between two looks for news, and two ticks of a clock.
QUICK = Pace(poll=0.02, clock=0.1)
#: Seconds between two looks whether what a test waits for has come.
STEP = 0.01


@contextmanager
def hurried() -> Iterator[None]:
    """Let Textual's pilot wait in shorter steps, and parse each style sheet once a process."""
    parsed: dict[tuple[object, ...], list[RuleSet]] = {}
    themes: dict[tuple[tuple[str, str], ...], int] = {}
    last: list[tuple[object, int]] = [({}, -1)]
    parse = Stylesheet._parse_rules

    def number_of(variables: dict[str, str]) -> int:
        """Number the themes; most often it is the last one's very dictionary again."""
        if variables is not last[0][0]:
            last[0] = (variables, themes.setdefault(tuple(variables.items()), len(themes)))
        return last[0][1]

    def parse_once(sheet: Stylesheet, *args: Any, **options: Any) -> list[RuleSet]:
        key = (args, tuple(options.items()), number_of(sheet._variables))
        if key not in parsed:
            parsed[key] = parse(sheet, *args, **options)
        return parsed[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(textual._wait, "SLEEP_GRANULARITY", STEP / 2)
        patch.setattr(textual._wait, "SLEEP_IDLE", STEP / 20)
        patch.setattr(Stylesheet, "_parse_rules", parse_once)
        yield
