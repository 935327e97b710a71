"""Tables of sweeps, as pretended ones: by what was measured, without a run."""

from typing import Any

from pipeline.sweep.table import Chosen, Cost, Measured, Row, Table, ranked
from stages.contract import Interval


def row(
    name: str,
    validation: float | None = 0.9,
    size: int | None = 100,
    test: float = 0.5,
    **more: Any,
) -> Row:
    """Return a member that passed, with a setting of its own; ``more`` is said as the row's fields."""
    values: dict[str, Any] = {
        "settings": {"train.seed": name},
        "state": "done",
        "code": 0,
        "verdict": "pass",
        "validation": None if validation is None else Chosen(accuracy=validation, ned=0.99),
        "test": Measured(
            model="nb-x86", accuracy=test, interval=Interval(0.4, 0.6), ned=0.9, size=size
        ),
    }
    return Row(name=name, **{**values, **more})


def table(*rows: Row, jobs: int = 1) -> Table:
    """Return their table."""
    return Table(
        project="plates", sweep="s", jobs=jobs, rows=tuple(ranked(rows)), seconds=5, alone_seconds=9
    )


def large(count: int, failed: int = 0) -> Table:
    """Return a table of many members, of which the last ``failed`` failed for one reason or another."""
    rows = []
    for number in range(count):
        rate, seed = (1e-3, 3e-4, 1e-4)[number % 3], number // 3
        made = row(
            f"learning_rate={rate:g},seed={seed}",
            0.5 + (number * 37 % 401) / 1000,
            4_000_000 + (number * 97 % 991) * 5_000,
            0.45 + (number * 53 % 397) / 1000,
            settings={"train.learning_rate": rate, "train.seed": seed},
            run=f"20261129-041826-{number:04x}",
            stages={
                name: Cost(seconds=seconds, cpu_seconds=seconds * 1.5)
                for name, seconds in (("data", 4.2), ("train", 60.0 + seed), ("verify", 11.0))
            },
            seconds=75.2 + seed,
            cpu_seconds=112.8,
        )
        if number >= count - failed:
            why = f"the train stage ended with code {3 + number % 2}"
            state = {"state": "failed", "code": 3, "verdict": "", "message": why}
            made = made.model_copy(update={**state, "validation": None, "test": None})
        rows.append(made)
    return table(*rows, jobs=2)
