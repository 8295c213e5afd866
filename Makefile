# Deskhand: `make demo` opens the practice desk, `make test` runs all that CI runs. Needs Python 3.11, pip and make.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
WORKERS ?= 2

# Debian's python3 brings venv but not ensurepip, so the machine's own pip fills the environment from outside.
# The two variables hold the build requirements to the same versions, for pip before and after 25.3.
PIP = PIP_CONSTRAINT=constraints.txt PIP_BUILD_CONSTRAINT=constraints.txt PIP_DISABLE_PIP_VERSION_CHECK=1 \
      $(PYTHON) -m pip --python $(VENV)

define install
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo 'Deskhand needs Python 3.11 or newer, and "$(PYTHON)" is older or missing. Name another: make PYTHON=python3.12' >&2; exit 1; }
	@$(PYTHON) -m pip --version >/dev/null 2>&1 || { \
	  echo 'pip is missing for "$(PYTHON)". On Debian and Ubuntu: apt install python3-pip' >&2; exit 1; }
	@echo 'Setting up $(VENV) (once, about half a minute) ...'
	@$(PYTHON) -m venv --without-pip $(VENV) || { echo 'No environment could be made in $(VENV): see the lines above.' >&2; exit 1; }
	@$(PIP) install --quiet --root-user-action=ignore -c constraints.txt -e '$(1)' || { \
	  echo 'Installing failed: the lines above say why. Once that is mended, run the same command again.' >&2; exit 1; }
	@$(BIN)/python -m compileall -q app desk store connectors themes
endef

.PHONY: help demo test bench quality shots recording locale clean

help:
	@echo 'make demo     open the workstation on a practice desk'
	@echo 'make test     everything CI runs: ruff, mypy, import-linter, pytest'
	@echo 'make bench    measure, and write bench/RESULTS.md'
	@echo 'make quality  how well mail is read: recall and precision on samples'
	@echo 'make shots    pictures of the workstation, into docs/pictures'
	@echo 'make recording twenty tickets triaged, as a recording of text: docs/triage.cast'
	@echo 'make locale   bring the catalogues up to date, list what is untranslated'
	@echo 'make clean    remove the environment and all caches'

demo: $(VENV)/.ready
	@$(BIN)/deskhand demo

test: $(VENV)/.ready-dev
	@failed=; \
	step() { echo "== $$1"; shift; "$$@" || failed="$$failed $${1##*/}"; }; \
	step 'style' $(BIN)/ruff check --quiet .; \
	step 'types' $(BIN)/mypy --strict; \
	step 'layers' $(BIN)/lint-imports --no-logo; \
	step 'tests' $(BIN)/pytest -n $(WORKERS) --dist worksteal -q; \
	if [ -n "$$failed" ]; then echo "Failed:$$failed" >&2; exit 1; fi

bench: $(VENV)/.ready-dev
	@$(BIN)/python -m bench

quality: $(VENV)/.ready-dev
	@$(BIN)/python -m bench.quality

shots: $(VENV)/.ready-dev
	@$(BIN)/python -m bench.shots

recording: $(VENV)/.ready-dev
	@$(BIN)/python -m bench.recording

locale: $(VENV)/.ready-dev
	@$(BIN)/python -m app.locale.catalogue update

clean:
	@rm -rf $(VENV) build dist out .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/.ready: pyproject.toml constraints.txt
	$(call install,.)
	@touch $@

$(VENV)/.ready-dev: pyproject.toml constraints.txt
	$(call install,.[dev])
	@touch $(VENV)/.ready $@
