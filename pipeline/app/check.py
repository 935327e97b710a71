"""``paddock check-app``: an app against what the project's last good run delivered. Nothing in it is run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.app import dictionaries, libraries, mentions, models
from pipeline.app.finding import Finding, Kind
from pipeline.app.libraries import AppLibrary, Wanted
from pipeline.app.mentions import Mentions
from pipeline.app.models import AppModel, Models
from pipeline.app.opening import MOST_READ, WHAT_TO_GIVE, Form, Member, form_of, members_of
from pipeline.app.report import AppReport
from pipeline.app.which import judge_dictionaries, judge_models
from pipeline.errors import UsageError
from pipeline.integrity.identify import Identifier
from pipeline.project import Project
from pipeline.text import human_size, one_line
from stages.contract.variant import Variant
from stages.errors import StageError
from stages.lite.naive_buffer import read_naive_buffer
from stages.lite.needs import needs_of
from stages.message import msg

#: Models and dictionaries of one app: the names of all of them are looked for in all of its code.
_MOST_FOUND = 200
#: The targets of files that phones run.
_PHONES = ("arm", "opencl")


def check_app(project: Project, app: Path) -> AppReport:
    """Look into an app.

    Raises:
        UsageError: there is no such app, it is damaged or does harm, or no run of the project has passed.
        IntegrityFailed: the ledger was changed.
    """
    known = Identifier(project)
    form = form_of(app)
    seen = _Seen(project, known)
    for member in members_of(app):
        seen.take(member)
    if form is Form.FILE and seen.is_nothing:
        said = msg(
            "{file} is neither an app nor a model, dictionary or library", one_line(app.name)
        )
        raise UsageError(said, str(app), WHAT_TO_GIVE)
    named = Mentions([*(model.path for model in seen.models), *seen.dictionaries])
    if form is not Form.FILE:
        for member in members_of(app):
            _mention(member, named)
    findings = [
        *judge_models(seen.models, project.settings.model.task, form, named),
        *judge_dictionaries(list(seen.dictionaries.values()), named),
        *_no_dictionary(seen, form),
        *libraries.judge(seen.libraries, _wanted(project, known, seen.models)),
        *_no_library(seen, form),
        *seen.findings,
    ]
    return AppReport.of(str(app), form, findings, seen.models, seen.libraries)


def _mention(member: Member, named: Mentions) -> None:
    head = next(member.pieces, b"")
    if mentions.is_code(member.suffix, head):
        named.take(member.path, member.read(head))


@dataclass
class _Seen:
    """What was found in an app so far."""

    project: Project
    known: Identifier
    models: list[AppModel] = field(default_factory=list)
    dictionaries: dict[str, Finding] = field(default_factory=dict)
    libraries: list[AppLibrary] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._models = Models(self.known)
        self.expected = dictionaries.expected_dictionary(self.project, self.known)

    @property
    def is_nothing(self) -> bool:
        """Whether nothing was found that a verdict could be about."""
        return not (self.models or self.dictionaries or self.libraries or self.findings)

    def take(self, member: Member) -> None:
        """Look at a file of the app."""
        if len(self.models) + len(self.dictionaries) > _MOST_FOUND:
            said = msg("it holds more than {most} models and dictionaries", _MOST_FOUND)
            raise UsageError(said, member.path, msg("name the app's own folder"))
        if member.closed:
            said = msg("{path}: not looked into: {why}", _shown(member), member.closed)
            self.findings.append(Finding(Kind.NOT_OPENED, member.path, said))
            return
        head = next(member.pieces, b"")
        is_model = models.is_model(head, member.suffix)
        if not (is_model or libraries.is_library(head)):
            self._text(member, head)
            return
        data = member.read(head)
        if len(data) > MOST_READ:
            size = human_size(MOST_READ)
            said = msg("{path}: not looked into: more than {size}", _shown(member), size)
            self.findings.append(Finding(Kind.NOT_OPENED, member.path, said))
        elif is_model:
            self.models.append(self._models.look(member.path, data))
        elif library := libraries.look(member.path, data):
            self.libraries.append(library)

    def _text(self, member: Member, head: bytes) -> None:
        if not dictionaries.is_text(member.path, member.suffix) or b"\0" in head[:1024]:
            return
        if len(head) > dictionaries.MOST_BYTES:
            return
        data = member.read(head)
        if len(data) > dictionaries.MOST_BYTES:
            return
        if found := dictionaries.look(member.path, data, self.expected):
            if found.kind is Kind.LABELS:
                self.findings.append(found)
            else:
                self.dictionaries[member.path] = found


def _shown(member: Member) -> str:
    return one_line(member.path)


def _wanted(project: Project, known: Identifier, found: Sequence[AppModel]) -> list[Wanted]:
    """Return what the app is to load: its files that are the project's, else those that were delivered."""
    own = [
        Wanted(model.path, model.identity.needs)
        for model in found
        if model.is_yours and model.identity.needs and model.identity.target in _PHONES
    ]
    return own or [*_delivered(project, known)]


def _delivered(project: Project, known: Identifier) -> Iterator[Wanted]:
    """Give the files for phones in ``out/`` that are as they were delivered."""
    for path in sorted(project.out.glob("*.nb")):
        variant = Variant.of_file(path.name)
        if variant is None or variant.target not in _PHONES:
            continue
        try:
            nb = read_naive_buffer(path)
        except StageError:
            continue
        if known.identify(path.read_bytes(), str(path), path.name).kind == "current":
            yield Wanted(path.name, needs_of(nb))


def _no_dictionary(seen: _Seen, form: Form) -> Iterator[Finding]:
    if form is Form.FILE or seen.dictionaries or not seen.expected:
        return
    if form.is_app or seen.models:
        said = msg("no dictionary found: could not tell which one the app reads with")
        yield Finding(Kind.DICTIONARY_MISSING, "", said)


def _no_library(seen: _Seen, form: Form) -> Iterator[Finding]:
    if form is Form.FILE and not seen.libraries:
        return
    if (form.is_app or form is Form.FILE) and not any(library.lite for library in seen.libraries):
        said = msg("no Paddle-Lite found in its libraries: could not tell what it reads with")
        yield Finding(Kind.LIBRARY_MISSING, "", said)
