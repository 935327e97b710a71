"""Results of stages, reports and parity, as a run would make them."""

from __future__ import annotations

import hashlib
from typing import Any

from stages.contract import Artifact, Result

VERSIONS = {"python": "3.10.12", "paddle": "3.1.1", "numpy": "1.26.4", "opencv": "4.11.0.86"}

#: What each stage leaves that every project has; of another one a test says so itself.
FILES = {
    "data": ("train.txt", "val.txt", "test.txt", "dict.txt"),
    "train": ("checkpoint.pdparams", "config.yml"),
    "export": ("inference.pdmodel", "inference.pdiparams", "inference.yml"),
    "convert": ("model_arm.nb", "model_x86.nb", "lineage.json"),
    "verify": ("parity.json", "evidence.json", "preprocess.json", "golden.json"),
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
    "train": {
        "accuracy": 0.99,
        "ned": 0.998,
        "best_epoch": 2,
        "epochs_run": 3,
        "stopped_because": "all epochs done",
        "samples_per_s": 168.16,
        "learned": {"backbone": 0, "neck": 12, "head": 2},
        "parameters": {"backbone": 200, "neck": 30, "head": 2},
    },
    "convert": {
        "simplified_max_difference": 2.3e-06,
        "opt_version": "v2.13-rc",
        "rules": {"XShape output": 11, "drop dropout": 8, "swish beta": 7},
    },
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


#: What every task measures.
_COSTS = {
    "agreement": 1.0,
    "latency_ms": {"p50": 40.0, "p90": 42.0, "p99": 50.0},
    "images_per_s": 24.8,
    "peak_rss_mb": 380.0,
}


def make_boxes(name: str, **changes: Any) -> dict[str, Any]:
    """Return a measured detection model's entry of parity.json."""
    boxes = {"hmean": 0.92, "precision": 0.94, "recall": 0.9, "boxes": 431}
    maps = {
        "max_abs_diff": 0.0 if name == "pd" else 9e-5,
        "flipped_pixels": 0,
        "pixels": 18_432_000,
    }
    return {"name": name, "status": "measured", **boxes, **maps, **_COSTS, **changes}


def make_turns(name: str, **changes: Any) -> dict[str, Any]:
    """Return a measured orientation model's entry of parity.json."""
    found = {"accuracy": 0.99, "max_abs_diff": 0.0 if name == "pd" else 1e-6}
    return {"name": name, "status": "measured", **found, **_COSTS, **changes}


def make_chain(**changes: Any) -> dict[str, Any]:
    """Return what verify says of detection and recognition chained."""
    chain = {"recognition": "plates", "pages": 20, "lines": 431, "same": 431, "different": []}
    return {**chain, **changes}


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
    made = {**parity, **changes}
    return made if made.get("task", "recognition") == "recognition" else _without_dictionary(made)


def _without_dictionary(parity: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in parity.items() if name != "dictionary"}


def make_results() -> dict[str, Result]:
    """Return a result of every stage."""
    return {stage: make_result(stage) for stage in FILES}


def make_comparison(place: str, what: str, value: str, found: str | None = None) -> dict[str, str]:
    """Return an entry of evidence.json: ``place`` says ``found`` (or what it should) of ``what``."""
    said = value if found is None else found
    outcome = "not said" if not said else "same" if said == value else "differs"
    return {"place": place, "what": what, "expected": value, "found": said, "outcome": outcome}


def make_evidence(**changes: Any) -> dict[str, Any]:
    """Return an evidence.json of a run in which all is well."""
    evidence = {
        "schema_version": 1,
        "dictionary": [
            make_comparison("training configuration", "characters", "5f1d"),
            make_comparison("checkpoint", "classes", "37"),
            make_comparison("inference.yml", "characters", "5f1d"),
            make_comparison("pd", "classes", "37"),
            make_comparison("nb-arm", "classes", "37"),
        ],
        "preprocessing": [
            make_comparison("training configuration", "channel_order", "BGR"),
            make_comparison("inference.yml", "image_shape", "[3, 48, 320]"),
            make_comparison("pd", "image_shape", "[3, 48, 320]", ""),
        ],
        "sanity": [
            {
                "model": name,
                "row_sum_error": 1e-7,
                "repeat_difference": 0.0,
                "distinct_readings": 57,
            }
            for name in ("checkpoint", "pd", "nb-x86")
        ],
        "canary": {
            "stock": "PP-OCRv5_mobile_rec",
            "images": 32,
            "models": [
                {"model": "pd", "reference": "checkpoint", "as_stock": 0.81, "as_reference": 1.0},
                {"model": "nb-x86", "reference": "pd", "as_stock": 0.81, "as_reference": 1.0},
            ],
        },
        "runtime": {
            "paddle_lite": "2.13rc0",
            "files": [
                {"model": "nb-arm", "target": "arm", "opt_version": "v2.13-rc"},
                {"model": "nb-x86", "target": "x86", "opt_version": "v2.13-rc"},
            ],
        },
    }
    return {**evidence, **changes}


def make_lineage(**changes: Any) -> dict[str, Any]:
    """Return a lineage.json in which every tensor is traced."""
    folds, norms = {"affine folded": 28, "bias reshaped": 2}, {"batch norm folded": 12}
    step = {"from": "lite", "tensors": 216, "same": 204, "derived": 12, "by": norms}
    prints = ("pd", "lite", "nb-arm", "nb-x86")
    lineage = {
        "schema_version": 1,
        "steps": [
            {"from": "pd", "to": "lite", "tensors": 180, "same": 150, "derived": 30, "by": folds},
            {**step, "to": "nb-arm"},
            {**step, "to": "nb-x86"},
        ],
        "models": {name: {"fingerprint": make_artifact(name).sha256} for name in prints},
        "targets": {"tensors": 216, "different": []},
    }
    return {**lineage, **changes}
