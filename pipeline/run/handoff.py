"""One archive for a phone's developer: a run's files for phones, and the kit, laid out as in ``out/``."""

from __future__ import annotations

import io
import os
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

from pipeline.errors import UsageError
from pipeline.kit.files import FOLDER, KitSource, files_for_phones, make_kit
from pipeline.kit.rules import NoKitError
from pipeline.project import Project
from pipeline.record.kept import read_kept
from pipeline.record.runlock import LOCK_NAME, run_lock
from pipeline.record.runs import run_folder
from pipeline.report.find import runs_of
from pipeline.report.model import Report, StageArtifact, read_report
from pipeline.run.connect import connect
from pipeline.run.made import read_made
from pipeline.run.prepare import prepare
from stages.contract import digests_of
from stages.contract.artifacts import DICTIONARY, GOLDEN, GOLDEN_FILES, PREPROCESS
from stages.contract.variant import Variant
from stages.files import write_bytes
from stages.message import joined, msg, text_of

#: What the archive unpacks into, and the name of its sums there.
_ROOT, _SUMS = "paddock-kit", "SHA256SUMS"
#: The first time that a zip can name: equal files make an equal archive.
_TIME = (1980, 1, 1, 0, 0, 0)
_RUN = msg("run first: paddock --batch")
_OTHER_FILE = msg("name another file: paddock kit -o FILE")


def hand_off(
    project: Project,
    environ: Mapping[str, str],
    say: Callable[[str], None],
    run: str = "",
    target: Path | None = None,
) -> Path:
    """Write the archive and return where it is; the engine is asked only for what is not on the host.

    Args:
        project: whose models.
        environ: where the engine is looked up.
        say: told in a sentence what goes on.
        run: its name; "" for the last that delivered.
        target: where to write: a file, or a folder for ``kit-RUN.zip``, by default the project's.

    Raises:
        UsageError: there is no such run, no kit of it, or another file is where the archive is to go.
        IntegrityFailed: a file is not the one that the run made.
        EngineError: what is not on the host cannot be fetched.
    """
    report = _report(project, run)
    try:
        files = _gathered(project, environ, say, report)
    except NoKitError as error:
        said = msg("run {run} has no kit: {error}", report.run, text_of(error))
        remedy = msg("docs/kit.md says of which models there is one")
        raise UsageError(said, str(project.folder), remedy) from error
    path, data = target or project.folder, _archive(files)
    if path.is_dir():
        path /= f"kit-{report.run}.zip"
    try:
        if os.path.lexists(path) and path.read_bytes() != data:
            said = msg("{file} is there already, and is another one", path.name)
            raise UsageError(said, str(path), _OTHER_FILE)
        write_bytes(path, data)
    except OSError as error:
        said = msg("{file} cannot be written: {error}", path.name, error.strerror or error)
        raise UsageError(said, str(path), _OTHER_FILE) from error
    return path


def _report(project: Project, run: str) -> Report:
    """Return the report of a run, or of the last that delivered."""
    try:
        named = (run_folder(project.state, run),) if run else runs_of(project.state)
    except ValueError as error:
        raise UsageError(text_of(error), "--run") from error
    reports = (report for folder in named if (report := read_report(folder)))
    found = next((report for report in reports if report.verdict.delivers), None)
    if found is None and run:
        said = msg("there is no run {run} that delivered a model", run)
        raise UsageError(
            said, str(project.folder), msg("without --run it is the last one that did")
        )
    if found is None:
        raise UsageError(msg("there is no run that delivered a model"), str(project.folder), _RUN)
    return found


def _gathered(
    project: Project, environ: Mapping[str, str], say: Callable[[str], None], report: Report
) -> dict[str, bytes]:
    """Return all that goes into the archive.

    Raises:
        NoKitError: there is no kit of this run.
    """
    if not any(item.path == GOLDEN_FILES for item in report.artifacts):
        why = msg("it left no golden images' files")
        said = msg("run {run} has no kit: {error}", report.run, why)
        raise UsageError(said, str(project.folder), msg("run again: paddock --batch"))
    models = files_for_phones(report)
    names = {variant.file for variant in map(Variant.of_model, models) if variant}
    names |= {DICTIONARY, PREPROCESS, GOLDEN, GOLDEN_FILES}
    files = _files(project, environ, say, report, names)
    golden = files.pop(GOLDEN_FILES)
    kit = make_kit(KitSource(files[GOLDEN], golden, files[PREPROCESS], models))
    return {**files, **{f"{FOLDER}/{name}": data for name, data in kit.items()}}


def _files(
    project: Project,
    environ: Mapping[str, str],
    say: Callable[[str], None],
    report: Report,
    wanted: set[str],
) -> dict[str, bytes]:
    """Return what the stages left under these names, as far as they left it."""
    made = {item.path: item for item in report.artifacts if item.path in wanted}
    found = {path: _here(project, item) for path, item in made.items()}
    missing = [made[path] for path, data in found.items() if data is None]
    fetched = _fetched(project, environ, say, report, missing) if missing else {}
    return {path: data for path, data in {**found, **fetched}.items() if data is not None}


def _here(project: Project, item: StageArtifact) -> bytes | None:
    """Return an artifact that is on the host: in ``out/``, or kept."""
    path = project.out / item.path
    if path.is_file() and digests_of(data := path.read_bytes()).sha256 == item.sha256:
        return data
    return read_kept(project.state, item.sha256)


def _fetched(
    project: Project,
    environ: Mapping[str, str],
    say: Callable[[str], None],
    report: Report,
    missing: list[StageArtifact],
) -> dict[str, bytes]:
    """Fetch artifacts of an earlier run out of the workspace."""
    names = joined(", ", (item.path for item in missing))
    say(msg("fetching {files} out of the workspace", names))
    fetched = {}
    with run_lock(project.state / LOCK_NAME):
        prepared = prepare(connect(project, environ), frozenset(), say)
        with prepared.place.volumes() as volumes:
            for item in missing:
                key = report.stages[item.stage].key
                fetched[item.path] = read_made(volumes, item.stage, key, item.path, item.sha256)
    return fetched


def _archive(files: Mapping[str, bytes]) -> bytes:
    """Return a zip of the files and their sums."""
    sums = "".join(f"{digests_of(files[name]).sha256}  {name}\n" for name in sorted(files))
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in sorted({**files, _SUMS: sums.encode()}.items()):
            info = zipfile.ZipInfo(f"{_ROOT}/{name}", _TIME)
            info.external_attr = 0o644 << 16
            archive.writestr(info, data, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()
