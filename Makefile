# jpk: build, test and install. `make help` lists the targets.
#
# Each library is an archive of its own and is linked in the order of the layers (base, jpk, recipe), so that a
# dependency in the wrong direction does not link: see the `layers` target.

VERSION := 0.1.0
SOVERSION := 0
PREFIX ?= /usr/local
LIBDIR ?= $(PREFIX)/lib
BUILD ?= build
CC ?= cc
AR ?= ar

# What a fresh Debian 12 needs besides make. .ci/packages installs what is missing.
PACKAGES := gcc libc6-dev pkg-config zlib1g-dev libzip-dev libjansson-dev libxml2-dev libunistring-dev libssl-dev
CHECK_PACKAGES := $(PACKAGES) libcmocka-dev
PKGS := libzip jansson libxml-2.0 libcrypto zlib

WARNINGS := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wformat=2
WERROR ?=
CFLAGS ?= -O2 -g
SANITIZE ?=
override CFLAGS += -std=c11 $(WARNINGS) $(if $(WERROR),-Werror) $(SANITIZE)
override CPPFLAGS += -D_GNU_SOURCE -Iinclude -I. -MMD -MP $(shell pkg-config --cflags $(PKGS) 2>/dev/null)
LDLIBS = $(shell pkg-config --libs $(PKGS)) -lunistring -lpthread

LAYERS := base jpk recipe
SOURCES := $(foreach layer,$(LAYERS),$(wildcard $(layer)/*.c))
# Later layers first: that is the order in which a linker resolves them.
ARCHIVES := $(BUILD)/librecipe.a $(BUILD)/libjpk-project.a $(BUILD)/libbase.a
TOOL_OBJECTS := $(patsubst %.c,$(BUILD)/obj/%.o,$(wildcard tools/*.c))
UNIT_TESTS := $(patsubst tests/unit/%.c,$(BUILD)/tests/%,$(wildcard tests/unit/test_*.c))

.PHONY: all
all: $(BUILD)/jpk

.PHONY: help
help:
	@echo 'make           build build/jpk'
	@echo 'make demo      install what is missing, build, make a recipe from a sample and show it'
	@echo 'make check     install what is missing, build, run every test'

$(BUILD)/obj/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) -fPIC -fvisibility=hidden -c -o $@ $<

$(BUILD)/libbase.a: $(patsubst %.c,$(BUILD)/obj/%.o,$(wildcard base/*.c))
$(BUILD)/libjpk-project.a: $(patsubst %.c,$(BUILD)/obj/%.o,$(wildcard jpk/*.c))
$(BUILD)/librecipe.a: $(patsubst %.c,$(BUILD)/obj/%.o,$(wildcard recipe/*.c))
$(ARCHIVES):
	@mkdir -p $(@D)
	@rm -f $@
	$(AR) rcs $@ $^

$(BUILD)/jpk: $(TOOL_OBJECTS) $(ARCHIVES)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $(TOOL_OBJECTS) $(ARCHIVES) $(LDLIBS)

$(BUILD)/tests/%: tests/unit/%.c $(ARCHIVES)
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) $(LDFLAGS) -o $@ $< $(ARCHIVES) $(LDLIBS) -lcmocka

.PHONY: unit
unit: $(UNIT_TESTS)
	@set -e; for test in $(UNIT_TESTS); do $$test; done

.PHONY: clean
clean:
	rm -rf $(BUILD)

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
