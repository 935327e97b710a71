"""The commented project file that ``paddock init`` and the text UI's form write."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.project.answers import FINE_TUNED, Answers
from pipeline.project.schema import FROM_LABELS, DataSection

_HEAD = "# A Paddock project. docs/project-file.md tells every key; what is commented out shows the default."
#: What stands above the keys of a table.
_ABOVE = {
    "data": (
        "# Label files are PaddleOCR's: path<TAB>text, one image a line, UTF-8.",
        "# Label files and image paths are relative to root, everything else to this file.",
    )
}
#: Where the comments behind the values stand.
_COLUMN = 40


@dataclass(frozen=True)
class _Line:
    """A key of the file: what it means, and its default as TOML, shown where nothing is set."""

    key: str
    meaning: str = ""
    default: str = ""


_TABLES: Mapping[str, tuple[_Line, ...]] = {
    "project": (_Line("name"),),
    "data": (
        _Line("root"),
        _Line("labels", "for train, val and test"),
        _Line("split", "their shares, by what the images show"),
        _Line("train"),
        _Line("val", "chooses the best checkpoint"),
        _Line("test", "only measured on, never used to choose anything"),
        _Line("dictionary", "one character a line", '""'),
        _Line("use_space_char"),
        _Line("max_text_length"),
    ),
    "model": (
        _Line("task", "what it does: nothing is read, so there is no dictionary"),
        _Line("architecture", "built in, or the path of a PaddleOCR YAML", '"PP-OCRv5_mobile_rec"'),
        _Line(
            "pretrained",
            'built in, a path, { url = "…", sha256 = "…" }, or "" for none',
            '"PP-OCRv5_mobile_rec"',
        ),
        _Line("image_shape", "as wide as the images are, hardly any is squeezed", "[3, 48, 320]"),
    ),
    "train": (
        _Line("checkpoint", "converted as it is; nothing is trained"),
        _Line("mode", '"frozen": head only, minutes on a CPU · "full": tools/train.py', '"frozen"'),
        _Line("epochs", "", "30"),
        _Line("batch_size", "", "64"),
        _Line("learning_rate", "", "1e-3"),
        _Line("early_stopping", "", '{ metric = "acc", patience = 5, min_delta = 0.0 }'),
        _Line("copies", "augmented ones of each image, in mode frozen", "0"),
        _Line("seed", "", "42"),
    ),
    "export": (_Line("model", "converted as it is; nothing is trained"),),
    "convert": (
        _Line(
            "targets",
            'x86 is what can run here; arm is what ships, "opencl" beside it is for its GPU',
            '["arm", "x86"]',
        ),
        _Line("weights", 'also "int16" and "int8": smaller files', '["float32"]'),
    ),
    "verify": (
        _Line("min_accuracy", "of the PD model; without it, more than 0", "0.9"),
        _Line("min_agreement", "share of images with the same string from PD and NB", "1.0"),
        _Line("max_abs_diff", "largest difference of a probability", "1e-3"),
        _Line("runtime", 'the app\'s Paddle-Lite, such as "2.13": refuses a newer opt', '""'),
    ),
    "limits": (_Line("cpus", "", "2.0"), _Line("memory", "", '"8g"')),
    "sweep.matrix": (
        _Line("train.seed", "`paddock sweep`: each combination is a model", "[42, 43, 44]"),
        _Line("train.learning_rate", "", "[1e-3, 3e-4]"),
    ),
}
#: What is of use only where the project trains.
_OF_TRAINING = {("model", "architecture"), ("model", "pretrained"), ("model", "image_shape")} | {
    (table, line.key) for table in ("train", "sweep.matrix") for line in _TABLES[table]
}


def project_text(answers: Answers) -> str:
    """Return the text of a ``paddock.toml`` with these values; what is the default is commented out."""
    raw = answers.raw()
    lines = [_HEAD]
    for table in _TABLES:
        said = list(_said(table, raw.get(table, {}), answers))
        if said:
            lines += ["", f"[{table}]", *_ABOVE.get(table, ()), *said]
    return "\n".join(lines) + "\n"


def _said(table: str, values: Mapping[str, Any], answers: Answers) -> Iterator[str]:
    """Give the lines of a table: what is set, and the defaults that are of use here."""
    if "labels" in values:
        values = {**values, "split": DataSection().split}
    for line in _TABLES[table]:
        useless = (table, line.key) in _OF_TRAINING and not answers.trains
        useless |= line.key == "image_shape" and answers.architecture != FINE_TUNED
        if line.key in values:
            meaning = _meaning(table, line, values[line.key])
            yield _commented(f"{line.key} = {_toml(values[line.key])}", meaning)
        elif line.key == "dictionary":
            if answers.reads:
                yield _commented(f'# {line.key} = ""', "the model's own")
        elif line.default and not useless:
            meaning = "" if line.key == "image_shape" else line.meaning
            yield _commented(f"# {line.key} = {line.default}", meaning)


def _meaning(table: str, line: _Line, value: Any) -> str:
    """Return what is said behind a value."""
    if line.key == "dictionary" and value == FROM_LABELS:
        return "their characters, for review in .paddock/dict.txt"
    return line.meaning


def _commented(setting: str, comment: str) -> str:
    return f"{setting + '  ':<{_COLUMN}}# {comment}" if comment else setting


def _toml(value: Any) -> str:
    """Return a value as TOML; of a string JSON's escapes, and DEL's, which JSON leaves alone."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
