#!/usr/bin/python3
"""What can go wrong around a migration: a fault is a result of its project alone, and the next run mends it.

usage: faults.py [--program PATH] [--generator PATH] [--count N] [--names N] [--seed N] [--no-corpus] [--folder FOLDER]

An estate (estate.py) is planned and migrated undisturbed; then with one fault at a time. What is not touched by it must be
as in the undisturbed run, messages say what happened, and after the fault has gone a run ends with the same folder.
"""
import copy
import json
import os
import re
import resource
import shutil
import signal
import subprocess
import time

import migration
from migration import contents, differences, look, need, others, record, same, stamps, written

# Exit statuses of the program.
OK, FINDINGS, USAGE, INPUT, OUTPUT = 0, 1, 2, 3, 4


# ------------------------------------------------------------------------------------------------------------- helpers

def pick(place, form=None, action=None, count=1):
    """The first written projects of a form that are done in the undisturbed run."""
    found = [item for item in written(place.plan)
             if record(place.reference, item)["status"] != "failed" and (not action or item["action"] == action)
             and (not form or item["source"].endswith(form))]
    need(len(found) >= count, "the estate has no %s that fits" % (form or action))
    return found if count == 0 else found[:count]


def source_of(place, item):
    return os.path.join(place.sources, item["source"])


def must_have_failed(place, out, items, message, code, said):
    """Exactly these have failed, with a record and a line of their own; all others are as they were."""
    same(others(place.first, items), others(contents(out), items), "what the fault does not touch")
    for item in items:
        kept = record(out, item)
        need(kept["status"] == "failed" and kept["outputs"] == [], "not failed: %s" % item["source"], kept)
        need(re.search(message, kept["error"]["message"]) and kept["error"]["code"] == code,
             "the record of %s says something else" % item["source"], kept["error"])
        need(not os.path.exists(os.path.join(out, item["output"])), "has results: %s" % item["source"])
        look(r"^%s: error: .*%s \[%s\]$" % (re.escape(item["source"]), message, code), said, item["source"])


def must_be_mended(place, out, what, *words):
    done = place.run(out, *words, status=place.status)
    same(place.first, contents(out), "%s, and a run afterwards" % what)
    shutil.rmtree(out)
    return done


class Changed:
    """A source that is changed for a while, and then as it was in bytes and times."""

    def __init__(self, place, item):
        self.path, self.aside = source_of(place, item), os.path.join(place.folder, "aside")

    def __enter__(self):
        copy_of = shutil.copytree if os.path.isdir(self.path) else shutil.copy2
        copy_of(self.path, self.aside)
        return self.path

    def __exit__(self, *_):
        remove(self.path)
        shutil.move(self.aside, self.path)


def remove(path):
    if os.path.isdir(path):
        shutil.rmtree(path)
    elif os.path.lexists(path):
        os.remove(path)


def writable(path):
    """What nobody's run has written is changed as nobody would: root may, others own it."""
    os.chmod(path, 0o644)
    return path


# -------------------------------------------------------------------------------------------------------------- output

