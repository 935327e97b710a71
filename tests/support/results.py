"""Results of stages, reports and parity, as a run would make them."""

from __future__ import annotations

import hashlib
from typing import Any

from stages.contract import Artifact, Result

VERSIONS = {"python": "3.10.12", "paddle": "3.1.1", "numpy": "1.26.4", "opencv": "4.11.0.86"}

FILES = {
    "data": ("train.txt", "val.txt", "test.txt", "dict.txt"),
    "train": ("checkpoint.pdparams", "config.yml"),
    "export": ("inference.pdmodel", "inference.pdiparams", "inference.yml"),
    "convert": ("model_arm.nb", "model_x86.nb"),
    "verify": ("parity.json", "preprocess.json", "golden.json"),
}

METRICS: dict[str, dict[str, Any]] = {
    "data": {
        "lines": {"train": 3, "val": 2, "test": 2},
        "characters": 36,
        "classes": 37,
        "longest_text": 10,
        "duplicates": 0,
        "leaked": 0,
    },
    "export": {"parameters_compared": 234, "max_difference": 0.0, "operators": 338},
    "convert": {"simplified_max_difference": 2.3e-06, "opt_version": "v2.13-rc"},
}


def make_artifact(path: str, data: bytes | None = None) -> Artifact:
    """Return an artifact with the hashes of ``data`` (its own name, if there is none)."""
    content = path.encode() if data is None else data
    md5 = hashlib.md5(content, usedforsecurity=False).hexdigest()
    return Artifact(path, len(content), md5, hashlib.sha256(content).hexdigest())


def make_result(stage: str, key: str = "k" * 64, flavour: str = "") -> Result:
    """Return a finished stage's result; another ``flavour`` is another content of its files."""
    artifacts = tuple(
        make_artifact(name, f"{stage} {name} {flavour}".encode()) for name in FILES[stage]
    )
    return Result(stage, key, artifacts, METRICS.get(stage, {}), dict(VERSIONS), 1.5)


def make_model(name: str, **changes: Any) -> dict[str, Any]:
    """Return a measured model's entry of parity.json."""
    model = {
        "name": name,
        "status": "measured",
        "accuracy": 0.98,
        "ned": 0.995,
        "agreement": 1.0,
        "max_abs_diff": 0.0 if name == "pd" else 0.0002,
        "latency_ms": {"p50": 50.0, "p90": 52.0, "p99": 60.0},
        "images_per_s": 19.8,
        "peak_rss_mb": 410.0,
        "classes": 37,
    }
    return {**model, **changes}


def make_parity(*models: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """Return a parity.json of these models, or of one of each kind."""
    usual = (
        make_model("checkpoint"),
        make_model("pd"),
        make_model("nb-x86"),
        {"name": "nb-arm", "status": "not runnable here"},
    )
    used = make_result("data").artifact("dict.txt")
    parity = {
        "images": 300,
        "dictionary": {"md5": used.md5, "sha256": used.sha256, "entries": 36, "classes": 37},
        "models": list(models or usual),
        "mismatches": [],
    }
    return {**parity, **changes}


def make_results() -> dict[str, Result]:
    """Return a result of every stage."""
    return {stage: make_result(stage) for stage in FILES}
