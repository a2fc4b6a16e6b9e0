# `make help` lists what there is; `make demo` and `make test` are all that a newcomer needs.
.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c

OWN_UV := $(if $(shell command -v uv),,.uv/bin/uv)
UV := $(or $(OWN_UV),uv)
BIN := .venv/bin
READY := .venv/.ready

# $(call need,PROGRAM) ends a recipe with a sentence where a program is missing.
need = @command -v $(1) >/dev/null || { echo "$(1) is not installed here; get $(GET_$(1))." >&2; exit 1; }
GET_git := git, https://git-scm.com/downloads
GET_python3 := Python 3.11 or later with its module venv, or uv, https://docs.astral.sh/uv/

# Goals are done in the order in which they are named, whatever MAKEFLAGS say.
.NOTPARALLEL:

unexport VIRTUAL_ENV UV_PROJECT UV_WORKING_DIR UV_WORKING_DIRECTORY UV_PROJECT_ENVIRONMENT UV_FROZEN UV_LOCKED
unexport UV_NO_DEV UV_NO_GROUP UV_NO_DEFAULT_GROUPS PIP_USER PIP_TARGET PIP_PREFIX PYTHONHOME PYTHONSAFEPATH
unexport PYTHONOPTIMIZE PYTHONDONTWRITEBYTECODE BASH_ENV SHELLOPTS BASHOPTS CDPATH

.PHONY: help
help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: setup
setup: $(READY) ## Make the template's own environment

$(READY): pyproject.toml runtime/pyproject.toml | $(OWN_UV)
	$(UV) sync --quiet
	@touch $@

.uv/bin/uv:
	$(call need,python3)
	python3 -m venv .uv
	.uv/bin/pip install --quiet --disable-pip-version-check 'uv>=0.10,<1'

.PHONY: demo
demo: $(READY) ## Scaffold Titanic, train it, serve it, ask it [PORT=8000] [DIR=build] [ONCE=1]
	@exec $(BIN)/python -m tools.demo $(if $(PORT),--port $(PORT)) $(if $(DIR),--output $(DIR)) $(if $(ONCE),--once)

.PHONY: new
new: $(READY) ## Make a project of your own from this working copy [DIR=.] [ARGS='--no-input project_name=…']
	@$(BIN)/python -m tools.new $(if $(DIR),--output '$(DIR)') $(ARGS)

.PHONY: example-titanic
example-titanic: $(READY) ## Make the Titanic project [DIR=build]
	@$(BIN)/python tools/examples.py titanic $(if $(DIR),--output $(DIR))

.PHONY: examples
examples: $(READY) ## Make, train and test every example [DIR=build]
	@$(BIN)/python tools/examples.py --check $(if $(DIR),--output $(DIR))

UPGRADE = $(BIN)/python -m tools.upgrade
export PROJECT TO
PROJECT_GIVEN = $(if $(PROJECT),,$(error Say which project: PROJECT=DIR))

.PHONY: upgrade
upgrade: $(READY) ## Upgrade a project that has no `make upgrade` yet, from this repository [PROJECT=DIR] [TO=vX.Y.Z] [DRY_RUN=1]
	$(call need,git)
	@$(PROJECT_GIVEN)$(UPGRADE) upgrade --project "$$PROJECT" $(if $(TO),--to "$$TO") $(if $(filter 1,$(DRY_RUN)),--dry-run)

.PHONY: taken-names
taken-names: $(READY) ## Note in hooks/ which names projects can't have [PROJECT=DIR, with its environment]
	@$(PROJECT_GIVEN)$(BIN)/python -m tools.taken_names "$$PROJECT"

VERSION_GIVEN = $(if $(VERSION),,$(error Say which version: VERSION=X.Y.Z))

.PHONY: release
release: $(READY) ## Date, commit and tag a version that `.ci/run` has passed; pushes nothing [VERSION=X.Y.Z]
	$(call need,git)
	@$(VERSION_GIVEN)$(BIN)/python -m tools.release '$(VERSION)'

.PHONY: next-version
next-version: $(READY) ## Open the next version, for the first change after a release [VERSION=X.Y.Z]
	$(call need,git)
	@$(VERSION_GIVEN)$(BIN)/python -m tools.release --open '$(VERSION)'

# More than the two cores of CI: the library's wait for servers, the others for clusters, browsers,
# downloads and each other's trainings, too.
WORKERS := -n 3 --dist worksteal
WAITING := -n 5 --dist worksteal
# A core for each worker: the threads of more would wait for each other, busily.
test test-fast: export OMP_NUM_THREADS := 1

.PHONY: test
test: $(READY) ## Run all tests: the library's in place, then real projects, services and a browser
	$(BIN)/pytest runtime $(WORKERS)
	$(BIN)/pytest $(WAITING)

.PHONY: test-fast
test-fast: $(READY) ## Run what trains nothing, serves nothing and needs no environment (under a minute)
	$(BIN)/pytest runtime $(WORKERS) -m 'not slow'
	$(BIN)/pytest tests/render tests/static $(WORKERS) -m 'not slow'

.PHONY: lint
lint: $(READY) ## Check style and types of the template's own code and of the library; writes nothing
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	cd runtime && '$(CURDIR)/$(BIN)/ruff' check && '$(CURDIR)/$(BIN)/ruff' format --check && '$(CURDIR)/$(BIN)/mypy'

