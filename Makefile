# `make` alone lists what there is. Needed: Python 3.11 or newer, make, and the package registries.

.DEFAULT_GOAL := help
.PHONY: help demo up down test check e2e bench evals migrate logs screenshots web types

PYTHON ?=
LEAD := .venv/bin/python -m lead
LOCKED := uv.lock pyproject.toml $(wildcard libs/*/pyproject.toml services/*/pyproject.toml) \
          sandbox/pyproject.toml deploy/lead/pyproject.toml deploy/install

help: ## list the targets
	@sed -n 's/^\([a-z0-9]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 16

# From here on it counts how long the first golden records take, so that setting up counts too.
demo: export LEAD_BEGAN := $(shell date +%s)
demo: .venv/.installed ## start everything with sandbox providers and watch golden records form
	@exec $(LEAD) demo

up: .venv/.installed ## start everything on the real providers that .env registers
	@exec $(LEAD) up

down: .venv/.installed ## end what runs
	@exec $(LEAD) down

migrate: .venv/.installed ## bring the database up to date
	@exec $(LEAD) migrate

logs: .venv/.installed ## follow the logs
	@exec $(LEAD) logs --follow

test: .venv/.installed-dev ## run the tests
	@$(LEAD) web check
	@exec .venv/bin/pytest -q -n auto

check: .venv/.installed-dev ## run everything a change must pass
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy $(wildcard libs/*/src services/*/src sandbox/src deploy/lead/src)
	.venv/bin/lint-imports
	$(LEAD) web check
	.venv/bin/pytest -q -n auto

e2e: .venv/.installed-dev ## run whole journeys across all services
	@exec .venv/bin/pytest -q -m "e2e and not slow" e2e

bench: .venv/.installed-dev ## measure, beside the limits and the peers
	@exec .venv/bin/python -m bench

evals: .venv/.installed-dev ## ask a model of yours questions with known answers, and grade it
	@exec .venv/bin/python -m bench.evals

screenshots: .venv/.installed-dev ## take the pictures of docs/img anew
	@exec .venv/bin/python -m e2e.pictures

web: .venv/.installed ## build the page, if its sources changed
	@exec $(LEAD) web

types: .venv/.installed-dev ## write down the interface for the page, after a route changed
	$(LEAD) openapi > web/openapi.new && mv web/openapi.new web/openapi.json
	$(LEAD) web types

.venv/.installed: $(LOCKED)
	@deploy/install --no-dev "$(PYTHON)"
	@touch $@

.venv/.installed-dev: $(LOCKED)
	@deploy/install "--group=dev" "$(PYTHON)"
	@touch .venv/.installed $@
