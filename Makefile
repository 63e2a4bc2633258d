# One entrance to the project. `make help` lists the targets.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
WORKERS ?= $(shell nproc)
PACKAGES := api classifiers crawler evidence jobs records reports telemetry qingyi demo
BENCHMARKS := accuracy judge_speed judge_growth main_text image_text crawl pages decide trial trial_on_ray queue scale replay libraries
RESOLVED := --universal --generate-hashes --no-emit-index-url --no-header --python-version 3.11
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# Every command and worker imports hundreds of modules: they are compiled once.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: ray verifier help setup setup-server viewer demo test test-quick soak gate lint types licences check audit lock bench docs docs-screenshots clean

help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /|/' | awk -F'|' '{printf "  %-18s %s\n", $$1, $$2}'

setup: $(VENV)/.installed ## Install Debian packages (Chromium, Chinese fonts) and Python packages into .venv
	@bash docker/debian-packages.sh app

$(VENV)/.installed: requirements.lock pyproject.toml docker/python-packages.sh
	@bash docker/debian-packages.sh python
	@PYTHON=$(PYTHON) bash docker/python-packages.sh $(VENV)

setup-server: ## As setup, but only what runs: no tools of the tests, none to develop with
	@bash docker/debian-packages.sh python
	@PYTHON=$(PYTHON) bash docker/python-packages.sh $(VENV) requirements-run.lock
	@bash docker/debian-packages.sh app

demo: setup ## Run the main job on the demo sites; ONCE=1 ends by itself and fails on any surprise
	@$(BIN)/python -m demo $(if $(filter 1,$(ONCE)),--once) $(if $(PORT),--port $(PORT))

test: setup viewer ## Lint, type-check and run all tests, on SQLite and on PostgreSQL
	@bash docker/debian-packages.sh test
	@$(MAKE) --no-print-directory -j2 --output-sync=target check gate
	@$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal

test-quick: setup ## The tests that need no browser, no PostgreSQL and no crawl: nine in ten, in some minutes
	@$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal -m "not (browser or postgresql or crawl or slow)"

soak: setup ## The long forms of the tests that have one: kills, hostile pages, programs at once; an hour
	@bash docker/debian-packages.sh test
	@$(BIN)/python -m pytest --soak -m soak

viewer: ## Fetch the public viewer by which evidence is replayed (ReplayWeb.page, from npm)
	@bash docker/viewer.sh var/viewer

check: lint types licences docs ## Lint, type-check, hold the licences and build the documents only

lint:
	@echo "== ruff and import rules"
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/lint-imports > var/lint-imports.log || { cat var/lint-imports.log; exit 1; }
	@echo "== words"
	@$(BIN)/python -m wording.check

types:
	@echo "== mypy --strict"
	@$(BIN)/mypy $(PACKAGES)

licences:
	@echo "== licences of the locked packages"
	@$(BIN)/python -m supply_chain.licences var/licences.md

audit: setup licences ## Ask for known vulnerabilities of the locked packages, and list these (var/sbom.cdx.json); STRICT=1 before a release
	@echo "== known vulnerabilities"
	@$(BIN)/python -m supply_chain.vulnerabilities $(if $(filter 1,$(STRICT)),--strict)
	@echo "== bill of materials"
	@$(BIN)/cyclonedx-py environment --pyproject pyproject.toml --output-reproducible -o var/sbom.cdx.json $(BIN)/python

docs: ## Build the site of the documents into var/site, with every link checked
	@echo "== documents"
	@$(BIN)/sphinx-build -q -W --keep-going -c docs/site -d var/site-cache . var/site

gate: setup ## Hold precision and recall against tests/floors.json; UPDATE=1 raises the floors
	@$(BIN)/python -m benchmarks.accuracy --gate $(if $(filter 1,$(UPDATE)),--update)

bench: setup viewer ## Print the benchmarks, each as a ratio to a named baseline
	@for name in $(BENCHMARKS); do echo "== $$name"; $(BIN)/python -m benchmarks.$$name || exit 1; done

docs-screenshots: setup ## Make the pictures in docs/ from the running demo
	@$(BIN)/python -m demo --once --screenshots docs/screenshots

verifier: $(VENV)/.installed ## Build the wheel by which a receiver of evidence checks it (dist/qingyi_verify-…whl)
	@$(BIN)/python -m pip wheel --quiet --no-deps --wheel-dir dist ./verifier

ray: setup ## Add Ray, by which stored pages are judged on many machines (240 MB)
	@$(BIN)/python -m pip install --quiet -c <(grep -oE '^[a-z0-9._-]+==[^ ]+' requirements.lock) 'ray>=2.60,<3'

lock: ## Resolve requirements.lock again from pyproject.toml, and requirements-run.lock, its part that runs
	@$(BIN)/python -m pip install --quiet uv
	@$(BIN)/uv pip compile pyproject.toml --extra dev $(RESOLVED) -o requirements.lock
	@$(BIN)/uv pip compile pyproject.toml --extra traces -c requirements.lock $(RESOLVED) -o requirements-run.lock

clean: ## Remove the virtual environment and all local data
	rm -rf $(VENV) var .mypy_cache .ruff_cache .pytest_cache *.egg-info
