"""``paddock device``"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

from rich.cells import cell_len

from pipeline.project import Project, load_project
from pipeline.record.devices import Device, add_device, latest_devices, read_devices
from pipeline.report.devices import judge_device, not_shipped
from pipeline.report.results_file import read_results
from pipeline.text import one_line
from stages.contract import Exit
from stages.contract.codec import encode
from tui.console import Terminal, padded
from tui.language import _, translated

DESCRIPTION = """\
Take in what a phone measured on the golden images of the kit (out/kit/README.md says how), hold it
against the run that made its model, and keep it: it becomes a row of the report's table. Without a
file, every phone that was measured last with each model is listed, side by side.

  paddock device results.json           take it in
  paddock device                        all phones of the project
  paddock device --json                 for a script

Exit code 0: it reads as the model; 5: it does not, or has another model, dictionary or
preprocessing; 2: the file is not a results file."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "results", nargs="?", metavar="RESULTS", help="what the kit's checker wrote, or PROJECT"
    )
    parser.add_argument("project", nargs="?", default=".", metavar="PROJECT")
    parser.add_argument("--json", action="store_true", help="print one JSON object a phone")


def run(options: argparse.Namespace, terminal: Terminal) -> int:
    """Take results in, or list what there is."""
    named = Path(options.results) if options.results else None
    listed = named is None or named.is_dir()
    project = load_project(named if named and listed else Path(options.project))
    if named is None or listed:
        devices = latest_devices(read_devices(project.state))
    else:
        results = read_results(named)
        read_devices(project.state)  # nothing is added to what was changed
        devices = (judge_device(results, project),)
        add_device(project.state, devices[0])
    if options.json:
        for device in devices:
            shipped = not not_shipped(device, project)
            terminal.raw(
                json.dumps({"passed": device.passed, "shipped": shipped, **encode(device)})
            )
    else:
        _show(devices, project, terminal)
    return Exit.OK if all(device.passed for device in devices) else Exit.INTEGRITY


def _show(devices: Sequence[Device], project: Project, terminal: Terminal) -> None:
    if not devices:
        terminal.print(_("no phone was measured yet: out/kit/README.md says how"))
        return
    heads = [_("phone"), _("library"), _("threads"), _("same"), "p50 ms", "p90 ms", _("RSS MB")]
    rows = [heads, *(_cells(device) for device in devices)]
    widths = [max(cell_len(row[place]) for row in rows) for place in range(len(heads))]
    for row, device in zip(rows, [None, *devices], strict=True):
        cells = [
            padded(cell, width, right=place > 1)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        mark = " " if device is None else "✔" if device.passed else "✘"
        terminal.print(
            f"{mark} {'  '.join(cells)}", "" if device is None or device.passed else "red"
        )
    for device in devices:
        for finding in device.findings:
            said = f"{device.title}: {translated(finding.sentence)}"
            terminal.print(f"  {'○' if finding.tolerated else '✘'} {one_line(said)}")
        if why := not_shipped(device, project):
            terminal.print(f"  ! {one_line(f'{device.title}: {translated(why)}')}", "yellow")


def _cells(device: Device) -> list[str]:
    return [
        one_line(device.title),
        one_line(device.library),
        str(device.threads),
        f"{device.same}/{device.images}",
        f"{device.latency_ms.p50:.1f}",
        f"{device.latency_ms.p90:.1f}",
        f"{device.peak_rss_mb:.0f}",
    ]
