"""What a container prints reaches its sink whole; a host disk that is full is called so."""

import errno

import pytest

from pipeline.engine.containers import Sink, _Pump
from pipeline.errors import PaddockError

FRAMES = [(1, b"one\n"), (2, b"log\n"), (1, b"two\n")]


def test_both_streams_arrive_in_order() -> None:
    out, err = bytearray(), bytearray()
    pump = _Pump(FRAMES, Sink(out.extend, err.extend))
    pump.run()
    pump.raise_error()
    assert (bytes(out), bytes(err)) == (b"one\ntwo\n", b"log\n")


def test_a_full_disk_of_the_host_is_not_blamed_on_the_engine() -> None:
    def full(_data: bytes) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    pump = _Pump(FRAMES, Sink(full, full))
    pump.run()
    with pytest.raises(PaddockError, match="cannot write the run's events and log: No space left"):
        pump.raise_error()
