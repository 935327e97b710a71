"""YAML from outside: read as plain values, or refused with a reason, whatever stands in it."""

import subprocess
import sys

import pytest

from stages.message import Message
from stages.text.yaml import parse_yaml

#: Nine lines, and a thousand million values: each stands for ten of the one before.
LAUGHS = "a0: &a0 [x]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 10)
)
MERGES = "a0: &a0 {x: 1}\n" + "".join(
    f"a{n}: &a{n} {{<<: [{', '.join([f'*a{n - 1}'] * 10)}]}}\n" for n in range(1, 10)
)


@pytest.mark.parametrize(
    "text",
    [LAUGHS, MERGES, "&a [*a]", "a: &a {b: *a}", "[" * 200, "- " * 200, '{"a":' * 200],
    ids=["lists", "merges", "in itself", "mapping in itself", "lists in lists", "dashes", "braces"],
)
def test_a_bomb_is_refused_before_it_is_built(text: str) -> None:
    with pytest.raises(ValueError, match="nested too deeply, or its aliases stand for too much"):
        parse_yaml(text)


def test_a_hundred_thousand_brackets_do_not_end_the_process() -> None:
    """Nothing in a process survives it, if they do."""
    code = "from stages.text.yaml import parse_yaml; parse_yaml('[' * 100_000)"
    command = [sys.executable, "-c", code]
    ended = subprocess.run(command, check=False, capture_output=True, text=True)
    assert ended.returncode == 1 and "nested too deeply" in ended.stderr


@pytest.mark.parametrize(
    "text", ['!!int ""', "!!int x", "!!bool x", "!!timestamp x", "2001-99-99", "9" * 5000, "-0x_"]
)
def test_a_value_that_is_none_is_refused_in_our_words(text: str) -> None:
    with pytest.raises(ValueError, match="it holds what YAML does not allow") as caught:
        parse_yaml(f"a: {text}")
    assert isinstance(caught.value.args[0], Message)


def test_aliases_and_merges_of_ordinary_size_are_read() -> None:
    text = "a: &a {b: 1}\nc: {<<: *a, d: [*a, *a]}\ne: &e 7\nf: *e\n"
    one = {"b": 1}
    assert parse_yaml(text) == {"a": one, "c": {"b": 1, "d": [one, one]}, "e": 7, "f": 7}


def test_an_alias_of_nothing_is_told_with_its_place() -> None:
    with pytest.raises(ValueError, match="line 2, column 4"):
        parse_yaml("a: 1\nb: *c\n")
