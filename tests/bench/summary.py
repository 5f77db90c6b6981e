"""The figures that something is promised of, as the one table that `make bench` prints at its end and that README has.

    summary.py [BUILD]                   prints the table of the last benchmark
    summary.py [BUILD] --readme FILE     puts it into FILE, between its lines of marks

The scripts of the benchmark add rows to BUILD/bench/summary.jsonl.
"""
import json
import os
import platform
import statistics
import sys

from bench import WORK, run_once, verdict

FILE = os.path.join(WORK, "summary.jsonl")
BEGIN, END = "<!-- make bench: begin -->", "<!-- make bench: end -->"
HEAD = ("what", "on", "runs", "median", "middle half", "peak", "beside", "ratio", "promised")


def begin(heading):
    """A benchmark begins: rows of an earlier one with this heading go."""
    rows = [row for row in read() if row["heading"] != heading]
    with open(FILE, "w", encoding="utf-8") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)


def read():
    if not os.path.exists(FILE):
        return []
    with open(FILE, encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def record(heading, what, on, runs, beside=None, promises=()):
    """
    runs: as of bench.measure; beside: (name, runs) of what they are held against; promises: (text, whether it is kept).
    """
    row = {"heading": heading, "what": what, "on": on, "runs": runs, "beside": None, "promises": list(promises)}
    if beside:
        row["beside"] = {"name": beside[0], "median": statistics.median(run[0] for run in beside[1])}
    with open(FILE, "a", encoding="utf-8") as file:
        file.write(json.dumps(row) + "\n")


def time(ms):
    return "%.2f s" % (ms / 1000) if ms >= 1000 else "%.0f ms" % ms if ms >= 100 else "%.1f ms" % ms


def cells(row):
    walls = [run[0] for run in row["runs"]]
    middle, beside = statistics.median(walls), row["beside"]
    quarters = statistics.quantiles(walls, n=4, method="inclusive") if len(walls) > 2 else None
    return (row["what"], row["on"], str(len(walls)), time(middle),
            "%s to %s" % (time(quarters[0]), time(quarters[2])) if quarters else "",
            "%.0f MiB" % max(run[1] for run in row["runs"]),
            "%s, %s" % (beside["name"], time(beside["median"])) if beside else "",
            "%.2f" % (middle / beside["median"]) if beside else "",
            "; ".join("%s: %s" % (text, verdict(kept)) for text, kept in row["promises"]))


def processor():
    with open("/proc/cpuinfo", encoding="utf-8", errors="replace") as file:
        names = [line.split(":", 1)[1].strip() for line in file if line.startswith("model name")]
    return names[0] if names else platform.machine()


def table():
    lines = ["| %s |" % " | ".join(HEAD), "|---|---|--:|--:|--:|--:|---|--:|---|"]
    lines += ["| %s |" % " | ".join(cells(row)) for row in read()]
    empty = statistics.median(run_once(["/bin/true"])[0] for _ in range(21))
    return "\n".join(lines + ["", "Measured on %d x %s, where an empty process takes %s." % (os.cpu_count(), processor(), time(empty))])


def put(path):
    with open(path, encoding="utf-8") as file:
        text = file.read()
    before, rest = text.split(BEGIN)
    with open(path, "w", encoding="utf-8") as file:
        file.write(before + BEGIN + "\n" + table() + "\n" + END + rest.split(END)[1])


if __name__ == "__main__":
    if "--readme" in sys.argv:
        put(sys.argv[sys.argv.index("--readme") + 1])
    else:
        print("\n" + table())
