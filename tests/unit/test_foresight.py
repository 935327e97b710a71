"""A plan says when the verdict will be another one although every stage is cached."""

from pathlib import Path

from pipeline.record.events import StagePlanned
from pipeline.run.options import Options
from stages.contract import Exit
from support.pretended import PretendedEngine, go
from support.projects import SCRATCH, write_project
from support.results import FILES


def planned(folder: Path) -> str:
    """Return what is planned for verify."""
    heard = go(folder, Options(dry_run=True))[1]
    said = (it.event for it in heard if it.stage == "verify")
    return next(it.reason for it in said if isinstance(it, StagePlanned))


def test_a_limit_that_changed_judges_anew_what_is_cached(
    tmp_path: Path, engine: PretendedEngine
) -> None:
    folder = write_project(tmp_path / "p", SCRATCH)
    assert go(folder)[0] == Exit.OK
    assert planned(folder).startswith("made in ")

    project_file = folder / "paddock.toml"
    project_file.write_text(project_file.read_text() + "\n[verify]\nmin_accuracy = 0.99\n")
    change = "min_accuracy above 0 → 0.99, pd: accuracy 0.9800 is under 0.99"
    said = f"the verdict is judged anew ({change}); made in "
    assert planned(folder).startswith(said)
    assert go(folder)[0] == Exit.PARITY and engine.ran == list(FILES)
    assert planned(folder).startswith("made in ")  # that is how it was judged last

    project_file.write_text(project_file.read_text().replace("0.99", "0.5"))
    assert "(min_accuracy 0.99 → 0.5); made in" in planned(folder)
    for report in (folder / ".paddock" / "runs").glob("*/report.json"):
        report.write_text("{")  # what cannot be read says nothing
    assert planned(folder).startswith("made in ")
