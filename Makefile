# Everything a newcomer needs: `make run` shows the demo province, `make test` runs all tests.
# Works with GNU make and Python 3.11 or later on Debian and Ubuntu; paths are relative, so the folder may have any name.

.DEFAULT_GOAL := help
.PHONY: help run test check lint types imports format docs messages bench locks clean

PYTHON ?= $(shell for name in python3 python3.13 python3.12 python3.11; do \
	command -v $$name >/dev/null && $$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' && echo $$name && break; done)
VENV := .venv
PY := $(VENV)/bin/python
PORT ?= 8000

help:  ## show this list
	@grep -E '^[a-z]+:.*##' Makefile | sed 's/:.*## /\t/' | expand -t 12

run: $(VENV)/.app $(VENV)/.papers  ## build the demo province and serve it at http://127.0.0.1:8000 (PORT=…)
	$(PY) -m tinhso demo --port $(PORT)

test: $(VENV)/.dev $(VENV)/.papers $(VENV)/.browser $(VENV)/.signing $(VENV)/.engines  ## run all tests on SQLite and PostgreSQL
	$(PY) scripts/run_tests.py

check: lint types imports test  ## lint, types, imports, then all tests

lint: $(VENV)/.dev  ## style and formatting
	$(PY) -m ruff check
	$(PY) -m ruff format --check

types: $(VENV)/.dev  ## types, strictly
	$(PY) -m mypy

imports: $(VENV)/.dev  ## who may import whom
	$(PY) scripts/check_imports.py

format: $(VENV)/.dev  ## mend style and formatting
	$(PY) -m ruff check --fix
	$(PY) -m ruff format

docs: $(VENV)/.dev  ## take the pictures of the documentation from the demo province
	$(PY) scripts/pictures.py

messages: $(VENV)/.dev  ## bring the catalogs of messages up to date and compile them
	$(PY) scripts/messages.py

bench: $(VENV)/.dev  ## run every benchmark once, quickly
	for benchmark in benchmarks/*.py; do $(PY) $$benchmark --quick || exit 1; done

locks: $(VENV)/.dev  ## pin requirements again after changing requirements/*.in
	$(PY) scripts/locks.py

clean:  ## remove the environment, the demo and everything else that was made
	rm -rf $(VENV) var build dist src/*.egg-info src/tinhso/core/static/vendor
	rm -rf .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find src tests benchmarks scripts -name __pycache__ -type d -prune -exec rm -rf {} +

# ---- the environment: each stamp is newer than what it was made from ----------------------------------------

$(VENV)/.venv:
	@test -n '$(PYTHON)' || { echo 'Python 3.11 or later is needed; on Debian and Ubuntu: apt-get install python3 python3-venv' >&2; exit 1; }
	PYTHON='$(PYTHON)' scripts/system-packages venv
	'$(PYTHON)' -m venv $(VENV)
	@touch $@

PIP := $(PY) -m pip --quiet --disable-pip-version-check

$(VENV)/.app: $(VENV)/.venv requirements/app.txt requirements/build.txt pyproject.toml
	@test -e $(VENV)/.dev || echo 'Installing packages ...'
	@test -e $(VENV)/.dev || $(PIP) install --require-hashes -r requirements/app.txt -r requirements/build.txt
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: $(VENV)/.venv requirements/dev.txt requirements/build.txt pyproject.toml
	@echo 'Installing packages ...'
	@$(PIP) install --require-hashes -r requirements/dev.txt -r requirements/build.txt
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.papers: $(VENV)/.venv
	@scripts/system-packages papers && touch $@ || true

$(VENV)/.browser: $(VENV)/.venv
	@scripts/system-packages browser && touch $@ || true

$(VENV)/.signing: $(VENV)/.venv
	@scripts/system-packages signing && touch $@ || true

$(VENV)/.engines: $(VENV)/.dev requirements/engines.txt
	@echo 'Installing Spark and ClickHouse for their tests (0.6 GB) ...'
	@$(PIP) install --require-hashes -r requirements/engines.txt && scripts/system-packages java && touch $@ || true
