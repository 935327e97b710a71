"""What there is to push: a project whose last run delivered something; and manifests that nobody pushed."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

from pipeline.project import load_project
from pipeline.record.verdict import Verdict
from pipeline.report.model import StageArtifact
from pipeline.run.deliver import complete, deliver
from support.apps import laid_out
from support.projects import write_project
from support.registry import digest
from support.results import make_artifact, make_report

SHIPPED = {
    "model_arm.nb": b"arm" * 5000,
    "model_x86.nb": b"x86" * 5000,
    "dict.txt": b"A\nB\n0\n1\n",
}

#: What lies a folder down.
KIT = {"kit/README.md": b"for the phone", "kit/golden/input.bin": bytes(16)}


def delivered(
    folder: Path, verdict: Verdict = Verdict.PASS, files: Mapping[str, bytes] = SHIPPED
) -> Path:
    """Make a project whose last run delivered these files, with this verdict; return its folder."""
    project = load_project(folder if folder.is_dir() else write_project(folder))
    reasons = () if verdict.passed else ("nb-x86: strings differ",)
    report = make_report(project)
    made = {
        name: StageArtifact(stage="convert", **asdict(make_artifact(name, data)))
        for name, data in files.items()
    }
    others = [it for it in report.artifacts if it.path not in made]
    update = {"verdict": verdict, "reasons": reasons, "artifacts": (*others, *made.values())}
    report = report.model_copy(update=update)
    ready = folder / ".paddock" / "ready"
    laid_out(ready, files)
    complete(ready, report, made=KIT)
    deliver(project.out if verdict.delivers else folder / "out.failed", ready)
    return folder


def layered(*titles: str) -> bytes:
    """Return a manifest of empty files with these names."""
    one = {"mediaType": "application/vnd.paddock.model.file.v1", "digest": digest(b""), "size": 0}
    layers = [{**one, "annotations": {"org.opencontainers.image.title": it}} for it in titles]
    kind = "application/vnd.paddock.model"
    config = {**one, "mediaType": f"{kind}.config.v1+json"}
    body = {"schemaVersion": 2, "artifactType": f"{kind}.v1", "config": config, "layers": layers}
    return json.dumps(body).encode()
