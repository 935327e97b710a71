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
#: Of ``convert``, beside an NB file a target: what ``opt`` was given, and where each tensor comes from.
LITE_PROGRAM = "lite.pdmodel"
LITE_PARAMETERS = "lite.pdiparams"
LINEAGE = "lineage.json"
#: Of ``verify``.
PARITY = "parity.json"
EVIDENCE = "evidence.json"
PREPROCESS = "preprocess.json"
GOLDEN = "golden.json"

#: The models that are compared, beside the NB models: what the PD model was made of, and itself.
CHECKPOINT_MODEL, PIR_MODEL, PD_MODEL = "checkpoint", "pir", "pd"
#: The program that ``opt`` is given, in a lineage.
LITE_MODEL = "lite"
_NB, _NB_SUFFIX = "nb-", ".nb"


def nb_file(target: str) -> str:
    """Return the name of the NB file for a target."""
    return f"model_{target}{_NB_SUFFIX}"


def target_of_file(name: str) -> str:
    """Return the target that an NB file is for, by its name."""
    return name.removeprefix("model_").removesuffix(_NB_SUFFIX)


def is_nb_file(name: str) -> bool:
    """Return whether a file is an NB file, by its name."""
    return name.endswith(_NB_SUFFIX)


def given_nb(target: str) -> str:
    """Return the input that is an NB file made elsewhere, for a target."""
    return f"given-{target}"


def nb_model(target: str) -> str:
    """Return the name of the NB model for a target."""
    return f"{_NB}{target}"


def target_of_model(name: str) -> str:
    """Return the target of an NB model, "" for any other model."""
    return name.removeprefix(_NB) if name.startswith(_NB) else ""


def is_nb_model(name: str) -> bool:
    """Return whether a model is an NB model, by its name."""
    return name.startswith(_NB)


def labels_file(split: str) -> str:
    """Return the name of the label file of a split that ``data`` writes."""
    return f"{split}.txt"
