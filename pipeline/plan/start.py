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
from pipeline.models.inference import InferenceModel
from pipeline.plan.given import given_checkpoint, given_configuration, given_model, given_start
from pipeline.plan.hashes import HashCache
from pipeline.plan.inputs import FromProject, file_upload, make_upload
from pipeline.project import Project
from stages.contract.artifacts import DESCRIPTION, PD_PARAMETERS, PD_PROGRAM, PIR_PROGRAM
from stages.message import msg

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
        UsageError: a model or file that the project names is not there, or not what it should be.
        IntegrityFailed: a fetched model is not the recorded one.
    """
    settings = project.settings
    if settings.export.model:
        return _from_model(project, cache, caller)
    config = _user_config(project, cache, caller)
    if named := settings.train.checkpoint:
        path = given_checkpoint("train.checkpoint", project.folder / named, named, caller)
        return Start(config=config, checkpoint=one_file(path, cache, _model(path)))
    return _from_weights(project, config, cache, caller)


def model_of(project: Project, key: str, caller: FetchContext) -> InferenceModel:
    """Return the inference model that ``[export] model`` of a project names; fetch it if need be.

    Raises:
        UsageError: it is none, or not sound.
        IntegrityFailed: a fetched model is not the recorded one.
    """
    given = project.settings.export.model
    path = resolve(given, project.folder, key, caller)
    if path is None:
        raise UsageError(msg("{key}: no model is named", key), str(project.folder))
    if isinstance(given, str) and given in MODELS:
        model = MODELS[given]  # of known content: every file was held against its hash
        beside = [DESCRIPTION] if (path / DESCRIPTION).is_file() else []
        program = PIR_PROGRAM if model.kind == "pir" else PD_PROGRAM
        names = (program, PD_PARAMETERS, *beside)
        return InferenceModel(model.kind, {name: path / name for name in names})
    return given_model(key, path, _shown(given, path), caller)


def tree_of(files: Mapping[str, Path], cache: HashCache, made_by: str) -> FromProject:
    """Make one input of files, under the names that stages know them by."""
    return FromProject(make_upload(files, cache, made_by), tree=True)


def one_file(path: Path, cache: HashCache, made_by: str) -> FromProject:
    """Make an input of one file."""
    return FromProject(file_upload(path, cache, made_by), tree=False)


def _one(name: str, path: Path, cache: HashCache, made_by: str) -> FromProject:
    """Make an input of one file, under the name that stages know it by."""
    return FromProject(make_upload({name: path}, cache, made_by), tree=False)


def _from_model(project: Project, cache: HashCache, caller: FetchContext) -> Start:
    given = project.settings.export.model
    model = model_of(project, "export.model", caller)
    own = _own(given, model.files, model.folder, cache)
    if model.kind == "pir":
        return Start(pir=tree_of(model.files, cache, _made_by(given, model.folder)), own=own)
    pd = {key: _one(name, model.files[name], cache, _GIVEN) for key, name in PD_FILES.items()}
    return Start(pd=pd, own=own)


def _from_weights(
    project: Project, config: FromProject | None, cache: HashCache, caller: FetchContext
) -> Start:
    """Start from ``[model] pretrained``, or from nothing."""
    given, key = project.settings.model.pretrained, "model.pretrained"
    if isinstance(given, str) and given and given not in MODELS:
        path: Path | None = project.folder / given  # what is not there is said by who looks at it
    else:
        path = resolve(given, project.folder, key, caller)
    if path is None:
        return Start(config=config)
    if isinstance(given, str) and given in MODELS:
        files = {name: path / name for name in MODELS[given].files}
        folder = path
    else:
        frozen = project.settings.train.mode == "frozen"
        found = given_start(key, path, _shown(given, path), caller, frozen=frozen)
        if isinstance(found, Path):
            return Start(one_file(found, cache, _model(found)), config)
        folder = found.folder
        # A PD model's characters may be in a file of their own: the only text beside it.
        files = {**_texts_in(folder), **found.files}
    pretrained = tree_of(files, cache, _made_by(given, folder))
    return Start(pretrained, config, own=_own(given, files, folder, cache))


def _texts_in(folder: Path) -> dict[str, Path]:
    """Return the text files of a folder by name; links, which may lead anywhere, are left out."""
    texts = sorted(folder.glob("*.txt"))
    return {text.name: text for text in texts if text.is_file() and not text.is_symlink()}


def _shown(given: str | RemoteModel, path: Path) -> str:
    """Return how a message names what a key names."""
    return given if isinstance(given, str) else path.name


def _user_config(project: Project, cache: HashCache, caller: FetchContext) -> FromProject | None:
    path = project.folder / project.settings.model.architecture
    if not path.is_file():
        return None
    given_configuration("model.architecture", path, caller)
    return one_file(path, cache, msg("project (model.architecture)"))


def _model(path: Path) -> str:
    return msg("model {path}", path.name)


def _made_by(given: str | RemoteModel, path: Path) -> str:
    return (
        msg("model {given}", given) if isinstance(given, str) and given in MODELS else _model(path)
    )


def _own(
    given: str | RemoteModel, files: Mapping[str, Path], folder: Path, cache: HashCache
) -> dict[str, FromProject]:
    """Return what a model brings along that tells its characters and how it wants its images."""
    own = {}
    if DESCRIPTION in files:
        own["description"] = _one(DESCRIPTION, files[DESCRIPTION], cache, _GIVEN)
    if isinstance(given, str) and given in MODELS and MODELS[given].dictionary:
        own["keys"] = one_file(folder / MODELS[given].dictionary, cache, _GIVEN)
    return own
