# The two commands a stranger needs are `make run` and `make test`; `make help` lists the rest.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
JOBS ?= auto
# Commands that tests start would otherwise compile the whole program every time, where a machine forbids to keep it.
unexport PYTHONDONTWRITEBYTECODE

INSTALL = $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes

.PHONY: help run test lint check bench workbooks replays chaos deltas simulate sim mutants failovers container-smoke attack stopwatch contrast screenshots needs lock clean
.NOTPARALLEL:
.DEFAULT_GOAL := help

help: ## list the targets
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

run: $(VENV)/run.stamp ## start the demo: two nodes, worker, invented records (PORT=8000)
	@exec $(BIN)/registry demo

test: $(VENV)/dev.stamp needs ## run every test, on SQLite and on PostgreSQL
	@$(BIN)/python -m pytest -n $(JOBS) --dist worksteal $(ARGS)

lint: $(VENV)/dev.stamp ## ruff, mypy, import contracts, the lint of migrations
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m tools.migration_lint

check: lint test ## lint, then every test

bench: $(VENV)/dev.stamp needs ## measure: rates, latencies, and ratios within one run
	@$(BIN)/python -m benchmarks.run $(ARGS)

workbooks: $(VENV)/dev.stamp ## compare 10,000 generated workbooks with what LibreOffice shows (COUNT= SEED=; needs libreoffice-calc)
	@$(BIN)/python -m benchmarks.workbooks --count $(or $(COUNT),10000) --seed $(or $(SEED),1) $(ARGS)

replays: $(VENV)/dev.stamp needs ## answer 10,000 random checks again, byte for byte, on both stores
	@$(BIN)/python -m benchmarks.replays $(ARGS)

chaos: $(VENV)/dev.stamp needs ## kill -9, crashes, bad network, full disk, clock jumps (MINUTES=10, or ROUNDS=100 kills)
	@$(if $(MINUTES),CHAOS_MINUTES=$(MINUTES) $(BIN)/python -m pytest tests/stories/chaos/test_whole.py -s,\
	  CHAOS_ROUNDS=$(or $(ROUNDS),100) $(BIN)/python -m pytest tests/stories/chaos) $(ARGS)

deltas: $(VENV)/dev.stamp ## play random histories: base and delta give the next full file (SEQUENCES=10000)
	@SEQUENCES=$(or $(SEQUENCES),10000) TEST_STORES=$(or $(STORES),sqlite) \
	  $(BIN)/python -m pytest tests/services/publication/test_snapshots.py -k history $(ARGS)

simulate: $(VENV)/dev.stamp ## a simulated year with a worker that dies (SEED=7 DAYS=365)
	@SIMULATE_SEED=$(or $(SEED),7) SIMULATE_DAYS=$(or $(DAYS),365) TEST_STORES=$(or $(STORES),sqlite) \
	  $(BIN)/python -m pytest tests/stories/simulation -s $(ARGS)

sim: $(VENV)/dev.stamp ## histories of the exchange by files, front-end database, HTTP and all at once, drawn by seeds, with kills (HISTORIES=100)
	@HISTORIES=$(or $(HISTORIES),100) TEST_STORES=$(or $(STORES),sqlite) TMPDIR=$(or $(wildcard /dev/shm),/tmp) \
	  $(BIN)/python -m pytest -n $(JOBS) -o tmp_path_retention_policy=none tests/sim $(ARGS)

mutants: $(VENV)/dev.stamp ## plant every known defect, one after the other; each must be noticed by its test
	@MUTANTS=all $(BIN)/python -m pytest -n $(JOBS) -v tests/mutants $(ARGS)

failovers: $(VENV)/dev.stamp needs ## crash PostgreSQL under load again and again; nothing acknowledged may be lost (COUNT=20)
	@FAILOVERS=$(or $(COUNT),20) TEST_STORES=postgresql $(BIN)/python -m pytest tests/stories/replicas/test_failover.py -s $(ARGS)

container-smoke: $(VENV)/dev.stamp ## the Dockerfile's steps in a clean Debian root, then the node without a network (needs root, debootstrap)
	@$(BIN)/python -m tools.container $(ARGS)

attack: $(VENV)/dev.stamp needs ## attack a node in every known way, and print what was tried and found (PART=receipts COUNT=500)
	@ATTACK=long COUNT=$(COUNT) TEST_STORES=$(or $(STORES),sqlite) \
	  $(BIN)/python -m pytest -n $(or $(JOBS:auto=),2) --dist worksteal -m attack $(if $(PART),-k test_$(PART),) $(ARGS)

stopwatch: $(VENV)/dev.stamp needs ## count pages, keys and characters of a clerk, a trading centre and a listing, by keyboard alone
	@TEST_STORES=sqlite $(BIN)/python -m pytest -q -s -k Browser\ or\ test_desk_browser tests/web/centre/test_walk.py \
	  tests/web/desk/test_desk_browser.py $(ARGS) | grep stop-watch

contrast: $(VENV)/dev.stamp needs ## measure the contrast of every text of every page, which the tests do of new kinds of text only
	@AXE_CONTRAST=all TEST_STORES=sqlite $(BIN)/python -m pytest tests/web/test_every_page.py $(ARGS)

screenshots: $(VENV)/dev.stamp needs ## take the pictures of the main pages for the README again (docs/screenshots)
	@$(BIN)/python -m tools.screenshots $(ARGS)

needs: ## install what the tests need and the machine lacks (PostgreSQL, MariaDB, nginx, Chromium, a Chinese font, SoftHSM)
	@sh tests/needs.sh

lock: ## write requirements/*.txt again from pyproject.toml (needs uv)
	uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --no-emit-index-url \
	  --generate-hashes --no-header -q -o requirements/dev.txt
	uv pip compile pyproject.toml requirements/build.in --universal --python-version 3.11 --no-emit-index-url \
	  --extra postgres --extra pdf --extra mariadb --extra sftp --generate-hashes --no-header -q \
	  -c requirements/dev.txt -o requirements/run.txt

clean: ## forget the environment and the demo's data
	rm -rf $(VENV) var

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/run.stamp: requirements/run.txt pyproject.toml | $(BIN)/python
	$(INSTALL) -r requirements/run.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/dev.stamp: requirements/dev.txt pyproject.toml | $(BIN)/python
	$(INSTALL) -r requirements/dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@ $(VENV)/run.stamp
