"""What all tests share."""

from __future__ import annotations

import importlib.util

#: tests/stages runs inside the images (tests/docker/test_stages_inside.py): only they have Paddle.
collect_ignore = [] if importlib.util.find_spec("paddle") else ["stages"]
