"""What every stage ran on: versions and image, from the run that is followed, the ledger, or the report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from pipeline.errors import IntegrityFailed
from pipeline.record.environment import COMPARED, check_one_environment
from pipeline.record.ledger import Entry
from tui.views.record import Record
from tui.views.run import RunView, StageView

#: What a stage tells of its processor, among the versions.
PROCESSOR = ("cpu", "cpu_flags", "kernels")


@dataclass(frozen=True)
class Processor:
    """A processor by name, its vector units, and the stages that ran on it."""

    name: str
    flags: str
    stages: tuple[str, ...]


@dataclass(frozen=True)
class StageEnvironment:
    """A stage's versions by name, and what its image is known by ("" if it is not known)."""

    stage: str
    versions: Mapping[str, str] = field(default_factory=dict)
    image: str = ""


def environments(record: Record, view: RunView) -> tuple[StageEnvironment, ...]:
    """Return what is known of each stage; stages of which nothing is known are left out.

    A stage's own word goes first, then the result that it was taken from, then the report.
    """
    reported = record.report.environment if record.report else {}
    entries = {entry.key: entry for entry in record.entries}
    names = dict.fromkeys((*view.stages, *reported))
    found = (_of_stage(name, view.stages.get(name), entries, reported) for name in names)
    return tuple(item for item in found if item.versions or item.image)


def _of_stage(
    name: str,
    stage: StageView | None,
    entries: Mapping[str, Entry],
    reported: Mapping[str, Mapping[str, str]],
) -> StageEnvironment:
    stage = stage or StageView(name)
    entry = entries.get(stage.key)
    made = entry.result.environment if entry else {}
    versions = stage.environment or made or reported.get(name, {})
    image = stage.image or (entry.components.image if entry else "")
    return StageEnvironment(name, {key: str(value) for key, value in versions.items()}, image)


def names_of(stages: Sequence[StageEnvironment]) -> tuple[str, ...]:
    """Return the names of all versions, those first that have to be equal; the processor is none."""
    names = (name for stage in stages for name in stage.versions)
    seen = dict.fromkeys(name for name in names if name not in PROCESSOR)
    return tuple(sorted(seen, key=lambda name: (name not in COMPARED, _place(name))))


def processors_of(stages: Sequence[StageEnvironment]) -> tuple[Processor, ...]:
    """Return every processor that stages ran on, as far as they told."""
    found: dict[tuple[str, str], list[str]] = {}
    for item in stages:
        told = item.versions.get("cpu", ""), item.versions.get("cpu_flags", "")
        if any(told):
            found.setdefault(told, []).append(item.stage)
    return tuple(Processor(name, flags, tuple(on)) for (name, flags), on in found.items())


def _place(name: str) -> int:
    return COMPARED.index(name) if name in COMPARED else len(COMPARED)


def outliers(stages: Sequence[StageEnvironment]) -> frozenset[tuple[str, str]]:
    """Return (stage, name) of each version that is not the one that most stages have."""
    return frozenset(pair for name in COMPARED for pair in _outliers_of(name, stages))


def _outliers_of(name: str, stages: Sequence[StageEnvironment]) -> Iterator[tuple[str, str]]:
    have = {item.stage: item.versions[name] for item in stages if name in item.versions}
    if have:
        usual = Counter(have.values()).most_common(1)[0][0]
        yield from ((stage, name) for stage, value in have.items() if value != usual)


def difference(stages: Sequence[StageEnvironment]) -> str:
    """Return what the rule says against these environments, in English; "" if nothing."""
    try:
        check_one_environment({item.stage: item.versions for item in stages})
    except IntegrityFailed as error:
        return error.message
    return ""
