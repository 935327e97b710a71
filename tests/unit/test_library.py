"""What a Paddle-Lite library says of itself, read without running it and without believing a byte."""

import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stages.lite.elf import NotALibraryError
from stages.lite.library import EXTRA, Machine, System, read_library
from support.elf import arm_32_library, lite_library

HALF = "CalibComputeFp32ToFp16"


def test_a_library_says_what_it_is_for_and_what_it_can_do() -> None:
    found = read_library(lite_library(kernels=[*EXTRA.values(), HALF]))
    assert (found.machine, found.system) == (Machine.AARCH64, System.GLIBC)
    assert (found.version, found.numbers, found.glibc) == ("2.13-rc", (2, 13), (2, 17))
    assert found.half and not found.lacks(frozenset(EXTRA)) and found.page == 0x10000


def test_what_a_library_lacks_is_told_by_the_operators_of_a_file() -> None:
    found = read_library(lite_library(kernels=["LayerNormCompute", "ConvCompute"]))
    assert found.lacks(frozenset({"conv2d", "layer_norm", "rnn"})) == ("rnn",)
    assert found.half is False


def test_of_a_library_that_names_no_kernels_nothing_is_said() -> None:
    found = read_library(lite_library(kernels=(), version=""))
    assert found.half is None and not found.lacks(frozenset(EXTRA))
    assert (found.version, found.numbers) == ("", ())


def test_a_library_of_32_bits_is_read_as_one_of_64() -> None:
    found = read_library(arm_32_library())
    assert (found.machine, found.version, found.page) == (Machine.ARM, "2.13-rc", 0x1000)
    assert not found.lacks(frozenset(EXTRA))


def test_android_is_told_by_its_c_library() -> None:
    found = read_library(lite_library(needed=("libc.so", "liblog.so"), glibc="x"))
    assert found.system is System.ANDROID


def loaded_often(library: bytes, times: int) -> bytes:
    """Return a library that says that all of it is loaded so many times."""
    header = bytearray(library)
    struct.pack_into("<Q", header, 32, len(library))
    struct.pack_into("<H", header, 56, times)
    return bytes(header) + library[64 : 64 + 56] * times


def with_headers_at(offset: int) -> bytes:
    """Return a library that says that its program headers are there."""
    data = bytearray(lite_library())
    struct.pack_into("<Q", data, 32, offset)
    return bytes(data)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "it is no ELF library"),
        (with_headers_at(1 << 63), "it is cut off or damaged"),
        (b"!<arch>\n" + bytes(100), "it is no ELF library"),
        (lite_library()[:150], "it is cut off or damaged"),
        (loaded_often(lite_library(), 200), "it is cut off or damaged"),
        (lite_library(own="N5other3libE", kernels=()), "it is no Paddle-Lite library"),
    ],
)
def test_what_is_no_library_of_paddle_lite_is_named(data: bytes, why: str) -> None:
    with pytest.raises(NotALibraryError, match=why):
        read_library(data)


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_no_bytes_of_a_library_are_believed(data: st.DataObject) -> None:
    """Whatever stands in a library, it is read within its bounds, or refused as no library."""
    raw = bytearray(lite_library())
    for _ in range(data.draw(st.integers(1, 8))):
        raw[data.draw(st.integers(0, 64 + 2 * 56 - 1))] = data.draw(st.integers(0, 255))
    try:
        found = read_library(bytes(raw[: data.draw(st.integers(0, len(raw)))]))
    except NotALibraryError:
        return
    assert found.kernels <= {*EXTRA.values()}
