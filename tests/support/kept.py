"""What detection's verify leaves of every page, as a run of the recorded project would have left it."""

import json
from pathlib import Path
from typing import Any

from stages.contract import digests_of
from stages.contract.pages import PAGES, Outline, Page, dump_pages
from support.recorded import DETECTION, keep
from support.reports import edit_report, own_report

MODELS = ("pir", "pd", "nb-x86")


def keep_pages(folder: Path) -> tuple[Page, ...]:
    """Give the recorded detection run its ``pages.jsonl``; on each page, one box is the NB model's alone."""
    report = own_report(folder, DETECTION.run)
    listed = {item["image"]: item for item in json.loads(report.read_text("utf-8"))["mismatches"]}
    lines = (folder / "data" / "test.txt").read_text("utf-8").splitlines()
    labels = (line.partition("\t") for line in lines)
    pages = tuple(_page(image, label, listed) for image, _tab, label in labels)
    data = dump_pages(pages).encode()
    keep(folder, data)
    made = {"stage": "verify", "path": PAGES, **vars(digests_of(data))}
    edit_report(report, lambda read: read["artifacts"].append(made))
    return pages


def _page(image: str, label: str, listed: dict[str, Any]) -> Page:
    regions: tuple[Outline, ...] = tuple(
        tuple((round(x), round(y)) for x, y in item["points"]) for item in json.loads(label)
    )
    count = f"{len(regions)} boxes"
    if image not in listed:
        every = dict.fromkeys(MODELS, regions)
        return Page(
            image, count, dict.fromkeys(MODELS, f"{count}, {len(regions)} matched"), regions, every
        )
    some = regions[2:-1]
    boxes = {"pir": some, "pd": some, "nb-x86": regions[2:]}
    missed = {name: (0, 1, *(() if name == "nb-x86" else (len(regions) - 1,))) for name in MODELS}
    return Page(image, listed[image]["label"], listed[image]["found"], regions, boxes, missed)
