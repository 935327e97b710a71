"""Push and pull: a model into a container registry, and out of one."""

from __future__ import annotations

from rich.console import RenderableType
from rich.text import Text

from tui.language import _
from tui.screens.asking import AskingScreen
from tui.views.packages import pulled_lines, pushed_lines


class PushScreen(AskingScreen):
    """What ``paddock push`` does with what the last run delivered."""

    def title_text(self) -> str:
        return _("push what the last run delivered")

    def question(self) -> str:
        return _("Where to: REGISTRY/NAME:TAG, such as ghcr.io/me/plates:1")

    def work_on(self, asked: str) -> RenderableType:
        return Text("\n").join(pushed_lines(*self.backend.push(asked, self.say)))


class PullScreen(AskingScreen):
    """What ``paddock pull`` does."""

    def title_text(self) -> str:
        return _("pull a model")

    def question(self) -> str:
        return _("What: REGISTRY/NAME:TAG or @sha256:…, and a folder if it is not to be NAME")

    def work_on(self, asked: str) -> RenderableType:
        return Text("\n").join(pulled_lines(self.backend.pull(asked, self.say)))
