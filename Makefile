# Good Day. "make" alone says what there is. Nothing is expected of the machine but Python 3.11 or
# newer, make and a package index; everything else goes into .venv, exactly as locked.

.DEFAULT_GOAL := help
.PHONY: help venv demo dev check test soak bench bench-population crowd wheel sbom editor sandbox servers callers peers lock

BIN := .venv/bin
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check --no-input install

# A week behind, so that a release which is taken back never gets here.
LOCK_DATE := 2026-11-14
COMPILE := $(BIN)/uv pip compile pyproject.toml --quiet --upgrade --universal --python-version 3.11 \
	--generate-hashes --no-emit-index-url --no-header --no-annotate --exclude-newer $(LOCK_DATE)

# The first Python for which a line of Python comes out well.
PYTHONS := $(or $(PYTHON),python3 python3.13 python3.12 python3.11)
NEW := import sys; sys.exit(sys.version_info < (3, 11))
WHOLE := import sys, ensurepip, venv; sys.exit(sys.version_info < (3, 11))
first = $(shell for python in $(PYTHONS); do \
	if $$python -c '$(1)' >/dev/null 2>&1; then echo $$python; break; fi; done)

NO_PYTHON = Good Day needs Python 3.11 or newer and finds none under the names $(PYTHONS); \
	install it, or say where it is with PYTHON=
NO_VENV = This Python cannot make an environment; on Debian and Ubuntu install python3-venv

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-16s %s\n", $$1, $$2}' Makefile

demo: .venv/project ## try it: invented people and an EHR in a box, at one address
# Ctrl-C is the demo's business: on a terminal it gets a process group of its own (set -m), so that
# make sees it end well; elsewhere the shell around it waits for its word (trap).
	@trap : INT; if [ -t 0 ]; then set -m 2>/dev/null; fi; $(BIN)/goodday demo; exit $$?

venv: .venv/project ## what it takes to run
dev: .venv/dev ## and what it takes to work on it

check: .venv/dev ## style, types, contracts, the wheel
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/basedpyright
	$(BIN)/lint-imports --no-logo
	$(MAKE) --no-print-directory wheel
	$(BIN)/check-wheel-contents dist

# As many as there are processors, unless it is said otherwise.
WORKERS := auto

# Tests start the command hundreds of times: what it is made of is compiled once, and not each time.
test: .venv/dev ## all tests, the same examples every time
	env -u PYTHONDONTWRITEBYTECODE $(BIN)/pytest --hypothesis-profile=ci --numprocesses=$(WORKERS) \
		--dist=loadfile --no-loadscope-reorder --like-cases=3

soak: .venv/dev ## the generative tests, with new examples and many of them; everybody at FHIR servers
	$(BIN)/pytest --hypothesis-profile=soak tests/generative tests/conformance/test_limits.py \
		tests/conformance/test_responses.py tests/conformance/test_schemathesis.py \
		tests/conformance/test_hostile_rules.py tests/conformance/test_flood.py \
		tests/conformance/test_looking.py tests/conformance/test_sessions.py \
		tests/unit/prompts/test_places.py \
		tests/unit/cds_hooks/test_reloading.py tests/unit/fhir_adapters/test_breaker.py \
		tests/unit/fhir_adapters/test_drafts.py tests/functional/test_changing.py \
		tests/functional/test_serve_goes_on.py tests/functional/test_crossing.py \
		tests/functional/test_clients.py tests/unit/prompts/test_mutation.py tests/sandbox \
		tests/unit/cds_hooks/store tests/unit/cds_hooks/test_audit.py
	$(BIN)/pytest tests/fhir_servers/everybody.py
	$(BIN)/pytest tests/fhir_servers/kills.py
	$(BIN)/python -m tests.benchmarks.fallback --tireless --calls 1000

bench: .venv/dev ## what a call and what rules cost, against a floor and HealthChain
	$(BIN)/python -m tests.benchmarks.many_rules
	$(BIN)/python -m tests.benchmarks.hostile
	$(BIN)/python -m tests.benchmarks.beside
	$(BIN)/python -m tests.benchmarks.tokens
	$(BIN)/python -m tests.benchmarks.remembering
	$(BIN)/python -m tests.benchmarks.fallback --calls 400
	$(BIN)/python -m tests.benchmarks.sustained 0.5
	$(BIN)/python -m tests.benchmarks.flood
	$(BIN)/python -m tests.benchmarks.calls

