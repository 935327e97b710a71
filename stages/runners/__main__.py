"""``python -m stages.runners KIND THREADS FILE…``: the child that holds one model."""

from __future__ import annotations

import importlib
import os
import sys
import time
import traceback
from typing import BinaryIO

from stages.message import msg
from stages.paddle_parts import leave_out_building
from stages.runners.protocol import Message, read_message, write_message
from stages.runners.together import Reader

#: The module that loads each kind; imported in the child alone, as each brings its own library.
KINDS = {
    "pd": "stages.runners.pd",
    "pd-plain": "stages.runners.pd_plain",
    "nb": "stages.runners.nb",
    "arm": "stages.runners.arm",
    "checkpoint": "stages.ppocr.reader",
}


def main(arguments: list[str]) -> int:
    """Load the model, say ``ready``, and answer every ``run`` until stdin ends."""
    kind, threads, *files = arguments
    answers = _claim_stdout()
    try:
        leave_out_building()
        module = importlib.import_module(KINDS[kind])
        started = time.process_time()
        run = module.load(int(threads), *files)
        write_message(answers, Message("ready", {"load_s": time.process_time() - started}))
        _serve(Reader(run), sys.stdin.buffer, answers)
    except Exception as error:  # the boundary: the parent gets whatever a library raises as text
        traceback.print_exc()
        write_message(
            answers,
            Message("error", {"message": msg("{first}: {rest}", type(error).__name__, error)}),
        )
        return 1
    return 0


def _serve(reader: Reader, orders: BinaryIO, answers: BinaryIO) -> None:
    while (order := read_message(orders)) is not None:
        images = order.array()
        started = time.perf_counter()
        output = reader.read(images, afresh=order.values["afresh"])
        seconds = time.perf_counter() - started
        told = {"seconds": seconds, "rss_mb": reader.rss_mb, "kept": reader.took_kept}
        write_message(answers, Message.of_array("output", output, **told))


def _claim_stdout() -> BinaryIO:
    """Keep stdout for answers and send what libraries print there to stderr."""
    private = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return private


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
