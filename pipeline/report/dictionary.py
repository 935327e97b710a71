"""The dictionary as it lies on the host: what is in the file, and every place that it can be compared with.

The data stage is who refuses a malformed dictionary (stages/text/dictionary.py); here nothing is refused,
so that a person can look at it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pipeline.record.ledger import Entry
from pipeline.report.build import REPORT_FILE
from stages.contract import hash_file

DICTIONARY_FILE, PREPROCESS_FILE = "dict.txt", "preprocess.json"
#: A larger file, in bytes, is no dictionary.
LARGEST = 16 << 20
_BOM = b"\xef\xbb\xbf"
#: Characters of what a place says that are enough to tell it from another.
_SHORT = 40

Verdict = Literal["same", "differs", "not there", "not said"]

#: The outcome of a comparison in ``evidence.json`` -> what it is called here.
_VERDICTS: Mapping[Any, Verdict] = {
    "same": "same",
    "differs": "differs",
    "not said": "not said",
}
#: Of several things that a place says, the first of these outcomes is told.
_WORST = ("differs", "not said", "same")


@dataclass(frozen=True)
class DictionaryFile:
    """A dictionary's bytes and entries (one a line; bytes that are not UTF-8 as U+DC80 to U+DCFF)."""

    path: Path
    size: int
    md5: str
    sha256: str
    entries: tuple[str, ...]
    facts: tuple[str, ...]


@dataclass(frozen=True)
class Place:
    """Where a dictionary, or the number of its classes, was found, and how it compares."""

    name: str
    found: str
    verdict: Verdict


def read_dictionary(path: Path) -> DictionaryFile:
    """Read the file and hash it.

    Raises:
        OSError: it cannot be read, or is larger than any dictionary.
    """
    if path.stat().st_size > LARGEST:
        raise OSError(f"larger than {LARGEST >> 20} MB")
    data = path.read_bytes()
    lines = data.removeprefix(_BOM).removesuffix(b"\n").split(b"\n") if data else []
    entries = tuple(line.rstrip(b"\r").decode("utf-8", "surrogateescape") for line in lines)
    md5 = hashlib.md5(data, usedforsecurity=False).hexdigest()
    sha256 = hashlib.sha256(data).hexdigest()
    return DictionaryFile(path, len(data), md5, sha256, entries, tuple(_facts(data, entries)))


def _facts(data: bytes, entries: Sequence[str]) -> Iterator[str]:
    """Give what is known of the encoding, the good and the bad."""
    broken = sum(not entry.isprintable() and not _is_utf8(entry) for entry in entries)
    if broken:
        yield f"not UTF-8 in {broken} lines"
    else:
        yield "ASCII" if data.isascii() else "UTF-8"
    yield "byte order mark" if data.startswith(_BOM) else "no byte order mark"
    yield "CRLF line ends" if b"\r\n" in data else "LF line ends"
    if not data.endswith(b"\n"):
        yield "no line end after the last entry"
    if len(set(entries)) < len(entries):
        yield f"{len(entries) - len(set(entries))} entries more than once"
    if empty := entries.count(""):
        yield f"{empty} empty lines"


def _is_utf8(entry: str) -> bool:
    return not any("\udc80" <= character <= "\udcff" for character in entry)


def compare(
    project: DictionaryFile | None,
    report: Mapping[str, Any] | None,
    entries: Sequence[Entry],
    out: Path,
    *,
    official: bool = False,
) -> list[Place]:
    """Hold every dictionary that there is against the one that the models were measured with.

    Without a report, the project's own is what the others are held against.

    Args:
        project: the project's file.
        report: the parsed report.json.
        entries: the ledger, the oldest first.
        out: what was delivered; its files are read and hashed now.
        official: whether the project takes the official model's dictionary and has no file of its own.
    """
    measured = (report or {}).get("dictionary")
    wanted = measured["sha256"] if measured else project.sha256 if project else ""
    places = []
    if not official:
        places.append(_place("project file, now", project.sha256 if project else "", wanted))
    places.append(_place("data stage", _checked(report, entries), wanted))
    if measured:
        places.append(_place("verify stage", wanted, wanted))
    delivered = next((name for name in (REPORT_FILE, DICTIONARY_FILE) if (out / name).exists()), "")
    if delivered:
        places += _delivered(out, wanted, measured["classes"] if measured else None)
    if report and measured:
        places += list(_compared(report)) or list(_models(report))
    return places


def _place(name: str, found: str, wanted: str) -> Place:
    if not found:
        return Place(name, "", "not there")
    return Place(name, found, "same" if found == wanted else "differs")


def _checked(report: Mapping[str, Any] | None, entries: Sequence[Entry]) -> str:
    """Return the hash of the data stage's artifact: the report's, or the ledger's last."""
    for item in report["artifacts"] if report else ():
        if item.get("stage") == "data" and item.get("path") == DICTIONARY_FILE:
            return str(item.get("sha256", ""))
    made = [entry.result for entry in entries if entry.components.stage == "data"]
    files = made[-1].artifacts if made else ()
    return next((item.sha256 for item in files if item.path == DICTIONARY_FILE), "")


def _delivered(out: Path, wanted: str, classes: int | None) -> Iterator[Place]:
    yield _place(f"{out.name}/{DICTIONARY_FILE}, now", _hash(out / DICTIONARY_FILE), wanted)
    decode = _decode_rules(out / PREPROCESS_FILE)
    name = f"{out.name}/{PREPROCESS_FILE}"
    yield _place(name, str(decode.get("dictionary_sha256", "")), wanted)
    if classes and "classes" in decode:
        yield _classes(name, decode["classes"], classes)


def _hash(file: Path) -> str:
    """Return the file's SHA-256; "" if there is none that can be read."""
    try:
        return hash_file(file).sha256 if file.is_file() else ""
    except OSError:
        return ""


def _decode_rules(path: Path) -> Mapping[str, Any]:
    """Return what preprocess.json says of decoding; one that was edited may say nothing."""
    try:
        rules = json.loads(path.read_text(encoding="utf-8"))["decode"]
    except (OSError, ValueError, KeyError, TypeError):
        return {}
    return rules if isinstance(rules, dict) else {}


def _compared(report: Mapping[str, Any]) -> Iterator[Place]:
    """Give what the verify stage compared: every configuration and model that has a dictionary."""
    found: dict[str, list[Mapping[str, Any]]] = {}
    for item in report["dictionary"].get("places") or ():
        # what is passed over is of another version, edited by hand, or stands above already
        if item.get("outcome") in _VERDICTS and item.get("place") != PREPROCESS_FILE:
            found.setdefault(str(item.get("place", "")), []).append(item)
    for name, items in found.items():
        worst = min(items, key=lambda item: _WORST.index(item["outcome"]))
        yield Place(name, _said(worst), _VERDICTS[worst["outcome"]])


def _said(item: Mapping[str, Any]) -> str:
    """Return what a place says, short enough to stand beside its name."""
    what, found = str(item.get("what", "")), str(item.get("found", ""))
    if what == "classes" and found:
        return f"{found} classes"
    return f"{what}: {found[:_SHORT]}" if item["outcome"] == "differs" else ""


def _models(report: Mapping[str, Any]) -> Iterator[Place]:
    for model in report["models"]:
        if "classes" in model:
            yield _classes(model["name"], model["classes"], report["dictionary"]["classes"])


def _classes(name: str, found: Any, wanted: int) -> Place:
    return Place(name, f"{found} classes", "same" if found == wanted else "differs")
