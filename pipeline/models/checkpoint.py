"""A checkpoint as a project names it, and what it holds: its pickle is scanned, never unpickled.

``pickletools.genops`` reads opcodes and their arguments; nothing is looked up, called or built.
"""

from __future__ import annotations

import pickletools
from collections.abc import Iterator
from itertools import islice
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import IO, cast

from pipeline.errors import UsageError
from pipeline.models.given import is_file
from pipeline.models.inference import InferenceModel, find_model, has_program
from pipeline.models.sniff import Kind, kind_of, not_wanted, require_kind
from pipeline.text import nearest, one_line
from stages.contract.checkpoints import NAME_TABLE, Networks, networks_of, no_student, not_weights
from stages.message import msg

SUFFIX = ".pdparams"
#: What PaddleOCR's trainer calls its checkpoints, the best first.
_USUAL = ("best_accuracy", "best_model/model", "latest", "iter_epoch")
#: What PaddleOCR's trainer writes beside a checkpoint of the same name.
_BESIDE = (".pdopt", ".states")
#: So many opcodes are looked at: a checkpoint has some thirty a parameter.
_MOST_OPCODES = 1_000_000
_SAVED = msg("give a .pdparams file that PaddleOCR's training saved")


def find_checkpoint(path: Path, named: str) -> Path:
    """Return the checkpoint that a key names.

    Args:
        path: what it names, on the host; it may not be there.
        named: as the project's file says it, for the message.

    Raises:
        UsageError: there is no such file, or it is something else; says what was most likely meant.
    """
    if path.is_file():
        if path.suffix in _BESIDE and path.with_suffix(SUFFIX).is_file():
            what = msg("{name} is the state of a training, not its weights", path.name)
            raise UsageError(what, str(path), _meant(Path(named).with_suffix(SUFFIX).as_posix()))
        kind = kind_of(path)
        if kind in (Kind.PIR, Kind.PROGRAM, Kind.TENSORS):
            what = msg("{name} is {kind}, not a checkpoint", path.name, kind.said)
            raise UsageError(what, str(path), _use_model(Path(named).parent.as_posix()))
        require_kind(path, Kind.PICKLE)
        return path
    if path.is_dir():
        raise _is_folder(path, named)
    if path.with_name(path.name + SUFFIX).is_file():
        what = msg("there is no file {named}", repr(named))
        raise UsageError(what, str(path), _meant(f"{named}{SUFFIX}"))
    there = [each.name for each in _checkpoints_in(path.parent)]
    hint = nearest(path.name, there) if there else ""
    raise UsageError(msg("there is no file {named}{hint}", repr(named), hint), str(path), _SAVED)


def find_start(path: Path, named: str, *, frozen: bool) -> InferenceModel | Path:
    """Return what training can start from: an inference model, or a checkpoint.

    Args:
        path: what a key names, on the host.
        named: as the project's file says it, for the message.
        frozen: whether only the head will be trained, which needs an inference model.

    Raises:
        UsageError: it is neither, or not what the way of training needs; says what was most likely meant.
    """
    if path.is_dir() and (has_program(path) or not usual_checkpoint(path)):
        return find_model(path, named)
    if path.is_file() and kind_of(path) in (Kind.PIR, Kind.PROGRAM):
        return find_model(path, named)
    found = find_checkpoint(path, named)
    if frozen:
        what = msg(
            "{name} is a checkpoint; mode frozen starts from an official inference model", path.name
        )
        remedy = msg('name the folder of an inference model, or set [train] mode = "full"')
        raise UsageError(what, str(path), remedy)
    return found


def may_be_checkpoint(path: Path) -> bool:
    """Return whether a path that is not there can only be meant as a checkpoint."""
    return path.suffix in (SUFFIX, *_BESIDE) or is_file(path.with_name(path.name + SUFFIX))


def usual_checkpoint(folder: Path) -> str:
    """Return the best of the checkpoints in a folder, relative to it; "" if it has none."""
    for stem in _USUAL:
        if (folder / f"{stem}{SUFFIX}").is_file():
            return f"{stem}{SUFFIX}"
    return next((path.name for path in _checkpoints_in(folder)), "")


def check_weights(path: Path) -> Networks:
    """Scan a checkpoint, and return which networks it holds.

    Raises:
        UsageError: it is cut off, or what it holds are not weights of one network.
    """
    try:
        texts = set(_texts(path))
    except ValueError as error:
        what = msg("{name} is damaged or cut off", path.name)
        raise UsageError(what, str(path), msg("copy or download it again")) from error
    if any(text.partition(".")[0].partition(" ")[0] == "torch" for text in texts):
        raise not_wanted(path, Kind.TORCH, msg("{name} is {kind}", path.name, Kind.TORCH.said))
    if why := not_weights(texts):
        raise _refused(path, why)
    networks = networks_of(sorted(texts))
    if networks.names and not networks.taken:
        raise _refused(path, no_student([one_line(name) for name in networks.names]))
    return networks


def _texts(path: Path) -> Iterator[str]:
    """Give all texts of a pickle but those of Paddle's own table of names, which stands last."""
    # of a map of the file no more is read than there is, whatever length an opcode claims
    with path.open("rb") as stream, mmap(stream.fileno(), 0, access=ACCESS_READ) as data:
        opcodes = pickletools.genops(cast("IO[bytes]", data))
        for _opcode, argument, _position in islice(opcodes, _MOST_OPCODES):
            if argument == NAME_TABLE:
                return
            if isinstance(argument, str):
                yield argument


def _refused(path: Path, why: str) -> UsageError:
    return UsageError(msg("{name}: {why}", path.name, why), str(path), _SAVED)


def _meant(name: str) -> str:
    return msg('did you mean "{meant}"?', name)


def _use_model(folder: str) -> str:
    return msg('give the model as [export] model = "{folder}"', folder)


def _is_folder(folder: Path, named: str) -> UsageError:
    if usual := usual_checkpoint(folder):
        what = msg("{named} is a folder, not a checkpoint", named)
        return UsageError(what, str(folder), _meant(Path(named, usual).as_posix()))
    if has_program(folder):
        what = msg("{named} is an inference model, not a checkpoint", named)
        return UsageError(what, str(folder), _use_model(named))
    what = msg("{named} is a folder that holds no checkpoint", named)
    return UsageError(what, str(folder), _SAVED)


def _checkpoints_in(folder: Path) -> list[Path]:
    return sorted(folder.glob(f"*{SUFFIX}")) if folder.is_dir() else []
