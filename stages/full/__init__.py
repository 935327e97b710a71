"""Training as PaddleOCR does it: its own ``tools/train.py``, watched and resumed."""
