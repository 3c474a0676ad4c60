# `make help` lists the targets. Needs make and Python 3.11 or later; everything else comes with `make setup`.
# Python is looked for by version, newest first; PYTHON=... chooses one.

PYTHON ?= $(shell for name in python3.13 python3.12 python3.11 python3; do \
	command -v $$name >/dev/null && $$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$name && break; done)
BIN := .venv/bin
READY := .venv/.ready
# Most tests wait for servers most of the time.
PROCESSES ?= 3
# Rules over the source that read it alone, so that a broken one is told in seconds and not at the end of all tests.
WALLS := tests/test_names.py tests/test_plain_source.py tests/test_law_in_its_place.py tests/test_documents.py \
	tests/supply/test_what_we_take.py

.DEFAULT_GOAL := help
.PHONY: .venv help setup up demo cluster cluster-test test check check-types check-all-else chart bench bench-compare screenshots lock licences audit release clean

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/\1\t\2/p' $(firstword $(MAKEFILE_LIST)) | expand -t 14

setup: $(READY) ## create .venv from the lock file; does nothing where that is done
	@echo "ready: $(BIN)"

# The stamp is the last thing written: a set-up that was broken off starts over.
$(READY): requirements-dev.lock pyproject.toml
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(MAKE) --no-print-directory .venv
	@rm -f $(READY)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --no-index --editable .
	@touch $(READY)

.venv:
	@test -n "$(PYTHON)" || { echo "error: Python 3.11 or later is needed (found: $$(python3 --version 2>&1))" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || { echo "error: $(PYTHON) lacks the module venv; on Debian: apt-get install python3-venv" >&2; exit 1; }
	$(PYTHON) -m venv --clear .venv

up: $(READY) ## run everything in the foreground: PostgreSQL, Temporal, worker, API, pages
	@$(BIN)/kaifang up

demo: $(READY) ## drive one case of each procedure through a running stack (`make up`)
	@$(BIN)/kaifang demo

cluster: $(READY) ## run a production of several hosts on this machine: real Temporal, a standby, two of each (needs Go and Linux)
	@$(BIN)/python -m deploy.cluster

# Status 69: nothing here could build Temporal; the tests then say that they were skipped, and why.
cluster-test: $(READY) ## break such a production, part by part, and compare what callers were told with the record
	@$(BIN)/python -m deploy.cluster.programs $(if $(KAIFANG_LONG),go.mod previous.mod) || test $$? -eq 69
	KAIFANG_CLUSTER=yes $(BIN)/python -m pytest -p no:xdist --capture=tee-sys $(or $(TESTS),tests/cluster)

test: $(READY) ## run the tests; the few that fail once more, alone, and by name; says which took longest
	$(BIN)/python -m tests.whole --durations=20 --durations-min=5 --numprocesses $(PROCESSES) --dist worksteal $(TESTS)

# The types take as long as all the rest together, so they have a core of their own.
check: $(READY) ## formatting, lint, zones, types, import contracts, licences, rule packs, drawn procedures, register of duties, names and walls
	@$(MAKE) --no-print-directory $(if $(findstring -j,$(MAKEFLAGS)),,--jobs=2) $(if $(filter output-sync,$(.FEATURES)),--output-sync=line) check-types check-all-else

check-types: $(READY)
	$(BIN)/mypy

check-all-else: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/python -m tests.machine_zone
	$(BIN)/lint-imports
	$(BIN)/python -m deploy.supply.licences
	$(BIN)/kaifang rules check
	$(BIN)/kaifang rules drawn docs/procedures
	$(BIN)/python -m tests.duties_named
	$(BIN)/python -m pytest --quiet -p no:xdist -p no:cacheprovider $(WALLS)

# Go keeps what it has built, so that a second time takes seconds.
chart: $(READY) ## build what renders the Helm chart and reads it as Kubernetes would (needs Go 1.26), and try it
	cd deploy/helm/check && GOFLAGS=-mod=readonly go build -trimpath -buildvcs=false -o $(CURDIR)/$(BIN)/chart-check .
	$(BIN)/chart-check deploy/helm/kaifang deploy/helm/kaifang/everything.yaml >/dev/null

bench: $(READY) ## measure the figures that we claim
	$(BIN)/python -m benchmarks

bench-compare: $(READY) ## measure two revisions side by side: make bench-compare REV=… (a commit, a tag, a branch)
	@test -n "$(REV)" || { echo "error: with which revision? make bench-compare REV=…" >&2; exit 2; }
	$(BIN)/python -m benchmarks.compare $(REV) $(ARGS)

screenshots: $(READY) ## take the pictures of the pages that README shows (needs chromium)
	$(BIN)/python -m tests.browser.screenshots

lock: ## bring the lock files up to pyproject.toml (needs uv)
	@command -v uv >/dev/null || { echo "error: uv is needed for this target only: pip install uv" >&2; exit 1; }
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --custom-compile-command 'make lock' --output-file requirements-dev.lock --extra dev pyproject.toml
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --custom-compile-command 'make lock' --constraint requirements-dev.lock --output-file requirements.lock --extra tracing pyproject.toml

licences: $(READY) ## check the licence of each package that is pinned
	$(BIN)/python -m deploy.supply.licences

audit: $(READY) ## ask for known vulnerabilities in what is pinned (needs pip-audit and the network)
	$(BIN)/python -m deploy.supply.audit requirements.lock

release: $(READY) ## build wheel, source, bill of materials and checksums, and sign them (needs KAIFANG_RELEASE_KEY)
	$(BIN)/python -m deploy.supply.release build dist

clean: ## remove what the tools left; neither .venv nor the data in var/
	rm -rf .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache build dist
	find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +
