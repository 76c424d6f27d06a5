# What continuous integration runs is what a person runs. `make help` lists the targets.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

PYTHON ?= $(firstword $(shell command -v python3.11 python3 python 2>/dev/null))
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check -qq --no-input install
TOOLS := .venv-tools/bin
LOCK := UV_NO_CONFIG=1 $(TOOLS)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-annotate --custom-compile-command "make lock" \
	pyproject.toml --group build --extra demo

.PHONY: help demo test check bench conformance crash prove law-mutants docs lock clean bench-scan bench-restore bench-sensitive bench-exact

# labelled texts for `make bench-scan`: JSON Lines, as bench/detect.py says
DATA ?= $(firstword $(wildcard ../shared/fixtures/pii bench/data))

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' Makefile | sed -E 's/:[^#]*## /\t/' | expand -t 17

demo: .venv/.runtime ## the story: two simulated ecosystems, one endpoint, every call explained
	@$(BIN)/isthmus demo

test: check ## lint, types, docs, then every test (what continuous integration runs)
	@$(BIN)/python -m pytest --ignore=tests/test_docs.py --ignore=tests/test_shape.py

check: .venv/.dev ## lint, format, types, shape of the tree and docs, without the long tests
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/mypy
	@$(BIN)/python -m pytest tests/test_shape.py tests/test_docs.py

bench: .venv/.dev ## load beside a bare nginx, pinned to one core; ends with one JSON line per bar
	@$(BIN)/python bench/gateway.py

conformance: .venv/.dev ## other people's clients and suites, each in its own environment; ends with one JSON line per bar
	@$(BIN)/python bench/conformance.py

bench-scan: .venv/.dev ## leak, false cover, recall and precision on labelled texts (DATA=folder); ends with a line a bar
	@test -n "$(DATA)" || { echo "say where labelled texts are: make bench-scan DATA=folder" >&2; exit 2; }
	@$(BIN)/python bench/detect.py $(DATA)

bench-evasion: .venv/.dev ## every identifier hidden by every trick and every two (CLEAN=folder: and what that costs clean text)
	@$(BIN)/python bench/evasion.py $(if $(CLEAN),--clean $(CLEAN))

bench-false: .venv/.dev ## numbers of work that are nobody's and what is taken for an identifier (CLEAN=folder adds texts)
	@$(BIN)/python bench/false_findings.py $(CLEAN)

bench-restore: .venv/.dev ## distorted pseudonyms come back, traps do not; ends with one JSON line per bar
	@$(BIN)/python bench/restore.py

bench-sensitive: .venv/.dev ## what is said of someone against what only uses the words; ends with one JSON line per bar
	@$(BIN)/python bench/sensitive.py

bench-exact: .venv/.dev ## a million people as an exact list: made, loaded, found, nobody else; a line a bar
	@$(BIN)/python bench/exact.py

crash: .venv/.dev ## kill -9 under load, 50 rounds; ends with one JSON line per bar
	@$(BIN)/python bench/crash.py --rounds 50

prove: .venv/.dev ## the packs' invariants over every combination of facts; ends with one JSON line per bar
	@$(BIN)/python bench/law_prove.py

law-mutants: .venv/.dev ## one thing changed at a time in the mainland and US packs, and whether a case notices
	@$(BIN)/python bench/law_mutants.py

docs: .venv/.dev ## write the generated references anew and check every page
	@$(BIN)/python docs/generate.py
	@$(BIN)/python -m pytest tests/test_docs.py

lock: ## resolve pyproject.toml anew into the two hash-pinned locks
	@test -x $(TOOLS)/uv || { $(PYTHON) -m venv .venv-tools && $(TOOLS)/python -m pip --quiet install uv; }
	@$(LOCK) --upgrade --output-file requirements.lock
	@$(LOCK) --upgrade --extra dev --extra postgres --constraint requirements.lock --output-file requirements-dev.lock

clean: ## remove what the targets above made
	@rm -rf .venv .venv-tools build dist demo-state bench/.envs bench/out .mypy_cache .ruff_cache .pytest_cache .hypothesis

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "isthmus needs Python 3.11 or newer; found: $$($(PYTHON) --version 2>&1 || echo none). Say which with: make PYTHON=/path/to/python3.11 ..." >&2; exit 1; }
	@$(PYTHON) -m venv .venv || { echo "no virtual environment could be made; on Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }

.venv/.runtime: requirements.lock pyproject.toml | .venv/bin/python
	@echo "isthmus: installing into .venv, once (under a minute on a usual connection) ..."
	@$(PIP) --require-hashes -r requirements.lock
	@$(PIP) --no-deps --no-build-isolation --no-index --editable .
	@touch $@

.venv/.dev: requirements-dev.lock pyproject.toml | .venv/bin/python
	@echo "isthmus: installing with the development tools into .venv, once ..."
	@$(PIP) --require-hashes -r requirements-dev.lock
	@$(PIP) --no-deps --no-build-isolation --no-index --editable .
	@touch $@ .venv/.runtime
