"""A chain of lines: every byte of it is vouched for, and what a crash left is no lie."""

from hashlib import sha256

import pytest

from pipeline.record.hash_chain import linked, read_chain

BODIES = [{"run": "one", "n": 1}, {"run": "two", "n": 2}, {"run": "three", "n": 3}]


def chain(start: bytes = b"") -> bytes:
    data = start
    for body in BODIES:
        data += linked(sha256(data), body)
    return data


def test_it_is_read_back() -> None:
    found = read_chain(chain())
    assert list(found.bodies) == BODIES
    assert (found.broken, found.torn) == (0, False)
    assert read_chain(b"").bodies == ()


@pytest.mark.parametrize("flip", [0x01, 0x20, 0x80])
def test_every_flipped_byte_is_found(flip: int) -> None:
    data = chain()
    for place in range(len(data)):
        changed = bytearray(data)
        changed[place] ^= flip
        assert read_chain(bytes(changed)).broken, f"byte {place}"


def test_a_line_changed_taken_out_or_swapped_is_named() -> None:
    first, second, third = chain().splitlines(keepends=True)
    assert read_chain(first + second.replace(b"two", b"2wo") + third).broken == 2
    assert read_chain(first + second + third.replace(b"three", b"threa")).broken == 3
    assert read_chain(first + third).broken == 2
    assert read_chain(second + third).broken == 1
    assert read_chain(first + third + second).broken == 2
    assert read_chain(first + second + second).broken == 3


def test_what_a_crash_cut_short_is_passed_over_and_vouched_for_later() -> None:
    data = chain()
    for end in range(len(data) - 2, data.rindex(b"\n", 0, -1) + 1, -1):
        found = read_chain(data[:end])
        assert found.torn and not found.broken, data[:end]
        assert list(found.bodies) == BODIES[:2]
    torn = data[:-5] + b"\n"
    later = torn + linked(sha256(torn), {"run": "four"})
    assert not read_chain(later).broken
    assert read_chain(later.replace(b"three", b"thre3")).broken == 3


def test_lines_from_before_there_were_links_are_vouched_for_too() -> None:
    old = b'{"run": "zero"}\n'
    assert not read_chain(old).broken
    found = read_chain(chain(old))
    assert [body["run"] for body in found.bodies] == ["zero", "one", "two", "three"]
    assert not found.broken
    assert read_chain(chain(old).replace(b"zero", b"nero")).broken


def test_a_line_without_link_after_others_is_refused() -> None:
    assert read_chain(chain() + b'{"run": "four"}\n').broken == 4
