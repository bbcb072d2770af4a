# Groundswell: everything a person or CI runs. Each target sets up what it needs; the second time that takes a moment.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup kafka demo test fault bench check sabotage disclosure calibrate format lock up

VENV := .venv
PY := $(VENV)/bin/python
UV ?= uv
ARGS ?=
TEST_PROCESSES ?= 2
KAFKA_JARS := build/kafka/lib
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	"$$p" -c 'import ensurepip, sys, venv; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null \
	&& echo "$$p" && break; done)
COMPOSE_ENV := .local/compose.env

help:  ## show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(VENV)/.ready  ## create .venv with the hashed requirements

$(VENV)/.ready: requirements-dev.txt
	@test -n "$(PYTHON)" || { echo "Python 3.11, 3.12 or 3.13 with its venv module is needed (Debian: python3-venv)."; exit 2; }
	@echo "Setting up $(VENV) with $$($(PYTHON) --version); the first time this takes a minute or two."
	@test -x $(PY) || $(PYTHON) -m venv $(VENV)
	@$(PY) -m pip install --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@

kafka:  ## fetch Apache Kafka for the tests (needs Java and Maven)
	@if ls $(KAFKA_JARS)/kafka_*.jar >/dev/null 2>&1; then :; \
	elif command -v mvn >/dev/null && command -v java >/dev/null; then \
		echo "Fetching Apache Kafka's jars with Maven."; \
		mvn -q -B -Dstyle.color=never -f deploy/local/kafka/pom.xml dependency:copy-dependencies -DoutputDirectory=$(CURDIR)/$(KAFKA_JARS); \
	elif [ "$$CI" = true ]; then echo "Java and Maven are needed: with CI=true nothing is left out."; exit 2; \
	else echo "No Java or Maven here: Apache Kafka is left out, the embedded broker is used."; fi

demo: setup  ## play a simulated region on the embedded stack: make demo ARGS="--people 2000 --seed 7"
	@$(PY) -m deploy.local.region $(ARGS)

test: setup kafka check  ## everything CI runs: checks, unit, contract, integration and fault tests
	@$(PY) -m pytest -n $(TEST_PROCESSES) --dist loadfile --no-loadscope-reorder $(ARGS)

fault: setup kafka  ## long fault runs on Apache Kafka, about an hour: make fault ARGS="--outage 600"
	@$(PY) -m pytest -m long -s tests/fault tests/unit/together $(ARGS)

bench: setup kafka  ## measure speed as ratios within one run: make bench ARGS="--only replay"
	@$(PY) -m tests.bench $(ARGS)

check: setup  ## format, lint, types, import contracts, lengths, schemas, compose file
	@echo "ruff format" && $(PY) -m ruff format --check --quiet .
	@echo "ruff check" && $(PY) -m ruff check --quiet .
	@echo "mypy" && $(PY) -m mypy
	@echo "import contracts" && $(VENV)/bin/lint-imports --config importlinter.ini
	@echo "file lengths" && $(PY) -m tests.house.lengths
	@echo "requirements" && $(PY) -m tests.house.requirements
	@echo "generated documents" && $(PY) -m deploy.documents --check
	@echo "compose file" && $(VENV)/bin/check-jsonschema --builtin-schema vendor.compose-spec docker-compose.yml

sabotage: setup  ## break each promise on purpose and see a test turn red: make sabotage ARGS="--only NAME"
	@$(PY) -m tests.sabotage $(ARGS)

disclosure: setup  ## attack two thousand random releases (a few of them are in make test); takes many minutes
	@DISCLOSURE_TABLES=2000 $(PY) -m pytest $(addprefix tests/unit/evaluation/evidence/test_,attacker.py disclosure_together.py disclosure_circle.py disclosure_means.py \
		disclosure_footing.py disclosure_regrouped.py) $(ARGS)

calibrate: setup  ## 500 simulated regions a size: docs/evidence-calibration.md anew (a few of them are in make test)
	@$(PY) -m tests.calibration --write $(ARGS)

format: setup  ## put the code into shape
	@$(PY) -m ruff format .
	@$(PY) -m ruff check --fix .

lock:  ## write requirements*.txt anew from pyproject.toml (needs uv)
	@$(UV) pip compile pyproject.toml --quiet --universal --python-version 3.11 --generate-hashes --no-header \
		--no-annotate --no-emit-index-url --no-emit-find-links --output-file requirements.txt
	@$(UV) pip compile pyproject.toml --extra local --extra dev --constraint requirements.txt --quiet --universal \
		--python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url --no-emit-find-links \
		--output-file requirements-dev.txt

up: $(COMPOSE_ENV)  ## the platform in containers (needs a container engine)
	@docker compose --env-file $(COMPOSE_ENV) up --build $(ARGS)

$(COMPOSE_ENV):
	@mkdir -p $(@D)
	@umask 077; { \
		echo "GROUNDSWELL_DEPLOYMENT_KEY=$$(head -c 32 /dev/urandom | base64)"; \
		echo "GROUNDSWELL_IDENTIFIER_KEY=$$(head -c 32 /dev/urandom | base64)"; \
		echo "IDENTITY_ADMIN_PASSWORD=$$(head -c 18 /dev/urandom | base64)"; } > $@
