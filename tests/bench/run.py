#!/usr/bin/python3
"""The benchmark: whole processes, wall time and peak memory, ours beside the floor and its peers.

    run.py [BUILD]       what `make bench` does; BUILD is the build folder (build), which holds jpk; CC compiles the
                         benchmark's own programs into BUILD/bench

For each input every command is run once to warm up and then in rounds, one of each a round, so that a noisy moment
hits all alike. A row that has taken long is not repeated: the table says how often each was run. Figures are the median
and the least of the runs; the peak is the greatest. Ratios are those of medians to the median of `floor
--like-generate`. A missed target is printed and is no failure; a command that fails is one.

`generate -o` writes into BUILD/bench, on the disk that the build is on; the row with --dry-run shows what that costs.
"""
import base64
import json
import os
import statistics
import subprocess
import time
import zipfile
import zlib

import summary
from bench import BUILD, HERE, ROOT, SAMPLES, WORK, compile_tool, fresh, measure, median, run_once, tool, verdict

HEADING = "projects"
CORPUS = os.path.join(ROOT, "../shared/corpus/salesforce-to-netsuite.jpk")

FLOOR = "floor --like-generate"
CACHES = "floor, and the caches"
GENERATE = "jpk recipe generate -o"
CONVERT = "jpk convert -o"


def compile_tools():
    for name in ("measure", "floor", "make_project"):
        compile_tool(name, ["jpk", "base"], ["libzip", "jansson", "expat", "libcrypto", "zlib"],
                     ["-lunistring", "-lpthread"])


def commands_for(path, full):
    jpk, out, floor = os.path.join(BUILD, "jpk"), os.path.join(WORK, "out"), tool("floor")
    python = ["/usr/bin/python3", os.path.join(HERE, "peer.py")]
    rows = [
        ("start of a process (floor)", [floor, "--start"]),
        (FLOOR, [floor, "--like-generate", path]),
        ("floor, every entry", [floor, path]),
        (GENERATE, [jpk, "recipe", "generate", path, "-o", out, "--force", "-q"]),
        ("jpk recipe generate --dry-run", [jpk, "recipe", "generate", path, "--dry-run", "-q"]),
        ("jpk info", [jpk, "info", path]),
        ("jpk check", [jpk, "check", path]),
        ("unzip -p", ["unzip", "-p", path]),
        ("python --like-generate", python + ["--like-generate", path]),
    ]
    if full:
        rows.insert(3, (CACHES, [floor, "--caches", path]))
        rows.append(("python, every entry", python + [path]))
    return rows


def text_size(path):
    with zipfile.ZipFile(path) as archive:
        sizes = [e.file_size for e in archive.infolist() if "/Data/" in e.filename]
    return sum(sizes), len(sizes)


def table(title, results, entities):
    print("\n%s" % title)
    print("  %-32s %4s %10s %10s %10s %9s %8s %9s" % ("command", "runs", "median ms", "min ms", "cpu ms", "peak MiB",
                                                    "x floor", "ms/1000"))
    floor = statistics.median(r[0] for r in results[FLOOR])
    for label, runs in results.items():
        median = statistics.median(r[0] for r in runs)
        print("  %-32s %4d %10.2f %10.2f %10.2f %9.1f %8.2f %9s"
              % (label, len(runs), median, min(r[0] for r in runs), statistics.median(r[2] for r in runs),
                 max(r[1] for r in runs), median / floor,
                 "%.2f" % (median * 1000 / entities) if entities else ""))
    print(flush=True)


def targets(name, results, text, peak_limit):
    base = max(r[1] for r in results["start of a process (floor)"])
    ratio = (statistics.median(r[0] for r in results[GENERATE]) / statistics.median(r[0] for r in results[FLOOR]))
    peak = max(r[1] for r in results[GENERATE])
    least = min(r[0] for r in results[GENERATE]) / min(r[0] for r in results[FLOOR])
    # The floor knows nothing of references and recipes; the bound is for projects of the size that people have.
    bound = ", target 1.5 or less: " + verdict(ratio <= 1.5) if peak_limit else ""
    print("  time:   %.2f x floor (%.2f by the least times)%s" % (ratio, least, bound))
    if peak_limit:
        print("  memory: %.1f MiB, target less than %d: %s" % (peak, peak_limit, verdict(peak < peak_limit)))
        promises = [("at most 1.5 x", ratio <= 1.5), ("less than %d MiB" % peak_limit, peak < peak_limit)]
    else:
        share = peak * 1048576 / text
        print("  memory: %.1f MiB, %.2f x the %.1f MiB of entities' text, target 3 or less: %s (without the %.1f MiB of an "
              "empty process: %.2f x)" % (peak, share, text / 1048576, verdict(share <= 3), base,
                                          (peak - base) * 1048576 / text))
        promises = [("at most 3 x the text's memory", share <= 3)]
    if not peak_limit and text < 8 << 20:
        return  # the empty process is most of it
    summary.record(HEADING, "recipe generate", name, results[GENERATE], ("floor", results[FLOOR]), promises)
    for label in ("jpk info", "jpk check"):
        summary.record(HEADING, label[4:], name, results[label], ("floor", results[FLOOR]))


