"""Draw the pictures of docs/report.md: ``PYTHONPATH=tests python scripts/page_pictures.py PROJECT [RUN]``.

The report's page of a finished run of one's own, as a real browser shows it (tests/support/browser.py): wide,
and as narrow as a phone, dark and in Chinese. With ``--sweep`` behind the project it is the page of its last
sweep, for docs/sweep.md. Needs an engine with the base image.
"""

from __future__ import annotations

import io
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from PIL import Image

from pipeline.compose.file import read_compose
from pipeline.engine.connection import connect
from pipeline.project import load_project
from pipeline.project.schema import OUT_OF_SWEEP
from pipeline.report.find import find, newest
from pipeline.report.html import PAGE_FILE, Beside, render_html
from pipeline.report.reports_compared import ledger_of, with_last_other
from support.browser import View, build_browser, look_at

PICTURES = Path(__file__).parents[1] / "docs" / "pictures"
VIEWS = (
    View("page.html", 1280, 2360, picture="report-wide.png"),
    View("page.html", 390, 1700, scheme="dark", language="zh", picture="report-narrow.png"),
)
SWEEP_VIEWS = (View("page.html", 1280, whole=True, picture="sweep-page.png"),)
#: So many colours are left: the pictures are in the repository.
COLOURS = 128


def main(folder: Path, run: str = "") -> None:
    """Draw the run's page, the newest's if none is named; or that of the last sweep."""
    if run == "--sweep":
        draw((folder / OUT_OF_SWEEP / PAGE_FILE).read_text("utf-8"), SWEEP_VIEWS)
        return
    found = find(run, folder) if run else newest(folder)
    state = folder / ".paddock"
    before = with_last_other(state, ledger_of(state), found.report, found.side)
    draw(render_html(found.report, Beside(load_project(folder).data_root, before)), VIEWS)


def draw(text: str, views: Sequence[View]) -> None:
    """Write the pictures of a page."""
    client = connect(os.environ)
    image = build_browser(client, read_compose(os.environ).images["base"].image)
    with tempfile.TemporaryDirectory() as name:
        page = Path(name) / "page.html"
        page.write_text(text, "utf-8")
        seen = look_at(client, image, {"page.html": page}, views, Path(name))
    for picture, data in seen.pictures.items():
        with Image.open(io.BytesIO(data)) as drawn:
            small = drawn.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
            small.save(PICTURES / picture, optimize=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
