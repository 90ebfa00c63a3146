# Two commands, each with all its set-up: `make demo` shows the service at work, `make test` runs
# every test. `make lock` brings the pinned dependencies up to date, `make guide` the JSON of
# fhir_profiles.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.PHONY: demo test check lock guide clean

demo: $(VENV)/.run
	@$(BIN)/python -m cdshooks demo

test: check
	$(BIN)/python -m tests.interop
	$(BIN)/python -m pytest

check: $(VENV)/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed")'
	@$(PYTHON) -m venv $(VENV) || { echo "Python's venv is needed (Debian: apt-get install python3-venv)" >&2; exit 1; }

# What is installed is what the lock files name, by hash; the project itself stays where it is.
$(VENV)/.run $(VENV)/.test: $(VENV)/.%: requirements/%.txt pyproject.toml | $(VENV)/bin/python
	$(PIP) install --require-hashes -r $<
	$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

lock: $(VENV)/.test
	$(PIP) install uv
	$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
		--no-header --no-annotate --group build \
		pyproject.toml -o requirements/run.txt
	$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
		--no-header --no-annotate --group build --group test \
		pyproject.toml -o requirements/test.txt

guide: $(VENV)/.test
	$(BIN)/python -m tests.interop.guide

clean:
	rm -rf $(VENV) build *.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis
