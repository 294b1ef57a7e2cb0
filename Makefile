# Everything stands on one environment, .venv, made from uv.lock. uv itself comes by pip, so that a
# machine needs only Python 3.11+ with its venv module, git and make.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
MAKEFLAGS += --no-print-directory
ENOUGH := import sys; sys.exit(sys.version_info < (3, 11))
ifndef PYTHON
PYTHON := $(shell for name in python3 python3.14 python3.13 python3.12 python3.11; do \
	"$$name" -c '$(ENOUGH)' 2>/dev/null && echo "$$name" && break; done)
endif
VENV := .venv
BIN := $(VENV)/bin
BOOT := .venv-uv
UV := env -u VIRTUAL_ENV UV_PROJECT_ENVIRONMENT=$(VENV) UV_PYTHON=$(PYTHON) UV_PYTHON_DOWNLOADS=never \
	$(BOOT)/bin/uv --quiet
# What stamps when which environment stood: a run needs the packages, a test all extras and tools as well.
FOR_RUN := $(VENV)/.ready-to-run
FOR_TEST := $(VENV)/.ready-to-test
# Tests wait for processes half of their time: so there are two more at a time than cores.
JOBS ?= $(shell echo $$(($$(getconf _NPROCESSORS_ONLN) + 2)))
# An environment whose Python was upgraded away is made anew.
$(shell test -e $(BIN)/python || rm -f $(FOR_RUN) $(FOR_TEST); test -e $(BOOT)/bin/python || rm -rf $(BOOT))
# Checks that need a database get one of their own, gone afterwards.
OWN_DATA = data=$$(mktemp -d); trap 'rm -rf "$$data"' EXIT; export CLAUDEOPS_DATA_DIR="$$data"

.PHONY: run test bench lint format types theme clean help
.DEFAULT_GOAL := help

help:  ## This list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

run: $(FOR_RUN)  ## Start ClaudeOps here (HOST, PORT, CLAUDEOPS_DATA_DIR); Ctrl-C stops it
	@exec $(BIN)/python manage.py up

test: lint types  ## Every check and test
	@$(OWN_DATA); CLAUDEOPS_ENV=test $(BIN)/python manage.py makemigrations --check --dry-run
	@$(OWN_DATA); CLAUDEOPS_ENV=production ALLOWED_HOSTS=ops.example.org BEHIND_TLS=true \
		$(BIN)/python manage.py check --deploy --fail-level WARNING
	@$(BIN)/python -m pytest -n $(JOBS) --dist loadfile --no-loadscope-reorder

bench: $(FOR_TEST)  ## Measure, and print a table beside the goals
	@$(BIN)/python -m tests.benchmarks

lint: $(FOR_TEST)  ## Style, and who may import whom
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/lint-imports --no-cache

format: $(FOR_TEST)  ## Put the code into the house's form
	@$(BIN)/ruff check --fix
	@$(BIN)/ruff format

types: $(FOR_TEST)  ## mypy, strictly
	@$(OWN_DATA); $(BIN)/mypy

theme: $(FOR_TEST)  ## Cut the theme's styles and fonts down to what the console shows
	@$(OWN_DATA); $(BIN)/python -m tests.theme

clean:  ## Remove the environment and what tools keep; data/ stays
	rm -rf $(VENV) $(BOOT) .mypy_cache .ruff_cache .pytest_cache .hypothesis staticfiles
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(FOR_RUN): uv.lock | $(BOOT)/bin/uv
	@test $(FOR_TEST) -nt uv.lock || { \
		echo "Making the environment ($(VENV)) from uv.lock …"; \
		$(UV) sync --frozen --inexact --no-default-groups --compile-bytecode; }
	@touch $@

$(FOR_TEST): uv.lock | $(BOOT)/bin/uv
	@echo "Making the environment ($(VENV)) with all extras and tools …"
	@$(UV) sync --frozen --all-extras --group dev --compile-bytecode
	@touch $@

$(BOOT)/bin/uv:
	@"$(PYTHON)" -c '$(ENOUGH)' 2>/dev/null || { \
		name="$(PYTHON)"; found=$$("$${name:-python3}" --version 2>/dev/null || echo "not there"); \
		echo "ClaudeOps needs Python 3.11 or newer; $${name:-python3} is $$found." \
			"Install one, or name one: make run PYTHON=/path/to/python3.12" >&2; exit 1; }
	@"$(PYTHON)" -m venv $(BOOT) || { rm -rf $(BOOT); \
		echo "Python's venv module is missing (Debian: apt-get install python3-venv)." >&2; exit 1; }
	@$(BOOT)/bin/python -m pip install -qq --disable-pip-version-check 'uv>=0.9,<1' || { \
		rm -rf $(BOOT); echo "uv could not be installed by pip; is there a network?" >&2; exit 1; }
