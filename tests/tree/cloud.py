#!/usr/bin/python3
"""Property test: trees of exports of Cloud Studio give back what was unpacked, and an edit is exactly what changes.

usage: cloud.py [--program PATH] [--mutations N] [--edits N] [--seed N] [--keep FILE]

The exports are the samples, conversions of all sample projects, and the real ones where they are. Each must come back as
its canonical text, and so must copies of it that were changed at random into odd but readable ones: members missing,
doubled, of other types or unknown; names that are no file names; ids that are there twice; elements that are no objects.
Then trees are edited file by file: the packed export must differ in what the edit is about, and in nothing else.
"""
import argparse
import copy
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
SHARED = os.environ.get("JPK_SHARED", os.path.join(os.path.dirname(ROOT), "shared"))
PROGRAM = None
KINDS = {200: "Operation", 400: "Script", 500: "Activity", 600: "Connection", 700: "Transformation", 900: "Schema",
         1000: "ProjectVariable", 1200: "Notification", 1300: "GlobalVariable"}


def jpk(*arguments, ok=True):
    done = subprocess.run([PROGRAM, *arguments], capture_output=True)
    if done.returncode < 0 or b"Sanitizer" in done.stderr or b"runtime error" in done.stderr or (ok and done.returncode != 0):
        raise AssertionError(f"jpk {' '.join(arguments)}: {done.returncode}\n{done.stderr.decode()[:2000]}")
    return done


def read(path):
    with open(path, "rb") as file:
        return file.read()


def write(path, data):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(data if isinstance(data, bytes) else data.encode())


def exports(folder):
    samples = os.path.join(ROOT, "samples")
    cloud = os.path.join(samples, "cloud")
    found = [os.path.join(cloud, name) for name in sorted(os.listdir(cloud)) if name.endswith(".json")]
    projects = [os.path.join(samples, name) for name in sorted(os.listdir(samples))
                if os.path.exists(os.path.join(samples, name, "project.xml"))]
    corpus = os.path.join(SHARED, "corpus")
    if os.path.isdir(corpus):
        found += [os.path.join(corpus, name) for name in ("cloud-studio-export.json", "cloud-studio-components.json")]
        projects += [os.path.join(corpus, name) for name in ("google-sheets-workspace", "salesforce-to-netsuite.jpk")]
    else:
        print(f"  skipped the real exports: {corpus} is not there")
    for project in projects:
        path = os.path.join(folder, os.path.basename(project) + ".json")
        jpk("convert", project, "--to", "cloud", "-o", path, "-q", ok=False)
        found.append(path)
    return found


def check_law(export, folder):
    """pack(unpack(X)) is the canonical text of X; and so is packing once more, and unpacking over it."""
    tree, packed, canonical = (os.path.join(folder, name) for name in ("tree", "packed.json", "canonical.json"))
    shutil.rmtree(tree, ignore_errors=True)
    jpk("pack", "-f", export, canonical)
    jpk("unpack", export, tree)
    done = jpk("pack", "-f", tree, packed)
    assert done.stdout == b"", f"packing an untouched tree says: {done.stdout.decode()}"
    assert read(packed) == read(canonical), f"{export} does not come back; see {packed} and {canonical}"
    again = jpk("unpack", "--update", packed, tree).stdout.decode()
    assert ": 0 files written" in again, f"unpacking what was packed writes again: {again}"
    lower = [path.lower() for path in files(tree)]
    assert len(set(lower)) == len(lower), "two files that some file systems take for one"
    return tree, packed


def files(tree):
    return sorted(os.path.relpath(os.path.join(top, name), tree) for top, _, names in os.walk(tree) for name in names)


# ------------------------------------------------------------------------------------------------------------ mutations

ODD_NAMES = ["", ".", "..", "a/b", "a:b", "con", "nul.json", "x.json", "x", "X", "x.map", "ä", "a\u0308", "~", "a~b", "%41", "@x",
             " x ", "x.", ".workflow", "line\nend", "<<<<<<< HEAD", "\u202e", "é" * 200, "a" * 300, "../../../tmp/x", "a\\b",
             "q\"q", ".workflow.json", "\t"]
