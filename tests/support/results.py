"""Results of stages, reports and parity, as a run would make them."""

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pipeline.project import Project
from pipeline.record.devices import Device
from pipeline.report.build import build_report
from pipeline.report.model import Report
from stages.contract import (
    Artifact,
    BufferHead,
    Calibration,
    Canary,
    CanaryEntry,
    Chain,
    Compared,
    ConvertMetrics,
    DataMetrics,
    DictionaryIdentity,
    Differences,
    Evidence,
    ExportMetrics,
    Fault,
    Interval,
    Latency,
    Lineage,
    LineCounts,
    Match,
    Metrics,
    ModelEntry,
    Needs,
    Parity,
    Quantisation,
    QuantizeMetrics,
    Ratio,
    ReadBack,
    Result,
    RoundedLayer,
    RoundedModel,
    Runtime,
    Sane,
    Status,
    Step,
    Targets,
    TracedModel,
    TrainMetrics,
    VerifyMetrics,
)
from stages.contract.artifacts import LITE_PARAMETERS, LITE_PROGRAM
from stages.contract.variant import Weights, variants_of

VERSIONS = {"python": "3.10.12", "paddle": "3.1.1", "numpy": "1.26.4", "opencv": "4.11.0.86"}

#: What each stage leaves that every project has; of another one a test says so itself.
FILES = {
    "data": ("train.txt", "val.txt", "test.txt", "dict.txt", "dictionary.json"),
    "train": ("checkpoint.pdparams", "config.yml", "curve.json"),
    "export": ("inference.pdmodel", "inference.pdiparams", "inference.yml"),
    "convert": ("model_arm.nb", "model_x86.nb", "lite.pdmodel", "lite.pdiparams", "lineage.json"),
    "verify": ("parity.json", "evidence.json", "preprocess.json", "golden.json", "golden.zip"),
}


def files_of(stage: str, parameters: Mapping[str, Any]) -> tuple[str, ...]:
    """Return what a stage leaves that was told this."""
    kinds = parameters.get("weights", ["float32"])
    if stage == "quantize":
        return (*(name for kind in kinds for name in Weights(kind).files), "quantize.json")
    if stage == "convert":
        made = variants_of(parameters["targets"], kinds, fp16=parameters["fp16"])
        return (*(variant.file for variant in made), LITE_PROGRAM, LITE_PARAMETERS, "lineage.json")
    return FILES[stage]


METRICS: dict[str, Metrics] = {
    "data": DataMetrics(
        {"train": 3, "val": 2, "test": 2},
        duplicates=0,
        leaked=0,
        characters=36,
        classes=37,
        longest_text=10,
        shape=LineCounts(widest=310, fitting_width=320, texts=7, commonest=1),
    ),
    "export": ExportMetrics(operators=338, parameters_compared=234, max_difference=0.0),
    "train": TrainMetrics(
        accuracy=0.99,
        ned=0.998,
        best_epoch=2,
        epochs=30,
        epochs_run=3,
        stopped_because="all epochs done",
        samples_per_s=168.16,
        learned={"backbone": 0, "neck": 12, "head": 2},
        parameters={"backbone": 200, "neck": 30, "head": 2},
    ),
    "convert": ConvertMetrics(
        operators_before=400,
        operators_after=338,
        rules={"XShape output": 11, "drop dropout": 8, "swish beta": 7},
        needed={"XShape output": 11, "swish beta": 7},
        opt_version="v2.13-rc",
        simplified_max_difference=2.3e-06,
    ),
    "quantize": QuantizeMetrics(2, {"int8": 1}, {"int8": "conv.w_0"}, {"int8": 4e-4}),
    "verify": VerifyMetrics(300, accuracy={"pd": 0.98, "nb-x86": 0.98}),
}


def make_artifact(path: str, data: bytes | None = None) -> Artifact:
    """Return an artifact with the hashes of ``data`` (its own name, if there is none)."""
    content = path.encode() if data is None else data
    md5 = hashlib.md5(content, usedforsecurity=False).hexdigest()
    return Artifact(path, len(content), md5, hashlib.sha256(content).hexdigest())


def make_result(stage: str, key: str = "a" * 64, flavour: str = "") -> Result:
    """Return a finished stage's result; another ``flavour`` is another content of its files."""
    artifacts = tuple(
        make_artifact(name, f"{stage} {name} {flavour}".encode()) for name in FILES[stage]
    )
    return Result(stage, key, artifacts, METRICS[stage].dump(), dict(VERSIONS), 1.5)


def make_model(name: str, **changes: Any) -> ModelEntry:
    """Return a measured model's entry of parity.json."""
    model = ModelEntry(
        name,
        Status.MEASURED,
        accuracy=0.98,
        accuracy_interval=Interval(0.957, 0.990805),
        calibration=Calibration(0.0123, 0.991, 0.62),
        ned=0.995,
        agreement=1.0,
        max_abs_diff=0.0 if name == "pd" else 0.0002,
        differences=None if name == "pd" else Differences(3.1e-7, (280, 15, 3, 2, 0, 0)),
        latency_ms=Latency(50.0, 52.0, 60.0),
        latency_all_ms=Latency(31.0, 33.0, 40.0),
        time_ratio=None if name == "pd" else Ratio(1.0, 0.93, 1.08),
        load_s=0.41,
        images_per_s=19.8,
        peak_rss_mb=410.0,
        classes=37,
    )
    return replace(model, **changes)


def make_variants(kind: str = "int8", **rounded: Any) -> tuple[ModelEntry, ...]:
    """Return the rows of a kind of weights: PD rounded, with these numbers, and the files."""
    own = make_model(f"pd-{kind}", **{"agreement": 0.99, "max_abs_diff": 0.14, **rounded})
    held: dict[str, Any] = {"reference": own.name, "accuracy": own.accuracy}
    arm = replace(ARM, name=f"nb-arm-{kind}", **held)
    return own, make_model(f"nb-x86-{kind}", **held), arm


def make_quantisation(*kinds: str) -> Quantisation:
    """Return a quantize.json of two layers a kind, of which the first costs most."""
    layers = (
        RoundedLayer("conv2d_137.w_0", "conv2d", (16, 32, 1, 1), 0.04, 9e-4, calibrated=True),
        RoundedLayer("linear_8.w_0", "mul", (120, 37), 1e-5, 1e-6, calibrated=True),
    )
    return Quantisation({kind: RoundedModel(layers) for kind in kinds}, ("a.png",))


def make_failed(name: str, fault: Fault, detail: str, pitfall: str = "") -> ModelEntry:
    """Return the entry of a model that cannot be used."""
    return ModelEntry(name, Status.FAILED, fault, detail, pitfall)


#: A file that no machine here can run and Paddle ran instead, one that nothing stands for, and a model that
#: the project does not have.
ARM = ModelEntry(
    "nb-arm",
    Status.EMULATED,
    accuracy=0.98,
    ned=0.995,
    agreement=1.0,
    max_abs_diff=0.0001,
    classes=37,
)
UNCHECKED = ModelEntry(
    "nb-arm",
    Status.NOT_RUNNABLE,
    detail="not checked: operator sort is not one that can be read back",
)
NO_CHECKPOINT = ModelEntry("checkpoint", Status.ABSENT, detail="no checkpoint in this project")

#: What every task measures.
_COSTS: dict[str, Any] = {
    "agreement": 1.0,
    "latency_ms": Latency(40.0, 42.0, 50.0),
    "images_per_s": 24.8,
    "peak_rss_mb": 380.0,
}


def make_boxes(name: str, **changes: Any) -> ModelEntry:
    """Return a measured detection model's entry of parity.json."""
    boxes = {"hmean": 0.92, "precision": 0.94, "recall": 0.9, "boxes": 431}
    maps = {
        "max_abs_diff": 0.0 if name == "pd" else 9e-5,
        "flipped_pixels": 0,
        "pixels": 18_432_000,
    }
    return ModelEntry(name, Status.MEASURED, **{**_COSTS, **boxes, **maps, **changes})


def make_turns(name: str, **changes: Any) -> ModelEntry:
    """Return a measured orientation model's entry of parity.json."""
    found = {"accuracy": 0.99, "max_abs_diff": 0.0 if name == "pd" else 1e-6}
    return ModelEntry(name, Status.MEASURED, **{**_COSTS, **found, **changes})


def make_chain(**changes: Any) -> Chain:
    """Return what verify says of detection and recognition chained."""
    return replace(Chain("plates", pages=20, lines=431, same=431, different=()), **changes)


