"""``report.json``: one dictionary, made from the stages' results and the parity they measured.

docs/report.schema.json is its schema.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from pipeline.project import Project
from pipeline.report.evidence import Evidence
from pipeline.report.guards import check_guards
from pipeline.report.metrics import task_of
from pipeline.report.training import Point, training_section
from pipeline.report.verdict import judge
from stages.contract import Artifact, Digests, Result

SCHEMA_VERSION = 1
REPORT_FILE = "report.json"

#: What verify writes into evidence.json and the report takes as it is.
_SHOWN = ("preprocessing", "sanity", "canary", "runtime")

#: The files by which models are known that are no NB file; those that no stage made the project gave.
_MODEL_FILES = {"checkpoint": "checkpoint.pdparams", "pd": "inference.pdiparams"}


def build_report(
    project: Project,
    run: str,
    results: Mapping[str, Result],
    parity: Mapping[str, Any],
    given: Mapping[str, Digests] = MappingProxyType({}),
    *,
    locked: bool = False,
    proof: Mapping[str, Any] = MappingProxyType({}),
    lineage: Mapping[str, Any] = MappingProxyType({}),
    curve: Sequence[Point] = (),
) -> dict[str, Any]:
    """Put the report together (docs/file-formats.md).

    Args:
        project: whose thresholds give the verdict.
        run: the run's ID.
        results: what the stages left, by stage.
        parity: the verify stage's ``parity.json``.
        given: the files of models that the project brought along, by model name.
        locked: whether the run was held to ``paddock.lock``.
        proof: the verify stage's ``evidence.json``.
        lineage: the convert stage's ``lineage.json``.
        curve: the train stage's ``curve.json``.
    """
    verdict = judge(parity, project.settings.verify)
    evidence = Evidence(project.settings, results, parity, locked, proof, lineage)
    guards = check_guards(evidence)
    return {
        "schema_version": SCHEMA_VERSION,
        "project": project.name,
        "run": run,
        "task": task_of(parity),
        "verdict": verdict.word,
        "reasons": list(verdict.reasons),
        "remarks": [*verdict.remarks, *(_remarks(guards) if verdict.passed else ())],
        "images": parity["images"],
        **_kept("dictionary", _dictionary(parity, proof)),
        "models": [
            {**model, **_file_of(model["name"], results, given), **_made_by(model["name"], proof)}
            for model in parity["models"]
        ],
        "mismatches": parity["mismatches"],
        **_kept("chain", parity.get("chain")),
        **_kept("training", training_section(project.settings, results.get("train"), curve)),
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
        **{name: proof[name] for name in _SHOWN if name in proof},
        **_kept("lineage", _lineage(lineage)),
        "pitfalls": guards,
    }


def _kept(name: str, value: Any) -> dict[str, Any]:
    """Return a key with its value; nothing where a stage of another version said nothing."""
    return {name: value} if value else {}


def _dictionary(parity: Mapping[str, Any], proof: Mapping[str, Any]) -> dict[str, Any]:
    """Return the dictionary and where it was compared; nothing for models that have none."""
    if not parity.get("dictionary"):
        return {}
    return {**parity["dictionary"], **_kept("places", proof.get("dictionary"))}


def _made_by(name: str, proof: Mapping[str, Any]) -> dict[str, Any]:
    """Return target and version of ``opt`` of an NB file, as its head says them."""
    files = proof.get("runtime", {}).get("files", ())
    made: Mapping[str, Any] = next((item for item in files if item["model"] == name), {})
    return {key: made[key] for key in ("target", "opt_version") if made.get(key)}


def _lineage(lineage: Mapping[str, Any]) -> dict[str, Any]:
    """Return how the tensors go from model to model; the hash of each stays in ``lineage.json``."""
    if not lineage.get("steps"):
        return {}
    prints = {name: model["fingerprint"] for name, model in lineage.get("models", {}).items()}
    targets = lineage.get("targets")
    return {"steps": lineage["steps"], "targets": targets, "fingerprints": prints}


def _remarks(guards: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Give what a reader should know of a verdict that is pass although a guard failed."""
    for guard in guards:
        if guard["outcome"] == "failed":
            yield f"a guard failed: {guard['title']}: {guard['found']}"


def _file_of(
    name: str, results: Mapping[str, Result], given: Mapping[str, Digests]
) -> dict[str, Any]:
    """Return size and hashes of a model's file; nothing for a model that has none here."""
    file = _MODEL_FILES.get(name, f"model_{name.removeprefix('nb-')}.nb")
    made = (item for result in results.values() for item in result.artifacts if item.path == file)
    found = next(made, given.get(name))
    return _facts(found) if found else {}


def _facts(file: Artifact | Digests) -> dict[str, Any]:
    return {"size": file.size, "md5": file.md5, "sha256": file.sha256}
