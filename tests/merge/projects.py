#!/usr/bin/python3
"""Property test: `jpk merge` of projects of Design Studio, with the random edits of tests/tree/edits.py.

usage: projects.py [--program PATH] [--generator PATH] [--rounds N] [--seed N]

Of each project two copies are edited at different places. Then
 - merging with the base, or with itself, gives every entry's bytes;
 - both sides' edits are in the result, without a conflict, byte for byte but for the order of project.xml;
 - merging the other way round, with the other side favored, gives the same bytes;
 - the result loads and checks, and a tree, which is merged in place, packs to the same.
Last, both sides edit the same place in different ways: that must be a conflict, whichever side was asked for is what the
result has, and what is left without one is listed.
"""
import importlib.util
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
spec = importlib.util.spec_from_file_location("edits", os.path.join(ROOT, "tests/tree/edits.py"))
edits = importlib.util.module_from_spec(spec)
spec.loader.exec_module(edits)

# What makes the other side's edit of the same place another one.
OTHERWISE = [("// edit 0.", "// other 1."), ("+ 'edited'", "+ 'other'"), ("-- edited", "-- other"), ('7"/>', '8"/>'),
             ("Renamed ", "Other "), ("<!-- edited -->", "<!-- other -->")]
OVERLAPS = [edits.edit_script, edits.edit_mapping, edits.edit_query, edits.edit_property, edits.edit_name, edits.edit_file]


def files(folder):
    found = {}
    for above, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(above, name)
            with open(path, "rb") as file:
                found[os.path.relpath(path, folder)] = file.read()
    return found


def changed(before, after):
    return {name: after.get(name) for name in before.keys() | after.keys() if before.get(name) != after.get(name)}


def put(folder, name, data):
    path = os.path.join(folder, name)
    if data is None:
        os.remove(path)
        return
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(data)


def otherwise(line):
    for old, new in OTHERWISE:
        line = line.replace(old.encode(), new.encode())
    return line


