"""The recogniser that reads what a detection model finds: another project, as it was delivered."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pipeline.errors import IntegrityFailed, UsageError
from pipeline.models.fetch_context import FetchContext
from pipeline.plan.hashes import HashCache
from pipeline.plan.inputs import FromProject
from pipeline.plan.start import model_of, one_file, tree_of
from pipeline.project import Project, load_project
from pipeline.record.sums import sums_of
from stages.contract.artifacts import DICTIONARY, PREPROCESS
from stages.contract.variant import Variant
from stages.message import msg

_KEY = "verify.recognition"
#: What of ``out/`` the verify stage takes, by the names that it knows it by.
_DELIVERED = {
    "reader-nb": Variant("x86").file,
    "reader-dict": DICTIONARY,
    "reader-preprocess": PREPROCESS,
}


def recogniser_of(
    project: Project, cache: HashCache, caller: FetchContext
) -> dict[str, FromProject]:
    """Return the recogniser's inputs of the verify stage; none if the project names no recogniser.

    The original is what the other project's ``[export] model`` names; what was made of it is in its ``out/``.

    Raises:
        UsageError: the other folder is no project that converted a recognition model with success.
        IntegrityFailed: a file of its ``out/`` is not the one that was delivered.
    """
    if not project.settings.verify.recognition:
        return {}
    other = load_project(project.folder / project.settings.verify.recognition)
    settings = other.settings
    if not settings.model.does.reads or not settings.export.model:
        remedy = msg("name a project that sets [export] model to a recognition model")
        raise UsageError(
            msg("{key}: no recognition model is converted there", _KEY), str(other.folder), remedy
        )
    made_by = msg("project {other}", other.name)
    delivered = {
        name: one_file(path, cache, msg("{made_by} (out)", made_by))
        for name, path in _delivered(other, cache)
    }
    original = model_of(other, _KEY, caller)
    return {"reader-original": tree_of(original.files, cache, made_by), **delivered}


def _delivered(other: Project, cache: HashCache) -> Iterator[tuple[str, Path]]:
    """Give the files of the other project's ``out/``, each held against its sums."""
    sums = sums_of(other.out)
    for name, file in _DELIVERED.items():
        path = other.out / file
        if file not in sums or not path.is_file():
            raise UsageError(
                msg("{key}: no {file} was delivered", _KEY, file), str(other.out), _run_it(other)
            )
        found = cache.sha256(path)
        if found != sums[file]:
            raise IntegrityFailed(
                msg("{path}: expected SHA-256 {sums}, found {found}", path.name, sums[file], found),
                str(path),
                msg("it was changed after it was delivered; run that project again"),
            )
        yield name, path


def _run_it(other: Project) -> str:
    return msg("run it with the target x86 first: paddock --batch {folder}", other.folder)
