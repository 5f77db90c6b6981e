#!/usr/bin/python3
"""Property test: a random edit in an unpacked tree is exactly what `jpk diff` finds, and what packing changes.

usage: edits.py [--program PATH] [--generator PATH] [--edits N] [--seed N]

The projects are the samples, the real ones where they are, and one that the generator (tests/bench/make_project.c) makes.
Of each the untouched tree must give back every entry's bytes, in any time zone and locale.

Every project is unpacked once; then for each edit a fresh copy of the tree is changed in one way, compared with the
original by `jpk diff --format json`, and packed: the entries that differ from those of the untouched tree's archive must
be those of the edited item (and project.xml where the tree of items changes).
"""
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
SHARED = os.environ.get("JPK_SHARED", os.path.join(os.path.dirname(ROOT), "shared"))
GUID = re.compile(r"[0-9a-fA-F]{8}-([0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")
# Left out of a comparison because they change without anybody's doing.
NOISE = {"debug_mode_until"}


def projects():
    samples = os.path.join(ROOT, "samples")
    found = [os.path.join(samples, name) for name in sorted(os.listdir(samples))
             if os.path.exists(os.path.join(samples, name, "project.xml"))]
    corpus = os.path.join(SHARED, "corpus")
    if os.path.isdir(corpus):
        found += [os.path.join(corpus, name) for name in ("google-sheets-workspace", "salesforce-to-netsuite.jpk")]
    else:
        print(f"  skipped the real projects: {corpus} is not there")
    return found


class Tree:
    def __init__(self, folder):
        self.folder = folder
        self.rows = [json.loads(line) for line in self.read("jpk-index.jsonl").splitlines()]
        self.base = self.rows[0].get("base", "")
        self.items = [r for r in self.rows[1:] if "item" in r and not r["item"].startswith("unlisted/") and "as" not in r]

    def path(self, name):
        return os.path.join(self.folder, name)

    def read(self, name):
        with open(self.path(name), encoding="utf-8", newline="") as file:
            return file.read()

    def write(self, name, text):
        with open(self.path(name), "w", encoding="utf-8", newline="") as file:
            file.write(text)

    def shown(self, row):
        """An item's path as the diff gives it: by names, which the files hold."""
        parts = row["item"].split("/")
        names = [parts[0]]
        for n in range(2, len(parts)):
            names.append(self.header_name("/".join(parts[:n]) + "/.folder.xml"))
        names.append(self.header_name(row["item"] + ".xml"))
        return "/".join(names)

    def header_name(self, name):
        text = re.search(r'<Header[^>]* Name="([^"]*)"', self.read(name)).group(1)
        for reference, character in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&amp;", "&")):
            text = text.replace(reference, character)
        return text

    def entry(self, row):
        return f"Data/{row['item'].split('/')[0]}/{row['id']}.xml"


class Expected:
    """What the diff must say: subject and what happened, the new path, fields; and entries that must differ."""

    def __init__(self, entries, *changes):
        self.entries, self.changes = set(entries), sorted(changes)


def change(subject, what, path, *fields):
    return (subject, what, path, tuple(sorted(fields)))


def with_part(tree, ending):
    return [r for r in tree.items if ending in r.get("parts", [])]


def edit_script(tree, rng):
    row = rng.choice(with_part(tree, ".jb"))
    text = tree.read(row["item"] + ".jb").splitlines(keepends=True)
    at = rng.randrange(len(text) + 1) if text else 0
    text.insert(at, f"// edit {rng.random()}\n" if at == 0 or text[at - 1].endswith("\n") else f"\n// edit {rng.random()}")
    tree.write(row["item"] + ".jb", "".join(text))
    return Expected([tree.entry(row)], change("item", "changed", tree.shown(row), "script"))


def edit_mapping(tree, rng):
    row = rng.choice(with_part(tree, ".map"))
    lines = tree.read(row["item"] + ".map").split("\n")
    simple = [i for i, line in enumerate(lines) if re.match(r'[^\s"]+ = ', line)]
    if not simple:
        return None
    at = rng.choice(simple)
    target = lines[at].split(" = ")[0]
    if len([line for line in lines if line.startswith(target + " =")]) > 1:
        return None
    lines[at] += " + 'edited'"
    tree.write(row["item"] + ".map", "\n".join(lines))
    return Expected([tree.entry(row)], change("item", "changed", tree.shown(row), "Mappings/" + target))


def edit_query(tree, rng):
    ending, field = rng.choice(((".soql", "query_string"), (".sql", None)))
    rows = with_part(tree, ending)
    if not rows:
        return None
    row = rng.choice(rows)
    tree.write(row["item"] + ending, tree.read(row["item"] + ending) + "\n-- edited")
    return Expected([tree.entry(row)], change("item", "changed", tree.shown(row), *([field] if field else ["*"])))


