# Targets of one line each; CI runs the same commands. `make help` lists them.

PYTHON ?= python3
PROCESSES ?= 3
BIN := .venv/bin
# Stamps: each is touched when its step is complete, so an interrupted step runs again.
MADE := .venv/.made
RUNTIME := .venv/.runtime-installed
DEVELOPMENT := .venv/.development-installed
UP = $(if $(filter 0 no false,$(DEMO)),--no-demo) $(if $(filter-out 0 no false,$(FRESH)),--fresh) $(if $(filter-out 0 no false,$(SECURE)),--secure)

.DEFAULT_GOAL := help
.PHONY: help up web model test soak check format bench faults deploy client wheel doctor lock sbom clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' Makefile

up: $(RUNTIME) ## install, then run Kafka, Redis, workers, API and demo until Ctrl-C (DEMO=0, FRESH=1, SECURE=1)
	@exec $(BIN)/python -m streams.cli.main up $(UP)

web: $(RUNTIME) ## build the console and the volunteer's page; part of up and test
	@$(BIN)/python .ci/web.py build

model: $(RUNTIME) ## install the assistant's model; beside up and test
	@$(BIN)/python .ci/install.py assistant

test: $(DEVELOPMENT) ## the tests of every change, with real Kafka and Redis (ARGS= goes to pytest, PROCESSES=)
	-@$(BIN)/python .ci/web.py build
	-@$(BIN)/python .ci/kafka_archive.py
	$(BIN)/python -m pytest -n $(PROCESSES) --no-loadscope-reorder --durations=10 --durations-min=1 $(ARGS)

soak: $(DEVELOPMENT) ## the long tests that make test leaves out (SEEDS=, MINUTES=, ARGS=)
	SEEDS=$(SEEDS) MINUTES=$(MINUTES) $(BIN)/python -m pytest -m soak --durations=10 $(ARGS)

check: $(DEVELOPMENT) ## format, lint, types, import contracts
	$(BIN)/ruff format --check . && $(BIN)/ruff check . && $(BIN)/mypy && $(BIN)/lint-imports && $(BIN)/python .ci/web.py check

format: $(DEVELOPMENT) ## format the code and apply ruff's fixes
	$(BIN)/ruff check --fix-only . && $(BIN)/ruff format .

bench: $(DEVELOPMENT) ## the benchmarks, as a table and as JSON (QUICK=1: the most telling, in 3 minutes; ARGS=)
	$(BIN)/python -m tests.benchmarks $(if $(filter-out 0 no false,$(QUICK)),--quick) $(ARGS)

faults: $(DEVELOPMENT) ## kill and stop processes under load, then check (SEED=, MINUTES=, PROFILE=, SECURITY=, FROM=)
	SEED=$(SEED) MINUTES=$(MINUTES) PROFILE=$(PROFILE) SECURITY=$(SECURITY) FROM=$(FROM) $(BIN)/python -m tests.faults $(ARGS)

deploy: $(DEVELOPMENT) ## check the files of deploy/ with Helm, systemd, Caddy and the schemas of Compose and Kubernetes
	$(BIN)/python .ci/deploy_tools.py && $(BIN)/python -m pytest tests/streams/codegen tests/test_deploy.py tests/test_caddyfile.py tests/test_containerfile.py

client: $(RUNTIME) ## make the Python client from the OpenAPI document, in build/komek-client
	@$(BIN)/python .ci/install.py client && $(BIN)/python .ci/client.py build/komek-client

wheel: $(DEVELOPMENT) ## build the wheel, and one with a compiled core, in build/wheels (TEST=1: and test that one; ARGS= goes to pytest)
	@$(BIN)/python .ci/install.py compiled && $(BIN)/python .ci/wheel.py build/wheels $(if $(filter-out 0 no false,$(TEST)),--test -q -n $(PROCESSES) $(ARGS))

doctor: $(RUNTIME) ## check this machine and the running stack
	$(BIN)/python -m streams.cli.main doctor

lock: | $(MADE) ## compile the locks from requirements/*.in (ARGS=--upgrade: newer versions)
	@$(BIN)/python .ci/install.py lock $(ARGS)

sbom: $(DEVELOPMENT) ## write the software bill of materials (CycloneDX) to build/sbom.json
	@$(BIN)/python .ci/sbom.py build/sbom.json

clean: ## remove the environment and test results; keeps KOMEK_DATA
	rm -rf .venv api/web/node_modules api/pages/built .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage htmlcov

$(MADE):
	@$(PYTHON) .ci/environment.py .venv
	@touch $@

$(RUNTIME): $(addprefix requirements/,$(addsuffix .txt,installer runtime build local redis)) requirements/runtime.in pyproject.toml | $(MADE)
	@$(BIN)/python .ci/install.py runtime
	@touch $@

$(DEVELOPMENT): $(addprefix requirements/,$(addsuffix .txt,traces development client)) $(RUNTIME)
	@$(BIN)/python .ci/install.py development
	@touch $@
