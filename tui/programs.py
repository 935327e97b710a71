"""The user's own programs on a file: the editor, the pager and the browser."""

from __future__ import annotations

import re
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from tui.language import _

#: Tried where neither VISUAL nor EDITOR is set.
_USUAL = ("sensible-editor", "editor", "nano", "vi")
#: Editors that take +LINE before the file.
_JUMPING = ("sensible-editor", "editor", "nano", "vi", "vim", "nvim", "emacs", "ed", "joe", "micro")


class EditorFailed(Exception):
    """The editor could not be started, or ended with an error."""


def editor(environ: Mapping[str, str]) -> tuple[str, ...]:
    """Return the command of the user's editor, or () if there is none."""
    for name in ("VISUAL", "EDITOR"):
        try:
            words = tuple(shlex.split(environ.get(name, "")))
        except ValueError:  # an open quote: then the next one
            continue
        if words:
            return words
    path = environ.get("PATH")
    return next(((name,) for name in _USUAL if shutil.which(name, path=path)), ())


def run_editor(command: Sequence[str], file: Path, line: int = 0) -> None:
    """Edit ``file``, at ``line`` if the editor is known to take one; wait until it is closed.

    Raises:
        EditorFailed: it could not be started, or ended with an error.
    """
    jumps = line and Path(command[0]).name in _JUMPING
    words = [*command, *([f"+{line}"] if jumps else []), str(file)]
    try:
        code = subprocess.run(words, check=False).returncode
    except OSError as error:
        said = _("{command} could not be started: {reason}")
        raise EditorFailed(said.format(command=command[0], reason=error.strerror)) from error
    if code:
        raise EditorFailed(_("{command} ended with {code}").format(command=command[0], code=code))


#: A file and a line, as errors write them.
_PLACE = re.compile(r"([^\s:\"'()]+):(\d+)")


def named_place(text: str, folders: Sequence[Path]) -> tuple[Path, int] | None:
    """Return the first file below one of ``folders`` that ``text`` names with a line, and that line."""
    for name, line in _PLACE.findall(text):
        for folder in folders:
            path = (folder / name).resolve()
            if path.is_relative_to(folder.resolve()) and path.is_file():
                return path, int(line)
    return None


def browser(environ: Mapping[str, str]) -> tuple[str, ...]:
    """Return the command that opens a file in its own window: ``$BROWSER``, else the desktop's; or ()."""
    path = environ.get("PATH")
    try:
        words = tuple(shlex.split(environ.get("BROWSER", "").partition(":")[0]))
    except ValueError:  # an open quote
        words = ()
    if words:
        return words if shutil.which(words[0], path=path) else ()
    if sys.platform == "darwin":
        return ("open",)
    has_desktop = environ.get("DISPLAY") or environ.get("WAYLAND_DISPLAY")
    return ("xdg-open",) if has_desktop and shutil.which("xdg-open", path=path) else ()


def open_beside(command: Sequence[str], file: Path) -> bool:
    """Open ``file`` with :func:`browser`'s command, without waiting; tell whether that could be started.

    It gets no terminal: this one is the screen's.
    """
    words = [word.replace("%s", str(file)) for word in command]
    if words == [*command]:
        words.append(str(file))
    try:
        subprocess.Popen(
            words,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    except OSError:
        return False
    return True


def pager_command(environ: Mapping[str, str], path: Path) -> list[str]:
    """Return the command, argument by argument: ``$PAGER``, else ``less``, with the file.

    Raises:
        ValueError: ``$PAGER`` has a quotation mark that does not end.
    """
    words = shlex.split(environ.get("PAGER", "")) or ["less"]
    return [*words, str(path.absolute())]  # absolute: never taken for an option


def run_pager(command: list[str]) -> int:
    """Run the pager on the terminal to its end; return its exit code.

    Interrupts are the pager's (``less`` stops following on one). They are handled by doing nothing and
    not ignored, because a program inherits what is ignored.

    Raises:
        OSError: it cannot be started.
    """
    before = signal.signal(signal.SIGINT, lambda _number, _frame: None)
    try:
        return subprocess.run(command, check=False).returncode
    finally:
        signal.signal(signal.SIGINT, before)
