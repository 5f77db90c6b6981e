# jpk: build, test and install. `make help` lists the targets.
#
# Each layer is an archive of its own, linked in the order base, hygiene, schema, jpk, recipe, migrate; `make layers` proves
# that no archive needs a later one. The installed library is one: libjpk, shared and static.

VERSION := 0.1.0
SOVERSION := 0
PREFIX ?= /usr/local
LIBDIR ?= $(PREFIX)/lib
BUILD ?= build
CC ?= cc
AR ?= ar
OBJCOPY ?= objcopy
PYTHON ?= /usr/bin/python3
JOBS ?= $(shell nproc 2>/dev/null || echo 1)

# What a fresh Debian 12 needs besides make; .ci/packages installs what is missing.
BUILD_PACKAGES := gcc libc6-dev binutils pkg-config zlib1g-dev libzip-dev libjansson-dev libexpat1-dev libunistring-dev \
	libssl-dev libpcre2-dev libidn2-dev libyaml-dev libseccomp-dev
CHECK_PACKAGES := $(BUILD_PACKAGES) g++ libcmocka-dev libxml2-dev mandoc parallel python3 python3-yaml unzip
LINT_PACKAGES := $(CHECK_PACKAGES) clang clang-tools clang-tidy clang-format cppcheck shellcheck
FUZZ_PACKAGES := $(BUILD_PACKAGES) clang libclang-rt-14-dev python3
# The program alone, not the library, limits itself.
PROGRAM_LIBRARIES := libseccomp
# libxml2 gives a second opinion on XML and XML Schema.
TEST_LIBRARIES := cmocka libxml-2.0
LIBRARIES := libzip jansson expat libcrypto zlib libpcre2-8 libidn2 yaml-0.1

WARNINGS := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wformat=2
WERROR ?=
SANITIZE ?=
# Runs before every test program, such as valgrind, and before every EVERY-th command of the golden tests.
WRAPPER ?=
EVERY ?= 8
CFLAGS ?= -O2 -g
ALL_CFLAGS := $(CFLAGS) -std=c11 $(WARNINGS) $(if $(WERROR),-Werror) $(SANITIZE) -fPIC -fvisibility=hidden
ALL_CPPFLAGS = $(CPPFLAGS) -D_GNU_SOURCE -Iinclude -I. -MMD -MP $(shell pkg-config --cflags $(LIBRARIES))
PROGRAM_LDLIBS = $(shell pkg-config --libs $(PROGRAM_LIBRARIES))
LDLIBS = $(shell pkg-config --libs $(LIBRARIES)) -lunistring -lpthread

LAYERS := base schema jpk recipe migrate
HEADERS := $(wildcard include/jpk/*.h)
objects = $(patsubst %.c,$(BUILD)/obj/%.o,$(wildcard $(1)/*.c))
# Highest layer first: the order in which a linker resolves them.
ARCHIVES := $(BUILD)/layers/migrate.a $(BUILD)/layers/recipe.a $(BUILD)/layers/jpk.a $(BUILD)/layers/schema.a \
	$(BUILD)/layers/hygiene.a $(BUILD)/layers/base.a
# What finds and masks secrets in any text: it knows no projects, and JSON Schema asks it too.
HYGIENE_OBJECTS := $(patsubst %.c,$(BUILD)/obj/%.o,$(wildcard jpk/hygiene*.c) jpk/secret_text.c jpk/escapes.c)
UNIT_TESTS := $(patsubst tests/unit/%.c,$(BUILD)/tests/%,$(wildcard tests/unit/test_*.c))
FINDINGS_OBJECTS := $(patsubst tools/%.c,$(BUILD)/obj/tools/%.o,$(wildcard tools/findings*.c) \
	tools/message.c tools/options.c)
SAMPLES := $(patsubst samples/%/project.xml,$(BUILD)/samples/%.jpk,$(wildcard samples/*/project.xml))

# A table that a failed script has begun must not count as made.
.DELETE_ON_ERROR:

.PHONY: all
all: $(BUILD)/jpk

# For those who want nothing but the program.
.PHONY: program
program:
	@.ci/packages $(BUILD_PACKAGES)
	@$(MAKE) --no-print-directory -s -j$(JOBS) all

