"""The members of a sweep: the project again and again, each time with other settings.

``[sweep] matrix`` has lists of values, which are crossed; ``members`` has tables of settings, a member
each. A setting is any key of ``paddock.toml``, as TOML writes it: ``train.seed`` or ``"train.seed"``.
"""

from __future__ import annotations

import copy
import hashlib
import itertools
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from pipeline.complaint import Complaint, complaint_of
from pipeline.errors import UsageError
from pipeline.project.consistency import disagreements
from pipeline.project.load import SEE_KEYS, ProjectFile, load_project, read_file
from pipeline.project.schema import Project, Section, Settings, SweepSection
from stages.message import joined, msg, text_of

#: More are refused: a value too many in a matrix is a slip, and each member takes minutes.
MOST = 10_000
#: As many different complaints about members are told at once.
_TOLD = 5
#: The key of a table in ``members`` that is no setting.
_NAME = "name"
_SAFE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._=,+-]*")
_LONGEST = 100
#: What else is beside the members' folders ends so: ``Project.failed``, and the table.
_TAKEN = (".failed", ".json", ".md", ".html")


@dataclass(frozen=True)
class Member:
    """A member: its settings by their dotted names, and the project that has them."""

    settings: Mapping[str, Any]
    project: Project

    @property
    def name(self) -> str:
        """What it is called, which is also the name of its folder."""
        return self.project.member


def load_members(folder: Path) -> tuple[Member, ...]:
    """Read the project in ``folder`` and return the members of its sweep, each of them checked.

    Raises:
        UsageError: the project has no sweep, or a member is no project that could be run.
    """
    section = load_project(folder).settings.sweep
    named = named_settings(section, read_file(folder))
    return with_settings(folder, named)


def named_settings(
    section: SweepSection, file: ProjectFile, above: tuple[str, ...] = ("sweep",)
) -> dict[str, dict[str, Any]]:
    """Return the settings of each member, by its name.

    Args:
        section: what the file says.
        file: which says it.
        above: the table of the file that it is in.

    Raises:
        UsageError: it cannot be spread out into members.
    """
    try:
        return _named(list(_expanded(section)))
    except _Refused as refused:
        complaint = Complaint((*above, *refused.keys), text_of(refused))
        raise UsageError(file.sentence(complaint), str(file.path), _REMEDY) from refused


def with_settings(
    folder: Path, named: Mapping[str, Mapping[str, Any]], said_in: str = ""
) -> tuple[Member, ...]:
    """Return the project in ``folder`` with the settings of each member, checked.

    Args:
        folder: the project.
        named: the settings of each member, by its name.
        said_in: the file that has them, if it is not the project's own.

    Raises:
        UsageError: it is no project, or a member is none that could be run.
    """
    file = read_file(folder)
    made, wrong = list[Member](), dict[Complaint, str]()
    for name, settings in named.items():
        found = _checked(file, name, settings)
        if isinstance(found, Member):
            made.append(found)
        else:
            for complaint in found:
                wrong.setdefault(complaint, name)
    if wrong:
        raise _refusal(file, wrong, said_in)
    return tuple(made)


class _Refused(Exception):
    """A sweep that cannot be spread out into members."""

    def __init__(self, keys: Sequence[str], message: str) -> None:
        super().__init__(message)
        self.keys = tuple(keys)


def _refusal(file: ProjectFile, wrong: Mapping[Complaint, str], said_in: str) -> UsageError:
    """Say what is wrong with members, each thing once."""
    told = (
        msg("member {name}: {key}: {what}", name, ".".join(it.keys), it.message)
        for it, name in itertools.islice(wrong.items(), _TOLD)
    )
    said = [
        msg("{first}: {rest}", said_in, text)
        if said_in
        else file.sentence(Complaint(("sweep",), text))
        for text in told
    ]
    first = next(iter(wrong))
    return UsageError(joined("\n", said), str(file.path), first.remedy or SEE_KEYS)


def _checked(file: ProjectFile, name: str, settings: Mapping[str, Any]) -> Member | list[Complaint]:
    """Hold a member against the project's schema, as if its settings stood in the file."""
    raw = copy.deepcopy({key: value for key, value in file.raw.items() if key != "sweep"})
    for key, value in settings.items():
        _set(raw, key.split("."), value)
    try:
        found = Settings.model_validate(raw)
    except ValidationError as error:
        return [complaint_of(item, Settings) for item in error.errors()]
    project = Project(file.path.parent, found, name)
    first = next(disagreements(project), None)
    return [first] if first else Member(settings, project)


def _set(table: dict[str, Any], keys: Sequence[str], value: Any) -> None:
    for key in keys[:-1]:
        below = table.get(key)
        if not isinstance(below, dict):  # not there yet, or a text that becomes a table
            below = table[key] = {}
        table = below
    table[keys[-1]] = value


