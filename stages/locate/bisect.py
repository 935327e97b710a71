"""The first wrong of many steps, where to look at one is dear: a process with Paddle-Lite, and a run in it.

A network is no line. In an order of its operators a right one may follow a wrong one, on a branch that the
fault does not touch, so halving an order alone could end anywhere. Here it is halved among the steps that the
wrong result is made of; and what is found counts only if all that it reads is right. If not, the search goes
on among the steps that the wrong input is made of, which are fewer.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from stages.locate.steps import Step


def first_wrong(steps: Sequence[Step], last: int, is_wrong: Callable[[int], bool]) -> int:
    """Return a step whose result is wrong though the results that it reads are right.

    Args:
        steps: in order of execution.
        last: a step whose result is wrong.
        is_wrong: tells it of a step; a step that it cannot tell it of it calls right.
    """
    producers = {name: number for number, step in enumerate(steps) for name in step.makes}
    known = {last: True}

    def wrong(number: int) -> bool:
        if number not in known:
            known[number] = is_wrong(number)
        return known[number]

    while True:
        order = _made_of(steps, producers, last)
        right, found = -1, len(order) - 1
        while found - right > 1:
            middle = (right + found) // 2
            if wrong(order[middle]):
                found = middle
            else:
                right = middle
        last = order[found]
        sources = sorted({producers[name] for name in steps[last].reads if name in producers})
        again = next((number for number in sources if wrong(number)), None)
        if again is None:
            return last
        last = again


def _made_of(steps: Sequence[Step], producers: dict[str, int], last: int) -> list[int]:
    """Return the steps that the result of ``last`` is made of, and itself, in their order."""
    found, waiting = {last}, [last]
    while waiting:
        for name in steps[waiting.pop()].reads:
            number = producers.get(name, last)
            if number not in found:
                found.add(number)
                waiting.append(number)
    return sorted(found)
