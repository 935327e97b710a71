"""Arrays out of a pickle from anywhere, by a reader that knows nothing else.

``pickle`` calls what a file names with what a file gives, and even ``numpy.dtype`` and ``numpy.ndarray`` can
be called so that memory is read which is not theirs. Here a pickle is read by the standard library's reader
in Python, of whose opcodes those are left that a saved ``state_dict`` needs, and all that it can make are
plain values and the records of this module. What it takes in memory is bounded by its size: nothing is made
because a number says so, and no object is looked into more often than it stands there.
"""

from __future__ import annotations

import io
import math
import pickle
import re
import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from stages.message import msg
from stages.text.printable import printable


class NotAllowedError(pickle.UnpicklingError):
    """The pickle refers to something that is no array; the text is a message."""


#: How much more than the file its arrays may take: two parameters can be one.
_SHARED = 4
#: No array has more; to multiply thousands of large sizes takes for ever.
_MOST_AXES = 64
#: What reading raises of bytes that are damaged, beside :class:`NotAllowedError`.
DAMAGED = (
    pickle.UnpicklingError, ValueError, TypeError, KeyError, IndexError, EOFError, AttributeError,
    OverflowError, struct.error,
)  # fmt: skip


def read_pickle(data: bytes) -> Any:
    """Return what the pickle holds: plain values, dictionaries by text, and NumPy arrays, views of its bytes.

    Raises:
        NotAllowedError: it refers to anything but arrays.
        Exception: one of :data:`DAMAGED`.
    """
    made = _Reader(data).load()
    if not isinstance(made, dict):
        return made
    values = {key: _plain(value) for key, value in made.items()}
    size = sum(_bytes_of(value) for value in values.values())
    if size > _SHARED * len(data):
        raise pickle.UnpicklingError(msg("its arrays share their bytes"))
    return values


def _plain(value: object) -> object:
    """Return the array for its record; older Paddle saves a pair of name and array."""
    if isinstance(value, tuple) and len(value) == 2:
        value = value[1]
    return value.array if isinstance(value, _Array) else value


def _bytes_of(value: object) -> int:
    return value.nbytes if isinstance(value, np.ndarray) else 0


@dataclass
class _Type:
    """Stands for ``numpy.dtype``: a type by its letter and size, such as ``f4``, and its byte order."""

    name: str
    order: str = "="

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        _version, self.order, *described = state[:5]
        if self.order not in ("<", ">", "=", "|") or described != [None, None, None]:
            raise NotAllowedError(msg("it has a type of several fields"))

    def of(self, data: Any) -> np.ndarray:
        """Return the numbers in ``data``; of a type of objects there are none."""
        dtype = np.dtype(self.order + self.name)
        raw = data if dtype.kind != "O" and isinstance(data, bytes) else b""
        return np.frombuffer(raw, dtype) if raw else np.empty(0, dtype)


class _Array:
    """Stands for ``numpy.ndarray``."""

    array: np.ndarray | None = None

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        _version, shape, dtype, fortran, data = state
        self.array = _array(data, dtype, shape, "F" if fortran else "C")


def _array(data: Any, dtype: _Type, shape: tuple[int, ...], order: Any) -> np.ndarray:
    if len(shape) > _MOST_AXES or not all(isinstance(size, int) for size in shape):
        raise pickle.UnpicklingError(msg("an array has a shape that is none"))
    numbers = dtype.of(data)
    if numbers.dtype.kind == "O" or math.prod(shape) == numbers.size:
        return numbers if numbers.dtype.kind == "O" else numbers.reshape(shape, order=order)
    raise pickle.UnpicklingError(msg("an array has more or fewer numbers than its shape"))


def _from_buffer(data: Any, dtype: _Type, shape: tuple[int, ...], order: str) -> _Array:
    """Stand in for ``numpy.core.numeric._frombuffer``, by which protocol 5 writes arrays."""
    made = _Array()
    made.array = _array(data, dtype, shape, order)
    return made


def _type(name: Any, _align: Any = None, _copy: Any = None) -> _Type:
    if not re.fullmatch(r"[a-zA-Z]\d{0,2}", _text(name)):
        raise NotAllowedError(msg("it has the type {name}", printable(repr(name))))
    return _Type(name)


def _scalar(dtype: _Type, data: Any = None) -> Any:
    return dtype.of(data)[0]


def _reconstruct(_kind: Any, _shape: Any, _type: Any) -> _Array:
    return _Array()


def _ordered(pairs: Any = None) -> dict[str, Any]:
    """Stand in for ``OrderedDict``, and empty the list: it can be named more often than it is there."""
    made: dict[str, Any] = {}
    if pairs is not None:
        if not isinstance(pairs, list):
            raise pickle.UnpicklingError(msg("items of what is no list"))
        made.update((_text(key), value) for key, value in pairs)
        pairs.clear()
    return made