def trees(name, path, rounds, bound):
    """Unpacking and packing beside unzip and zip of the same files; zip and pack both read what unpacking wrote."""
    jpk, here = os.path.abspath(os.path.join(BUILD, "jpk")), os.path.abspath(os.path.join(WORK, "trees"))
    fresh(here)
    os.makedirs(here)
    files, tree = os.path.join(here, "files"), os.path.join(here, "tree")
    rows = [
        ("unzip", ["unzip", "-q", os.path.abspath(path), "-d", files], files),
        ("jpk unpack", [jpk, "unpack", "-q", os.path.abspath(path), tree], tree),
        ("zip", ["sh", "-c", "cd %s && exec zip -q -r %s/z.zip ." % (files, here)], os.path.join(here, "z.zip")),
        ("jpk pack", [jpk, "pack", "-q", tree, os.path.join(here, "p.jpk")], os.path.join(here, "p.jpk")),
        ("jpk unpack --update", [jpk, "unpack", "-q", "-u", os.path.abspath(path), tree], None),
        ("jpk check of the tree", [jpk, "check", "-q", tree], None),
    ]
    results = {label: [] for label, _, _ in rows}
    for turn in range(rounds + 1):
        for label, command, output in rows:
            if output:
                fresh(output)
            result = run_once(command)
            if turn > 0:
                results[label].append(result)
    fresh(here)
    print("\nprojects in version control: %s" % os.path.basename(path))
    print("  %-32s %4s %10s %10s %9s %8s" % ("command", "runs", "median ms", "min ms", "peak MiB", "x peer"))
    medians = {label: statistics.median(r[0] for r in runs) for label, runs in results.items()}
    for label, runs in results.items():
        peer = {"jpk unpack": "unzip", "jpk pack": "zip"}.get(label)
        print("  %-32s %4d %10.2f %10.2f %9.1f %8s" % (label, len(runs), medians[label], min(r[0] for r in runs),
              max(r[1] for r in runs), "%.2f" % (medians[label] / medians[peer]) if peer else ""))
    # Thousands of new files measure the disk; the bound is for projects of the size that people have.
    for label, peer in (("jpk unpack", "unzip"), ("jpk pack", "zip")):
        promises = [("at most 3 x", medians[label] <= 3 * medians[peer])] if bound else []
        summary.record(HEADING, label[4:], name, results[label], (peer, results[peer]), promises)
    for label, peer in (("jpk unpack", "unzip"), ("jpk pack", "zip")) if bound else ():
        print("  %s: %.2f x %s, target 3 or less: %s" % (label, medians[label] / medians[peer], peer,
                                                        verdict(medians[label] <= 3 * medians[peer])))


def packed_texts(export):
    """Every text that an export holds packed, unpacked."""
    with open(export, encoding="utf-8") as file:
        waiting, texts = [json.load(file)], []
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            texts += [zlib.decompress(base64.b64decode(value[key])) for key in ("compressedContent", "jtr")
                      if isinstance(value.get(key), str)]
        waiting += value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
    return texts


def packing(texts):
    """The median ms of packing them as the format wants it."""
    times = []
    for _ in range(5):
        start = time.perf_counter()
        for text in set(texts):
            zlib.compress(text, 9)
        times.append((time.perf_counter() - start) * 1000)
    return statistics.median(times)


def conversion(name, path, rounds, bound):
    """Conversion beside reading all that it reads, and the caches that it does not; `bound`: of the ratio, else of the time."""
    jpk, export = os.path.join(BUILD, "jpk"), tool("export.json")
    command = [jpk, "convert", "--to", "cloud", path, "--force", "-q", "-o"]
    results = measure([(CACHES, [tool("floor"), "--caches", path]), (CONVERT, command + [export]),
                       ("jpk convert -o -", command + ["-"])], rounds)
    print("\nconversion: %s, %.1f MiB of JSON" % (os.path.basename(path), os.path.getsize(export) / 1048576))
    print("  %-32s %4s %10s %10s %10s %9s %8s" % ("command", "runs", "median ms", "min ms", "cpu ms", "peak MiB", "x floor"))
    floor = median(results[CACHES])
    for label, runs in results.items():
        print("  %-32s %4d %10.2f %10.2f %10.2f %9.1f %8.2f"
              % (label, len(runs), median(runs), min(r[0] for r in runs), median(runs, 2), max(r[1] for r in runs),
                 median(runs) / floor))
    texts = packed_texts(export)
    print("  %.2f ms of it are zlib at level 9, which the format wants: %d files and caches, %.0f KiB"
          % (packing(texts), len(set(texts)), sum(map(len, set(texts))) / 1024))
    time_taken = median(results[CONVERT])
    if bound:
        print("  time:   %.2f x floor, target %.1f or less: %s" % (time_taken / floor, bound, verdict(time_taken <= bound * floor)))
    else:
        print("  time:   %.0f ms, target less than 3000: %s" % (time_taken, verdict(time_taken < 3000)))
    promise = ("at most %.1f x" % bound, time_taken <= bound * floor) if bound else ("less than 3 s", time_taken < 3000)
    summary.record(HEADING, "convert --to cloud", name, results[CONVERT], ("floor, and caches", results[CACHES]), [promise])
    os.remove(export)


