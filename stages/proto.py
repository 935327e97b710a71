"""Paddle's protobuf messages (paddle/fluid/framework/framework.proto): what legacy programs consist of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stages.paddle_parts import load_part

if TYPE_CHECKING:
    from paddle.base.proto import framework_pb2 as proto
else:
    proto = load_part("base.proto.framework_pb2")

__all__ = ["proto"]
