"""Of runs side by side one makes a result, the others take it, and what failed is not tried again."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from pipeline.errors import IntegrityFailed, Interrupted, StageFailed
from pipeline.record.ledger import Components
from pipeline.run.options import StopSwitch
from pipeline.run.sharing import Sharing
from stages.contract import Exit
from support.patience import PATIENCE

TRAIN = Components("train", "image", {"epochs": 3}, {"train": "t"})


def turns(
    sharing: Sharing, work: Callable[[], None], stop: StopSwitch, count: int = 2
) -> list[bool]:
    """Let runs take their turns at once; the first begins to work only when the others wait for it."""
    others_wait = threading.Semaphore(0)

    def one(_number: int) -> bool:
        with sharing.turn(TRAIN, stop, others_wait.release) as is_made:
            if not is_made:
                for _ in range(count - 1):
                    assert others_wait.acquire(timeout=PATIENCE)
                work()
            return is_made

    with ThreadPoolExecutor(count) as threads:
        return sorted(threads.map(one, range(count)))


def test_one_makes_it_and_the_others_take_it() -> None:
    assert turns(Sharing(), lambda: None, StopSwitch(), 3) == [False, True, True]


def test_another_key_is_made_beside_it() -> None:
    sharing, other = Sharing(), Components("train", "image", {"epochs": 4}, {"train": "t"})
    stop, never = StopSwitch(), pytest.fail
    with (
        sharing.turn(TRAIN, stop, lambda: never("waited")),
        sharing.turn(other, stop, lambda: never("waited")) as is_made,
    ):
        assert not is_made


def test_what_failed_is_told_to_who_shares_it_and_not_tried_again() -> None:
    sharing, stop, tried = Sharing(), StopSwitch(), list[int]()

    def fail() -> None:
        tried.append(1)
        raise IntegrityFailed(
            "a label has no class", "train.txt:3", "correct it", "wrong-dictionary"
        )

    with pytest.raises(IntegrityFailed) as first:
        turns(sharing, fail, stop)
    assert "a label has no class" in first.value.message
    with (
        pytest.raises(
            IntegrityFailed, match="failed where it was made for another member"
        ) as again,
        sharing.turn(TRAIN, stop, lambda: None),
    ):
        tried.append(2)
    assert tried == [1]
    assert (again.value.where, again.value.remedy) == ("train.txt:3", "correct it")


def test_a_stop_is_no_failure_and_ends_the_waiting() -> None:
    sharing, stop = Sharing(), StopSwitch()

    def stopped() -> None:
        stop.order(Exit.INTERRUPTED)
        raise StageFailed("stopped by SIGTERM")

    with pytest.raises((StageFailed, Interrupted)):
        turns(sharing, stopped, stop)  # the other ends, too: it does not begin after the order
    with sharing.turn(TRAIN, StopSwitch(), lambda: None) as is_made:
        assert not is_made, "the next run tries it again"


def test_who_waits_is_stopped() -> None:
    sharing, stop = Sharing(), StopSwitch()
    with (
        sharing.turn(TRAIN, stop, lambda: None),
        pytest.raises(Interrupted),
        sharing.turn(TRAIN, stop, lambda: stop.order(Exit.INTERRUPTED)),
    ):
        pytest.fail("it was not its turn")
