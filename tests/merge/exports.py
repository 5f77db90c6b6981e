#!/usr/bin/python3
"""Property test: `jpk merge` of exports of Cloud Studio, with the random edits of tests/cloud/edits.py.

usage: exports.py [--program PATH] [--rounds N] [--seed N]

Values at different places of an export are edited on two sides, and then the structure: both sides' edits must be in the
result, without a conflict. Values at the same place, edited in two ways, must be a conflict where they are compared at
all. Merging with the base, or with itself, gives the bytes; the other way round, with the other side favored, the same.
"""
import copy
import importlib.util
import json
import os
import random
import shutil
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
spec = importlib.util.spec_from_file_location("edits", os.path.join(ROOT, "tests/cloud/edits.py"))
edits = importlib.util.module_from_spec(spec)
spec.loader.exec_module(edits)

# Edits of the structure that one side can make whatever the other one does at another component.
ALONE = [edits.unknown_member, edits.component_added, edits.rename_followed, edits.step_inserted, edits.rule_removed,
         edits.state_of_editing, edits.setting_of_project, edits.asset_added]


class Bench:
    def __init__(self, program, name, work, rng):
        self.program, self.name, self.work, self.rng = program, name, work, rng
        self.passed = self.failed = 0

    def path(self, name):
        return os.path.join(self.work, name + ".json")

    def put(self, name, export):
        with open(self.path(name), "w", encoding="utf-8") as file:
            json.dump(export, file, indent=self.rng.choice((None, 2)), ensure_ascii=False)

    def text(self, name):
        with open(self.path(name), "rb") as file:
            return file.read()

    def merge(self, wanted, base, ours, theirs, *options, out="merged"):
        status, report, err = edits.run(self.program, "merge", "-f", "--format", "json", "-o", self.path(out), *options,
                                        self.path(base), self.path(ours), self.path(theirs))
        if status != wanted:
            raise AssertionError(f"status {status} instead of {wanted}: {err}{report[:1000]}")
        return json.loads(report)

    def laws(self):
        for sides, wanted in ((("base", "ours", "base"), "ours"), (("base", "base", "theirs"), "theirs"),
                              (("ours", "ours", "ours"), "ours"), (("base", "theirs", "theirs"), "theirs")):
            for favor in ((), ("--favor", "theirs")):
                self.merge(0, *sides, *favor)
                if self.text("merged") != self.text(wanted):
                    raise AssertionError(f"merge of {sides} is not {wanted}")

    def symmetric(self):
        self.merge(0, "base", "ours", "theirs", "--favor", "ours", out="one")
        self.merge(0, "base", "theirs", "ours", "--favor", "theirs", out="other")
        if self.text("one") != self.text("other"):
            raise AssertionError("not symmetric")

    def same(self, one, other):
        status, out, err = edits.run(self.program, "diff", self.path(one), self.path(other))
        if status:
            raise AssertionError(f"{one} and {other} differ: {out}{err}")

    def values(self, export):
        """Values of the same component or of different ones."""
        places = [(i, place) for i, c in enumerate(edits.components(export)) for place in edits.leaves(c)
                  if place not in (("id",), ("type",), ("name",))]
        ours, theirs, both = (copy.deepcopy(export) for _ in range(3))
        chosen = self.rng.sample(places, min(6, len(places)))
        for n, (i, place) in enumerate(chosen):
            if any(k != n and j == i and (p[:len(place)] == place or place[:len(p)] == p)
                   for k, (j, p) in enumerate(chosen)):
                return None
            for side in (ours if n % 2 else theirs, both):
                component = edits.components(side)[i]
                edits.at(component, place[:-1])[place[-1]] = edits.edited(edits.at(component, place))
        if clashing(chosen, export):
            return None
        self.three(export, ours, theirs)
        self.put("both", both)
        self.laws()
        report = self.merge_checked("base", "ours", "theirs")
        if [c for c in report["conflicts"] if c["kind"] != "check"]:
            raise AssertionError(f"conflicts: {report['conflicts']} for {chosen}")
        self.same("both", "merged")
        return True

    def three(self, base, ours, theirs):
        self.put("base", base)
        self.put("ours", ours)
        self.put("theirs", theirs)

    def merge_checked(self, *sides):
        """Edits at random may leave errors, which the result reports."""
        status, report, err = edits.run(self.program, "merge", "-f", "--format", "json", "-o", self.path("merged"),
                                        *(self.path(s) for s in sides))
        if status not in (0, 1):
            raise AssertionError(f"status {status}: {err}")
        return json.loads(report)

    def structure(self, export):
        one, two = self.rng.sample(ALONE, 2)
        ours, theirs = copy.deepcopy(export), copy.deepcopy(export)
        if one(ours, self.rng) is None or two(theirs, self.rng) is None:
            return None
        self.three(export, ours, theirs)
        self.laws()
        report = self.merge_checked("base", "ours", "theirs")
        if [c for c in report["conflicts"] if c["kind"] != "check"]:
            raise AssertionError(f"{one.__name__}, {two.__name__}: {report['conflicts']}")
        # What each side changed is what the result has more than the other one.
        for side, other in (("ours", "theirs"), ("theirs", "ours")):
            if self.changes("base", side) != self.changes(other, "merged"):
                raise AssertionError(f"{one.__name__}, {two.__name__}: the changes of {side} are not those of the result:"
                                     f" {self.changes('base', side)} {self.changes(other, 'merged')}")
        return True

    def changes(self, one, other):
        status, out, err = edits.run(self.program, "diff", "--format", "json", self.path(one), self.path(other))
        if status not in (0, 1):
            raise AssertionError(err)
        # Names of renamed items stand in paths of others.
        return sorted((tuple(c["what"]), c["type"], len(c["fields"])) for c in json.loads(out)["changes"])

    def overlapping(self, export):
        places = [(i, place) for i, c in enumerate(edits.components(export)) for place in edits.leaves(c)
                  if place not in (("id",), ("type",)) and not tells_apart(place)]
        i, place = self.rng.choice(places)
        ours, theirs = copy.deepcopy(export), copy.deepcopy(export)
        value = edits.at(edits.components(export)[i], place)
        if isinstance(value, (bool, dict, list)):
            return None
        for side, new in ((ours, edits.edited(value)), (theirs, otherwise(value))):
            component = edits.components(side)[i]
            edits.at(component, place[:-1])[place[-1]] = new
        self.three(export, ours, theirs)
        report = self.merge_checked("base", "ours", "theirs")
        found = [c for c in report["conflicts"] if c["kind"] != "check"]
        compared = not edits.is_left_out(edits.components(export)[i], place) and not copied(place)
        if bool(found) != compared:
            raise AssertionError(f"{place}: conflicts: {found}")
        for side in ("ours", "theirs"):
            self.merge_favored(side)
        return True

    def merge_favored(self, side):
        self.merge(0, "base", "ours", "theirs", "--favor", side)
        self.same(side, "merged")

    def deleted(self, export):
        rng = self.rng
        component = rng.choice(edits.named(export, 1000) + edits.named(export, 400) or edits.components(export))
        ours, theirs = copy.deepcopy(export), copy.deepcopy(export)
        ours["project"]["components"] = [c for c in edits.components(ours) if c["id"] != component["id"]]
        edited = next(c for c in edits.components(theirs) if c["id"] == component["id"])
        edited["foreign"] = 1
        self.three(export, ours, theirs)
        report = self.merge_checked("base", "ours", "theirs")
        kinds = [(c["kind"], c["kept"]) for c in report["conflicts"]]
        if ("deleted", "theirs") not in kinds:
            raise AssertionError(f"not what was deleted: {kinds}")
        self.same("theirs", "merged")
        return True

    def round(self, what, export):
        try:
            self.passed += bool(what(export))
        except AssertionError as error:
            self.failed += 1
            print(f"  FAILED {self.name} {what.__name__}: {error}"[:1800])


