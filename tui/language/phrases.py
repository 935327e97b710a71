"""Sentences that stand nowhere in one piece: what others put together.

Everything else is extracted from where it is said (docs/development.md, "Languages").
"""

from __future__ import annotations

from tui.language.marks import E_, N_, NC_

#: Sentences in a list of any length.
LIST = E_("{first}; {rest}")
#: How two sentences are joined to a longer one; the outermost joint first.
JOINTS = (
    E_("{first} [{rest}]"),
    LIST,
    E_("{first}: {rest}"),
    E_("{first} ({rest})"),
    E_("{first}, {rest}"),
)

#: Single words of events, plans, reports and findings: extraction takes a word alone for no sentence.
WORDS = (
    # why a stage runs (pipeline/plan/planner.py)
    E_("forced"),
    # the status of a model, and the titles of the parity table (pipeline/report/table.py)
    E_("measured"), E_("model"), E_("accuracy"), E_("NED"), E_("MB"), E_("hmean"), E_("precision"),
    E_("recall"), E_("boxes"), E_("flipped"), E_("pixels"), E_("classes"),
    # what a model is for (stages/contract.py)
    E_("recognition"), E_("detection"), E_("orientation"),
    # units of progress (stages/)
    E_("images"), E_("steps"), E_("lines"), E_("pages"), E_("writing"),
    # what the doctor looks at (pipeline/machine/doctor.py); to it, images are those that containers run
    E_("python"), E_("machine"), E_("engine"), E_("containers"), NC_("check", "images"),
)  # fmt: skip

#: What is put together of single words: by ``stages/dataset``, which counts, and by others.
ASSEMBLED = (
    E_("{count} character is not in the dictionary:"),
    E_("{count} characters are not in the dictionary:"),
    E_("{count} problem in the data:"),
    E_("{count} problems in the data:"),
    E_("  … and {count} more characters"),
    E_("  … and {count} more problems"),
    E_("{count} boxes"),
    E_("{count} line"),
    E_("{count} lines"),
    # what follows a semicolon: stages/dataset/problems.py, pipeline/plan/wiring.py, stages/ppocr/network.py
    E_("for the space set use_space_char = true"),
    E_("this is a PIR model, which opt cannot read"),
    E_("and {count} more"),
    # pipeline/plan/planner.py and pipeline/record/runlock.py
    E_("pid {pid} on {host}"),
    E_("pid {pid} on {host}, run {run}"),
    E_("after {one} and {two}"),
    E_("after {one} and {two} and {three}"),
    E_("after {one} and {two} and {three} and {four}"),
    E_("input {name} added"),
    E_("input {name} removed"),
    E_("another run of this project is going on (starting)"),
    # pipeline/machine/doctor.py
    E_("{version}, at {scheme}://{place} ({source})"),
    E_("{version} at /{path}"),
    E_("Linux on {machine}"),
    E_("Darwin on {machine}"),
    # tui/screens/guards.py, beside what a report says of its guards
    E_("a guard stopped the run"),
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
    E_("[Errno {number}] {reason}: {file}"),
)

#: What pydantic says of a value in paddock.toml, as pipeline/project writes it.
PROJECT_FILE = (
    E_("input should be {allowed}; found {found}"),
    E_("input should be {one} or {other}; found {found}"),
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
    E_("a valid dictionary or instance of {name}"),
    E_("a finite number"),
    E_("greater than {number}"),
    E_("greater than or equal to {number}"),
    E_("less than {number}"),
    E_("less than or equal to {number}"),
    N_("list should have at least {least} item after validation, not {count}; found {found}"),
    N_("list should have at most {most} items after validation, not {count}; found {found}"),
    E_("string should match pattern {pattern}; found {found}"),
    E_("list should have at least {least} items after validation, not {count}; found {found}"),
    E_("string should have at least {least} character; found {found}"),
    E_("string should have at most {most} characters; found {found}"),
)
