"""Reports of a recorded project, changed as a test needs them."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from support.recorded import RUN

Report = dict[str, Any]


def own_report(folder: Path, run: str = RUN) -> Path:
    """Return where a run's report is."""
    return folder / ".paddock" / "runs" / run / "report.json"


def edit_report(path: Path, edit: Callable[[Report], None]) -> Report:
    """Change a report on the disk and return it."""
    report: Report = json.loads(path.read_text(encoding="utf-8"))
    edit(report)
    path.write_text(json.dumps(report, ensure_ascii=True), encoding="utf-8")
    return report


def make_mismatch(label: str, **predictions: str) -> dict[str, Any]:
    """Return a mismatch; models that are not named read what the label says."""
    models = {"checkpoint": label, "pd": label, "nb-x86": label}
    named = {name.replace("_", "-"): text for name, text in predictions.items()}
    return {"image": "test/00080.jpg", "label": label, "found": {**models, **named}}
