#!/usr/bin/python3
"""`jpk git install`, and real git with what it sets up: merges and differences of projects in a repository.

usage: run.py [--program PATH]
"""
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from xml.etree import ElementTree

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SAMPLE = os.path.join(ROOT, "samples/http-json")
EXPORT = os.path.join(ROOT, "samples/cloud/contacts.json")
SCRIPT = "Script/Setup Variables.jb"
PASSED = FAILED = 0

# Older versions tell drivers nothing of branches.
VERSION = subprocess.run(["git", "--version"], stdout=subprocess.PIPE, check=False).stdout.decode() if shutil.which("git") else ""
OURS = "HEAD" if tuple(map(int, re.findall(r"\d+", VERSION)[:2])) >= (2, 44) else "ours"


def check(name, holds, more=""):
    global PASSED, FAILED
    PASSED, FAILED = PASSED + bool(holds), FAILED + (not holds)
    if not holds:
        print(f"  FAILED {name}: {more}"[:3000])


class Repository:
    """A repository of its own, with a home of its own."""

    def __init__(self, folder, program):
        self.folder, self.home = os.path.join(folder, "repository"), os.path.join(folder, "home")
        os.makedirs(self.folder)
        os.makedirs(self.home)
        bin_ = os.path.join(folder, "bin")
        os.makedirs(bin_)
        os.symlink(program, os.path.join(bin_, "jpk"))
        keep = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}
        self.environment = {**keep, "PATH": bin_ + os.pathsep + os.environ["PATH"], "HOME": self.home,
                            "XDG_CONFIG_HOME": os.path.join(self.home, ".config"), "GIT_CONFIG_NOSYSTEM": "1",
                            "GIT_AUTHOR_NAME": "Robin Example", "GIT_AUTHOR_EMAIL": "robin@example.com",
                            "GIT_COMMITTER_NAME": "Robin Example", "GIT_COMMITTER_EMAIL": "robin@example.com"}
        self.git("init", "-q", "-b", "main")

    def run(self, *arguments):
        done = subprocess.run(arguments, cwd=self.folder, env=self.environment, capture_output=True, check=False)
        return done.returncode, done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace")

    def git(self, *arguments, ok=True):
        status, out, err = self.run("git", *arguments)
        if ok and status != 0:
            raise AssertionError(f"git {' '.join(arguments)}: {status}: {out}{err}")
        return status, out + err

    def jpk(self, *arguments):
        return self.run("jpk", *arguments)

    def path(self, name):
        return os.path.join(self.folder, name)

    def read(self, name):
        with open(self.path(name), encoding="utf-8", newline="") as file:
            return file.read()

    def write(self, name, text):
        os.makedirs(os.path.dirname(self.path(name)), exist_ok=True)
        with open(self.path(name), "w", encoding="utf-8", newline="") as file:
            file.write(text)

    def commit(self, message):
        self.git("add", "-A")
        self.git("commit", "-q", "-m", message)

    def branches(self, ours, theirs):
        """Two branches on which two functions change something; ours is checked out."""
        self.git("checkout", "-q", "-B", "theirs", "main")
        theirs()
        self.commit("theirs")
        self.git("checkout", "-q", "-B", "ours", "main")
        ours()
        self.commit("ours")

    def edit_pack(self, name, old, new, script=SCRIPT):
        """Edits a script of a Jitterpak."""
        tree = self.path(".git/edited")
        shutil.rmtree(tree, ignore_errors=True)
        self.must("unpack", "-q", "--", name, tree)
        text = self.read(f".git/edited/{script}")
        if old not in text:
            raise AssertionError(f"{old} is not in {script}: {text}")
        self.write(f".git/edited/{script}", text.replace(old, new))
        self.must("pack", "-q", "-f", "--", tree, name)

    def must(self, *arguments):
        status, out, err = self.jpk(*arguments)
        if status != 0:
            raise AssertionError(f"jpk {' '.join(arguments)}: {status}: {out}{err}")
        return out

    def script_of(self, name):
        return self.must("show", "--", name, "Setup Variables")


TEAM = "*.png binary\r\npackage-lock.json -diff merge=ours\ndata/*.json filter=lfs diff=lfs merge=lfs -text"


