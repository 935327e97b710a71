"""An image of one's own, or of the test set, read by every model of the run side by side."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.text import Text

from pipeline.text import one_line
from tui.language import _
from tui.screens.asking import AskingScreen
from tui.views.own_image import table_of


class OwnImageScreen(AskingScreen):
    """What ``paddock read`` prints; one image after the other may be asked for."""

    def title_text(self) -> str:
        return _("what every model reads")

    def question(self) -> str:
        return _("An image: a file, or the name or number of one of the test set")

    def work_on(self, asked: str) -> RenderableType:
        found = self.backend.read_image(asked, self.say, self.stop)
        parts: list[RenderableType] = []
        for item in found.images:
            parts += [Text(one_line(item.image), "bold"), table_of(item, found.task)]
        return Group(*parts)
