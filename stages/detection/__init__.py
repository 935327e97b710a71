"""Detection: where the lines of text are on a page, with a DB model (ppocr/modeling/heads/det_db_head.py)."""
