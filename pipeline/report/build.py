"""``report.json``: one dictionary, made from the stages' results and the parity they measured.

docs/report.schema.json is its schema.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pipeline.project import Project
from pipeline.report.verdict import judge
from stages.contract import Artifact, Result

SCHEMA_VERSION = 1

#: Where each model's file is: model name -> (stage, artifact).
_MODEL_FILES = {
    "checkpoint": ("train", "checkpoint.pdparams"),
    "pd": ("export", "inference.pdiparams"),
}


def build_report(
    project: Project, run: str, results: Mapping[str, Result], parity: Mapping[str, Any]
) -> dict[str, Any]:
    """Put the report together (docs/file-formats.md)."""
    verdict = judge(parity["models"], project.settings.verify)
    return {
        "schema_version": SCHEMA_VERSION,
        "project": project.name,
        "run": run,
        "verdict": verdict.word,
        "reasons": list(verdict.reasons),
        "remarks": list(verdict.remarks),
        "images": parity["images"],
        "dictionary": parity["dictionary"],
        "models": [_with_file(model, results) for model in parity["models"]],
        "mismatches": parity["mismatches"],
        "stages": {
            stage: {"key": result.key, "seconds": result.seconds, "metrics": result.metrics}
            for stage, result in results.items()
        },
        "environment": {stage: result.environment for stage, result in results.items()},
        "artifacts": [
            {"stage": stage, **_facts(artifact), "path": artifact.path}
            for stage, result in results.items()
            for artifact in result.artifacts
        ],
        "pitfalls": [],
    }


def _with_file(model: Mapping[str, Any], results: Mapping[str, Result]) -> dict[str, Any]:
    artifact = _file_of(str(model["name"]), results)
    return {**model, **(_facts(artifact) if artifact else {})}


def _file_of(name: str, results: Mapping[str, Result]) -> Artifact | None:
    default = ("convert", f"model_{name.removeprefix('nb-')}.nb")
    stage, path = _MODEL_FILES.get(name, default)
    if stage not in results:
        return None
    return next((item for item in results[stage].artifacts if item.path == path), None)


def _facts(artifact: Artifact) -> dict[str, Any]:
    return {"size": artifact.size, "md5": artifact.md5, "sha256": artifact.sha256}