def install(repository):
    status, out, _ = repository.jpk("git", "install", "--dry-run")
    check("dry run says", status == 0 and "would set merge.jpk.driver" in out and "would add to" in out, out)
    check("dry run does nothing", not os.path.exists(repository.path(".gitattributes")) and
          repository.git("config", "--get", "merge.jpk.driver", ok=False)[0] != 0)
    repository.write(".gitattributes", TEAM)
    settled = ("check-attr", "diff", "merge", "--", "package-lock.json", "data/x.json")
    before = repository.git(*settled)
    status, out, _ = repository.jpk("git", "install")
    check("install says", status == 0 and "set merge.jpk.driver" in out and "*.jpk -text diff=jpk merge=jpk" in out, out)
    first = repository.read(".gitattributes")
    check("attributes are added", first.startswith("*.jpk") and first.endswith("merge=jpk\n" + TEAM) and
          first.count("merge=jpk") == 9, first)
    check("what is there counts", repository.git(*settled) == before and "ours" in before[1], before)
    check("all else is merged by jpk", repository.git("check-attr", "merge", "x.json")[1] == "x.json: merge: jpk\n")
    status, out, _ = repository.jpk("git", "install")
    check("installing twice", status == 0 and out == "everything is set up already\n" and
          repository.read(".gitattributes") == first, out)


def uninstall(repository):
    repository.write(".gitattributes", "\ufeff" + repository.read(".gitattributes").replace("*.jpk -text diff=jpk merge=jpk\n", ""))
    status, out, _ = repository.jpk("git", "install")
    check("a byte order mark stays first", repository.read(".gitattributes").startswith("\ufeff*.jpk -text"), out)
    status, out, _ = repository.jpk("git", "uninstall")
    check("uninstall", status == 0 and repository.read(".gitattributes") == "\ufeff" + TEAM and
          repository.git("config", "--get-regexp", "jpk", ok=False)[0] != 0, out)
    status, out, _ = repository.jpk("git", "uninstall")
    check("uninstalling twice", status == 0 and out == "nothing is set up\n", out)
    status, out, _ = repository.jpk("git", "install", "--global", "-q")
    attributes = os.path.join(repository.home, ".config/git/attributes")
    check("global", status == 0 and os.path.exists(attributes) and
          repository.git("check-attr", "merge", "x.jpk")[1] == "x.jpk: merge: jpk\n", out)
    repository.jpk("git", "uninstall", "--global")
    check("global uninstall", os.path.getsize(attributes) == 0)


def outside(program, folder):
    done = subprocess.run([program, "git", "install"], cwd=folder, capture_output=True, check=False,
                          env={**os.environ, "GIT_CEILING_DIRECTORIES": os.path.dirname(folder)})
    check("outside of a repository", done.returncode == 2 and b"no git repository" in done.stderr, done.stderr)


def first_commit(repository):
    repository.must("pack", "-q", SAMPLE, "orders.jpk")
    shutil.copyfile(repository.path("orders.jpk"), repository.path("-o.jpk"))
    shutil.copyfile(EXPORT, repository.path("contacts.json"))
    repository.write("other.json", '{\n  "a": 1,\n  "b": 2,\n  "c": 3,\n  "d": 4,\n  "e": 5,\n  "f": 6\n}\n')
    repository.must("unpack", "-q", "orders.jpk", "tree")
    repository.must("unpack", "-q", "contacts.json", "export-tree")
    shutil.copytree(SAMPLE, repository.path("project"))
    repository.commit("base")


