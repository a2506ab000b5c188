# The two commands of the README are `make run` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: run test test-long lint types format bench package lock clean

run: $(VENV)/run.stamp
	@sh packaging/debian.sh window
	@$(BIN)/python main.py $(ARGS)

test: $(VENV)/dev.stamp
	@sh packaging/debian.sh window tests
	@$(BIN)/python -m pytest -m "not long" $(ARGS)

# The slower ones: continuous integration runs them as well.
test-long: $(VENV)/dev.stamp
	@sh packaging/debian.sh window tests package
	@$(BIN)/python -m pytest -m long $(ARGS)

lint: $(VENV)/dev.stamp
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: $(VENV)/dev.stamp
	@$(BIN)/mypy

format: $(VENV)/dev.stamp
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

bench: $(VENV)/run.stamp
	@$(BIN)/python main.py bench $(ARGS)

# The app for the machine this runs on, in dist/: a folder and an archive of it.
package: $(VENV)/dev.stamp
	@sh packaging/debian.sh window package
	@$(BIN)/python packaging/build.py $(ARGS)

$(VENV)/run.stamp: requirements.lock
	@$(PYTHON) -m venv $(VENV)
	@echo "Installing the program into $(VENV) (once, a few minutes on a slow line)..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@touch $@

$(VENV)/dev.stamp: requirements-dev.lock $(VENV)/run.stamp
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

# Both lock files hold for every platform and Python that pyproject.toml names.
COMPILE := uv pip compile pyproject.toml --universal --extra window --generate-hashes --quiet --custom-compile-command "make lock"
lock:
	@$(COMPILE) -o requirements.lock
	@$(COMPILE) --group dev -c requirements.lock -o requirements-dev.lock

clean:
	@rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache
