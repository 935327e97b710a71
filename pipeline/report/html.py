"""The report as one self-contained page: what is drawn on it, and whether a page is still the right one."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.language import LOCALE

if TYPE_CHECKING:
    from pipeline.report.model import Report
    from pipeline.report.reports_compared import ReportComparison

PAGE_FILE = "report.html"
_PAGE = Path(__file__).parent / "page"


@dataclass(frozen=True)
class Beside:
    """What a page shows that is not in the report: the test images, from their folder, and an earlier run."""

    images: Path | None = None
    before: ReportComparison | None = None


NOTHING_BESIDE = Beside()


def render_html(report: Report, beside: Beside = NOTHING_BESIDE) -> str:
    """Draw ``report`` as a page."""
    from pipeline.report.page.draw import draw_report  # noqa: PLC0415 - most runs draw none

    return f"{draw_report(report, beside.images, beside.before)}{_mark(report, beside)}"


def render_comparison(found: ReportComparison) -> str:
    """Draw two runs beside each other as a page."""
    from pipeline.report.page.draw import draw_comparison  # noqa: PLC0415 - as above

    return draw_comparison(found)


def is_page_of(text: str, report: Report, beside: Beside) -> bool:
    """Return whether a page was drawn of this report, by this version; reads no picture and draws nothing."""
    return text.endswith(_mark(report, beside))


def _mark(report: Report, beside: Beside) -> str:
    """Return the page's last line: a hash of all that it was drawn from.

    Of the test images the report has the hash of their list, which changes with each of them.
    """
    before = beside.before.before.dump() if beside.before else ""
    drawn_from = "\0".join((_code(), report.dump(), before, str(bool(beside.images))))
    return f"<!-- {hashlib.sha256(drawn_from.encode('utf-8', 'surrogatepass')).hexdigest()} -->\n"


@lru_cache
def _code() -> str:
    """Return a hash of what draws: modules, templates, and the words of all languages."""
    files = [*sorted(_PAGE.parent.rglob("*.*")), *sorted(LOCALE.rglob("*.mo"))]
    found = hashlib.sha256()
    for path in files:
        if path.suffix in (".py", ".j2", ".css", ".mo"):
            found.update(path.read_bytes())
    return found.hexdigest()
