"""Files that somebody made to do harm: real small ones, damaged where parsers go wrong.

A :class:`Target` is a parser with its seeds. Whatever the bytes, it returns, or raises what its documentation
names; it takes no more memory than :data:`MEMORY` beside what the process has, and no more of the processor
than :data:`SECONDS` of its own (not of a clock: a busy machine fails nothing).
"""

import os
import random
import resource
import shutil
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from support.chance import chance_of

#: How many inputs a parser gets, and from which number on: its number decides an input. ``make fuzz`` asks
#: for many, from another number each time; a failure says its own.
INPUTS = int(os.environ.get("PADDOCK_FUZZ", "50"))
FIRST = int(os.environ.get("PADDOCK_FUZZ_FROM", "0"))
MEMORY, SECONDS = 512 << 20, 20
#: Errors are read by people. What in them could drive a terminal is taken out where they are shown.
_LONGEST_ERROR = 20_000

#: Deeper than any recursion can go, more digits than Python reads, numbers that are none, marks, ways out,
#: what drives a terminal, what YAML and JSON have beside plain values.
TOKENS = (
    *(b"[" * 2000, b"{" * 2000, b"(" * 2000, b'{"a":' * 2000, b"- " * 2000, b"9" * 5000),
    *(b"-1", b"0", b"1e999", b"NaN", b"Infinity", b"-Infinity", b"null", b"true", b"1.5", b"{}", b"[]"),
    *(b"\x00", b"\xff", b"\xef\xbb\xbf", b"\xff\xfe", b"\xed\xa0\x80", b"\\ud800", b"\\u0000"),
    *(b"\n", b"\r", b"\t", b" ", b'"', b"'", b"\\", b",", b":", b"=", b"#", b"]", b"}"),
    *(b"../", b"/etc/passwd", b"\x1b[2J", "\u202e\u2028".encode(), b"<script>", b"{0}", b"%s"),
    *(b'!!int ""', b"!!float -", b"!!bool x", b"!!timestamp x", b"2001-99-99", b"!!python/name:os.system"),
    *(b"&a [*a]", b"*a", b"<<: *a", b"? ", b"|", b"0x_", b"1:1", b"=", b"messages", b"type"),
)  # fmt: skip
_NUMBERS = (0, 1, 2, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 1 << 24, (1 << 31) - 1, 1 << 31,
            (1 << 32) - 1, 1 << 40, (1 << 63) - 1, 1 << 63, (1 << 64) - 1, (1 << 64) - 44)  # fmt: skip
#: What every parser is given, whatever it reads.
_PLAIN = (b"", b"\x00", b"\n", b"\xff" * 64, bytes(4096), b"[" * 200_000, b"{" * 200_000, b'{"a":' * 100_000,
          b"9" * 100_000, b"- " * 100_000, "\u202e\x1b[2J".encode() * 10)  # fmt: skip


@dataclass(frozen=True)
class Target:
    """A parser.

    Args:
        name: of what it reads.
        parse: is given the bytes, and an empty folder of its own to put them into.
        seeds: real files that it reads without an error.
        errors: what it may raise.
    """

    name: str
    parse: Callable[[bytes, Path], object]
    seeds: Callable[[], Sequence[bytes]]
    errors: tuple[type[Exception], ...] = ()


def attack(target: Target, folder: Path) -> None:
    """Give a parser its seeds, what every parser is given, and :data:`INPUTS` damaged seeds.

    Raises:
        AssertionError: it raised what it may not, or an error that nobody would read to its end.
        Exception: a seed is refused: then the others would prove nothing.
    """
    seeds = target.seeds()
    assert seeds
    for seed in seeds:
        with _own(folder) as own:
            target.parse(seed, own)
    with _bounded_memory():
        for plain in _PLAIN:
            _try(target, plain, f"{plain[:8]!r}… ({len(plain)} bytes)", folder)
        for number in range(FIRST, FIRST + INPUTS):
            data = damaged(seeds, chance_of(number))
            _try(target, data, f"the input PADDOCK_FUZZ_FROM={number}", folder)


def damaged(seeds: Sequence[bytes], chance: random.Random) -> bytes:
    """Return one of the files with a few changes of the kinds that parsers get wrong."""
    data = bytearray(chance.choice((*seeds, b"")))
    for _change in range(chance.randint(1, 5)):
        at, size = chance.randint(0, len(data)), chance.choice((1, 1, 2, 4, 8, 30))
        match chance.randrange(8):
            case 0:
                data[at : at + 1] = bytes([chance.randrange(256)])
            case 1:
                width = chance.choice((1, 2, 4, 8))
                number = chance.choice((*_NUMBERS, len(data))) % (1 << 8 * width)
                data[at : at + width] = number.to_bytes(width, chance.choice(("little", "big")))
            case 2:
                del data[at : at + size]
            case 3:
                other = chance.randint(0, len(data))
                data[other:other] = data[at : at + size]
            case 4:
                data[at:at] = chance.choice(TOKENS)
            case 5:  # in place of a word
                end = at
                while end < len(data) and chr(data[end]).isalnum():
                    end += 1
                data[at:end] = chance.choice(TOKENS)
            case 6:
                del data[at:]
            case _:
                tail = chance.choice(seeds)
                data[at:] = tail[chance.randint(0, len(tail)) :]
    return bytes(data)


def _try(target: Target, data: bytes, shown: str, folder: Path) -> None:
    try:
        with _own(folder) as own, _bounded_work():
            target.parse(data, own)
    except target.errors as error:
        said = str(error)
        assert said and len(said) < _LONGEST_ERROR, f"{shown}: an error of {len(said)} characters"
    except BaseException as error:
        raise AssertionError(f"{target.name}, {shown}: {error!r:.200}") from error


@contextmanager
def _own(folder: Path) -> Iterator[Path]:
    own = folder / "own"
    own.mkdir()
    try:
        yield own
    finally:
        shutil.rmtree(own)


class _TooMuchWorkError(BaseException):
    """The parser did not come to an end; nothing that it catches."""


@contextmanager
def _bounded_work() -> Iterator[None]:
    def give_up(_signal: int, _frame: object) -> None:
        raise _TooMuchWorkError

    before = signal.signal(signal.SIGVTALRM, give_up)
    signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


@contextmanager
def _bounded_memory() -> Iterator[None]:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    before = resource.getrlimit(resource.RLIMIT_AS)
    limit = pages * resource.getpagesize() + MEMORY
    resource.setrlimit(resource.RLIMIT_AS, (limit, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)