.PHONY: docs
docs: $(READY) ## Build the documentation site, build/site; a link that leads nowhere fails it [DIR=build]
	@$(BIN)/python -m tools.site $(if $(DIR),--output '$(DIR)')

BUILT = $(or $(DIR),build)
# $(call measured,FOLDER,PYTHON,BENCHMARKS) runs benchmarks in a project's folder, by its Python.
measured = @cd $(1) && for name in $(3); do PYTHONPATH='$(CURDIR):src' $(2) -m benchmarks.$$name; done
OWN_PYTHON := .venv/bin/python

# $(call served,ARGUMENTS) measures servers of projects that are made there.
served = @$(BIN)/python -m benchmarks.serving --projects '$(BUILT)' --folder '$(BUILT)/serving' \
	--output '$(or $(OUTPUT),$(BUILT)/serving/results)' $(1)
BRIEFLY := --only ours,ours-sklearn,fastapi,echo

.PHONY: bench
bench: example-titanic ## Measure the Titanic service beside FastAPI, and a request's parts [DIR=build]
	$(MAKE) -C $(BUILT)/titanic setup train
	$(call measured,$(BUILT)/titanic,$(OWN_PYTHON),request)
	$(call served,$(BRIEFLY))

.PHONY: bench-serving
bench-serving: example-titanic ## Measure it beside all its peers, as in docs/benchmarks.md [SERVERS=ours,flask] [OUTPUT=docs] [DIR=build]
	@$(BIN)/python tools/examples.py batcomputer $(if $(DIR),--output $(DIR))
	$(MAKE) -C $(BUILT)/titanic setup
	$(MAKE) -C $(BUILT)/batcomputer setup
	$(if $(wildcard $(BUILT)/batcomputer/data/*.zip),,$(MAKE) -C $(BUILT)/batcomputer data FROM=synthetic)
	$(call served,$(if $(SERVERS),--only $(SERVERS)))

.PHONY: scale
scale: $(READY) ## Simulate a day at 1, 100 and 10,000 requests a second: docs/scale.md [PRICE=0.04, of a vCPU hour] [MEASURE=1] [DIR=build]
	$(if $(MEASURE),$(MAKE) example-titanic && $(MAKE) -C $(BUILT)/titanic setup train)
	$(if $(MEASURE),$(call measured,$(BUILT)/titanic,$(OWN_PYTHON),'scale.wire $(CURDIR)/docs/scale.json'))
	$(BIN)/python -m benchmarks.scale $(if $(PRICE),--price $(PRICE))

.PHONY: soak
soak: example-titanic ## Put the Titanic service under 70 % load for long; memory and times must not grow [SECONDS=600] [DIR=build]
	$(MAKE) -C $(BUILT)/titanic setup train
	$(MAKE) -C $(BUILT)/titanic soak

.PHONY: faults
faults: example-titanic ## Do faults to the Titanic service under load, as in docs/reliability.md [DIR=build]
	$(MAKE) -C $(BUILT)/titanic setup train
	$(call measured,$(BUILT)/titanic,$(OWN_PYTHON),faults)

.PHONY: bench-batches
bench-batches: example-titanic ## Measure what takes many rows: scoring, many files, blocks, wide tables, a search [DIR=build]
	$(MAKE) -C $(BUILT)/titanic setup train
	$(call measured,$(BUILT)/titanic,$(OWN_PYTHON),scoring wide)
	$(call measured,$(BUILT)/titanic,'$(CURDIR)/$(BIN)/python',many_files)
	$(call measured,$(BUILT)/titanic/runtime/tests/sample,../../../$(OWN_PYTHON),blocks)
	$(call measured,.,$(BIN)/python,search)

.PHONY: bench-batcomputer
bench-batcomputer: $(READY) ## Measure the Batcomputer's training on many records, and beside the original's [RECORDS=100000000] [DIR=build]
	@$(BIN)/python tools/examples.py batcomputer $(if $(DIR),--output $(DIR))
	$(MAKE) -C $(BUILT)/batcomputer setup
	$(if $(wildcard $(BUILT)/batcomputer/data/*.zip),,$(MAKE) -C $(BUILT)/batcomputer data FROM=synthetic)
	$(UV) pip install --quiet --python $(BUILT)/batcomputer/$(OWN_PYTHON) --editable '$(BUILT)/batcomputer/runtime[cluster]'
	$(call measured,$(BUILT)/batcomputer,$(OWN_PYTHON),'batcomputer_at_size $(if $(RECORDS),--records $(RECORDS))' batcomputer_original)

.PHONY: month
month: $(READY) ## Play a month of Batcomputer: train on one, serve the next, watch it drift [RECORDS=archive.zip|synthetic] [DIR=build] [PICTURES=DIR]
	@$(BIN)/python -m tools.month $(if $(RECORDS),--records '$(RECORDS)') $(if $(DIR),--output $(DIR)) $(if $(PICTURES),--pictures '$(PICTURES)')

.PHONY: pictures
pictures: $(READY) ## Take docs/pages.md's pictures, of projects that are made, trained and served for it [DIR=build]
	@$(BIN)/python -m tools.pictures $(if $(DIR),--output $(DIR))

.PHONY: clean
clean: ## Remove environments, caches and what was built
	rm -rf .venv .uv build .pytest_cache .mypy_cache .ruff_cache
