"""Runs of a project that delivered, as the ledger has them, without an engine."""

from pathlib import Path

from pipeline.project import Project
from pipeline.record.kept import kept_file
from pipeline.record.ledger import Components, Conclusion, Entry, Ledger
from stages.contract import Lineage, Result, TracedModel, digests_of
from stages.lite.naive_buffer import parse_naive_buffer
from support.results import make_artifact


def record(
    project: Project,
    run: str,
    model: bytes,
    verdict: str = "pass",
    refused: tuple[str, ...] = (),
    dictionary: bytes = b"",
    x86: bytes = b"",
    member: str = "",
) -> None:
    """Put down that ``run`` converted ``model``, perhaps for computers too, and with which dictionary."""
    tensors = parse_naive_buffer(model, Path("model.nb")).fingerprints
    models = {"pd": TracedModel("p"), "nb-arm": TracedModel("a", tensors=tensors)}
    lineage = Lineage((), models).dump().encode()
    stages = {"convert": {"model_arm.nb": model, "lineage.json": lineage}}
    if x86:
        stages["convert"]["model_x86.nb"] = x86
    if dictionary:
        stages["data"] = {"dict.txt": dictionary}
    ledger = Ledger(project.state / "ledger.jsonl")
    keys = {}
    for stage, files in stages.items():
        components = Components(stage, "sha256:a", {"run": run}, {})
        artifacts = tuple(make_artifact(name, data) for name, data in files.items())
        result = Result(stage, components.key, artifacts, {}, {}, 1.0)
        ledger.append(Entry("now", run, "volume@1", components, result))
        keys[stage] = components.key
    ledger.append(Conclusion("now", run, "volume@1", verdict, keys, {}, refused, member))
    kept = kept_file(project.state, digests_of(lineage).sha256)
    kept.parent.mkdir(exist_ok=True)
    kept.write_bytes(lineage)