def differences(name, path):
    """A project compared with itself."""
    jpk = os.path.join(BUILD, "jpk")
    runs = [run_once([jpk, "diff", path, path]) for _ in range(6)][1:]
    median = statistics.median(r[0] for r in runs)
    print("\njpk diff of %s with itself: %.0f ms (least %.0f), %.1f MiB, target less than 1000: %s"
          % (os.path.basename(path), median, min(r[0] for r in runs), max(r[1] for r in runs), verdict(median < 1000)))
    summary.record(HEADING, "diff with itself", name, runs, None, [("less than 1 s", median < 1000)])


def edited(path, name, nth):
    """The Jitterpak with a line more in every 100th script, from the nth on."""
    copy, seen = tool(name), 0
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(copy, "w", zipfile.ZIP_DEFLATED) as out:
        for entry in source.infolist():
            data = source.read(entry)
            if "/Data/Script/" in entry.filename:
                seen += 1
                if seen % 100 == nth:
                    data = data.replace(b"</konga.string>", b"\n// " + name.encode() + b"</konga.string>", 1)
            out.writestr(entry, data)
    return copy


def merges(name, path):
    """Two sides that changed other scripts, beside unpacking what a merge reads."""
    jpk, ours, theirs, out = os.path.join(BUILD, "jpk"), edited(path, "ours", 1), edited(path, "theirs", 2), tool("merged.jpk")
    three = "unzip -p, three times"
    results = measure([(three, ["sh", "-c", "for f in %s %s %s; do unzip -p $f; done >/dev/null" % (path, ours, theirs)]),
                       ("jpk merge", [jpk, "merge", "-q", "-f", path, ours, theirs, "-o", out]),
                       ("jpk scan", [jpk, "scan", "-q", path])], 3)
    print("\nmerging and scanning: %s" % name)
    for label, runs in results.items():
        print("  %-32s %4d %10.2f %9.1f MiB" % (label, len(runs), median(runs), max(r[1] for r in runs)))
    summary.record(HEADING, "merge", name, results["jpk merge"], (three, results[three]))
    summary.record(HEADING, "scan", name, results["jpk scan"])
    for made in (ours, theirs, out):
        os.remove(made)


def real_inputs():
    if os.path.exists(CORPUS):
        return [CORPUS]
    print("bench: ../shared/corpus is not here: skipped; the samples take its place")
    made = []
    for name in sorted(os.listdir(SAMPLES)):
        if os.path.exists(os.path.join(SAMPLES, name, "project.xml")):
            path = os.path.join(WORK, name + ".jpk")
            subprocess.run([os.path.join(BUILD, "jpk"), "pack", os.path.join(SAMPLES, name), path, "--force", "-q"],
                           check=True)
            made.append(path)
    return made


def main():
    os.environ.update(LC_ALL="C.UTF-8", NO_COLOR="1")
    os.makedirs(os.path.join(WORK, "out"), exist_ok=True)
    compile_tools()
    summary.begin(HEADING)
    print("An empty program under this runner: %.2f ms, %.1f MiB" % run_once(["/bin/true"])[:2])
    for path in real_inputs():
        results = measure(commands_for(path, True), 21)
        table(os.path.basename(path), results, 0)
        name = "the real Jitterpak" if path == CORPUS else os.path.basename(path)
        targets(name, results, 0, 32)
        trees(name, path, 15, True)
        conversion(name, path, 21, 3.0)
    per_thousand = []
    for entities, rounds in ((1000, 11), (10000, 9), (100000, 3)):
        path = tool("%d.jpk" % entities)
        subprocess.run([tool("make_project"), str(entities), path], stdout=subprocess.DEVNULL, check=True)
        text, _ = text_size(path)
        results = measure(commands_for(path, False), rounds)
        table("generated project, %d entities" % entities, results, entities)
        name = "{:,} entities".format(entities)
        targets(name, results, text, 0)
        per_thousand.append((entities, {label: min(r[0] for r in runs) * 1000 / entities
                                        for label, runs in results.items()}))
        if entities == 10000:
            trees(name, path, 3, False)
            conversion(name, path, 5, None)
            differences(name, path)
            merges(name, path)
        os.remove(path)
    print("\nlinear time: least ms for 1,000 entities, the start of the process included")
    for label in (FLOOR, GENERATE, "jpk info", "jpk check"):
        values = [row[label] for _, row in per_thousand]
        print("  %-32s %s  %s" % (label, "  ".join("%d: %.2f" % (n, row[label]) for n, row in per_thousand),
                                "" if label == FLOOR else "target: the last no more than 1.3 x the middle: "
                                + verdict(values[-1] <= 1.3 * values[-2])))


main()
