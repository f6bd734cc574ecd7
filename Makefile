# Crosstrack's commands for people who work on it. They need Python 3.11 or newer, make and,
# for a browser where none is installed, root on Debian or Playwright's download.

PYTHON = python3
VENV = .venv
BIN = $(VENV)/bin
# Tests with a browser wait more than they compute: more processes than cores.
WORKERS = 3
PIP = $(BIN)/python -m pip --quiet --quiet --disable-pip-version-check --no-input

.PHONY: help demo screenshots pictures docs test soak fuzz faults year portals evaluate bench check browser constraints clean

help:
	@echo 'make demo         collect from simulated portals with a real browser, and show the result'
	@echo 'make screenshots  run the demo, and make the pictures of README from what it collected'
	@echo 'make docs         make the pages and pictures in docs/ that follow from the program'
	@echo 'make test         run every check and every test, with a real browser'
	@echo 'make soak         kill 50 collections at any moment; make 500 visits and watch the memory'
	@echo 'make fuzz         read 10,000 damaged pages per portal'
	@echo 'make faults       make every listed fault happen, and write the table of docs/reliability.md'
	@echo 'make year         live through a simulated year of 300 parcels, and compare it with the truth'
	@echo 'make portals      make the table of portals in README again'
	@echo 'make evaluate     score Crosstrack on invented parcels with known truth'
	@echo 'make bench        measure how fast the program is beside others, and write benchmarks/RESULTS.md'
	@echo 'make check        format, lint and types only'
	@echo 'make constraints  pin the newest versions of everything again'
	@echo 'make clean        remove what these commands built'
	@echo
	@echo 'PYTHON=python3.12 chooses the Python; CROSSTRACK_BROWSER=PATH chooses the browser.'

demo: browser
	@$(BIN)/python -m demo

screenshots: demo
	@$(BIN)/python -m demo.pictures

pictures: screenshots

docs: $(VENV)/built
	@$(BIN)/python -m demo.docs

test: check browser
	CROSSTRACK_REQUIRE_BROWSER=1 $(BIN)/python -m pytest --numprocesses $(WORKERS) --dist loadfile --durations 30 \
		--ignore tests/browser/test_endurance.py
	CROSSTRACK_REQUIRE_BROWSER=1 $(BIN)/python -m pytest tests/browser/test_endurance.py

soak: browser
	CROSSTRACK_REQUIRE_BROWSER=1 CROSSTRACK_KILLS=50 CROSSTRACK_ENDURANCE=500 \
		$(BIN)/python -m pytest tests/browser/test_crash.py tests/browser/test_endurance.py

fuzz: $(VENV)/built
	$(BIN)/python -m tests.fuzzing --pages 10000

# README's table of portals, made again.
portals: $(VENV)/built
	@$(BIN)/crosstrack portals --markdown > README.portals
	@sed -i -e '/<!-- portals -->/,/<!-- \/portals -->/{//!d}' -e '/<!-- portals -->/r README.portals' README.md
	@rm README.portals

# Makes every fault of docs/reliability.md happen, and writes its table.
faults: browser
	CROSSTRACK_REQUIRE_BROWSER=1 $(BIN)/python -m tests.faults

year: browser
	@$(BIN)/python -m tests.year --browser

evaluate: $(VENV)/built
	@$(BIN)/python -m benchmarks.evaluate

# PARTS=collecting measures one part of it again.
bench: browser $(VENV)-bench/built
	@$(BIN)/python -m benchmarks.bench $(PARTS)

# What Crosstrack is compared with, pinned, in an environment of its own.
$(VENV)-bench/built: benchmarks/collecting/requirements.txt
	@sh .ci/ensure-python $(PYTHON)
	@echo 'Building $(VENV)-bench with the pinned versions ...'
	@$(PYTHON) -m venv --clear $(VENV)-bench
	@$(VENV)-bench/bin/python -m pip --quiet --quiet --disable-pip-version-check --no-input install -r $<
	@touch $@

check: $(VENV)/built
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

browser: $(VENV)/built
	@sh .ci/ensure-browser $(BIN)

# Every version and hash is in constraints.txt; nothing is resolved or built in a hidden environment.
$(VENV)/built: constraints.txt pyproject.toml
	@sh .ci/ensure-python $(PYTHON)
	@echo 'Building $(VENV) with the pinned versions ...'
	@$(PYTHON) -m venv --clear $(VENV)
	@$(PIP) install --require-hashes -r constraints.txt
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

constraints:
	@sh .ci/ensure-python $(PYTHON)
	@$(PYTHON) -m venv --clear .venv-constraints
	@.venv-constraints/bin/python -m pip --quiet --quiet --disable-pip-version-check --no-input install uv
	.venv-constraints/bin/uv pip compile pyproject.toml --group dev --universal --python-version 3.11 \
		--upgrade --generate-hashes --no-emit-index-url --quiet --output-file constraints.txt \
		--custom-compile-command 'make constraints'
	@rm -rf .venv-constraints

clean:
	rm -rf $(VENV) $(VENV)-bench .venv-constraints build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find collector scrapers fixtures demo benchmarks tests -name __pycache__ -type d -prune -exec rm -rf {} +
