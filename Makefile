# Two commands on a fresh machine: `make demo` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DEMO_ARGS ?=
TEST_ARGS ?=
FUZZ_SECONDS ?= 600
STEPS ?= 100000
SEED ?= 1
# Tests wait for servers and browsers half of their time: two processes a core.
PROCESSES ?= $(shell expr 2 \* $$(nproc))
BENCHMARKS ?= startup sending receiving latency fanning_out compiling feeds importing parsing people visiting console
OFFICE := tests/acceptance/test_office.py::test_the_first_day_of_an_office
# The tests start hundreds of commands; each is twice as quick with its bytecode kept.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: demo cluster-demo test stories bench servers judges torture corpus fuzz walk fresh screenshots check lock clean

demo: $(VENV)/.installed
	$(BIN)/newsletter --config demo/newsletter.toml demo $(DEMO_ARGS)

test: $(VENV)/.installed-dev
	scripts/install-packages postgresql postfix dovecot-imapd dovecot-lmtpd dovecot-pop3d redis-server newsboat \
	  chromium-headless-shell nginx-light caddy curl sqlite3 wrk
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy & types=$$!; \
	  $(BIN)/python -m pytest -n 2 --dist worksteal --measured only --cov --cov-report= $(TEST_ARGS); \
	  tests=$$?; wait $$types && exit $$tests
	$(BIN)/python scripts/pure-coverage
	$(BIN)/python -m pytest -n $(PROCESSES) --dist worksteal --measured not --deselect "$(OFFICE)[firefox]" $(TEST_ARGS)

# An office's first day in Chromium, without JavaScript, and, which `test` leaves out, in Debian's Firefox.
stories: $(VENV)/.installed-dev
	scripts/install-packages chromium-headless-shell firefox-esr
	$(BIN)/python -m pytest tests/acceptance/test_office.py

# Each benchmark prints its table: ours beside a peer, measured in the same run.
bench: $(VENV)/.installed-dev
	scripts/install-packages nginx-light sqlite3 wrk
	for benchmark in $(BENCHMARKS); do PYTHONPATH=tests $(BIN)/python benchmarks/$$benchmark.py || exit 1; done

# PostgreSQL, Redis, a scheduler and two workers on this machine; one is killed in the middle.
cluster-demo: $(VENV)/.installed-dev
	scripts/install-packages postgresql redis-server
	PYTHONPATH=tests $(BIN)/python docs/examples/cluster/demo.py

# The README's two commands on bare Debian systems, each in a chroot of its own; needs root.
fresh:
	scripts/install-packages debootstrap
	scripts/fresh

# Kill the sender again and again, and what is around it; count who was lost, doubled and doubted.
torture: $(VENV)/.installed-dev
	scripts/install-packages postgresql redis-server
	PYTHONPATH=tests $(BIN)/python benchmarks/torture.py
	PYTHONPATH=tests $(BIN)/python benchmarks/faults_around.py

# Take the pictures of README and docs anew, from the demonstration.
screenshots: $(VENV)/.installed-dev
	scripts/install-packages chromium-headless-shell
	PYTHONPATH=tests:scripts $(BIN)/python scripts/screenshots.py

# Run every importer over a folder of foreign files: CORPUS=folder. Nothing of it is kept.
corpus: $(VENV)/.installed-dev
	$(BIN)/python scripts/corpus.py $(CORPUS)

# Real mail servers in many settings: what each stored is compared with the ledger; docs/developer.md.
servers: $(VENV)/.installed-dev
	scripts/install-packages postfix
	@command -v npm >/dev/null || { echo "make servers needs Node.js 20 or newer, with npm" >&2; exit 1; }
	PYTHONPATH=tests:scripts $(BIN)/python -m smtp_servers $(SERVERS)

# Independent judges look at the feeds and at every kind of mail, made anew; docs/judges.md says who.
judges: $(VENV)/.installed-dev
	scripts/install-packages chromium-headless-shell default-jre-headless opendkim rspamd spamassassin \
	  jing newsboat rss2email liferea xvfb
	@command -v npm >/dev/null || { echo "make judges needs Node.js 20.19 or newer, with npm" >&2; exit 1; }
	npm ci --silent
	PYTHONPATH=tests:scripts $(BIN)/python -m judges $(JUDGES)
	test -n "$(JUDGES)" || $(BIN)/python scripts/judges/feeds.py

# What to run while working: everything but the slow acceptance tests. B608 is S608 of ruff, which
# gives the reason at each line.
check: $(VENV)/.installed-dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
	$(BIN)/mypy
	$(BIN)/bandit --quiet --recursive --severity-level medium --skip B608 newsletter subscribers
	scripts/audit-packages
	$(BIN)/python -m pytest -n 2 --ignore tests/acceptance

# Inputs of every kind from outside, ten minutes for each test; what is found is kept in .hypothesis.
# FUZZ=guided for those alone that Atheris steers by coverage.
fuzz: $(VENV)/.installed-dev
	scripts/fuzz $(FUZZ_SECONDS) $(FUZZ)

# Every role walks through the console at random: STEPS of them altogether, from SEED on.
walk: $(VENV)/.installed-dev
	$(BIN)/python tests/fuzzing/console_walk.py $(STEPS) $(SEED)

# Locks hold hashes and no download address.
lock: $(VENV)/.installed-dev
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url \
	  --custom-compile-command 'make lock' --all-extras --group build pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url \
	  --custom-compile-command 'make lock' --all-extras --group build --group dev \
	  -c requirements.lock pyproject.toml -o requirements-dev.lock

$(VENV)/bin/python:
	scripts/make-venv $(PYTHON) $(VENV)

$(VENV)/.installed: requirements.lock pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

$(VENV)/.installed-dev: requirements-dev.lock $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements-dev.lock
	touch $@

clean:
	rm -rf $(VENV) demo dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage*
