"""Writes the table of PaddleOCR's recognition configurations into docs/architectures.md.

``make architectures TREE=path/to/PaddleOCR`` tries them in the image (tests/support/networks.py); what that
prints comes in here, where each is also held against the check that is made before a run.
"""

from __future__ import annotations

import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from marked import with_part
from pipeline.errors import UsageError
from pipeline.models.configuration import check_configuration

PAGE = Path(__file__).parents[1] / "docs" / "architectures.md"
_BEGIN, _END = "<!-- made by make architectures -->\n", "<!-- end of make architectures -->"
#: Further apart, two models are not equal (docs/project-file.md has the same default), unless rounding the
#: weights alone moves the first as far.
_EQUAL = 1e-3
_PLAN, _TRAIN = "before the run", "by train, before its first epoch"
Row = dict[str, Any]


def main(tree: Path) -> None:
    """Read what was found, ask the host's check too, print the counts, and write the page."""
    rows = [json.loads(line) for line in sys.stdin if line.startswith("{")]
    files = [row for row in rows if row["kind"] == "configuration"]
    networks = {row["fingerprint"]: row for row in rows if row["kind"] == "network"}
    newer = {row["fingerprint"]: row for row in rows if row["kind"] == "newer"}
    for row in files:
        row["when"], row["reason"] = _refusal(tree / "configs/rec" / row["path"], row["reason"])
    counts = [*_counts(files, networks), *_newer(newer)]
    print("\n".join(counts))
    PAGE.write_text(
        with_tables(PAGE.read_text("utf-8"), files, {**newer, **networks}, counts), encoding="utf-8"
    )


def _refusal(path: Path, later: str) -> tuple[str, str]:
    """Return when a configuration is refused and why: ("", "") if it is accepted."""
    try:
        check_configuration(path, lambda _text: None)
    except UsageError as error:
        return _PLAN, error.message
    return (_TRAIN, later) if later else ("", "")


def _counts(files: list[Row], networks: dict[str, Row]) -> Iterator[str]:
    ctc = [row for row in files if "CTC" in row["decoder"]]
    accepted = [row for row in ctc if not row["when"]]
    named = [row for row in ctc if row["dictionary"]]
    yield f"{len(files)} configurations, {len(ctc)} of them with a CTC decoder."
    when = Counter(row["when"] for row in ctc if row["when"])
    refused = ", ".join(f"{count} refused {name}" for name, count in sorted(when.items()))
    yield f"Of these, {len(accepted)} accepted; {refused or 'none refused'}."
    trained = sum(not row["dictionary_reason"] for row in named)
    new = sum(not row["new_head_reason"] for row in named)
    yield (
        f"{len(named)} of them name a dictionary: {trained} are taken with a trained model, "
        f"{new} also for a new head."
    )
    known = {row["network"] for row in ctc if row["network"]}
    done = [row for row in networks.values() if row["stage"] == "done"]
    equal = [row for row in done if _is_equal(row)]
    refused_networks = {row["network"] for row in ctc if row["when"] and row["network"]}
    left = len(known - refused_networks - networks.keys())
    yield (
        f"{len(known)} distinct networks: {len(networks)} tried, {len(done)} converted, {len(equal)} of "
        f"these equal; {len(refused_networks - networks.keys())} refused before"
        + (f"; {left} not tried in this run." if left else ".")
    )


def _newer(networks: dict[str, Row]) -> Iterator[str]:
    if networks:
        equal = [row for row in networks.values() if row["stage"] == "done" and _is_equal(row)]
        yield (
            f"Of those that need newer code than the images', {len(networks)} were tried with the tree's own "
            f"(PADDLEOCR_TREE): {len(equal)} converted and equal."
        )


def _is_equal(row: Row) -> bool:
    same = row["same"] == row["images"] and row["texts"] > 1
    return bool(same and row["difference"] <= max(_EQUAL, row["rounding"] or 0))


def with_tables(
    page: str, files: list[Row], networks: dict[str, Row], counts: Iterable[str]
) -> str:
    """Return the page with counts and tables between its marks.

    Raises:
        ValueError: the page has no place for them.
    """
    lines = [*(f"- {line}" for line in counts), "", *_networks(files, networks), "", *_files(files)]
    return with_part(page, _BEGIN, _END, lines)


def _networks(files: list[Row], networks: dict[str, Row]) -> Iterator[str]:
    users: dict[str, list[Row]] = defaultdict(list)
    for row in files:
        if row["network"]:
            users[row["network"]].append(row)
    yield "| network | configurations | operators | rules | largest difference of x86 to PD | same texts |"
    yield "|---|---|---|---|---|---|"
    for fingerprint, rows in users.items():
        first = f"`{rows[0]['path']}`" + (f" and {len(rows) - 1} more" if len(rows) > 1 else "")
        tried = networks.get(fingerprint)
        if tried is not None and tried["kind"] == "newer":
            first += ", with the tree's own code"
        if tried is None:
            why = (
                f"refused: {_cell(rows[0]['reason'])}"
                if rows[0]["when"]
                else "not tried in this run"
            )
            yield f"| {fingerprint} | {first} | | | {why} | |"
        elif tried["stage"] != "done":
            why = f"{tried['stage']}: {_cell(tried['reason'])}"
            yield f"| {fingerprint} {tried['name']} | {first} | | | {why} | |"
        else:
            rules = ", ".join(tried["rules"]) or "none"
            own = (
                f" (by rounding its weights alone {tried['rounding']:.1e})"
                if tried["rounding"]
                else ""
            )
            yield (
                f"| {fingerprint} {tried['name']} | {first} | {tried['operators']} | {rules} "
                f"| {tried['difference']:.1e}{own} | {tried['same']} of {tried['images']} |"
            )


def _files(files: list[Row]) -> Iterator[str]:
    yield "| network | configuration | accepted | dictionary |"
    yield "|---|---|---|---|"
    for row in files:
        if "CTC" in row["decoder"]:
            accepted = f"{row['when']}: {_cell(row['reason'])}" if row["when"] else "yes"
            yield f"| {row['network']} | `{row['path']}` | {accepted} | {_dictionary(row)} |"
    others = [row for row in files if "CTC" not in row["decoder"]]
    decoders = ", ".join(sorted({row["decoder"] for row in others}))
    early = sum(row["when"] == _PLAN for row in others)
    yield f"| | {len(others)} others | {early} refused before the run, for their decoder: {decoders} | |"


def _dictionary(row: Row) -> str:
    if not row["dictionary"]:
        return "PaddleOCR's default"
    if row["dictionary_reason"]:
        return f"`{row['dictionary']}`: {_cell(row['dictionary_reason'])}"
    return f"`{row['dictionary']}`" + (
        ", with a trained model only" if row["new_head_reason"] else ""
    )


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
