# Restage. `make` alone lists what there is.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

PYTHON ?= python3
OUTSIDE := $(PATH)
export PATH := $(CURDIR)/.venv/bin:$(PATH)

REQUIREMENTS := requirements.txt requirements-no-deps.txt constraints.txt
INSTALLED := .venv/.installed

.PHONY: help setup repro test check nightly lint profile diff show report bench stability deps clean

help:  ## show this list
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 18

setup: $(INSTALLED)  ## make .venv from the pinned requirements, when they changed

$(INSTALLED): $(REQUIREMENTS)
	@PATH="$(OUTSIDE)" $(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed, this is " + sys.version)'
	PATH="$(OUTSIDE)" $(PYTHON) -m venv --clear .venv
	pip install --quiet --disable-pip-version-check -r requirements.txt -c constraints.txt
	pip install --quiet --disable-pip-version-check --no-deps -r requirements-no-deps.txt
	@touch $@

repro: setup  ## compute what is out of date, and show the verdicts
	@python -m pipeline.params
	@python -m pipeline.runner
	@python -m stages.report.verdicts

test: setup lint  ## lint, tests, and checks of the pipeline
	@python -m pytest

check: setup lint  ## in two minutes: lint, types of parameters, tests that train nothing and run no stages
	@python -m pytest -m "not slow and not nightly"

nightly: setup  ## what grows with every experiment: every training is killed and goes on
	@python -m pytest -m nightly

lint: setup  ## look for mistakes without running anything
	@ruff check .
	@python -m pipeline.params

profile: setup  ## apply a profile to params.yaml: make profile NAME=cifar10 (NAME=default goes back)
	@python -m pipeline.profile $(NAME)

diff: setup  ## how verdicts differ from those of a revision: make diff REV=main (HEAD if it is not given)
	@python -m pipeline.changes $(or $(REV),HEAD)

show: setup  ## the experiments of `dvc exp run`: the parameters that differ, and how many claims came out how
	@python -m pipeline.experiments

report: setup  ## write the report, and what it needs; OPEN=1 shows it in the browser
	@python -m pipeline.runner report
	@echo "plots/report/index.html"
	$(if $(OPEN),@python -m webbrowser "file://$(CURDIR)/plots/report/index.html")

bench: setup  ## measure training and pipelines, into docs/benchmarks.md (an hour; PROFILE=default, three)
	@python -m bench $(or $(PROFILE),smoke)

stability: setup  ## compute everything with three lists of seeds, into docs/stability.md (three times `make repro`)
	@python -m bench.stability

deps: setup  ## rewrite what is made of code: deps in every dvc.yaml, descriptions, pictures of steps
	@python -m pipeline.deps
	@python -m pipeline.described
	@python -m pipeline.steps

clean:  ## delete what stages wrote for DVC (dvc checkout restores it), leftovers of other runs, tools' caches
	@git clean -fdqx models data metrics plots -e data/raw
	@rm -rf .pytest_cache .ruff_cache .hypothesis