def otherwise(value):
    if isinstance(value, bool):
        return not value
    if isinstance(value, (int, float)):
        return value + 8
    if isinstance(value, str):
        return value + "y"
    return {"z": "y"} if isinstance(value, dict) else ["z"] if isinstance(value, list) else "z"


def tells_apart(place):
    """A value by which an element of a list is known: another one makes it another element."""
    return place[-1] in ("name", "N", "targetPath", "tgtPath", "outcomeType", "id", "key", "path", "type")  \
        or isinstance(place[-1], int)


def copied(place):
    return place[0] in ("source", "target") and len(place) > 1 and place[1] in ("document", "name")


def clashing(chosen, export):
    """Edits that are about the same list without keys, or what elements are known by."""
    return any(tells_apart(place) or copied(place) for _, place in chosen)


def main():
    arguments, program, rounds, seed = sys.argv[1:], os.path.join(ROOT, "build/jpk"), 3, 1
    while arguments:
        word, value = arguments.pop(0), arguments.pop(0)
        if word == "--program":
            program = os.path.abspath(value)
        elif word == "--rounds":
            rounds = int(value)
        elif word == "--seed":
            seed = int(value)
    work = tempfile.mkdtemp(prefix="jpk-merge-")
    passed = failed = 0
    for name, export in edits.exports(program, work):
        bench = Bench(program, name, work, random.Random(f"{seed} {name}"))
        for _ in range(rounds):
            for what in (bench.values, bench.structure, bench.overlapping, bench.deleted):
                bench.round(what, export)
        passed, failed = passed + bench.passed, failed + bench.failed
    shutil.rmtree(work)
    print(f"merges of exports: {passed} passed, {failed} failed")
    return 1 if failed or passed == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
