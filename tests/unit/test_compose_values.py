from __future__ import annotations

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


@pytest.mark.parametrize("text", ["$(id)", "${", "${A:?gone}", "cost: 5$"])
def test_a_stray_dollar_sign_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="starts no variable"):
        interpolate(text, {})


@pytest.mark.parametrize(
    ("text", "expected"),
    [("8g", 8 << 30), ("512M", 512 << 20), ("64mb", 64 << 20), ("1.5k", 1536), (1024, 1024)],
)
def test_sizes_are_bytes(text: object, expected: int) -> None:
    assert parse_size(text) == expected


@pytest.mark.parametrize("text", ["", "g", "8 apples", "-1m", True, None])
def test_other_sizes_are_refused(text: object) -> None:
    with pytest.raises(ValueError, match="not a size"):
        parse_size(text)


@pytest.mark.parametrize(("text", "expected"), [("10s", 10), ("1m30s", 90), ("1h", 3600)])
def test_durations_are_seconds(text: object, expected: float) -> None:
    assert parse_duration(text) == expected


@pytest.mark.parametrize("text", ["", "10", "s", "ten"])
def test_other_durations_are_refused(text: object) -> None:
    with pytest.raises(ValueError, match="not a duration"):
        parse_duration(text)
