# What you can do in a checkout, with Python 3.11 or later and make; everything is installed into .venv and nowhere else.

PYTHON ?= python3
BIN := .venv/bin
# Two more than there are cores: much of a test is waiting for the processes that it starts.
WORKERS ?= $(shell $(PYTHON) -c 'import os; print((os.cpu_count() or 1) + 2)')
PYTEST := $(BIN)/pytest -q -n $(WORKERS) --maxprocesses 8 --dist worksteal

# Both names are needed: older pip reads the first for what it builds with, newer pip the second.
export PIP_CONSTRAINT := constraints.txt
export PIP_BUILD_CONSTRAINT := constraints.txt
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help demo test torture page-checks update docs bench lock audit release clean
.DEFAULT_GOAL := help

help: ## Say what can be made.
	@sed -n 's/^\([a-z-]*\):.*## /make \1	/p' $(MAKEFILE_LIST) | expand -t 20

demo: .venv/.demo ## Install, then do the main job on the real seed, in a temporary folder.
	@PATH="$(CURDIR)/$(BIN):$$PATH" sh scripts/demo.sh

test: .venv/.test ## Install what tests need, then lint, type-check and test.
	@$(BIN)/ruff check --quiet
	@$(BIN)/ruff format --quiet --check
	@$(BIN)/mypy --no-error-summary
	@$(BIN)/lint-imports > .venv/lint-imports.txt 2>&1 || { cat .venv/lint-imports.txt; exit 1; }
	@$(PYTEST)

torture: .venv/.test ## The long form of the tests of races, crashes, faults and machines: some hours.
	@VRU_LEDGER_TORTURE=20 $(BIN)/pytest -q -s tests/test_races.py tests/test_many_hands.py tests/test_two_connections.py \
		tests/test_crashes.py tests/test_power_cuts.py tests/test_state_machine.py tests/test_award_machine.py \
		tests/test_fund_machine.py tests/actions/test_routine.py

page-checks: .venv/page-checks/.done ## Install from npm what checks pages; without it those tests are skipped.

update: .venv/.test ## Rewrite the transcripts with what the commands really say; then read the diff.
	@$(PYTEST) tests/test_transcripts.py --update

docs: .venv/.test ## Write docs/reference and the CREATE statements from the code.
	@$(BIN)/python scripts/reference.py
	@$(BIN)/python scripts/tables.py

bench: .venv/.test ## Measure what is promised about speed.
	@$(BIN)/python -m benchmarks

lock: ## Write locked.txt, the hashes of every pinned version, from constraints.txt.
	@$(PYTHON) scripts/lock.py

audit: ## Ask whether what is locked has known weaknesses.
	@$(PYTHON) scripts/audit.py

release: .venv/.test ## Build what is released into dist/, twice, with a bill of materials and hashes.
	@$(BIN)/python scripts/release.py

clean: ## Remove .venv and what tools left behind.
	@rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis dist build
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "vru-ledger needs Python 3.11 or later: make PYTHON=python3.12 ..."; exit 1; }
	@$(PYTHON) -m venv .venv || { rm -rf .venv; echo "python cannot make a virtual environment: on Debian, apt-get install python3-venv"; exit 1; }

.venv/.demo: pyproject.toml constraints.txt | $(BIN)/python
	@echo "installing vru-ledger into .venv"
	@$(BIN)/python -m pip install --quiet --editable .
	@touch $@

.venv/.test: pyproject.toml locked.txt | $(BIN)/python
	@echo "installing vru-ledger and what its tests need into .venv"
	@$(BIN)/python -m pip install --quiet --require-hashes --requirement locked.txt
	@$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@ .venv/.demo

.venv/page-checks/.done: tests/page_checks/package.json tests/page_checks/.htmlvalidate.json | $(BIN)/python
	@echo "installing what checks pages into .venv"
	@mkdir -p $(@D)
	@cp $^ $(@D)
	@npm install --prefix $(@D) --no-package-lock --no-audit --no-fund --silent
	@touch $@
