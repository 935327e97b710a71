"""Run inside the verify image by verify.py: one way of reading the test images, and what it took.

``python - WAY IMAGES`` prints JSON: ``seconds`` from the file to the string, for so many ``images``;
``texts``. Of PaddleOCR's predictor the first image, which warms up, is not among them. Verify's pass goes
ahead of itself, so of it all are, from the moment that its processes have loaded the model. Ways:
``paddock`` (verify's first pass, the PD model alone), ``predict_rec`` (PaddleOCR's own predictor, one image
a call, set up as its command line does), ``predict_rec-N`` (the same with N threads).
"""

from __future__ import annotations

import importlib
import json
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2

from stages.contract import Spec
from stages.dataset.dictionary import given_dictionary
from stages.parity.latency import Cores
from stages.preprocess import prepare, read_image
from stages.runners import Crew, ModelRunner, Output
from stages.runtime import Context
from stages.testset import read_test_labels
from stages.text.decode import greedy

_SPECS = "/paddock/runs"


def main(way: str, images: int) -> None:
    """Read the images and print."""
    newest = max(Path(_SPECS).glob("*/verify/spec.json"))
    context = Context(Spec.load(newest), Path("/tmp"), lambda _: None)  # noqa: S108
    root = context.input("test")
    files = [root / label.image for label in read_test_labels(context)[:images]]
    began: list[float] = []
    if way == "paddock":
        texts = list(_paddock(context, files, lambda: began.append(time.perf_counter())))
        counted = len(texts)
    else:
        read = _predict_rec(context, files, way)
        texts = [next(read)]
        began.append(time.perf_counter())
        texts += read
        counted = len(texts) - 1
    seconds = time.perf_counter() - began[-1]
    print(json.dumps({"seconds": seconds, "images": counted, "texts": texts}))


def _paddock(context: Context, files: list[Path], loaded: Callable[[], None]) -> Iterator[str]:
    dictionary, threads = given_dictionary(context), context.spec.threads
    shape = context.parameters["image_shape"]
    model = [str(context.input(name)) for name in ("pdmodel", "pdiparams")]

    def grown(models: int, total: int) -> None:
        if models == total:
            loaded()

    with Crew(threads, lambda: None, grown) as crew:
        count = Cores(1, threads).processes(1)
        crew.add("pd", [ModelRunner("pd", model, 1) for _ in range(count)])
        for _, answers in crew.read(prepare(read_image(file), shape) for file in files):
            answer = answers["pd"]
            if not isinstance(answer, Output):
                raise answer
            yield greedy(answer.probabilities, dictionary).text


def _predict_rec(context: Context, files: list[Path], way: str) -> Iterator[str]:
    folder = context.input("pdmodel").parent
    _name, _, threads = way.partition("-")
    words = [
        f"--rec_model_dir={folder}",
        f"--rec_char_dict_path={context.input('dict')}",
        f"--rec_image_shape={','.join(map(str, context.parameters['image_shape']))}",
        f"--use_space_char={context.parameters['use_space_char']}",
        "--use_gpu=False",
        *([f"--cpu_threads={threads}"] if threads else []),
    ]
    arguments = importlib.import_module("tools.infer.utility").init_args().parse_args(words)
    module = importlib.import_module("tools.infer.predict_rec")
    recogniser = module.TextRecognizer(arguments)
    for file in files:
        ((text, _confidence),), _seconds = recogniser([cv2.imread(str(file))])
        yield text


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