ODD_TEXTS = ["", "@x", "@@", "@Script/x", "<trans>\n</trans>", "<trans>\n\n</trans>", "<trans>\r\nx\r\n</trans>", "plain", "\n",
             "<trans>\n<trans>\nx\n</trans>\n</trans>", "<javascript>\nvar a;\n</javascript>", "<trans>\n<<<<<<< x\n\n</trans>",
             "<trans>\n// \u2028 \u0001 \\ \" \n$x = 1; /* a\nb */\n</trans>", "SELECT Id\nFROM X", "\u007f", "x\n", "x\n\n",
             "<trans>\n[a] <- [b]\n</trans>", "<trans>\n    x\n\n\n</trans>", "<trans>\n\tx\t\n</trans>"]
ODD_VALUES = [None, True, False, 0, -1.5, "", "@", [], {}, [None], {"@lacks": ["name"]}, {"": 1}, 10 ** 30, "400", 200]


def nodes(value, found, depth=0):
    """All containers with their keys."""
    if depth > 12:
        return
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in list(items):
        found.append((value, key))
        nodes(item, found, depth + 1)


def project_of(export):
    return export.get("project", export) if isinstance(export, dict) else {}


def components_of(export):
    found = project_of(export).get("components") if isinstance(export, dict) else export
    return [c for c in found if isinstance(c, dict)] if isinstance(found, list) else []


def mutate(export, rng):
    components = components_of(export)
    project = project_of(export)
    if not components:
        return export
    one, other = rng.choice(components), rng.choice(components)
    what = rng.randrange(15)
    found = []
    if not one or (what == 11 and not any(isinstance(v, str) for v in one.values())):
        return export
    if what == 0:
        nodes(one, found)
        container, key = rng.choice(found)
        container[key] = rng.choice(ODD_VALUES)
    elif what == 1:
        nodes(export, found)
        container, key = rng.choice(found)
        container[key] = rng.choice(ODD_VALUES)
    elif what == 2:
        nodes(one, found)
        container, key = rng.choice(found)
        del container[key]
    elif what == 3:
        rng.choice(components)["name"] = rng.choice(ODD_NAMES)
        one["name"] = rng.choice(ODD_NAMES)
    elif what == 4:
        one["id"] = other.get("id")
    elif what == 5 and isinstance(project.get("components"), list):
        project["components"].insert(rng.randrange(len(project["components"])), rng.choice([1, None, "x", [{}], {}, copy.deepcopy(one)]))
    elif what == 6 and isinstance(project.get("components"), list):
        rng.shuffle(project["components"])
    elif what == 7:
        one.pop("id", None)
    elif what == 8:
        one[rng.choice(["zz", "@lacks", "@text", "aa", "name ", "@", "scriptBody", "message"])] = rng.choice(ODD_VALUES + ODD_TEXTS)
    elif what == 9:
        scripts = [c for c in components if c.get("type") == 400] or [one]
        rng.choice(scripts)["scriptBody"] = rng.choice(ODD_TEXTS)
    elif what == 10:
        rules = [r for c in components if isinstance(c.get("mappingRules"), list) for r in c["mappingRules"] if isinstance(r, dict)]
        if rules:
            rng.choice(rules)[rng.choice(["targetScript", "transformScript", "targetPath", "@script", "x"])] = rng.choice(ODD_TEXTS)
    elif what == 11:
        nodes(export, found)
        strings = [(c, k) for c, k in found if isinstance(c[k], str)]
        container, key = rng.choice(strings)
        container[key] = rng.choice(ODD_TEXTS + ODD_NAMES)
    elif what == 12 and isinstance(project.get("workflows"), list) and project["workflows"]:
        workflow = rng.choice(project["workflows"])
        if isinstance(workflow, dict):
            choice = rng.randrange(5)
            if choice == 0:
                workflow["name"] = rng.choice(ODD_NAMES)
            elif choice == 1 and isinstance(workflow.get("operations"), list):
                workflow["operations"].append({"type": 200, "id": other.get("id")})
            elif choice == 2 and isinstance(workflow.get("operations"), list):
                rng.shuffle(workflow["operations"])
            elif choice == 3:
                workflow["operations"] = rng.choice(["", [], None, ["@x", 1], [copy.deepcopy(other)]])
            else:
                project["workflows"].append(copy.deepcopy(workflow))
    elif what == 13 and isinstance(export, dict) and isinstance(export.get("assets"), list):
        export["assets"].append({"path": rng.choice(ODD_NAMES + ["a.xsd", "A.xsd", "b/c.xsd"]), "type": "xml", "properties": rng.choice(
            [[], None, [{"key": "FileSize", "value": "20"}], [{"key": "FileSize", "value": "@"}]]), "compressedContent": rng.choice(
                ["", "eNpLTEoGAAJNASc=", "eNpLTEoGAAJNASc", "eJwDAAAAAAE=", "eNoDAAAAAAE=", 5])})
    elif what == 14 and isinstance(export, dict) and "project" in export:
        return rng.choice([export["project"], export["project"].get("components", export["project"]), export])
    return export


