"""The verdict in a box: why, each limit beside what was measured, and the keys that lead to the rest."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from rich.console import Console, ConsoleOptions
from rich.text import Text
from textual.widgets import Static

from pipeline.record.verdict import Judgement, Verdict
from pipeline.text import one_line, unfolded
from tui.appearance import Mark, symbol, verdict_mark
from tui.language import _, translated
from tui.verdicts import limit_words, untold, weightiest
from tui.widgets.columns import fitted, flowing

#: Lines at most, by the least height of the screen that has room for them.
_LINES = ((32, 12), (22, 5), (18, 4), (0, 2))


@dataclass(frozen=True)
class Sentence:
    """A sentence beside a verdict, with the mark before it and its style."""

    mark: Mark
    style: str
    text: str


@dataclass(frozen=True)
class Box:
    """What the box says, as lines of any width: ``most`` of them."""

    judged: Judgement
    title: str
    sentences: tuple[Sentence, ...] = ()
    keys: str = ""
    most: int = _LINES[0][1]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Text]:
        width = options.max_width
        limits = self._limits(width)
        room = max(1, self.most - 1 - len(limits))
        lines = [self._head(width), *self._told(console, width, room), *limits]
        yield from lines[: self.most]

    def _head(self, width: int) -> Text:
        mark, style = verdict_mark(self.judged.verdict)
        head = fitted(Text(f"{mark} {one_line(translated(self.title))}", style), width)
        room = width - head.cell_len - Text(self.keys).cell_len
        return head.append(" " * room + self.keys, "not bold default") if room > 1 else head

    def _limits(self, width: int) -> list[Text]:
        held = (Text(*limit_words(limit)) for limit in weightiest(self.judged.limits))
        return list(flowing(held, width).split()) if self.judged.limits else []

    def _told(self, console: Console, width: int, room: int) -> Iterator[Text]:
        """Give the sentences in ``room`` lines; of those that are left out, how many they are."""
        shown = (
            self.sentences if len(self.sentences) <= room else self.sentences[: max(1, room - 1)]
        )
        spare = max(0, room - len(self.sentences))
        for item in shown:
            text = Text(unfolded(translated(item.text)))
            lines = list(text.wrap(console, width - 2))
            for line in lines:
                line.rstrip()
            rest = Text(" ").join(lines[spare:])
            head = f"{symbol(item.mark)} "
            for line in (*lines[:spare], rest) if rest else lines:
                yield fitted(Text.assemble((head, item.style), line), width)
                head = " " * len(head)
            spare -= min(spare, len(lines) - 1)
        if len(shown) < len(self.sentences) and room > 1:
            more = _("and {count} more").format(count=len(self.sentences) - len(shown))
            yield fitted(Text(f"  {more}", "dim"), width)


class VerdictBox(Static):
    """The title with the keys at its right, the reasons, the limits: what failed stands first."""

    DEFAULT_CSS = """
    VerdictBox { display: none; height: auto; padding: 0 1; }
    VerdictBox.-said, VerdictBox.-pass, VerdictBox.-warn, VerdictBox.-fail { display: block; }
    VerdictBox.-pass { background: $success 12%; }
    VerdictBox.-warn { background: $warning 12%; }
    VerdictBox.-fail { background: $error 20%; }
    """

    def __init__(self) -> None:
        super().__init__(markup=False)
        self._box: Box | None = None
        self._said = ""

    def say(self, sentence: str) -> None:
        """Show a sentence in place of a verdict; nothing if it is empty."""
        if self._box is None and sentence == self._said:
            return  # an update would lay out the screen again
        self._box, self._said = None, sentence
        self._look("-said" if sentence else "")
        self.update(Text(sentence))

    def show_judgement(
        self,
        judged: Judgement | None,
        keys: str,
        *,
        title: str = "",
        origin: str = "",
        note: str = "",
        remedy: str = "",
    ) -> None:
        """Show how a run was judged, or nothing.

        Args:
            judged: the verdict with its reasons and limits; None where a run came to none.
            keys: what leads to more, at the right of the title.
            title: the verdict in a sentence, if it is to be more than its words.
            origin: which run it is from, if that is not plain.
            note: what was measured beside the limits.
            remedy: what to do about a failure, if that is known.
        """
        if judged is None:
            self.say("")
            return
        told = (
            Sentence("warning", "yellow", origin),
            *(Sentence("failed", "bold red", reason) for reason in untold(judged)),
            Sentence("arrow", "", remedy),
            *(Sentence("warning", "bold yellow", remark) for remark in judged.remarks),
            Sentence("note", "", note),
        )
        said = tuple(item for item in told if item.text)
        self._show(Box(judged, title or judged.verdict.words, said, keys))

    def on_resize(self) -> None:
        if self._box:
            self._show(self._box)

    def _show(self, box: Box) -> None:
        """Show the box as high as this screen allows; the same again costs nothing."""
        most = next(lines for height, lines in _LINES if self.app.size.height >= height)
        if (box := replace(box, most=most)) == self._box:
            return
        self._box = box
        verdict = box.judged.verdict
        looks = {Verdict.PASS: "-pass", Verdict.WARNINGS: "-warn"}
        self._look(looks.get(verdict, "-fail"))
        self.update(box)

    def _look(self, wanted: str) -> None:
        for name in ("-said", "-pass", "-warn", "-fail"):
            self.set_class(name == wanted, name)
