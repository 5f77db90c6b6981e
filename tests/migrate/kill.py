#!/usr/bin/python3
"""Migrations that are killed, shared out and repeated: the folder has the same bytes, and nothing is done twice.

usage: kill.py [--program PATH] [--generator PATH] [--count N] [--kills N] [--seed N] [--no-corpus] [--folder FOLDER]

An estate (estate.py) is planned and migrated undisturbed; then again in other ways, each beside the first. The sources
are read-only, and must be the same afterwards in bytes and times.
"""
import os
import random
import shutil
import subprocess
import time

import migration
from migration import contents, need, record, same, stamps, written

ALONE = 40  # how many projects get a run of their own; the others go in groups


class Killer:
    """Runs until a random number of projects more is done, or for a random moment, and kills."""

    def __init__(self, place, out, rng, kills, plan):
        self.place, self.out, self.rng, self.kills = place, out, rng, kills
        self.items = written(plan)
        self.done = {}  # by id: stamps of its results and its record, once it was seen to be done

    def count(self):
        journal = os.path.join(self.out, "journal")
        return len(os.listdir(journal)) if os.path.isdir(journal) else 0

    def wait(self, process):
        """Until the moment to kill. Every fourth comes early, whatever is under way then."""
        if self.rng.random() < 0.25:
            time.sleep(self.rng.random() * 0.2)
            return
        step = max(1, 2 * len(self.items) // (self.kills + 1))
        target = self.count() + self.rng.randrange(step)
        while process.poll() is None and self.count() <= target:
            time.sleep(0.001)
        time.sleep(self.rng.random() * 0.02)

    def note(self):
        """What is done now; what was done before must be untouched."""
        redone = []
        for item in self.items:
            path = os.path.join(self.out, "journal", item["id"] + ".json")
            if not os.path.exists(path):
                need(item["id"] not in self.done, "a record has gone: %s" % item["id"])
                continue
            folder = os.path.join(self.out, item["output"])
            now = (os.stat(path).st_ino, os.stat(path).st_mtime_ns, stamps(folder) if os.path.isdir(folder) else None)
            if self.done.setdefault(item["id"], now) != now and record(self.out, item)["status"] != "failed":
                redone.append(item["id"])
        need(not redone, "done twice: %d projects" % len(redone), *redone[:5])

    def run(self):
        """How often it was killed before it came to its end."""
        killed = 0
        while killed < self.kills:
            process = self.place.start(self.out)
            self.wait(process)
            ended = process.poll() is not None
            if not ended:
                process.kill()
            process.communicate()
            self.note()
            if ended:
                need(process.returncode in (0, 1, 3), "the run ended with %d" % process.returncode)
                break
            killed += 1
        return killed


def planned_as_it_is(place):
    """What is broken is refused for that reason; of copies one goes."""
    by_source = {item["source"]: item for item in place.plan["projects"]}
    need(len(by_source) == len(place.estate), "%d of %d projects are planned" % (len(by_source), len(place.estate)),
         *sorted(set(by_source) ^ {p["path"] for p in place.estate})[:5])
    copied = {}
    for project in place.estate:
        item, broken = by_source[project["path"]], project.get("broken")
        if broken == "characters":
            need(not set(item["name"]) & set('\\/:?*"<>|') and item["action"] in ("move", "convert"), "a name is not allowed", item)
        elif broken and (broken != "mode" or place.unprivileged):
            need(item["action"] == "refuse" and item["reason"] == project["reason"], "%s is planned otherwise" % broken, item)
        elif not broken:
            copied.setdefault((project["id"], project.get("version", 0)), []).append(item)
    for items in copied.values():
        left = [item for item in items if item.get("reason") != "duplicate"]
        need(len(left) == 1, "%d of %d copies go" % (len(left), len(items)), *items)
    return "%d broken, %d copies" % (sum("broken" in p for p in place.estate), len(place.estate) - len(copied))


def killed(place):
    rng, out, total, rounds = random.Random(place.options.seed), place.out("b"), 0, 0
    while total < place.options.kills:
        shutil.rmtree(out, ignore_errors=True)
        killer = Killer(place, out, rng, place.options.kills - total, place.plan)
        total += killer.run()
        rounds += 1
        place.run(out, status=place.status)
        killer.note()
        same(place.first, contents(out), "a run that was killed, beside an undisturbed one")
    before = stamps(out)
    again = place.run(out, status=place.status)
    same(before, stamps(out), "a run after all was done")
    migration.look(r"^ *%d  of these were done already" % place.good, again.stdout, "a run after all was done")
    shutil.rmtree(out)
    return "%d kills in %d migrations" % (total, rounds)


def shards_one_after_the_other(place):
    out = place.out("shards")
    for k in (2, 3, 1):
        place.run(out, "--shard", "%d/3" % k, status=(0, 1, 3))
    same(place.first, contents(out), "shards")
    shutil.rmtree(out)


def shards_at_the_same_time(place):
    for turn in range(3):
        out = place.out("together-%d" % turn)
        runs = [place.start(out, "--shard", "%d/3" % k) for k in (1, 2, 3)]
        for run in runs:
            said = run.communicate()[1]
            need(run.returncode in (0, 1, 3), "a shard ended with %d" % run.returncode, said)
        same(place.first, contents(out), "shards at the same time")
        shutil.rmtree(out)


def shards_in_folders_of_their_own(place):
    out = place.folder_for_all("work/copied")
    for k in (1, 2, 3):
        part = place.out("part-%d" % k)
        place.run(part, "--shard", "%d/3" % k, status=(0, 1, 3))
        subprocess.run(["cp", "-a", part + "/.", out], check=True)
        shutil.rmtree(part)
    same(place.first, contents(out), "shards that were copied together")
    before = stamps(out)
    place.run(out, status=place.status)
    same(before, stamps(out), "a run of what was copied together")
    shutil.rmtree(out)


def only(place):
    out = place.out("only")
    ids = [item["id"] for item in written(place.plan)]
    groups = [[name] for name in ids[:ALONE]] + [ids[i:i + 100] for i in range(ALONE, len(ids), 100)]
    random.Random(place.options.seed).shuffle(groups)
    for group in groups:
        place.run(out, "--only", ",".join(group), status=(0, 1, 3))
    same(place.first, contents(out), "projects by their ids")
    shutil.rmtree(out)


def jobs(place):
    for count in (1, 4):
        out = place.out("jobs")
        place.run(out, "-j%d" % count, status=place.status)
        same(place.first, contents(out), "-j%d" % count)
        shutil.rmtree(out)


def dry_run(place):
    place.run(place.out("dry"), "--dry-run", status=0)
    need(not os.path.exists(place.out("dry")), "a dry run has written something")


def sources_untouched(place):
    same(place.before[0], contents_readable(place.sources), "the sources, their bytes")
    same(place.before[1], stamps(place.sources), "the sources, their times")


def contents_readable(folder):
    return contents(folder) if os.geteuid() == 0 else {
        path: hash_of for path, hash_of in ((p, os.path.getsize(os.path.join(folder, p))) for p in stamps(folder))}


def main():
    parser = migration.arguments(__doc__.split("\n", 1)[0], 40)
    parser.add_argument("--kills", type=int, default=5, help="how often a run is killed")
    options = parser.parse_args()
    place = migration.Place(options, megabytes=options.count)
    place.options = options
    place.plan = place.make_plan("--on-conflict", "rename")
    place.lock_sources()
    place.before = contents_readable(place.sources), stamps(place.sources)
    began = time.monotonic()
    undisturbed = place.run(place.out("a"), status=(0, 1, 3))
    place.status, place.first = undisturbed.returncode, contents(place.out("a"))
    items = written(place.plan)
    failed = [item["id"] for item in items if record(place.out("a"), item)["status"] == "failed"]
    place.good = len(items) - len(failed)
    need(len(items) > options.count / 2, "too few projects are written: %d" % len(items))
    print("migrations: %d projects, %d written in %.1f s, %d failed"
          % (options.count, len(items), time.monotonic() - began, len(failed)), flush=True)
    migration.run_cases([planned_as_it_is, killed, shards_one_after_the_other, shards_at_the_same_time, shards_in_folders_of_their_own, only,
                         jobs, dry_run, sources_untouched], place)


main()