class Bench:
    def __init__(self, program, project, work, rng):
        self.program, self.name, self.work, self.rng = program, os.path.basename(project), work, rng
        self.passed = self.failed = 0
        self.base = self.path("base")
        self.run(0, "unpack", "-q", project, self.base)
        self.before = files(self.base)
        self.pack("base")

    def path(self, name):
        return os.path.join(self.work, name)

    def run(self, wanted, *arguments):
        status, out, err = edits.run(self.program, *arguments)
        if status != wanted:
            raise AssertionError(f"jpk {' '.join(arguments)}: status {status} instead of {wanted}: {err or out}")
        return out

    def pack(self, name):
        self.run(0, "pack", "-q", "--force", self.path(name), self.path(name + ".jpk"))
        return edits.entries_of(self.path(name + ".jpk"))

    def edited(self, name, chosen):
        """A copy of the base with some edits; returns what has changed in the tree's files."""
        folder = self.path(name)
        shutil.copytree(self.base, folder)
        for edit in chosen:
            edit(edits.Tree(folder), self.rng)
            self.pack(name)  # which writes the index
        return changed(self.before, files(folder))

    def merge(self, wanted, base, ours, theirs, *options):
        out = self.path("merged.jpk")
        report = self.run(wanted, "merge", "--force", "--format", "json", "-o", out, *options,
                          *(self.path(n + ".jpk") for n in (base, ours, theirs)))
        return edits.entries_of(out), json.loads(report)

    def laws(self, ours, theirs):
        for name, entries, sides in (("ours", ours, ("base", "ours", "base")), ("ours", ours, ("ours", "ours", "ours")),
                                     ("theirs", theirs, ("base", "base", "theirs")), ("ours", ours, ("base", "ours", "ours"))):
            for favor in ((), ("--favor", "ours"), ("--favor", "theirs")):
                merged, report = self.merge(0, *sides, *favor)
                differ = sorted(changed(entries, merged))
                if differ or report["conflicts"]:
                    raise AssertionError(f"merge of {sides} is not {name}: {differ} {report['conflicts']}")

    def symmetric(self, wanted):
        one, first = self.merge(wanted, "base", "ours", "theirs", "--favor", "ours")
        other, second = self.merge(wanted, "base", "theirs", "ours", "--favor", "theirs")
        if changed(one, other):
            raise AssertionError(f"not symmetric: {sorted(changed(one, other))}")
        if len(first["conflicts"]) != len(second["conflicts"]):
            raise AssertionError("other conflicts the other way round")
        return one

    def both(self, first, second):
        """The tree with the edits of both sides, which have no file in common but the index."""
        index = "jpk-index.jsonl"
        shutil.copytree(self.base, self.path("both"))
        for name, data in {**first, **second}.items():
            if name != index:
                put(self.path("both"), name, data)
        before, *sides = [rows.splitlines(keepends=True) for rows in
                          (self.before[index], *(side.get(index, self.before[index]) for side in (first, second)))]
        lines = [line for line in before if all(line in side for side in sides)]
        lines += [line for side in sides for line in side if line not in before]
        put(self.path("both"), index, b"".join(lines))
        return self.pack("both")

    def disjoint(self):
        rng = self.rng
        first = self.edited("ours", rng.sample(edits.EDITS, 3))
        second = self.edited("theirs", rng.sample(edits.EDITS, 3))
        shared = {n for n in first.keys() & second.keys() if n != "jpk-index.jsonl"}
        items = [{n.rsplit(".", 2 if n.endswith(".where.sql") else 1)[0] for n in side if n != "jpk-index.jsonl"}
                 for side in (first, second)]
        if shared or items[0] & items[1] or not first or not second:
            return None
        ours, theirs = self.pack("ours"), self.pack("theirs")
        wanted = self.both(first, second)
        self.laws(ours, theirs)
        merged = self.symmetric(0)
        marked, report = self.merge(0, "base", "ours", "theirs")
        if report["conflicts"] or changed(marked, merged):
            raise AssertionError(f"conflicts: {report['conflicts']}")
        differ = {n for n in changed(wanted, merged)} - {"project.xml"}
        if differ:
            raise AssertionError(f"not the edits of both: {sorted(differ)}")
        self.run(0, "diff", self.path("both.jpk"), self.path("merged.jpk"))
        self.in_place(merged)
        return True

    def in_place(self, merged):
        shutil.copytree(self.path("ours"), self.path("tree"))
        self.run(0, "merge", "-q", "--force", "-o", self.path("tree"), self.base, self.path("tree"), self.path("theirs"))
        differ = changed(merged, self.pack("tree"))
        if differ:
            raise AssertionError(f"the tree that was merged in place differs: {sorted(differ)}")

    def overlapping(self):
        edit = self.rng.choice(OVERLAPS)
        first = self.edited("ours", [edit])
        if not first:
            return None
        second = {}
        for name, data in first.items():
            old_lines, lines = set(self.before[name].splitlines(keepends=True)), data.splitlines(keepends=True)
            second[name] = b"".join(line if line in old_lines else otherwise(line) for line in lines)
        if second == first:
            return None
        shutil.copytree(self.base, self.path("theirs"))
        for name, data in second.items():
            put(self.path("theirs"), name, data)
        ours, theirs = self.pack("ours"), self.pack("theirs")
        merged, report = self.merge(1, "base", "ours", "theirs")
        if not report["left"]:
            raise AssertionError("no conflict")
        self.symmetric(0)
        for favor, wanted in (("ours", ours), ("theirs", theirs)):
            settled, report = self.merge(0, "base", "ours", "theirs", "--favor", favor)
            self.run(0, "diff", "--all", self.path(favor + ".jpk"), self.path("merged.jpk"))
            differ = set(changed(wanted, settled)) - {"project.xml"}  # which may have had another layout
            if differ or report["left"] or not report["conflicts"]:
                raise AssertionError(f"--favor {favor} is not that: {sorted(differ)}")
        self.run(0, "info", "-q", self.path("merged.jpk"))
        return True

    def deleted(self):
        """One side removes an item that the other one edits."""
        rng = self.rng
        edit = rng.choice(OVERLAPS[:5])
        state = rng.getstate()
        second = self.edited("theirs", [edit])
        rng.setstate(state)
        names = [n for n in second if n != "jpk-index.jsonl"]
        tree = edits.Tree(self.base)
        rows = [r for r in tree.items if any(n.startswith(r["item"] + ".") for n in names)]
        if len(rows) != 1:
            return None
        shutil.copytree(self.base, self.path("ours"))
        folder = self.path("ours")
        for ending in [".xml"] + rows[0].get("parts", []):
            os.remove(os.path.join(folder, rows[0]["item"] + ending))
        lines = tree.read("jpk-index.jsonl").splitlines(keepends=True)
        with open(os.path.join(folder, "jpk-index.jsonl"), "w", encoding="utf-8") as file:
            file.write("".join(line for line in lines if json.loads(line) != rows[0]))
        ours, theirs = self.pack("ours"), self.pack("theirs")
        merged, report = self.merge(1, "base", "ours", "theirs")
        if [c["kind"] for c in report["conflicts"]] != ["deleted"] or report["conflicts"][0]["kept"] != "theirs":
            raise AssertionError(f"not what was deleted: {report['conflicts']}")
        self.run(0, "diff", "--all", self.path("theirs.jpk"), self.path("merged.jpk"))
        differ = set(changed(theirs, merged)) - {"project.xml"}
        if differ:
            raise AssertionError(f"what was changed is not kept: {sorted(differ)}")
        return True

    def round(self, what):
        try:
            result = what()
            self.passed += bool(result)
        except AssertionError as error:
            self.failed += 1
            print(f"  FAILED {self.name} {what.__name__}: {error}"[:1500])
        for name in ("ours", "theirs", "both", "tree"):
            shutil.rmtree(self.path(name), ignore_errors=True)


def main():
    arguments, program, generator, rounds, seed = sys.argv[1:], os.path.join(ROOT, "build/jpk"), None, 2, 1
    while arguments:
        word, value = arguments.pop(0), arguments.pop(0)
        if word == "--program":
            program = os.path.abspath(value)
        elif word == "--generator":
            generator = os.path.abspath(value)
        elif word == "--rounds":
            rounds = int(value)
        elif word == "--seed":
            seed = int(value)
    passed = failed = 0
    made = tempfile.mkdtemp(prefix="jpk-merge-")
    projects = edits.projects()
    if generator:
        projects.append(os.path.join(made, "generated.jpk"))
        subprocess.run([generator, "200", projects[-1]], stdout=subprocess.DEVNULL, check=True)
    for project in projects:
        work = tempfile.mkdtemp(prefix="jpk-merge-")
        bench = Bench(program, project, work, random.Random(f"{seed} {os.path.basename(project)}"))
        for _ in range(rounds):
            for what in (bench.disjoint, bench.overlapping, bench.deleted):
                bench.round(what)
        shutil.rmtree(work)
        passed, failed = passed + bench.passed, failed + bench.failed
    shutil.rmtree(made)
    print(f"merges of projects: {passed} passed, {failed} failed")
    return 1 if failed or passed == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
