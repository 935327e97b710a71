"""What there is to push: the files that a run delivered, held against their sums and the record."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import IntegrityFailed, UsageError
from pipeline.integrity.delivered import check_out
from pipeline.integrity.faults import refuse
from pipeline.package.description import MORE_SUMS, SUMS, Description, NotPassed, are_of
from pipeline.package.manifest import Layer, Manifest, is_safe_title
from pipeline.package.revision import lock_revision
from pipeline.plan.lockfile import lock_of
from pipeline.project import Project
from pipeline.record.ledger import Ledger
from pipeline.record.sums import sums_of
from pipeline.registry.content import PUSH_AGAIN, Blob
from pipeline.registry.reference import digest_of
from pipeline.report.model import REPORT_FILE, Report, ReportError, parse_report
from pipeline.text import one_line
from stages.files import sha256_of
from stages.message import msg

_RUN_AGAIN = msg("run again: paddock --batch")


@dataclass(frozen=True)
class Package:
    """What is pushed: the manifest, its configuration, and where the files are."""

    folder: Path
    description: Description
    config: bytes
    manifest: Manifest

    def path(self, layer: Layer) -> Path:
        """Return where a layer's file is."""
        return self.folder / layer.title


def collect(project: Project, *, failed: bool) -> Package:
    """Hash what the last run delivered, and describe it.

    Args:
        project: whose files they are.
        failed: whether those of a run that failed are meant, if there are some.

    Raises:
        UsageError: nothing was delivered yet.
        NotPassed: the run failed, and that was not asked for.
        IntegrityFailed: a file is not what was delivered.
    """
    beside = project.failed
    folder = beside if failed and beside.is_dir() else project.out
    if not folder.is_dir():
        failing = msg("; of the run that failed: --failed") if beside.is_dir() else ""
        raise UsageError(
            msg("nothing was delivered that could be pushed{also}", failing),
            str(folder),
            _RUN_AGAIN,
        )
    ledger = Ledger(project.state / "ledger.jsonl")
    if folder == project.out:
        refuse(check_out(project, ledger))
    layers = tuple(_layers(folder))
    report = _report(folder, layers)
    if not (report.passed or failed):
        raise NotPassed(report.run, report.verdict, report.reasons)
    description = _described(project, folder, report, ledger)
    config = description.dump()
    described = Blob(digest_of(config), len(config))
    return Package(
        folder, description, config, Manifest(described, layers, description.annotations())
    )


def _layers(folder: Path) -> Iterator[Layer]:
    """Give the files that the sums name, as they are named there, and the sums."""
    named = sums_of(folder)
    if not named:
        raise UsageError(
            msg("it has no sums of what was delivered"), str(folder / SUMS), _RUN_AGAIN
        )
    for name in (*named, SUMS, MORE_SUMS):
        path = folder / name
        if not is_safe_title(name) or path.is_symlink() or not path.is_file():
            raise IntegrityFailed(
                msg("{name} was delivered, and is not there", one_line(name)), str(path), _RUN_AGAIN
            )
        size, sha256 = sha256_of(path)
        if sha256 != named.get(name, sha256):
            raise IntegrityFailed(
                msg("{name} is not what was delivered", one_line(name)), str(path), _RUN_AGAIN
            )
        yield Layer(name, Blob(f"sha256:{sha256}", size))


def _report(folder: Path, layers: Sequence[Layer]) -> Report:
    """Return the report of these very files: a run may deliver others at any moment."""
    path = folder / REPORT_FILE
    try:
        data, sums = path.read_bytes(), (folder / SUMS).read_bytes()
        report = parse_report(data)
    except (OSError, ReportError) as error:
        raise UsageError(
            msg("the report cannot be read: {error}", error), str(path), _RUN_AGAIN
        ) from error
    hashed = {layer.title: layer.blob.digest for layer in layers}
    if hashed.get(REPORT_FILE) != digest_of(data) or not are_of(layers, sums, report):
        raise IntegrityFailed(
            msg("the report is not of the files beside it"), str(path), PUSH_AGAIN
        )
    return report


def _described(project: Project, folder: Path, report: Report, ledger: Ledger) -> Description:
    made = {entry.key: entry.components.image for entry in ledger.entries}
    return Description(
        project=report.project,
        run=report.run,
        task=report.task,
        verdict=report.verdict,
        reasons=tuple(map(str, report.reasons)),
        dictionary=report.dictionary.sha256 if report.dictionary else "",
        needs={file.model: file.needs for file in report.runtime.files if file.needs},
        images={
            stage: made[result.key] for stage, result in report.stages.items() if result.key in made
        },
        revision=lock_revision(lock_of(project)) if folder == project.out else "",
    )
