"""Models as child processes that read one prepared image at a time, alone or many beside each other.

Paddle and Paddle-Lite can abort the process they run in, and a process's peak memory is only its
own if no other model lived in it. ``python -m stages.runners KIND …`` is the child, :class:`ModelRunner`
the other end.
"""

from __future__ import annotations

from stages.runners.client import ModelRunner, Output, RunnerFailedError
from stages.runners.crew import Answer, Crew

__all__ = ["Answer", "Crew", "ModelRunner", "Output", "RunnerFailedError"]
