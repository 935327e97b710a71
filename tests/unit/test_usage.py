"""What a container uses: docker's own sums, said in time, and never a stage's problem."""

import copy
import threading
from collections.abc import Callable
from typing import Any, cast

import pytest
from docker.errors import InvalidVersion, NotFound
from docker.models.containers import Container
from requests.exceptions import ConnectionError as ConnectionLost

from pipeline.engine import usage
from pipeline.engine.usage import Meter, Usage, usage_between

Answer = dict[str, Any]

#: What docker 20.10 answers on cgroup v1, without what is not read.
BEFORE: Answer = {
    "cpu_stats": {
        "cpu_usage": {"total_usage": 37_740_522, "percpu_usage": [13_489_106, 24_251_416]},
        "system_cpu_usage": 25_714_490_000_000,
        "online_cpus": 2,
    },
    "memory_stats": {
        "usage": 3_375_104,
        "stats": {"cache": 2_519_040, "inactive_file": 1, "total_inactive_file": 2_285_568},
        "limit": 1_073_741_824,
    },
}
#: What it answers about a container that has ended.
ENDED: Answer = {"cpu_stats": {"cpu_usage": {"total_usage": 0}}, "memory_stats": {}}


def later(cpu_s: float, passed_s: float) -> Answer:
    """Return the answer after the container used ``cpu_s`` of ``passed_s`` on both CPUs."""
    answer = copy.deepcopy(BEFORE)
    answer["cpu_stats"]["cpu_usage"]["total_usage"] += int(cpu_s * 1e9)
    answer["cpu_stats"]["system_cpu_usage"] += int(2 * passed_s * 1e9)
    return answer


@pytest.mark.parametrize(("cpu_s", "cores"), [(0.0, 0.0), (1.0, 0.5), (2.5, 1.25), (4.0, 2.0)])
def test_cpu_is_cores_over_the_time_between(cpu_s: float, cores: float) -> None:
    used = usage_between(BEFORE, later(cpu_s, 2.0))
    assert used is not None and used.cpu == cores


def test_memory_is_without_cache_that_can_be_dropped_and_cpus_need_not_be_counted() -> None:
    now = later(1, 2)
    assert usage_between(BEFORE, now) == Usage(0.5, 3_375_104 - 2_285_568, 1_073_741_824)
    del now["cpu_stats"]["online_cpus"]
    now["memory_stats"]["stats"] = {"inactive_file": 1_000_000}  # as on cgroup v2
    assert usage_between(BEFORE, now) == Usage(0.5, 2_375_104, 1_073_741_824)


@pytest.mark.parametrize("now", [BEFORE, ENDED, {}, {"cpu_stats": None, "memory_stats": 3}])
def test_numbers_that_do_not_tell_are_passed_over(now: Answer) -> None:
    assert usage_between(BEFORE, now) is None


class Stub:
    """A container whose answers a test gives."""

    def __init__(self, answer: Callable[[], Answer]) -> None:
        self._answer = answer

    def stats(self, **_options: object) -> Answer:
        return self._answer()


def meter(answer: Callable[[], Answer], tell: Callable[[Usage], None]) -> Meter:
    return Meter(cast("Container", Stub(answer)), tell)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(usage, "EVERY", 0.01)


@pytest.mark.usefixtures("quick")
def test_meter_says_what_is_used_until_it_is_left() -> None:
    answers = (later(number, 2 * number) for number in range(10_000))
    said: list[Usage] = []
    enough = threading.Event()

    def tell(used: Usage) -> None:
        said.append(used)
        if len(said) == 3:
            enough.set()

    with meter(lambda: next(answers), tell) as measuring:
        assert enough.wait(60)
    count = len(said)
    measuring.join(60)
    assert not measuring.is_alive()
    assert len(said) == count >= 3 and {item.cpu for item in said} == {0.5}


def test_meter_ends_at_once() -> None:
    with meter(lambda: BEFORE, lambda _usage: None) as measuring:
        pass
    measuring.join(60)
    assert not measuring.is_alive()


def test_engine_that_hangs_delays_nobody() -> None:
    answered = threading.Event()

    def hang() -> Answer:
        answered.wait(600)
        return BEFORE

    with meter(hang, lambda _usage: None) as measuring:
        pass
    assert measuring.is_alive()  # it still waits for the engine, and nobody for it
    answered.set()
    measuring.join()


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize(
    "error",
    [
        InvalidVersion("one_shot is not supported for API version < 1.41"),
        NotFound("no such container"),
        ConnectionLost("the engine went away"),
        OSError("reset"),
        ValueError("not JSON"),
    ],
)
def test_engine_without_numbers_only_makes_it_silent(error: Exception) -> None:
    def fail() -> Answer:
        raise error

    said: list[Usage] = []
    with meter(fail, said.append) as measuring:
        measuring.join(5)
    assert said == [] and not measuring.is_alive()


@pytest.mark.usefixtures("quick")
def test_listener_that_cannot_write_is_not_the_stage_s_problem() -> None:
    def full(_usage: Usage) -> None:
        raise OSError(28, "No space left on device")

    answers = (later(number, 2 * number) for number in range(10_000))
    with meter(lambda: next(answers), full) as measuring:
        measuring.join(5)
    assert not measuring.is_alive()
