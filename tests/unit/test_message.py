"""A message is English text that remembers what it was made from, also through JSON."""

import copy
import json
from typing import Any

import pytest

from stages.contract import Failed, decode_event, encode_event
from stages.errors import StageError
from stages.message import Message, joined, msg, restored, with_messages


def through_json(document: dict[str, Any]) -> dict[str, Any]:
    return restored(json.loads(json.dumps(with_messages(document))))


def parts(text: str) -> Any:
    """Return template and values of a message, of its values too."""
    if isinstance(text, Message) and text.values:
        return [text.template, *map(parts, text.values)]
    return str(text)


NESTED = msg("{count} problems: {list}", 2, joined("; ", [msg("{what} is gone", "a"), msg("no b")]))


def test_it_reads_as_what_was_said() -> None:
    assert NESTED == "2 problems: a is gone; no b"
    assert msg("set pretrained = { url }") == "set pretrained = { url }"
    assert msg("{{{x}}}", 1) == "{1}"


@pytest.mark.parametrize("values", [(1,), (1, 2, 3)])
def test_as_many_values_as_places(values: tuple[int, ...]) -> None:
    assert msg("{a} and {b}") == "{a} and {b}"
    with pytest.raises(ValueError, match="takes 2 values"):
        msg("{a} and {b}", *values)


def test_it_survives_json_events_and_copies() -> None:
    document = {"deep": [{"text": NESTED}], "plain": "no b"}
    back = through_json(document)
    assert back == document and parts(back["deep"][0]["text"]) == parts(NESTED)
    assert parts(copy.deepcopy(NESTED)) == parts(copy.copy(NESTED)) == parts(NESTED)
    event = decode_event(encode_event(Failed(3, NESTED)))
    assert isinstance(event, Failed) and parts(event.message) == parts(NESTED)
    assert joined("; ", []) == ""
    assert with_messages({"a": [1, "b"]}) == {"a": [1, "b"]}, "there are no messages in it"


def test_a_list_of_one_text_is_that_text_through_json_too() -> None:
    alone = joined("\n", [msg("{what} is gone", "a")])
    assert parts(through_json({"text": joined("; ", [alone])})["text"]) == ["{what} is gone", "a"]


def test_the_message_of_an_exception_is_taken_along() -> None:
    assert parts(msg("{where}: {error}", "x", StageError(NESTED)))[2] == parts(NESTED)


@pytest.mark.parametrize(
    "entry",
    [
        ["{a} other", "b"], ["{a} {b}", "x"], ["{", "x"], ["{0.real}", "x"], ["{a:>999999999}", "x"],
        [], [1], {}, None, "x", ["{a}", "a t"],
    ],
)  # fmt: skip
def test_an_entry_that_does_not_make_its_text_is_passed_over(entry: object) -> None:
    assert restored({"k": "a t", "messages": {"a t": entry}}) == {"k": "a t"}