.PHONY: help
help:
	@echo 'make                 the program, build/jpk'
	@echo 'make program         install what is missing, build'
	@echo 'make demo            install what is missing, build, make a recipe from a sample and show it'
	@echo 'make tour            a folder for the tour of README, build/tour'
	@echo 'make check           install what is missing, build, run every test'
	@echo 'make conformance     the official test suite of JSON Schema, as a table by draft'
	@echo 'make check-browser   the pages of jpk inventory, convert and migrate in a headless Chromium'
	@echo 'make check-debian    the Debian packages, built from a copy, and lintian'
	@echo 'make check-asan      every test with the address and undefined-behaviour sanitizers'
	@echo 'make check-faults    thousands of projects: migrations that are killed, and faults around them'
	@echo 'make check-disk      every read, write, rename and close of every command fails in turn'
	@echo 'make check-memory    every allocation of every command fails once, in libraries too; takes hours'
	@echo 'make coverage        the lines of the libraries that the tests run, with gcov; LEAST=90 percent of each layer'
	@echo 'make check-valgrind  the unit tests, and one in EVERY=8 golden tests, under valgrind'
	@echo 'make fuzz            fuzzing with clang, SECONDS=60 for each of TARGETS="archive json ..."'
	@echo 'make lint            clang-format, clang-tidy, cppcheck, gcc -fanalyzer, scan-build, shellcheck'
	@echo 'make bench           speed and memory of whole processes beside their peers'
	@echo 'make bench-readme    the table of the last benchmark, put into README'
	@echo 'make doc             doc/rules.md, the manual of the rules, from their table'
	@echo 'make man             the manual pages, in build/man'
	@echo 'make api             the reference of the library as HTML, in build/api'
	@echo 'make samples         the sample projects as Jitterpaks, in build/samples'
	@echo 'make install         program, library, manual and completions; DESTDIR and PREFIX are honoured'
	@echo 'make uninstall       takes them away again'
	@echo 'make clean           removes build'

# ---------------------------------------------------------------------------------------------------------- build

$(BUILD)/obj/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) -c -o $@ $<

# What pages of HTML hold, as arrays of characters (ASCII only).
PAGE_OBJECTS := $(BUILD)/obj/page/page.css.o $(BUILD)/obj/page/page.js.o

$(BUILD)/page/%.c: tools/% tools/page.h
	@mkdir -p $(@D)
	{ printf '#include "tools/page.h"\n\nconst char %s[] = {\n' '$(subst .,_,$*)'; \
		od -An -v -tx1 $< | sed 's/ \(..\)/0x\1,/g'; echo '0};'; } >$@

$(PAGE_OBJECTS): $(BUILD)/obj/%.o: $(BUILD)/%.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) -c -o $@ $<

