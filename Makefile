# Circuito. `make run` and `make test` are all a newcomer needs; `make help` lists the rest.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
CATALOGUES := $(patsubst %.po,%.mo,$(wildcard circuito/locale/*/LC_MESSAGES/django.po))
PIP := $(BIN)/pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: --no-binary dkimpy

.PHONY: help run test check bench messages pictures docs lock clean
.DELETE_ON_ERROR:

help: ## say what each target does
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

run: $(VENV)/run.done $(CATALOGUES) ## install what is missing and serve, until Ctrl-C
	@exec $(BIN)/circuito serve

test: $(VENV)/dev.done $(CATALOGUES) ## all tests, those in a browser included
	@tests/need-browser
	@tests/need-mail-servers
	$(BIN)/python -m pytest -n 2 --dist loadgroup

check: $(VENV)/dev.done $(CATALOGUES) ## style, types, import directions, templates, migrations, documents
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports --no-cache
	$(BIN)/mypy
	$(BIN)/djlint --quiet --lint circuito/web/templates circuito/notices/templates
	CIRCUITO_DATA=$(VENV)/check $(BIN)/python -m django makemigrations --check --dry-run --settings circuito.config.settings
	$(BIN)/python -m docs.generate --check

bench: $(VENV)/dev.done $(CATALOGUES) ## the figures: mail, pages, queries, memory
	$(BIN)/python -m bench

messages: $(VENV)/dev.done ## collect the sentences to translate
	$(BIN)/python -m circuito.locale.collect

pictures: $(VENV)/dev.done $(CATALOGUES) ## take the pictures of the documents again, from the browser test
	@tests/need-browser
	CIRCUITO_PICTURES=$(CURDIR)/docs/images $(BIN)/python -m pytest tests/browser

docs: $(VENV)/dev.done ## write the documents that are generated
	$(BIN)/python -m docs.generate

lock: ## make the locks again from requirements/*.in
	for set in run dev s3; do uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	  --no-header --no-annotate --no-emit-index-url requirements/$$set.in -o requirements/$$set.txt; done

clean: ## remove the environment (the data stays)
	rm -rf $(VENV) *.egg-info build

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit("Circuito needs Python 3.11 or later (set PYTHON=…).") if sys.version_info < (3, 11) else None'
	@$(PYTHON) -m venv $(VENV)

$(VENV)/run.done: requirements/run.txt pyproject.toml | $(VENV)/bin/python
	@echo "Instalando lo necesario…"
	@$(PIP) -r requirements/run.txt
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --no-index -e .
	@touch $@

$(VENV)/dev.done: requirements/dev.txt $(VENV)/run.done
	@$(PIP) -r requirements/dev.txt
	@touch $@

%.mo: %.po | $(VENV)/run.done
	@$(BIN)/pybabel --quiet compile --input-file $< --output-file $@
