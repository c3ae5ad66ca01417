# Make the demonstration, run the tests. `make` alone lists what there is.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DLWHY := $(BIN)/dlwhy
DEMO := demo
FUZZ_SECONDS ?= 60
PYTEST := -n 2 --dist worksteal -m "not slow" --durations=15
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint .ci/constraints.txt

.PHONY: help
help: ## List what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-10s  %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# --- the demonstration: one command makes one file

.PHONY: demo
demo: $(DEMO)/metrics.json $(DEMO)/plot.png ## Generate, train, evaluate and plot the two moons, into demo/
	@$(BIN)/python -c 'import json; print("accuracy:", json.load(open("$(DEMO)/metrics.json"))["accuracy"])'
	@echo "picture: $(DEMO)/plot.png"

# the environment comes behind the bar: a newer one is no reason to train again
$(DEMO)/dataset.joblib: | $(VENV)/.installed
	@mkdir -p $(DEMO)
	$(DLWHY) generate moons -o $@

$(DEMO)/model.keras: $(DEMO)/dataset.joblib | $(VENV)/.installed
	$(DLWHY) train --epochs 100 -d $< -o $@

$(DEMO)/metrics.json: $(DEMO)/model.keras $(DEMO)/dataset.joblib | $(VENV)/.installed
	$(DLWHY) evaluate -m $(DEMO)/model.keras -d $(DEMO)/dataset.joblib --metrics $@

$(DEMO)/plot.png: $(DEMO)/model.keras $(DEMO)/dataset.joblib | $(VENV)/.installed
	$(DLWHY) plot -m $(DEMO)/model.keras -d $(DEMO)/dataset.joblib -o $@

# --- the pages

.PHONY: docs
docs: $(VENV)/.installed-dev ## Draw the pictures of docs/ anew, and write docs/cli.md (minutes)
	$(BIN)/python -m tests.cli.reference
	$(BIN)/python -m tests.gallery

# --- the checks

.PHONY: test
test: $(VENV)/.installed-dev ## Run the tests, all but the slow ones
	$(BIN)/python -m pytest $(PYTEST)

.PHONY: coverage
coverage: $(VENV)/.installed-dev ## Run the same tests, and say which lines they do not reach
	$(BIN)/python -m pytest $(PYTEST) --cov --cov-report=term --cov-fail-under=95

.PHONY: test-slow
test-slow: $(VENV)/.installed-dev ## Run the slow tests
	$(BIN)/python -m pytest -m "slow and not browser"

.PHONY: test-browser
test-browser: $(VENV)/.installed-browser ## Look at the page of dlwhy report in Chromium, installed if need be
	@command -v chromedriver >/dev/null || if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  { apt-get update && apt-get install -y chromium chromium-driver; } >/dev/null; \
	else echo "chromium and chromedriver are not here: apt install chromium chromium-driver" >&2; exit 1; fi
	$(BIN)/python -m pytest -m browser --browser-required tests/report/browser

.PHONY: lint
lint: $(VENV)/.installed-dev ## Check style, types and the direction of imports
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

# atheris has wheels for few Pythons, so it is no part of the dev extra
.PHONY: fuzz
fuzz: $(VENV)/.installed-dev ## Feed the readers of files with random bytes, for FUZZ_SECONDS each
	@$(BIN)/python -c 'import atheris' 2>/dev/null || $(INSTALL) atheris || true # without it the targets say so and leave
	@set -e; for target in tests/fuzz/fuzz_*.py; do \
	  echo "$$target"; $(BIN)/python "$$target" -max_total_time=$(FUZZ_SECONDS); \
	done

# CPU builds; the benchmarks leave out, with a line, what is not installed
.PHONY: bench
bench: $(VENV)/.installed-bench ## Time everything against Keras, scikit-learn, PyTorch and JAX (an hour)
	$(BIN)/python -m tests.benchmarks

.PHONY: bench-quick
bench-quick: $(VENV)/.installed-bench ## Print the ratios that docs/engine.md quotes (minutes)
	$(BIN)/python -m tests.benchmarks quick whole --repeats 3

# killed and called again it goes on; exit 1 if a control is none
.PHONY: calibrate
calibrate: $(VENV)/.installed-dev ## Count over 20 base seeds how often the studies' controls behave, into docs/record/ (an hour)
	$(BIN)/python -m tests.calibration

.PHONY: clean
clean: ## Remove all that was made, except the environment
	rm -rf $(DEMO) build dist *.egg-info .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	rm -f .coverage .coverage.*

# --- the environment: made anew only when what it holds has changed

$(VENV)/.made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "$(PYTHON) is older than 3.11; name a newer one: make PYTHON=python3.11" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.installed: pyproject.toml .ci/constraints.txt | $(VENV)/.made
	@echo "installing; TensorFlow is large, so the first time takes a minute or more"
	$(INSTALL) --editable .
	@touch $@

$(VENV)/.installed-bench: $(VENV)/.installed-dev
	$(INSTALL) --editable '.[bench]'
	@touch $@

$(VENV)/.installed-browser: $(VENV)/.installed-dev
	@command -v npm >/dev/null || { echo "npm is not here: apt install npm (for axe-core)" >&2; exit 1; }
	$(INSTALL) --editable '.[browser]'
	npm install --silent --no-save --no-audit --no-fund --prefix $(VENV)/browser axe-core@4.14.1
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed
	$(INSTALL) --editable '.[dev]'
	@touch $@
