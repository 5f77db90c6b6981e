#!/usr/bin/python3
"""Which lines of the libraries the tests have run, by gcov.

usage: report.py --objects FOLDER --uncovered FILE [--least PERCENT] LAYER...

FOLDER holds a folder of objects for each layer, built with --coverage. Prints a table by layer, the files with the lowest
shares, and what kind of lines is left; FILE gets every line that was not run, with its kind. Fails when a layer has
less than PERCENT of its lines.
"""
import argparse
import collections
import json
import os
import re
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
LOWEST = 12

# What lines that were not run are there for, by their own text and the condition above them. The first that fits counts.
KINDS = (
    ("memory", "an allocation has failed", re.compile(r"memory|MEMORY|failed|alloc|strdup")),
    ("disk", "a call to the system has failed", re.compile(r"error_system|errno|strerror|EINTR|JPK_ERR_WRITE|ZIP_ER_")),
    ("passed", "an error is handed on", None),
    ("other", "the rest", re.compile("")),
)
HANDED_ON = re.compile(r"return (false|NULL|-1);|(\w+_)?(free|discard|decref|close)\(.*\);|(?:ok|fine) = false;|}|goto \w+;")
CONDITION = re.compile(r"(} )?(else )?(if|while|for) \(|&&|\|\|")
RUN_MAX = 8  # a longer run of lines is more than an error, and each counts for itself


def covered_lines(objects, layer):
    """By file of the layer the number of runs by line. Lines of headers are those of all objects together."""
    folder = os.path.join(objects, layer)
    notes = sorted(os.path.join(folder, name) for name in os.listdir(folder) if name.endswith(".gcno"))
    done = subprocess.run(["gcov", "--json-format", "--stdout", *notes], cwd=ROOT, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, check=True)
    runs = collections.defaultdict(collections.Counter)
    for text in done.stdout.splitlines():
        for file in json.loads(text)["files"]:
            if os.path.dirname(file["file"]) == layer:
                for line in file["lines"]:
                    runs[file["file"]][line["line_number"]] += line["count"]
    return runs


def kind_of(lines, run):
    """The kind of lines (from 1) that follow each other, with the condition that they stand below."""
    own = [lines[number - 1].strip() for number in run]
    above = lines[run[0] - 2].strip() if run[0] > 1 else ""
    text = "\n".join([above] * bool(CONDITION.match(above)) + own)
    for name, _, pattern in KINDS:
        if pattern.search(text) if pattern else all(HANDED_ON.fullmatch(line) for line in own):
            return name


def kinds_of(lines, runs):
    """By line that was not run its kind. Lines that follow each other have one, unless they are many."""
    groups, before = [], True
    for number, count in sorted(runs.items()):
        if not count and before:
            groups.append([])
        if not count:
            groups[-1].append(number)
        before = count
    parts = [part for group in groups for part in ([group] if len(group) <= RUN_MAX else [[n] for n in group])]
    return {number: kind_of(lines, part) for part in parts for number in part}


def share(run, lines):
    return 100 * run / lines if lines else 100


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--objects", required=True)
    parser.add_argument("--uncovered", required=True)
    parser.add_argument("--least", type=float, default=90)
    parser.add_argument("layers", nargs="+")
    arguments = parser.parse_args()
    files, low, all_kinds = [], [], collections.Counter()
    print("%-9s %6s %9s %7s" % ("layer", "lines", "covered", "share") + "".join(" %7s" % name for name, _, _ in KINDS))
    with open(arguments.uncovered, "w", encoding="utf-8") as out:
        for layer in arguments.layers:
            total = run = 0
            kinds = collections.Counter()
            for file, runs in sorted(covered_lines(os.path.abspath(arguments.objects), layer).items()):
                with open(os.path.join(ROOT, file), encoding="utf-8") as source:
                    lines = source.read().splitlines()
                missing = kinds_of(lines, runs)
                kinds.update(missing.values())
                for number, kind in missing.items():
                    out.write("%s:%d: %s: %s\n" % (file, number, kind, lines[number - 1].strip()))
                files.append((share(len(runs) - len(missing), len(runs)), len(runs), file))
                total, run = total + len(runs), run + len(runs) - len(missing)
            print("%-9s %6d %9d %6.1f%%" % (layer, total, run, share(run, total)) +
                  "".join(" %7d" % kinds[name] for name, _, _ in KINDS))
            all_kinds += kinds
            if share(run, total) < arguments.least:
                low.append(layer)
    print("\nlowest:")
    for percent, lines, file in sorted(files)[:LOWEST]:
        print("  %5.1f%% of %4d  %s" % (percent, lines, file))
    print("\nwhat was not run, by line in %s:" % os.path.relpath(arguments.uncovered))
    for name, what, _ in KINDS:
        print("  %5d  %-7s %s" % (all_kinds[name], name, what))
    sys.stdout.flush()
    if low:
        sys.exit("coverage: below %g%%: %s" % (arguments.least, ", ".join(low)))


main()