def merge_clean(repository):
    r = repository

    def edit(pack, old, new, kind, name):
        for archive in ("orders.jpk", "-o.jpk"):
            r.edit_pack("./" + archive, old, new)
        for path in ("other.json", "contacts.json"):
            text = r.read(path)
            r.write(path, text.replace('"a": 1' if kind == "ours" else '"f": 6', f'"{kind}": 0')
                    .replace("$FailureCount = 0;" if kind == "ours" else "contacts written", f"{name}"))
        r.write(f"tree/Script/{kind}.jb", f"<trans>\n// {kind}\n</trans>")
        r.must("pack", "-q", "-f", "tree", ".git/tree.jpk")  # which adds it to the index
        r.write(f"export-tree/Script/{kind}.jb", f"// {kind}\n")
        r.must("pack", "-q", "-f", "export-tree", ".git/tree.json")
        text = r.read("project/environment.properties")
        r.write("project/environment.properties",
                text.replace("#", f"#{kind} ", 1).replace("modified=", f"modified={len(kind)}"))

    r.branches(lambda: edit("orders.jpk", "$order.page = 1;", "$order.page = 7;", "ours", "$FailureCount = 7;"),
               lambda: edit("orders.jpk", "</trans>", "// theirs\n</trans>", "theirs", "people written"))
    status, out = r.git("merge", "-q", "--no-edit", "theirs", ok=False)
    check("a merge without conflicts", status == 0, out)
    if status != 0:
        r.git("merge", "--abort", ok=False)
        return
    for name in ("./orders.jpk", "./-o.jpk"):
        script = r.script_of(name)
        check(f"both edits of {name}", "$order.page = 7;" in script and "// theirs" in script, script)
    other = json.loads(r.read("other.json"))
    check("a .json that is no export", "ours" in other and "theirs" in other, other)
    export = r.read("contacts.json")
    check("an export", "$FailureCount = 7;" in export and "people written" in export)
    for tree in ("tree", "export-tree"):
        status, out, err = r.jpk("pack", "--check", tree)
        check(f"the index of {tree}", status == 0 and "would add" not in out, out + err)


def merge_conflict(repository):
    r = repository

    def edit(number, letter):
        r.edit_pack("orders.jpk", "$order.page = 1;", f"$order.page = {number};")
        r.write("contacts.json", r.read("contacts.json").replace("$FailureCount = 0;", f"$FailureCount = {number};"))
        r.write("other.json", r.read("other.json").replace('"a": 1', f'"{letter}": 1'))

    r.branches(lambda: edit(2, "x"), lambda: edit(3, "y"))
    status, out = r.git("merge", "--no-edit", "theirs", ok=False)
    check("a merge with conflicts", status == 1 and "CONFLICT (content): Merge conflict in orders.jpk" in out and
          "Script/Setup Variables: script: line 3: both sides changed these lines" in out, out)
    script = r.script_of("orders.jpk")
    check("marks in the script", f"<<<<<<< {OURS}\n$order.page = 2;\n=======\n$order.page = 3;\n>>>>>>> theirs\n" in script, script)
    check("the archive is one", zipfile.ZipFile(r.path("orders.jpk")).testzip() is None)
    check("marks in the export", f"<<<<<<< {OURS}\\n$FailureCount = 2;" in r.read("contacts.json"))
    check("the export is JSON", json.loads(r.read("contacts.json")))
    other = r.read("other.json")
    check("git's own marks", f'<<<<<<< {OURS}\n  "x": 1,\n=======\n  "y": 1,\n>>>>>>> theirs\n' in other, other)
    r.git("merge", "--abort")


def labels(repository):
    """What git passes on of branches: as git before 2.44 does it, and behind it."""
    r = repository
    r.git("checkout", "-q", "main")
    for number in 1, 2, 3:
        shutil.copyfile(r.path("orders.jpk"), r.path(f".git/{number}.jpk"))
        r.edit_pack(f".git/{number}.jpk", "$order.page = 1;", f"$order.page = {number};")
        r.write(f".git/{number}.json", r.read("other.json").replace('"a": 1', f'"a": {number}'))
    for forms, given, shown in ((["jpk", "json"], ["%S", "%X", "%Y"], ("ours", "theirs")),
                                (["jpk", "json"], ["", "", ""], ("ours", "theirs")),
                                (["jpk", "json"], ["b", "HEAD", "feature/%X"], ("HEAD", "feature/%X")),
                                (["jpk"], ["b", b"\xff\x1b", "t"], ("??", "t"))):
        for form in forms:
            shutil.copyfile(r.path(f".git/2.{form}"), r.path(f".git/ours.{form}"))
            status, _, err = r.jpk("git", "merge", "-q", "--", f".git/1.{form}", f".git/ours.{form}", f".git/3.{form}",
                                   f"x.{form}", "7", *given)
            text = r.script_of(".git/ours.jpk") if form == "jpk" else r.read(".git/ours.json")
            check(f"labels {given} in {form}", status == 1 and f"<<<<<<< {shown[0]}\n" in text and
                  f">>>>>>> {shown[1]}\n" in text, err + text)


