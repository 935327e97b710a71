"""The fixtures, from support/engine.py: one of each for all tests that need an engine."""

import pytest

from support import engine


def pytest_configure(config: pytest.Config) -> None:
    """Register the fixtures once, whichever folder comes first."""
    if not config.pluginmanager.is_registered(engine):
        config.pluginmanager.register(engine)
