#!/usr/bin/python3
"""Memory that runs out: every command, with the n-th allocation failing, alone and with all after it, in libraries too.

usage: memory.py [--program PATH] [--library PATH] [--share N | --distinct] [--only TEXT] [--at NTH] [--jobs N] [--folder FOLDER]

A run in which an allocation has failed ends in one of two ways. Either it is as if nothing had happened: the same status,
output, messages and files. Or the status is 4, and there is one message, "out of memory"; files are as they were or as
they should become. A command that has several results says which of them are missing, and the others are whole. In any
case no block is left at the end of `main` that is not left in the undisturbed run, and nothing crashes or hangs.

Every n is tried, or with --share N so many for each command line, spread over the different stacks from which it
allocates. --only TEXT takes the command lines that hold TEXT, --at NTH that allocation alone, with its stack. The library
for LD_PRELOAD (memory.c) says how it is done; what is wrong with other libraries is in THIRD_PARTIES.
"""
import argparse
import collections
import ctypes
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor

sys.dont_write_bytecode = True
from memory_commands import COMMANDS, make_inputs

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
CONTROL, ANSWER, REPORT, TRACE_ALL = 197, 198, 199, 1 << 30
OUT_OF_MEMORY = re.compile(r"^.*error: ([^:]+: )?out of memory \[memory\]$")
KEPT = " is left as ours has it:", "the cache was not written:"  # before the reason
IN_STEPS = {".git/config"}  # git writes one key at a time
ADDR_NO_RANDOMIZE = 0x40000
CHUNK = 400  # so many n are one piece of work


# ------------------------------------------------------------------------------------------------------------- folders

def contents(folder):
    """By path the bytes of each file, "/" of each folder, the target of each link."""
    found = {}
    for path, names, leaves in os.walk(folder):
        for name in names + leaves:
            full = os.path.join(path, name)
            if os.path.islink(full):
                found[os.path.relpath(full, folder)] = "-> " + os.readlink(full)
            elif os.path.isdir(full):
                found[os.path.relpath(full, folder)] = "/"
            else:
                with open(full, "rb") as file:
                    found[os.path.relpath(full, folder)] = file.read()
    return found


def differing(a, b):
    return sorted(name for name in a.keys() | b.keys() if a.get(name) != b.get(name))


# What other libraries do wrong when they have no memory: the library, what the harness says, a function in the stack of
# the allocation that failed, one in the stack of what was left or where it crashed (None: any), and why. Never for our
# own code.
THIRD_PARTIES = (
    ("libseccomp 2.5.4", r"blocks are left|ends by signal (7|11|31)$|0 messages of memory, 1 others",
     "seccomp_load (libseccomp.so.2)", None,
     "a filter is made without asking whether there was memory: it is used when it is freed, or is none"),
    ("libzip 1.7.3", r"blocks are left", "zip_fopen_index_encrypted (libzip.so.4)", "zip_source_zip (libzip.so.4)",
     "an entry that cannot be opened leaves the source that it was to be read from"),
)


def third_party(complaint, failed, traced):
    return next((row for row in THIRD_PARTIES
                 if complaint and re.search(row[1], complaint) and row[2] in failed and (not row[3] or row[3] in traced)), None)


# ---------------------------------------------------------------------------------------------------------------- runs

def words(command):
    """The arguments: inputs lie two folders above where a command runs."""
    return [re.sub(r"^in/", "../../in/", word) for word in shlex.split(command.line)]


Run = collections.namedtuple("Run", "status out err files count live failed traced stacks")


