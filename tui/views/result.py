"""What a run has made: the files in ``out/``, and what each model weighs and takes."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.record.sums import sums_of

if TYPE_CHECKING:
    from pipeline.report.model import Report

#: What comes first; all else follows by name, lists of sums last.
_FIRST = (".nb", ".html")


@dataclass(frozen=True)
class File:
    """A file that was delivered, or a folder of such, which has no hash and a name that ends in a slash.

    ``size`` is in bytes, None if it is not there any more.
    """

    name: str
    size: int | None
    sha256: str = ""


@dataclass(frozen=True)
class Weight:
    """A model: its file in bytes, and milliseconds an image (p50), or why that was not measured."""

    name: str
    size: int | None
    milliseconds: float | None
    why: str = ""


@dataclass(frozen=True)
class Result:
    """All of it. ``is_own`` is False if a later run has put its files in the place of this one's."""

    folder: Path
    files: tuple[File, ...] = ()
    models: tuple[Weight, ...] = ()
    is_own: bool = True


def read_result(
    folder: Path, names: Iterable[str], report: Report | None, *, is_own: bool
) -> Result:
    """Look at the delivered files ``names`` in ``folder``; their hashes are those of ``SHA256SUMS``."""
    sums: dict[str, str] = {}
    with suppress(OSError):
        sums = sums_of(folder)
    names = list(names)
    files = [File(it, _size(folder / it), sums.get(it, "")) for it in names if "/" not in it]
    for inner in {name.partition("/")[0] for name in names if "/" in name}:
        sizes = [_size(folder / it) for it in names if it.startswith(f"{inner}/")]
        files.append(File(f"{inner}/", None if None in sizes else sum(it or 0 for it in sizes)))
    return Result(folder, tuple(sorted(files, key=_order)), _weights(report), is_own)


def _order(file: File) -> tuple[int, bool, str]:
    kind = Path(file.name).suffix
    return _FIRST.index(kind) if kind in _FIRST else len(_FIRST), file.name.isupper(), file.name


def _weights(report: Report | None) -> tuple[Weight, ...]:
    return tuple(
        Weight(
            model.name,
            model.size,
            model.latency_ms.p50 if model.is_measured and model.latency_ms else None,
            "" if model.is_measured else model.sentence,
        )
        for model in (report.models if report else ())
    )


def _size(path: Path) -> int | None:
    try:
        return path.stat().st_size
    except OSError:
        return None
