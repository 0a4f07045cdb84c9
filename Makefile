# Every target sets itself up in .venv; nothing but Debian's packages is needed beforehand, and
# `.ci/setup` says which of those are missing. PYTHON=/path/to/python3 chooses the interpreter.

SHELL := /bin/bash
MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help

BIN := .venv/bin
RUNTIME := adapters/runtime
# What must not be wrong: every branch of it is met by a test, and by these. To look at branches
# makes Python half as fast, so the others run without it.
SAFETY := engine/control/*,$(RUNTIME)/latches.py,$(RUNTIME)/reset.py,$(RUNTIME)/slots.py,$(RUNTIME)/store.py,$(RUNTIME)/kept.py,$(RUNTIME)/last_look.py
SAFETY_TESTS := tests/unit/test_control_*.py tests/unit/test_runtime_latches.py tests/unit/test_runtime_slots.py \
    tests/unit/test_runtime_store*.py tests/unit/test_runtime_kept.py tests/unit/test_runtime_last_look.py \
    tests/unit/test_reset.py tests/unit/test_operations.py tests/adapters/test_invariants.py tests/test_cases_engine.py
READY := .venv/ready
# Tests start many programs, and every worker prepares all tests: what was compiled once is kept.
unexport PYTHONDONTWRITEBYTECODE
JOBS ?= 2
MINUTES ?= 3
# One more than cores, for many tests wait for daemons and brokers. Each worker begins at another
# place and takes over what others have left: they seldom wait, or compute, all at once.
WORKERS ?= $(shell echo $$(($(JOBS) + 1)))

.PHONY: help
help: ## list these commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-8s %s\n", $$1, $$2}' Makefile

.PHONY: demo
demo: $(READY) ## four weeks at Walda, summed up and drawn; then a morning live, on real protocols
	@$(BIN)/thermiq demo
	@echo
	@$(BIN)/thermiq demo --live

.PHONY: live
live: $(READY) ## only the live part: every device on loopback, the daemon, and why
	@$(BIN)/thermiq demo --live

.PHONY: test
test: $(READY) ## run all tests; and those of control, latch and store again, for every branch of these
	@$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal
	@$(BIN)/python -m pytest -q -n $(WORKERS) --dist worksteal --cov=engine/control --cov=$(RUNTIME) --cov-report= $(SAFETY_TESTS)
	@$(BIN)/coverage report --include='$(SAFETY)' --fail-under=100

.PHONY: coverage
coverage: $(READY) ## which branches of engine/ all tests together do not meet
	@$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal --cov=engine --cov-report=
	@$(BIN)/coverage report

.PHONY: simulate
simulate: $(READY) ## simulated weeks with faults on every boundary: half a year, or what MINUTES (3) hold
	@$(BIN)/python -m tests.reliability simulate --years 0.5 --hours 6 --cores $(JOBS) --minutes $(MINUTES) --no-count

.PHONY: check
check: $(READY) ## format, lint, types, and the rules of asp1 with their scenarios
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/thermiq check rules/asp1
	@$(BIN)/thermiq fmt --check rules/asp1
	@$(BIN)/thermiq test rules/asp1 --threshold 95

.PHONY: bench
bench: $(READY) ## measure every budget of the design and print it beside the figure
	@$(BIN)/python -m benchmarks

.PHONY: format
format: $(READY) ## put the code into the house's format
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix-only .

.PHONY: lock
lock: ## write both locks anew from pyproject.toml, all and what a PLC installs (needs uv)
	@command -v uv >/dev/null || { echo "make lock needs uv, which is not on the PATH." >&2; exit 1; }
	uv pip compile pyproject.toml --quiet --all-extras --universal --generate-hashes \
	    --no-header --no-annotate --output-file requirements.lock
	sed '/^    --hash/d; s/ \\$$//' requirements.lock | uv pip compile pyproject.toml --quiet --universal \
	    --generate-hashes --no-header --no-annotate --constraint - --output-file deploy/requirements.lock

.PHONY: setup
setup: $(READY) ## only prepare .venv

.PHONY: clean
clean: ## remove caches, reports and the demo's output; .venv stays
	@rm -rf build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage demo-output
	@find engine adapters tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +

$(READY): requirements.lock pyproject.toml .ci/setup
	@.ci/setup