def _text(given: Any) -> str:
    """Return a text: to hash or to show a pair of pairs of pairs can take for ever."""
    if not isinstance(given, str):
        raise pickle.UnpicklingError(msg("there is something else where a text belongs"))
    return given


#: All that may be looked up, beside ``codecs.encode``: NumPy 1 and 2 name the same functions differently.
_ALLOWED: dict[tuple[str, str], Any] = {
    ("collections", "OrderedDict"): _ordered,
    ("numpy", "ndarray"): _Array,
    ("numpy", "dtype"): _type,
    ("numpy.core.multiarray", "_reconstruct"): _reconstruct,
    ("numpy._core.multiarray", "_reconstruct"): _reconstruct,
    ("numpy.core.multiarray", "scalar"): _scalar,
    ("numpy._core.multiarray", "scalar"): _scalar,
    ("numpy.core.numeric", "_frombuffer"): _from_buffer,
    ("numpy._core.numeric", "_frombuffer"): _from_buffer,
}


def _set_item(reader: Any) -> None:
    value, key = reader.stack.pop(), reader.stack.pop()
    _dictionary(reader)[_text(key)] = value


def _set_items(reader: Any) -> None:
    items = reader.pop_mark()
    made = _dictionary(reader)
    made.update({_text(key): value for key, value in zip(items[::2], items[1::2], strict=True)})


def _dictionary(reader: Any) -> dict[str, Any]:
    made = reader.stack[-1]
    if not isinstance(made, dict):
        raise pickle.UnpicklingError(msg("keys of what is no dictionary"))
    return made


def _append(reader: Any) -> None:
    value = reader.stack.pop()
    _extend(reader, [value])


def _appends(reader: Any) -> None:
    _extend(reader, reader.pop_mark())


def _extend(reader: Any, values: list[Any]) -> None:
    if not isinstance(reader.stack[-1], list):
        raise pickle.UnpicklingError(msg("items of what is no list"))
    reader.stack[-1].extend(values)


def _build(reader: Any) -> None:
    state, made = reader.stack.pop(), reader.stack[-1]
    if not isinstance(made, (_Array, _Type)) or not isinstance(state, tuple):
        raise pickle.UnpicklingError(msg("a state of what has none"))
    made.__setstate__(state)


_USED = (
    *(pickle.PROTO, pickle.FRAME, pickle.STOP, pickle.MARK, pickle.MEMOIZE, pickle.BINPUT),
    *(pickle.LONG_BINPUT, pickle.BINGET, pickle.LONG_BINGET, pickle.GLOBAL, pickle.STACK_GLOBAL),
    *(pickle.REDUCE, pickle.NONE, pickle.NEWTRUE, pickle.NEWFALSE, pickle.BININT, pickle.BININT1),
    *(pickle.BININT2, pickle.LONG1, pickle.BINFLOAT, pickle.BINUNICODE, pickle.SHORT_BINUNICODE),
    *(pickle.BINUNICODE8, pickle.BINSTRING, pickle.SHORT_BINSTRING, pickle.BINBYTES),
    *(pickle.SHORT_BINBYTES, pickle.BINBYTES8, pickle.EMPTY_DICT, pickle.EMPTY_LIST),
    *(pickle.EMPTY_TUPLE, pickle.TUPLE, pickle.TUPLE1, pickle.TUPLE2, pickle.TUPLE3),
)  # fmt: skip


class _Reader(pickle._Unpickler):
    dispatch: ClassVar[dict[int, Callable[[Any], None]]] = {
        **{code[0]: pickle._Unpickler.dispatch[code[0]] for code in _USED},
        pickle.BYTEARRAY8[0]: pickle._Unpickler.dispatch[
            pickle.BINBYTES8[0]
        ],  # made as long as it is
        pickle.SETITEM[0]: _set_item,
        pickle.SETITEMS[0]: _set_items,
        pickle.APPEND[0]: _append,
        pickle.APPENDS[0]: _appends,
        pickle.BUILD[0]: _build,
    }

    def __init__(self, data: bytes) -> None:
        super().__init__(io.BytesIO(data), encoding="latin1")
        self._encoded: dict[str, bytes] = {}

    def encode(self, text: Any, encoding: Any = "latin1") -> bytes:
        """Stand in for ``codecs.encode``, by which protocol 2 writes bytes; no other codec, no text twice."""
        if _text(encoding) != "latin1":
            raise NotAllowedError(msg("it uses the codec {encoding}", printable(encoding)))
        if _text(text) not in self._encoded:
            self._encoded[text] = text.encode("latin1")
        return self._encoded[text]

    def find_class(self, module: str, name: str) -> Any:
        """Return what stands in for a name; of others :class:`NotAllowedError` is raised."""
        if (module, name) == ("_codecs", "encode"):
            return self.encode
        try:
            return _ALLOWED[module, name]
        except KeyError:
            what = msg("it refers to {module}.{name}", printable(module), printable(name))
            raise NotAllowedError(what) from None
