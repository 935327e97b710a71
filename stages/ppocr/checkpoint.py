"""PaddleOCR's ``.pdparams``: a pickle, and therefore read with care.

``paddle.load`` runs whatever a pickle says; :mod:`stages.ppocr.unpickle` runs nothing of it.

What tools leave in one is understood where it is plain what was meant: of a distillation's networks the
student is taken, and numbers of half precision are widened. Both are said.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from stages.contract.checkpoints import NAME_TABLE, networks_of, no_student, not_weights
from stages.errors import IntegrityError
from stages.files import write_bytes
from stages.message import joined, msg, text_of
from stages.ppocr.unpickle import DAMAGED, NotAllowedError, read_pickle
from stages.text.printable import printable

#: Is told what of a checkpoint was not taken as it is.
Say = Callable[[str], None]
#: NumPy has no bfloat16: Paddle keeps its bits in this type (paddle/base/data_feeder.py).
_BFLOAT16 = np.dtype(np.uint16)


_PROTOCOL = 4


def _ignore(_text: str) -> None:
    return


def load_parameters(path: Path, say: Say = _ignore) -> dict[str, np.ndarray]:
    """Read a ``.pdparams`` file that ``paddle.save`` made of a ``state_dict``.

    Args:
        path: of the file.
        say: is told what was not taken as it is: which network, which numbers were widened.

    Returns:
        float32 array by state-dict key (such as ``backbone.conv1.conv.weight``), the name table left out;
        integers stay what they are.

    Raises:
        IntegrityError: the file is no such pickle, refers to anything but NumPy arrays, or holds anything
            but a network's weights.
    """
    state = _unpickled(path)
    keys = [str(key) for key in state if key != NAME_TABLE]
    if why := not_weights(keys):
        raise _refusal(path, why)
    networks = networks_of(keys)
    if networks.names and not networks.taken:
        raise _refusal(path, no_student([printable(name) for name in networks.names]))
    if networks.names:
        names = ", ".join(map(printable, networks.names))
        say(
            msg(
                "{path} holds the networks {names}; {taken} is taken",
                path.name,
                names,
                printable(networks.taken),
            )
        )
    taken = {
        str(key).removeprefix(networks.prefix): _array(path, key, state[key])
        for key in state
        if key != NAME_TABLE and str(key).startswith(networks.prefix)
    }
    return _as_float32(path, taken, say)


def _unpickled(path: Path) -> dict[Any, Any]:
    """Return what the pickle holds, if it holds a dictionary.

    Raises:
        IntegrityError: it does not, or is damaged.
    """
    try:
        state = read_pickle(path.read_bytes())
    except NotAllowedError as error:
        raise _refusal(path, text_of(error)) from error
    except DAMAGED as error:
        raise _refusal(path, msg("it is damaged or cut off")) from error
    if not isinstance(state, dict):
        raise _refusal(path, msg("it holds a {name}, not a dictionary", type(state).__name__))
    return state


def _as_float32(path: Path, arrays: Mapping[str, np.ndarray], say: Say) -> dict[str, np.ndarray]:
    """Return the arrays with every number that is not of single precision made so, and say which were."""
    changed: dict[str, int] = {}
    made = {}
    for key, array in arrays.items():
        name = "bfloat16" if array.dtype == _BFLOAT16 else array.dtype.name
        if name == "bfloat16":
            made[key] = np.asarray(array.astype(np.uint32) << 16).view(np.float32)
        elif array.dtype.kind == "f" and array.dtype != np.float32:
            made[key] = array.astype(np.float32)
        else:
            made[key] = array
            continue
        changed[name] = changed.get(name, 0) + 1
    if changed:
        counts = (msg("{count} of {type}", count, name) for name, count in changed.items())
        say(
            msg(
                "{path}: of {total} parameters {counts} were made float32",
                path.name,
                len(made),
                joined(", ", counts),
            )
        )
    return made


def save_parameters(path: Path, parameters: Mapping[str, np.ndarray]) -> None:
    """Write what ``paddle.load`` reads as a state dict: the same bytes for the same parameters.

    ``paddle.save``'s name table is left out: it says how far Paddle's count of names had come.
    """
    state = {
        key: np.ascontiguousarray(parameters[key]).reshape(parameters[key].shape)
        for key in sorted(parameters)
    }
    write_bytes(path, pickle.dumps(state, protocol=_PROTOCOL))


def _array(path: Path, key: Any, value: Any) -> np.ndarray:
    """Return ``value``, which must be an array of numbers, in memory of its own."""
    if not isinstance(value, np.ndarray) or value.dtype.kind not in "fiub":
        kind = value.dtype.name if isinstance(value, np.ndarray) else type(value).__name__
        shown = printable(repr(key))
        raise _refusal(
            path, msg("its entry {key} is not an array of numbers, but {kind}", shown, kind)
        )
    return value.copy()


def _refusal(path: Path, why: str) -> IntegrityError:
    return IntegrityError(
        msg("{path} is not a checkpoint that Paddock reads: {why}", path.name, why),
        str(path),
        msg("give a .pdparams file that paddle.save made of a state_dict"),
    )
