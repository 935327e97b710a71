"""A network becomes a program in less time, byte for byte the same one.

Paddle 3.1 rewrites the source of every layer's ``forward`` before it is traced. It remembers what it rewrote
by the bound method, of which each layer has its own, so it does so 155 times where there are 18 functions.
It also asks ``inspect`` for the call stack again and again; for a file that belongs to no module, as
rewritten functions' do not, ``inspect.getmodule`` goes through all modules each time.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType, ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from paddle.jit.dy2static.program_translator import FunctionCache

_Find = Callable[..., ModuleType | None]
_Convert = Callable[["FunctionCache", Callable[..., object]], Callable[..., object]]


def quicken() -> None:
    """Let Paddle rewrite each function once, and ``inspect`` find the module of a frame's file once."""
    cache = _cache()
    cache.convert_with_cache = _once_a_function(cache.convert_with_cache)
    inspect.getmodule = _once_a_file(inspect.getmodule)


@contextmanager
def quickened() -> Iterator[None]:
    """Let it be so while the block runs."""
    cache = _cache()
    before = cache.convert_with_cache, inspect.getmodule
    quicken()
    try:
        yield
    finally:
        cache.convert_with_cache, inspect.getmodule = before


def _cache() -> Any:
    # only now: it brings Paddle along
    from paddle.jit.dy2static.program_translator import FunctionCache  # noqa: PLC0415

    return FunctionCache


def _once_a_function(convert: _Convert) -> _Convert:
    def converted(cache: FunctionCache, function: Callable[..., object]) -> Callable[..., object]:
        return convert(cache, getattr(function, "__func__", function))

    return converted


def _once_a_file(find: _Find) -> _Find:
    known: dict[str, ModuleType | None] = {}

    def found(of: object, file: str | None = None) -> ModuleType | None:
        if not isinstance(of, FrameType):
            return find(of, file)
        name = of.f_code.co_filename
        if name not in known:
            known[name] = find(of, file)
        return known[name]

    return found
