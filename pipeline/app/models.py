"""The models in an app: whose each is, what it is for, and what it needs."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

from pipeline.integrity.identify import Identifier, Identity
from pipeline.models.catalogue import MODELS, OfficialModel
from pipeline.models.fetch import official_folder
from pipeline.models.weights import read_weights
from stages.errors import StageError
from stages.lite.fingerprint import tensor_fingerprint
from stages.lite.naive_buffer import DTYPES, NaiveBuffer, Operator, parse_naive_buffer
from stages.lite.signature import output_width

#: A model of so few classes tells which way up a line or a page is.
_FEW_CLASSES = 4
_TASK_BY_LAST = {"sigmoid": "detection", "softmax": "recognition"}
_PASS_ON = frozenset({"scale", "cast", "calib", "calib_once", "io_copy", "io_copy_once", "layout"})
#: How much of a model's weights has to be an official model's for it to be that one. Biases and batch norms
#: are folded when a file is made, weights of layers seldom.
_SAME = 0.5
_MATRIX = 2


@dataclass(frozen=True)
class AppModel:
    """A ``.nb`` file of an app.

    Args:
        path: in the app.
        identity: whose it is.
        task: what it does, of no official one as far as its last layer tells, else "".
        stock: the official model whose weights it has, else "".
    """

    path: str
    identity: Identity
    task: str
    stock: str

    @property
    def is_yours(self) -> bool:
        """Whether it is the file that the last good run delivered."""
        return self.identity.kind == "current"


def is_model(head: bytes, suffix: str) -> bool:
    """Tell by name and first bytes whether a file is a naive buffer, or is meant to be one."""
    return suffix == ".nb" or (head[:3] == b"\2\0v" and head[3:4].isdigit())


class Models:
    """Tells models apart, for one project."""

    def __init__(self, known: Identifier) -> None:
        self._known = known

    def look(self, path: str, data: bytes) -> AppModel:
        """Find out what a ``.nb`` file is."""
        identity = self._known.identify(data, path, path)
        if identity.kind == "damaged":
            return AppModel(path, identity, "", "")
        nb = parse_naive_buffer(data, Path(path))
        stock = self._stock(nb) if identity.kind in ("partly", "foreign") else ""
        return AppModel(path, identity, MODELS[stock].task if stock else task_of(nb), stock)

    def _stock(self, nb: NaiveBuffer) -> str:
        """Return the official model that a file is: its output layer's weights, and more than half of all.

        A model that was trained from it shares most of its weights, and never its output layer.
        """
        last = _output_weights(nb)
        sizes = {nb.fingerprints[name]: len(tensor.data) for name, tensor in nb.tensors.items()}
        for name, tensors in self._official.items():
            shared = sum(size for print_, size in sizes.items() if print_ in tensors)
            if last in tensors and shared > _SAME * sum(sizes.values()):
                return name
        return ""

    @cached_property
    def _official(self) -> dict[str, frozenset[str]]:
        """The fingerprints of the tensors of every official model that was fetched, by name."""
        found = {name: _parameters(model) for name, model in MODELS.items()}
        return {
            name: _fingerprints(path, path.stat().st_mtime_ns)
            for name, path in found.items()
            if path.is_file()
        }


def _parameters(model: OfficialModel) -> Path:
    return official_folder(model) / "inference.pdiparams"


@lru_cache
def _fingerprints(path: Path, _changed: int) -> frozenset[str]:
    """Return the fingerprints of a file's tensors; of one that was not changed they are known."""
    return frozenset(
        tensor_fingerprint(DTYPES[tensor.dtype][0], tensor.shape, data)
        for tensor, data in read_weights(path)
        if tensor.dtype in DTYPES
    )


def _output_weights(nb: NaiveBuffer) -> str:
    """Return the fingerprint of the weights of the last layer that has some; "" if none has."""
    for operator in reversed(nb.operators):
        for name in (name for names in operator.inputs.values() for name in names):
            if name in nb.tensors and len(nb.tensors[name].shape) >= _MATRIX:
                return nb.fingerprints[name]
    return ""


def task_of(nb: NaiveBuffer) -> str:
    """Return what a model does, as its last layer tells: "" if it does not."""
    by_output = {name: op for op in nb.operators for names in op.outputs.values() for name in names}
    fetched = next((op.input("X") for op in nb.operators if op.type == "fetch"), "")
    last: Operator | None = by_output.get(fetched)
    for _ in nb.operators:  # a cycle comes to an end
        if last is None or last.type not in _PASS_ON:
            break
        last = by_output.get(last.input("X") or last.input("Input"))
    task = _TASK_BY_LAST.get(last.type, "") if last else ""
    if task != "recognition":
        return task
    try:
        return "orientation" if output_width(nb) <= _FEW_CLASSES else task
    except StageError:
        return task
