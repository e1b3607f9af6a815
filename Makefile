# setup · run · test · test-slow · test-browser · check · bench · messages. Needs Python 3.11 or newer, make and git.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV   := .venv
BIN    := $(VENV)/bin
PYTEST := $(BIN)/python -m pytest
PIP    := $(BIN)/python -m pip --disable-pip-version-check install --quiet
EXACT  := catalog/pricing.py,sandbox/wire/*,sandbox/stats.py,marketplace/billing/ledger.py
BENCH  ?= fan_out live_readers
# Thrown away at once: the production settings refuse to start without any.
SECRETS = SECRET_KEY=$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(60))') \
          CREDENTIAL_KEYS=$$($(BIN)/python -c 'from cryptography.fernet import Fernet as F; print(F.generate_key().decode())')

.DEFAULT_GOAL := run
.PHONY: setup run test test-slow test-browser check bench messages
.DELETE_ON_ERROR:

setup: $(VENV)/development

run: $(VENV)/runtime
	@exec $(BIN)/python manage.py up --end-with-parent

# Most of the suite, on all cores, with coverage: 90 % of everything, all of what counts money, bytes and chances.
# worksteal: a core that has finished takes tests from the others.
test: $(VENV)/development
	@rm -f .coverage .coverage.*
	$(PYTEST) -m "not slow and not browser" -n auto --dist worksteal --cov --cov-report= $(ARGS)
	@$(BIN)/coverage report --skip-covered --fail-under=90
	@$(BIN)/coverage report --skip-covered --fail-under=100 --include='$(EXACT)'

test-slow: $(VENV)/development
	$(PYTEST) -m slow $(ARGS)

test-browser: $(VENV)/development
	$(PYTEST) -m browser $(ARGS)

check: $(VENV)/development
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy .
	$(BIN)/lint-imports
	$(BIN)/djade --target-version 5.2 --check $$(git ls-files 'templates/*.html')
	$(BIN)/python manage.py makemigrations --check --dry-run
	PRODUCTION=1 ALLOWED_HOSTS=touchstone.example $(SECRETS) $(BIN)/python manage.py check --deploy --fail-level WARNING

bench: $(VENV)/runtime
	@for name in $(BENCH); do $(BIN)/python -m benchmarks.$$name --json || exit 1; done

messages: $(VENV)/development
	$(BIN)/python manage.py messages

$(VENV)/bin/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed, and there is no python3 here."; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed; $(PYTHON) is older. Name another: make PYTHON=/path/to/python3.11"; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || \
	  { echo "$(PYTHON) has no ensurepip; on Debian: apt-get install python3-venv"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/runtime: requirements.txt | $(VENV)/bin/python
	@echo "Installing what the site needs (once) …"
	@$(PIP) -r requirements.txt
	@touch $@

$(VENV)/development: requirements.txt requirements-dev.txt | $(VENV)/bin/python
	@echo "Installing what development needs (once) …"
	@$(PIP) -r requirements-dev.txt
	@touch $@ $(VENV)/runtime