bench-population: .venv/dev ## what a whole list costs, beside decoding it, cql-execution and Spark; an hour on a quiet machine, 30 GB of disk
	$(BIN)/python -m tests.benchmarks.population --people 10000 --also 100000

crowd: .venv/dev ## every rule of the library, asked about an invented practice of 10,000
	$(BIN)/python -m tests.crowd

wheel: .venv/dev ## the wheel, in dist/
	rm -f dist/*.whl
	$(BIN)/python -m build --wheel --no-isolation --outdir dist

sbom: .venv/dev ## what the wheel stands on, with versions and hashes (CycloneDX), in dist/
	@mkdir -p dist
	PYTHONWARNINGS=ignore $(BIN)/cyclonedx-py requirements requirements.lock --pyproject pyproject.toml \
		--index-url simple --output-reproducible --output-file dist/goodday.cdx.json

editor: tests/editor/node_modules/made ## what the tests with an editor need; takes Node.js and npm

sandbox: tests/sandbox/node_modules/made ## what shows cards as other people's clients do; takes Node.js and npm

servers: tests/fhir_servers/medplum/node_modules/made tests/fhir_servers/hapi/target/made ## FHIR servers for the tests; takes Node.js, npm, a JDK and Maven

callers: tests/other_clients/healthchain/.venv/made ## other people's clients for the tests, each by itself

peers: tests/peers/node_modules/made ## other people's engines, to which the same questions are put; takes Node.js and npm

lock: .venv/dev ## resolve the requirements again, as of LOCK_DATE
	$(COMPILE) --group build --output-file requirements.lock
	$(COMPILE) --extra tracing --extra postgres --extra pdf --extra population --extra spark --group dev --constraint requirements.lock --output-file requirements-dev.lock
	$(COMPILE:pyproject.toml=tests/other_clients/healthchain/requirements.in) --output-file tests/other_clients/healthchain/requirements.lock

.venv/made:
	$(if $(call first,$(NEW)),,$(error $(NO_PYTHON)))
	$(if $(call first,$(WHOLE)),,$(error $(NO_VENV)))
	@echo "Making .venv, once; this takes a minute or two."
	@$(call first,$(WHOLE)) -m venv .venv
	@touch $@

.venv/runtime: requirements.lock .venv/made
	@$(PIP) --require-hashes --requirement requirements.lock
	@touch $@

.venv/project: pyproject.toml .venv/runtime
	@$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

.venv/dev: requirements-dev.lock .venv/project
	@echo "Fetching what it takes to work on Good Day, once."
	@$(PIP) --require-hashes --requirement requirements-dev.lock
	@touch $@

tests/editor/node_modules/made: tests/editor/package-lock.json
	@cd tests/editor && npm ci --ignore-scripts --no-audit --no-fund --silent
	@touch $@

tests/sandbox/node_modules/made: tests/sandbox/package-lock.json tests/sandbox/cards.jsx
	@cd tests/sandbox && npm ci --ignore-scripts --no-audit --no-fund --silent
	@cd tests/sandbox && node_modules/.bin/esbuild cards.jsx --bundle --minify --log-level=warning --define:process.env.NODE_ENV='"production"' --outfile=node_modules/cards.js
	@touch $@

tests/fhir_servers/medplum/node_modules/made: tests/fhir_servers/medplum/package-lock.json
	@cd tests/fhir_servers/medplum && npm ci --ignore-scripts --no-audit --no-fund --silent
	@touch $@

tests/peers/node_modules/made: tests/peers/package-lock.json
	@cd tests/peers && npm ci --ignore-scripts --no-audit --no-fund --silent
	@touch $@

tests/fhir_servers/hapi/target/made: tests/fhir_servers/hapi/pom.xml tests/fhir_servers/hapi/src/main/java/Server.java
	@cd tests/fhir_servers/hapi && mvn --batch-mode --quiet --strict-checksums compile
	@touch $@

tests/other_clients/healthchain/.venv/made: tests/other_clients/healthchain/requirements.lock
	$(if $(call first,$(WHOLE)),,$(error $(NO_VENV)))
	@$(call first,$(WHOLE)) -m venv tests/other_clients/healthchain/.venv
	@tests/other_clients/healthchain/.venv/bin/python -m pip --quiet --disable-pip-version-check --no-input install --require-hashes --requirement $<
	@touch $@
