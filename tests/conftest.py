"""What all tests share."""

import gc
import importlib.util
import signal

#: These run inside the images (tests/docker/test_inside.py): only they have Paddle.
_INSIDE = ["stages", "pitfalls/inside"]
collect_ignore = [] if importlib.util.find_spec("paddle") else _INSIDE
if not collect_ignore:
    from support.processes import _forked_processes, launcher, pytest_configure, real_python

    __all__ = ["_forked_processes", "launcher", "pytest_configure", "real_python"]

# `nohup make test &` ignores ^C, which every program that a test starts would inherit and heed
if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


# Objects of modules stay: looking through them for garbage while more are imported finds none.
gc.set_threshold(50_000, 20, 100)


def pytest_collection_finish() -> None:
    """Do not look through everything that is imported, again and again, for garbage that is not in it."""
    gc.collect()
    gc.freeze()
