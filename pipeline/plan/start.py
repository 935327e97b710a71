"""Where a project enters the pipeline: weights to train from, a checkpoint, or an inference model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.errors import UsageError
from pipeline.models.catalogue import MODELS
from pipeline.models.fetch import resolve
from pipeline.models.fetch_context import FetchContext
from pipeline.models.given import RemoteModel
from pipeline.plan.hashes import HashCache
from pipeline.plan.inputs import FromProject, file_upload, folder_upload, make_upload
from pipeline.project import Project
from stages.contract.artifacts import DESCRIPTION, PD_PARAMETERS, PD_PROGRAM, PIR_PROGRAM
from stages.message import msg

#: A model in the PIR format is known by its program.
PIR_FILES = (PIR_PROGRAM, PD_PARAMETERS, DESCRIPTION)
#: A PD model's files by the names that stages know them by.
PD_FILES = {"pdmodel": PD_PROGRAM, "pdiparams": PD_PARAMETERS}
_GIVEN = msg("project (export.model)")


@dataclass(frozen=True)
class Start:
    """Where the project starts. Of ``pretrained``, ``checkpoint``, ``pd`` and ``pir`` at most one is given.

    ``own`` is what an official model brings along that tells its characters and how it wants its images:
    ``description`` (inference.yml), ``keys`` (a dictionary that is a file of its own).
    """

    pretrained: FromProject | None = None
    config: FromProject | None = None
    checkpoint: FromProject | None = None
    pir: FromProject | None = None
    pd: Mapping[str, FromProject] = field(default_factory=dict)
    own: Mapping[str, FromProject] = field(default_factory=dict)

    @property
    def given(self) -> dict[str, FromProject]:
        """All that the start gives, by the names that stages know it by."""
        named = {
            "pretrained": self.pretrained,
            "config": self.config,
            "checkpoint": self.checkpoint,
            "pir": self.pir,
        }
        there = {name: source for name, source in named.items() if source is not None}
        return {**there, **self.pd, **self.own}

    @property
    def official(self) -> FromProject | None:
        """The official model that training starts from, if it starts from one."""
        given, programs = self.pretrained, {PIR_PROGRAM, PD_FILES["pdmodel"]}
        return given if given and given.tree and programs & given.upload.files.keys() else None


def starting_point(project: Project, cache: HashCache, caller: FetchContext) -> Start:
    """Find where the project starts; fetch what it starts from.

    Raises:
        UsageError: a model or file that the project names is not there.
        IntegrityFailed: a fetched model is not the recorded one.
    """
    settings = project.settings
    if settings.export.model:
        return _inference_model(project, cache, caller)
    config = _user_config(project, cache)
    if settings.train.checkpoint:
        path = resolve(settings.train.checkpoint, project.folder, "train.checkpoint", caller)
        return Start(config=config, checkpoint=_as_source(path, settings.train.checkpoint, cache))
    given = settings.model.pretrained
    path = resolve(given, project.folder, "model.pretrained", caller)
    own = _beside(given, path, cache) if path and path.is_dir() else {}
    return Start(pretrained=_as_source(path, given, cache), config=config, own=own)


def tree_of(folder: Path, names: tuple[str, ...], cache: HashCache, made_by: str) -> FromProject:
    """Make one input of the files called ``names``, which are there."""
    return FromProject(make_upload({name: folder / name for name in names}, cache, made_by), True)


def one_file(path: Path, cache: HashCache, made_by: str) -> FromProject:
    """Make an input of one file."""
    return FromProject(file_upload(path, cache, made_by), tree=False)


def is_pir(folder: Path) -> bool:
    """Return whether the folder's model is to be read as PIR: where both programs are there, as PD."""
    return (folder / PIR_PROGRAM).is_file() and not (folder / PD_FILES["pdmodel"]).is_file()


def _inference_model(project: Project, cache: HashCache, caller: FetchContext) -> Start:
    given = project.settings.export.model
    folder = resolve(given, project.folder, "export.model", caller)
    if folder is None or not folder.is_dir():
        raise UsageError(msg("export.model must be a model's folder"), str(folder or ""), _REMEDY)
    own = _beside(given, folder, cache)
    if is_pir(folder):
        require(folder, PIR_FILES)
        return Start(pir=tree_of(folder, PIR_FILES, cache, _made_by(given, folder)), own=own)
    require(folder, tuple(PD_FILES.values()))
    pd = {key: one_file(folder / name, cache, _GIVEN) for key, name in PD_FILES.items()}
    return Start(pd=pd, own=own)


_REMEDY = msg(
    "name a folder with {pdmodel} and {pd_parameters}, or with {pir_files}",
    PD_FILES["pdmodel"],
    PD_PARAMETERS,
    ", ".join(PIR_FILES),
)


def require(folder: Path, names: tuple[str, ...], key: str = "export.model") -> None:
    """Refuse a folder that lacks a file.

    Raises:
        UsageError: names the first file that is missing.
    """
    for name in names:
        if not (folder / name).is_file():
            raise UsageError(msg("{key}: no file {name}", key, repr(name)), str(folder), _REMEDY)


def _user_config(project: Project, cache: HashCache) -> FromProject | None:
    path = project.folder / project.settings.model.architecture
    if path.suffix in (".yml", ".yaml") and path.is_file():
        return one_file(path, cache, msg("project (model.architecture)"))
    return None


def _as_source(path: Path | None, given: object, cache: HashCache) -> FromProject | None:
    """Upload a model under the name that the project gives a built-in one, else its file's name."""
    if path is None:
        return None
    if isinstance(given, str) and given in MODELS:
        return tree_of(path, tuple(MODELS[given].files), cache, msg("model {given}", given))
    if path.is_dir():
        return FromProject(folder_upload(path, cache, msg("model {path}", path.name)), tree=True)
    return one_file(path, cache, msg("model {path}", path.name))


def _made_by(given: object, path: Path) -> str:
    return msg("model {given}", given if isinstance(given, str) and given in MODELS else path.name)


def _beside(given: str | RemoteModel, folder: Path, cache: HashCache) -> dict[str, FromProject]:
    """Return what lies beside a model and tells its characters and how it wants its images."""
    names = {"description": DESCRIPTION}
    if isinstance(given, str) and given in MODELS and MODELS[given].dictionary:
        names["keys"] = MODELS[given].dictionary
    return {
        key: one_file(folder / name, cache, _GIVEN)
        for key, name in names.items()
        if (folder / name).is_file()
    }
