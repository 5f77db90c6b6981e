#!/usr/bin/python3
"""Every call to the system for files fails in turn, in every command: nothing is lost, nothing half-written, and it is said.

usage: disk.py [--program PATH] [--injector PATH] [--count N] [--only WORDS] [--jobs N] [--folder FOLDER] [--verbose]

Each command line runs undisturbed first, under tests/faults/disk.c, which writes down its calls. Then it runs once for
every call and every error that the call can give, and is held against the undisturbed run:

- It ends, and no signal ends it.
- Either everything is as if nothing had failed, where the call did not matter, or the exit status is 3 (an input) or 4
  (an output), and a message names the file and says no more than that it could not be read or written.
- Each file is as it was before, or as the undisturbed run leaves it. No other file is there.
- What had to be on the disk and is not (fsync, close of what was written) is never passed over.
- Reads and writes that do half of what they are asked for change nothing.
- Standard output that is full or has no reader is never status 0.

--count bounds how many failures of a command line are tried, spread evenly; 0 tries all.
"""
import argparse
import errno
import os
import re
import shutil
import subprocess
import sys
import tempfile
import concurrent.futures

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
TIMEOUT = 60
CANNOT = 125
STDIN, STDOUT, STDERR = "(standard input)", "standard output", "standard error"
# What outputs are called until they have their name.
TEMPORARY = re.compile(r"\.[a-z0-5]{6}(?=/|$)|/?\.jpk-unpack\.tmp$|/?\.work(/.*)?$")

# What a failing call of each name can give; ENOSPC+ is a disk that stays full, "short" is no failure and must not matter.
READS = {"read": ["EIO", "short"], "pread": ["EIO", "short"], "getdents": ["EIO"], "mmap": ["ENOMEM"], "lseek": ["EIO"]}
WRITES = {"write": ["ENOSPC", "ENOSPC+", "short"], "pwrite": ["ENOSPC", "ENOSPC+", "short"], "writev": ["ENOSPC"], "send": ["EPIPE", "short"],
          "fsync": ["EIO"], "fdatasync": ["EIO"], "ftruncate": ["EIO"]}
NAMES = {"open": ["EACCES"], "openat": ["EACCES"], "stat": ["EIO"], "lstat": ["EIO"], "fstatat": ["EIO"], "fstat": ["EIO"],
         "statx": ["EIO"], "access": ["EACCES"], "faccessat": ["EACCES"], "mkdir": ["ENOSPC"], "mkdirat": ["ENOSPC"],
         "rename": ["EACCES"], "renameat": ["EACCES"], "renameat2": ["EROFS"], "link": ["EIO"], "linkat": ["EIO"],
         "unlink": ["EACCES"], "unlinkat": ["EACCES"], "rmdir": ["EACCES"], "chmod": ["EROFS"], "fchmod": ["EROFS"],
         "fchmodat": ["EROFS"], "readlink": ["EIO"], "readlinkat": ["EIO"], "close": ["EIO"], "fchdir": ["EIO"],
         "flock": ["ENOLCK"], "fcntl": ["ENOLCK"]}
ERRORS = {**READS, **WRITES, **NAMES}
HARMLESS = ("short",)

# ----------------------------------------------------------------------------------------------------------- the table

SHOP, CLEAN = "shop.jpk", "clean.jpk"
RECIPE = "sync-webshop_orders-to-warehouse_api-recipe.json"
CONFIGURE = "sync-webshop_orders-to-warehouse_api-configure.json"


class Case:
    """A command line, the inputs that it gets, and what lies in its way already."""

    def __init__(self, line, inputs, stdin=None, there=None, again=False, status=(), free=None, counts=False):
        self.words, self.inputs, self.stdin, self.name = line.split(), inputs.split(), stdin, line
        self.there = there or {}  # files that lie where outputs go
        self.again = again        # the same command again finishes what failed
        self.status = status      # more statuses with which it may say that something failed
        self.free = free          # files that report failures, or only make the next run faster
        self.counts = counts      # it prints how much was left to do
        self.git = "repository" in self.inputs or "installed" in self.inputs


