"""All stages of a run must stand on the same Python, Paddle, NumPy and OpenCV."""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.errors import IntegrityFailed
from stages.message import msg
from stages.pitfalls import Pitfall

#: What every stage has; paddlelite is in some images only, but in those it must be one version too.
COMPARED = ("python", "paddle", "paddle_commit", "numpy", "opencv", "paddlelite")


def check_one_environment(environments: Mapping[str, Mapping[str, str]]) -> None:
    """Compare the versions that the stages reported (stage -> name -> version).

    Raises:
        IntegrityFailed: two stages ran with different versions of something.
    """
    for name in COMPARED:
        seen: dict[str, str] = {}
        for stage, versions in environments.items():
            if name in versions:
                seen.setdefault(versions[name], stage)
        if len(seen) > 1:
            (one, by_one), (other, by_other), *_ = seen.items()
            raise IntegrityFailed(
                msg(
                    "two versions of {name} in one run: {one} in {by_one}, {other} in {by_other}",
                    name,
                    one,
                    by_one,
                    other,
                    by_other,
                ),
                remedy=msg("build all images again: paddock images build"),
                pitfall=Pitfall.MIXED_VERSIONS,
            )


def processors(environments: Mapping[str, Mapping[str, str]]) -> dict[str, list[str]]:
    """Return which stages ran on which vector units (flags -> stages); what is not told is left out."""
    found: dict[str, list[str]] = {}
    for stage, facts in environments.items():
        if flags := facts.get("cpu_flags"):
            found.setdefault(flags, []).append(stage)
    return found
