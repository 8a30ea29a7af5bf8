# make lab    set up and open your copy of the first lesson in JupyterLab; NB=03 opens that of lesson 03
# make reset  NB=03: a fresh copy of lesson 03; the old one stays beside it, dated
# make test   set up and run every test and every notebook
# make bench  what the notebooks, pictures, checkpoints and imports cost, beside the alternatives
# make lint   check the style
#
# Notebooks as tests; NB=03 picks one of them in each of these:
# make test-notebooks      on the processor, one after the other
# make test-two-workers    the same on two workers
# make test-gpu            on a CUDA card, against the outputs stored from a processor
# make test-hub            on the Hub's checkpoints: types, dimensions and errors are compared, values are not
# make test-pretended-card on a processor that refuses what a card refuses: tensors of two devices in one call
# make test-twice          every code cell twice in a row
# make update-notebooks    execute anew, show the difference, store it
# make contract            which lesson does the installed transformers falsify?
#
# make clean  remove the virtual environment (python -m course_utils clear removes the weights)

PYTHON ?= python3
VENV   ?= .venv
PIP_ARGS ?= --constraint constraints.txt
PYTEST_ARGS ?= --numprocesses auto --maxprocesses 4 --dist loadscope  # loadscope: a notebook stays in one worker

# In a container everybody is root, and JupyterLab wants to be told that this is meant.
LAB_ARGS ?= $(if $(filter 0,$(shell id -u)),--allow-root --no-browser)

BIN := $(VENV)/bin
INPUTS := pyproject.toml constraints.txt

NB ?=
LESSONS = $(wildcard notebooks/$(NB)*.ipynb)

.PHONY: lab reset test bench lint setup clean \
	test-notebooks test-two-workers test-gpu test-pretended-card test-hub test-twice update-notebooks contract

lab: $(VENV)/.installed
	$(BIN)/python -m course_utils setup
	$(BIN)/python -m course_utils lab $(NB) $(LAB_ARGS)

reset: $(VENV)/.installed
	$(BIN)/python -m course_utils reset $(NB)

test: $(VENV)/.installed-dev
	$(BIN)/python -m course_utils setup
	$(BIN)/python -m pytest $(PYTEST_ARGS)

test-notebooks: $(VENV)/.installed-dev
	COURSE_DEVICE=cpu $(BIN)/python -m pytest $(LESSONS)

test-two-workers: $(VENV)/.installed-dev
	COURSE_DEVICE=cpu OMP_NUM_THREADS=1 $(BIN)/python -m pytest --numprocesses 2 --dist loadscope $(LESSONS)

test-gpu: $(VENV)/.installed-dev
	COURSE_DEVICE=cuda $(BIN)/python -m pytest $(LESSONS)

test-pretended-card: $(VENV)/.installed-dev
	$(BIN)/python -m pytest -m slow tests/test_pretended_card.py -k "$(NB)"

test-hub: $(VENV)/.installed-dev
	COURSE_MODELS=hub $(BIN)/python -m pytest --nbval-structure --nbval-online $(LESSONS)

test-twice: $(VENV)/.installed-dev
	$(BIN)/python -m pytest -m slow tests/test_cells_twice.py -k "$(NB)"

update-notebooks: $(VENV)/.installed-dev
	COURSE_DEVICE=cpu $(BIN)/python tests/update_notebooks.py $(LESSONS)

contract: $(VENV)/.installed-dev
	$(BIN)/python -m tests.contract

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
