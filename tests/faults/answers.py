"""The engine's answers that go wrong, and how a run that gets them has to end."""

from dataclasses import dataclass

from support.proxy import Trouble

#: Requests by what they are for.
REQUESTS = {
    "ping": r"^GET \S*/_ping",
    "version": r"^GET /version",
    "volume": r"^GET \S*/volumes/",
    "list": r"^GET \S*/containers/json",
    "image": r"^GET \S*/images/\S*/json",
    "create": r"^POST \S*/containers/create",
    "put": r"^PUT \S*/archive",
    "attach": r"^POST \S*/attach",
    "start": r"^POST \S*/start",
    "wait": r"^POST \S*/wait",
    "inspect": r"^GET \S*/containers/[^/]*/json",
    "fetch": r"^GET \S*/archive",
    "remove": r"^DELETE \S*/containers/",
    "measure": r"^GET \S*/stats",
    "everything": r"^",
}


@dataclass(frozen=True)
class Answer:
    """What goes wrong in the engine's answers to a run that makes its last stage again.

    Args:
        name: of the case.
        trouble: what goes wrong.
        code: how the run ends.
        says: part of what it says then.
    """

    name: str
    trouble: Trouble
    code: int
    says: str = ""


def _errors() -> list[Answer]:
    goes_on = {"remove", "measure"}
    said = "something is wrong in the engine"
    return [
        Answer(
            f"engine-says-500-to-{name}",
            Trouble(pattern, "error"),
            0 if name in goes_on else 4,
            "" if name in goes_on else said,
        )
        for name, pattern in REQUESTS.items()
    ]


def _silences() -> list[Answer]:
    names = ("create", "put", "attach", "start", "wait", "inspect", "fetch", "remove")
    return [
        Answer(
            f"engine-gone-at-{name}",
            Trouble(REQUESTS[name], "none"),
            0 if name == "remove" else 4,
            "" if name == "remove" else "the Docker engine ended the connection",
        )
        for name in names
    ]


ANSWERS = (
    *_errors(),
    *_silences(),
    Answer("engine-slow", Trouble(REQUESTS["everything"], "late"), 0),
    Answer("engine-babbles", Trouble(REQUESTS["everything"], "babble"), 4, "Docker"),
    Answer("engine-falters-once-at-wait", Trouble(REQUESTS["wait"], "error", 1), 0),
    Answer("engine-cuts-the-log", Trouble(REQUESTS["attach"], "half"), 4, "connection"),
    Answer("engine-cuts-a-file", Trouble(REQUESTS["fetch"], "half"), 4, "connection"),
)
#: In ``make test``.
QUICK = {"engine-says-500-to-remove", "engine-cuts-the-log"}
