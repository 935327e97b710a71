"""What a folder without a project can become: the ways to a first project, in the order of their use here."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count
from pathlib import Path

from pipeline.machine.example import EXAMPLES
from pipeline.project.found import Found, is_empty
from pipeline.text import one_line
from tui.language import N_, _, translated

#: The way that is no example.
OWN = "own"
#: What each example is, and what it takes.
_EXAMPLES = {
    "alphanumeric": (
        N_("The example: read serial numbers"),
        N_("PP-OCRv5_mobile_rec, fine-tuned on 1,000 drawn lines; minutes on a CPU"),
    ),
    "official-ppocrv5": (
        N_("The official PP-OCRv5_mobile_rec as it is"),
        N_("nothing is trained, only converted and compared on 240 drawn lines"),
    ),
    "official-ppocrv5-det": (
        N_("The official PP-OCRv5_mobile_det as it is: finding the lines of a page"),
        N_("nothing is trained, only converted and compared on 24 drawn pages"),
    ),
    "official-ppocrv4": (
        N_("The short example: the official PP-OCRv4_mobile_rec as it is"),
        N_("nothing is trained, only converted and compared on 120 drawn lines"),
    ),
}
#: The folder of the example that most people want; the others' have their names.
_FOLDERS = {"alphanumeric": "demo"}
_HERE = "."


@dataclass(frozen=True)
class Way:
    """An example by its name, or one's own data; ``meaning`` says where it writes."""

    name: str
    title: str
    meaning: str


def ways(folder: Path, found: Found, project_file: str) -> list[Way]:
    """Return the ways from a folder; where something lies in it, one's own data come first."""
    examples = [_example(folder, name) for name in EXAMPLES]
    own = _("a short form, which writes {file} here and nothing else").format(file=project_file)
    if said := found.said():
        here = _("Found here: {files}").format(files=one_line(translated(said)))
        own = f"{here}\n{own}"
    mine = Way(OWN, _("My own data"), own)
    return [*examples, mine] if is_empty(folder) else [mine, *examples]


def _example(folder: Path, name: str) -> Way:
    title, meaning = _EXAMPLES.get(name, (name, ""))
    place = place_for(folder, name)
    where = _("asks where first, and suggests {folder}").format(folder=one_line(place))
    if place == _HERE:
        where = _("asks where first, and suggests this folder, which is empty")
    return Way(name, _(title), _(meaning) + f"\n{where}")


def place_for(folder: Path, name: str) -> str:
    """Return a place for an example, relative to ``folder``: itself if it is empty, else a new one in it."""
    if is_empty(folder):
        return _HERE
    wanted = _FOLDERS.get(name, name)
    names = (wanted if number == 1 else f"{wanted}-{number}" for number in count(1))
    return f"./{next(each for each in names if is_empty(folder / each))}"


def place_fault(place: Path) -> str:
    """Return why an example cannot be written there; "" if it can."""
    try:
        if place.exists() and not place.is_dir():
            return _("{place} is a file: name a folder").format(place=one_line(str(place)))
        if not is_empty(place):
            said = _("something lies in {place} already: name a new folder, or an empty one")
            return said.format(place=one_line(str(place)))
    except (OSError, ValueError):
        return _("no folder can have this name")
    return ""