def mutate_text(text, rng):
    """What no writer of JSON does: keys that are there twice, escapes that need not be."""
    what = rng.randrange(6)
    places = [i for i, c in enumerate(text) if c == "{" and text[i + 1:i + 2] != "}"]
    if what == 0 and places:
        at = rng.choice(places) + 1
        key = rng.choice(["id", "name", "type", "components", "scriptBody", "N", "document", "operations", "project"])
        return f'{text[:at]}"{key}": {json.dumps(rng.choice(ODD_VALUES))}, {text[at:]}'
    if what == 1:
        return text.replace('"name"', '"n\\u0061me"', rng.randrange(9)).replace("<trans>", "\\u003ctrans>", rng.randrange(3))
    return text


# ---------------------------------------------------------------------------------------------------------------- edits

def by_id(export):
    return {c["id"]: c for c in components_of(export)}


def changed(before, after):
    """Ids of what is other or new, and of what is gone; whether the rest of the export is the same."""
    a, b = by_id(before), by_id(after)
    rest_a, rest_b = copy.deepcopy(before), copy.deepcopy(after)
    project_of(rest_a)["components"] = project_of(rest_b)["components"] = []
    return {i for i in b if a.get(i) != b[i]}, set(a) - set(b), rest_a == rest_b


def rows(tree):
    return [json.loads(line) for line in read(os.path.join(tree, "jpk-cloud.jsonl")).decode().splitlines()[1:]]


def pick(tree, rng, ending):
    found = [r for r in rows(tree) if r.get("component") and os.path.exists(os.path.join(tree, r["component"] + ending))]
    return rng.choice(found) if found else None


def append_line(tree, path, line):
    text = read(os.path.join(tree, path))
    write(os.path.join(tree, path), text + (b"" if text.endswith(b"\n") or not text else b"\n") + line.encode() + b"\n")


def edit_script(tree, rng):
    row = pick(tree, rng, ".jb")
    if row:
        append_line(tree, row["component"] + ".jb", f"// edit {rng.random()}")
    return row and ({row["id"]}, set(), {"scriptBody"})


def edit_mapping(tree, rng):
    row = pick(tree, rng, ".map")
    if not row:
        return None
    path = os.path.join(tree, row["component"] + ".map")
    lines = read(path).decode().split("\n")
    simple = [i for i, line in enumerate(lines) if " = " in line and not line.startswith((" ", "\t"))]
    if not simple:
        return None
    lines[rng.choice(simple)] += " + 'edited'"
    write(path, "\n".join(lines))
    return {row["id"]}, set(), {"mappingRules"}


def edit_message(tree, rng):
    row = pick(tree, rng, ".txt")
    if row:
        append_line(tree, row["component"] + ".txt", f"edit {rng.random()}")
    return row and ({row["id"]}, set(), {"message"})


def edit_query(tree, rng):
    row = pick(tree, rng, ".soql")
    if row:
        append_line(tree, row["component"] + ".soql", "LIMIT 5")
    return row and ({row["id"]}, set(), {"properties"})


def edit_json(tree, rng):
    row = pick(tree, rng, ".json")
    if not row or row["component"].startswith("Schema/"):
        return None
    path = os.path.join(tree, row["component"] + ".json")
    value = json.loads(read(path))
    value["description"] = f"edit {rng.random()}"
    write(path, json.dumps(value, indent=2, ensure_ascii=False) + "\n")
    return {row["id"]}, set(), {"description"}


