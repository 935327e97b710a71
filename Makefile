# The two commands: `make demo` and `make test`. Both set up what they need, and say so.
PADDOCK = .venv/bin/paddock

.PHONY: demo test check setup setup-dev engine images lock catalogue

# Everything from a bare machine to the example's parity table; leaves demo/ with demo/out/.
demo: engine images
	$(PADDOCK) demo demo
	$(PADDOCK) --batch demo

# Every test: those of `check`, then those against a real engine, two at a time, which run those inside
# the images too.
test: check engine images
	.venv/bin/pytest -n 2 --dist loadfile --no-loadscope-reorder tests/docker tests/pitfalls/engine

# The fast checks: no Docker, no Paddle. Half of their time is waiting for a screen, hence two a core.
check: setup-dev
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/mypy
	MYPYPATH=tests:scripts .venv/bin/mypy --explicit-package-bases tests
	.venv/bin/lint-imports
	.venv/bin/pytest -n $$((2 * $$(nproc))) tests/tui tests/unit

setup:
	scripts/setup

setup-dev:
	scripts/setup --dev

engine: setup
	scripts/engine

images: engine
	$(PADDOCK) images build

# The sentences of the source into tui/locale, and the translations compiled; says what lacks one.
catalogue: setup-dev
	.venv/bin/python scripts/catalogue.py

# All locks again; needs uv. `scripts/lock --upgrade` takes newer versions.
lock:
	scripts/lock
