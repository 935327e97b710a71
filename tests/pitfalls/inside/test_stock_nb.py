"""The official model's .nb in place of one's own: it reads most images well, and was never trained."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from stages.pitfalls import Pitfall
from stages.ppocr.architectures.lcnetv3 import V5_MOBILE
from stages.ppocr.network import build
from stages.ppocr.unfuse import load_inference_weights
from stages.preprocess import prepare, read_image
from stages.program.rules import apply_rules
from stages.published.official import read_official
from stages.text.decode import greedy
from stages.text.dictionary import Dictionary
from support import bare
from support.caught import check_refused
from support.legacy import SHAPE, new_folder, official, save_legacy
from support.measured import verify, words
from support.rewritten import rewritten

STOCK = "PP-OCRv5_mobile_rec"


@lru_cache(maxsize=1)
def stock_nb() -> Path:
    """Convert the official model as it is: what a tutorial's download link gives."""
    folder, model = new_folder(), read_official(official(STOCK))
    network = build(V5_MOBILE.ctc(), len(model.characters) + 1, fused=True)
    load_inference_weights(network, model.parameters, "the official model")
    save_legacy(network, folder / "legacy", [-1, 3, 48, -1])
    exported = folder / "legacy/inference.pdmodel", folder / "legacy/inference.pdiparams"
    done = bare.opt(rewritten(exported, folder, apply_rules), "x86", folder / "stock")
    assert done.code == 0, done.log
    return folder / "stock.nb"


def test_by_hand_it_runs_and_reads(tmp_path: Path) -> None:
    ended, outputs = bare.lite(stock_nb(), prepare(read_image(words()["test"] / "A1B2.png"), SHAPE))
    assert ended.code == 0
    characters = read_official(official(STOCK)).characters
    assert greedy(outputs[0], Dictionary(characters, "", "")).text == "A1B2"


def test_paddock_knows_it_by_its_width(tmp_path: Path) -> None:
    done = verify(tmp_path, {"nb-x86": stock_nb(), "pretrained": official(STOCK)})
    said = ("nb-x86", "18385 classes", "the dictionary makes 37", "this is the stock model")
    check_refused(done, 5, Pitfall.STOCK_NB, *said)