def edit_property(tree, rng):
    row = rng.choice(tree.items)
    text = tree.read(row["item"] + ".xml")
    # The entity's own properties: the first list behind the header.
    start = text.find("<Properties>")
    end = text.find("</Properties>", start)
    found = [m for m in re.finditer(r'<Item key="([^"]*)" value="([^"]*)"/>', text[start:end])
             if not GUID.search(m.group(2)) and m.group(1) not in NOISE]
    if start < 0 or not found:
        return None
    item = rng.choice(found)
    new = item.group(0).replace(f'value="{item.group(2)}"', f'value="{item.group(2)}7"')
    text = text[:start + item.start()] + new + text[start + item.end():]
    tree.write(row["item"] + ".xml", text)
    above = "Location/Data/" if "<Location " in text[:start] else ""
    return Expected([tree.entry(row)],
                    change("item", "changed", tree.shown(row), f"{above}Properties/{item.group(1)}"))


def edit_name(tree, rng):
    row = rng.choice(tree.items)
    name = row["item"] + ".xml"
    tree.write(name, re.sub(r'(<Header[^>]* Name=")', r"\1Renamed ", tree.read(name), count=1))
    return Expected([tree.entry(row), "project.xml"], change("item", "renamed", tree.shown(row)))


def edit_move(tree, rng):
    row = rng.choice([r for r in tree.items if r.get("parts") is not None] or tree.items)
    kind = row["item"].split("/")[0]
    folder, name = os.path.split(row["item"])
    there = sorted({os.path.dirname(r["item"]) for r in tree.items if r["item"].startswith(kind + "/")} - {folder})
    changes, entries = [], [tree.entry(row), "project.xml"]
    if there and rng.random() < 0.6:
        target = rng.choice(there)
    else:
        target = f"{kind}/New place {rng.randrange(1000)}"
        os.makedirs(tree.path(target))
        changes.append(change("folder", "added", target + "/"))
        entries.append("*")
    for ending in [".xml"] + row.get("parts", []):
        if os.path.exists(tree.path(f"{target}/{name}{ending}")):
            return None
        shutil.move(tree.path(row["item"] + ending), tree.path(f"{target}/{name}{ending}"))
    shown = tree.header_name(f"{target}/{name}.xml")
    above = [tree.header_name("/".join(target.split("/")[:n]) + "/.folder.xml")
             if os.path.exists(tree.path("/".join(target.split("/")[:n]) + "/.folder.xml")) else target.split("/")[n - 1]
             for n in range(2, len(target.split("/")) + 1)]
    entries.remove(tree.entry(row))
    return Expected(entries, change("item", "moved", "/".join([kind] + above + [shown])), *changes)


def edit_add(tree, rng):
    name = f"Added {rng.randrange(10**6)}"
    tree.write(f"Script/{name}.jb", "<trans>\n1;\n</trans>")
    return Expected(["*", "project.xml"], change("item", "added", f"Script/{name}"))


def edit_remove(tree, rng):
    row = rng.choice(tree.items)
    shown = tree.shown(row)
    for ending in [".xml"] + row.get("parts", []):
        os.remove(tree.path(row["item"] + ending))
    lines = tree.read("jpk-index.jsonl").splitlines(keepends=True)
    tree.write("jpk-index.jsonl", "".join(line for line in lines if json.loads(line) != row))
    return Expected([tree.entry(row), "project.xml"], change("item", "removed", shown))


def edit_file(tree, rng):
    found = [r["file"] for r in tree.rows[1:] if r.get("file", "").endswith(".xsd") and "as" not in r]
    if not found:
        return None
    name = rng.choice(found)
    tree.write(name, tree.read(name) + "<!-- edited -->\n")
    return Expected([name], change("file", "changed", name, "*"))


EDITS = [edit_script, edit_mapping, edit_query, edit_property, edit_name, edit_move, edit_add, edit_remove, edit_file]


def changes_of(report):
    found = []
    for c in report["changes"]:
        path = c["newPath"] or c["oldPath"]
        found.append(change(c["subject"], "+".join(c["what"]), path, *(f["path"] for f in c["fields"])))
    return sorted(found)


def same_changes(wanted, found):
    """Of what is added or removed as a whole the diff shows the texts; `*` stands for one field, whatever it is called."""
    if [c[:3] for c in wanted] != [c[:3] for c in found]:
        return False
    return all(w[1] in ("added", "removed") or w[3] == f[3] or w[3] == ("*",) and len(f[3]) == 1
               for w, f in zip(wanted, found))


def entries_of(path):
    with zipfile.ZipFile(path) as archive:
        return {i.filename.split("/", 1)[1]: archive.read(i) for i in archive.infolist()}


