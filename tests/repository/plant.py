#!/usr/bin/python3
"""One mistake at a time is planted in a repository that is in order, and must be found: its rule, its place, and nothing else.

usage: plant.py [--program PATH] [--samples DIR] [--show] [--keep DIR] [NAME...]

The repository holds the recipes of samples/, the samples as Jitterpaks, a manifest with its Cloud Studio export and texts.
Each row of mistakes.py is planted in a copy of it. Then the folders that were changed of all copies are one repository, in
which each mistake must be found as well. With NAMEs only the mistakes whose names hold one of them are planted; --show
prints what is found.
"""
import argparse
import collections
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from concurrent.futures import ThreadPoolExecutor

sys.dont_write_bytecode = True
import mistakes
from mistakes import NOT_CHECKED

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
FOLDERS = {"orders": "http-json", "invoices": "database-to-ftp", "customers": "salesforce-to-netsuite"}
# What the samples have: a step that is empty on purpose. Notes are no mistakes.
KNOWN_WARNINGS = ["empty-slot"]
# In a repository of copies these are found between any two of them.
OF_COPIES = ("duplicate-recipe-name", "duplicate-project", "duplicate-jitterpak")
KEYS = ("rule", "severity", "file", "pointer", "path", "message", "hint")


def read(path):
    with open(path, "rb") as file:
        return file.read()


def write(path, data):
    """A new file, for the old one may be shared with other copies."""
    if os.path.lexists(path):
        os.unlink(path)
    with open(path, "wb") as file:
        file.write(data)


def sha256(path):
    return hashlib.sha256(read(path)).hexdigest()


