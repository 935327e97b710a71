"""What a user can do about a model that is not of the legacy format."""

from __future__ import annotations

from stages.message import msg

PIR_REMEDY = msg(
    "export again with Global.export_with_pir=False (PaddleOCR 3 exports PIR unless told "
    "otherwise) so that inference.pdmodel comes out"
)
