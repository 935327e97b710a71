# The two commands: `make demo` and `make test`. Both set up what they need, and say so.
PADDOCK = .venv/bin/paddock

REPEATS ?= 1

# Tests wait for screens and processes a part of their time: two more processes than cores.
WORKERS := $(shell echo $$(($$(nproc) + 2)))

.PHONY: demo test test-all faults processors check check-source check-tests fuzz audit-dependencies sbom setup setup-dev engine images lock catalogue dictionaries architectures

# Everything from a bare machine to the example's parity table; leaves demo/ with demo/out/. Then whether
# every stage made the bytes that it made for its developers; where one did not, it is said and no error.
demo: engine images
	$(PADDOCK) demo demo
	$(PADDOCK) --batch demo
	-$(PADDOCK) audit demo --same-as examples/alphanumeric/expected.lock

# Every test: those of `check`, then those against a real engine, two at a time, which run those inside
# the images too, but for the files of these that passed before with the same image, stages and tests.
test: check engine images
	$(PADDOCK) images build verify-arm paddock
	.venv/bin/pytest -n 2 --dist loadfile --no-loadscope-reorder tests/docker tests/pitfalls/engine \
	    tests/faults/test_matrix.py \
	    -m "not matrix" --durations 20 --durations-min 5

# The same, whatever passed before.
test-all: export PADDOCK_TEST_ALL = 1
test-all: test

# The whole fault matrix, REPEATS times each; CASE=tool-killed-at-train is one of them (docs/reliability.md).
faults: export PADDOCK_TEST_REPEATS = $(REPEATS)
faults: setup-dev engine images
	.venv/bin/pytest tests/faults $(if $(CASE),-k "$(CASE)")

# The chain from images to .nb files on this processor and on another maker's, which is emulated: the same bytes.
processors: export PADDOCK_TEST_INSIDE = tests/stages/test_other_processor.py
processors: setup-dev engine images
	.venv/bin/pytest -q tests/docker/test_inside.py

# The fast checks: no Docker, no Paddle; what reads the source beside the tests. Bytecode is kept, else
# pytest compiles every test again in each of its processes.
check: export PYTHONDONTWRITEBYTECODE =
check: setup-dev
	@$(MAKE) --no-print-directory --output-sync=target -j 2 check-tests check-source

check-source:
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	MYPYPATH=tests:scripts .venv/bin/mypy --explicit-package-bases stages pipeline tui tests
	.venv/bin/lint-imports

# Tests write many thousands of small files. In memory, if it has room and lets programs be started from there,
# this takes a fourth less of the processor. Tests that passed leave nothing there.
check-tests: export PYTEST_DEBUG_TEMPROOT = $(shell findmnt -nro OPTIONS,AVAIL --bytes /dev/shm 2>/dev/null \
    | awk '!/noexec/ && $$2 > 4e9 { print "/dev/shm"; exit }')
check-tests:
	.venv/bin/pytest -q -n $(WORKERS) --dist worksteal -o tmp_path_retention_policy=failed \
	    tests/tui tests/unit tests/cases tests/fuzz tests/pitfalls/app tests/faults/test_files.py

# Every parser gets INPUTS damaged files, others each time: of the host first, then of the stages.
INPUTS = 10000
fuzz: export PADDOCK_FUZZ = $(INPUTS)
fuzz: export PADDOCK_FUZZ_FROM = $(shell date +%s%N)
fuzz: export PADDOCK_TEST_INSIDE = tests/stages/test_fuzz.py
fuzz: setup-dev engine images
	.venv/bin/pytest -q -n $(WORKERS) --dist worksteal tests/fuzz
	.venv/bin/pytest -q tests/docker/test_inside.py

setup:
	scripts/setup

setup-dev:
	scripts/setup --dev

engine: setup
	scripts/engine

# Where no registry answers, the base is made on this machine first.
images: engine
	scripts/local-base --if-needed
	$(PADDOCK) images build

# The sentences of the source into tui/locale, and the translations compiled; says what lacks one.
catalogue: setup-dev
	.venv/bin/python scripts/catalogue.py

# docs/dictionaries.md from the dictionaries of PaddleOCR in the train image.
dictionaries: images
	docker run --rm --network none -v "$(CURDIR)":/src:ro -w /src -e PYTHONPATH=/src:/src/tests \
	    --entrypoint python paddock-train:3.1.1 -m support.dictionary_table /opt/paddleocr \
	    | .venv/bin/python scripts/dictionaries.py

# docs/architectures.md from the recognition configurations of a PaddleOCR source tree, TREE=path/to/PaddleOCR:
# every distinct network is built, exported untrained, converted and compared; a quarter of an hour.
TRIED = docker run --rm --init --network none --shm-size 1g -v "$(CURDIR)":/src:ro -v "$(abspath $(TREE))":/tree:ro \
    -w /src -e PYTHONPATH=/src:/src/tests $(1) --entrypoint python paddock-verify:3.1.1 -m support.networks /tree
architectures: images
	{ $(call TRIED,) && $(call TRIED,-e PADDOCK_PADDLEOCR=/tree); } \
	    | PYTHONPATH=. .venv/bin/python scripts/architectures.py "$(TREE)"

# Every pinned version against the known advisories (needs pypi.org), and an inventory of each in sbom/.
audit-dependencies: setup
	scripts/supply-chain audit

sbom: setup
	scripts/supply-chain sbom

# All locks again; needs uv. `scripts/lock --upgrade` takes newer versions.
lock:
	scripts/lock
