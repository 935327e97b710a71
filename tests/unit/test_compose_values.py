from collections.abc import Callable
from typing import Any

import pytest

from pipeline.compose.values import interpolate, parse_duration, parse_size


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", "plain"),
        ("$SET-x", "value-x"),
        ("${SET}", "value"),
        ("${UNSET}", ""),
        ("${UNSET:-a:b@c}", "a:b@c"),
        ("${EMPTY:-default}", "default"),
        ("${EMPTY-default}", ""),
        ("${SET:-default}", "value"),
        ("$$HOME", "$HOME"),
    ],
)
def test_variables_are_put_in_as_compose_does(text: str, expected: str) -> None:
    assert interpolate(text, {"SET": "value", "EMPTY": ""}) == expected


@pytest.mark.parametrize(
    ("parse", "texts", "said"),
    [
        (lambda text: interpolate(text, {}), ["$(id)", "${", "${A:?gone}", "cost: 5$"], "starts no variable"),
        (parse_size, ["", "g", "8 apples", "-1m", True, None], "not a size"),
        (parse_duration, ["", "10", "s", "ten"], "not a duration"),
    ],
    ids=["dollar", "size", "duration"],
)  # fmt: skip
def test_what_is_none_is_refused(
    parse: Callable[[Any], object], texts: list[object], said: str
) -> None:
    for text in texts:
        with pytest.raises(ValueError, match=said):
            parse(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("8g", 8 << 30), ("512M", 512 << 20), ("64mb", 64 << 20), ("1.5k", 1536), (1024, 1024)],
)
def test_sizes_are_bytes(text: object, expected: int) -> None:
    assert parse_size(text) == expected


@pytest.mark.parametrize(("text", "expected"), [("10s", 10), ("1m30s", 90), ("1h", 3600)])
def test_durations_are_seconds(text: object, expected: float) -> None:
    assert parse_duration(text) == expected