def cases():
    old = b"what was there\n"
    looks = ["info %s", "list %s", "list --entities %s", "show %s Start", "check -v %s", "graph --format json %s", "graph %s",
             "scan %s", "git textconv %s", "inventory --format csv -j1 %s"]
    found = []
    for form in ("clean.jpk", "tree", "workspace", "clean.json", "cloudtree"):
        files = form in ("clean.jpk", "clean.json")
        found += [Case(line % form, form) for line in looks if files or not line.startswith(("graph", "git"))]
    found += [
        Case("info -", "", stdin="clean.jpk"),
        Case("check --format sarif clean.jpk clean.json", "clean.jpk clean.json"),
        Case("check --format junit clean.jpk clean.json", "clean.jpk clean.json"),
        Case("inventory -j1 --format html -o page.html .", "clean.jpk clean.json workspace", free=r"page\."),
        Case("inventory -j1 --format json -f -o page.json .", "clean.jpk clean.json", there={"page.json": old}, free=r"page\."),
        Case("diff clean.jpk changed.jpk", "clean.jpk changed.jpk"),
        Case("diff clean.json changed.json", "clean.json changed.json"),
        Case("diff --format markdown clean.jpk clean.json", "clean.jpk clean.json"),
        Case("diff tree workspace", "tree workspace"),
        Case("merge clean.jpk changed.jpk other.jpk -o merged.jpk", "clean.jpk changed.jpk other.jpk"),
        Case("merge clean.json changed.json other.json -f -o merged.json", "clean.json changed.json other.json",
             there={"merged.json": old}),
        Case("merge tree changedtree othertree -f -o changedtree", "tree changedtree othertree", again=True),
        Case("git merge clean.jpk changed.jpk other.jpk clean.jpk", "clean.jpk changed.jpk other.jpk"),
        Case("git merge clean.json changed.json other.json clean.json 7", "clean.json changed.json other.json"),
        Case("git install", "repository", again=True, free=r"repository/\.git/config"),
        Case("git uninstall", "installed", again=True, free=r"installed/\.git/config"),
        Case("unpack clean.jpk out", "clean.jpk", again=True),
        Case("unpack -f clean.jpk out", "clean.jpk", there={"out/mine.txt": old}, again=True),
        Case("unpack --update --delete changed.jpk tree", "changed.jpk tree", again=True),
        Case("unpack clean.json out", "clean.json", again=True),
        Case("unpack --update --delete changed.json cloudtree", "changed.json cloudtree", again=True),
        Case("pack tree out.jpk", "tree"),
        Case("pack newtree out.jpk", "newtree", again=True),
        Case("pack -f workspace out.jpk", "workspace", there={"out.jpk": old}),
        Case("pack cloudtree out.json", "cloudtree"),
        Case("convert --to cloud clean.jpk -o out.json --report out.html --schedules when.json", "clean.jpk", again=True),
        Case("convert --to cloud tree -f -o out.json --report out.md", "tree", there={"out.json": old, "out.md": old}, again=True),
        Case("convert --to design clean.json -o out.jpk --report out.json", "clean.json", again=True),
        Case("convert --to design clean.json -o out", "clean.json", again=True),
        Case("convert --to cloud clean.jpk --dry-run --report-format markdown", "clean.jpk"),
        Case("convert --to cloud clean.jpk -o -", "clean.jpk"),
        Case("redact shop.jpk -o out.jpk", "shop.jpk"),
        Case("redact clean.json -f -o out.json", "clean.json", there={"out.json": old}),
        Case("migrate init -j1 -o out.yaml estate", "estate", free=r"out\.yaml"),
        Case("migrate init -j1 estate", "estate"),
        Case("migrate plan -j1 --on-conflict rename -m map.yaml -o out.json estate", "estate map.yaml", free=r"out\.json", status=(1,)),
        Case("migrate plan -j1 --on-conflict rename -m map.yaml -f -o out.json estate", "estate map.yaml", there={"out.json": old}, free=r"out\.json", status=(1,)),
        Case("migrate run -j1 plan.json -o out", "plan.json map.yaml estate", again=True, free=r"\w+/journal/", counts=True),
        Case("migrate run -j1 plan.json -o partly", "plan.json map.yaml estate partly", again=True, free=r"\w+/journal/", counts=True),
        Case("migrate list plan.json", "plan.json map.yaml estate"),
        Case("migrate status done", "plan.json map.yaml estate done"),
        Case("migrate report done", "plan.json map.yaml estate done"),
        Case("migrate report done --format html -o out.html", "plan.json map.yaml estate done"),
        Case("migrate verify -j1 done", "plan.json map.yaml estate done", status=(1,)),
        Case("recipe generate shop.jpk -o out", "shop.jpk", again=True),
        Case("recipe generate shop.jpk -f -o recipe --update recipe/%s" % RECIPE, "shop.jpk recipe", again=True),
        Case("recipe generate shop.jpk -o -", "shop.jpk"),
        Case("recipe validate -j1 -v repository", "repository", free=r"kept/|known\.json", status=(1,)),
        Case("recipe validate -j1 --cache kept repository", "repository", free=r"kept/|known\.json", status=(1,)),
        Case("recipe validate -j1 --cache kept repository", "repository kept", free=r"kept/|known\.json", status=(1,)),
        Case("recipe validate -j1 --write-baseline known.json repository", "repository", free=r"kept/|known\.json", status=(1,)),
        Case("recipe validate -j1 --base HEAD repository", "repository", free=r"kept/|known\.json", status=(1,)),
        Case("recipe list recipe", "recipe"),
        Case("recipe rules", ""),
        Case("recipe configure recipe/%s recipe/%s --jpk shop.jpk" % (RECIPE, CONFIGURE), "shop.jpk recipe"),
        Case("recipe fmt recipe/%s recipe/%s" % (RECIPE, CONFIGURE), "recipe", again=True),
        Case("recipe fmt -", "", stdin="recipe/" + RECIPE),
        Case("schema validate -j1 --schema schema/shapes.schema.json schema/shape.yaml", "schema"),
        Case("schema validate -j1 --format json -s recipe-1 recipe/%s" % RECIPE, "recipe"),
        Case("schema list", ""),
        Case("schema show recipe-1", ""),
        Case("completion bash", ""),
        Case("help", ""),
        Case("help diff", ""),
        Case("help --man jpk-diff", ""),
        Case("help safety", ""),
    ]
    return found


