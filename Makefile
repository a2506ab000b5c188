# The two commands of the README are `make run` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
NODE := node_modules

.PHONY: run test test-fast test-long lint types format bench package lock clean

run: $(VENV)/run.stamp
	@sh packaging/debian.sh window
	@$(BIN)/python main.py $(ARGS)

test: $(VENV)/dev.stamp
	@sh packaging/debian.sh window tests
	@$(BIN)/python -m pytest -m "not long" $(ARGS)

# What needs no server, browser, window or physics, for the inner loop: about a minute.
test-fast: $(VENV)/dev.stamp
	@$(BIN)/python -m pytest -m unit $(ARGS)

# The slower ones: continuous integration runs them as well.
test-long: $(VENV)/dev.stamp
	@sh packaging/debian.sh window tests package
	@$(BIN)/python -m pytest -m long $(ARGS)

lint: $(VENV)/dev.stamp $(NODE)/stamp
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(NODE)/.bin/biome check ui/js packaging/examples
	@$(NODE)/.bin/stylelint 'ui/css/*.css' 'packaging/examples/**/*.css'

types: $(VENV)/dev.stamp $(NODE)/stamp
	@$(BIN)/mypy
	@$(NODE)/.bin/tsc --project tsconfig.json

format: $(VENV)/dev.stamp $(NODE)/stamp
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .
	@$(NODE)/.bin/biome check --write ui/js packaging/examples
	@$(NODE)/.bin/stylelint --fix 'ui/css/*.css' 'packaging/examples/**/*.css'

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

# The checks of JavaScript and CSS; only development needs them.
$(NODE)/stamp: package-lock.json
	@sh packaging/debian.sh lint
	@npm ci --silent --no-audit --no-fund
	@touch $@

# Both lock files hold for every platform and Python that pyproject.toml names.
COMPILE := uv pip compile pyproject.toml --universal --extra window --generate-hashes --quiet --custom-compile-command "make lock"
lock:
	@$(COMPILE) -o requirements.lock
	@$(COMPILE) --group dev -c requirements.lock -o requirements-dev.lock

clean:
	@rm -rf $(VENV) $(NODE) build dist .pytest_cache .mypy_cache .ruff_cache
