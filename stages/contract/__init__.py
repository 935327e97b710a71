"""The words that the host and a container exchange. Standard library only: both sides import it.

The host writes a :class:`Spec` into the workspace and starts ``python -m stages NAME SPEC``. The stage
answers with events, one JSON object a line on stdout, and leaves a :class:`Result` beside its artifacts;
some of these are documents (:mod:`~stages.contract.parity`, :mod:`~stages.contract.documents`) that the
report is made of.
docs/stage-contract.md tells the whole story.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from stages.contract.codec import DocumentError
    from stages.contract.dictionary import DictionaryRules
    from stages.contract.documents import (
        BufferHead,
        Canary,
        CanaryEntry,
        Compared,
        Curve,
        Document,
        Evidence,
        Lineage,
        Match,
        Needs,
        Point,
        ReadBack,
        Runtime,
        Sane,
        Step,
        Targets,
        TracedModel,
    )
    from stages.contract.events import (
        EVENT_TYPES,
        ArtifactMade,
        EnvironmentRead,
        Failed,
        Metric,
        Progress,
        StageEvent,
        Warned,
        decode_event,
        encode_event,
    )
    from stages.contract.hashes import Digests, digests_of, hash_file
    from stages.contract.location import Finding, Located, LocatedOperator, Location, PartedBy
    from stages.contract.metrics import (
        SQUEEZED_SHARE,
        ConvertMetrics,
        DataMetrics,
        ExportMetrics,
        FeatureCount,
        ImageCounts,
        LineCounts,
        Metrics,
        QuantizeMetrics,
        TrainMetrics,
        VerifyMetrics,
        fitting_width,
    )
    from stages.contract.parity import (
        DIFFERENCE_EDGES,
        Attempt,
        Calibration,
        Chain,
        ChainedLine,
        Change,
        DictionaryIdentity,
        Differences,
        Fault,
        Interval,
        Latency,
        Mismatch,
        ModelEntry,
        OnArm,
        Parity,
        Ratio,
        Status,
    )
    from stages.contract.quantisation import Quantisation, RoundedLayer, RoundedModel
    from stages.contract.result import Artifact, Result
    from stages.contract.spec import (
        ATTENDED,
        CACHE,
        DEFAULT_CHARACTERS,
        DEFAULT_DICTIONARY,
        INPUTS,
        MANIFEST_FILE,
        RESULT_FILE,
        SCRATCH_FOLDER,
        TASKS,
        WEAK,
        WORKSPACE,
        Exit,
        Input,
        Spec,
        stage_key,
    )

__all__ = [
    "ATTENDED",
    "CACHE", "DEFAULT_CHARACTERS", "DEFAULT_DICTIONARY", "DIFFERENCE_EDGES", "EVENT_TYPES", "INPUTS",
    "MANIFEST_FILE", "RESULT_FILE", "SCRATCH_FOLDER", "SQUEEZED_SHARE", "TASKS", "WEAK", "WORKSPACE",
    "Artifact", "ArtifactMade", "Attempt", "BufferHead", "Calibration", "Canary", "CanaryEntry", "Chain",
    "ChainedLine", "Change", "Compared", "ConvertMetrics", "Curve", "DataMetrics", "DictionaryIdentity",
    "DictionaryRules", "Differences", "Digests", "Document", "DocumentError", "EnvironmentRead", "Evidence",
    "Exit", "ExportMetrics", "Failed", "Fault", "FeatureCount", "Finding", "ImageCounts", "Input",
    "Interval", "Latency", "LineCounts", "Lineage", "Located", "LocatedOperator", "Location", "Match",
    "Metric", "Metrics", "Mismatch", "ModelEntry", "Needs", "OnArm", "Parity", "PartedBy", "Point",
    "Progress", "Quantisation", "QuantizeMetrics", "Ratio", "ReadBack", "Result", "RoundedLayer",
    "RoundedModel", "Runtime", "Sane", "Spec", "StageEvent", "Status", "Step", "Targets", "TracedModel",
    "TrainMetrics", "VerifyMetrics", "Warned", "decode_event", "digests_of", "encode_event", "fitting_width",
    "hash_file", "stage_key",
]  # fmt: skip

#: Where these names are, what costs least to import first: a hundred dataclasses take a tenth of a second,
#: and most programs use a few.
_PARTS = (
    "stages.contract.spec", "stages.contract.hashes", "stages.contract.result", "stages.contract.events",
    "stages.contract.codec", "stages.contract.documents", "stages.contract.dictionary",
    "stages.contract.quantisation", "stages.contract.location", "stages.contract.metrics",
    "stages.contract.parity",
)  # fmt: skip


def __getattr__(name: str) -> object:
    """Import the part of the contract that has ``name``, when it is first asked for."""
    if name in __all__:
        for part in _PARTS:
            if name in (found := vars(import_module(part))):
                globals()[name] = found[name]
                return found[name]
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
