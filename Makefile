# Each thing that is done with this package, in one word. `make` alone lists them.

SWIFT ?= swift
# Further flags for every build, such as `make test SWIFT_FLAGS="-j 2"`.
SWIFT_FLAGS ?=

# What `make demo` runs, into DEMO_OUTPUT or else a new folder in runs/; DEMO_OVERRIDES are key=value words for the recipe.
DEMO_OUTPUT ?=
DEMO_OVERRIDES ?=
DEMO = hypersphere train strokes-center $(if $(DEMO_OUTPUT),--output $(DEMO_OUTPUT)) $(DEMO_OVERRIDES)

# The targets whose documentation is built, each with no warning.
DOCUMENTED = Files Randomness Torch NeuralNetwork Backbones MetricLearning Datasets Images Evaluation Faces Projection Visualization \
	Configuration TensorBoard Terminal Training Weights

SWIFT_SOURCES = $(wildcard Package.swift Sources Tests Benchmarks/Package.swift Benchmarks/Sources Fuzz/Package.swift \
	Fuzz/Sources)
SCRIPTS = $(wildcard scripts/*.sh) .ci/run
PEERS = .cache/peers

# What no tracked text may hold: marks of a merge, notes of unfinished work, and paths of one machine.
LEFTOVERS = ^(<<<<<<<|>>>>>>>)|\<(TODO|FIXME|XXX|HACK)\>|(^|[^[:alnum:]_.~$$*}])/(home|root|Users|work)/[[:alnum:]]

.DEFAULT_GOAL := help
.PHONY: help setup build test demo format lint docs bench fuzz clean

help: ## list the targets
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1|\2/p' $(MAKEFILE_LIST) | awk -F '|' '{ printf "%-14s %s\n", $$1, $$2 }'

setup: ## check Swift and the C libraries, and put libtorch into .libtorch, headers into .assorthead
	@scripts/setup.sh

build: setup ## build the command for use: .build/release/hypersphere
	$(SWIFT) build -c release $(SWIFT_FLAGS)

test: setup ## build, and run all tests
	$(SWIFT) build $(SWIFT_FLAGS)
	$(SWIFT) test --disable-xctest $(SWIFT_FLAGS)
	scripts/test-setup.sh

demo: setup ## train on drawn strokes and leave the results in runs/
	$(SWIFT) build -c release --product hypersphere $(SWIFT_FLAGS)
	.build/release/$(DEMO)

format: ## bring all Swift files into the house's form
	$(SWIFT) format --in-place --configuration .swift-format -r $(SWIFT_SOURCES)

lint: ## check form, shell scripts and leftovers, without building
	$(SWIFT) format lint --strict --configuration .swift-format -r $(SWIFT_SOURCES)
	@if command -v shellcheck >/dev/null; then shellcheck $(SCRIPTS); else echo "lint: no shellcheck here, scripts not checked"; fi
	@if git grep -nIE '$(LEFTOVERS)' -- . ':!Makefile'; then echo "lint: leftovers, listed above" >&2; exit 1; fi

docs: setup ## build the documentation, warnings being errors
	@set -e; for target in $(DOCUMENTED); do \
		$(SWIFT) package generate-documentation --target $$target --warnings-as-errors; \
	done

bench: setup $(PEERS)/ready ## measure, beside the peers in the same run
	$(SWIFT) run -c release --package-path Benchmarks $(SWIFT_FLAGS)

fuzz: setup ## give the readers of files hostile bytes, FUZZ_SECONDS (60) for each
	scripts/fuzz.sh

$(PEERS)/ready: Benchmarks/peers/requirements.txt
	python3 -m venv $(PEERS)
	$(PEERS)/bin/python -m pip install --quiet --requirement $<
	@touch $@

clean: ## delete what was built; .libtorch, .assorthead, .cache and runs stay
	rm -rf .build .build-* Benchmarks/.build Fuzz/.build
