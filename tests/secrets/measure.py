#!/usr/bin/python3
"""How much `jpk scan` finds of what was planted in projects of both studios, and how much it finds that is none.

usage: measure.py [--program PATH]

Each finding must stand on a planted secret, and each planted secret be found once. Recall and precision are printed by kind
of place; FLOORS says what they may not fall below.
"""
import argparse
import base64
import collections
import json
import os
import re
import subprocess
import sys
import tempfile
import zlib

sys.dont_write_bytecode = True
from planting import MARK, Canaries, plant_cloud, plant_design, plant_recipe

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SAMPLES = os.path.join(ROOT, "samples")
# Recall by kind of place, where it is not 1; precision is 1 everywhere.
FLOORS = {}


def kind_of(place):
    """'Data/Script/x.xml: header' is of the kind 'Script: header'."""
    place = re.sub(r"\([^)]*\)", "", place)
    head, _, what = place.partition(": ")
    match = re.search(r"Data/([A-Za-z]+)/", head) or re.match(r"(\d+) ", head)
    where = match.group(1) if match else "recipe" if ".json" in head else "file"
    what = re.sub(r"^(default of|secret of|text of) .*", r"\1 a setting", what) if where == "recipe" else what
    return f"{where}: {what}"


def lines_of(path, cache={}):
    if path not in cache:
        with open(path, "rb") as file:
            text = file.read()
        if text[:2] in (b"\xff\xfe", b"\xfe\xff"):
            text = text.decode("utf-16").encode()
        cache[path] = text.split(b"\n")
    return cache[path]


def unpacked(text):
    """What a compressed text holds."""
    text = re.sub(r"\\u(....)", lambda unit: chr(int(unit[1], 16)), text)
    try:
        return zlib.decompress(base64.b64decode(text)).decode()
    except (ValueError, zlib.error):
        return ""


def measure(program, folder, canary, project, found, wrong):
    printed = subprocess.run([program, "scan", "--format", "json", project], cwd=folder, capture_output=True, check=False)
    for finding in json.loads(printed.stdout)["findings"]:
        if finding["rule"] == "not-searched":
            continue
        line = lines_of(os.path.join(folder, finding["file"]))[finding["line"] - 1]
        # a secret ends at a quote, a blank or a separator; two may stand in one line
        here = re.split(rb"[\"'\s;<&@]", line[finding["column"] - 1:], maxsplit=1)[0].decode()
        numbers = MARK.findall(here) or MARK.findall(unpacked(here))
        if numbers:
            found[int(numbers[0])] += 1
        else:
            wrong.append(f"{finding['file']}:{finding['line']}:{finding['column']}: {finding['message']}")


def plant(folder, canary):
    for sample in ("http-json", "database-to-ftp", "salesforce-to-netsuite"):
        for clear in (False, True):
            name = f"{sample}-{'clear' if clear else 'encrypted'}"
            plant_design(os.path.join(SAMPLES, sample), os.path.join(folder, name), canary, clear)
            yield name
    for sample in ("contacts", "nightly-cleanup"):
        for how in ("clear", "encrypted", "leak"):
            name = f"{sample}-{how}.json"
            plant_cloud(os.path.join(SAMPLES, "cloud", f"{sample}.json"), os.path.join(folder, name), canary, how)
            yield name
    for sample in ("orders", "customers", "invoices"):
        plant_recipe(os.path.join(SAMPLES, "recipes", sample), os.path.join(folder, f"recipe-{sample}"), canary)
        yield f"recipe-{sample}"


def report(canary, found, wrong):
    """Prints the figures; whether they are as they should be."""
    kinds, right = collections.defaultdict(lambda: [0, 0]), not wrong
    for number, place in enumerate(canary.places):
        if "(no secret)" in place:
            continue
        kinds[kind_of(place)][0] += found[number] > 0
        kinds[kind_of(place)][1] += 1
        if found[number] > 1:
            print(f"secrets: found {found[number]} times: {place}")
            right = False
    for kind, (seen, planted) in sorted(kinds.items()):
        recall = seen / planted
        if recall < 1 or os.environ.get("VERBOSE"):
            print(f"secrets: {kind:44} {planted:3} planted, recall {recall:.2f}")
        if recall < FLOORS.get(kind, 1):
            print(f"secrets: recall of {kind} has fallen below {FLOORS.get(kind, 1):.2f}")
            right = False
    for line in wrong:
        print(f"secrets: wrong: {line}")
    seen, planted = (sum(column) for column in zip(*kinds.values()))
    print(f"secrets: {planted} planted in {len(kinds)} kinds of places, recall {seen / planted:.3f}, "
          f"precision {seen / ((seen + len(wrong)) or 1):.3f}")
    return right


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--program", default=os.path.join(ROOT, "build/jpk"))
    program = os.path.abspath(parser.parse_args().program)
    canary, found, wrong = Canaries(), collections.Counter(), []
    with tempfile.TemporaryDirectory() as folder:
        for project in plant(folder, canary):
            measure(program, folder, canary, project, found, wrong)
    return 0 if report(canary, found, wrong) else 1


if __name__ == "__main__":
    sys.exit(main())
