"""Sentences that stand nowhere in one piece: what others put together, and the words of Python itself.

Everything else is extracted from where it is said (docs/development.md, "Languages").
"""

from __future__ import annotations

from tui.language.marks import N_, NC_

#: How sentences are joined to longer ones; the outermost joint first.
JOINTS = (
    N_("{first} [{rest}]"),
    N_("{first}; {rest}"),
    N_("{first}: {rest}"),
    N_("{first} ({rest})"),
    N_("{first}, {rest}"),
)

#: Single words of events, plans, reports and findings: extraction takes a word alone for no sentence.
WORDS = (
    # why a stage runs (pipeline/plan.py)
    N_("forced"),
    # the status of a model, and the titles of the parity table (pipeline/report/table.py)
    N_("measured"), N_("model"), N_("accuracy"), N_("NED"), N_("MB"),
    # units of progress (stages/)
    N_("images"), N_("steps"), N_("lines"), N_("writing"),
    # what the doctor looks at (pipeline/doctor.py); to it, images are those that containers run
    N_("python"), N_("machine"), N_("engine"), N_("containers"), NC_("check", "images"),
)  # fmt: skip

#: What is put together of single words: by ``stages/dataset``, which counts, and by others.
ASSEMBLED = (
    N_("{count} character is not in the dictionary:"),
    N_("{count} characters are not in the dictionary:"),
    N_("{count} problem in the data:"),
    N_("{count} problems in the data:"),
    N_("  … and {count} more characters"),
    N_("  … and {count} more problems"),
    N_("{count} line"),
    N_("{count} lines"),
    # pipeline/project, pipeline/plan.py and pipeline/runlock.py
    N_("no paddock.toml in {folder}"),
    N_("pid {pid} on {host}"),
    N_("pid {pid} on {host}, run {run}"),
    N_("after {one} and {two}"),
    N_("after {one} and {two} and {three}"),
    N_("after {one} and {two} and {three} and {four}"),
    N_("input {name} added"),
    N_("input {name} removed"),
    N_("another run of this project is going on (starting)"),
)

#: What the system says of a file (os.strerror).
SYSTEM = (
    N_("No such file or directory"),
    N_("Permission denied"),
    N_("No space left on device"),
    N_("Is a directory"),
    N_("Not a directory"),
    N_("File exists"),
    N_("Read-only file system"),
    N_("Input/output error"),
    N_("Disk quota exceeded"),
    N_("[Errno {number}] {reason}: {file}"),
)

#: What pydantic says of a value in paddock.toml, as pipeline/project writes it.
PROJECT_FILE = (
    N_("input should be {allowed}; found {found}"),
    N_("a valid integer"),
    N_("a valid integer, unable to parse string as an integer"),
    N_("a valid integer, got a number with a fractional part"),
    N_("a valid number"),
    N_("a valid number, unable to parse string as a number"),
    N_("a valid string"),
    N_("a valid boolean"),
    N_("a valid boolean, unable to interpret input"),
    N_("a valid list"),
    N_("a valid dictionary"),
    N_("a valid dictionary or instance of {name}"),
    N_("a finite number"),
    N_("greater than {number}"),
    N_("greater than or equal to {number}"),
    N_("less than {number}"),
    N_("less than or equal to {number}"),
    N_(
        "{place}: list should have at least {least} item after validation, not {count}; found {found}"
    ),
    N_(
        "{place}: list should have at most {most} items after validation, not {count}; found {found}"
    ),
    N_("string should match pattern {pattern}; found {found}"),
    N_("string should have at least {least} character; found {found}"),
)

#: What argparse says, from Python 3.10 to 3.14.
COMMAND_LINE = (
    N_("usage: "),
    N_("options"),
    N_("positional arguments"),
    N_("subcommands"),
    N_("%(heading)s:"),
    N_("show this help message and exit"),
    N_("show program's version number and exit"),
    N_(" (default: %(default)s)"),
    N_("%(prog)s: error: %(message)s\n"),
    N_("%(prog)s: warning: %(message)s\n"),
    N_("argument %(argument_name)s: %(message)s"),
    N_("argument '%(argument_name)s' is deprecated"),
    N_("command '%(parser_name)s' is deprecated"),
    N_("option '%(option)s' is deprecated"),
    N_("the following arguments are required: %s"),
    N_("one of the arguments %s is required"),
    N_("unrecognized arguments: %s"),
    N_("not allowed with argument %s"),
    N_("expected one argument"),
    N_("expected at most one argument"),
    N_("expected at least one argument"),
    N_("ignored explicit argument %r"),
    N_("invalid %(type)s value: %(value)r"),
    N_("invalid choice: %(value)r (choose from %(choices)s)"),
    N_("invalid choice: %(value)r, maybe you meant %(suggestion)r? (choose from %(choices)s)"),
    N_("ambiguous option: %(option)s could match %(matches)s"),
    N_("unexpected option string: %s"),
    N_("unknown parser %(parser_name)r (choices: %(choices)s)"),
    N_("can't open '%(filename)s': %(error)s"),
)
