"""Where in what a project names an inference model is: one rule, for every key that takes one.

A model is named by its folder, or by its program. It has one program, and the parameters that belong to
it. Files of other usual names are taken under those that PaddleOCR 3 gives them; another folder or file
than the one that is named is never taken, but said.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Literal

from pipeline.errors import UsageError
from pipeline.models.given import is_folder
from pipeline.models.sniff import Kind, kind_of, not_wanted, require_kind
from stages.contract.artifacts import DESCRIPTION, PD_PARAMETERS, PD_PROGRAM, PIR_PROGRAM
from stages.message import joined, msg

#: A program's name where it has no suffix -> that of its parameters (Paddle before 2.0).
_OLD_NAMES = {"__model__": "__params__", "model": "params"}
_PROGRAM_SUFFIXES = (".pdmodel", ".json")
_PARAMETERS_SUFFIX = ".pdiparams"
_CHECKPOINT_SUFFIX = ".pdparams"
#: How far below a folder a model is looked for, and at how many folders.
_DEPTH, _MOST_FOLDERS = 3, 500
_REMEDY = msg(
    "name a folder with {pdmodel} and {pd_parameters}, or with {pir_files}",
    PD_PROGRAM,
    PD_PARAMETERS,
    ", ".join((PIR_PROGRAM, PD_PARAMETERS, DESCRIPTION)),
)


@dataclass(frozen=True)
class InferenceModel:
    """A model's files under the names that stages know them by.

    Args:
        kind: of its program, by the content.
        files: name in a container -> file on the host. The description is there if the model has one.
    """

    kind: Literal["pir", "pd"]
    files: Mapping[str, Path]

    @property
    def folder(self) -> Path:
        """Where it is."""
        return self.program.parent

    @property
    def program(self) -> Path:
        """The file of its program."""
        return self.files[PIR_PROGRAM if self.kind == "pir" else PD_PROGRAM]

    @property
    def parameters(self) -> Path:
        """The file of its parameters."""
        return self.files[PD_PARAMETERS]

    @property
    def renamed(self) -> dict[str, str]:
        """The files that have other names than stages know them by: own name -> theirs."""
        return {path.name: name for name, path in self.files.items() if path.name != name}


def find_model(path: Path, named: str) -> InferenceModel:
    """Return the inference model that a key names.

    Args:
        path: what it names, on the host; it is there.
        named: as the project's file says it, for the message.

    Raises:
        UsageError: it is no model, has two programs, lacks a file, or a file is something else; says what
            was most likely meant.
    """
    program = _only_program(path, named) if path.is_dir() else _named_program(path, named)
    kind = kind_of(program)
    if kind not in (Kind.PIR, Kind.PROGRAM):
        require_kind(program, Kind.PIR if program.suffix == ".json" else Kind.PROGRAM)
    parameters = _parameters_of(program)
    require_kind(parameters, Kind.TENSORS)
    pir = kind is Kind.PIR
    files = {PIR_PROGRAM if pir else PD_PROGRAM: program, PD_PARAMETERS: parameters}
    description = _description_of(program)
    if description:
        files[DESCRIPTION] = description
    elif pir:
        raise _lacks(program, DESCRIPTION)
    return InferenceModel("pir" if pir else "pd", files)


def has_program(folder: Path) -> bool:
    """Return whether a model's program is in the folder itself."""
    return bool(_programs_in(folder))


def has_description(path: Path) -> bool:
    """Return whether a description is beside the program that a key names, by its folder or its file."""
    programs = _programs_in(path) if path.is_dir() else [path]
    return len(programs) == 1 and _description_of(programs[0]) is not None


def meant_by(path: Path, named: str) -> str:
    """Return which folder with a model was most likely meant, as the project would name it; or "".

    It is the only one below a folder, or, of what is not there, below the folder that it would be in; else
    the folder above.
    """
    base, shown = (path, Path(named)) if is_folder(path) else (path.parent, Path(named).parent)
    if is_folder(base):
        below = [each for each in _folders_below(base) if has_program(each)]
        if len(below) == 1:
            return (shown / below[0].relative_to(base)).as_posix()
    above = Path(os.path.normpath(named)).parent
    if above.name and is_folder(path.parent) and has_program(path.parent):
        return above.as_posix()
    return ""


def _only_program(folder: Path, named: str) -> Path:
    programs = _programs_in(folder)
    if not programs:
        raise _no_model(folder, named)
    if len(programs) > 1:
        from pipeline.models.compared import what_is_which  # noqa: PLC0415 - reads programs, to refuse

        shown = joined("; ", what_is_which(programs, _parameters_in(folder)))
        choices = ", ".join(f'"{Path(named, program.name).as_posix()}"' for program in programs)
        raise UsageError(
            msg("{named} holds {count} programs: {shown}", named, len(programs), shown),
            str(folder),
            msg("name the one that is meant: {choices}", choices),
        )
    return programs[0]


