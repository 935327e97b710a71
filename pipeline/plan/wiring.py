"""Which stage takes what: the table of stages, asked about one project."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipeline.models.fetch_context import FetchContext, Say
from pipeline.plan.dictionary import write_dictionary
from pipeline.plan.hashes import HashCache
from pipeline.plan.inputs import SPLITS, FromProject, FromStage, Source, split_labels, split_upload
from pipeline.plan.labels import LabelFiles, refuse_faults
from pipeline.plan.recogniser import recogniser_of
from pipeline.plan.stages import stage_table
from pipeline.plan.stages.spec import Basis, StageSpec
from pipeline.plan.start import Start, one_file, starting_point
from pipeline.plan.surroundings import Surrounding
from pipeline.project import Project
from stages.contract import DEFAULT_DICTIONARY, Digests, hash_file
from stages.contract.artifacts import DICTIONARY, PD_PARAMETERS
from stages.contract.variant import Variant
from stages.message import msg


@dataclass(frozen=True)
class Wire:
    """One stage of this project.

    Args:
        spec: its row in the table.
        parameters: what it is told.
        inputs: what it takes.
        decided_by: what of the run's surroundings is in its key.
        skipped: why it is not needed; "" if it is.
        service: the service in compose.yaml that it runs in; "" for the one of its name.
    """

    spec: StageSpec
    parameters: Mapping[str, Any] = field(default_factory=dict)
    inputs: Mapping[str, Source] = field(default_factory=dict)
    decided_by: tuple[Surrounding, ...] = ()
    skipped: str = ""
    service: str = ""

    @property
    def runs_in(self) -> str:
        """The service in compose.yaml that has its image."""
        return self.service or self.spec.name

    @property
    def stage(self) -> str:
        """The stage's name."""
        return self.spec.name


@dataclass(frozen=True)
class Given:
    """What a project gives: where it starts, and what its stages may take, by the names they know it by."""

    start: Start
    there: Mapping[str, Source]


#: The settings that :func:`gather` does not look at: projects that differ in no others are given the same.
_NOT_LOOKED_AT: Mapping[str, bool | set[str]] = {
    "project": True,
    "data": {"split", "split_seed", "use_space_char", "max_text_length", "allow_overlap"},
    "model": {"image_shape"},
    "train": {
        "epochs", "batch_size", "learning_rate", "early_stopping", "copies", "seed", "device", "devices",
        "overrides",
    },
    "quantize": True,
    "convert": {"targets", "weights", "fp16"},
    "verify": {"min_accuracy", "max_accuracy_drop", "min_agreement", "max_abs_diff", "runtime"},
    "limits": True,
    "sweep": True,
}  # fmt: skip


def gathered_by(project: Project) -> str:
    """Return what :func:`gather` looks at in a project's settings: equal texts, equal answers."""
    return project.settings.model_dump_json(exclude=dict(_NOT_LOOKED_AT))


def wire(
    project: Project,
    cache: HashCache,
    caller: FetchContext,
    table: Sequence[StageSpec] | None = None,
) -> tuple[Wire, ...]:
    """Lay out the project's stages in their order.

    Args:
        project: checked.
        cache: of the hashes of its files.
        caller: whoever a model is fetched for.
        table: of stages; that of :mod:`pipeline.plan.stages` unless a test has its own.

    Raises:
        UsageError: a model or file that the project names is not there, or its label files cannot be right.
        IntegrityFailed: a fetched model is not the recorded one.
    """
    say_doubts(project, caller.say)
    return lay_out(project, gather(project, cache, caller), table)


def say_doubts(project: Project, say: Say) -> None:
    """Warn of settings that nothing forbids."""
    if not project.settings.data.measures_apart:
        say(
            msg(
                "warning: data.test is empty; verify measures on val, which also chose the checkpoint"
            )
        )
    if "x86" not in project.settings.convert.targets:
        say(
            msg(
                "warning: [convert] targets has no x86, so an x86-64 machine can run none of its files, "
                "and a run of which no file was run fails"
            )
        )


