"""The models that a project brings, looked at before anything is uploaded: whole, and what they should be."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from pipeline.errors import UsageError
from pipeline.models.checkpoint import check_weights, find_checkpoint, find_start
from pipeline.models.fetch_context import FetchContext, Say
from pipeline.models.inference import InferenceModel, find_model
from stages.message import msg


def given_model(key: str, path: Path, named: str, caller: FetchContext) -> InferenceModel:
    """Return the inference model that ``key`` names, and say which files are taken under other names.

    Raises:
        UsageError: it is none, or damaged, or of a kind that cannot be taken over.
    """
    with _said_of(key):
        return _sound(key, find_model(path, named), caller.say)


def given_checkpoint(key: str, path: Path, named: str, caller: FetchContext) -> Path:
    """Return the checkpoint that ``key`` names, and say which of its networks is taken.

    Raises:
        UsageError: it is none, or damaged, or holds no weights of one network.
    """
    with _said_of(key):
        return _scanned(key, find_checkpoint(path, named), caller.say)


def given_configuration(key: str, path: Path, caller: FetchContext) -> None:
    """Look at the PaddleOCR YAML that ``key`` names, and say what of it is not taken as it is.

    Raises:
        UsageError: no stage can take it, or the images' PaddleOCR cannot build its network.
    """
    from pipeline.models.configuration import check_configuration  # noqa: PLC0415 - few have one

    with _said_of(key):
        check_configuration(path, lambda text: caller.say(msg("{key}: {what}", key, text)))


def given_start(
    key: str, path: Path, named: str, caller: FetchContext, *, frozen: bool
) -> InferenceModel | Path:
    """Return what training starts from: an inference model, or a checkpoint (not for mode frozen).

    Raises:
        UsageError: as those of the two functions above.
    """
    with _said_of(key):
        found = find_start(path, named, frozen=frozen)
        if isinstance(found, Path):
            return _scanned(key, found, caller.say)
        return _sound(key, found, caller.say)


def _sound(key: str, model: InferenceModel, say: Say) -> InferenceModel:
    from pipeline.models.soundness import check_sound  # noqa: PLC0415 - Paddock's own are known

    check_sound(model)
    for own, name in model.renamed.items():
        say(msg("{key}: {own} is taken as {name}", key, own, name))
    return model


def _scanned(key: str, path: Path, say: Say) -> Path:
    networks = check_weights(path)
    if networks.names:
        names = ", ".join(networks.names)
        say(
            msg(
                "{key}: {path} holds the networks {names}; {taken} is taken",
                key,
                path.name,
                names,
                networks.taken,
            )
        )
    return path


@contextlib.contextmanager
def _said_of(key: str) -> Iterator[None]:
    """Begin a refusal with the key that it is about."""
    try:
        yield
    except UsageError as error:
        message = msg("{key}: {what}", key, error.message)
        raise UsageError(message, error.where, error.remedy, error.pitfall) from error
