# Everything happens in .venv; `make help` lists what there is to do.

PYTHON ?= python3
STAMP := .venv/.installed

# Neither Kedro nor MLflow may report on users; MLflow takes no other word.
export DO_NOT_TRACK := true

.DEFAULT_GOAL := help
.PHONY: help run test package bench report listen codecs browser fuzz

CODEC_PACKAGES := opus-tools speex codec2 libvo-amrwbenc0 libopencore-amrwb0 libopencore-amrnb0
REPORT := data/08_reporting/report.html
DATA := data

help: ## List the targets.
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /make \1\t/'

run: $(STAMP) codecs ## Run all pipelines on the demo corpus; ARGS="--env timit" and the like go to kedro run.
	.venv/bin/kedro run $(ARGS)

test: $(STAMP) ## Check style and types, then run the tests.
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/python -m pytest --numprocesses auto --dist loadfile --no-loadscope-reorder --durations 20

package: $(STAMP) ## Build wheel and sdist in dist/, and try them in empty environments, by each Python that is here.
	.venv/bin/python -m build --outdir dist .
	.venv/bin/python -m pytest tests/runs/test_package.py

bench: $(STAMP) codecs ## Time the codec beside others, at most ten minutes; ARGS="--lyra DIR" for Lyra V2 too.
	.venv/bin/python -m scripts.bench $(ARGS)

report: ## Open the report of the last run, or say where it is; REPORT=FILE for that of an environment.
	@test -f $(REPORT) || { echo "There is no $(REPORT) yet: make run writes it." >&2; exit 1; }
	@echo $(abspath $(REPORT))
	@if [ -n "$${DISPLAY:-}$${WAYLAND_DISPLAY:-}" ] && command -v xdg-open > /dev/null; then xdg-open $(REPORT); fi

listen: $(STAMP) ## Run the listening test on this machine; DATA=data/timit for that of an environment.
	@test -f $(DATA)/08_reporting/listening_test/test.json \
		|| { echo "There is no listening test yet: .venv/bin/kedro run --pipelines listening_test prepares it." >&2; exit 1; }
	.venv/bin/gan-audio-compression listen $(DATA)/08_reporting/listening_test \
		--ratings $(DATA)/01_raw/listening_ratings.sqlite $(ARGS)

codecs: ## Install the codecs that the bench compares with, where this user may.
	@scripts/install_packages.sh $(CODEC_PACKAGES)

browser: ## Install the browser that the tests look at the pages with, where this user may.
	@scripts/install_packages.sh chromium

fuzz: $(STAMP) ## Give 100 000 damaged files to the reader; a few minutes.
	.venv/bin/python tests/fuzz/fuzz_reader.py --files 100000

$(STAMP): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "$(PYTHON) is not Python 3.11 or later: run make PYTHON=/path/to/python3.11" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' \
		|| { echo "$(PYTHON) cannot make virtual environments: on Debian and Ubuntu, apt install python3-venv" >&2; exit 1; }
	@command -v cc > /dev/null && command -v c++ > /dev/null \
		|| { echo "There is no C and C++ compiler, which packages of measures need: on Debian and Ubuntu, apt install g++ python3-dev" >&2; exit 1; }
	$(PYTHON) -m venv .venv
	.venv/bin/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[study,bench,hub,dask,s3,dev]'
	@touch $@
