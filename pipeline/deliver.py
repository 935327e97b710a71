"""``out/``: what ships, complete or not at all."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.report.html import render_html
from pipeline.report.markdown import render_markdown
from stages.contract import hash_file

REPORT_FILE = "report.json"
SUMS = {"MD5SUMS": "md5", "SHA256SUMS": "sha256"}


@dataclass(frozen=True)
class Delivery:
    """Where a run's files go, and the names of all that Paddock puts there."""

    folder: Path
    files: tuple[str, ...]


def report_texts(report: Mapping[str, Any]) -> dict[str, str]:
    """Return the report's files by name."""
    plain = json.dumps(report, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
    return {
        REPORT_FILE: plain,
        "report.md": render_markdown(report),
        "report.html": render_html(report),
    }


def is_delivered(
    folder: Path, report: Mapping[str, Any], expected: Mapping[str, str], hashes: Mapping[str, str]
) -> bool:
    """Tell whether ``folder`` already holds this report (run ID aside) and these files.

    Args:
        folder: ``out/``.
        report: the report that this run would write.
        expected: file name -> SHA-256 of what ships.
        hashes: file name -> SHA-256 of what is there.
    """
    try:
        there = json.loads((folder / REPORT_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    same = {**there, "run": ""} == {**json.loads(json.dumps(report)), "run": ""}
    complete = all((folder / name).is_file() for name in SUMS)
    return same and complete and all(hashes.get(name) == sha for name, sha in expected.items())


def deliver(target: Path, ready: Path, report: Mapping[str, Any]) -> Delivery:
    """Complete ``ready`` (it holds the models already) and put it in the place of ``target``.

    What a user put into ``target`` beside Paddock's files is carried over.
    """
    for name, text in report_texts(report).items():
        (ready / name).write_text(text, encoding="utf-8")
    files = sorted(path.name for path in ready.iterdir())
    digests = {name: hash_file(ready / name) for name in files}
    for sums, kind in SUMS.items():
        lines = [f"{getattr(digests[name], kind)}  {name}\n" for name in files]
        (ready / sums).write_text("".join(lines), encoding="utf-8")
    _swap(ready, target)
    return Delivery(target, (*files, *SUMS))


def _swap(ready: Path, target: Path) -> None:
    """Put ``ready`` in the place of ``target`` by renaming; a crash leaves one of them whole."""
    before = target.with_name(f".{target.name}.before")
    if before.exists() and target.exists():
        shutil.rmtree(before)  # an earlier crash came after the new folder was in place
    if target.exists():
        target.rename(before)
    ready.rename(target)
    if before.exists():
        for path in _strangers(before, target):
            path.rename(target / path.name)
        shutil.rmtree(before)


def _strangers(before: Path, target: Path) -> Iterator[Path]:
    """Give what Paddock did not deliver: files that the old sums do not name and the new lack."""
    sums = before / "SHA256SUMS"
    lines = sums.read_text(encoding="utf-8").splitlines() if sums.is_file() else []
    delivered = {line.partition("  ")[2] for line in lines} | set(SUMS)
    for path in before.iterdir():
        if path.name not in delivered and not (target / path.name).exists():
            yield path
