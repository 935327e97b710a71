"""Strings of ``pipeline/`` and ``stages/`` that look like sentences and are not read by a person on a screen."""

from __future__ import annotations

#: Modules whose texts are never shown, and why.
FILES = {
    "pipeline/report/html.py": "report.html: files are English",
    "pipeline/report/markdown.py": "report.md: files are English",
    "pipeline/project/template.py": "paddock.toml as `paddock init` writes it: files are English",
    "pipeline/images/readiness.py": "called by scripts/engine, whose words are English",
    "stages/__main__.py:usage": "called by the engine only",
}

TEXTS: frozenset[str] = frozenset()
