#!/usr/bin/python3
"""Sets base/ignore beside `git check-ignore`, with random patterns and paths. usage: compare.py --program TEST_IGNORE"""
import argparse
import os
import random
import shutil
import subprocess
import sys
import tempfile

TREES = 120
SEED = 20260101
NAMES = ["a", "b", "c", "ab", "ba", "abc", "a.c", "b.c", "x-y", "A", "7", "a b", "[a]", "a]", "*", "\\", "!a", "#a", "ä"]
PIECES = ["a", "b", "c", "ab", "*", "*", "**", "?", "[ab]", "[!a]", "[^b-z]", "[]a]", "[[:digit:]]", "[[:upper:]x-]",
          "[a-", "[[:no:]]", "[\\]]", "\\a", "\\*", "\\[", "\\", ".c", "-", " ", "ä", "\\/", "[[:a]", "***"]


def pattern(rng):
    parts = []
    for _ in range(rng.choice([1, 1, 1, 2, 2, 3, 4])):
        kind = rng.random()
        if kind < 0.2:
            parts.append(rng.choice(["**", "*", "", "**"]))
        elif kind < 0.5:
            parts.append(rng.choice(NAMES))
        else:
            parts.append("".join(rng.choice(PIECES) for _ in range(rng.randint(1, 4))))
    text = "/".join(parts)
    text = rng.choice(["", "", "", "/", "!", "!", "!/", "\\", "#", " "]) + text
    return text + rng.choice(["", "", "", "/", "/", " ", "  ", "\\ ", "\t", "\r"])


def make_tree(rng, root, name):
    """One tree with ignore files in some of its folders. Returns its folders and files."""
    folders, files = [name], []
    for _ in range(rng.randint(2, 8)):
        folder = rng.choice(folders) + "/" + rng.choice(NAMES)
        if folder not in folders and folder.count("/") < 5:
            folders.append(folder)
    for _ in range(20):
        file = rng.choice(folders) + "/" + rng.choice(NAMES)
        if file not in folders and file not in files:
            files.append(file)
    for folder in folders:
        os.makedirs(os.path.join(root, folder), exist_ok=True)
    for file in files:
        with open(os.path.join(root, file), "wb"):
            pass
    ruled = [name] + [f for f in folders[1:] if rng.random() < 0.3]
    for folder in ruled:
        end = rng.choice(["\n", "\n", "\r\n"])
        lines = end.join(pattern(rng) for _ in range(rng.randint(1, 5)))
        with open(os.path.join(root, folder, ".gitignore"), "wb") as out:
            out.write((rng.choice(["", "", "\ufeff"]) + lines + rng.choice(["", end])).encode())
    return folders, files, ruled


def git_ignored(root, paths, environment):
    """git sees for itself what is a folder; a slash at the end would be a part without a name."""
    git = subprocess.run(["git", "check-ignore", "--no-index", "--stdin", "-z"], cwd=root, env=environment,
                         input=b"\0".join(os.fsencode(p.rstrip("/")) for p in paths), stdout=subprocess.PIPE, check=False)
    if git.returncode > 1:
        sys.exit("compare.py: git check-ignore failed")
    found = {os.fsdecode(p) for p in git.stdout.split(b"\0") if p}
    return {p for p in paths if p.rstrip("/") in found}


def our_ignored(program, root, ruled, paths):
    ours = subprocess.run([program, root] + sorted(ruled, key=lambda f: f.count("/")), check=True,
                          input="".join(p + "\n" for p in paths).encode(), stdout=subprocess.PIPE)
    return set(ours.stdout.decode().splitlines())


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--program", required=True)
    parser.add_argument("--trees", type=int, default=TREES)
    parser.add_argument("--seed", type=int, default=SEED)
    arguments = parser.parse_args()
    if not shutil.which("git"):
        print("ignore: git is missing: skipped")
        return 0
    rng = random.Random(arguments.seed)
    with tempfile.TemporaryDirectory() as root:
        environment = dict(os.environ, GIT_CONFIG_GLOBAL=os.devnull, GIT_CONFIG_SYSTEM=os.devnull,
                           XDG_CONFIG_HOME=root, GIT_CEILING_DIRECTORIES=os.path.dirname(root), LC_ALL="C.UTF-8")
        for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"):
            environment.pop(name, None)
        subprocess.run(["git", "init", "-q", root], env=environment, check=True)
        paths, ruled = [], []
        for i in range(arguments.trees):
            folders, files, rules = make_tree(rng, root, f"t{i}")
            paths += [f + "/" for f in folders] + files
            ruled += rules
        theirs = git_ignored(root, paths, environment)
        ours = our_ignored(arguments.program, root, ruled, paths)
        wrong = sorted(theirs ^ ours)
        for path in wrong[:10]:
            print(f"{path}: {'git' if path in theirs else 'we'} alone ignore it")
            folder = path.rstrip("/")
            while "/" in folder:
                folder = os.path.dirname(folder)
                if folder in ruled:
                    with open(os.path.join(root, folder, ".gitignore"), "rb") as rules:
                        print(f"    {folder}: {rules.read()!r}")
        print(f"ignore: {len(paths) - len(wrong)} passed, {len(wrong)} failed; {len(theirs)} ignored")
        return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