def gather(project: Project, cache: HashCache, caller: FetchContext) -> Given:
    """Hash what the project gives, and fetch the models that it names.

    Raises:
        UsageError: a model or file that the project names is not there, or its label files cannot be right.
        IntegrityFailed: a fetched model is not the recorded one.
    """
    labels = _read_labels(project)
    if project.takes_labels_characters:
        caller.say(write_dictionary(labels, _dictionary_of(project)))
    start = starting_point(project, cache, caller)
    there = _given(project, labels, start, cache) | recogniser_of(project, cache, caller)
    if library := project.settings.verify.arm_runtime:
        from pipeline.plan.arm_runtime import arm_runtime_of  # noqa: PLC0415 - few give one

        there |= arm_runtime_of(library, project, cache, caller)
    return Given(start, there)


def lay_out(
    project: Project, given: Given, table: Sequence[StageSpec] | None = None
) -> tuple[Wire, ...]:
    """Ask each row of the table what its stage is told and takes in this project."""
    there = given.there
    wires = []
    for spec in stage_table() if table is None else table:
        basis = Basis(project, given.start, there)
        if not spec.present(basis):
            continue
        if reason := spec.skipped(basis):
            wires.append(Wire(spec, skipped=reason))
            continue
        asked = spec.parameters(basis), spec.inputs(basis), spec.decided_by(basis)
        wires.append(Wire(spec, *asked, service=spec.service(basis)))
        made = {name: FromStage(spec.name, file) for name, file in spec.makes(basis).items()}
        there = {**there, **made}
    return tuple(wires)


def _read_labels(project: Project) -> LabelFiles:
    """Read all label files.

    Raises:
        UsageError: something is wrong with them that needs no look at an image.
    """
    labels = LabelFiles(project.data_root)
    for split in SPLITS:
        labels.read(split_labels(project, split))
    refuse_faults(labels, project.settings.model.task, project.folder)
    return labels


def _given(
    project: Project, labels: LabelFiles, start: Start, cache: HashCache
) -> dict[str, Source]:
    """Return what the project gives, by the names that stages know it by."""
    given: dict[str, Source] = {
        split: FromProject(split_upload(project, split, cache, labels), tree=True)
        for split in SPLITS
        if split_labels(project, split)
    }
    dictionary = project.settings.data.dictionary
    if project.settings.model.does.reads and dictionary not in ("", DEFAULT_DICTIONARY):
        path = _dictionary_of(project)
        given["dictionary"] = one_file(path, cache, msg("project (dictionary)"))
    made_elsewhere = {
        Variant(target).given: one_file(
            project.folder / name, cache, msg("project (convert.models.{target})", target)
        )
        for target, name in project.settings.convert.models.items()
    }
    return {**given, **made_elsewhere, **start.given}


def _dictionary_of(project: Project) -> Path:
    """Return the user's file, or Paddock's own where the labels' characters are taken."""
    if project.takes_labels_characters:
        # a sweep's members may have other labels, and each its own characters until it has run
        folder = project.state / "members" / project.member if project.member else project.state
        return folder / DICTIONARY
    return project.folder / project.settings.data.dictionary


def given_models(wires: Sequence[Wire]) -> dict[str, Digests]:
    """Return size and hashes of the models that the project brought along, by the report's names.

    The last stage takes all models that are compared; those that no stage made are the project's.
    """
    given = {}
    for name, source in wires[-1].inputs.items():
        model = _MODELS.get(name, name)
        if isinstance(source, FromProject) and (
            model in _MODELS.values() or Variant.of_model(model)
        ):
            files = source.upload.files
            path = files[PD_PARAMETERS] if source.tree else next(iter(files.values()))
            given[model] = hash_file(path)
    return given


#: The input that is a model's weights -> the model's name in the report.
_MODELS = {"pdiparams": "pd", "checkpoint": "checkpoint", "pir": "pir"}
