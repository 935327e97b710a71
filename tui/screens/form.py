"""A short form for one's own data; it writes ``paddock.toml`` and touches nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, cast

from rich.text import Text
from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.events import DescendantFocus
from textual.message import Message
from textual.widgets import Button, Input

from pipeline.complaint import Complaint
from pipeline.errors import PaddockError
from pipeline.project.answers import FINE_TUNED, OFFICIAL, Answers, Mode, Start
from pipeline.text import one_line, several_lines
from tui.keys import bindings
from tui.language import N_, _, translated
from tui.screens.plain import PlainScreen
from tui.widgets.choice import Choice
from tui.widgets.field import Field
from tui.widgets.line import Line

#: Field -> label, and what is allowed in it.
_TEXTS = {
    "name": (
        N_("name"),
        N_("names containers and volumes: lower-case letters, digits, . _ -, at most 41"),
    ),
    "root": (N_("data folder"), N_("label files and image paths are relative to it")),
    "train": (N_("train labels"), N_("lines of path<TAB>text; several files with commas between")),
    "val": (N_("val labels"), N_("chooses the best checkpoint")),
    "test": (N_("test labels"), N_("only measured on; without it val is, with a warning")),
    "dictionary": (N_("dictionary"), N_("one character a line, UTF-8; relative to this folder")),
}
#: Key of the file -> the field that asks for it.
_FIELDS: dict[tuple[str, ...], str] = {
    ("project", "name"): "name",
    ("data", "use_space_char"): "spaces",
    ("model", "pretrained"): "start",
    ("export", "model"): "start",
    ("train", "mode"): "mode",
    **{("data", name): name for name in ("root", "train", "val", "test", "dictionary")},
}
#: What is not asked of an official model that is taken as it is.
_TRAINING = ("train", "val", "dictionary", "spaces", "mode")


class _Fields(VerticalScroll, can_focus=False, inherit_bindings=False):
    """Scrolls with the focus alone: its own arrows would come before those that go from field to field."""


class FormScreen(PlainScreen[bool]):
    """Asks for what a project needs; dismissed with whether it was written."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("project", "back", "next", "previous", "write")
    DEFAULT_CSS = """
    FormScreen Line { padding: 0 1; }
    FormScreen Input { width: 1fr; }
    FormScreen Button { margin: 1 1 0 19; }
    FormScreen #help { dock: bottom; height: 2; margin-bottom: 1; color: $text-muted; }
    """

    class Suggested(Message):
        """The folder has been looked into."""

        def __init__(self, answers: Answers) -> None:
            super().__init__()
            self.answers = answers

    class Checked(Message):
        """What would be wrong with a project of these answers."""

        def __init__(self, answers: Answers, complaints: Sequence[Complaint]) -> None:
            super().__init__()
            self.answers, self.complaints = answers, tuple(complaints)

    def title_text(self) -> str:
        return _("a new project in {folder}").format(folder=self.backend.folder)

    def compose_body(self) -> ComposeResult:
        with _Fields():
            for name, (label, meaning) in _TEXTS.items():
                yield Field(_(label), Input(compact=True), _(meaning), id=name)
            yield Field(_("spaces"), Choice(_spaces()), _("is the space read, too?"), id="spaces")
            yield Field(
                _("start from"),
                Choice(_starts()),
                _("left and right change it; an official model reads with its own dictionary only"),
                id="start",
            )
            meaning = _("frozen: minutes on a CPU; full: PaddleOCR's own training, all weights")
            yield Field(_("training"), Choice(_modes()), meaning, id="mode")
            yield Button(
                _("Write {file}").format(file=self.backend.project_file.name), compact=True
            )
        yield Line(id="help")

    def on_mount(self) -> None:
        super().on_mount()
        self._control("name").focus()
        self._suggest()

    # What is in the fields.

    def answers(self) -> Answers:
        """Return what the fields say now."""
        start = cast("Start", self._choice("start").value)
        trains = start != "official"
        return Answers(
            name=self._text("name"),
            root=self._text("root"),
            train=_names(self._text("train")) if trains else (),
            val=_names(self._text("val")) if trains else (),
            test=_names(self._text("test")),
            dictionary=self._text("dictionary"),
            use_space_char=self._choice("spaces").value == "yes",
            start=start,
            mode=cast("Mode", self._choice("mode").value) if trains else "frozen",
        )

    def _field(self, name: str) -> Field:
        return self.query_one(f"#{name}", Field)

    def _control(self, name: str) -> Input | Choice:
        return cast("Input | Choice", self._field(name).control)

    def _text(self, name: str) -> str:
        return cast("Input", self._control(name)).value.strip()

    def _choice(self, name: str) -> Choice:
        return cast("Choice", self._control(name))

    # What the folder suggests.

    @work(thread=True, group="suggest")
    def _suggest(self) -> None:
        self.post_message(self.Suggested(self.backend.suggest_project()))

    @on(Suggested)
    def _fill(self, message: Suggested) -> None:
        """Fill what nobody has filled yet."""
        for name in _TEXTS:
            control = cast("Input", self._control(name))
            value = getattr(message.answers, name)
            if not control.value:
                control.value = value if isinstance(value, str) else ", ".join(value)
        if message.answers.use_space_char:
            self._choice("spaces").value = "yes"
        self._changed()

    # What is wrong with it.

    @on(Input.Changed)
    @on(Choice.Changed)
    def _changed(self) -> None:
        for name in _TRAINING:
            self._field(name).disabled = self._choice("start").value == "official"
        self._check(self.answers())

    @work(thread=True, group="check", exclusive=True)
    def _check(self, answers: Answers) -> None:
        self.post_message(self.Checked(answers, answers.complaints(self.backend.folder)))

    @on(Checked)
    def _show_complaints(self, message: Checked) -> None:
        if message.answers == self.answers():
            self._complain(message.complaints)

    def _complain(self, complaints: Sequence[Complaint]) -> None:
        said = {_FIELDS.get(item.keys[:2], "name"): item for item in reversed(complaints)}
        for field in self.query(Field):
            found = said.get(field.id or "")
            field.complain(_sentence(found) if found else "")

    @on(DescendantFocus)
    def _help(self, event: DescendantFocus) -> None:
        fields = [item for item in event.widget.ancestors if isinstance(item, Field)]
        self.query_one("#help", Line).show(Text(fields[0].help if fields else ""))

    # Keys.

    @on(Input.Submitted)
    def _next(self) -> None:
        self.focus_next()

    @on(Button.Pressed)
    def action_write(self) -> None:
        """Write the file if nothing is wrong; else go to what is."""
        answers = self.answers()
        complaints = answers.complaints(self.backend.folder)
        self._complain(complaints)
        if complaints:
            self._control(_FIELDS.get(complaints[0].keys[:2], "name")).focus()
            self.notify(_("Not written: see below the fields."), severity="warning")
            return
        try:
            self.backend.write_project(answers)
        except PaddockError as error:
            self.paddock.tell(error)
            return
        self.leave(True)

    def action_back(self) -> None:
        """Leave the field, so that letters are keys; then the form."""
        if isinstance(self.focused, Input):
            self.set_focus(None)
            key = self.paddock.key_shown("project.write")
            said = _("{write} writes the file, {back} goes back without, tab returns to the fields")
            back = self.paddock.key_shown("project.back")
            self.query_one("#help", Line).show(said.format(write=key, back=back))
        else:
            self.leave(False)


def _names(text: str) -> tuple[str, ...]:
    return tuple(name for part in text.split(",") if (name := part.strip()))


def _sentence(complaint: Complaint) -> str:
    said = several_lines(translated(complaint.message))
    return f"{said}; {one_line(translated(complaint.remedy))}" if complaint.remedy else said


def _spaces() -> dict[str, str]:
    return {"no": _("no"), "yes": _("yes, after the dictionary's characters")}


def _starts() -> dict[str, str]:
    return {
        "finetune": _("fine-tune the official {model}").format(model=FINE_TUNED),
        "official": _("convert the official {model} as it is").format(model=OFFICIAL),
        "scratch": _("train from random weights"),
    }


def _modes() -> dict[str, str]:
    return {
        "frozen": _("frozen: neck and classifier only"),
        "full": _("full: all weights, by tools/train.py"),
    }