# ---------------------------------------------------------------------------------------------------------- the inputs


def environment(home):
    keep = {key: value for key, value in os.environ.items() if not key.startswith("GIT_") and key != "TZ"}
    return {**keep, "HOME": home, "XDG_CONFIG_HOME": home, "GIT_CONFIG_NOSYSTEM": "1", "TZ": "UTC", "XDG_CACHE_HOME": home}


class Inputs:
    """The small projects that the command lines get, made by the program from its samples."""

    def __init__(self, folder, program):
        self.folder, self.program, samples = folder, program, os.path.join(ROOT, "samples")
        os.makedirs(folder)
        self.copy(os.path.join(samples, "cloud/nightly-cleanup.json"), "clean.json")
        self.copy(os.path.join(samples, "migration/map.yaml"), "map.yaml")
        self.copy(os.path.join(samples, "schema"), "schema")
        self.copy(os.path.join(samples, "recipes/orders"), "recipe")
        self.jpk("pack", os.path.join(samples, "http-json"), SHOP)
        self.jpk("unpack", "clean.json", "cloudtree")
        self.jpk("convert", "--to", "design", "-q", "clean.json", "-o", CLEAN, status=1)
        self.jpk("convert", "--to", "design", "-q", "clean.json", "-o", "workspace", status=1)
        self.jpk("unpack", CLEAN, "tree")
        self.variants()
        self.repository()
        self.migration()

    def copy(self, source, name):
        path = os.path.join(self.folder, name)
        (shutil.copytree if os.path.isdir(source) else shutil.copyfile)(source, path)
        return path

    def at(self, *names):
        return os.path.join(self.folder, *names)

    def jpk(self, *words, status=0):
        done = subprocess.run([self.program, *words], cwd=self.folder, env=environment(self.folder), stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, check=False)
        if done.returncode not in (0, status):
            raise SystemExit("disk: jpk %s: %s" % (" ".join(words), done.stdout))

    def variants(self):
        """Two sides that have changed different things, in every form."""
        for side in ("changed", "other"):
            tree = self.copy(self.at("tree"), side + "tree")
            cloud = self.copy(self.at("cloudtree"), side + "cloudtree")
            for folder in (tree, cloud):
                scripts = sorted(os.path.join(path, name) for path, _, names in os.walk(folder) for name in names
                                 if name.endswith((".jb", ".js")))
                path = scripts[0 if side == "changed" else -1]
                with open(path, "a", encoding="utf-8") as file:
                    file.write("// %s\n" % side)
            self.jpk("pack", side + "tree", side + ".jpk")
            self.jpk("pack", side + "cloudtree", side + ".json")
        new = self.copy(self.at("tree"), "newtree")
        with open(os.path.join(new, "Script/New.jb"), "w", encoding="utf-8") as file:
            file.write("<trans>\n1;\n</trans>\n")

    def git(self, *words):
        subprocess.run(["git", "-c", "user.name=Somebody", "-c", "user.email=somebody@example.com", *words], check=True,
                       cwd=self.at("repository"), env=environment(self.folder), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def repository(self):
        """A recipe with its project, in git, with and without drivers; and a cache of what was found in it."""
        self.copy(self.at("recipe"), "repository")
        shutil.copy(self.at(SHOP), self.at("repository", "sync-webshop_orders-to-warehouse_api.jpk"))
        with open(self.at("repository/.jpk.yaml"), "w", encoding="utf-8") as file:
            file.write("rules:\n  orphan-file: error\n")
        self.jpk("recipe", "validate", "-j1", "--cache", "kept", "repository", status=1)
        self.git("init", "-q")
        shutil.rmtree(self.at("repository/.git/hooks"), ignore_errors=True)
        self.git("add", ".")
        self.git("commit", "-q", "-m", "First")
        installed = self.copy(self.at("repository"), "installed")
        subprocess.run([self.program, "git", "install"], cwd=installed, env=environment(self.folder), check=True,
                       stdout=subprocess.DEVNULL)

    def migration(self):
        """Three projects, planned; migrated, and half of them."""
        os.mkdir(self.at("estate"))
        self.copy(self.at(CLEAN), "estate/clean.jpk")
        self.copy(self.at("clean.json"), "estate/nightly.json")
        self.copy(self.at(SHOP), "estate/orders.jpk")
        self.jpk("migrate", "plan", "-m", "map.yaml", "--on-conflict", "rename", "-o", "plan.json", "estate", status=1)
        self.jpk("migrate", "run", "plan.json", "-o", "done", status=1)
        self.jpk("migrate", "run", "plan.json", "--shard", "1/2", "-o", "partly", status=1)


# -------------------------------------------------------------------------------------------------------------- places

def contents(folder):
    """By path the bytes of each file, None of a folder; what git keeps for itself is left out."""
    found = {}
    for path, names, leaves in os.walk(folder):
        if os.path.basename(path) == ".git":
            names[:] = []
            leaves = [name for name in leaves if name == "config"]
        names.sort()
        for name in names:
            found[os.path.relpath(os.path.join(path, name), folder)] = None
        for name in leaves:
            with open(os.path.join(path, name), "rb") as file:
                found[os.path.relpath(os.path.join(path, name), folder)] = file.read()
    return found


class Result:
    def __init__(self, place, status):
        self.status, self.files = status, contents(place.work)
        with open(place.printed, "rb") as file:
            self.stdout = file.read()
        with open(place.said, encoding="utf-8", errors="replace") as file:
            self.stderr = file.read()
        with open(place.log, encoding="utf-8", errors="replace") as file:
            self.calls = [Call(*line.rstrip("\n").split("\t"), place) for line in file]
        self.failed = next((call for call in self.calls if call.failed), None)


class Call:
    """A call that the program made; the path is as seen from the folder where it works."""

    def __init__(self, number, name, mode, path, second, failed, place):
        self.number, self.name, self.writes, self.failed = int(number), name, mode == "w", failed == "failed"
        self.file = path
        self.path, self.second = (TEMPORARY.sub("", place.short(p)) for p in (path, second))
        self.temporary = bool(TEMPORARY.search(path))

    def is_of_file(self):
        return not self.path.startswith(("pipe:", "socket:", "/memfd:", "/dev/", "/proc/", "anon_inode:"))

    def __str__(self):
        return "%s %s" % (self.name, self.path)


class Place:
    """A folder with the inputs of one case, in which it runs again and again."""

    def __init__(self, options, inputs, case, folder):
        self.options, self.inputs, self.case, self.folder = options, inputs, case, folder
        self.work, self.log = os.path.join(folder, "work"), os.path.join(folder, "log")
        self.home, self.said, self.printed = (os.path.join(folder, name) for name in ("home", "said", "printed"))
        self.dirty = False
        os.makedirs(self.home)
        self.stdin = os.path.join(inputs.folder, case.stdin) if case.stdin else os.devnull
        self.cwd = os.path.join(self.work, case.inputs[0]) if case.git and case.words[0] == "git" else self.work
        self.renew()
        self.before = contents(self.work)

    def renew_if(self, reference):
        """What was run last may have left something."""
        if self.dirty or reference.files != self.before:
            self.renew()
            self.dirty = False

    def renew(self):
        shutil.rmtree(self.work, ignore_errors=True)
        os.makedirs(self.work)
        for name in self.case.inputs:
            source = os.path.join(self.inputs.folder, name)
            copy_of = shutil.copytree if os.path.isdir(source) else shutil.copy2
            copy_of(source, os.path.join(self.work, name))
        for name, data in self.case.there.items():
            path = os.path.join(self.work, name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "wb") as file:
                file.write(data)

    def short(self, path):
        names = {self.printed: STDOUT, self.said: STDERR, self.work: ".", self.stdin: STDIN}
        return names.get(path) or (os.path.relpath(path, self.work) if path.startswith(self.work + "/") else path)

    def run(self, at=0, error="0", stdout=None):
        """Without `at` undisturbed. A + behind an error: all later calls of that name fail too."""
        number = error if error == "short" else str(getattr(errno, error.rstrip("+"), 0))
        line = [self.options.injector, self.log, "%d%s" % (at, "+" if error.endswith("+") else ""), number,
                self.options.program, *self.case.words]
        with open(self.stdin, "rb") as stdin, open(stdout or self.printed, "wb") as out, open(self.said, "wb") as said:
            status = subprocess.run(line, cwd=self.cwd, env=environment(self.home), stdin=stdin, stdout=out, stderr=said,
                                    timeout=TIMEOUT, check=False).returncode
        return Result(self, status)


# ------------------------------------------------------------------------------------------------------------- judging

BLAMES = re.compile(r"damaged|corrupt|truncated|not a ZIP|holds no project|malformed|unexpected|out of memory")
# Where these fail for a file that is written, its bytes or its name are not on the disk.
MUST_MATTER = ("write", "pwrite", "writev", "fsync", "fdatasync", "close", "rename", "renameat")
CHANGES = ("mkdir", "mkdirat", "unlink", "unlinkat", "rmdir", "rename", "renameat", "renameat2", "link", "linkat")


class Judge:
    """Holds a run with a failure against the undisturbed one."""

    def __init__(self, place, reference):
        self.place, self.reference = place, reference
        before, after = place.before, reference.files
        changed = {path for path in set(before) | set(after) if path not in before or path not in after or before[path] != after[path]}
        # What the command writes, and the folders that it lies in.
        self.folders = {path for path in after if after[path] is None} | {"."}
        self.outputs = {path[:n] for path in changed for n in range(len(path) + 1) if n == len(path) or path[n] == "/"}

    def same(self, result):
        first = self.reference
        return result.status == first.status and (result.stdout == first.stdout or self.place.case.counts) \
            and self.files_of(result) == self.files_of(first)

    def files_of(self, result):
        """Without what only makes the next run faster, or tells of this one."""
        return {path: data for path, data in result.files.items() if not self.is_free(path)}

    def is_free(self, path):
        return self.place.case.free is not None and re.match(self.place.case.free, path) is not None

    def leaves(self, call):
        """What cannot be removed stays, with all in it; so does a lock that cannot be had, for it may be another's."""
        return call.name in ("unlink", "unlinkat", "rmdir", "flock") or (call.temporary and call.path in self.folders and not call.writes)

    def statuses(self, call, error):
        """Those that fit: of what is read 3, of what is written 4, where both may be meant either."""
        case = self.place.case
        more = case.status
        if call.path == STDOUT or (call.writes or call.name in CHANGES or call.temporary) and call.path != STDIN:
            return (4,) + more
        return ((3, 4) if call.path in self.outputs or call.path == "." or call.path not in self.place.before else (3,)) + more

    def files(self, result, call):
        """What is wrong with the files that are there now."""
        before, after, wrong = self.place.before, self.reference.files, []
        for path, data in result.files.items():
            known = path in before or path in after
            good = (path in before and before[path] == data) or (path in after and after[path] == data)
            if good or self.is_free(path) or (self.leaves(call) and not known):
                continue
            wrong.append("%s is %s" % (path, "neither as before nor complete" if known else "left behind"))
        wrong += ["%s is lost" % path for path in before if path in after and path not in result.files]
        return wrong

    def message(self, result, call):
        everything = (result.stderr + result.stdout.decode("utf-8", "replace")).splitlines()
        said = [line for line in everything if "error" in line]
        if not said and not self.place.case.status:
            return ["nothing is said"]
        wrong = ["a file is blamed: " + line for line in said if BLAMES.search(line)]
        names = {os.path.basename(path) for path in (call.path, call.second) if path and path != "."}
        if call.path == STDIN and not self.place.case.stdin:
            names.add(os.path.basename(os.devnull))
        if call.path == "." and call.name in CHANGES:
            names.add(os.path.basename(self.place.work))
        if call.temporary or call.writes or call.name in CHANGES:
            names |= {os.path.basename(path) for path in self.outputs} | {os.path.basename(self.place.cwd)}
        else:
            names |= {os.path.basename(path) for path in self.outputs | set(self.place.before) if path.startswith(call.path + "/")}
        said = said if not self.place.case.status else everything + \
            [data.decode("utf-8", "replace") for path, data in result.files.items() if data and self.is_free(path)]
        if names and call.is_of_file() and not any(name in line for line in said for name in names):
            wrong.append("'%s' is not named: %s" % (sorted(names), said[:1]))
        return wrong

    def judge(self, result, error):
        if result.status >= 128:
            return ["a signal ended it: %d" % (result.status - 128)]
        call = result.failed
        if not call:
            return [] if self.same(result) else ["nothing failed, and yet it is not the same"]
        if error in HARMLESS:
            return [] if self.same(result) else ["it matters: status %d, %s" % (result.status, result.stderr)]
        wrong = self.files(result, call)
        if self.leaves(call) and (result.status, result.stdout) == (self.reference.status, self.reference.stdout):
            return wrong
        if self.same(result):
            matters = call.writes and call.name in MUST_MATTER and not self.is_free(call.path) and not holds_nothing(call, result)
            return wrong + (["is passed over"] if matters else [])
        if result.status not in self.statuses(call, error):
            return wrong + ["status %d: %s" % (result.status, result.stderr or result.stdout[:200])]
        return wrong + self.message(result, call)


# ------------------------------------------------------------------------------------------------------------- running

def holds_nothing(call, result):
    """A file that is deleted; one that is open twice, to be read while it is written, of which the last close tells."""
    again = [later for later in result.calls if (later.name, later.file) == (call.name, call.file)]
    return call.file.endswith(" (deleted)") or any(later.number > call.number for later in again)


def failures(reference):
    """Each call with each of its errors. What fails on standard error cannot be said; pipes are closed by no disk."""
    return [(call, error) for call in reference.calls for error in ERRORS[call.name]
            if call.path != STDERR and (call.is_of_file() or call.name in ("read", "write"))]


def spread(found, count):
    if not count or len(found) <= count:
        return found
    return [found[i * len(found) // count] for i in range(count)]


def run_again(judge, place):
    done = place.run()
    if done.files == judge.reference.files:
        return []
    return ["running again does not finish: status %d, %s" % (done.status, done.stderr)]


def try_failure(judge, place, call, error):
    """What is wrong, and whether the call did not matter."""
    place.renew_if(judge.reference)
    try:
        result = place.run(call.number, error)
    except subprocess.TimeoutExpired:
        place.dirty = True
        return ["it hangs"], call, False
    wrong = judge.judge(result, error)
    place.dirty = result.files != place.before
    same = not wrong and error not in HARMLESS and judge.same(result)
    if place.case.again and result.status in (3, 4) and not wrong:
        wrong = run_again(judge, place)
        place.dirty = True
    return wrong, result.failed or call, same


def try_output(place, reference):
    """Standard output on a disk that is full, and without a reader."""
    wrong = []
    if not reference.stdout:
        return wrong
    place.renew_if(reference)
    done = place.run(stdout="/dev/full")
    place.dirty = done.files != place.before
    if done.status != 4 or "standard output cannot be written" not in done.stderr:
        wrong.append("standard output is full: status %d, %s" % (done.status, done.stderr))
    place.renew_if(reference)
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "wb") as gone, open(place.stdin, "rb") as stdin:
        status = subprocess.run([place.options.program, *place.case.words], cwd=place.cwd, env=environment(place.home), stdin=stdin,
                                stdout=gone, stderr=subprocess.DEVNULL, timeout=TIMEOUT, check=False).returncode
    place.dirty = contents(place.work) != place.before
    return wrong + ([] if status else ["standard output has no reader, and the status is 0"])


def try_case(options, inputs, case):
    """Returns the lines of what is wrong, how many failures were tried, and which calls did not matter."""
    folder = tempfile.mkdtemp(prefix="case-", dir=inputs.folder + "-work")
    place, wrong, ignored = Place(options, inputs, case, folder), [], {}
    reference = place.run()
    if reference.status not in (0, 1):
        return ["jpk %s: status %d: %s" % (case.name, reference.status, reference.stderr)], 0, {}
    judge = Judge(place, reference)
    tried = spread(failures(reference), options.count)
    for call, error in tried:
        problems, failed, same = try_failure(judge, place, call, error)
        wrong += ["jpk %s: call %d, %s of %s: %s" % (case.name, call.number, error, failed, problem) for problem in problems]
        if same:
            ignored[str(failed)] = ignored.get(str(failed), 0) + 1
    wrong += ["jpk %s: %s" % (case.name, problem) for problem in try_output(place, reference)]
    shutil.rmtree(folder)
    return wrong, len(tried), ignored


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--program", default=os.path.join(ROOT, "build/jpk"))
    parser.add_argument("--injector", default=os.path.join(ROOT, "build/tests/disk"))
    parser.add_argument("--count", type=int, default=0, help="failures of a command line; 0: all")
    parser.add_argument("--only", default="", help="command lines with these words")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--folder", default="/dev/shm" if os.path.isdir("/dev/shm") else None)
    parser.add_argument("--verbose", action="store_true", help="name the calls that did not matter")
    options = parser.parse_args()
    options.program, options.injector = os.path.abspath(options.program), os.path.abspath(options.injector)
    probe = subprocess.run([options.injector, os.devnull, "0", "0", "/bin/true"], stderr=subprocess.PIPE, text=True, check=False)
    if probe.returncode == CANNOT:
        print("disk: skipped: %s" % probe.stderr.strip())
        return 0
    if not shutil.which("git"):
        print("disk: skipped: git is not installed")
        return 0
    with tempfile.TemporaryDirectory(prefix="jpk-disk-", dir=options.folder) as folder:
        inputs = Inputs(os.path.join(folder, "inputs"), options.program)
        os.mkdir(inputs.folder + "-work")
        chosen = [case for case in cases() if options.only in case.name]
        failed = total = 0
        with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
            for case, (wrong, tried, ignored) in zip(chosen, pool.map(lambda case: try_case(options, inputs, case), chosen)):
                total, failed = total + tried, failed + len(wrong)
                for line in wrong:
                    print("  FAILED " + line.strip())
                if options.verbose:
                    print("jpk %s: %d" % (case.name, tried))
                    for key in sorted(ignored):
                        print("    %4d %s" % (ignored[key], key))
                sys.stdout.flush()
        print("disk: %d command lines, %d failures: %s" % (len(chosen), total, "%d wrong" % failed if failed else "all as they should be"))
        return 1 if failed else 0


sys.exit(main())
