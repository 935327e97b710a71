"""Models as child processes that read one prepared image at a time.

Paddle and Paddle-Lite can abort the process they run in, and a process's peak memory is only its
own if no other model lived in it. ``python -m stages.readers KIND …`` is the child, :class:`Reader`
the other end.
"""

from __future__ import annotations

from stages.readers.client import Output, Reader, ReaderFailedError

__all__ = ["Output", "Reader", "ReaderFailedError"]
