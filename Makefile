# Two commands do all the set-up:  make run   and   make test
PYTHON ?= python3
PORT   ?= 8000
BIN    := .venv/bin
UV     := PYTHONPATH=.uv $(PYTHON) -m uv

.DEFAULT_GOAL := help
.PHONY: help run stop test explore check bench messages pictures setup lock

help:          ## this list
	@sed -n 's/^\([a-z]*\):.*## /  make \1|/p' $(MAKEFILE_LIST) | awk -F'|' '{printf "%-16s %s\n", $$1, $$2}'

run: export DEBUG = 1
run: export PORT := $(PORT)
run: .venv/.run   ## the whole site with demo data on http://127.0.0.1:8000 (PORT= changes it), until Ctrl-C
	@$(BIN)/python manage.py dev

stop:          ## end whatever a killed run or test left behind
	@$(PYTHON) portal/embedded.py down var/dev
	@$(PYTHON) portal/embedded.py down var/test

test: .venv/.test ## every test, on its own PostgreSQL and Valkey, in a real browser (ARGS= goes to pytest)
	@sh tests/journeys/browser.sh
	@$(BIN)/python -m pytest -n 2 --dist loadgroup $(ARGS)

explore: .venv/.test ## the tests that make up their own examples, with new ones and many
	@$(BIN)/python -m pytest --hypothesis-profile=explore -m hypothesis $(ARGS)

check: .venv/.all ## format, lint, types, import direction, migrations, translations, templates
	@$(BIN)/python -m ruff format --check .
	@$(BIN)/python -m ruff check .
	@$(BIN)/python -m djlint --lint --quiet templates
	@$(BIN)/lint-imports
	@$(BIN)/python -m mypy .
	@$(BIN)/python manage.py makemigrations --check --dry-run
	@$(BIN)/python manage.py messages --check
	@$(BIN)/python manage.py check --fail-level WARNING

bench: .venv/.test ## how fast the catalogue is, against a bare view of the same server (a few minutes)
	@$(BIN)/python -m bench.catalogue $(ARGS)

messages: .venv/.run ## bring the French catalogues up to date with the texts, and compile them
	@$(BIN)/python manage.py messages

pictures: .venv/.test ## take the screenshots in docs/pictures again
	@$(BIN)/python -m pytest tests/pictures.py -q

setup: .venv/.all ## only install

lock: .uv/.ok  ## resolve the dependencies again
	$(LOCK) -o requirements/prod.txt
	$(LOCK) --group dev -o requirements/run.txt
	$(LOCK) --group dev --group test -o requirements/test.txt
	$(LOCK) --group dev --group test --group lint -o requirements/all.txt
LOCK = $(UV) pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-annotate pyproject.toml

.uv/.ok: requirements/uv.txt
	@echo "Installing the installer"
	@$(PYTHON) -m pip install -q --disable-pip-version-check --upgrade --target .uv --require-hashes -r $<
	@touch $@

.venv/.run .venv/.test .venv/.all: .venv/.%: requirements/%.txt .uv/.ok
	@echo "Installing what '$*' needs"
	@test -x $(BIN)/python || $(UV) venv -q --python $(PYTHON) .venv
	@$(UV) pip install -q --python .venv --require-hashes -r $<
	@touch $@
