"""``report.json``, made from the stages' results and the documents that they left."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from pipeline.project import Project
from pipeline.record.devices import Device
from pipeline.report.devices import with_devices
from pipeline.report.guards import check_guards
from pipeline.report.guards.base import Proof
from pipeline.report.model import (
    SCHEMA_VERSION,
    Dictionary,
    Lineage,
    Report,
    Stage,
    StageArtifact,
    model_of,
    restated,
)
from pipeline.report.training import training_section
from pipeline.report.verdict import judge
from stages.contract import (
    Artifact,
    BufferHead,
    Curve,
    Digests,
    Evidence,
    Parity,
    Quantisation,
    Result,
)
from stages.contract import Lineage as LineageDocument
from stages.contract.artifacts import (
    CHECKPOINT,
    CHECKPOINT_MODEL,
    PD_MODEL,
    PD_PARAMETERS,
)
from stages.contract.variant import Variant, Weights
from stages.message import messages_in

#: The files by which models are known that are no NB file; those that no stage made the project gave.
_MODEL_FILES = {
    CHECKPOINT_MODEL: CHECKPOINT,
    **{kind.reference: kind.files[1] for kind in Weights if kind.are_integers},
    PD_MODEL: PD_PARAMETERS,
}


def build_report(
    project: Project,
    run: str,
    results: Mapping[str, Result],
    parity: Parity,
    evidence: Evidence,
    *,
    lineage: LineageDocument | None = None,
    curve: Curve | None = None,
    quantisation: Quantisation | None = None,
    given: Mapping[str, Digests] = MappingProxyType({}),
    locked: bool = False,
    devices: Sequence[Device] = (),
) -> Report:
    """Put the report together (docs/file-formats.md).

    Args:
        project: whose thresholds give the verdict.
        run: the run's ID.
        results: what the stages left, by stage.
        parity: the verify stage's.
        evidence: the verify stage's.
        lineage: the convert stage's.
        curve: the train stage's.
        quantisation: the quantize stage's.
        given: the files of models that the project brought along, by model name.
        locked: whether the run was held to ``paddock.lock``.
        devices: all that phones ever measured.

    Raises:
        DocumentError: a stage's metrics are not what this version's stages say.
    """
    proof = Proof(project.settings, dict(results), parity, evidence, lineage, locked)
    guards = check_guards(proof)
    judged = judge(
        parity,
        project.settings,
        lambda left: guards if left is parity else check_guards(replace(proof, parity=left)),
        quantisation=quantisation,
    )
    files = {item.model: item for item in evidence.runtime.files}
    training = training_section(project.settings, proof.train, curve)
    report = Report(
        schema_version=SCHEMA_VERSION,
        project=project.name,
        run=run,
        task=parity.task,
        verdict=judged.verdict,
        reasons=tuple(map(str, judged.reasons)),
        remarks=tuple(map(str, judged.remarks)),
        limits=judged.limits,
        refused=judged.refused,
        images=parity.images,
        timed=parity.timed,
        threads=parity.threads,
        all_threads=parity.all_threads,
        dictionary=(
            Dictionary.of(parity.dictionary, evidence.dictionary) if parity.dictionary else None
        ),
        models=tuple(
            model_of(
                entry,
                **_file_of(entry.name, results, given),
                **_made_by(files.get(entry.name)),
            )
            for entry in parity.models
        ),
        mismatches=parity.mismatches,
        chain=parity.chain,
        training=training,
        stages={
            stage: Stage(key=result.key, seconds=result.seconds, metrics=result.metrics)
            for stage, result in results.items()
        },
        environment={stage: result.environment for stage, result in results.items()},
        artifacts=tuple(
            StageArtifact(stage=stage, path=artifact.path, **_facts(artifact))
            for stage, result in results.items()
            for artifact in result.artifacts
        ),
        preprocessing=evidence.preprocessing,
        sanity=evidence.sanity,
        canary=evidence.canary,
        runtime=evidence.runtime,
        lineage=_lineage(lineage) if lineage else None,
        quantisation=dict(quantisation.kinds) if quantisation else {},
        guards=guards,
        messages={
            text: tuple(made)
            for text, made in messages_in((judged, guards, parity, evidence, curve)).items()
        },
    )
    return restated(with_devices(report, devices))


def _made_by(head: BufferHead | None) -> dict[str, str]:
    """Return target and version of ``opt`` of an NB file, as its head says them."""
    return {"target": head.target, "opt_version": head.opt_version} if head else {}


def _lineage(lineage: LineageDocument) -> Lineage:
    """Return how the tensors go from model to model; the hash of each stays in ``lineage.json``."""
    prints = {name: model.fingerprint for name, model in lineage.models.items()}
    return Lineage(steps=lineage.steps, targets=lineage.targets, fingerprints=prints)


def _file_of(
    name: str, results: Mapping[str, Result], given: Mapping[str, Digests]
) -> dict[str, Any]:
    """Return size and hashes of a model's file; nothing for a model that has none here."""
    variant = Variant.of_model(name)
    file = variant.file if variant else _MODEL_FILES.get(name)
    made = (item for result in results.values() for item in result.artifacts if item.path == file)
    found = next(made, given.get(name))
    return _facts(found) if found else {}


def _facts(file: Artifact | Digests) -> dict[str, Any]:
    return {"size": file.size, "md5": file.md5, "sha256": file.sha256}