def make_parity(*models: ModelEntry, **changes: Any) -> Parity:
    """Return a parity.json of these models, or of one of each kind."""
    usual = (make_model("checkpoint"), make_model("pd"), make_model("nb-x86"), ARM)
    used = make_result("data").artifact("dict.txt")
    reads = changes.get("task", "recognition") == "recognition"
    parity = Parity(
        task="recognition",
        images=300,
        image_shape=(3, 48, 320),
        threads=1,
        machine="x86_64",
        models=models or usual,
        mismatches=(),
        dictionary=DictionaryIdentity(used.md5, used.sha256, 36, 37) if reads else None,
    )
    return replace(parity, **changes)


def make_results() -> dict[str, Result]:
    """Return a result of every stage."""
    return {stage: make_result(stage) for stage in FILES}


def make_comparison(place: str, what: str, value: str, found: str | None = None) -> Compared:
    """Return an entry of evidence.json: ``place`` says ``found`` (or what it should) of ``what``."""
    said = value if found is None else found
    outcome = Match.NOT_SAID if not said else Match.SAME if said == value else Match.DIFFERS
    return Compared(place, what, value, said, outcome)


#: What an NB file of any recognition model needs.
NEEDS = Needs("2.13", extra=("hard_swish", "layer_norm"))


def make_evidence(**changes: Any) -> Evidence:
    """Return an evidence.json of a run in which all is well."""
    evidence = Evidence(
        dictionary=(
            make_comparison("training configuration", "characters", "5f1d"),
            make_comparison("checkpoint", "classes", "37"),
            make_comparison("inference.yml", "characters", "5f1d"),
            make_comparison("pd", "classes", "37"),
            make_comparison("nb-arm", "classes", "37"),
        ),
        preprocessing=(
            make_comparison("training configuration", "channel_order", "BGR"),
            make_comparison("inference.yml", "image_shape", "[3, 48, 320]"),
            make_comparison("pd", "image_shape", "[3, 48, 320]", ""),
        ),
        read_back=(ReadBack("nb-x86", 300, 1.0, 9e-6, ("nb-arm",)),),
        sanity=tuple(
            Sane(name, repeat_difference=0.0, distinct_readings=57, row_sum_error=1e-7)
            for name in ("checkpoint", "pd", "nb-x86")
        ),
        canary=Canary(
            "PP-OCRv5_mobile_rec",
            32,
            (
                CanaryEntry("pd", "checkpoint", as_stock=0.81, as_reference=1.0),
                CanaryEntry("nb-x86", "pd", as_stock=0.81, as_reference=1.0),
            ),
        ),
        runtime=Runtime(
            "2.13rc0",
            (
                BufferHead("nb-arm", "arm", "v2.13-rc", NEEDS),
                BufferHead("nb-x86", "x86", "v2.13-rc", NEEDS),
            ),
        ),
    )
    return replace(evidence, **changes)


#: What a task leaves whose models nobody could compare.
NO_EVIDENCE = Evidence((), (), (), Runtime("", ()))


def make_lineage(**changes: Any) -> Lineage:
    """Return a lineage.json in which every tensor is traced."""
    folds, norms = {"affine folded": 28, "bias reshaped": 2}, {"batch norm folded": 12}
    prints = ("pd", "lite", "nb-arm", "nb-x86")
    lineage = Lineage(
        steps=(
            Step("pd", "lite", 180, 150, 30, folds),
            Step("lite", "nb-arm", 216, 204, 12, norms),
            Step("lite", "nb-x86", 216, 204, 12, norms),
        ),
        models={name: TracedModel(make_artifact(name).sha256) for name in prints},
        targets=Targets(216),
    )
    return replace(lineage, **changes)


def make_report(
    project: Project,
    parity: Parity | None = None,
    results: dict[str, Result] | None = None,
    **changes: Any,
) -> Report:
    """Return the report of a run of ``project``; what is not given is of a good run."""
    left = {"evidence": make_evidence(), "lineage": make_lineage(), "run": "run-1", **changes}
    return build_report(
        project, results=results or make_results(), parity=parity or make_parity(), **left
    )


def make_phone(**changes: Any) -> Device:
    """Return a phone that reads as the model."""
    phone = Device(
        time="2026-11-29T10:00:00+00:00",
        run="run-1",
        name="Pixel 7",
        system="Android 14",
        abi="arm64-v8a",
        processor="Tensor G2",
        cores=8,
        library="2.13-rc",
        threads=4,
        model="nb-arm",
        model_sha256="a" * 64,
        latency_ms=Latency(21.5, 24.0, 30.0),
        runs=50,
        load_ms=120.0,
        peak_rss_mb=98.0,
        images=10,
        same=10,
    )
    return replace(phone, **changes)