class Server:
    """A program that is run again and again, each time in a folder that is as at first."""

    def __init__(self, arguments, command, place, folder):
        self.command, self.folder = command, folder
        self.pristine = os.path.join(folder, "pristine")
        self.work = os.path.join(folder, "work")
        os.makedirs(self.pristine)
        for name in command.copies:
            source, target = os.path.join(place, "in", name), os.path.join(self.pristine, os.path.basename(name))
            (shutil.copytree if os.path.isdir(source) else shutil.copy2)(source, target)
        self.before = contents(self.pristine)
        self.dirty = True
        self.files = [os.open(os.path.join(folder, name), os.O_RDWR | os.O_CREAT, 0o600) for name in
                      ("out", "err", "report")]
        source = os.path.join(place, "in", command.stdin) if command.stdin else os.devnull
        control, self.control = os.pipe()
        self.answer, answer = os.pipe()
        fds = {os.open(source, os.O_RDONLY): 0, self.files[0]: 1, self.files[1]: 2, control: CONTROL, answer: ANSWER,
               self.files[2]: REPORT}
        environment = {"PATH": os.path.dirname(arguments.program) + os.pathsep + os.environ["PATH"], "HOME": folder,
                       "LC_ALL": "C", "GIT_CONFIG_NOSYSTEM": "1", "LD_PRELOAD": arguments.library,
                       "JPK_SANDBOX": command.sandbox, "MEMORY_FOLDER": self.work, "MALLOC_PERTURB_": "165"}
        self.pid = os.fork()
        if self.pid == 0:
            try:
                for fd, number in fds.items():
                    os.dup2(fd, number)
                os.closerange(3, CONTROL)
                os.chdir(folder)
                os.execve(arguments.program, [arguments.program, *words(command)], environment)
            finally:
                os._exit(98)
        os.close(control)
        os.close(answer)

    def close(self):
        for fd in (self.control, self.answer, *self.files):
            os.close(fd)
        os.waitpid(self.pid, 0)

    def text(self, fd):
        return os.pread(fd, os.fstat(fd).st_size, 0)

    def run(self, nth=0, after=False, trace=0):
        if self.dirty:
            shutil.rmtree(self.work, ignore_errors=True)
            shutil.copytree(self.pristine, self.work, symlinks=True)
        os.write(self.control, b"%u %u %u\n" % (nth, after, trace))
        answer = os.read(self.answer, 64)
        if not answer:
            raise SystemExit("the program cannot be run: %s" % self.text(self.files[1]).decode())
        said = [line.split(" ") for line in self.text(self.files[2]).decode().splitlines()]
        lines = {line[0]: line[1:] for line in said}
        files = contents(self.work)
        self.dirty = files != self.before
        return Run(int(answer), self.text(self.files[0]), self.text(self.files[1]).decode("utf-8", "replace"), files,
                   int(lines.get("count", [0])[0]), [line[1:] for line in said if line[0] == "live"],
                   lines.get("failed", []), lines.get("traced", []), lines.get("stacks", []))


# -------------------------------------------------------------------------------------------------------------- stacks

class Symbols:
    """Names of functions: of the program as its debugging information has them, of libraries those that they export."""

    def __init__(self):
        self.known, self.tables = {}, {}

    def name(self, frame):
        if frame not in self.known:
            path, _, offset = frame.rpartition("+")
            # what stands in a stack is where a call returns to
            self.known[frame] = self.find(path, int(offset, 16) - 1)
        return self.known[frame]

    def find(self, path, offset):
        if not os.path.isfile(path):
            return "?"
        if not re.search(r"\.so(\.|$)", path):
            done = subprocess.run(["addr2line", "-f", "-s", "-e", path, hex(offset)], capture_output=True, text=True)
            function, place = (done.stdout.splitlines() + ["?", "?"])[:2]
            return "%s (%s)" % (function, place.split(" ")[0])
        if path not in self.tables:
            done = subprocess.run(["nm", "-D", "--defined-only", path], capture_output=True, text=True)
            self.tables[path] = sorted((int(line.split()[0], 16), line.split()[2].split("@")[0])
                                       for line in done.stdout.splitlines() if line[17:18] in "TtWi")
        before = [name for at, name in self.tables[path] if at <= offset]
        return "%s (%s)" % (before[-1] if before else "?", os.path.basename(path))

    def stack(self, frames):
        names = [self.name(frame) for frame in frames if "memory.so" not in frame]
        return [name for name in names if not re.search(r"\(libc\.so|^_start|^\?", name)]


# --------------------------------------------------------------------------------------------------------------- rules

