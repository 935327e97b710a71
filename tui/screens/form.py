"""A short form for one's own data; it writes ``paddock.toml`` and touches nothing else."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar, cast

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.widget import Widget
from textual.widgets import Button, Input
from textual.worker import get_current_worker

from pipeline.complaint import Complaint
from pipeline.errors import PaddockError
from pipeline.project.answers import Answers
from pipeline.report.pictures import PictureError, load_picture
from tui.keys import bindings
from tui.language import N_, _
from tui.screens.confirm import YES, confirm_screen
from tui.screens.plain import PlainScreen
from tui.views.entries import FIELDS, LISTS, TEXTS, Entries
from tui.widgets.choice import Choice
from tui.widgets.field import Entry, Field
from tui.widgets.line import Line
from tui.widgets.picture import Picture
from tui.words import with_remedy

if TYPE_CHECKING:
    from PIL import Image

    from pipeline.plan.preview import Preview

#: Field -> label, and what it is for.
_WORDS = {
    "name": (
        N_("name"),
        N_("names containers and volumes: lower-case letters, digits, . _ -, at most 41"),
    ),
    "start": (N_("start from"), N_("what you have; left and right change it")),
    "official": (N_("official model"), N_("it is fetched by hash; it has its own dictionary")),
    "architecture": (N_("architecture"), N_("the network; docs/architectures.md compares them")),
    "yaml": (
        N_("YAML"),
        N_("the PaddleOCR configuration of the training; relative to this folder"),
    ),
    "weights": (N_("weights"), N_("what the training starts from; all that fit the architecture")),
    "checkpoint": (N_("checkpoint"), N_("a .pdparams file of PaddleOCR; relative to this folder")),
    "model": (
        N_("inference model"),
        N_("the folder of inference.json or inference.pdmodel; relative to this folder"),
    ),
    "task": (
        N_("the model"),
        N_("a model that reads lines has a dictionary, the others have none"),
    ),
    "mode": (
        N_("training"),
        N_("frozen: minutes on a CPU; full: PaddleOCR's own training, all weights"),
    ),
    "root": (N_("data folder"), N_("label files and image paths are relative to it")),
    "shares": (
        N_("label files"),
        N_("shared out to train, val and test: what an image shows decides where it goes"),
    ),
    "labels": (N_("labels"), N_("lines of path<TAB>text, such as PPOCRLabel's rec_gt.txt")),
    "train": (N_("train labels"), N_("lines of path<TAB>text; several files with commas between")),
    "val": (N_("val labels"), N_("chooses the best checkpoint")),
    "test": (N_("test labels"), N_("only measured on; without it val is, with a warning")),
    "characters": (N_("characters"), N_("which ones the model reads")),
    "dictionary": (N_("dictionary"), N_("one character a line, UTF-8; relative to this folder")),
    "spaces": (N_("spaces"), N_("is the space read, too?")),
    "accuracy": (
        N_("good enough"),
        N_("how much of the test data must be right, else the run fails; empty: anything above 0"),
    ),
}

#: A terminal of so many rows has room for a picture.
_ROOMY = 30


class _Fields(VerticalScroll, can_focus=False, inherit_bindings=False):
    """Scrolls with the focus alone: its own arrows would come before those that go from field to field."""


class FormScreen(PlainScreen[bool]):
    """Asks for what a project needs; dismissed with whether it was written.

    ``typed`` is what was typed and chosen, by field: it outlives the form, so that another one has it again.
    """

    BINDINGS: ClassVar[list[BindingType]] = bindings("project", "back", "next", "previous", "write")
    DEFAULT_CSS = """
    FormScreen Button { margin: 1 1 0 18; }
    FormScreen #help { dock: bottom; height: 2; margin-bottom: 1; padding: 0 1; color: $text-muted; }
    FormScreen #sample { height: 6; padding: 1 1 0 1; display: none; }
    FormScreen.-roomy #sample { display: block; }
    """

    def __init__(self, typed: dict[str, str] | None = None) -> None:
        super().__init__()
        self._typed = {} if typed is None else typed
        self._suggested: dict[str, str] = {}
        self._complaints: Sequence[Complaint] = ()
        self._asked: Answers | None = None
        self._seen: Preview | None = None
        self._writes = False
        self._warned_of: Preview | None = None

    def title_text(self) -> str:
        return _("a new project in {folder}").format(folder=self.backend.folder)

    def compose_body(self) -> ComposeResult:
        with _Fields():
            for name in FIELDS:
                label, meaning = _WORDS[name]
                control = Entry() if name in TEXTS else Choice()
                yield Field(_(label), control, _(meaning), id=name)
            yield Button(
                _("Write {file}").format(file=self.backend.project_file.name), compact=True
            )
        yield Picture(id="sample")
        yield Line(id="help")

    def on_resize(self) -> None:
        self.set_class(self.size.height >= _ROOMY, "-roomy")

    def on_mount(self) -> None:
        self._draw()
        self._control("name").focus()
        self._suggest()

    # What is in the fields.

    @property
    def entries(self) -> Entries:
        """What stands in the fields."""
        return Entries({**self._suggested, **self._typed})

    def _field(self, name: str) -> Field:
        return self.query_one(f"#{name}", Field)

    def _control(self, name: str) -> Input | Choice:
        return cast("Input | Choice", self._field(name).control)

    def _draw(self) -> None:
        """Show the fields that make sense, with what stands in them."""
        entries = self.entries
        shown = entries.shown()
        for name in FIELDS:
            self._field(name).display = name in shown
            control = self._control(name)
            if isinstance(control, Choice):
                control.offer(entries.options(name), entries.chosen(name))
            elif control.value.strip() != entries.text(name):  # the suggestion is another one now
                control.value = entries.text(name)

    @work(thread=True, group="suggest")
    def _suggest(self) -> None:
        self.call_later(self._fill, Entries.of(*self.backend.suggest_project()))

    def _fill(self, found: Entries) -> None:
        self._suggested = dict(found.values)
        self._draw()
        self._check(self.entries)

    @on(Input.Changed)
    @on(Choice.Changed)
    def _changed(self) -> None:
        """Keep what differs from what stood there, in whichever field: more than one key may have come in."""
        before = self.entries
        changed = {
            name: value
            for name in FIELDS
            if (value := self._control(name).value.strip()) != before.entered(name)
        }
        if changed:
            self._typed |= changed
            self._draw()
            self._check(self.entries)

    # What is wrong with it, and what is in the files.

    @work(thread=True, group="check", exclusive=True)
    def _check(self, entries: Entries) -> None:
        self.call_later(self._take_complaints, entries, self._wrong(entries))

    def _wrong(self, entries: Entries) -> list[Complaint]:
        return [*entries.faults(), *entries.answers().complaints(self.backend.folder)]

    def _take_complaints(self, entries: Entries, complaints: Sequence[Complaint]) -> None:
        if entries == self.entries:
            self._complaints = complaints
            self._say()
            self._look()

    def _look(self) -> None:
        """Read the label files, if they are not those that were read."""
        asked = _of_labels(self.entries.answers())
        if asked != self._asked:
            self._asked, self._seen = asked, None
            self._read(asked)

    @work(thread=True, group="read", exclusive=True)
    def _read(self, asked: Answers) -> None:
        worker = get_current_worker()
        seen = self.backend.preview_project(asked, lambda: worker.is_cancelled)
        try:
            sample = load_picture(self.backend.folder / asked.root, seen.sample)
        except PictureError:
            sample = None
        if not worker.is_cancelled:  # half of the files, for entries that may be those again by now
            self.call_later(self._take_preview, asked, seen, sample)

    def _take_preview(self, asked: Answers, seen: Preview, sample: Image.Image | None) -> None:
        if asked == self._asked:
            self._seen = seen
            self._say()
            if sample:
                self.query_one(Picture).show_image(sample)
            if self._writes:
                self.action_write()

    def _say(self) -> None:
        """Say below each field what is wrong with it, and what was found."""
        entries = self.entries
        wrong: defaultdict[str, list[str]] = defaultdict(list)
        found: defaultdict[str, list[str]] = defaultdict(list)
        for complaint in self._complaints:
            said = with_remedy(complaint.message, complaint.remedy)
            wrong[entries.field_of(complaint.keys)].append(said)
        if self._seen is None:
            found = defaultdict(list, {name: [_("reading it …")] for name in LISTS})
        for note in self._seen.notes if self._seen else ():
            file = note.file if "," in entries.text(note.keys[-1]) else ""  # one is in the field
            said = with_remedy(note.message, note.remedy, file)
            (wrong if note.is_problem else found)[entries.field_of(note.keys)].append(said)
        for field in self.query(Field):
            name = field.id or ""
            field.say(wrong[name][:1] or found[name], is_wrong=bool(wrong[name]))

    def set_focus(
        self, widget: Widget | None, scroll_visible: bool = True, from_app_focus: bool = False
    ) -> None:
        """Show the whole field at once: Textual's own way is an animation, which the next key overtakes."""
        super().set_focus(widget, scroll_visible=False, from_app_focus=from_app_focus)
        if widget is not None:
            field = next((item for item in widget.ancestors if isinstance(item, Field)), None)
            self.query_one("#help", Line).show(field.help if field else "")
            self.call_after_refresh((field or widget).scroll_visible, animate=False)

    # Keys.

    @on(Input.Submitted)
    def _next(self) -> None:
        self.focus_next()

    @on(Button.Pressed)
    def action_write(self) -> None:
        """Write the file if nothing is wrong; else go to what is."""
        entries = self.entries
        self._complaints = self._wrong(entries)
        self._say()
        self._writes = False
        if self._complaints:
            self._control(entries.field_of(self._complaints[0].keys)).focus()
            self.notify(_("Not written: see below the fields."), severity="warning")
            return
        self._look()
        if self._seen is None:
            self._writes = True
            self.notify(_("Reading the label files; then it is written."))
        elif any(note.is_problem for note in self._seen.notes) and self._warned_of != self._seen:
            self._warned_of = self._seen
            key = self.paddock.key_shown("project.write")
            said = _("Not written: a run would refuse this, see below the fields. {key} writes it.")
            self.set_focus(None)
            self.notify(said.format(key=key), severity="warning")
        else:
            self._write(self._seen.fitted(entries.answers()))

    def _write(self, answers: Answers) -> None:
        try:
            self.backend.write_project(answers)
        except PaddockError as error:
            self.paddock.tell(error)
            return
        self._typed.clear()
        self.leave(True)

    def action_back(self) -> None:
        """Leave the field, so that letters are keys; then the form, which keeps what was typed."""
        if isinstance(self.focused, Input):
            self.set_focus(None)
            key = self.paddock.key_shown("project.write")
            said = _("{write} writes the file, {back} goes back without, tab returns to the fields")
            back = self.paddock.key_shown("project.back")
            self.query_one("#help", Line).show(said.format(write=key, back=back))
        elif self._typed:
            question = _("Nothing is written yet. The form keeps what you entered until you quit.")
            asked = confirm_screen(question, _("Go on with the form"), _("Leave the form"))
            self.app.push_screen(asked, lambda answer: self.leave(False) if answer == YES else None)
        else:
            self.leave(False)


def _of_labels(answers: Answers) -> Answers:
    """Return the answers without those that say nothing of the label files."""
    return replace(answers, name="", mode="frozen", min_accuracy=None)
