"""``out/``: what ships, complete or not at all."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from types import MappingProxyType

from pipeline.integrity.record import is_inside
from pipeline.record.sums import sums_of
from pipeline.report.html import NOTHING_BESIDE, PAGE_FILE, Beside, is_page_of, render_html
from pipeline.report.markdown import render_markdown
from pipeline.report.model import REPORT_FILE, Report, ReportError, load_report
from stages.contract import Digests, hash_file

SUMS = {"MD5SUMS": "md5", "SHA256SUMS": "sha256"}


@dataclass(frozen=True)
class Delivery:
    """Where a run's files go, and the names of all that Paddock puts there."""

    folder: Path
    files: tuple[str, ...]


#: What a user's file is called that has the name of one of Paddock's.
_KEPT = ".before-paddock"


def report_texts(report: Report) -> dict[str, str]:
    """Return the report's files by name, but for the page, which takes longer to draw."""
    return {REPORT_FILE: report.dump(), "report.md": render_markdown(report)}


def is_delivered(
    folder: Path,
    report: Report,
    expected: Mapping[str, str],
    hashes: Mapping[str, str],
    beside: Beside = NOTHING_BESIDE,
    made: Mapping[str, bytes] = MappingProxyType({}),
) -> bool:
    """Return whether ``folder`` already holds this report (run ID aside) and these files.

    Args:
        folder: ``out/``.
        report: the report that this run would write.
        expected: file name -> SHA-256 of what ships.
        hashes: file name -> SHA-256 of what is there.
        beside: what the page would show beside the report.
        made: what the run would write beside it, by path.
    """
    if _set_aside(folder).exists():
        return False  # a crash left something there that has to come back
    try:
        run = load_report(folder / REPORT_FILE).run
        there = report.model_copy(update={"run": run})
        wanted = {name: text.encode() for name, text in report_texts(there).items()}
        same = all(
            (folder / name).read_bytes() == data for name, data in {**made, **wanted}.items()
        )
        same = same and is_page_of((folder / PAGE_FILE).read_text("utf-8"), there, beside)
    except (OSError, ValueError, ReportError):
        return False
    complete = all((folder / name).is_file() for name in SUMS)
    return same and complete and all(hashes.get(name) == sha for name, sha in expected.items())


def complete(
    ready: Path,
    report: Report,
    beside: Beside = NOTHING_BESIDE,
    made: Mapping[str, bytes] = MappingProxyType({}),
) -> dict[str, Digests]:
    """Put ``made``, the report and the sums beside the models in ``ready``; return what is there now."""
    texts = {**report_texts(report), PAGE_FILE: render_html(report, beside)}
    for name, data in {**made, **{name: text.encode() for name, text in texts.items()}}.items():
        (ready / name).parent.mkdir(parents=True, exist_ok=True)
        (ready / name).write_bytes(data)
    files = _files(ready)
    digests = {name: hash_file(ready / name) for name in files}
    for sums, kind in SUMS.items():
        lines = [f"{getattr(digests[name], kind)}  {name}\n" for name in files]
        (ready / sums).write_text("".join(lines), encoding="utf-8")
    return {**digests, **{name: hash_file(ready / name) for name in SUMS}}


def deliver(target: Path, ready: Path) -> Delivery:
    """Put ``ready``, which is complete, in the place of ``target``.

    What a user put into ``target`` beside Paddock's files is carried over; a file that has the name of
    one of Paddock's is kept as ``NAME.before-paddock``.
    """
    names = [name for name in _files(ready) if name not in SUMS]
    _swap(ready, target)
    return Delivery(target, (*names, *SUMS))


def withdraw(folder: Path) -> None:
    """Remove what Paddock delivered into ``folder``, and the folder if nothing else is in it."""
    if folder.is_symlink():
        return
    for name in _delivered(folder):
        path = folder / name
        above = path.parents[: len(PurePosixPath(name).parts)]
        if any(each.is_symlink() for each in above):
            continue  # what a link leads to is somebody else's
        path.unlink(missing_ok=True)
        for each in above:
            if each.is_dir() and not any(each.iterdir()):
                each.rmdir()


def _files(folder: Path) -> list[str]:
    """Return the paths of all files in a folder, sorted."""
    return sorted(
        path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()
    )


def _set_aside(target: Path) -> Path:
    return target.with_name(f".{target.name}.before")


def _swap(ready: Path, target: Path) -> None:
    """Put ``ready`` in the place of ``target`` by renaming; a crash leaves one of them whole."""
    _bring_back_strangers(target)  # in case an earlier crash came before this was done
    if target.is_symlink() or target.is_file():  # what a link leads to is somebody else's
        target.rename(_kept(target))
    elif target.exists():
        target.rename(_set_aside(target))
    target.parent.mkdir(exist_ok=True)
    ready.rename(target)
    _bring_back_strangers(target)


def _kept(path: Path) -> Path:
    """Return a name, which nothing has, for a user's file or link that has the name of one of Paddock's."""
    kept, number = path.with_name(f"{path.name}{_KEPT}"), 1
    while kept.is_symlink() or kept.exists():
        number += 1
        kept = path.with_name(f"{path.name}{_KEPT}.{number}")
    return kept


def _bring_back_strangers(target: Path) -> None:
    """Move what is not Paddock's out of the folder that was set aside, and remove the rest."""
    before = _set_aside(target)
    if before.is_symlink() or not before.exists() or not target.exists():
        return
    for path in list(_strangers(before, before, _delivered(before))):
        there = target / path.relative_to(before)
        there.parent.mkdir(parents=True, exist_ok=True)
        path.rename(_kept(there) if there.exists() else there)
    shutil.rmtree(before)


def _strangers(before: Path, folder: Path, delivered: set[str]) -> Iterator[Path]:
    """Give what Paddock did not deliver: whatever the old sums do not name, whole folders as such."""
    for path in folder.iterdir():
        name = path.relative_to(before).as_posix()
        if not path.is_symlink() and any(each.startswith(f"{name}/") for each in delivered):
            yield from _strangers(before, path, delivered)
        elif name not in delivered:
            yield path


def _delivered(folder: Path) -> set[str]:
    """Return the names of Paddock's own files in ``folder``."""
    names = {name for name in sums_of(folder) if is_inside(name)}  # sums can be edited
    return names | set(SUMS) if names else names