def _expanded(section: SweepSection) -> Iterator[dict[str, Any]]:
    """Give the settings of each member; those of ``members`` with their names, if they have some."""
    axes = _once("matrix", _axes(section.matrix))
    size = len(section.members)
    if axes:
        size += _product(len(values) for values in axes.values())
    if not size:
        raise _Refused(
            (), msg("the project has no sweep: there is no matrix, and there are no members")
        )
    if size > MOST:
        raise _Refused(
            (), msg("{count} members; at most {most} are planned", f"{size:,}", f"{MOST:,}")
        )
    if axes:
        for values in itertools.product(*axes.values()):
            yield dict(zip(axes, values, strict=True))
    for table in section.members:
        yield _once("members", _leaves(table))


def _once(where: str, settings: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """Return the settings by name; of two that set the same, one would count for nothing."""
    found = dict[str, Any]()
    for name, value in settings:
        if any(f"{name}.".startswith(f"{it}.") or it.startswith(f"{name}.") for it in found):
            raise _Refused((where, name), msg("it is set twice, as a whole or in part"))
        found[name] = value
    return found


def _product(numbers: Iterable[int]) -> int:
    product = 1
    for number in numbers:
        product *= number
    return product


def _axes(table: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, list[Any]]]:
    """Give each setting of a matrix with its values."""
    for key, value in table.items():
        name = f"{above}{key}"
        if isinstance(value, dict):
            yield from _axes(value, f"{name}.")
            continue
        if not isinstance(value, list) or not value:
            raise _Refused(("matrix", name), msg("must be a list of values, such as [1, 2]"))
        _refuse_shared(("matrix", name), name)
        yield name, value


def _leaves(table: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    """Give each setting of a member with its value."""
    for key, value in table.items():
        name = f"{above}{key}"
        if isinstance(value, dict):
            yield from _leaves(value, f"{name}.")
        else:
            _refuse_shared(("members", name), name)
            yield name, value


def _refuse_shared(keys: Sequence[str], name: str) -> None:
    if name.partition(".")[0] == "sweep":
        raise _Refused(keys, msg("a sweep has no sweep of its own"))
    if name in ("project", "project.name"):
        raise _Refused(
            keys, msg("all members share it: it names the volumes that hold their results")
        )


def _named(members: Sequence[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Give each member its name: the one that it brings along, or else what its settings say.

    Capitals do not tell two apart: some file systems take them for the same folder.
    """
    wanted = [
        _given_name(settings[_NAME]) if _NAME in settings else _spelt(settings)
        for settings in members
    ]
    count, named = Counter(map(str.casefold, wanted)), dict[str, dict[str, Any]]()
    taken = set[str]()
    for name, settings in zip(wanted, members, strict=True):
        own = {key: value for key, value in settings.items() if key != _NAME}
        if _NAME not in settings and count[name.casefold()] > 1:
            name = _with_hash(name, own)  # noqa: PLW2901 - that is its name then
        if name.casefold() in taken:
            raise _Refused(
                (),
                msg(
                    "two members are called {name} (capitals do not count), or have the same settings",
                    name,
                ),
            )
        taken.add(name.casefold())
        named[name] = own
    return named


def _given_name(name: Any) -> str:
    if (
        isinstance(name, str)
        and _SAFE.fullmatch(name)
        and len(name) <= _LONGEST
        and not name.casefold().endswith(_TAKEN)
    ):
        return name
    raise _Refused(
        ("members", _NAME),
        msg(
            "must be letters, digits and . _ = , + - (at most {most}), not ending with {taken}; found {name}",
            _LONGEST,
            ", ".join(_TAKEN),
            repr(name),
        ),
    )


def _spelt(settings: Mapping[str, Any]) -> str:
    """Return what the settings say, of characters that any file system and shell takes as they are.

    What cannot be said so, or is too long, is told apart by a hash.
    """
    text = ",".join(f"{_short(key)}={_value(value)}" for key, value in settings.items())
    safe = re.sub(r"[^A-Za-z0-9._=,+-]", "_", text) or "as-it-is"
    is_whole = safe == text and len(safe) <= _LONGEST and not safe.casefold().endswith(_TAKEN)
    return safe if is_whole or not text else _with_hash(safe, settings)


def _with_hash(name: str, settings: Mapping[str, Any]) -> str:
    return f"{name[: _LONGEST - 20]}-{_hash(settings)}"


def _short(key: str) -> str:
    """Return a setting's name without its table, unless another table has that name, too."""
    rest = key.partition(".")[2]
    return rest if rest and _TABLES_WITH[rest.partition(".")[0]] < 2 else key


#: In how many tables of paddock.toml a name is.
_TABLES_WITH = Counter(
    name
    for table in Settings.model_fields.values()
    if isinstance(table.annotation, type) and issubclass(table.annotation, Section)
    for name in table.annotation.model_fields
)


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return "+".join(map(_value, value))
    if isinstance(value, dict):
        return "+".join(f"{key}={_value(item)}" for key, item in value.items())
    return str(value)


def _hash(settings: Mapping[str, Any]) -> str:
    text = json.dumps(settings, sort_keys=True, default=str)
    return hashlib.sha256(text.encode("utf-8")).hexdigest()[:8]


_REMEDY = msg('docs/sweep.md shows one: [sweep.matrix] "train.seed" = [42, 43]')
