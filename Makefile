# Restage. `make` alone lists what there is.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

PYTHON ?= python3
OUTSIDE := $(PATH)
export PATH := $(CURDIR)/.venv/bin:$(PATH)

INSTALLED := .venv/.installed
CLUSTER := .venv/.cluster
TOOLS := .venv/.tools
PIP := pip --quiet --disable-pip-version-check
HASHED := --require-hashes
# torch's builds without CUDA, where pip was told of an index or folder that has them, need none of its libraries
CUDA := from importlib.metadata import version as v; print("" if v("torch").endswith("+cpu") else "-r requirements/cuda.txt")

# a process for every core, up to eight; a file's tests stay together, for what they share
WORKERS := -n logical --maxprocesses 8 --dist loadfile --no-loadscope-reorder

.PHONY: help setup cluster repro test check nightly lint profile diff show report gpu-kit bench stability deps lock clean

help:  ## show this list
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 18

setup: $(INSTALLED)  ## make .venv from requirements/, when they changed: what `make repro` needs

cluster: $(CLUSTER)  ## add what batch systems and a remote on S3 need (docs/clusters.md)

$(INSTALLED): $(addprefix requirements/,torch.txt torch-cpu.txt run.txt cuda.txt run-no-deps.txt)
	@PATH="$(OUTSIDE)" $(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed, this is " + sys.version)'
	PATH="$(OUTSIDE)" $(PYTHON) -m venv --clear .venv
	$(PIP) install $(HASHED) --no-deps -r requirements/torch-cpu.txt 2>/dev/null || $(PIP) install $(HASHED) --no-deps -r requirements/torch.txt
	$(PIP) install $(HASHED) -r requirements/run.txt $$(python -c '$(CUDA)')
	$(PIP) install $(HASHED) --no-deps -r requirements/run-no-deps.txt
	@touch $@

$(CLUSTER): $(INSTALLED) requirements/cluster.txt
	$(call added,-r requirements/cluster.txt)

$(TOOLS): $(INSTALLED) $(addprefix requirements/,cluster.txt test.txt test-no-deps.txt)
	$(call added,-r requirements/cluster.txt -r requirements/test.txt -r requirements/test-no-deps.txt)

# A download that fails leaves .venv as it was. While packages are installed, it counts as not there, so that after
# an interruption it is made again.
define added
$(PIP) download $(HASHED) --no-deps --dest .venv/new $(1)
@mv $(INSTALLED) .venv/new
$(PIP) install $(HASHED) --no-deps --no-index --find-links .venv/new $(1)
@mv .venv/new/.installed $(INSTALLED) && rm -r .venv/new && touch $@
endef

repro: setup  ## compute what is out of date, and show the verdicts
	@python -m pipeline.params
	@python -m pipeline.runner
	@python -m stages.report.verdicts

test: lint  ## lint, tests, and checks of the pipeline
	@python -m pytest $(WORKERS)

check: lint  ## in three minutes: lint, types of parameters, tests that train nothing and run no stages
	@python -m pytest $(WORKERS) -m "not slow and not nightly"

nightly: $(TOOLS)  ## what grows with every experiment: every training is killed and goes on
	@python -m pytest -m nightly

lint: $(TOOLS)  ## look for mistakes without running anything
	@ruff check .
	@python -m pipeline.devices
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

gpu-kit: setup  ## pack stages for a machine without DVC and network: KIT=../kit TARGETS=noise WHEELS=3.12 (docs/clusters.md)
	@python -m pipeline.kit pack $(or $(KIT),../restage-kit) $(TARGETS) $(if $(WHEELS),--wheels $(filter-out 1,$(WHEELS)))

bench: setup  ## measure training and pipelines, into docs/benchmarks.md (an hour; PROFILE=default, three)
	@python -m bench $(or $(PROFILE),smoke)

stability: setup  ## compute everything with three lists of seeds, into docs/stability.md (three times `make repro`)
	@python -m bench.stability

deps: setup  ## rewrite what is made of code: deps in every dvc.yaml, descriptions, pictures of steps
	@python -m pipeline.deps
	@python -m pipeline.described
	@python -m pipeline.steps

lock: $(TOOLS)  ## write the locks in requirements/: make lock, or make lock HOW=upgrade for the newest of all
	@python -m pipeline.locks $(or $(HOW),keep)

clean:  ## delete what stages wrote for DVC (dvc checkout restores it), leftovers of other runs, tools' caches
	@git clean -fdqx models data metrics plots -e data/raw
	@rm -rf .pytest_cache .ruff_cache .hypothesis
