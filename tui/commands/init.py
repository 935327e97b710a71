"""``paddock init``"""

from __future__ import annotations

import argparse
from pathlib import Path

from pipeline.errors import UsageError
from pipeline.plan.labelled import answers_for
from pipeline.plan.preview import settled
from pipeline.project import PROJECT_FILE
from pipeline.project.suggest import suggest
from pipeline.project.template import project_text
from stages.contract import Exit
from stages.files import write_text
from tui.appearance import symbol
from tui.console import Terminal
from tui.language import _
from tui.words import with_remedy

DESCRIPTION = """\
Write a commented paddock.toml into DIR, for what lies there already, and say what that is. Nothing that is
there is overwritten. With --labels it is for
the images of one label file, in the folder of that file if no DIR is given: the run shares them out to
train, val and test, and makes the dictionary of their characters."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("folder", metavar="DIR", type=Path, nargs="?")
    parser.add_argument(
        "--labels",
        metavar="FILE",
        type=Path,
        help=_("one label file, such as PPOCRLabel's rec_gt.txt"),
    )


def run(options: argparse.Namespace, terminal: Terminal) -> int:
    """Write the project file."""
    labels: Path | None = options.labels
    if options.folder is None and labels is None:
        raise UsageError(_("name the folder of the new project, or its label file with --labels"))
    folder: Path = options.folder or (labels or Path()).parent
    path = folder / PROJECT_FILE
    if path.exists():
        remedy = _("edit it, or name another folder")
        raise UsageError(_("there is a project already"), str(path), remedy)
    answers = answers_for(labels, folder) if labels else suggest(folder)
    answers, found = settled(answers, folder)
    folder.mkdir(parents=True, exist_ok=True)
    write_text(path, project_text(answers))
    terminal.print(_("wrote {path}").format(path=path))
    for note in found.notes:
        mark = symbol("failed" if note.is_problem else "note")
        for line in f"{mark} {with_remedy(note.message, note.remedy, note.file)}".splitlines():
            terminal.print(f"  {line}")
    if answers.complaints(folder):
        terminal.print(_("next: put your label files, images and dictionary where it says, then"))
    else:
        terminal.print(_("next: look at it, then"))
    terminal.print(f"      paddock --batch {folder}")
    return Exit.OK