def leaks(run, whole):
    """The numbers of blocks that are left and were not left when all went well, compared by who asked for them."""
    left = collections.Counter(block[0] for block in whole.live)
    found = []
    for caller, number, _ in run.live:
        left[caller] -= 1
        if left[caller] < 0:
            found.append(int(number))
    return found


def wrong(run, whole, command, before):
    """What is wrong with a run in which an allocation has failed, or None."""
    if os.WIFSIGNALED(run.status):
        return "hangs" if os.WTERMSIG(run.status) == 14 else "ends by signal %d" % os.WTERMSIG(run.status)
    files, wanted = ({n: f for n, f in found.items() if not (command.apart and n.startswith(command.apart))}
                     for found in (run.files, whole.files))
    same = run.status == whole.status and run.out == whole.out and files == wanted
    same = same and (run.err == whole.err or (command.apart == "cache" and "the cache was not written" in run.err))
    status = os.WEXITSTATUS(run.status)
    if not same:
        usual = whole.err.splitlines()
        others = [line for line in run.err.splitlines() if line not in usual and not line.endswith(KEPT)]
        memory = [line for line in others if OUT_OF_MEMORY.match(line)]
        if status != 4:
            return "the status is %d%s" % (status, ", as if nothing were missing" if run.status == whole.status else "")
        if len(others) != len(memory) or not memory or (len(memory) > 1 and not command.rows and not command.parts):
            return "%d messages of memory, %d others" % (len(memory), len(others) - len(memory))
        if files not in (before, wanted):
            parts = [n for n in differing(files, before) if files.get(n) != wanted.get(n) and n not in IN_STEPS]
            if not command.parts or parts:
                return "files are neither as before nor as they should be"
        if not command.rows and not whole.out.startswith(run.out):
            return "the output is not the begin of what it should be"
    if leaks(run, whole):
        return "%d blocks are left" % len(leaks(run, whole))
    return None


# --------------------------------------------------------------------------------------------------------------- works

def firsts(stacks, tried):
    """The first allocation from each stack that is not among those that were tried."""
    first = {}
    for i, stack in enumerate(stacks):
        if stack not in tried:
            first.setdefault(stack, i + 1)
    tried.update(first)
    return sorted(first.values())


