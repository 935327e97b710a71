"""The bare tools, as a user starts them by hand: PaddleOCR's scripts, ``opt``, Lite's Python API.

Nothing of Paddock decides what they do. The pitfalls' tests make their mistakes with these first, to show
what goes unnoticed.
"""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

from stages.lite.script import entry_point
from stages.ppocr.location import paddleocr_root
from support.ended import Ended

#: What a phone's app does, in the words of Paddle-Lite's Python demo.
_LITE = """
import sys
import numpy as np
from paddlelite.lite import MobileConfig, create_paddle_predictor

config = MobileConfig()
config.set_model_from_file(sys.argv[1])
predictor = create_paddle_predictor(config)
images, outputs = np.load(sys.argv[2]), {}
for name in images.files:
    predictor.get_input(0).from_numpy(images[name])
    predictor.run()
    outputs[name] = np.array(predictor.get_output(0).numpy())
np.savez(sys.argv[3], **outputs)
"""


def start(command: list[str | Path], folder: Path | None = None) -> Ended:
    """Run a command to its end."""
    done = subprocess.run(
        [sys.executable, *map(str, command)],
        check=False,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(paddleocr_root()), "OMP_NUM_THREADS": "1"},
    )
    return Ended(done.returncode, done.stdout.decode("utf-8", "replace"))


def paddleocr(script: str, config: Path, **options: object) -> Ended:
    """Run ``tools/SCRIPT -c CONFIG -o Global.NAME=VALUE …`` where the configuration lies."""
    pairs = [f"Global.{name}={value}" for name, value in options.items()]
    words: list[str | Path] = [paddleocr_root() / "tools" / script, "-c", config]
    return start([*words, *(["-o", *pairs] if pairs else [])], config.parent)


def read_aloud(model: Path, dictionary: Path, image: Path, shape: str = "3,48,320") -> str:
    """Return what ``tools/infer/predict_rec.py`` reads in an image with a legacy model's folder."""
    done = start(
        [
            paddleocr_root() / "tools/infer/predict_rec.py", f"--image_dir={image}",
            f"--rec_model_dir={model}", f"--rec_char_dict_path={dictionary}",
            f"--rec_image_shape={shape}", "--use_space_char=False", "--use_gpu=False",
            "--cpu_threads=1",
        ],
        image.parent,
    )  # fmt: skip
    assert done.code == 0, done.log
    found = re.search(r"Predicts of .*?:(\(.*\))", done.log)
    assert found, done.log
    text, _confidence = ast.literal_eval(found[1])
    return str(text)


def opt(files: tuple[Path, Path], target: str, out: Path, *words: str) -> Ended:
    """Convert a legacy model with ``paddle_lite_opt``; ``out`` is without ``.nb``."""
    return start(
        [
            entry_point(), f"--model_file={files[0]}", f"--param_file={files[1]}",
            f"--optimize_out={out}", f"--valid_targets={target}", *words,
        ]
    )  # fmt: skip


def lite(nb: Path, *images: np.ndarray) -> tuple[Ended, list[np.ndarray]]:
    """Run a ``.nb`` file on images [3, H, W] with one predictor; return its outputs [T, classes]."""
    with tempfile.TemporaryDirectory() as folder:
        given, made = Path(folder, "in.npz"), Path(folder, "out.npz")
        np.savez(given, **{f"{n:03}": image[np.newaxis] for n, image in enumerate(images)})
        ended = start(["-c", _LITE, nb, given, made])
        if not made.is_file():
            return ended, []
        with np.load(made) as outputs:
            return ended, [outputs[name][0] for name in sorted(outputs.files)]
