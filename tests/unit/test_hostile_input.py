"""Parsers of what comes from outside: what they say of it holds, whatever the bytes."""

import struct
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from pipeline.models import checkpoint
from pipeline.models.sniff import Kind, kind_of_bytes
from pipeline.models.weights import INT8, read_tensors
from pipeline.record.events import Envelope, Noted
from pipeline.record.hash_chain import linked, read_chain
from pipeline.text import one_line
from stages.contract import Warned, decode_event, encode_event
from stages.errors import IntegrityError
from stages.lite.flatbuffer import GENEROSITY, Buffer, Malformed
from stages.lite.naive_buffer import parse_naive_buffer
from stages.text.dictionary import Dictionary, read_lines
from stages.text.labels import Fault, Label, parse_labels, read_label_file
from support.given import tensors
from support.naive import Op, Parameter, Scalar, Vector, flatbuffer, naive_buffer
from tui.logs.cleaning import LONGEST_SHOWN, clean, shown
from tui.logs.reading import cut_line

#: The same examples each time, and no clock; ``tmp_path`` is one folder for all of them.
quickly = settings(
    derandomize=True,
    deadline=None,
    database=None,
    max_examples=40,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
NAME = Path("model.nb")

names = st.text(st.characters(codec="utf-8"), min_size=1, max_size=12)
int64 = st.integers(-(2**63), 2**63 - 1)


# .nb files.


@quickly
@given(st.dictionaries(names, st.lists(st.floats(width=32), min_size=1, max_size=3), max_size=3))
def test_parameters_come_back_as_they_were_written(parameters: dict[str, list[float]]) -> None:
    written = [Parameter(name, (len(values),), values) for name, values in parameters.items()]
    model = parse_naive_buffer(naive_buffer([Op("fc")], written, {}), NAME)
    assert {name: bytes(tensor.data) for name, tensor in model.tensors.items()} == {
        name: struct.pack(f"<{len(values)}f", *values) for name, values in parameters.items()
    }


@quickly
@given(st.binary(max_size=120), st.integers(0, 6))
def test_a_flatbuffer_is_read_within_its_bounds_or_malformed(data: bytes, field: int) -> None:
    buffer = Buffer(data)
    try:
        table = buffer.root()
        found = [*table.strings(field), table.string(field)]
        nested = table.tables(field)
        values = table.integers(field, "q")
    except Malformed as error:
        assert str(error)
    else:
        read = sum(len(text.encode()) for text in found) + 4 * len(nested) + 8 * len(values)
        assert read <= GENEROSITY * len(data)


@quickly
@given(int64, st.lists(int64, max_size=5), st.text(st.characters(codec="utf-8")), st.binary())
def test_what_a_flatbuffer_holds_is_read(
    number: int, vector: list[int], text: str, data: bytes
) -> None:
    fields = {0: Scalar("q", number), 1: Vector("q", vector), 2: text, 3: data, 5: {0: text}}
    table = Buffer(flatbuffer(fields)).root()
    assert table.integer(0, "q") == number and table.integers(1, "q") == tuple(vector)
    assert (table.string(2), bytes(table.data(3))) == (text, data)
    inner = table.table(5)
    assert inner is not None and inner.string(0) == text
    assert table.table(4) is None and table.string(9) == ""


# Dictionaries and labels.


@quickly
@given(
    st.binary(max_size=60) | st.text(max_size=30).map(lambda text: text.encode("utf-8", "replace"))
)
@example(b"a\nb\n")
@example("\u00e9\n\U0001f1e9\U0001f1ea\n".encode())
def test_a_dictionary_is_read_as_paddleocr_does_or_refused(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "dict.txt"
    path.write_bytes(data)
    lines = read_lines(path)
    try:
        dictionary = Dictionary.load(path, use_space_char=False)
    except IntegrityError as error:
        assert error.message.startswith("the dictionary dict.txt, line ")
        assert error.message.isprintable()
    else:
        assert list(dictionary.characters) == lines
        assert len(set(lines)) == len(lines) and all(lines)


@quickly
@given(st.binary(max_size=80) | st.text("a/.\t\n\r\\\0 é", max_size=30).map(str.encode))
@example(b"../a\tb")
@example(b"\xef\xbb\xbfa\tb\n")
def test_every_line_of_a_label_file_is_a_label_or_a_fault(data: bytes) -> None:
    file = read_label_file(data)
    lines = {1} if file.text.foreign else {*range(1, len(file.text.lines) + 1)}
    assert {item.line for item in file.items} == lines
    assert lines or not data.removeprefix(b"\xef\xbb\xbf").strip(b"\r\n")
    for item in file.items:
        if isinstance(item, Fault):
            assert item.message.isprintable()
        else:
            assert (Path("/root") / item.image).resolve().is_relative_to("/root")


@quickly
@given(
    st.lists(st.tuples(st.from_regex(r"[a-z]+/[a-z0-9]+\.jpg", fullmatch=True), names), max_size=5)
)
def test_labels_come_back_as_they_were_written(rows: list[tuple[str, str]]) -> None:
    kept = [(image, text) for image, text in rows if not {"\t", "\n", "\r"} & {*text}]
    data = "".join(f"{image}\t{text}\n" for image, text in kept).encode()
    found = list(parse_labels(data))
    assert found == [Label(image, text, line) for line, (image, text) in enumerate(kept, 1)]


# Lines of events and of the ledger.


@quickly
@given(st.text())
def test_an_event_survives_its_line(message: str) -> None:
    said = Warned(message)
    assert "\n" not in encode_event(said) and decode_event(encode_event(said)) == said
    envelope = Envelope(3, "2026-01-01T00:00:00+00:00", "run", "train", Noted(message))
    assert Envelope.decode(envelope.encode()) == envelope


def chain_of(bodies: list[dict[str, Any]]) -> bytes:
    data = b""
    for body in bodies:
        data += linked(sha256(data), body)
    return data


bodies = st.lists(
    st.dictionaries(names, st.integers() | st.text(), max_size=3), min_size=1, max_size=5
)


@quickly
@given(bodies)
def test_a_chain_holds_what_was_written(written: list[dict[str, Any]]) -> None:
    chain = read_chain(chain_of(written))
    assert [*chain.bodies] == [
        {name: value for name, value in body.items() if name != "link"} for body in written
    ]
    assert not chain.broken and not chain.torn


@quickly
@given(bodies.filter(lambda written: len(written) > 1), st.data())
def test_a_changed_byte_is_found(written: list[dict[str, Any]], data: st.DataObject) -> None:
    """Of a single line nothing else would say that it had a link: old ledgers have none."""
    whole = chain_of(written)
    at = data.draw(st.integers(0, len(whole) - 1))
    byte = data.draw(st.integers(0, 255).filter(lambda value: value != whole[at]))
    chain = read_chain(whole[:at] + bytes([byte]) + whole[at + 1 :])
    assert chain.broken or chain.torn


# Logs.


@quickly
@given(
    st.binary(max_size=300)
    | st.text("\x1b[]KmH\r\b\t\u0301京a;0123\x07\x9b", max_size=60).map(str.encode)
)
def test_a_log_line_has_no_power_over_the_terminal(data: bytes) -> None:
    line = shown(cut_line(data))
    assert line.isprintable() and len(line) <= LONGEST_SHOWN
    assert one_line(line) == line
    assert clean(line.encode()) == line  # what is shown is shown as it is


@pytest.mark.parametrize(
    ("head", "kind"),
    [(b"\x80", Kind.TEXT), (b"\x80\x02", Kind.PICKLE), (b"\x80\x06", Kind.UNKNOWN)],
)
def test_a_file_of_a_byte_or_two_is_told_too(head: bytes, kind: Kind) -> None:
    assert kind_of_bytes(head) is kind


def test_no_more_of_a_checkpoint_is_scanned_than_one_needs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A gigabyte of opcodes that say nothing would take a quarter of an hour."""
    monkeypatch.setattr(checkpoint, "_MOST_OPCODES", 10)
    path = tmp_path / "x.pdparams"
    path.write_bytes(b"\x80\x04" + b"N" * 10 + b"no opcodes")
    assert checkpoint.check_weights(path).names == ()


def test_a_size_below_zero_ends_the_reading(tmp_path: Path) -> None:
    """A header of 33 bytes with -33 numbers of one byte: after it, it would come again, for ever."""
    path = tmp_path / "inference.pdiparams"
    path.write_bytes(tensors({"a": (2,)}) + tensors({"b": (-33,)}, INT8, 1) + bytes(100))
    found = read_tensors(path)
    assert [item.shape for item in found.items] == [(2,)] and not found.whole