def spread(numbers, share):
    return [numbers[i * len(numbers) // share] for i in range(share)] if len(numbers) > share else numbers


def choose(arguments, stacks, tried):
    """Which allocations of a command line are to fail. What no other command line does comes first."""
    if arguments.at:
        return [arguments.at]
    if arguments.distinct:
        return firsts(stacks, tried)
    if not arguments.share:
        return list(range(1, len(stacks) + 1))
    chosen = spread(firsts(stacks, tried), arguments.share)
    others = [n for n in firsts(stacks, set()) if n not in chosen]
    return sorted(chosen + spread(others, arguments.share - len(chosen)))


def prepare(job):
    """The undisturbed run of a command line, with the stacks of all allocations."""
    arguments, command, place, number = job
    folder = os.path.join(place, "prepare-%d" % number)
    server = Server(arguments, command, place, folder)
    whole = server.run(trace=TRACE_ALL)
    server.close()
    shutil.rmtree(folder)
    if not whole.count or whole.status != command.status << 8:
        return None, "status %d: %s%s" % (whole.status, whole.out.decode()[:300], whole.err[:1000])
    return whole.stacks, None


def work(job):
    arguments, command, place, chosen, name = job
    folder = os.path.join(place, name)
    server = Server(arguments, command, place, folder)
    whole = server.run()
    found, runs = [], 0
    for nth in chosen:
        for after in (False, True):
            run = server.run(nth, after)
            runs += 1
            complaint = wrong(run, whole, command, server.before)
            if complaint or arguments.at:
                lost = leaks(run, whole) if os.WIFEXITED(run.status) else []
                traced = server.run(nth, after, lost[0]).traced if lost else run.traced
                found.append((command.line, nth, after, complaint, run.failed, traced, detail(run, whole, server.before)))
    server.close()
    shutil.rmtree(folder)
    return found, runs


def detail(run, whole, before):
    lines = ["status %d, else %d" % (run.status >> 8 or run.status, whole.status >> 8)]
    lines += ["message: %s" % line for line in run.err.splitlines() if line not in whole.err.splitlines()][:4]
    if run.out != whole.out:
        i = next((i for i, (a, b) in enumerate(zip(run.out, whole.out)) if a != b), min(len(run.out), len(whole.out)))
        lines.append("output differs at %d: %r, not %r" % (i, run.out[i - 20:i + 40], whole.out[i - 20:i + 40]))
    if run.files != whole.files and run.files != before:
        lines.append("files: %s" % ", ".join(differing(run.files, before)[:5]))
    return lines


class Findings:
    """What is wrong, printed as it is found; what has the same cause once."""

    def __init__(self):
        self.symbols, self.seen, self.others = Symbols(), set(), collections.Counter()

    def add(self, line, nth, after, complaint, failed, traced, details):
        failed, traced = self.symbols.stack(failed), self.symbols.stack(traced)
        other = third_party(complaint, failed, traced)
        if other:
            self.others[other] += 1
            return
        key = re.sub(r"\d+", "N", complaint or ""), tuple(failed[:4]), tuple(traced[:3])
        if key in self.seen:
            return
        self.seen.add(key)
        print("jpk %s: allocation %d%s: %s" % (line, nth, " and all after it" if after else "", complaint or "right"))
        for more in details:
            print("    %s" % more)
        print("    failed: %s" % " < ".join(failed))
        if traced:
            print("    left: %s" % " < ".join(traced))
        sys.stdout.flush()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--program", default=os.path.join(ROOT, "build", "jpk"))
    parser.add_argument("--library", default=os.path.join(ROOT, "build", "tests", "memory.so"))
    parser.add_argument("--share", type=int, help="so many allocations of each command line (all)")
    parser.add_argument("--distinct", action="store_true", help="of all that have the same stack only one")
    parser.add_argument("--only", help="command lines that hold this text")
    parser.add_argument("--at", type=int, help="this allocation alone")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--folder", default="/dev/shm" if os.path.isdir("/dev/shm") else None, help="where to work")
    parser.add_argument("-v", "--verbose", action="store_true", help="say what is done")
    arguments = parser.parse_args()
    arguments.program, arguments.library = os.path.abspath(arguments.program), os.path.abspath(arguments.library)
    ctypes.CDLL(None).personality(ADDR_NO_RANDOMIZE)  # the same stacks in every process
    begin = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="memory-", dir=arguments.folder) as place:
        make_inputs(arguments.program, place)
        inputs = contents(os.path.join(place, "in"))
        commands = [command for command in COMMANDS if not arguments.only or arguments.only in command.line]
        tried, broken, jobs = set(), 0, []
        with ProcessPoolExecutor(arguments.jobs) as pool:
            prepared = pool.map(prepare, [(arguments, c, place, i) for i, c in enumerate(commands)])
            for number, (stacks, why) in enumerate(prepared):
                if stacks is None:
                    print("jpk %s: %s" % (commands[number].line, why))
                    broken += 1
                    continue
                chosen = choose(arguments, stacks, tried)
                if arguments.verbose:
                    print("jpk %s: %d allocations, %d tried" % (commands[number].line, len(stacks), len(chosen)),
                          flush=True)
                jobs += [(arguments, commands[number], place, chosen[i:i + CHUNK], "work-%d-%d" % (number, i))
                         for i in range(0, len(chosen), CHUNK)]
            findings, tries = Findings(), 0
            for complaints, runs in pool.map(work, jobs):
                tries += runs
                for complaint in complaints:
                    findings.add(*complaint)
        defects = broken + len(findings.seen)
        for (library, _, function, _, why), times in sorted(findings.others.items()):
            print("%s, %s: %s (%d times)" % (library, function.split(" ")[0], why, times))
        if contents(os.path.join(place, "in")) != inputs:
            defects += 1
            print("inputs were changed")
    print("memory: %d command lines, %d allocations that fail, %d defects (%d s)"
          % (len(commands), tries, defects, time.monotonic() - begin))
    return 1 if defects else 0


if __name__ == "__main__":
    sys.exit(main())
