"""How a run ends: report, verdict, and what is put into ``out/``."""

from __future__ import annotations

import io
import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.deliver import REPORT_FILE, deliver, is_delivered, report_texts, withdraw
from pipeline.engine.volumes import Door
from pipeline.errors import IntegrityFailed
from pipeline.events import Delivered, EventLog, Noted
from pipeline.execution import result_folder
from pipeline.hashes import HashCache
from pipeline.project import Project
from pipeline.report.build import build_report
from pipeline.report.guards import refusal
from stages.contract import Artifact, Digests, Exit, Result, hash_file
from stages.files import write_bytes, write_text


@dataclass(frozen=True)
class Outcome:
    """Exit code and verdict of a run."""

    code: Exit
    verdict: str = ""
    reasons: tuple[str, ...] = ()


def conclude(
    project: Project,
    run: str,
    results: Mapping[str, Result],
    given: Mapping[str, Digests],
    door: Callable[[], Door],
    log: EventLog,
    *,
    locked: bool = False,
) -> Outcome:
    """Write the report and deliver.

    A run that fails parity never replaces ``out/``, which may hold the last good model: its files
    go to ``out.failed/``.

    Raises:
        IntegrityFailed: an artifact in the workspace is not the one in the ledger, or a guard refuses.
    """

    def read(stage: str, name: str) -> Any:
        return json.loads(_small_artifact(project, results[stage], name, door))

    report = build_report(
        project,
        run,
        results,
        read("verify", "parity.json"),
        given,
        locked=locked,
        proof=read("verify", "evidence.json"),
        lineage=read("convert", "lineage.json"),
    )
    passed = report["verdict"] == "pass"
    failed = project.folder / "out.failed"
    target = project.out if passed else failed
    shipped = _shipped(results)
    is_there = _is_there(target, project, report, shipped)
    ready = None if is_there else _collect(project, run, shipped, results, door)
    kept = project.state / "runs" / run / REPORT_FILE
    write_text(kept, report_texts(report)[REPORT_FILE])  # so that runs can be compared
    if refused := refusal(report["pitfalls"]):
        raise refused
    if ready:
        delivery = deliver(target, ready, report)
        log.say(Delivered(str(delivery.folder), delivery.files))
    if passed:
        withdraw(failed)  # it tells of a run that this one has put right
    elif project.out.exists():
        log.say(Noted("out/ still holds the last model that passed"))
    return Outcome(Exit.OK if passed else Exit.PARITY, report["verdict"], tuple(report["reasons"]))


def _shipped(results: Mapping[str, Result]) -> dict[str, tuple[str, Artifact]]:
    """Return what ships: file name -> (stage, artifact)."""
    wanted = {"dict.txt": "data", "preprocess.json": "verify", "golden.json": "verify"}
    models = {
        item.path: "convert" for item in results["convert"].artifacts if item.path.endswith(".nb")
    }
    return {
        name: (stage, results[stage].artifact(name)) for name, stage in (wanted | models).items()
    }


def _is_there(
    target: Path,
    project: Project,
    report: Mapping[str, Any],
    shipped: Mapping[str, tuple[str, Artifact]],
) -> bool:
    with HashCache(project.state / "hashes.sqlite") as cache:
        found = {name: cache.sha256(target / name) for name in shipped if (target / name).is_file()}
    expected = {name: artifact.sha256 for name, (_, artifact) in shipped.items()}
    return is_delivered(target, report, expected, found)


def _collect(
    project: Project,
    run: str,
    shipped: Mapping[str, tuple[str, Artifact]],
    results: Mapping[str, Result],
    door: Callable[[], Door],
) -> Path:
    """Copy what ships out of the workspace, checking every hash; return the folder."""
    ready = project.state / "runs" / run / "out"
    shutil.rmtree(ready, ignore_errors=True)
    ready.mkdir(parents=True)
    for name, (stage, artifact) in shipped.items():
        path = result_folder(stage, results[stage].key) / name
        with (ready / name).open("wb") as sink:
            door().fetch(path, sink)
        found = hash_file(ready / name).sha256
        if found != artifact.sha256:
            raise IntegrityFailed(
                f"{name} in the workspace is not the file that {stage} made: "
                f"expected SHA-256 {artifact.sha256}, found {found}",
                str(path),
                f"make it again: paddock --batch --force {stage}",
            )
    return ready


def _small_artifact(project: Project, result: Result, name: str, door: Callable[[], Door]) -> bytes:
    """Return an artifact's bytes, kept on the host by hash so that a cached run opens no container."""
    artifact = result.artifact(name)
    kept = project.state / "cache" / artifact.sha256
    if not kept.is_file() or hash_file(kept).sha256 != artifact.sha256:
        buffer = io.BytesIO()
        door().fetch(result_folder(result.stage, result.key) / name, buffer)
        kept.parent.mkdir(exist_ok=True)
        write_bytes(kept, buffer.getvalue())
    return kept.read_bytes()
