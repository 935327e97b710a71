"""One set of labels shared out to train, val and test by what its images show.

Each image has a place between 0 and 1 that its pixels and a seed decide, and the split that the place falls
to. So an image stays in its split whatever is added or taken away, whatever it is called and however often it
is there; and the shares are met about, as with dice.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

from stages.dataset.split import Split
from stages.errors import StageError
from stages.message import msg


def share_out(
    whole: Split, names: Sequence[str], shares: Sequence[float], seed: int
) -> list[Split]:
    """Return splits of these names with about these shares of the images.

    A split that no image's place falls to has the nearest one: a set of a few images is usable too.

    Raises:
        StageError: there are fewer images than splits.
    """
    places = {content: _place(content, seed) for content in whole.hashes}
    if len(places) < len(names):
        raise StageError(
            msg(
                "data.labels has {count} different images; each of {names} needs one",
                len(places),
                ", ".join(names),
            ),
            "data.labels",
            msg("label more images"),
        )
    chosen = _choose(places, shares)
    splits = [Split(name) for name in names]
    for label, seen in zip(whole.labels, whole.seen, strict=True):
        split = splits[chosen[seen.pixels]]
        split.labels.append(label)
        split.seen.append(seen)
    return splits


def _place(content: str, seed: int) -> float:
    digest = hashlib.blake2b(f"{seed}:{content}".encode("ascii"), digest_size=8).digest()
    return int.from_bytes(digest, "big") / 2**64


def _choose(places: Mapping[str, float], shares: Sequence[float]) -> dict[str, int]:
    """Return the number of the split of each content."""
    ends = [sum(shares[: number + 1]) for number in range(len(shares) - 1)]
    chosen = {content: sum(place >= end for end in ends) for content, place in places.items()}
    bounds = [0.0, *ends, 1.0]
    for number in range(len(shares)):
        if number not in chosen.values():
            middle = (bounds[number] + bounds[number + 1]) / 2
            spare = [content for content in places if _count(chosen, chosen[content]) > 1]
            nearest = min(spare, key=lambda content: (abs(places[content] - middle), content))
            chosen[nearest] = number
    return chosen


def _count(chosen: Mapping[str, int], number: int) -> int:
    return sum(each == number for each in chosen.values())
