"""Rich's way to stdout and stderr, in a file of its own: all else of a console is imported sooner."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from pipeline.text import one_line


class Pipe(Console):
    """Leaves it to the command line what becomes of a reader that went away."""

    def on_broken_pipe(self) -> None:
        """Rich would exit with code 1, which says that parity failed."""
        raise BrokenPipeError

    def write_line(self, line: str, style: str = "") -> None:
        """Write a line that is not folded; control characters in it are shown, not obeyed."""
        self.print(Text(one_line(line), style), soft_wrap=True)
