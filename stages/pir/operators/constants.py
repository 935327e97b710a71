"""Numbers that stand in the program."""

from __future__ import annotations

from stages.message import msg
from stages.pir.held import Numbers, Setting, Several
from stages.pir.operators.base import Call, Translation

_FLOATS = ("float32", "float64")
_INTEGERS = ("int32", "int64")


def _full(call: Call) -> None:
    shape, dtype, value = tuple(call.integers("shape")), _dtype(call), call.setting("value")
    if not isinstance(value, (int, float)):
        call.refuse(msg("its value is {value}", f"{value!r:.40}"))
    number = float(value) if dtype in _FLOATS else int(value)
    call.hold(Numbers((number,), shape, dtype))


def _full_int_array(call: Call) -> None:
    values = tuple(call.integers("value"))
    call.hold(Numbers(values, (len(values),), _dtype(call)))


def _full_with_tensor(call: Call) -> None:
    """One number in a tensor whose size is known at run time: what an LSTM starts from."""
    dtype = _dtype(call)
    if dtype != "float32":
        call.refuse(msg("its type is {dtype}; translated is float32", dtype))
    (value,) = call.numbers(0)
    held = call.held(1)
    inputs = {"ShapeTensorList": call.tensors(1)} if isinstance(held, Several) else {}
    if not inputs and not isinstance(held, Numbers):
        inputs = {"ShapeTensor": [call.tensor(1)]}
    settings: dict[str, Setting] = {
        "shape": [-1 if isinstance(size, str) else size for size in call.extent(1)],
        "dtype": 5,
        "value": float(value),
        "str_value": repr(float(value)),
    }
    call.append("fill_constant", inputs, {"Out": 0}, settings)


def _dtype(call: Call) -> str:
    dtype = str(call.setting("dtype"))
    if dtype not in (*_FLOATS, *_INTEGERS):
        call.refuse(
            msg("its type is {dtype}; translated are float32, float64, int32 and int64", dtype)
        )
    return dtype


TRANSLATIONS = (
    Translation("full", msg("an attribute, or fill_constant"), _full),
    Translation("full_int_array", msg("an attribute, or fill_constant"), _full_int_array),
    Translation("full_with_tensor", "fill_constant", _full_with_tensor),
)
