"""What the tests of migrations share: an estate with its plan, runs of it, and folders beside each other."""
import argparse
import hashlib
import json
import os
import re
import shutil
import stat
import subprocess
import sys
import tempfile

import estate

NOBODY = 65534


def arguments(description, count):
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--program", default=os.path.join(estate.ROOT, "build", "jpk"))
    parser.add_argument("--generator", default=os.path.join(estate.ROOT, "build", "tests", "make_project"))
    parser.add_argument("--count", type=int, default=count, help="how many projects")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--no-corpus", action="store_true", help="leave out the real projects")
    parser.add_argument("--folder", help="where to work: by default in memory when there is room")
    return parser


def workplace(wanted, megabytes):
    """Where to work. In memory, for every run waits until the disk has all."""
    if wanted or not os.path.isdir("/dev/shm"):
        return wanted
    room = os.statvfs("/dev/shm")
    return "/dev/shm" if room.f_bavail * room.f_frsize > 2 * megabytes * 1024 * 1024 else None


class Failure(Exception):
    pass


def need(good, message, *details):
    if not good:
        raise Failure(message + "".join("\n    %s" % str(d)[:2000] for d in details))


# ------------------------------------------------------------------------------------------------------------- folders

def paths(folder):
    for path, names, leaves in os.walk(folder):
        names.sort()
        for name in names + sorted(leaves):
            yield os.path.join(path, name)


def contents(folder):
    """By path the checksum of each file, "/" of each folder."""
    found = {}
    for path in paths(folder):
        key, status = os.path.relpath(path, folder), os.lstat(path)
        if stat.S_ISREG(status.st_mode):
            with open(path, "rb") as file:
                found[key] = hashlib.sha256(file.read()).hexdigest()
        else:
            found[key] = "/" if stat.S_ISDIR(status.st_mode) else "special"
    return found


def stamps(folder):
    """By path of each file what shows that it was written again."""
    found = {}
    for path in paths(folder):
        status = os.lstat(path)
        if not stat.S_ISDIR(status.st_mode):
            found[os.path.relpath(path, folder)] = status.st_mtime_ns, status.st_ino, status.st_size
    return found


def differences(a, b):
    return ["%s: %s" % (key, "only in the first" if key not in b else "only in the second" if key not in a else "differs")
            for key in sorted(set(a) | set(b)) if a.get(key) != b.get(key)]


def same(a, b, what):
    found = differences(a, b)
    need(not found, "%s: %d differences" % (what, len(found)), *found[:10])


# ---------------------------------------------------------------------------------------------------------------- runs

class Place:
    """A folder with an estate and a plan. Where it can, the program runs as nobody and cannot write to the sources."""

    def __init__(self, options, count=None, megabytes=None):
        count = count or options.count
        self.folder = tempfile.mkdtemp(prefix="jpk-migrate-", dir=workplace(options.folder, megabytes or count))
        os.chmod(self.folder, 0o755)
        self.root = os.geteuid() == 0
        self.unprivileged = not self.root or shutil.which("setpriv") is not None
        self.user = ["setpriv", "--reuid", str(NOBODY), "--regid", str(NOBODY), "--clear-groups"] \
            if self.root and self.unprivileged else []
        self.program = shutil.copy(options.program, os.path.join(self.folder, "jpk"))
        self.sources = os.path.join(self.folder, "estate")
        self.estate = estate.make(self.sources, options.program, options.generator, count, options.seed,
                                  not options.no_corpus)
        self.plan_file = os.path.join(self.sources, "plan.json")
        self.work = self.folder_for_all("work")

    def folder_for_all(self, name):
        path = os.path.join(self.folder, name)
        os.makedirs(path, exist_ok=True)
        os.chmod(path, 0o777)
        return path

    def lock_sources(self):
        """Takes the right to write away from the sources, as on a medium that is read-only."""
        for path in list(paths(self.sources)) + [self.sources]:
            mode = os.lstat(path).st_mode
            if mode & 0o444:
                os.chmod(path, mode & ~0o222 & 0o7777)

    def close(self):
        for path in [self.folder] + [p for p in paths(self.folder) if os.path.isdir(p)]:
            os.chmod(path, 0o700)
        shutil.rmtree(self.folder)

    def out(self, name):
        return os.path.join(self.work, name)

    def command(self, *words):
        return self.user + [self.program] + [str(word) for word in words]

    def jpk(self, *words, status=None, **more):
        done = subprocess.run(self.command(*words), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                              stdin=subprocess.DEVNULL, env=dict(os.environ, LC_ALL="C.UTF-8", NO_COLOR="1"), **more)
        good = (status,) if isinstance(status, int) else status
        need(done.returncode >= 0 and (good is None or done.returncode in good),
             "%s: exit status %d, not %s" % (" ".join(map(str, words)), done.returncode, status), done.stdout, done.stderr)
        return done

    def make_plan(self, *words, status=(0, 1), output=None):
        """Makes the plan beside the estate, where its folder must allow that."""
        output = output or self.plan_file
        if os.path.exists(output):
            os.remove(output)
        text = self.jpk("migrate", "plan", "exports", "-m", "map.yaml", "-o", "-", *words, status=status, cwd=self.sources).stdout
        with open(output, "w", encoding="utf-8") as file:
            file.write(text)
        return json.loads(text)

    def run(self, out, *words, plan=None, status=(0, 1), **more):
        return self.jpk("migrate", "run", plan or self.plan_file, "-o", out, *words, status=status, **more)

    def start(self, out, *words, plan=None, **more):
        return subprocess.Popen(self.command("migrate", "run", plan or self.plan_file, "-o", out, "-q", *words),
                                stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, stdin=subprocess.DEVNULL,
                                **more)


def written(plan):
    return [item for item in plan["projects"] if item["action"] in ("move", "convert")]


def record(out, item):
    with open(os.path.join(out, "journal", item["id"] + ".json"), encoding="utf-8") as file:
        return json.load(file)


def others(found, items):
    """What belongs to none of the items, of contents() or stamps() of an output; folders do not count."""
    mine = tuple(item["output"] + "/" for item in items)
    journals = {"journal/%s.json" % item["id"] for item in items}
    return {path: value for path, value in found.items()
            if path not in journals and not path.startswith(mine or ("\0",)) and value != "/"
            and not any(path == item["output"] for item in items)}


def look(pattern, text, what):
    need(re.search(pattern, text, re.M), "%s: no message like '%s'" % (what, pattern), text)


def run_cases(cases, place):
    failed = 0
    try:
        for case in cases:
            name = case.__name__.replace("_", " ")
            try:
                said = case(place)
                print("  %s%s" % (name, ": " + said if said else ""), flush=True)
            except (Failure, OSError, LookupError, ValueError, StopIteration) as failure:
                failed += 1
                print("  FAILED %s: %s: %s" % (name, type(failure).__name__, failure), flush=True)
    finally:
        place.close()
    sys.exit(1 if failed else 0)