def criss_cross(repository):
    """Conflicts of the merge of two bases, which git makes for itself, are not told."""
    r = repository

    def change(branch, begin, old, new):
        r.git("checkout", "-q", "-B", branch, begin)
        r.edit_pack("orders.jpk", old, new)
        r.commit(branch)

    def cross(branch, begin, other, script):
        r.git("checkout", "-q", "-B", branch, begin)
        r.git("merge", "-q", "--no-commit", other, ok=False)
        r.git("checkout", "-q", "main", "--", "orders.jpk")
        r.edit_pack("orders.jpk", "$order.page = 1;", "$order.page = 4;")
        r.edit_pack("orders.jpk", "</trans>", "// end\n</trans>", script)
        r.commit(branch)

    change("c1", "main", "$order.page = 1;", "$order.page = 2;")
    change("c2", "main", "$order.page = 1;", "$order.page = 3;")
    for attributes in "", "*.jpk conflict-marker-size=9\n":
        r.write(".git/info/attributes", attributes)
        cross("d1", "c1", "c2", "Script/Logging/Write summary.jb")
        cross("d2", "c2", "c1", "Script/Logging/Write failure.jb")
        status, out = r.git("merge", "--no-edit", "d1", ok=False)
        check(f"a criss-cross history {attributes}", status == 0 and "conflict:" not in out, out)
    r.write(".git/info/attributes", "*.jpk conflict-marker-size=32\n")
    r.git("checkout", "-q", "c1")
    status, out = r.git("merge", "--no-edit", "c2", ok=False)
    check("long marks are told", status == 1 and "conflict:" in out and "<" * 32 + " " in r.script_of("orders.jpk"), out)
    r.git("merge", "--abort")
    r.write(".git/info/attributes", "")


def nothing_in_common(repository):
    r = repository

    def theirs():
        r.must("pack", "-q", os.path.join(ROOT, "samples/database-to-ftp"), "new.jpk")
        r.write("broken.jpk", "theirs")

    def ours():
        r.must("pack", "-q", SAMPLE, "new.jpk")
        r.write("broken.jpk", "ours")

    r.branches(ours, theirs)
    before = open(r.path("new.jpk"), "rb").read()
    status, out = r.git("merge", "--no-edit", "theirs", ok=False)
    check("both added", status == 1 and "new.jpk is left as ours has it" in out and "no base" in out and
          open(r.path("new.jpk"), "rb").read() == before, out)
    check("no project", r.read("broken.jpk") == "ours", out)
    r.git("merge", "--abort")


def merge_index(repository):
    """An index whose project was renamed here and stored there, and items of one name."""
    r = repository

    def header(**values):
        first, rest = r.read("tree/jpk-index.jsonl").split("\n", 1)
        r.write("tree/jpk-index.jsonl", json.dumps({**json.loads(first), **values}, separators=(",", ":")) + "\n" + rest)

    def add(number, name, like="Setup Variables"):
        first, rest = r.read("tree/jpk-index.jsonl").split("\n", 1)
        row = next(line for line in rest.split("\n") if f'"Script/{like}"' in line)
        old = json.loads(row)["id"]
        new = "0000000" + str(number) + old[8:]
        r.write("tree/jpk-index.jsonl", first + "\n" + row.replace(old, new).replace(like, name) + "\n" + rest)
        r.write(f"tree/Script/{name}.jb", f"<trans>\n// {number}\n</trans>")
        r.write(f"tree/Script/{name}.xml", r.read(f"tree/Script/{like}.xml").replace(old, new).replace(like, name))

    r.branches(lambda: header(time="2026-01-03 00:00:00"), lambda: header(time="2026-01-02 00:00:00", project="renamed"))
    status, out = r.git("merge", "-q", "--no-edit", "theirs", ok=False)
    first = json.loads(r.read("tree/jpk-index.jsonl").split("\n", 1)[0])
    check("the project's name in the index", status == 0 and first["project"] == "renamed" and
          first["time"] == "2026-01-03 00:00:00", out + str(first))
    r.branches(lambda: add(1, "Same"), lambda: add(2, "Same"))
    status, out = r.git("merge", "--no-edit", "theirs", ok=False)
    rows = [json.loads(line) for line in r.read("tree/jpk-index.jsonl").splitlines() if '"Script/Same"' in line]
    check("items of one name", status == 1 and "item Script/Same: both sides added it" in out and
          [row["id"][:8] for row in rows] == ["00000001"], out + str(rows))
    r.git("checkout", "-q", "--ours", "tree/Script/Same.jb", "tree/Script/Same.xml")
    status, out, err = r.jpk("pack", "--check", "tree")
    check("ours of them", status == 0, out + err)
    r.git("merge", "--abort")


