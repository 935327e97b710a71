"""LSTM and GRU."""

from __future__ import annotations

from stages.pir.operators.base import Call, Translation

_NAMES = (
    "dropout_prob",
    "is_bidirec",
    "input_size",
    "hidden_size",
    "num_layers",
    "mode",
    "seed",
    "is_test",
)


def _rnn(call: Call) -> None:
    """The state of the dropout, an input in PIR, is nothing that inference reads."""
    call.require("is_test", True)
    inputs = {
        "Input": [call.tensor(0)],
        "PreState": call.tensors(1),
        "WeightList": call.tensors(2),
    }
    if call.given(3):
        inputs["SequenceLength"] = [call.tensor(3)]
    settings = {name: call.setting(name) for name in _NAMES}
    outputs = {"Out": 0, "DropoutState": 1, "State": 2, "Reserve": 3}
    call.append("rnn", inputs, outputs, settings)


TRANSLATIONS = (Translation("rnn", "rnn", _rnn),)
