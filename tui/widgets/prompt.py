"""One line below a widget where one types what to look for; it is heard whenever the fingers rest."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Input

from tui.language import N_, _
from tui.widgets.line import Line

#: Seconds after a character in which no other came.
_REST = 0.15


class _Entry(Input):
    """Its binding is what the bottom line says of enter."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "submit", N_("accept"))]

    async def action_submit(self) -> None:
        """Leave it to the prompt, which needs no message for that."""
        if isinstance(self.parent, Prompt):
            self.parent.accept()


class Prompt(Horizontal):
    """Asks for a few characters; hidden until it is asked to.

    Args:
        typed: hears what is typed by now.
        answered: hears what was typed when enter was pressed, and None if the user changed their mind.
    """

    DEFAULT_CSS = """
    Prompt { height: 1; display: none; background: $panel; }
    Prompt Line { width: auto; height: 1; padding: 0 1; text-style: bold; }
    Prompt Input { width: 1fr; height: 1; border: none; padding: 0; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", N_("leave"))]

    def __init__(
        self, typed: Callable[[str], object], answered: Callable[[str | None], object]
    ) -> None:
        super().__init__()
        self._typed, self._answered = typed, answered
        self._question, self._entry = Line(), _Entry(compact=True, select_on_focus=False)
        self._heard = ""
        self._entry.cursor_blink = False  # each blink would be a repaint
        self._resting: Timer | None = None

    def compose(self) -> ComposeResult:
        yield self._question
        yield self._entry

    @property
    def is_open(self) -> bool:
        """Whether it waits for an answer."""
        return bool(self.display) and self._entry.has_focus

    def say(self, question: str) -> None:
        """Say before what is typed what it is for."""
        self._question.show(question)

    def ask(self) -> None:
        """Ask, with nothing typed yet."""
        self._entry.value = self._heard = ""
        self.display = True
        self.screen.set_focus(self._entry)  # at once: the next key may be there already

    @on(Input.Changed)
    def _change(self, event: Input.Changed) -> None:
        """Look when the fingers rest: a letter alone is in every line."""
        self._wait()
        self._resting = self.set_timer(_REST, lambda: self._hear(event.value))

    def _wait(self) -> None:
        if self._resting:
            self._resting.stop()
        self._resting = None

    def _hear(self, text: str) -> None:
        self._wait()
        if text != self._heard:
            self._heard = text
            self._typed(text)

    def accept(self) -> None:
        """Take what is typed, at once: the next key may be there already, and it is no part of it."""
        self._hear(self._entry.value)
        self._answered(self._entry.value)

    def action_leave(self) -> None:
        """Close without an answer."""
        self._wait()
        self._answered(None)


class Finder:
    """Lets ``widget`` show only what has what the user types; esc shows all again.

    Args:
        widget: gets a prompt below it when it is first needed.
        narrow: shows only what has a text in any case ("": all), and returns how many that are, of how many.
    """

    def __init__(self, widget: Widget, narrow: Callable[[str], tuple[int, int]]) -> None:
        self._widget, self._narrow = widget, narrow
        self._prompt = Prompt(self._look, self._accept)
        self.term = ""

    async def ask(self) -> None:
        """Ask what to look for."""
        parent = self._widget.parent
        if not self._prompt.is_attached and isinstance(parent, Widget):
            await parent.mount(self._prompt, after=self._widget)
        self._look("")
        self._prompt.ask()

    def again(self) -> None:
        """What the widget has is new: narrow it as before."""
        if self.term:
            self._look(self.term)

    def clear(self) -> None:
        """Show all again."""
        self._look("")
        self._prompt.display = False
        self._widget.focus()

    def _look(self, text: str) -> None:
        self.term = text
        shown, count = self._narrow(text.casefold())
        self._prompt.say(_("find, {shown} of {count}:").format(shown=shown, count=count))
        self._widget.refresh_bindings()

    def _accept(self, text: str | None) -> None:
        if text:
            self._widget.focus()  # the prompt stays, and says that not all is shown
        else:
            self.clear()


class FindKeys:
    """A widget's keys for its :class:`Finder`."""

    _finder: Finder

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Take esc only while not all is shown."""
        return bool(self._finder.term) if action == "show_all" else True

    async def action_find(self) -> None:
        """Ask what to look for."""
        await self._finder.ask()

    def action_show_all(self) -> None:
        """Show all again."""
        self._finder.clear()
