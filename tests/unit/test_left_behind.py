"""What the doctor says of containers: a warning only of what this project's dead runs left."""

from __future__ import annotations

from pipeline.engine.containers import Labelled
from pipeline.machine.doctor import containers_finding

MINE, OTHERS = "plates-0123456789", "meters-9876543210"
FOUND = (
    Labelled("paddock-plates-train", MINE, False),
    Labelled("optimistic_ishizaka", OTHERS, True),
    Labelled("paddock-meters-train", OTHERS, True),
)


def test_only_what_this_project_left_is_a_warning() -> None:
    found = containers_finding(FOUND, MINE, lives=False)
    assert found.severity == "warning" and "paddock clean" in found.remedy
    assert "paddock-plates-train" in found.message and "ishizaka" not in found.message


def test_runs_that_go_on_are_counted_whoever_they_are_of() -> None:
    alive = Labelled("paddock-plates-train", MINE, True)
    cases = (
        ((alive, *FOUND[1:]), True, "2 runs use this engine"),
        (FOUND[1:], False, "one run uses this engine"),
        ((), False, "none was left behind"),
        ((Labelled("dead", OTHERS, False),), False, "none was left behind"),
    )
    for containers, lives, said in cases:
        found = containers_finding(containers, MINE, lives=lives)
        assert (found.severity, found.message) == ("ok", said)