def merge_folders(repository):
    """What one side does to a folder of a tree, while the other one puts something into it."""
    r = repository
    steps, other = "tree/Operation/Steps", "tree/Operation/Schritte"

    def pack():
        r.must("pack", "-q", "-f", "tree", ".git/packed.jpk")

    def rename():
        os.rename(r.path(steps), r.path(other))
        r.write(f"{other}/.folder.xml", r.read(f"{other}/.folder.xml").replace('"Steps"', '"Schritte"'))
        pack()

    def dissolve():
        for name in os.listdir(r.path(steps)):
            os.rename(r.path(f"{steps}/{name}"), r.path(f"tree/Operation/{name}"))
        os.remove(r.path("tree/Operation/.folder.xml"))
        index = r.read("tree/jpk-index.jsonl").splitlines(keepends=True)
        r.write("tree/jpk-index.jsonl", "".join(line for line in index if '"folder":"Operation/Steps"' not in line))
        pack()

    def add():
        r.write(f"{steps}/Sub/.folder.xml", '<Entity type="Folder"><Header ID="" Name="Sub"/></Entity>')
        pack()

    def places():
        r.must("pack", "-q", "-f", "tree", ".git/packed.jpk")
        with zipfile.ZipFile(r.path(".git/packed.jpk")) as archive:
            text = archive.read(next(n for n in archive.namelist() if n.endswith("project.xml")))
        root = ElementTree.fromstring(text)
        return [f"{a.get('name')}/{b.get('name')}" for a in root.iter("Folder") for b in a.iter("Folder") if a is not b]

    for change, wanted in ((rename, 0), (dissolve, 1)):
        for here, there in ((change, add), (add, change)):
            r.branches(here, there)
            status, out = r.git("merge", "--no-edit", "theirs", ok=False)
            if change is dissolve:
                check("a folder that is used comes back", "folder Operation/Steps: one side deleted" in out, out)
                r.git("checkout", "-q", "--ours", "tree/original/project.xml", ok=False)
            check(f"folders: {change.__name__}", status == wanted and
                  places() == ["Schritte/Sub" if change is rename else "Steps/Sub"], out)
            r.git("reset", "-q", "--hard")


def merge_export_tree(repository):
    """What an export says of the state of editing, and names in the index."""
    r = repository
    export = json.loads(r.read("contacts.json"))

    def unpack(number, old, new, **names):
        edited = json.loads(json.dumps(export))
        edited["project"]["checksum"] = str(number)
        edited["project"].update(names)
        for component in edited["project"]["components"]:
            component["checksum"] = str(number)
            if component["name"] == "Setup":
                component["cursor"] = {"line": number, "ch": number}
                for key in ("scriptBody", "scriptBodyCleansed"):
                    component[key] = component[key].replace(old, new)
        for workflow in edited["project"]["workflows"]:
            workflow["name"] = workflow["name"].replace(old, new)
        r.write(".git/edited.json", json.dumps(edited))
        r.must("unpack", "-q", "-u", "--delete", ".git/edited.json", "export-tree")

    unpack(5, "none", "none")
    r.git("checkout", "-q", "-B", "states", "main")
    r.commit("states of editing")
    check("the driver of the index", r.git("check-attr", "merge", "export-tree/jpk-cloud.jsonl")[1].endswith(": jpk\n"))

    def merged(ours, theirs):
        r.git("checkout", "-q", "-B", "theirs", "states")
        unpack(*theirs[0], **theirs[1])
        r.commit("theirs")
        r.git("checkout", "-q", "-B", "ours", "states")
        unpack(*ours[0], **ours[1])
        r.commit("ours")
        return r.git("merge", "--no-edit", "theirs", ok=False)

    status, out = merged(((6, '"contacts/"', '"people/"'), {}), ((7, '$sf_where = ""', '$sf_where = "x"'), {}))
    script, state = r.read("export-tree/Script/Setup.jb"), json.loads(r.read("export-tree/Script/Setup.json"))
    check("states of editing are no conflict", status == 0 and '"people/"' in script and '$sf_where = "x"' in script and
          state == {"checksum": "6", "cursor": {"line": 6, "ch": 6}}, out + str(state))
    status, out = merged(((6, "none", "none"), {"name": "Contact sync"}), ((7, "Contacts", "People"), {}))
    rows = r.read("export-tree/jpk-cloud.jsonl").splitlines()
    check("renamed on both sides", status == 0 and '"project":"Contact sync"' in rows[0] and
          [row for row in rows if '"workflow"' in row and "4ac0cef6" in row] ==
          ['{"workflow":"Operation/People","id":"4ac0cef6-2aab-5205-be3b-1bf760766ee8"}'], out + "\n".join(rows))
    status, out, err = r.jpk("pack", "--check", "export-tree")
    check("the merged tree", status == 0, out + err)
    status, out = merged(((6, "none", "none"), {"description": "mine"}), ((7, "none", "none"), {"description": "yours"}))
    top = r.read("export-tree/cloud.json")
    check("git's marks where both changed one line", status == 1 and out.count("CONFLICT") == 1 and
          f'<<<<<<< {OURS}\n    "description": "mine",\n=======\n    "description": "yours",\n>>>>>>> theirs\n' in top, out + top)
    r.git("merge", "--abort")


