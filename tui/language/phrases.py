"""What stands nowhere as a marked sentence: between two messages, single words, and what others say.

Everything else is extracted from where it is said (docs/development.md, "Languages").
"""

from __future__ import annotations

from tui.language.marks import E_, NC_

#: What stands between two messages: alone in a list, or with a value on each side.
JOINTS = (
    E_("; "),
    E_(" and "),
    E_("{first}; {rest}"),
    E_("{first}: {rest}"),
    E_("{first} ({rest})"),
    E_("{first}, {rest}"),
    E_("{first} [{rest}]"),
)

#: Single words of events, plans, reports and findings, which are looked up as they are.
WORDS = (
    # why a stage runs (pipeline/plan/planner.py)
    E_("forced"),
    # the status of a model, and the titles of the parity table (pipeline/report/table.py)
    E_("measured"), E_("model"), E_("accuracy"), E_("NED"), E_("MB"), E_("hmean"), E_("precision"),
    E_("recall"), E_("boxes"), E_("flipped"), E_("pixels"), E_("classes"),
    # units of progress (stages/)
    E_("images"), E_("steps"), E_("lines"), E_("pages"), E_("models"), E_("writing"),
    # what the doctor looks at (pipeline/machine/doctor.py); to it, images are those that containers run
    E_("python"), E_("machine"), E_("engine"), E_("containers"), NC_("check", "images"),
)  # fmt: skip

#: What screens say beside what a report says.
BESIDE = (
    E_("a guard stopped the run"),  # tui/views/guards.py
)

#: What the system says of a file (os.strerror).
SYSTEM = (
    E_("No such file or directory"),
    E_("Permission denied"),
    E_("No space left on device"),
    E_("Is a directory"),
    E_("Not a directory"),
    E_("File exists"),
    E_("Read-only file system"),
    E_("Input/output error"),
    E_("Disk quota exceeded"),
)

#: What pydantic says of a value in paddock.toml, as pipeline/project writes it.
PROJECT_FILE = (
    E_("a valid integer"),
    E_("a valid integer, unable to parse string as an integer"),
    E_("a valid integer, got a number with a fractional part"),
    E_("a valid number"),
    E_("a valid number, unable to parse string as a number"),
    E_("a valid string"),
    E_("a valid boolean"),
    E_("a valid boolean, unable to interpret input"),
    E_("a valid list"),
    E_("a valid dictionary"),
    E_("a finite number"),
)
