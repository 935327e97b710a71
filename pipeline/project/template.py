"""The commented project file that ``paddock init`` and the text UI's form write."""

from __future__ import annotations

import json
from collections.abc import Iterable

from pipeline.project.answers import FINE_TUNED, OFFICIAL, USUAL_SHAPE, Answers, project_name
from pipeline.project.schema import FROM_LABELS, DataSection

_TEMPLATE = """\
# A Paddock project. docs/project-file.md tells every key; what is commented out shows the default.

[project]
name = {name}

[data]
# Label files are PaddleOCR's: path<TAB>text, one image a line, UTF-8.
# Label files and image paths are relative to root, everything else to this file.
root = {root}
{splits}
{dictionary}
use_space_char = {use_space_char}
max_text_length = {longest}

[model]
# architecture = "PP-OCRv5_mobile_rec"  # built in, or the path of a PaddleOCR YAML
{pretrained}
{image_shape}

[train]
{mode}
# epochs = 30
# batch_size = 64
# learning_rate = 1e-3
# early_stopping = {{ metric = "acc", patience = 5, min_delta = 0.0 }}
# seed = 42
{export}
[convert]
# targets = ["arm", "x86"]              # x86 is what can run here; arm is what ships

[verify]
# min_accuracy = 0.9                    # of the PD model; without it, more than 0
# min_agreement = 1.0                   # share of images with the same string from PD and NB
# max_abs_diff = 1e-3                   # largest difference of a probability
# runtime = ""                          # the app's Paddle-Lite, such as "2.13": refuses a newer opt

[limits]
# cpus = 2.0
# memory = "8g"
"""
_EXPORT = """
[export]
{model}
"""
#: Where the comments behind the values stand.
_COLUMN = 40


def starting_project(folder_name: str) -> str:
    """Return the text of a starting ``paddock.toml``, its project named after the folder."""
    return project_text(Answers(project_name(folder_name)))


def project_text(answers: Answers) -> str:
    """Return the text of a ``paddock.toml`` with these values; what is the default is commented out."""
    return _TEMPLATE.format(
        name=_text(answers.name),
        root=_text(answers.root),
        splits=_splits(answers),
        dictionary=_dictionary(answers),
        use_space_char="true" if answers.has_space else "false",
        longest=answers.longest,
        image_shape=_image_shape(answers),
        pretrained=_pretrained(answers),
        mode=_mode(answers),
        export=_export(answers),
    )


def _splits(answers: Answers) -> str:
    if answers.labels:
        shared = _line(f"labels = {_list(answers.labels)}", "for train, val and test")
        return f"{shared}\n" + _line(
            f"split = {json.dumps(DataSection().split)}", "their shares, by what the images show"
        )
    val = _line(f"val = {_list(answers.val)}", "chooses the best checkpoint")
    test = _line(f"test = {_list(answers.test)}", "only measured on, never used to choose anything")
    return f"train = {_list(answers.train)}\n{val}\n{test}"


def _image_shape(answers: Answers) -> str:
    shape = [*USUAL_SHAPE[:2], answers.width]
    if answers.width == USUAL_SHAPE[2]:
        return f"# image_shape = {shape}"
    return _line(f"image_shape = {shape}", "as wide as the images are, hardly any is squeezed")


def _dictionary(answers: Answers) -> str:
    if answers.own_dictionary:
        return _line('# dictionary = ""', "the official model's own")
    if answers.dictionary == FROM_LABELS:
        setting = f"dictionary = {_text(FROM_LABELS)}"
        return _line(setting, "their characters, for review in .paddock/dict.txt")
    return _line(f"dictionary = {_text(answers.dictionary)}", "one character a line")


def _pretrained(answers: Answers) -> str:
    meaning = 'built in, a path, { url = "…", sha256 = "…" }, or "" for none'
    if answers.start == "scratch":
        return _line('pretrained = ""', meaning)
    return _line(f"# pretrained = {_text(FINE_TUNED)}", meaning)


def _mode(answers: Answers) -> str:
    meaning = '"frozen": head only, minutes on a CPU · "full": tools/train.py'
    default = "# " if answers.mode == "frozen" else ""
    return _line(f"{default}mode = {_text(answers.mode)}", meaning)


def _export(answers: Answers) -> str:
    if answers.start != "official":
        return ""
    return _EXPORT.format(
        model=_line(f"model = {_text(OFFICIAL)}", "converted as it is; nothing is trained")
    )


def _line(setting: str, comment: str) -> str:
    return f"{setting + '  ':<{_COLUMN}}# {comment}"


def _list(names: Iterable[str]) -> str:
    return f"[{', '.join(_text(name) for name in names)}]"


def _text(value: str) -> str:
    """Return a TOML basic string: JSON's escapes, and DEL's, which JSON leaves alone."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