# The schemas that are built in, as one table by name.
SHIPPED := $(sort $(wildcard schema/*.schema.json) $(wildcard schema/meta/*.json))

$(BUILD)/page/shipped.c: $(SHIPPED) schema/shipped.h schema/embed.sh
	@mkdir -p $(@D)
	sh schema/embed.sh $(SHIPPED) >$@

$(BUILD)/obj/page/shipped.o: $(BUILD)/page/shipped.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) -c -o $@ $<

# The manual: a file of prose for each command and each topic (tools/manual.h).
PROSE := $(sort $(wildcard doc/man/*.md))

$(BUILD)/page/prose.c: $(PROSE) tools/manual.h doc/man/embed.sh
	@mkdir -p $(@D)
	sh doc/man/embed.sh $(PROSE) >$@

$(BUILD)/obj/page/prose.o: $(BUILD)/page/prose.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) -c -o $@ $<

# Which program this is: the checksum of what it is made of.
SOURCES := $(sort $(foreach folder,$(LAYERS),$(wildcard $(folder)/*.[ch])) $(HEADERS) $(SHIPPED))

$(BUILD)/page/program_checksum.c: $(SOURCES)
	@mkdir -p $(@D)
	@{ echo '#include "recipe/program_checksum.h"'; echo; \
		printf 'const char program_checksum[] = "%s";\n' "$$(cat $(SOURCES) | sha256sum | cut -d' ' -f1)"; } >$@

$(BUILD)/obj/page/program_checksum.o: $(BUILD)/page/program_checksum.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) -c -o $@ $<

$(BUILD)/layers/base.a: $(call objects,base)
$(BUILD)/layers/hygiene.a: $(HYGIENE_OBJECTS)
$(BUILD)/layers/schema.a: $(call objects,schema) $(BUILD)/obj/page/shipped.o
$(BUILD)/layers/jpk.a: $(filter-out $(HYGIENE_OBJECTS),$(call objects,jpk))
$(BUILD)/layers/recipe.a: $(call objects,recipe) $(BUILD)/obj/page/program_checksum.o
$(BUILD)/layers/migrate.a: $(call objects,migrate)
$(ARCHIVES):
	@mkdir -p $(@D)
	@rm -f $@
	$(AR) rcs $@ $^

PROGRAM_OBJECTS := $(call objects,tools) $(PAGE_OBJECTS) $(BUILD)/obj/page/prose.o

$(BUILD)/jpk: $(PROGRAM_OBJECTS) $(ARCHIVES)
	$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $(PROGRAM_OBJECTS) $(ARCHIVES) $(LDLIBS) $(PROGRAM_LDLIBS)

$(BUILD)/tests/%: tests/unit/%.c $(ARCHIVES)
	@mkdir -p $(@D)
	$(CC) $(ALL_CPPFLAGS) $(shell pkg-config --cflags $(TEST_LIBRARIES)) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $< $(ARCHIVES) \
		$(LDLIBS) -Wl,--as-needed $(shell pkg-config --libs $(TEST_LIBRARIES))

$(BUILD)/libjpk.so.$(VERSION): $(ARCHIVES)
	$(CC) -shared $(ALL_CFLAGS) $(LDFLAGS) -Wl,-soname,libjpk.so.$(SOVERSION) -o $@ \
		-Wl,--whole-archive $(ARCHIVES) -Wl,--no-whole-archive $(LDLIBS)

# One object whose private names are local, so that they cannot meet those of a program.
$(BUILD)/libjpk.a: $(ARCHIVES)
	$(LD) -r -o $(BUILD)/libjpk.o --whole-archive $(ARCHIVES)
	$(OBJCOPY) --localize-hidden $(BUILD)/libjpk.o
	@rm -f $@
	$(AR) rcs $@ $(BUILD)/libjpk.o

.PHONY: library
library: $(BUILD)/libjpk.a $(BUILD)/libjpk.so.$(VERSION)

# The pages of the manual: a command each, as the tables of tools/ name them, a topic each, and the library.
COMMANDS := $(shell sed -n 's/^ *\.name = "\([a-z ]*\)",$$/\1/p' tools/cmd_*.c | tr ' ' -)
MAN1 := jpk.1 $(patsubst %,jpk-%.1,$(COMMANDS))
MAN3 := libjpk.3
MAN7 := $(patsubst doc/man/%.md,%,$(wildcard doc/man/*.7.md))
MAN_PAGES := $(addprefix $(BUILD)/man/,$(MAN1) $(MAN3) $(MAN7))

.PHONY: man
man: $(MAN_PAGES)

$(BUILD)/man/%: $(BUILD)/jpk
	@mkdir -p $(@D)
	@$(BUILD)/jpk help --man $(basename $*) >$@

$(BUILD)/man/libjpk.3: $(HEADERS) doc/api.py doc/example.c
	@mkdir -p $(@D)
	@$(PYTHON) doc/api.py man $(VERSION) doc/example.c $(HEADERS) >$@

# The reference of the library as HTML.
.PHONY: api
api:
	@rm -rf $(BUILD)/api
	@$(PYTHON) doc/api.py html $(BUILD)/api $(VERSION) $(HEADERS)
	@echo 'wrote $(BUILD)/api/index.html'

# What the program writes of its own manual.
.PHONY: doc
doc: $(BUILD)/jpk
	$(BUILD)/jpk recipe rules --format markdown >doc/rules.md

.PHONY: samples
samples: $(SAMPLES)

.SECONDEXPANSION:
$(SAMPLES): $(BUILD)/samples/%.jpk: $(BUILD)/jpk $$(shell find samples/$$* -type f)
	@mkdir -p $(@D)
	$(BUILD)/jpk pack --force samples/$* $@

.PHONY: clean
clean:
	rm -rf $(BUILD)

# ----------------------------------------------------------------------------------------------------------- demo

.PHONY: demo
demo:
	@.ci/packages $(BUILD_PACKAGES)
	@$(MAKE) --no-print-directory -s -j$(JOBS) all samples
	@$(MAKE) --no-print-directory -s show-demo

.PHONY: show-demo
show-demo:
	$(BUILD)/jpk info $(BUILD)/samples/salesforce-to-netsuite.jpk
	$(BUILD)/jpk recipe generate $(BUILD)/samples/salesforce-to-netsuite.jpk -o $(BUILD)/demo --force
	cat $(BUILD)/demo/*-configure.json

# A folder for the tour of README.
.PHONY: tour
tour:
	@.ci/packages $(BUILD_PACKAGES)
	@$(MAKE) --no-print-directory -s -j$(JOBS) $(BUILD)/jpk
	@rm -rf $(BUILD)/tour
	@mkdir -p $(BUILD)/tour
	@ln -s $(CURDIR)/samples $(BUILD)/tour/samples
	@echo 'cd $(abspath $(BUILD))/tour && PATH="$(abspath $(BUILD)):$$PATH"'

# ---------------------------------------------------------------------------------------------------------- tests

CHECK_PROGRAMS := all samples unit-programs fuzz-programs $(BUILD)/tests/conformance
CHECKS := unit fuzz-cases conformance cli ignore cache edits merges git migrate engines schemas planted secrets formats manual \
	completion
# What sanitizers cannot see into: failing calls and allocations, the sandbox, other programs that link the library.
CHECKS_OUTSIDE := disk memory sandbox layers install-test

# Packages first, for pkg-config is asked when a Makefile is read.
.PHONY: check
check:
	@.ci/packages $(CHECK_PACKAGES)
	@$(MAKE) --no-print-directory -j$(JOBS) $(CHECK_PROGRAMS)
	@$(MAKE) --no-print-directory --output-sync=target -j$(JOBS) $(CHECKS) $(CHECKS_OUTSIDE)

.PHONY: unit-programs
unit-programs: $(UNIT_TESTS)

.PHONY: unit
unit: $(UNIT_TESTS)
	@set -e; for test in $(UNIT_TESTS); do $(if $(WRAPPER),JPK_TEST_WRAPPER=1 $(WRAPPER)) $$test; done

.PHONY: conformance
conformance: $(BUILD)/tests/conformance
	@$<

$(BUILD)/tests/conformance: $(wildcard tests/conformance/*.c) tests/conformance/suite.h $(ARCHIVES)
	@mkdir -p $(@D)
	$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $(filter %.c,$^) $(ARCHIVES) $(LDLIBS)

.PHONY: cli
cli: $(BUILD)/jpk
	@$(PYTHON) tests/cli/run.py --program $(BUILD)/jpk --wrapper '$(WRAPPER)' --every $(EVERY)

# The saved inputs of the fuzz targets, with whatever compiler there is.
FUZZ_TARGETS := $(patsubst tests/fuzz/targets/%.c,%,$(wildcard tests/fuzz/targets/*.c))
FUZZ_SHARED := $(addprefix $(BUILD)/obj/tests/fuzz/,check.o project.o)
FUZZ_CASES := $(addprefix $(BUILD)/fuzz-cases/,$(FUZZ_TARGETS))

$(BUILD)/fuzz-cases/%: tests/fuzz/targets/%.c $(BUILD)/obj/tests/fuzz/driver.o $(FUZZ_SHARED) $(ARCHIVES)
	@mkdir -p $(@D)
	$(CC) $(ALL_CPPFLAGS) -DFUZZ_DRIVER $(ALL_CFLAGS) $(LDFLAGS) -o $@ $(filter-out %.h,$^) $(LDLIBS)

.PHONY: fuzz-programs
fuzz-programs: $(FUZZ_CASES)

.PHONY: fuzz-cases
fuzz-cases: $(FUZZ_CASES)
	@set -e; for target in $(FUZZ_TARGETS); do \
		$(BUILD)/fuzz-cases/$$target $$(find -L tests/fuzz/corpus/$$target tests/fuzz/finds/$$target -type f 2>/dev/null); done

# Fuzzing itself: SECONDS for each of TARGETS.
SECONDS ?= 60
TARGETS ?= $(FUZZ_TARGETS)
FUZZERS := $(addprefix $(BUILD)/fuzzers/,$(FUZZ_TARGETS))
FUZZ_MUTATORS := $(patsubst %.c,$(BUILD)/obj/%.o,$(wildcard tests/fuzz/mutate*.c))

$(BUILD)/fuzzers/%: tests/fuzz/targets/%.c $(FUZZ_SHARED) $(FUZZ_MUTATORS) $(ARCHIVES)
	@mkdir -p $(@D)
	$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) -fsanitize=fuzzer $(LDFLAGS) -o $@ $(filter-out %.h,$^) $(LDLIBS)

.PHONY: fuzzers
fuzzers: $(FUZZERS)

.PHONY: fuzz
fuzz:
	@.ci/packages $(FUZZ_PACKAGES)
	@$(MAKE) --no-print-directory -s -j$(JOBS) BUILD=$(BUILD)/fuzz CC=clang CFLAGS='-O1 -g -fno-omit-frame-pointer' \
		SANITIZE='-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined' fuzzers
	@$(PYTHON) tests/fuzz/run.py --programs $(BUILD)/fuzz/fuzzers --work $(BUILD)/fuzz/work --seconds $(SECONDS) $(TARGETS)

.PHONY: ignore
ignore: $(BUILD)/tests/test_ignore
	@$(PYTHON) tests/ignore/compare.py --program $(BUILD)/tests/test_ignore

.PHONY: cache
cache: $(BUILD)/jpk
	@$(PYTHON) tests/cache/compare.py --program $(BUILD)/jpk

.PHONY: edits
edits: $(BUILD)/jpk $(BUILD)/tests/make_project
	@$(PYTHON) tests/tree/edits.py --program $(BUILD)/jpk --generator $(BUILD)/tests/make_project
	@$(PYTHON) tests/cloud/edits.py --program $(BUILD)/jpk
	@$(PYTHON) tests/tree/cloud.py --program $(BUILD)/jpk

# Migrations that are killed and shared out, and faults around them: small, and large with the real projects.
ESTATE ?= 2000
KILLS ?= 50
FAULTS ?= 300
MIGRATIONS = $(PYTHON) tests/migrate/$(1) --program $(BUILD)/jpk --generator $(BUILD)/tests/make_project

.PHONY: migrate
migrate: $(BUILD)/jpk $(BUILD)/tests/make_project
	@$(call MIGRATIONS,kill.py) --no-corpus
	@$(call MIGRATIONS,faults.py) --no-corpus

# Every call to the system for files that fails, in every command: a few of each, and all of them.
DISK = $(PYTHON) tests/faults/disk.py --program $(BUILD)/jpk --injector $(BUILD)/tests/disk

$(BUILD)/tests/disk: tests/faults/disk.c
	@mkdir -p $(@D)
	$(CC) -D_GNU_SOURCE $(CFLAGS) -std=c11 $(WARNINGS) $(LDFLAGS) -o $@ $<

.PHONY: disk
disk: $(BUILD)/jpk $(BUILD)/tests/disk
	@$(DISK) --count 2

.PHONY: check-disk
check-disk:
	@.ci/packages $(CHECK_PACKAGES)
	@$(MAKE) --no-print-directory -j$(JOBS) all $(BUILD)/tests/disk
	@$(DISK)

.PHONY: check-faults
check-faults:
	@.ci/packages $(CHECK_PACKAGES)
	@$(MAKE) --no-print-directory -j$(JOBS) all $(BUILD)/tests/make_project
	@$(call MIGRATIONS,kill.py) --count $(ESTATE) --kills $(KILLS)
	@$(call MIGRATIONS,faults.py) --count $(FAULTS) --names 4000 --turns 40

.PHONY: merges
merges: $(BUILD)/jpk $(BUILD)/tests/make_project
	@$(PYTHON) tests/merge/projects.py --program $(BUILD)/jpk --generator $(BUILD)/tests/make_project
	@$(PYTHON) tests/merge/exports.py --program $(BUILD)/jpk

.PHONY: git
git: $(BUILD)/jpk
	@$(PYTHON) tests/git/run.py --program $(BUILD)/jpk

$(BUILD)/tests/make_project: tests/bench/make_project.c $(ARCHIVES)
	@mkdir -p $(@D)
	$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $< $(ARCHIVES) $(LDLIBS)

.PHONY: schemas
schemas: $(BUILD)/jpk
	@$(PYTHON) tests/schemas/run.py --program $(BUILD)/jpk
	@$(PYTHON) tests/recipe/validate.py --program $(BUILD)/jpk

.PHONY: planted
planted: $(BUILD)/jpk $(SAMPLES)
	@$(PYTHON) tests/repository/plant.py --program $(BUILD)/jpk --samples $(BUILD)/samples

# What a process in the sandbox can still do, away from the folder of temporary files; and that the program is in it.
$(BUILD)/tests/probe: tests/sandbox/probe.c $(filter-out %/main.o,$(PROGRAM_OBJECTS)) $(ARCHIVES)
	@mkdir -p $(@D)
	$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS) $(PROGRAM_LDLIBS)

.PHONY: sandbox
sandbox: $(BUILD)/tests/probe $(BUILD)/jpk
	@folder=$$(mktemp -d -p /var/tmp) && TMPDIR=/tmp $< $$folder; status=$$?; rm -rf $$folder; exit $$status
	@$(PYTHON) tests/sandbox/run.py --program $(BUILD)/jpk

.PHONY: secrets
secrets: $(BUILD)/jpk
	@$(PYTHON) tests/secrets/measure.py --program $(BUILD)/jpk
	@$(PYTHON) tests/secrets/canaries.py --program $(BUILD)/jpk

# The writers of findings with made-up ones, beside `jpk check`.
$(BUILD)/tests/print_findings: tests/formats/print_findings.c $(FINDINGS_OBJECTS) $(ARCHIVES)
	@mkdir -p $(@D)
	$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $< $(FINDINGS_OBJECTS) $(ARCHIVES) $(LDLIBS)

.PHONY: formats
formats: $(BUILD)/jpk $(BUILD)/tests/print_findings
	@$(PYTHON) tests/formats/run.py --program $(BUILD)/jpk --printer $(BUILD)/tests/print_findings

.PHONY: manual
manual: $(BUILD)/jpk $(MAN_PAGES)
	@$(PYTHON) tests/docs/run.py --program $(BUILD)/jpk --man $(BUILD)/man

.PHONY: completion
completion: $(BUILD)/jpk
	@$(PYTHON) tests/completion/run.py --program $(BUILD)/jpk

# Memory that runs out: for each command a few allocations that fail, or all of them.
$(BUILD)/tests/memory.so: tests/faults/memory.c
	@mkdir -p $(@D)
	$(CC) -D_GNU_SOURCE -std=c11 $(WARNINGS) -O2 -g -fPIC -fno-builtin -shared -o $@ $<

MEMORY = $(PYTHON) tests/faults/memory.py --program $(BUILD)/jpk --library $(BUILD)/tests/memory.so

.PHONY: memory
memory: $(BUILD)/jpk $(BUILD)/tests/memory.so
	@$(MEMORY) --share 2

.PHONY: check-memory
check-memory:
	@.ci/packages $(CHECK_PACKAGES)
	@$(MAKE) --no-print-directory -j$(JOBS) $(BUILD)/jpk $(BUILD)/tests/memory.so
	@$(MEMORY)

# Migrations that GNU parallel, xargs, CI, Slurm and Kubernetes spread.
.PHONY: engines
engines: $(BUILD)/jpk
	@$(PYTHON) tests/migrate/engines.py --program $(BUILD)/jpk

.PHONY: layers
layers: $(ARCHIVES)
	@tests/layers.sh $(BUILD)/layers/base.a $(BUILD)/layers/hygiene.a $(BUILD)/layers/schema.a $(BUILD)/layers/jpk.a \
		$(BUILD)/layers/recipe.a $(BUILD)/layers/migrate.a

.PHONY: install-test
install-test: $(BUILD)/jpk $(BUILD)/libjpk.a $(BUILD)/libjpk.so.$(VERSION) $(MAN_PAGES)
	@MAKE="$(MAKE)" CC="$(CC)" CXX="$(CXX)" PYTHON="$(PYTHON)" tests/install/run.sh $(BUILD)

# The pages of `jpk inventory`, `convert` and `migrate report` in a browser; not part of check, for a browser is large.
.PHONY: check-browser
check-browser:
	@.ci/packages $(CHECK_PACKAGES) chromium
	@$(MAKE) --no-print-directory -j$(JOBS) all
	@tests/browser.sh $(BUILD)/jpk

# The Debian packages, as debian/ describes them, and what lintian says of them.
.PHONY: check-debian
check-debian:
	@.ci/packages $(CHECK_PACKAGES) debhelper dpkg-dev fakeroot git lintian
	@CC="$(CC)" tests/debian.sh $(BUILD)

# All but the layers and the installation, which are about archives and files.
ASAN = BUILD=$(BUILD)/asan CFLAGS='-O1 -g -fno-omit-frame-pointer' \
	SANITIZE='-fsanitize=address,undefined -fno-sanitize-recover=undefined'

.PHONY: check-asan
check-asan:
	@.ci/packages $(CHECK_PACKAGES)
	@$(MAKE) --no-print-directory -j$(JOBS) $(ASAN) $(CHECK_PROGRAMS:$(BUILD)/%=$(BUILD)/asan/%)
	@$(MAKE) --no-print-directory $(ASAN) $(CHECKS)

.PHONY: check-valgrind
check-valgrind:
	@.ci/packages $(CHECK_PACKAGES) valgrind
	@$(MAKE) --no-print-directory -j$(JOBS) all unit-programs
	@$(MAKE) --no-print-directory unit cli WRAPPER='valgrind -q --error-exitcode=99 --leak-check=full'

# In the sandbox the counts could not be written.
COVERAGE = BUILD=$(BUILD)/coverage CFLAGS='-O1 -g --coverage'
COVERAGE_CHECKS := unit fuzz-cases conformance cli cache edits merges git migrate planted secrets formats
LEAST ?= 90

.PHONY: coverage
coverage: export JPK_SANDBOX := off
coverage:
	@.ci/packages $(CHECK_PACKAGES)
	@$(MAKE) --no-print-directory -j$(JOBS) $(COVERAGE) $(CHECK_PROGRAMS:$(BUILD)/%=$(BUILD)/coverage/%)
	@find $(BUILD)/coverage -name '*.gcda' -delete
	@$(MAKE) --no-print-directory $(COVERAGE) $(COVERAGE_CHECKS)
	@$(PYTHON) tests/coverage/report.py --objects $(BUILD)/coverage/obj --uncovered $(BUILD)/coverage/uncovered.txt \
		--least $(LEAST) $(LAYERS)

.PHONY: bench
bench:
	@.ci/packages $(BUILD_PACKAGES) python3 python3-jsonschema unzip zip
	@$(MAKE) --no-print-directory -j$(JOBS) all samples
	@CC="$(CC)" $(PYTHON) tests/bench/run.py $(BUILD)
	@CC="$(CC)" $(PYTHON) tests/bench/schema.py $(BUILD)
	@CC="$(CC)" $(PYTHON) tests/bench/migrate.py $(BUILD)
	@$(PYTHON) tests/bench/summary.py $(BUILD)

# The table of the last benchmark, where README has it.
.PHONY: bench-readme
bench-readme:
	@$(PYTHON) tests/bench/summary.py $(BUILD) --readme README.md

# ----------------------------------------------------------------------------------------------------------- lint

C_FOLDERS := $(LAYERS) tools doc tests/unit tests/formats tests/conformance tests/bench tests/install tests/fuzz \
	tests/fuzz/targets tests/faults tests/sandbox
C_FILES := $(foreach folder,$(C_FOLDERS),$(wildcard $(folder)/*.[ch])) $(HEADERS)
SHELL_FILES := .ci/run .ci/packages schema/embed.sh doc/man/embed.sh $(wildcard tests/*.sh tests/*/*.sh .github/actions/*/*.sh)

.PHONY: lint
lint:
	@.ci/packages $(LINT_PACKAGES)
	@$(MAKE) --no-print-directory -j$(JOBS) run-lint

# One after the other the checks take half an hour; what clang-tidy found to be clean stays so until a source changes.
.PHONY: run-lint lint-format lint-cppcheck lint-tidy lint-analyzer lint-scan lint-shell
run-lint: lint-format lint-cppcheck lint-shell lint-tidy lint-analyzer lint-scan

lint-format:
	clang-format --dry-run -Werror $(C_FILES)

lint-cppcheck:
	cppcheck --quiet --std=c11 --error-exitcode=1 --inline-suppr --enable=warning,performance,portability \
		--suppress=missingIncludeSystem -D_GNU_SOURCE -D__GNUC__ -Iinclude -I. $(LAYERS) tools

lint-shell: $(BUILD)/jpk
	shellcheck $(SHELL_FILES)
	$(BUILD)/jpk completion bash | shellcheck --shell=bash -

lint-tidy: $(patsubst %.c,$(BUILD)/tidy/%.clean,$(wildcard $(addsuffix /*.c,$(LAYERS) tools)))

$(BUILD)/tidy/%.clean: %.c .clang-tidy $(wildcard $(addsuffix /*.h,$(LAYERS) tools)) $(HEADERS)
	@mkdir -p $(@D)
	clang-tidy --quiet --warnings-as-errors='*' $< -- -std=c11 -D_GNU_SOURCE -Iinclude -I. \
		$(shell pkg-config --cflags $(LIBRARIES))
	@touch $@

# gcc 12's analyzer does not see that memory is handed on inside of structures; ASan and valgrind look for leaks.
lint-analyzer:
	$(MAKE) --no-print-directory BUILD=$(BUILD)/analyzer WERROR=1 CFLAGS='-O1 -g -fanalyzer -Wno-analyzer-malloc-leak' all

lint-scan:
	rm -rf $(BUILD)/scan
	scan-build -o $(BUILD)/scan-report --status-bugs --exclude /usr \
		$(MAKE) --no-print-directory BUILD=$(BUILD)/scan all

# -------------------------------------------------------------------------------------------------------- install

MANDIR ?= $(PREFIX)/share/man
DOCDIR ?= $(PREFIX)/share/doc/jpk
BASHDIR ?= $(PREFIX)/share/bash-completion/completions
ZSHDIR ?= $(PREFIX)/share/zsh/site-functions
FISHDIR ?= $(PREFIX)/share/fish/vendor_completions.d
SCHEMADIR = $(PREFIX)/share/jpk/schema

COMPLETIONS := $(addprefix $(BUILD)/completion/,jpk _jpk jpk.fish)
DOCUMENTS := README.md CHANGELOG.md LICENSE SECURITY.md doc/ci.md doc/git.md doc/migrate.md doc/rules.md doc/example.c
SCHEMAS := $(wildcard schema/*.json)

$(BUILD)/completion/jpk: $(BUILD)/jpk
	@mkdir -p $(@D)
	@$(BUILD)/jpk completion bash >$@

$(BUILD)/completion/_jpk: $(BUILD)/jpk
	@mkdir -p $(@D)
	@$(BUILD)/jpk completion zsh >$@

$(BUILD)/completion/jpk.fish: $(BUILD)/jpk
	@mkdir -p $(@D)
	@$(BUILD)/jpk completion fish >$@

.PHONY: install
install: install-program install-library

.PHONY: install-program
install-program: $(BUILD)/jpk $(MAN_PAGES) $(COMPLETIONS)
	install -d $(addprefix $(DESTDIR),$(PREFIX)/bin $(SCHEMADIR) $(MANDIR)/man1 $(MANDIR)/man7 $(DOCDIR) $(BASHDIR) \
		$(ZSHDIR) $(FISHDIR))
	install -m 755 $(BUILD)/jpk $(DESTDIR)$(PREFIX)/bin/jpk
	install -m 644 $(SCHEMAS) $(DESTDIR)$(SCHEMADIR)/
	install -m 644 $(addprefix $(BUILD)/man/,$(MAN1)) $(DESTDIR)$(MANDIR)/man1/
	install -m 644 $(addprefix $(BUILD)/man/,$(MAN7)) $(DESTDIR)$(MANDIR)/man7/
	install -m 644 $(DOCUMENTS) $(DESTDIR)$(DOCDIR)/
	install -m 644 $(BUILD)/completion/jpk $(DESTDIR)$(BASHDIR)/jpk
	install -m 644 $(BUILD)/completion/_jpk $(DESTDIR)$(ZSHDIR)/_jpk
	install -m 644 $(BUILD)/completion/jpk.fish $(DESTDIR)$(FISHDIR)/jpk.fish

.PHONY: install-library
install-library: $(BUILD)/libjpk.a $(BUILD)/libjpk.so.$(VERSION) $(BUILD)/man/libjpk.3
	install -d $(addprefix $(DESTDIR),$(PREFIX)/include/jpk $(LIBDIR)/pkgconfig $(MANDIR)/man3)
	install -m 644 $(HEADERS) $(DESTDIR)$(PREFIX)/include/jpk/
	install -m 644 $(BUILD)/libjpk.a $(DESTDIR)$(LIBDIR)/libjpk.a
	install -m 644 $(BUILD)/libjpk.so.$(VERSION) $(DESTDIR)$(LIBDIR)/libjpk.so.$(VERSION)
	ln -sf libjpk.so.$(VERSION) $(DESTDIR)$(LIBDIR)/libjpk.so.$(SOVERSION)
	ln -sf libjpk.so.$(SOVERSION) $(DESTDIR)$(LIBDIR)/libjpk.so
	sed -e 's|@PREFIX@|$(PREFIX)|' -e 's|@LIBDIR@|$(LIBDIR)|' -e 's|@VERSION@|$(VERSION)|' jpk.pc.in \
		>$(DESTDIR)$(LIBDIR)/pkgconfig/jpk.pc
	chmod 644 $(DESTDIR)$(LIBDIR)/pkgconfig/jpk.pc
	install -m 644 $(BUILD)/man/libjpk.3 $(DESTDIR)$(MANDIR)/man3/

INSTALLED = $(PREFIX)/bin/jpk $(addprefix $(SCHEMADIR)/,$(notdir $(SCHEMAS))) $(addprefix $(MANDIR)/man1/,$(MAN1)) \
	$(addprefix $(MANDIR)/man3/,$(MAN3)) $(addprefix $(MANDIR)/man7/,$(MAN7)) \
	$(addprefix $(DOCDIR)/,$(notdir $(DOCUMENTS))) $(BASHDIR)/jpk $(ZSHDIR)/_jpk $(FISHDIR)/jpk.fish \
	$(addprefix $(PREFIX)/,$(HEADERS)) $(LIBDIR)/libjpk.a $(LIBDIR)/libjpk.so.$(VERSION) \
	$(LIBDIR)/libjpk.so.$(SOVERSION) $(LIBDIR)/libjpk.so $(LIBDIR)/pkgconfig/jpk.pc

# The folders that are nobody else's go too.
.PHONY: uninstall
uninstall:
	rm -f $(addprefix $(DESTDIR),$(INSTALLED))
	-rmdir $(addprefix $(DESTDIR),$(PREFIX)/include/jpk $(SCHEMADIR) $(PREFIX)/share/jpk $(DOCDIR)) 2>/dev/null

-include $(shell find $(BUILD) -path $(BUILD)/debian -prune -o -type f -name '*.d' -print 2>/dev/null)
