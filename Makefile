# bolk: every target sets up what it needs. `make` alone prints this help.
PYTHON ?= python3
BIN := .venv/bin
DEMO := results/demo
GALLERY := results/gallery
CATALOGUE := ci-smoke small medium weak-login stavanger-2021 large everyone-at-nine
SLICE := --speedup 20 --until "6 min"

.DEFAULT_GOAL := help
.PHONY: help setup demo gallery test nightly guarantee check lint types architecture lock schema clean

help: ## explain every target
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-13s %s\n", $$1, $$2}'

# The stamp is newer than the lock when the environment is complete, so a second call costs nothing.
.venv/complete: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "bolk needs Python 3.11 or newer, and '$(PYTHON)' is older. Try: make $(MAKECMDGOALS) PYTHON=python3.12"; exit 4; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
	  { echo "'$(PYTHON)' lacks the venv module. On Debian or Ubuntu: apt install python3-venv"; exit 4; }
	@echo "Setting up .venv from requirements.lock (downloads about 250 MB the first time)"
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --disable-pip-version-check --require-hashes -q -r requirements.lock
	@$(BIN)/python -m pip install --disable-pip-version-check --no-deps --no-build-isolation -q -e .
	@touch $@

# Folders of an earlier demo go first: bolk itself never writes over a result.
demo: setup ## the Stavanger case: find the plan, then try it and "all at once" over HTTP (under 3 minutes)
	@rm -rf $(DEMO)
	@echo "1 of 4  Finding the plan for 10,000 SMS in Stavanger, April 2021"
	@$(BIN)/bolk recommend stavanger-2021 --out $(DEMO)/recommend
	@echo; echo "2 of 4  The first minutes of that plan over HTTP, 20 times as fast, against the reference server"
	@$(BIN)/bolk loadtest stavanger-2021 --policy $(DEMO)/recommend $(SLICE) --out $(DEMO)/recommended
	@echo; echo "3 of 4  The same minutes with all SMS at once (it is meant to break its limits)"
	@$(BIN)/bolk loadtest stavanger-2021 --policy all $(SLICE) --out $(DEMO)/all-at-once || test $$? -eq 1
	@echo; echo "4 of 4  One report, prediction and measurement side by side"
	@$(BIN)/bolk report $(DEMO)/recommend --measured $(DEMO)/recommended --measured $(DEMO)/all-at-once --out $(DEMO)

# A scenario without a plan that keeps the limits is a report too: codes 1 and 3 are answers.
gallery: setup ## reports of every catalogue scenario for their readers, with an index (a few minutes)
	@rm -rf $(GALLERY)
	@for name in $(CATALOGUE); do \
	  $(BIN)/bolk recommend $$name --out $(GALLERY)/$$name > /dev/null || test $$? -eq 1 -o $$? -eq 3 || exit 4; done
	@$(BIN)/bolk loadtest ci-smoke --speedup 20 --until "10 min" --out $(GALLERY)/ci-smoke-loadtest > /dev/null || \
	  test $$? -eq 1 -o $$? -eq 3
	@$(BIN)/bolk report $(GALLERY) --gallery | head -2

setup: .venv/complete ## make .venv from the pinned lock, nothing more

lint: setup ## formatting and style (ruff)
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .

types: setup ## types, strict (pyright)
	@PYRIGHT_PYTHON_IGNORE_WARNINGS=1 $(BIN)/pyright

architecture: setup ## the import order of the house (import-linter)
	@$(BIN)/lint-imports --no-logo

check: lint types architecture ## lint, types and architecture

test: check ## everything CI runs: check, then every test, a file at a time on each core
	@$(BIN)/pytest -n logical --dist loadfile

nightly: setup ## the two engines held against each other over thousands of scenarios (some minutes)
	@BOLK_ENGINE_EXAMPLES=5000 $(BIN)/pytest -q tests/test_compiled_engine.py

guarantee: setup ## the guarantee of the search, counted over ten times as many searches (some minutes)
	@BOLK_GUARANTEE_REPETITIONS=2000 $(BIN)/pytest -q tests/test_guarantee.py

schema: setup ## write the JSON Schema of scenario files again
	@$(BIN)/bolk scenario schema > scenarios/scenario.schema.json

lock: setup ## pin the newest versions that pyproject.toml allows (needs uv)
	uv pip compile pyproject.toml --group dev --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-emit-find-links --no-header --no-annotate -o requirements.lock

clean: ## remove .venv and everything generated
	rm -rf .venv results build *.egg-info .pytest_cache .ruff_cache .import_linter_cache .hypothesis
