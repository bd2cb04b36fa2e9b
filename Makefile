# norikae: every chore is one verb. `make` lists them; each verb sets up what it needs.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
SCENARIO ?= upgrade
SEED ?= 1
SIZE ?= full
ENVIRONMENT ?= demo
# Whole worlds run handlers in processes of their own, and a synth is Node's: coverage sees neither and only slows them.
WHOLE := tests/workflow tests/local
BESIDE := $(WHOLE) tests/stacks
COVERED := $(filter-out $(BESIDE) tests/style tests/__pycache__,$(patsubst %/,%,$(wildcard tests/*/)))
export TZ := UTC
export PYTHONPATH := lambdas:.
export NORIKAE_ENVIRONMENT := $(ENVIRONMENT)

.PHONY: help demo test stories every check scenarios synth bench-drain bench-ears bench-imports bench-invocations bench-secrets bench-shift bench-terminal bench-worlds lock clean
.DEFAULT_GOAL := help

help: ## Show the verbs.
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-17s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(READY): bootstrap.txt requirements.txt cli/norikae
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "norikae needs Python 3.11 or newer: make PYTHON=python3.12 …")'
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r bootstrap.txt
	$(BIN)/uv pip sync --quiet --python $(BIN)/python --require-hashes requirements.txt
	@ln -sf ../../cli/norikae $(BIN)/norikae
	@touch $@

demo: $(READY) ## Move twelve applications to a new cluster, on this machine alone (SCENARIO=, SEED=, SIZE=small|full).
	@$(BIN)/python -m local.demo --scenario $(SCENARIO) --seed $(SEED) --size $(SIZE)

test: $(READY) ## Run every test but the long stories and those of style (make check), with the scenarios on a small world.
	$(BIN)/python -m pytest -n 2 --dist loadgroup --cov --cov-report=term:skip-covered --cov-fail-under=90 $(COVERED)
	$(BIN)/python -m pytest -n 2 --dist loadgroup -m "not long" $(BESIDE)

stories: $(READY) ## Run the long stories, such as a run that is stopped at every state, and templates of further environments.
	$(BIN)/python -m pytest -n 2 --dist loadgroup -m "long and not thorough" $(BESIDE)

every: $(READY) ## Run the stories of which `make stories` runs a sister, and every property with examples that are new.
	$(BIN)/python -m pytest -n 2 --dist loadgroup -m hypothesis --hypothesis-profile=night $(COVERED) $(WHOLE)
	$(BIN)/python -m pytest -n 2 --dist loadgroup -m thorough $(WHOLE)

check: $(READY) ## Format, lint, types, import contracts, environment files, style.
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	PYTHONPATH=lambdas $(BIN)/lint-imports
	$(BIN)/python -m stacks.environment_file environments/*.yaml
	$(BIN)/python -m pytest -q tests/style

scenarios: $(READY) ## Run every scenario of the demo at full size.
	$(BIN)/python -m local.demo --scenario all --seed $(SEED) --size full

synth: $(READY) ## Write the CloudFormation template of ENVIRONMENT to cdk.out.
	$(BIN)/python app.py

bench-imports: $(READY) ## Import cost of every handler, as a ratio to `import json, logging`.
	$(BIN)/python bench/imports.py

bench-drain: $(READY) ## Empty 1, 50 and 200 nodes whose machines go at once (NODES="1000", WRITE=1 for the page).
	$(BIN)/python bench/drain.py $(if $(NODES),--nodes $(NODES)) $(if $(WRITE),--write)

bench-ears: $(READY) ## What a forged request costs, as a ratio to `import json, logging`.
	$(BIN)/python bench/ears.py

bench-invocations: $(READY) ## Time and calls of every handler in the embedded world.
	$(BIN)/python bench/invocations.py

bench-secrets: $(READY) ## Carry one secret to 50 targets, and 500 secrets at once, to two clusters (WRITE=1 for the page).
	$(BIN)/python bench/secrets.py $(if $(WRITE),--write)

bench-shift: $(READY) ## Route 53 calls of 500 applications that move at once, one writer beside one change each.
	$(BIN)/python bench/shift.py

bench-terminal: $(READY) ## What `norikae --help` costs, as a ratio to an empty Python.
	$(BIN)/python bench/terminal.py

bench-worlds: $(READY) ## What the embedded world saves, as ratios to the way without.
	$(BIN)/python bench/worlds.py

lock: ## Write the lock files anew from the .in files.
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --no-emit-index-url --no-header lambdas/requirements.in -o lambdas/requirements.txt
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --no-emit-index-url --no-header requirements.in -o requirements.txt

clean: ## Remove everything that can be made again.
	rm -rf .venv build cdk.out .coverage* .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
