"""Draw a finished run as the SVG that the README shows: ``python scripts/picture.py PROJECT OUT.svg``.

What is drawn is what ``--batch`` printed: the run's own events and its report, nothing made up.
"""

from __future__ import annotations

import sys
from pathlib import Path

import svg
from pipeline.record.events import Envelope
from pipeline.report.model import REPORT_FILE, load_report
from stages.contract import ArtifactMade, EnvironmentRead, Metric, Progress
from tui.console import Terminal
from tui.pipe import Pipe
from tui.printer import Printer
from tui.table import print_parity

WIDTH = 130
#: Too many for a picture; the log has them all.
LEFT_OUT = (ArtifactMade, EnvironmentRead, Metric, Progress)


def main(project: Path, target: Path) -> None:
    """Draw the run that ``out/report.json`` names."""
    report = load_report(project / "out" / REPORT_FILE)
    terminal = Terminal(WIDTH)
    terminal.results = Pipe(width=WIDTH, record=True, file=sys.stderr, highlight=False)
    printer = Printer(terminal)
    events = project / ".paddock" / "runs" / report.run / "events.jsonl"
    for line in events.read_text(encoding="ascii").splitlines():
        envelope = Envelope.decode(line)
        if not isinstance(envelope.event, LEFT_OUT):
            printer.show(envelope)
    print_parity(report, terminal)
    svg.save(terminal.results, "paddock --batch demo", target)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