def difference(repository):
    r = repository
    r.git("checkout", "-q", "-B", "changed", "main")
    r.edit_pack("orders.jpk", "$order.page = 1;", "$order.page = 9;")
    r.edit_pack("./-o.jpk", "$order.page = 1;", "$order.page = 8;")
    r.write("other.json", r.read("other.json").replace('"b": 2', '"b": 9'))
    status, out = r.git("--no-pager", "diff", "--", ".", ok=False)
    check("a difference of the working tree", "-$order.page = 1;\n+$order.page = 8;" in out, out)
    r.commit("changed")
    status, out = r.git("--no-pager", "diff", "main", "changed", "--", "orders.jpk", "./-o.jpk", "other.json")
    lines = [line for line in out.splitlines() if line[:1] in "+-" and line[:3] not in ("+++", "---")]
    words = [line for line in lines if not line[1:].startswith("  content ")]
    check("a difference", words == ["-$order.page = 1;", "+$order.page = 8;", "-$order.page = 1;", "+$order.page = 9;",
                                    '-  "b": 2,', '+  "b": 9,'] and len(lines) == len(words) + 4, out)


# One edit of each kind: a file of the tree, what goes and what comes.
EDITS = [
    ("a description", "Script/Setup Variables.xml", '<konga.string name="Description"/>',
     '<konga.string name="Description">New</konga.string>'),
    ("the description of a folder", "Script/Logging/.folder.xml", '<konga.string name="Description"/>',
     '<konga.string name="Description">New</konga.string>'),
    ("a property of the project", "jitterpak.properties", "comment=", "comment=New"),
    ("a property of the environment", "environment.properties", "environment-description=", "environment-description=New"),
    ("plugins", "plugins.xml", "\n", "\n<!-- new -->\n"),
    ("an encrypted value", "ProjectVariable/Warehouse/warehouse_login.xml", 'value="$00', 'value="$00AAAA'),
    ("the content of a file", "files/jitterbit.json.order_search.xsd", "minOccurs", "maxOccurs"),
    ("what is said of a file", "files/.metadata", 'PossibleRootNodes" value="json"', 'PossibleRootNodes" value="other"'),
    ("a field of a structure", "Document/Run log line.xml", 'required="1"', 'required="0"'),
    ("the delimiter of a structure", "Document/Run log line.xml", 'Delimiter value=","', 'Delimiter value=";"'),
    ("a file name", "Target/Run log.xml", 'key="file_name" value="', 'key="file_name" value="x'),
]


def parts(export):
    return {c["name"]: c for c in export["project"]["components"]}


def lines_of(export):
    return parts(export)["Contact lines"]["schemaTypeDocument"]


