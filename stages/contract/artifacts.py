"""What stages call the files that they leave, and the models that they compare: each name once."""

from __future__ import annotations

#: Of ``data``, beside a label file a split: a character a line, and how these lines are read.
DICTIONARY = "dict.txt"
DICTIONARY_RULES = "dictionary.json"
#: Of ``train``: PaddleOCR's checkpoint and its configuration, and the curves of training.
CHECKPOINT = "checkpoint.pdparams"
CONFIGURATION = "config.yml"
CURVE = "curve.json"
#: Of ``export``: the PD model, and what describes its input and output.
PD_PROGRAM = "inference.pdmodel"
PD_PARAMETERS = "inference.pdiparams"
DESCRIPTION = "inference.yml"
#: The program of a PIR model; its parameters and description have the names of a PD model's.
PIR_PROGRAM = "inference.json"
#: Of ``convert``, beside an NB file a variant: what ``opt`` was given, and where each tensor comes from.
LITE_PROGRAM = "lite.pdmodel"
LITE_PARAMETERS = "lite.pdiparams"
LINEAGE = "lineage.json"
#: Of ``quantize``, beside a rounded model a kind of weights: what rounding costs, layer by layer.
QUANTISATION = "quantize.json"
#: Of ``verify``.
PARITY = "parity.json"
EVIDENCE = "evidence.json"
PREPROCESS = "preprocess.json"
GOLDEN = "golden.json"
GOLDEN_FILES = "golden.zip"

#: The input of ``verify`` that is a Paddle-Lite library for ARM Linux: ``lib/`` and ``include/``.
ARM_RUNTIME = "arm-runtime"

#: The models that are compared, beside the NB models: what the PD model was made of, and itself.
CHECKPOINT_MODEL, PIR_MODEL, PD_MODEL = "checkpoint", "pir", "pd"
#: The program that ``opt`` is given, in a lineage.
LITE_MODEL = "lite"


def labels_file(split: str) -> str:
    """Return the name of the label file of a split that ``data`` writes."""
    return f"{split}.txt"


def rounded_files(kind: str) -> tuple[str, str]:
    """Return the names of program and parameters that ``quantize`` rounded for a kind of weights."""
    return f"rounded_{kind}.pdmodel", f"rounded_{kind}.pdiparams"