def build_good(folder, samples):
    for name, jitterpak in FOLDERS.items():
        shutil.copytree(os.path.join(ROOT, "samples", "recipes", name), os.path.join(folder, name))
        shutil.copy(os.path.join(samples, jitterpak + ".jpk"), os.path.join(folder, name))
    manifests = os.path.join(folder, "manifests")
    os.mkdir(manifests)
    examples = os.path.join(ROOT, "tests", "schemas")
    shutil.copy(os.path.join(examples, "cloud-studio-export-1", "good", "everything.json"),
                os.path.join(manifests, "orders.json"))
    for name, text in mistakes.TEXTS.items():
        path = os.path.join(folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        write(path, text.encode())


# --------------------------------------------------------------------------------------------------------- planting

class Copy:
    """A copy of the good repository, which shares the files that are not edited: what edits do to it."""

    def __init__(self, folder):
        self.folder = folder

    def path(self, name):
        return os.path.join(self.folder, name)

    def split(self, name):
        """An archive and an entry of it, or nothing."""
        archive, inside, entry = name.partition(".jpk/")
        path = self.path(archive + ".jpk")
        return (path, entry) if inside and os.path.isfile(path) else (None, None)

    def read(self, name):
        """A file, or an entry of a Jitterpak: `x.jpk/project/project.xml`."""
        archive, entry = self.split(name)
        if not entry:
            return read(self.path(name))
        with zipfile.ZipFile(archive) as file:
            return file.read(entry)

    def write(self, name, data):
        archive, entry = self.split(name)
        if not entry:
            os.makedirs(os.path.dirname(self.path(name)), exist_ok=True)
            write(self.path(name), data)
            return
        with zipfile.ZipFile(archive) as file:
            entries = [(info, file.read(info)) for info in file.infolist()]
        os.unlink(archive)
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
            known = False
            for info, old in entries:
                known |= info.filename == entry
                new = data if info.filename == entry else old
                if new is not None:
                    file.writestr(info, new, zipfile.ZIP_DEFLATED)
            if not known:
                file.writestr(zipfile.ZipInfo(entry, (2026, 1, 1, 0, 0, 0)), data)

    def edit(self, name, old, new):
        data = self.read(name)
        old, new = (part.encode() if isinstance(part, str) else part for part in (old, new))
        assert data.count(old) == 1, f"{name} holds {old} {data.count(old)} times"
        self.write(name, data.replace(old, new))


def mend_checksums(good, copy):
    """A Jitterpak that was edited is the one of its recipe again, and a recipe that of its configure file."""
    for folder, jitterpak in FOLDERS.items():
        recipe, = [name for name in os.listdir(os.path.join(good, folder)) if name.endswith("-recipe.json")]
        pairs = ((f"{jitterpak}.jpk", recipe), (recipe, recipe.replace("-recipe.json", "-configure.json")))
        for name, holder in pairs:
            old, new = os.path.join(good, folder, name), copy.path(os.path.join(folder, name))
            at = copy.path(os.path.join(folder, holder))
            if os.path.isfile(new) and os.path.isfile(at) and not os.path.samefile(old, new):
                write(at, read(at).replace(sha256(old).encode(), sha256(new).encode()))


def files_of(folder):
    """Every file, link and the like by its path, with what tells it from an edited one."""
    found = {}
    for parent, folders, files in os.walk(os.fsencode(folder)):
        for name in folders + files:
            path = os.path.join(parent, name)
            if os.path.islink(path) or not os.path.isdir(path):
                found[os.path.relpath(path, os.fsencode(folder))] = os.lstat(path).st_ino
    return found


def changed_folders(good, folder):
    """What is in the repository and holds something that is not as in the good one."""
    files = files_of(folder)
    changed = [name for name in good.keys() | files.keys() if good.get(name) != files.get(name)]
    return {name.split(b"/")[0] for name in changed}


# --------------------------------------------------------------------------------------------------------- checking

class Run:
    def __init__(self, program):
        self.program, self.checks, self.failures = program, 0, 0

    def check(self, ok, where, message):
        self.checks += 1
        if not ok:
            self.failures += 1
            print(f"{where}: {message}")

    def validate(self, folder, *arguments, path="."):
        """The report, its exit status and what stands on stderr. A program that hangs on a FIFO fails.

        What was not checked is put among the findings; its errors are taken out of stderr."""
        command = [self.program, "recipe", "validate", "--format", "json", *arguments, path]
        result = subprocess.run(command, cwd=folder, capture_output=True, timeout=60)
        report = json.loads(result.stdout.decode("utf-8")) if result.stdout else None
        errors = result.stderr.decode("utf-8").splitlines(keepends=True)
        for one in report.get("notChecked", []) if report else []:
            name = one["file"].replace("\ufffd", "?")
            said = [line for line in errors if line.startswith(name) and ": error: " in line]
            self.check(len(said) == 1, folder, f"{one['file']} is not checked, but stderr says: {''.join(errors)}")
            errors = [line for line in errors if line not in said]
            report["findings"].append({**one, "rule": NOT_CHECKED, "severity": "error", "pointer": ""})
        return report, result.returncode, "".join(errors)


def place_of(finding):
    return finding.get("pointer", finding.get("path"))


def rule_and_file(finding):
    return finding["rule"], finding["file"]


def stays(finding):
    """What a finding is when lines above it shift."""
    return tuple(str(finding.get(key)) for key in KEYS)


def show(finding):
    line = f":{finding['line']}:{finding['column']}" if "line" in finding else ""
    hint = f"; {finding['hint']}" if "hint" in finding else ""
    text = f"{finding['file']}{line}: {finding['message']}{hint} [{finding['rule']}] {place_of(finding)}"
    return "\n".join([text, *(f"    {detail['message']}" for detail in finding.get("details", []))])


def line_text(copy, name, line):
    return copy.read(name).splitlines()[line - 1] if line else None


def at_place(copy, mistake, finding):
    """Whether a finding is where the mistake was made."""
    if mistake.pointer is not None and place_of(finding) != mistake.pointer:
        return False
    if mistake.at is None:
        return "line" not in finding
    if isinstance(mistake.at, int):
        return finding.get("line") == mistake.at
    if "line" not in finding:
        return False
    lines = re.split(b"\r\n|\n|\r", copy.read(mistake.file))
    return mistake.at.encode() in lines[finding["line"] - 1]


def find_mistake(run, copy, mistake, findings, where):
    """Exactly one finding of the rule is at the place."""
    of_rule = [one for one in findings if rule_and_file(one) == (mistake.rule, mistake.file)]
    right = [one for one in of_rule if at_place(copy, mistake, one)]
    run.check(len(right) == 1, where,
              f"{mistake.rule} is {len(right)} times at {mistake.file}, {mistake.at!r}, {mistake.pointer}: "
              + ("; ".join(map(show, of_rule)) or "not in the file"))
    for text in mistake.says:
        run.check(any(text in show(one) for one in right), where, f"does not say {text!r}: {list(map(show, right))}")
    for text in mistake.hides:
        run.check(not any(text in show(one) for one in findings), where, f"shows {text!r}")
    return right[:1]


def check_alone(run, good_findings, copy, mistake, showing):
    where = mistake.name
    report, status, errors = run.validate(copy.folder, *mistake.arguments)
    if mistake.rule is None:  # nothing is validated: the error says why
        run.check(report is None and status == mistake.status, where, f"status {status}: {errors}")
        run.check(all(text in errors for text in mistake.says), where, errors)
        if showing:
            print(f"{where}\n  {errors}", end="")
        return
    if report is None:
        run.check(False, where, f"status {status}: {errors}")
        return
    left = collections.Counter(map(stays, good_findings))
    new = []
    for finding in report["findings"]:
        if left[stays(finding)] > 0:
            left[stays(finding)] -= 1
        else:
            new.append(finding)
    if showing:
        print(where, *(f"  {show(one)}" for one in new), sep="\n")
    right = find_mistake(run, copy, mistake, new, where)
    others = [one for one in new if one not in right and (mistake.notes or one["severity"] != "info")]
    run.check(sorted(map(rule_and_file, others)) == sorted(mistake.also), where,
              f"also: {'; '.join(map(show, others))}, not {sorted(mistake.also)}")
    wrong = 3 if any(one["rule"] == NOT_CHECKED for one in new) else any(one["severity"] == "error" for one in new)
    expected = mistake.status if mistake.status is not None else int(wrong)
    run.check(status == expected and errors == "", where, f"status {status}, not {expected}: {errors}")


def plant_one(good, work, number, mistake):
    folder = os.path.join(work, f"{number:03}-{re.sub('[^a-z0-9]+', '-', mistake.name.lower()).strip('-')}")
    shutil.copytree(good, folder, copy_function=os.link)
    copy = Copy(folder)
    for edit in mistake.edits:
        edit(copy)
    if not mistake.stale:
        mend_checksums(good, copy)
    return copy


def check_together(run, good, work, planted):
    """All of them in one repository: what is wrong in one folder does not keep anything from being found in another."""
    together = [(copy, mistake) for copy, mistake in planted if mistake.together]
    files = files_of(good)
    for copy, mistake in planted:
        changed = changed_folders(files, copy.folder) if mistake.together else set()
        for name in os.listdir(copy.folder.encode()):
            path = os.path.join(copy.folder.encode(), name)
            if name not in changed and (os.path.islink(path) or not os.path.isdir(path)):
                os.unlink(path)
            elif name not in changed:
                shutil.rmtree(path)
    report, status, errors = run.validate(work)
    run.check(status == 3 and errors == "", "together", f"status {status}: {errors}")
    by_folder = collections.defaultdict(list)
    for finding in report["findings"] if report else []:
        folder, _, finding["file"] = finding["file"].partition("/")
        by_folder[folder].append(finding)
    for copy, mistake in together:
        folder = os.path.basename(copy.folder)
        right = find_mistake(run, copy, mistake, by_folder[folder], f"together, {mistake.name}")
        others = [one for one in by_folder[folder] if one not in right and one["severity"] != "info"]
        others = [one for one in others if rule_and_file(one) not in mistake.also and
                  one["rule"] not in (*OF_COPIES, *KNOWN_WARNINGS)]
        run.check(others == [], f"together, {mistake.name}", "also: " + "; ".join(map(show, others)))
    return len(together)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--program", default=os.path.join(ROOT, "build", "jpk"))
    parser.add_argument("--samples", default=os.path.join(ROOT, "build", "samples"))
    parser.add_argument("--show", action="store_true")
    parser.add_argument("--keep", help="a new folder for the repositories, which are kept there")
    parser.add_argument("names", nargs="*")
    arguments = parser.parse_args()
    run = Run(os.path.abspath(arguments.program))
    rows = [row for row in mistakes.MISTAKES if not arguments.names or any(name in row.name for name in arguments.names)]
    assert len({row.name for row in mistakes.MISTAKES}) == len(mistakes.MISTAKES), "names are there twice"
    with tempfile.TemporaryDirectory() as folder:
        if arguments.keep:
            os.mkdir(arguments.keep)
            folder = os.path.abspath(arguments.keep)
        good, work = os.path.join(folder, "good"), os.path.join(folder, "work")
        build_good(good, arguments.samples)
        os.mkdir(work)
        report, status, errors = run.validate(good)
        worse = [one for one in report["findings"] if one["severity"] != "info"]
        run.check(status == 0 and [one["rule"] for one in worse] == KNOWN_WARNINGS, "good", "; ".join(map(show, worse)))
        planted = [(plant_one(good, work, number, row), row) for number, row in enumerate(rows)]
        with ThreadPoolExecutor(1 if arguments.show else os.cpu_count()) as pool:
            list(pool.map(lambda pair: check_alone(run, report["findings"], *pair, arguments.show), planted))
        together = check_together(run, good, work, planted) if planted and not arguments.show else 0
    print(f"planted: {len(rows)} mistakes, {together} of them together: {run.checks} checks, {run.failures} failed")
    return 1 if run.failures else 0


if __name__ == "__main__":
    sys.exit(main())