ASSET = {"path": "a.xsd", "type": "xml", "properties": [], "compressedContent": "eNpLTEoGAAJNASc="}
EXPORT_EDITS = [
    ("the description of a project", lambda e: e["project"].update(description="New")),
    ("a setting of a project", lambda e: e["project"].update(requireDeployTag=True)),
    ("a tag", lambda e: e["project"]["tags"].append("new")),
    ("an asset", lambda e: e["assets"].append(ASSET)),
    ("a workflow", lambda e: e["project"]["workflows"].append({"name": "New", "id": "new", "operations": []})),
    ("an operation that moves", lambda e: e["project"]["workflows"][1]["operations"].append(
        e["project"]["workflows"][0]["operations"].pop())),
    ("a node", lambda e: lines_of(e)["root"]["C"].pop()),
    ("an option of a schema", lambda e: lines_of(e)["O"].update(delimiter=";")),
    ("the type of a script", lambda e: parts(e)["Setup"].update(scriptType=0)),
    ("notes", lambda e: parts(e)["Setup"].update(notes=[{"text": "New"}])),
    ("a hidden value", lambda e: parts(e)["sf_password"].update(defaultValue="$00AAAAAAAAAAAAAAAAAAAAAA")),
    ("what nobody knows", lambda e: parts(e)["Failure"].update(brandNew=True)),
    ("an option of an operation", lambda e: parts(e)["Query contacts"].update(options={"timeout": 1})),
]


def tell_apart(r, name, before, after):
    """What `jpk diff` finds is never an empty difference to git."""
    status, out, err = r.jpk("diff", before, after)
    check(f"{name} is a difference", status == 1, out + err)
    check(f"{name} shows", r.must("git", "textconv", before) != r.must("git", "textconv", after), out)


def every_difference(repository):
    r = repository
    r.must("unpack", "-q", SAMPLE, ".git/before")
    r.must("pack", "-q", ".git/before", ".git/before.jpk")
    for name, file, old, new in EDITS:
        shutil.rmtree(r.path(".git/after"), ignore_errors=True)
        shutil.copytree(r.path(".git/before"), r.path(".git/after"))
        text = r.read(f".git/after/{file}")
        check(f"{name} can be edited", old in text, text[:1000])
        r.write(f".git/after/{file}", text.replace(old, new, 1))
        r.must("pack", "-q", "-f", ".git/after", ".git/after.jpk")
        tell_apart(r, name, ".git/before.jpk", ".git/after.jpk")
    shutil.copytree(r.path(".git/before/Script/Logging"), r.path(".git/after/Script/Empty"))
    for name in os.listdir(r.path(".git/after/Script/Empty")):
        if name != ".folder.xml":
            os.remove(r.path(f".git/after/Script/Empty/{name}"))
    name = ".git/after/Script/Empty/.folder.xml"
    r.write(name, r.read(name).replace("5a5368d9", "00000000").replace('"Logging"', '"Empty"'))
    r.must("pack", "-q", "-f", ".git/after", ".git/after.jpk")
    tell_apart(r, "an empty folder", ".git/before.jpk", ".git/after.jpk")
    for name, edit in EXPORT_EDITS:
        with open(EXPORT, encoding="utf-8") as file:
            export = json.load(file)
        r.write(".git/before.json", json.dumps(export))
        edit(export)
        r.write(".git/after.json", json.dumps(export))
        tell_apart(r, name, ".git/before.json", ".git/after.json")


def main():
    arguments, program = sys.argv[1:], os.path.join(ROOT, "build/jpk")
    if len(arguments) == 2 and arguments[0] == "--program":
        program = os.path.abspath(arguments[1])
    if not shutil.which("git"):
        print("git: skipped, git is not installed")
        return 0
    folder = tempfile.mkdtemp(prefix="jpk-git-")
    try:
        repository = Repository(folder, program)
        outside(program, folder)
        install(repository)
        first_commit(repository)
        for step in (merge_clean, merge_conflict, labels, criss_cross, nothing_in_common, merge_index, merge_folders,
                     merge_export_tree, difference, every_difference):
            try:
                step(repository)
            except AssertionError as error:
                check(step.__name__, False, error)
                repository.git("merge", "--abort", ok=False)
                repository.git("reset", "-q", "--hard")
        repository.git("checkout", "-q", "main")
        uninstall(repository)
    finally:
        shutil.rmtree(folder)
    print(f"git: {PASSED} passed, {FAILED} failed")
    return 1 if FAILED or PASSED == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
