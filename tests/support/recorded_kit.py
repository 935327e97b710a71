"""A kit of a tiny model, made from what verify left once (tests/support/kit), and its files for a test."""

import hashlib
from pathlib import Path

from pipeline.kit.files import KitSource, make_kit
from stages.contract.golden import Golden

RECORDED = Path(__file__).parent / "kit"
#: What a kit is made from.
FILES = {"golden": "golden.json", "files": "golden.zip", "preprocess": "preprocess.json"}
MODEL = b"a model"
MODEL_SHA256 = hashlib.sha256(MODEL).hexdigest()


def read(name: str) -> bytes:
    """Return one of the recorded files."""
    return (RECORDED / name).read_bytes()


def source(**changes: bytes) -> KitSource:
    """Return what verify left, with some of it changed."""
    parts = {part: changes.get(part, read(name)) for part, name in FILES.items()}
    return KitSource(**parts, models={"nb-arm": MODEL_SHA256})


def golden() -> Golden:
    """Return the recorded golden images."""
    return Golden.from_json(read("golden.json"))


def delivered_files() -> dict[str, bytes]:
    """Return the kit, the model and the dictionary as they lie in ``out/``."""
    kit = {f"kit/{name}": data for name, data in make_kit(source()).items()}
    return {**kit, "model_arm.nb": MODEL, "dict.txt": read("dict.txt")}
