"""The project file that ``paddock init`` writes."""

from __future__ import annotations

import re

_TEMPLATE = """\
# A Paddock project. docs/project-file.md tells every key; what is commented out shows the default.

[project]
name = "{name}"

[data]
# Label files are PaddleOCR's: path<TAB>text, one image a line, UTF-8.
# Label files and image paths are relative to root, everything else to this file.
root = "data"
train = ["train.txt"]
val = ["val.txt"]                       # chooses the best checkpoint
test = ["test.txt"]                     # only measured on, never used to choose anything
dictionary = "dict.txt"                 # one character a line
use_space_char = false
max_text_length = 25

[model]
# architecture = "PP-OCRv5_mobile_rec"  # built in, or the path of a PaddleOCR YAML
# pretrained = "PP-OCRv5_mobile_rec"    # built in, a path, {{ url = "…", sha256 = "…" }}, or "" for none
# image_shape = [3, 48, 320]

[train]
# mode = "frozen"                       # "frozen": head only, minutes on a CPU · "full": tools/train.py
# epochs = 30
# batch_size = 64
# learning_rate = 1e-3
# early_stopping = {{ metric = "acc", patience = 5, min_delta = 0.0 }}
# seed = 42

[convert]
# targets = ["arm", "x86"]              # x86 is what can run here; arm is what ships

[verify]
# min_accuracy = 0.0                    # of the PD model on the test images
# min_agreement = 1.0                   # share of images with the same string from PD and NB
# max_abs_diff = 1e-3                   # largest difference of a probability

[limits]
# cpus = 2.0
# memory = "8g"
"""


def starting_project(folder_name: str) -> str:
    """Return the text of a starting ``paddock.toml``, its project named after the folder."""
    name = re.sub(r"[^a-z0-9_.-]+", "-", folder_name.lower()).strip("-._")[:40] or "project"
    return _TEMPLATE.format(name=name)