def a_file_is_too_large(place):
    """RLIMIT_FSIZE without its signal: like a full disk, but for large files alone."""
    sizes = sorted(max(output["size"] for output in record(place.reference, item)["outputs"]) for item in pick(place, count=0))
    limit = max(os.path.getsize(place.plan_file), sizes[len(sizes) // 2]) + 1
    hit = [item for item in pick(place, count=0)
           if max(output["size"] for output in record(place.reference, item)["outputs"]) > limit]
    need(hit, "no result is larger than %d bytes" % limit)

    def bound():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    out = place.out("large")
    said = place.run(out, status=OUTPUT, preexec_fn=bound).stderr
    must_have_failed(place, out, hit, "File too large", "write", said)
    must_be_mended(place, out, "files that were too large")
    return "%d of %d projects" % (len(hit), len(written(place.plan)))


def disk_full(place):
    """A file system of its own that has room for about a third; then for all."""
    out = place.folder_for_all("full")
    size = sum(os.path.getsize(p) for p in migration.paths(place.reference) if os.path.isfile(p))
    options = "size=%d,mode=777" % max(size // 3, 1 << 20)
    if not place.root or subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", out], stderr=subprocess.DEVNULL).returncode:
        return "skipped, for nothing can be mounted here"
    try:
        inside = os.path.join(out, "out")
        done = place.run(inside, status=OUTPUT)
        look(r"^exports/.*: error: .*No space left on device", done.stderr, "a full disk")
        now = contents(inside) if os.path.isdir(inside) else {}
        for item in written(place.plan):
            folder = os.path.join(inside, item["output"])
            if os.path.isdir(folder):
                mine = {path: value for path, value in place.first.items() if path.startswith(item["output"] + "/")}
                there = {path: value for path, value in now.items() if path.startswith(item["output"] + "/")}
                same(mine, there, "results that are there are complete")
        need(len(now) < len(place.first), "everything had room")
        subprocess.run(["mount", "-o", "remount,size=%d" % (size * 4 + (64 << 20)), out], check=True)
        must_be_mended(place, inside, "a disk that was full")
    finally:
        subprocess.run(["umount", out], check=True)


def output_is_read_only(place):
    if not place.unprivileged:
        return "skipped, for root may write everywhere"
    above = place.folder_for_all("work/above")
    os.chmod(above, 0o555)
    out = os.path.join(above, "out")
    done = place.run(out, status=OUTPUT)
    look(r"/out: error: .*Permission denied", done.stderr, "a folder that is read-only")
    os.chmod(above, 0o777)
    place.run(out, status=place.status)
    journal = os.path.join(out, "journal")
    item, mode = pick(place)[0], os.stat(journal).st_mode
    before = contents(out)
    os.remove(os.path.join(journal, item["id"] + ".json"))
    os.chmod(journal, 0o555)
    done = place.run(out, status=OUTPUT)
    look(r"^%s: error: .*Permission denied" % re.escape(item["source"]), done.stderr, "a journal that is read-only")
    os.chmod(journal, mode)
    place.run(out, status=place.status)
    same(before, contents(out), "a journal that was read-only")
    os.chmod(out, 0o555)
    done = place.run(out, status=OUTPUT)
    look(r"error: .*Permission denied", done.stderr, "an output that is read-only")
    os.chmod(out, 0o777)
    shutil.rmtree(above)


def output_is_something_else(place):
    out = place.out("other")
    with open(out, "w", encoding="utf-8") as file:
        file.write("mine\n")
    done = place.run(out, status=OUTPUT)
    look(r"/other: error: .*(is a file|File exists)", done.stderr, "an output that is a file")
    need(open(out, encoding="utf-8").read() == "mine\n", "the file was changed")
    os.remove(out)
    place.folder_for_all("work/other")
    with open(os.path.join(out, "letter.txt"), "w", encoding="utf-8") as file:
        file.write("mine\n")
    before = stamps(out)
    done = place.run(out, status=OUTPUT)
    look(r"/other: error: is not empty, and holds no output of a migration", done.stderr, "somebody else's folder")
    need(stamps(out) == before, "somebody else's folder was changed", os.listdir(out))
    shutil.rmtree(out)


# -------------------------------------------------------------------------------------------------------------- inputs

def sources_vanish(place):
    items = pick(place, count=3)
    out = place.out("vanished")
    with Changed(place, items[0]) as path:
        remove(path)
        said = place.run(out, status=INPUT).stderr
        must_have_failed(place, out, items[:1], "cannot be opened: No such file or directory", "read", said)
    must_be_mended(place, out, "a source that had vanished")


def sources_change_before(place):
    out = place.out("changed")
    for item in pick(place, form=".jpk") + pick(place, form=".json"):
        with Changed(place, item) as path:
            with open(path, "ab") as file:
                file.write(b"\n")
            said = place.run(out, status=(INPUT, FINDINGS)).stderr
            must_have_failed(place, out, [item], "is not what it was when the plan was made; make the plan again", "changed", said)
        must_be_mended(place, out, "a source that had changed")


def folders_change_before(place):
    item = next((i for i in pick(place, count=0) if os.path.isdir(source_of(place, i))), None)
    out = place.out("changed")
    with Changed(place, item) as path:
        with open(os.path.join(path, "another.txt"), "w", encoding="utf-8"):
            pass
        said = place.run(out, status=(INPUT, FINDINGS)).stderr
        must_have_failed(place, out, [item], "is not what it was when the plan was made; make the plan again", "changed", said)
    must_be_mended(place, out, "a folder that had changed")


def sources_change_meanwhile(place):
    """The largest Jitterpak is changed as soon as its folder is there; the run may or may not have read it then."""
    item = max(pick(place, form=".jpk", count=0), key=lambda i: os.path.getsize(source_of(place, i)))
    out = place.out("meanwhile")
    with Changed(place, item) as path:
        process = place.start(out, "-j1", "--only", item["id"])
        while process.poll() is None and not any(item["id"] in p for p in migration.paths(out)):
            time.sleep(0.0005)
        with open(path, "ab") as file:
            file.write(b"\n")
        said = process.communicate()[1]
        kept = record(out, item)
        need(kept["status"] == "failed" and kept["error"]["code"] == "changed", "nobody saw that the source changed", kept)
        look("has changed while it was read|is not what it was when the plan was made", said, "a source that changes")
    message = kept["error"]["message"]
    must_be_mended(place, out, "a source that changed meanwhile")
    return "it " + message


def sources_become_unreadable(place):
    if not place.unprivileged:
        return "skipped, for root may read everything"
    item = pick(place, form=".jpk")[0]
    out, path = place.out("unreadable"), source_of(place, item)
    mode = os.stat(path).st_mode
    os.chmod(path, 0)
    try:
        said = place.run(out, status=INPUT).stderr
        must_have_failed(place, out, [item], "cannot be opened: Permission denied", "read", said)
    finally:
        os.chmod(path, mode)
    must_be_mended(place, out, "a source that was unreadable")


# --------------------------------------------------------------------------------------------------------------- names

def small_exports(folder, count):
    """Projects of one name and of ids of their own, as small as they can be."""
    os.makedirs(folder)
    for i in range(count):
        project = {"type": 100, "name": "Orders", "id": "%08x-0000-4000-8000-000000000000" % i, "organizationId": "300001",
                   "targetEnvironmentId": "400001", "metadataVersion": "1.0.1", "workflows": [], "components": [],
                   "createdOn": 1760000000000 + i}
        with open(os.path.join(folder, "%06d.json" % i), "w", encoding="utf-8") as file:
            json.dump({"assets": [], "project": project, "version": "1"}, file)


def plan_time(place, inputs, output, policy, status):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    words = ("--on-conflict", policy) if policy else ()
    done = place.jpk("migrate", "plan", inputs, "-m", os.path.join(place.sources, "map.yaml"), "-o", output, "-f", *words, status=status)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime, done


def names_collide(place):
    """Four times as many take four times as long, with every policy."""
    policies = {"rename": lambda n: {"move": n}, "fail": lambda n: {"refuse": n},
                "newest": lambda n: {"move": 1, "skip": n - 1}, "skip": lambda n: {"move": 1, "skip": n - 1}}
    said, times = [], {}
    for count in (place.options.names // 4, place.options.names):
        inputs, output = os.path.join(place.folder, "names-%d" % count), place.out("names.json")
        small_exports(inputs, count)
        _, done = plan_time(place, inputs, output, None, USAGE)
        look("^jpk: error: 'Orders' would be the name of several projects in an environment: say with --on-conflict ", done.stderr, "no policy")
        need(not os.path.exists(output), "a plan was written all the same")
        for policy, wanted in policies.items():
            times[policy, count], _ = plan_time(place, inputs, output, policy, (OK, FINDINGS))
            with open(output, encoding="utf-8") as file:
                plan = json.load(file)
            found = {}
            for item in plan["projects"]:
                found[item["action"]] = found.get(item["action"], 0) + 1
            need(found == wanted(count), "%s of %d: %s" % (policy, count, found))
            names = [item["name"].lower() for item in written(plan)]
            need(len(set(names)) == len(names), "%s: names meet all the same" % policy)
            need(len({item["output"].lower() for item in written(plan)}) == len(names), "%s: outputs meet" % policy)
            os.remove(output)
        shutil.rmtree(inputs)
    for policy in policies:
        few, many = times[policy, place.options.names // 4], times[policy, place.options.names]
        said.append("%s %.2f s" % (policy, many))
        need(many < 8 * few + 0.5, "%s is quadratic: %.2f s, of four times as many %.2f s" % (policy, few, many))
    return "%d: %s" % (place.options.names, ", ".join(said))


# --------------------------------------------------------------------------------------------------------------- plans

def change_at(*keys, value=None):
    """Sets a member of the first project that is written; None takes it away."""
    def change(plan, item):
        at = item
        for key in keys[:-1]:
            at = at[key]
        if value is None:
            at.pop(keys[-1], None)
        else:
            at[keys[-1]] = value
    return change


def same_as_next(key):
    def change(plan, item):
        second = next(i for i in written(plan) if i is not item and i["environment"] == item["environment"])
        item[key] = second[key]
    return change


def inside_of_next(plan, item):
    item["output"] = next(i for i in written(plan) if i is not item)["output"] + "/inside"


# An edit, the message, and a text that stands in the line that it names (None: anywhere).
BAD_PLANS = [
    ("no such environment", change_at("environment", value="Nowhere"),
     "the organization there has no environment 'Nowhere'; \"target\" lists those it has", '"environment": "Nowhere"'),
    ("no environment", change_at("environment"), 'does not say to which environment it goes: it needs an "environment"', None),
    ("no name", change_at("name"), 'has no name there: it needs a "name"', None),
    ("bad name", change_at("name", value="a/b"), "names of projects may not hold", '"name": "a/b"'),
    ("name twice", same_as_next("name"), "is the name of another project in that environment", '"name": '),
    ("name is there", change_at("name", value="BILLING"), "is the name of another project in that environment", '"name": "BILLING"'),
    ("output twice", same_as_next("output"), "is the output of another project", '"output": '),
    ("output outside", change_at("output", value="projects/../../x"), "must be a folder below projects/", '"output": "projects/..'),
    ("output absolute", change_at("output", value="/etc/x"), "does not match the pattern ^projects/", '"output": "/etc'),
    ("output in another", inside_of_next, "the output of another project", '"output": '),
    ("no output", change_at("output"), 'does not say where its results go: it needs an "output"', None),
    ("id twice", lambda plan, item: item.update(id=written(plan)[-1]["id"]), "is the id of another project", '"id": '),
    ("id of a path", change_at("id", value="../x"), "id", '"id": "../x"'),
    ("no such action", change_at("action", value="copy"), "action", '"action": "copy"'),
    ("not its studio", lambda plan, item: item.update(action="move", studio="cloud" if "kind" in item["input"] else "design"),
     "is 'move', but \"studio\" is that of the other form: say 'convert'", '"action": "move"'),
    ("instead of nobody", change_at("instead", value="nobody-0"), "'nobody-0' is no project of this plan", '"instead": "nobody-0"'),
    ("a backup", lambda plan, item: by_reason(plan, "environment-backup").update(
        action="move", name="backup", environment="Test", output="projects/Test/backup"),
     "cannot be 'move': an environment backup can be imported only into its own environment", '"action": "move"'),
    ("unreadable", lambda plan, item: by_reason(plan, "unreadable").update(
        action="move", name="unreadable", environment="Test", output="projects/Test/unreadable"),
     'cannot be \'move\': there is no "input", for it could not be read when the plan was made', '"action": "move"'),
    ("no id", change_at("id"), "id", None),
    ("no source", change_at("source"), "source", None),
    ("projects no list", lambda plan, item: plan.update(projects={}), "projects", '"projects": {}'),
    ("another format", lambda plan, item: plan.update(planFormat=99), "planFormat", "99"),
]


def by_reason(plan, reason):
    return next(item for item in plan["projects"] if item.get("reason") == reason)


def plans_are_edited_badly(place):
    path, out = os.path.join(place.sources, "edited.json"), place.out("edited")
    for name, change, message, line in BAD_PLANS:
        plan = copy.deepcopy(place.plan)
        change(plan, written(plan)[0])
        with open(path, "w", encoding="utf-8") as file:
            json.dump(plan, file, indent=2)
        done = place.run(out, plan=path, status=INPUT)
        look(r"edited\.json:\d+:\d+: error: .*" + re.escape(message), done.stderr, name)
        places = [int(n) for n in re.findall(r"edited\.json:(\d+):", done.stderr)]
        with open(path, encoding="utf-8") as file:
            lines = file.read().split("\n")
        need(line is None or any(line in lines[n - 1] for n in places), "%s: the place is another" % name, done.stderr,
             lines[places[0] - 1])
        need(not os.path.exists(out), "%s: something was written" % name)
    for name, text in (("cut off", json.dumps(place.plan)[:5000]), ("empty", ""), ("no JSON", "hello\n"), ("a list", "[]\n")):
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        done = place.run(out, plan=path, status=INPUT)
        look(r"edited\.json(:\d+:\d+)?: error: ", done.stderr, name)
        need(not os.path.exists(out), "%s: something was written" % name)
    os.remove(path)
    return "%d edits" % (len(BAD_PLANS) + 4)


# ------------------------------------------------------------------------------------------------------ after the fact

def spoil(out, place, items, spoil_one, what, redone):
    """Spoils something of each project; a run mends exactly these."""
    before = stamps(out)
    for item in items:
        spoil_one(item)
    done = place.run(out, status=place.status)
    same(place.first, contents(out), what)
    same(others(before, items), others(stamps(out), items), "%s: others were done again" % what)
    if redone:
        look(r"^ *%d  of these were done anew" % len(items), done.stdout, what)
    look(r"^ *%d  of these were done already" % (place.good - len(items)), done.stdout, what)


def journals_and_results_are_spoilt(place):
    out = place.out("spoilt")
    place.run(out, status=place.status)
    items = pick(place, count=4)

    def journal_of(item):
        return writable(os.path.join(out, "journal", item["id"] + ".json"))

    def result_of(item, which=0):
        return writable(os.path.join(out, record(out, item)["outputs"][which]["path"]))

    def truncate(path, size):
        os.truncate(path, size)

    def flip(path):
        with open(path, "r+b") as file:
            file.seek(os.path.getsize(path) // 2)
            byte = file.read(1)
            file.seek(-1, os.SEEK_CUR)
            file.write(bytes([byte[0] ^ 1]))

    def put(path, text):
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)

    def fill_with_zeros(path):
        put(path, "\0" * os.path.getsize(path))

    def by_a_file(item):
        shutil.rmtree(os.path.join(out, item["output"]))
        put(os.path.join(out, item["output"]), "no folder\n")

    rows = [
        ("a record that is cut off", lambda i: truncate(journal_of(i), os.path.getsize(journal_of(i)) // 2), False),
        ("a record that is empty", lambda i: truncate(journal_of(i), 0), False),
        ("a record of zeros", lambda i: fill_with_zeros(journal_of(i)), False),
        ("a record that is something else", lambda i: put(journal_of(i), "[1, 2]\n"), False),
        ("a record with members that are something else",
         lambda i: put(journal_of(i), '{"journalFormat": 1, "id": [], "key": {}, "status": 7, "outputs": "x"}\n'), False),
        ("a record that has gone", lambda i: os.remove(journal_of(i)), False),
        ("a result that is spoilt", lambda i: flip(result_of(i)), True),
        ("a result that is empty", lambda i: truncate(result_of(i), 0), True),
        ("a result that has gone", lambda i: os.remove(result_of(i, -1)), True),
        ("a folder of results that has gone", lambda i: shutil.rmtree(os.path.join(out, i["output"])), True),
        ("a file in the place of results", by_a_file, True),
    ]
    for what, spoil_one, redone in rows:
        spoil(out, place, items, spoil_one, what, redone)
    for name in ("plan.json", "migration.json"):
        os.truncate(writable(os.path.join(out, name)), 3)
        place.run(out, status=place.status)
        same(place.first, contents(out), "%s that is cut off" % name)
    shutil.rmtree(out)
    return "%d ways" % (len(rows) + 2)


def two_runs_at_the_same_time(place):
    out = place.out("two")
    first = place.start(out, "-j1")
    while first.poll() is None and not os.path.isdir(os.path.join(out, "journal")) or len(os.listdir(os.path.join(out, "journal"))) < 3:
        time.sleep(0.001)
    first.send_signal(signal.SIGSTOP)
    before = stamps(out)
    done = place.run(out, status=OUTPUT)
    look("/two: error: another run is writing these projects into it at this moment", done.stderr, "the second run")
    need(before == stamps(out), "the second run has changed something", *differences(before, stamps(out)))
    first.send_signal(signal.SIGCONT)
    first.communicate()
    need(first.returncode == place.status, "the first run ended with %d" % first.returncode)
    same(place.first, contents(out), "two runs at the same time")
    shutil.rmtree(out)


def not_even_the_plan_has_room(place):
    """What was begun then is no folder of somebody else's for the next run."""
    def bound():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (500, 500))

    out = place.out("plan")
    done = place.run(out, status=OUTPUT, preexec_fn=bound)
    look("error: .*File too large", done.stderr, "a plan that is too large")
    must_be_mended(place, out, "a plan that was too large")


def runs_come_and_go(place):
    """Short runs, one ending while the next begins: each does its part."""
    path = os.path.join(place.sources, "short.json")
    plan = dict(place.plan, projects=pick(place, form=".json", count=2))
    for item in plan["projects"]:
        item.pop("instead", None)
    with open(path, "w", encoding="utf-8") as file:
        json.dump(plan, file)
    place.run(place.out("short"), plan=path)
    wanted, shards = contents(place.out("short")), 4
    for turn in range(place.options.turns):
        out = place.out("turn")
        runs = [place.start(out, "--shard", "%d/%d" % (k + 1, shards), plan=path) for k in range(shards)]
        for run in runs:
            said = run.communicate()[1]
            need(run.returncode in (OK, FINDINGS), "turn %d: a run ended with %d" % (turn, run.returncode), said)
        same(wanted, contents(out), "turn %d of short runs" % turn)
        shutil.rmtree(out)
    shutil.rmtree(place.out("short"))
    os.remove(path)


def many_runs_begin_at_once(place):
    """Whoever comes too late says so; none fails otherwise, and what is there at the end is the whole."""
    turns, late = max(place.options.turns // 4, 1), 0
    for turn in range(turns):
        out = place.out("race-%d" % turn)
        runs = [place.start(out) for _ in range(4)] + [place.start(out, "--shard", "%d/2" % k) for k in (1, 2)]
        good = 0
        for run in runs:
            said = run.communicate()[1]
            if run.returncode == OUTPUT:
                look("another run is writing these projects into it at this moment", said, "a run that comes too late")
                late += 1
            else:
                need(run.returncode in (OK, FINDINGS, INPUT), "a run ended with %d" % run.returncode, said)
                good += 1
        need(good > 0, "none of them ran")
        place.run(out, status=place.status)
        same(place.first, contents(out), "runs that begin at once")
        shutil.rmtree(out)
    return "%d of %d came too late" % (late, turns * 6)


def plans_change_between(place):
    """A run that was stopped goes on with another plan: the same as a run of that plan alone."""
    path, out = os.path.join(place.sources, "changed.json"), place.out("between")
    plan = copy.deepcopy(place.plan)
    items = [next(i for i in written(plan) if i["id"] == item["id"]) for item in pick(place, count=8)]
    items[0]["name"] += " renamed"
    items[1].update(environment="Production" if items[1]["environment"] != "Production" else "Test",
                    name=items[1]["name"] + " elsewhere", output="projects/Elsewhere/here/it is")
    items[2].update(action="skip")
    for key in ("name", "output", "environment"):
        items[2].pop(key, None)
    items[3]["output"], items[4]["output"] = items[4]["output"], items[3]["output"]
    items[5]["output"] = "projects/Deep/er/and/deeper"
    items[6]["output"] += "/inside"
    items[7]["name"] = items[7]["name"].upper()
    with open(path, "w", encoding="utf-8") as file:
        json.dump(plan, file, indent=2)
    undisturbed = place.run(place.out("plan"), plan=path, status=(OK, FINDINGS, INPUT))
    wanted = contents(place.out("plan"))
    place.run(out, "--only", ",".join(item["id"] for item in items), status=(OK, FINDINGS, INPUT))
    for way in (("--shard", "1/2"), (), ()):
        done = place.run(out, *way, plan=path, status=(OK, FINDINGS, INPUT))
    need(done.returncode == undisturbed.returncode, "the exit status is %d" % done.returncode)
    same(wanted, contents(out), "a run that went on with another plan")
    done = place.run(out, status=place.status)
    look("^jpk: the plan is not that of the last run; what it says otherwise is done anew", done.stderr, "a changed plan")
    same(place.first, contents(out), "back to the first plan")
    done = place.run(out, "-j4", plan=path, status=(OK, FINDINGS, INPUT))
    same(wanted, contents(out), "forth to the changed plan")
    os.remove(path)
    shutil.rmtree(out)
    shutil.rmtree(place.out("plan"))


def what_failed_is_not_left_behind(place):
    """Results whose source has changed since stay, but go when the project is done again elsewhere."""
    path, out, item = os.path.join(place.sources, "elsewhere.json"), place.out("stale"), pick(place, form=".jpk")[0]
    plan = copy.deepcopy(place.plan)
    next(i for i in plan["projects"] if i["id"] == item["id"])["output"] = "projects/Elsewhere"
    with open(path, "w", encoding="utf-8") as file:
        json.dump(plan, file)
    place.run(place.out("plan"), plan=path, status=place.status)
    place.run(out, status=place.status)
    before = stamps(os.path.join(out, item["output"]))
    with Changed(place, item) as source:
        with open(source, "ab") as file:
            file.write(b"\n")
        for _ in range(2):
            place.run(out, status=INPUT)
            need(record(out, item)["status"] == "failed", "not failed: %s" % item["source"])
            need(before == stamps(os.path.join(out, item["output"])), "results of an earlier run were changed")
    place.run(out, plan=path, status=place.status)
    same(contents(place.out("plan")), contents(out), "a plan that goes elsewhere after a failure")
    shutil.rmtree(place.out("plan"))
    os.remove(path)
    must_be_mended(place, out, "a source that had changed after it was done")


def stopped_by_signals(place):
    """As at a terminal: interrupted, the next run goes on."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        out = place.out("signal")
        process = place.start(out)
        while process.poll() is None and not os.path.isdir(os.path.join(out, "projects")):
            time.sleep(0.001)
        process.send_signal(number)
        process.communicate()
        must_be_mended(place, out, "a run that was stopped")


def main():
    parser = migration.arguments(__doc__.split("\n", 1)[0], 40)
    parser.add_argument("--names", type=int, default=800, help="how many projects of one name")
    parser.add_argument("--turns", type=int, default=8, help="how often runs are begun at the same time")
    options = parser.parse_args()
    place = migration.Place(options)
    place.options = options
    place.plan = place.make_plan("--on-conflict", "rename")
    place.reference = place.out("reference")
    place.status = place.run(place.reference, status=(OK, FINDINGS, INPUT)).returncode
    place.first = contents(place.reference)
    place.good = sum(record(place.reference, item)["status"] != "failed" for item in written(place.plan))
    print("faults: %d projects, %d written" % (options.count, place.good), flush=True)
    migration.run_cases([
        a_file_is_too_large, disk_full, output_is_read_only, output_is_something_else, sources_vanish, sources_change_before,
        folders_change_before, sources_change_meanwhile, sources_become_unreadable, names_collide, plans_are_edited_badly,
        journals_and_results_are_spoilt, two_runs_at_the_same_time, not_even_the_plan_has_room,
        runs_come_and_go, many_runs_begin_at_once, plans_change_between,
        what_failed_is_not_left_behind, stopped_by_signals], place)


main()