def _named_program(path: Path, named: str) -> Path:
    """Take the program that a key names by its file.

    Raises:
        UsageError: the file is something else.
    """
    kind = kind_of(path)
    if kind in (Kind.PIR, Kind.PROGRAM):
        return path
    message = msg("{name} is {kind}, not a model's folder", path.name, kind.said)
    if kind is Kind.PICKLE:
        raise UsageError(message, str(path), _USE_CHECKPOINT)
    if kind is Kind.TENSORS and has_program(path.parent):
        meant = Path(named).parent.as_posix()
        raise UsageError(message, str(path), msg('did you mean "{meant}"?', meant))
    raise not_wanted(path, kind, message)


_USE_CHECKPOINT = msg(
    "give it as [train] checkpoint, with the YAML that it was trained with as [model] architecture"
)


def _no_model(folder: Path, named: str) -> UsageError:
    """Return the refusal of a folder without a program, with what else is there."""
    message = msg("{named} holds no inference model", named)
    if meant := meant_by(folder, named):
        return UsageError(message, str(folder), msg('did you mean "{meant}"?', meant))
    if parameters := _parameters_in(folder):
        what = msg("{named} holds {parameters} without a program", named, parameters[0].name)
        return UsageError(what, str(folder), _REMEDY)
    for path in islice(sorted(folder.iterdir()), _MOST_FOLDERS):
        if path.suffix == _CHECKPOINT_SUFFIX:
            what = msg(
                "{named} holds a checkpoint ({name}), not an inference model", named, path.name
            )
            return UsageError(what, str(folder), _USE_CHECKPOINT)
        if path.is_file() and kind_of(path) is Kind.ARCHIVE:
            what = msg("{named} holds an archive ({name}) that is still packed", named, path.name)
            return UsageError(what, str(folder), msg("unpack it, and name what comes out"))
    return UsageError(message, str(folder), _REMEDY)


def _programs_in(folder: Path) -> list[Path]:
    """Return the files that are a model's program, by name; of a ``.json`` the content has to be one, too."""
    found = []
    for path in _files_in(folder):
        old = path.name in _OLD_NAMES and (path.name.startswith("__") or _is_old_pair(path))
        if old or (path.suffix in _PROGRAM_SUFFIXES and _is_program(path)):
            found.append(path)
    return found


def _is_program(path: Path) -> bool:
    if path.suffix != ".json" or path.name == PIR_PROGRAM:
        return True
    return kind_of(path) is Kind.PIR


def _is_old_pair(path: Path) -> bool:
    return (path.parent / _OLD_NAMES[path.name]).is_file() and kind_of(path) is Kind.PROGRAM


def _parameters_in(folder: Path) -> list[Path]:
    names = _OLD_NAMES.values()
    return [
        path
        for path in _files_in(folder)
        if path.suffix == _PARAMETERS_SUFFIX or path.name in names
    ]


def _parameters_of(program: Path) -> Path:
    """Return the parameters that belong to a program: those of its name, else the only ones beside it.

    Raises:
        UsageError: there are none.
    """
    own = _OLD_NAMES.get(program.name, program.stem + _PARAMETERS_SUFFIX)
    there = _parameters_in(program.parent)
    for path in there:
        if path.name == own:
            return path
    if len(there) == 1:
        return there[0]
    raise _lacks(program, own)


def _description_of(program: Path) -> Path | None:
    """Return the ``inference.yml`` that describes a program, under its usual names."""
    names = (DESCRIPTION, f"{program.stem}.yml", "inference.yaml", f"{program.stem}.yaml")
    return next((path for name in names if (path := program.parent / name).is_file()), None)


def _lacks(program: Path, name: str) -> UsageError:
    return UsageError(
        msg("no file {name} beside {program}", repr(name), program.name),
        str(program.parent),
        _REMEDY,
    )


def _files_in(folder: Path) -> list[Path]:
    try:
        return sorted(path for path in folder.iterdir() if path.is_file())
    except OSError as error:
        raise UsageError(
            msg("{name} cannot be read: {why}", folder.name, error.strerror), str(folder)
        ) from error


def _folders_below(folder: Path) -> Iterator[Path]:
    """Give the folders below, a level after the other, no more than are worth looking at."""
    level, left = [folder], _MOST_FOLDERS
    for _ in range(_DEPTH):
        level = [
            path for each in level for path in sorted(each.iterdir()) if _is_plain_folder(path)
        ][:left]
        left -= len(level)
        yield from level


def _is_plain_folder(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink() and not path.name.startswith(".")
