"""``out/``: what ships, complete or not at all."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

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
) -> bool:
    """Return whether ``folder`` already holds this report (run ID aside) and these files.

    Args:
        folder: ``out/``.
        report: the report that this run would write.
        expected: file name -> SHA-256 of what ships.
        hashes: file name -> SHA-256 of what is there.
        beside: what the page would show beside the report.
    """
    if _set_aside(folder).exists():
        return False  # a crash left something there that has to come back
    try:
        run = load_report(folder / REPORT_FILE).run
        there = report.model_copy(update={"run": run})
        texts = report_texts(there)
        same = all((folder / name).read_text("utf-8") == text for name, text in texts.items())
        same = same and is_page_of((folder / PAGE_FILE).read_text("utf-8"), there, beside)
    except (OSError, ValueError, ReportError):
        return False
    complete = all((folder / name).is_file() for name in SUMS)
    return same and complete and all(hashes.get(name) == sha for name, sha in expected.items())


def complete(ready: Path, report: Report, beside: Beside = NOTHING_BESIDE) -> dict[str, Digests]:
    """Put the report and the sums beside the models in ``ready``; return what is there now."""
    texts = {**report_texts(report), PAGE_FILE: render_html(report, beside)}
    for name, text in texts.items():
        (ready / name).write_text(text, encoding="utf-8")
    files = sorted(path.name for path in ready.iterdir())
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
    names = sorted(path.name for path in ready.iterdir() if path.name not in SUMS)
    _swap(ready, target)
    return Delivery(target, (*names, *SUMS))


def withdraw(folder: Path) -> None:
    """Remove what Paddock delivered into ``folder``, and the folder if nothing else is in it."""
    if folder.is_symlink():
        return
    for name in _delivered(folder):
        (folder / name).unlink(missing_ok=True)
    if folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()


def _set_aside(target: Path) -> Path:
    return target.with_name(f".{target.name}.before")


def _swap(ready: Path, target: Path) -> None:
    """Put ``ready`` in the place of ``target`` by renaming; a crash leaves one of them whole."""
    _bring_back_strangers(target)  # in case an earlier crash came before this was done
    if target.is_symlink() or target.is_file():  # what a link leads to is somebody else's
        target.rename(_kept(target))
    elif target.exists():
        target.rename(_set_aside(target))
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
    for path in list(_strangers(before)):
        there = target / path.name
        path.rename(_kept(there) if there.exists() else there)
    shutil.rmtree(before)


def _strangers(before: Path) -> Iterator[Path]:
    """Give what Paddock did not deliver: whatever the old sums do not name."""
    delivered = _delivered(before)
    return (path for path in before.iterdir() if path.name not in delivered)


def _delivered(folder: Path) -> set[str]:
    """Return the names of Paddock's own files in ``folder``."""
    sums = folder / "SHA256SUMS"
    lines = sums.read_text(encoding="utf-8").splitlines() if sums.is_file() else []
    named = {line.partition("  ")[2] for line in lines}
    names = {name for name in named if Path(name).name == name}  # sums can be edited: stay inside
    return names | set(SUMS) if names else names
