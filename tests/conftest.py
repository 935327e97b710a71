"""What all tests share."""

from __future__ import annotations

import importlib.util

#: These run inside the images (tests/docker/test_stages_inside.py): only they have Paddle.
_INSIDE = ["stages", "pitfalls/inside"]
collect_ignore = [] if importlib.util.find_spec("paddle") else _INSIDE
