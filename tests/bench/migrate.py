#!/usr/bin/python3
"""The benchmark of migrations: projects a second, and memory that does not grow with their number.

    migrate.py [BUILD] [COUNT]

COUNT (2,000) is how many projects the mixed estate has, and how many copies of the real Jitterpak are moved to see that
memory does not grow; a quarter of them are moved and converted. All is written to the disk that the build is on, and a run ends when the disk has it. A run writes into a folder
that is not there yet. Figures are those of the median run; the peak is the greatest.
"""
import json
import os
import random
import subprocess
import sys
import uuid

import summary
from bench import BUILD, ROOT, SAMPLES, WORK, compile_tool, fresh, median, run_once, tool, verdict

sys.path.insert(0, os.path.join(ROOT, "tests", "migrate"))
import estate  # noqa: E402

COUNT = int(sys.argv[2]) if len(sys.argv) > 2 else 2000
HEADING = "migrations"
GOAL, PEAK = 60, 300  # projects a second on two cores, MiB
JPK = os.path.abspath(os.path.join(BUILD, "jpk"))
MAP = {"mapFormat": 1, "organizations": [
    {"name": "Acme", "subscription": "subscribed", "environments": [{"name": "Development"}]},
    {"name": "Trial", "subscription": "trial"}]}


def copies(folder, count):
    """Jitterpaks of the real one's size; of a sample's where it is not there."""
    real = os.path.join(estate.CORPUS, "salesforce-to-netsuite.jpk")
    base = estate.Base.of_archive(real) if os.path.exists(real) else estate.Base.of_folder(
        os.path.join(SAMPLES, "salesforce-to-netsuite"))
    rng = random.Random(1)
    for i in range(count):
        project = {"name": "Copy %d" % i, "id": str(uuid.UUID(int=rng.getrandbits(128), version=4)), "created": 1760000000000,
                   "organization": "Trial", "organizationId": "300001", "environment": "Development", "environmentId": "400001"}
        estate.write(os.path.join(folder, "%04d.jpk" % i), estate.archive(project["name"], base, estate.retold(base, project)))
    return os.path.exists(real)


def make_plan(inputs, name, the_map):
    """Returns the file of the plan, how many projects it writes, and the row for making it."""
    plan, map_file = tool(name + "-plan.json"), tool(name + "-map.json")
    if isinstance(the_map, dict):
        with open(map_file, "w", encoding="utf-8") as file:
            json.dump(the_map, file)
    else:
        map_file = the_map
    row = run_once([JPK, "migrate", "plan", inputs, "-m", map_file, "-o", plan, "-f", "-q", "--on-conflict", "rename"], (0, 1, 3))
    with open(plan, encoding="utf-8") as file:
        written = sum(p["action"] in ("move", "convert") for p in json.load(file)["projects"])
    return plan, written, row


def show(label, projects, runs):
    wall, peak = median(runs) / 1000, max(run[1] for run in runs)
    print("  %-32s %4d %9d %9.1f %12.1f %10.2f %9.1f" % (label, len(runs), projects, wall, projects / wall,
                                                       median(runs, 2) / projects, peak), flush=True)
    return projects / wall, peak, median(runs, 2) / projects


def run(label, plan, projects, rounds):
    out, runs = tool("migrated"), []
    for _ in range(rounds):
        fresh(out)
        runs.append(run_once([JPK, "migrate", "run", plan, "-o", out, "-q"], (0, 1, 3)))
    figures = show(label, projects, runs)
    promises = [("%d a second" % GOAL, figures[0] >= GOAL), ("less than %d MiB" % PEAK, figures[1] < PEAK)]
    summary.record(HEADING, "migrate run, " + label.split(",")[0], "{:,} projects".format(projects), runs, None,
                   [("%.0f a second, promised %s" % (figures[0], text) if "second" in text else text, kept)
                    for text, kept in promises])
    show(label + ", again", projects, [run_once([JPK, "migrate", "run", plan, "-o", out, "-q"], (0, 1, 3))])
    fresh(out)
    return figures


def main():
    os.environ.update(LC_ALL="C.UTF-8", NO_COLOR="1")
    os.makedirs(WORK, exist_ok=True)
    for name in ("measure", "make_project"):
        compile_tool(name, ["jpk", "base"], ["libzip", "jansson", "expat", "libcrypto", "zlib"], ["-lunistring", "-lpthread"])
    summary.begin(HEADING)
    inputs, figures = tool("migrate"), {}
    fresh(inputs)
    real = copies(os.path.join(inputs, "copies"), COUNT // 4)
    if not real:
        print("bench: ../shared/corpus is not here: a sample takes its place, and no goal is looked at")
    print("\nmigrations, on %d processors" % os.cpu_count())
    print("  %-32s %4s %9s %9s %12s %10s %9s" % ("run", "runs", "projects", "s", "a second", "cpu ms/pr.", "peak MiB"))
    for studio, label in (("same", "move"), ("cloud", "convert")):
        plan, written, row = make_plan(os.path.join(inputs, "copies"), "copies", dict(MAP, studio=studio))
        show("plan, to " + label, written, [row])
        figures[label] = run(label, plan, written, 3)
    copies(os.path.join(inputs, "copies"), COUNT)
    plan, written, _ = make_plan(os.path.join(inputs, "copies"), "copies", dict(MAP, studio="same"))
    many = run("move, %d" % COUNT, plan, written, 1)[1]
    fresh(inputs)
    estate.make(inputs, JPK, tool("make_project"), COUNT)
    plan, written, row = make_plan(os.path.join(inputs, "exports"), "estate", os.path.join(inputs, "map.yaml"))
    show("plan, mixed", COUNT, [row])
    run("mixed, %d" % COUNT, plan, written, 1)
    subprocess.run(["chmod", "-R", "u+rw", inputs], check=True)
    fresh(inputs)
    for label in ("move", "convert") if real else ():
        rate, peak, cpu = figures[label]
        print("  %s: %.1f projects a second (%.1f on two processors with nothing else to do), goal %d: %s; %.1f MiB, goal less "
              "than %d: %s" % (label, rate, 2000 / cpu, GOAL, verdict(rate >= GOAL), peak, PEAK, verdict(peak < PEAK)))
    few = figures["move"][1]
    print("  memory: %.1f MiB with %d projects, %.1f with %d: target no more than 1.5 x: %s"
          % (few, COUNT // 4, many, COUNT, verdict(many <= 1.5 * few)))


main()