def add_script(tree, rng):
    write(os.path.join(tree, "Script", f"Added {rng.randrange(10 ** 6)}.jb"), "// new\n$x = 1;\n")
    return None, set(), None


def remove_variable(tree, rng):
    found = [r for r in rows(tree) if r.get("component", "").startswith("GlobalVariable/")]
    if not found:
        return None
    row = rng.choice(found)
    os.unlink(os.path.join(tree, row["component"] + ".json"))
    return set(), {row["id"]}, None


def check_edit(tree, packed, folder, rng):
    """One edit; None when there was nothing to edit in that way."""
    edited, out = os.path.join(folder, "edited"), os.path.join(folder, "edited.json")
    shutil.rmtree(edited, ignore_errors=True)
    shutil.copytree(tree, edited)
    edit = rng.choice([edit_script, edit_mapping, edit_message, edit_query, edit_json, add_script, remove_variable])
    expected = edit(edited, rng)
    if not expected:
        return None
    before = json.loads(read(packed))
    jpk("pack", "-f", edited, out)
    after = json.loads(read(out))
    new, gone, rest = changed(before, after)
    ids, removed, keys = expected
    assert rest, f"{edit.__name__} has changed more than components"
    assert gone == removed, f"{edit.__name__} has removed {gone}, not {removed}"
    if ids is None:
        assert len(new) == 1 and not new & set(by_id(before)), f"{edit.__name__} has changed {new}"
    else:
        assert new == ids, f"{edit.__name__} has changed {new}, not {ids}"
    for one in ids or ():
        a, b = by_id(before)[one], by_id(after)[one]
        other = {k for k in a.keys() | b.keys() if a.get(k) != b.get(k)} - {"scriptBodyCleansed", "globalVariables"}
        assert other == keys, f"{edit.__name__} has changed {other}, not {keys}"
    jpk("pack", "-f", edited, out + "2")
    assert read(out + "2") == read(out), f"{edit.__name__}: packing again gives another export"
    return edit.__name__


def main():
    global PROGRAM
    parser = argparse.ArgumentParser()
    parser.add_argument("--program", default=os.path.join(ROOT, "build", "jpk"))
    parser.add_argument("--mutations", type=int, default=100)
    parser.add_argument("--edits", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", help="where to copy an export that does not come back")
    options = parser.parse_args()
    PROGRAM = options.program
    rng = random.Random(options.seed)
    counts = {}
    with tempfile.TemporaryDirectory() as folder:
        found = exports(folder)
        small = []
        for export in found:
            tree, packed = check_law(export, folder)
            if os.path.getsize(export) < 300000:
                small.append(read(export).decode())
            for _ in range(max(1, options.edits // len(found))):
                name = check_edit(tree, packed, folder, rng)
                counts[name] = counts.get(name, 0) + 1
        odd = os.path.join(folder, "odd.json")
        read_back = 0
        for number in range(options.mutations):
            export = json.loads(rng.choice(small))
            for _ in range(rng.randrange(1, 6)):
                export = mutate(export, rng)
            write(odd, mutate_text(json.dumps(export, ensure_ascii=False, indent=rng.choice([None, 1])), rng))
            if jpk("pack", "--check", odd, ok=False).returncode != 0:
                continue
            read_back += 1
            try:
                check_law(odd, folder)
            except AssertionError:
                print(f"  mutation {number} of seed {options.seed}: --keep FILE keeps it")
                if options.keep:
                    shutil.copy(odd, options.keep)
                raise
    missing = {f.__name__ for f in (edit_script, edit_mapping, edit_message, edit_query, edit_json, add_script,
                                    remove_variable)} - set(counts)
    assert not missing or options.edits < 60, f"never tried: {missing}"
    assert read_back * 2 > options.mutations or options.mutations == 0, f"only {read_back} mutations could be read"
    print(f"trees of exports: {len(found)} exports and {read_back} odd ones come back; edits: "
          + ", ".join(f"{n} {k}" for k, n in sorted(counts.items(), key=str) if k))


if __name__ == "__main__":
    sys.exit(main())
