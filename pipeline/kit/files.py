"""The files of a kit, made from what ``verify`` left: nothing in them but what decides them.

The same models, rules and golden images give the same bytes, whichever run asks.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pipeline.compose.file import REPOSITORY
from pipeline.kit.rules import NoKitError, Rules
from pipeline.report.model import Report
from stages.contract import DocumentError
from stages.contract.golden import PIXELS, Golden, GoldenImage
from stages.contract.variant import Variant
from stages.message import msg, text_of

#: Of ``out/``, where the kit is, beside the models and the dictionary.
FOLDER = "kit"
#: In the kit: what each model reads in each golden image.
EXPECTED = "golden/expected.tsv"
_SOURCES = Path(__file__).parent / "templates"
#: What the checker shares with the program that ``verify`` runs.
_SHARED = REPOSITORY / "stages" / "device"
_PROGRAM = ("lite_run.cpp", "lite_model.h")
_MARK = re.compile(r"@([A-Z][A-Z0-9_]*)@")
_NAME = re.compile(r"\d{3}\.[a-z0-9]{1,5}")
#: What zipfile raises beside its own.
_OF_ZIP = (NotImplementedError, EOFError, RuntimeError, ValueError, OSError)
#: The target that no phone runs.
_COMPUTERS = "x86"
#: Of golden.zip, unpacked, in bytes.
_LARGEST = 64 << 20
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


@dataclass(frozen=True)
class KitSource:
    """What a run left that a kit is made of.

    Args:
        golden: ``golden.json``.
        files: ``golden.zip``.
        preprocess: ``preprocess.json``.
        models: the SHA-256 of each file for a phone, by model name.
    """

    golden: bytes
    files: bytes
    preprocess: bytes
    models: Mapping[str, str]


def files_for_phones(report: Report) -> dict[str, str]:
    """Return the SHA-256 of each file for a phone that a run delivers, by model name."""
    found = ((model, Variant.of_model(model.name)) for model in report.models)
    return {
        model.name: model.sha256
        for model, variant in found
        if variant and variant.target != _COMPUTERS
        if model.sha256 and model.name not in report.refused
    }


def make_kit(source: KitSource) -> dict[str, bytes]:
    """Return the kit's files by their path in it.

    Raises:
        NoKitError: there is no kit of such a run; the message says why.
    """
    if not source.models:
        raise NoKitError(msg("no file for a phone was delivered"))
    rules = Rules.read(source.preprocess)
    try:
        golden = Golden.from_json(source.golden)
    except DocumentError as error:
        raise NoKitError(text_of(error)) from error
    images = [image for image in golden.images if image.file]
    if not images:
        raise NoKitError(msg("the golden images are too large to be handed around"))
    rows = [row for model in source.models for row in _rows(model, source.models[model], images)]
    kit = {EXPECTED: "".join(rows).encode()}
    kit |= {f"golden/{name}": data for name, data in _unpacked(source.files, images)}
    first = Variant.of_model(next(iter(source.models)))
    marks = {**rules.marks, "MODEL": first.file if first else ""}
    return {**kit, **{name: _rendered(path, marks) for name, path in _sources()}}


def _rows(model: str, sha256: str, images: list[GoldenImage]) -> Iterator[str]:
    """Give the lines of what a file reads."""
    for image in images:
        if expected := image.expected(model):
            text, score = expected
            cells = (sha256, image.file, image.input_sha256, f"{score:g}", text)
            yield "\t".join(cell.translate(_ESCAPES) for cell in cells) + "\n"


def _unpacked(archive: bytes, images: list[GoldenImage]) -> Iterator[tuple[str, bytes]]:
    """Give the files of the golden images by name; in the archive is nothing else."""
    wrong = NoKitError(msg("golden.zip is not as verify writes it"))
    wanted = {f"{image.file}{PIXELS}" for image in images}
    try:
        with zipfile.ZipFile(io.BytesIO(archive)) as files:
            names = [info.filename for info in files.infolist()]
            size = sum(info.file_size for info in files.infolist())
            if size > _LARGEST or not all(map(_NAME.fullmatch, names)) or not wanted <= {*names}:
                raise wrong
            yield from ((name, files.read(name)) for name in names)
    except (zipfile.BadZipFile, zlib.error, *_OF_ZIP) as error:
        raise wrong from error


def _sources() -> Iterator[tuple[str, Path]]:
    """Give the files that are the same for every project, but for marks, by their path in the kit."""
    for path in sorted(_SOURCES.rglob("*")):
        if path.is_file():
            yield path.relative_to(_SOURCES).as_posix(), path
    for name in _PROGRAM:
        yield f"cpp/{name}", _SHARED / name


def _rendered(path: Path, marks: Mapping[str, str]) -> bytes:
    return _MARK.sub(lambda mark: marks[mark[1]], path.read_text(encoding="utf-8")).encode()
