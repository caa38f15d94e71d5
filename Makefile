# Everything a person or CI does with this repository. `make demo` and `make test` set up all they need.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV ?= .venv
TESTS ?= tests
WORKERS ?= 2
MARKS ?= not matrix
MORE ?=
SECONDS ?= 60
TARGETS ?=
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.PHONY: help setup demo test flaws check lint format types contracts docs bench bench-verify fuzz sizes lock clean

help:  ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

setup: $(STAMP)  ## virtual environment with the locked dependencies
	@echo 'certbench is ready in $(VENV). Next: make demo, or . $(BIN)/activate and certbench --help'

$(STAMP): pyproject.toml .ci/requirements.lock .ci/prepare
	@.ci/prepare python "$(PYTHON)" "$(VENV)"
	@touch $@

demo: $(STAMP)  ## hardened and weak router: survey, judge, seal, verify, replay
	@.ci/prepare demo
	@$(BIN)/certbench demo

test: $(STAMP)  ## every test but the flaw table; TESTS=tests/unit or MARKS="not slow" for a part
	@.ci/prepare test
	@$(BIN)/pytest $(TESTS) -n $(WORKERS) --dist loadgroup -m "$(MARKS)" $(MORE)

flaws: $(STAMP)  ## the flaw table: every flaw alone, plain and with a shuffled look
	@.ci/prepare test
	@$(BIN)/pytest tests/netns/flaws -n $(WORKERS) $(MORE)

check: lint types contracts  ## what CI checks without running the product

lint: $(STAMP)
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/codespell --skip "*/corpus/*" harness test_suites tests docs bench_configs *.md

format: $(STAMP)  ## let ruff write the files its way
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

types: $(STAMP)
	@$(BIN)/mypy

contracts: $(STAMP)
	@$(BIN)/lint-imports

docs: $(STAMP)  ## run the code blocks of README and docs
	@.ci/prepare test
	@$(BIN)/pytest tests/docs

bench: $(STAMP)  ## speed and memory, as ratios against peers in the same run
	@.ci/prepare bench
	@$(BIN)/python -m benchmarks

bench-verify: $(STAMP)  ## speed of verification beside bare hashing, bagit and openssl; last line: the ratio
	@.ci/prepare bench-verify
	@$(BIN)/python -m benchmarks.verify_speed

fuzz: $(STAMP)  ## fuzz every reader of bundles and proofs; SECONDS=600 for each, TARGETS="zip dsse" for some
	@$(BIN)/python tests/fuzz/fuzz.py --seconds $(SECONDS) $(TARGETS)

sizes: $(STAMP)  ## longest modules and functions; a report, not a gate
	@$(BIN)/python .ci/sizes.py

lock:  ## resolve pyproject.toml into exact versions with hashes and no registry address
	@$(BIN)/pip install --quiet pip-tools
	@$(BIN)/pip-compile --quiet --generate-hashes --allow-unsafe --strip-extras --no-annotate --no-header \
	  --no-emit-index-url --no-emit-trusted-host --no-emit-find-links --extra dev \
	  --output-file .ci/requirements.lock pyproject.toml
	@sed -i -E '/^#/d; /^certbench @/d' .ci/requirements.lock
	@echo 'compliance-trestle==5.2.0' | $(BIN)/pip-compile --quiet --generate-hashes --allow-unsafe \
	  --strip-extras --no-annotate --no-header --no-emit-index-url --no-emit-trusted-host \
	  --no-emit-find-links --output-file .ci/trestle.lock -
	@sed -i -E '/^#/d' .ci/trestle.lock
	@sed -i -E "s/^(atheris==\S+)/\1 ; python_version < '3.12' and platform_machine == 'x86_64'/" \
	  .ci/requirements.lock
	@sed -i -E "s/^(rootcanal==\S+)/\1 ; platform_machine == 'x86_64' and sys_platform == 'linux'/" \
	  .ci/requirements.lock

clean:  ## remove the environment and caches; reports stay
	@rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .import_linter_cache
