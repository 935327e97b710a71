"""A project with a delivered model, and what a phone measured with it on the recorded golden images."""

import hashlib
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from pipeline.project import Project, load_project
from pipeline.record.kept import kept_file
from pipeline.record.verdict import Asked, Limit
from pipeline.report.model import REPORT_FILE, Dictionary, Model
from stages.contract.artifacts import DICTIONARY, GOLDEN, GOLDEN_FILES, PREPROCESS
from support import recorded_kit
from support.projects import write_project
from support.results import make_artifact, make_report

RUN = "20261129-101500-0001"
_LEFT = (DICTIONARY, PREPROCESS, GOLDEN, GOLDEN_FILES)


def delivered(folder: Path, *limits: Limit) -> Project:
    """Write a project whose last run delivered the model of the recorded kit."""
    project = load_project(write_project(folder))
    words = recorded_kit.read("dict.txt")
    left = {name: recorded_kit.read(name) for name in _LEFT} | {"model_arm.nb": recorded_kit.MODEL}
    report = make_report(project, run=RUN)
    hashes = {name: make_artifact(name, data).sha256 for name, data in left.items()}
    changed = report.model_copy(
        update={
            "models": tuple(
                _with_hash(model) if model.name == "nb-arm" else model for model in report.models
            ),
            "artifacts": tuple(
                item.model_copy(update={"sha256": hashes.get(item.path, item.sha256)})
                for item in report.artifacts
            ),
            "dictionary": Dictionary(
                md5="0" * 32,
                sha256=hashlib.sha256(words).hexdigest(),
                entries=4,
                classes=5,
                places=(),
            ),
            "limits": limits,
        }
    )
    said = changed.dump().encode()
    files = {project.out / name: data for name, data in left.items() if name != GOLDEN_FILES}
    files |= {kept_file(project.state, hashes[name]): left[name] for name in (GOLDEN, GOLDEN_FILES)}
    files |= {project.state / "runs" / RUN / REPORT_FILE: said, project.out / REPORT_FILE: said}
    for path, data in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return project


def _with_hash(model: Model) -> Model:
    return replace(model, sha256=recorded_kit.MODEL_SHA256)


def agreement(least: float) -> Limit:
    """Return a limit to the share of images that the model reads as its reference."""
    return Limit(Asked.MIN_AGREEMENT, "nb-arm", "", True, 1.0, least)


def difference(most: float) -> Limit:
    """Return a limit to a difference."""
    return Limit(Asked.MAX_ABS_DIFF, "nb-arm", "", True, 0.0, most)


def measured(**changes: Any) -> dict[str, Any]:
    """Return what the checker writes on a phone that reads as the model, with some of it changed."""
    words = recorded_kit.read("dict.txt")
    return {
        "schema_version": 1,
        "task": "recognition",
        "device": {
            "name": "Google Pixel 6", "system": "Android 14", "abi": "arm64-v8a", "processor": "gs101",
            "cores": 8,
        },
        "library": {"name": "Paddle-Lite", "version": "v2.13-rc"},
        "threads": 1,
        "model": {"file": "model_arm.nb", "sha256": recorded_kit.MODEL_SHA256},
        "dictionary_sha256": hashlib.sha256(words).hexdigest(),
        "load_ms": 41.5,
        "latency_ms": {"p50": 23.4, "p90": 25.1, "p99": 31.0, "runs": 20},
        "peak_rss_mb": 71.2,
        "images": [
            {
                "file": image.file,
                "input_sha256": image.input_sha256,
                "text": image.found["nb-arm"],
                "score": image.scores["nb-arm"],
            }
            for image in recorded_kit.golden().images
        ],
        **changes,
    }  # fmt: skip


def write_results(folder: Path, **changes: Any) -> Path:
    """Write a results file."""
    path = folder / "results.json"
    path.write_text(json.dumps(measured(**changes)), encoding="utf-8")
    return path