def run(program, *arguments, environment=None):
    done = subprocess.run([program, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def try_edit(program, edit, original, before, work, rng):
    """None when the edit does not fit the project, else what is wrong."""
    folder = os.path.join(work, "edited")
    shutil.copytree(original, folder)
    try:
        expected = edit(Tree(folder), rng)
        if not expected:
            return None
        status, out, err = run(program, "diff", "--format", "json", original, folder)
        if status != 1:
            return [f"diff gave status {status}: {err}"]
        problems = []
        found = changes_of(json.loads(out))
        if not same_changes(expected.changes, found):
            problems.append(f"diff: wanted {expected.changes}, found {found}")
        packed = os.path.join(work, "edited.jpk")
        status, out, err = run(program, "pack", "-q", "--force", folder, packed)
        if status != 0:
            return problems + [f"pack gave status {status}: {err}"]
        texts = [run(program, "git", "textconv", path) for path in (os.path.join(work, "original.jpk"), packed)]
        if texts[0] == texts[1]:
            problems.append("git shows no difference")
        after = entries_of(packed)
        differing = {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
        extra = differing - expected.entries
        if expected.entries - {"*"} - differing or len(extra) > ("*" in expected.entries):
            problems.append(f"pack: wanted {sorted(expected.entries)}, changed are {sorted(differing)}")
        return problems
    finally:
        shutil.rmtree(folder)


def source_entries(project):
    """What packing must give back: an archive's entries, or the files of an environment's folder."""
    if not os.path.isdir(project):
        return entries_of(project)
    base = project
    if os.path.exists(os.path.join(project, "manifest.jip")):
        base = os.path.join(project, next(n for n in sorted(os.listdir(project)) if n.startswith("env-")))
    found = {}
    for folder, _, names in os.walk(base):
        for name in names:
            path = os.path.join(folder, name)
            with open(path, "rb") as file:
                found[os.path.relpath(path, base)] = file.read()
    return found


def round_trip(program, project, original, packed):
    """What is wrong with the untouched tree."""
    for arguments in (("unpack", "-q", project, original), ("pack", "-q", "--force", original, packed)):
        status, _, err = run(program, *arguments)
        if status != 0:
            sys.exit(f"edits: {project}: {err}")
    wanted, found = source_entries(project), entries_of(packed)
    lost = [name for name in wanted if found.get(name) != wanted[name]]
    more = set(found) - set(wanted) - {"jitterpak.properties"}
    problems = [f"entries differ: {lost}"] if lost else []
    problems += [f"entries that were not there: {sorted(more)}"] if more else []
    again = packed + ".again"
    for zone, locale in (("Pacific/Chatham", "C"), ("America/New_York", "tr_TR.UTF-8")):
        run(program, "pack", "-q", "--force", original, again, environment={**os.environ, "TZ": zone, "LC_ALL": locale})
        with open(packed, "rb") as one, open(again, "rb") as two:
            if one.read() != two.read():
                problems.append(f"packing gives other bytes in {zone}, {locale}")
    return problems


def try_project(program, project, edits, rng, work):
    original = os.path.join(work, "original")
    packed = os.path.join(work, "original.jpk")
    problems = round_trip(program, project, original, packed)
    for problem in problems:
        print(f"  FAILED {project}: {problem}")
    passed, failed, before = int(not problems), len(problems), entries_of(packed)
    status, out, _ = run(program, "diff", project, packed)
    # An environment's folder has no jitterpak.properties, which no shape but an archive has; that is no difference.
    if status != 0:
        print(f"  FAILED {project}: the untouched tree differs: {out}")
        failed += 1
    for n in range(edits):
        edit = EDITS[n % len(EDITS)]
        problems = try_edit(program, edit, original, before, work, rng)
        if problems is None:
            continue
        passed += not problems
        failed += bool(problems)
        for problem in problems:
            print(f"  FAILED {os.path.basename(project)} {edit.__name__} (edit {n}): {problem}")
    shutil.rmtree(original)
    return passed, failed


def main():
    arguments, program, generator, edits, seed = sys.argv[1:], os.path.join(ROOT, "build/jpk"), None, 27, 1
    while arguments:
        word, value = arguments.pop(0), arguments.pop(0)
        if word == "--program":
            program = os.path.abspath(value)
        elif word == "--generator":
            generator = os.path.abspath(value)
        elif word == "--edits":
            edits = int(value)
        elif word == "--seed":
            seed = int(value)
    passed = failed = 0
    made = tempfile.mkdtemp(prefix="jpk-edits-")
    generated = os.path.join(made, "generated.jpk")
    if generator:
        subprocess.run([generator, "300", generated], stdout=subprocess.DEVNULL, check=True)
    for project in projects() + ([generated] if generator else []):
        work = tempfile.mkdtemp(prefix="jpk-edits-")
        try:
            result = try_project(program, project, edits, random.Random(f"{seed} {os.path.basename(project)}"), work)
        finally:
            shutil.rmtree(work)
        passed, failed = passed + result[0], failed + result[1]
    shutil.rmtree(made)
    print(f"edits: {passed} passed, {failed} failed")
    return 1 if failed or passed == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
