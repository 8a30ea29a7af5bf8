# make lab    set up and open the first lesson in JupyterLab
# make test   set up and run every test and every notebook
# make bench  time the checkpoints and the imports
# make lint   check the style
# make clean  remove the virtual environment (python -m course_utils clear removes the weights)

PYTHON ?= python3
VENV   ?= .venv
PIP_ARGS ?= --constraint constraints.txt
PYTEST_ARGS ?= --numprocesses auto --maxprocesses 4 --dist loadscope  # loadscope: a notebook stays in one worker

BIN := $(VENV)/bin
INPUTS := pyproject.toml constraints.txt

.PHONY: lab test bench lint setup clean

lab: $(VENV)/.installed
	$(BIN)/python -m course_utils setup
	$(BIN)/jupyter lab notebooks/01_pipeline.ipynb

test: $(VENV)/.installed-dev
	$(BIN)/python -m course_utils setup
	$(BIN)/python -m pytest $(PYTEST_ARGS)

bench: $(VENV)/.installed-dev
	$(BIN)/python -m bench

lint: $(VENV)/.installed-dev
	$(BIN)/ruff check .

setup: $(VENV)/.installed
	$(BIN)/python -m course_utils setup

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: $(INPUTS) | $(BIN)/python
	$(BIN)/python -m pip install $(PIP_ARGS) --editable .
	touch $@

$(VENV)/.installed-dev: $(INPUTS) | $(BIN)/python
	$(BIN)/python -m pip install $(PIP_ARGS) --editable ".[dev]"
	touch $@ $(VENV)/.installed

clean:
	rm -rf $(VENV)
