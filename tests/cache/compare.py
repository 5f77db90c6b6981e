#!/usr/bin/python3
"""`jpk recipe validate` with a cache prints what it prints without one. usage: compare.py --program JPK

A repository with findings in every tier is changed step by step: files, configuration, options, the cache itself. After
each step the program runs without a cache, with one that is new, and with the one that all steps before have filled;
output, messages and exit status must be the same. A run that changes nothing must leave the cache alone: then all came
from it.
"""
import argparse
import glob
import json
import os
import random
import shutil
import struct
import subprocess
import sys
import tempfile
from hashlib import sha256

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
TIERS = ["json", "schema", "recipe", "project", "jitterpak", "repository", "hygiene"]
RECIPE = "r/orders/sync-webshop_orders-to-warehouse_api-recipe.json"
CONFIGURE = RECIPE.replace("-recipe", "-configure")
INVOICES = "r/invoices/extract-erp_invoices-to-sftp-recipe.json"


def write(path, text):
    os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def replace(path, old, new):
    text = open(path, encoding="utf-8").read()
    if old not in text:
        sys.exit(f"{path} does not hold {old}")
    write(path, text.replace(old, new))


class Comparison:
    def __init__(self, program):
        self.program, self.steps, self.failed = program, 0, 0

    def run(self, arguments, cache=None):
        command = [self.program, "recipe", "validate", *arguments]
        done = subprocess.run(command + (["--cache", cache] if cache else []), capture_output=True, check=False)
        return done.stdout, done.stderr, done.returncode

    def check(self, what, ok):
        if not ok:
            self.failed += 1
            print(f"cache: {what}")

    def step(self, what, arguments=("r",)):
        """Compares; returns what the program printed without a cache."""
        self.steps += 1
        arguments = [*arguments, "-v", "--format", "json"]
        expected = self.run(arguments)
        shutil.rmtree("new", ignore_errors=True)
        for name, cache in (("cold", "new"), ("warm", "new"), ("old", "old"), ("old, warm", "old")):
            before = state(cache)
            self.check(f"{what}: other output ({name})", self.run(arguments, cache) == expected)
            self.check(f"{what}: something was looked at again ({name})",
                       "warm" not in name or before == state(cache))
        return expected


def state(folder):
    try:
        status = os.stat(f"{folder}/recipes.cache")
    except FileNotFoundError:
        return None
    return status.st_ino, status.st_mtime_ns, status.st_size


def make_repository(program):
    shutil.copytree(f"{ROOT}/samples/recipes", "r")
    for project, folder in (("http-json", "orders"), ("database-to-ftp", "invoices"),
                            ("salesforce-to-netsuite", "customers")):
        subprocess.run([program, "pack", "-q", f"{ROOT}/samples/{project}", f"r/{folder}/{project}.jpk"], check=True)
    write("r/bad/a-recipe.json", '{"recipeFormat": 1,}')
    write("r/bad/b-recipe.json", '{"recipeFormat": 1, "recipeFormat": 1, "nmae": "\\u0000"}')
    write("r/bad/c.jpk", "no archive")
    write("r/bad/d-configure.json", '{"configureFormat": 1}')
    write("r/bad/picture.png", "\0\1\2 password: hunter-2-hunter")
    write("r/m/orders.yaml", "NAME: Orders\nTYPE: recipe\nPROJECT: orders.json\n")
    write("r/m/broken.yaml", "NAME: [\n")
    write("r/m/names and \x1b[31m.txt", 'password: "hunter-2-hunter"\n')
    write("r/notes.txt", 'password: "hunter-2-hunter"\nserver: db1.corp.internal\nwrite to jane@roe-and-doe.io\n')
    replace(RECIPE, '"verb": "Sync"', '"verb": "Sink"')
    replace(INVOICES, '"version"', '"vresion"')
    customers = "r/customers/sync-salesforce_accounts-to-netsuite_customers-recipe.json"
    replace(customers, "d9c5ea8e-4bcd-4111-b574-99083be33c23", "d9c5ea8e-4bcd-4111-b574-000000000000")
    shutil.copy(CONFIGURE, "r/customers/another-configure.json")


def change_files(compare):
    replace(CONFIGURE, "null", '"jane@roe-and-doe.io"')
    compare.step("another configure file")
    replace(RECIPE, '"Sink"', '"Update"')
    compare.step("another recipe")
    os.rename(CONFIGURE, "r/away-configure.json")
    compare.step("no configure file")
    os.rename("r/away-configure.json", CONFIGURE)
    os.rename("r/orders/http-json.jpk", "r/m/http-json.jpk")
    compare.step("no Jitterpak")
    shutil.copy("r/m/http-json.jpk", "r/orders/http-json.jpk")
    compare.step("two of the same Jitterpak")
    shutil.copy("r/invoices/database-to-ftp.jpk", "r/orders/http-json.jpk")
    compare.step("another Jitterpak under the same name")
    shutil.copy("r/m/http-json.jpk", "r/orders/http-json.jpk")
    shutil.copy(RECIPE, "r/orders/copy-recipe.json")
    compare.step("two recipes of one Jitterpak")
    os.rename("r/orders/copy-recipe.json", "r/orders/renamed-recipe.json")
    compare.step("another name of a recipe")
    write("r/m/orders.json", "{}")
    compare.step("the project of a manifest")
    shutil.copytree(f"{ROOT}/samples/http-json", "r/folder")
    compare.step("a project in a folder")


def change_configuration(compare):
    base = "profile: standard\n"
    texts = {
        "a configuration": base,
        "a profile": "profile: strict\n",
        "severities": base + "rules: {author-missing: error, empty-slot: 'off', email-in-file: info}\n",
        "hygiene": base + "hygiene: {internalHosts: ['*.corp.internal'], allowDomains: [roe-and-doe.io]}\n",
        "more hygiene": base + "hygiene: {internalHosts: ['*.corp.internal'], allow: [hunter-2-hunter]}\n",
        "exemptions": base + "exemptions: [{rule: '*', path: notes.txt, reason: an example}]\n",
        "what is left out": base + "ignore: [bad]\n",
        "a schema": base + "schemas: [{files: '*-recipe.json', schema: own.json}]\n",
        "a schema for others": base + "schemas: [{files: '*-configure.json', schema: own.json}]\n",
    }
    write("r/own.json", '{"required": ["team"], "$ref": "part.json"}')
    write("r/part.json", '{"properties": {"version": {"const": "1"}}}')
    for what, text in texts.items():
        write("r/.jpk.yaml", text)
        compare.step(what)
    write("r/part.json", '{"properties": {"configureFormat": {"const": 2}}}')
    compare.step("what a schema refers to")
    write("r/own.json", '{"required": ["group"], "$ref": "part.json"}')
    compare.step("another schema")
    os.remove("r/.jpk.yaml")


def change_options(compare):
    write("schema.json", '{"required": ["team"]}')
    compare.step("--profile", ["r", "--profile", "strict"])
    compare.step("--schema", ["r", "--schema", "schema.json"])
    write("schema.json", '{"required": ["group"]}')
    compare.step("another content of --schema", ["r", "--schema", "schema.json"])
    write("schema.json", '{"$ref": "part.json"}')
    write("part.json", '{"required": ["team"]}')
    compare.step("what --schema refers to", ["r", "--schema", "schema.json"])
    write("part.json", '{"required": ["group"]}')
    compare.step("another content of what --schema refers to", ["r", "--schema", "schema.json"])
    compare.step("a limit of XML", ["r", "--max-xml-size", "300"])
    compare.step("a limit of entries", ["r", "--max-entries", "5"])
    compare.step("a limit of files", ["r", "--max-file", "2000"])
    compare.step("a limit of archives", ["r", "--max-total-size", "1000"])
    compare.step("--base", ["r", "--base", "before"])
    compare.step("one thread", ["r", "-j", "1"])
    compare.step("a recipe alone", [RECIPE])
    compare.step("a configure file alone", [CONFIGURE])
    compare.step("a Jitterpak alone", ["r/orders/http-json.jpk"])
    compare.step("another name of the folder", ["./r"])
    compare.step("what is not there", ["r/none", "r"])
    os.chdir("r")
    compare.step("from inside", ["."])
    os.chdir("..")


def damage(compare):
    """Caches that are not what was written: everything must be made anew."""
    rng = random.Random(1)
    compare.run(["r"], "old")
    whole = open("old/recipes.cache", "rb").read()
    files = {"empty": b"", "text": b"no cache\n" * 1000, "zeros": bytes(len(whole)), "header": whole[:48],
             "longer": whole + b"x"}
    for size in (7, 47, 49, 200, len(whole) - 1):
        files[f"cut at {size}"] = whole[:size]
    for number in range(12):
        at = rng.randrange(len(whole)) if number > 3 else number * 16
        files[f"changed at {at}"] = whole[:at] + bytes([whole[at] ^ (1 << rng.randrange(8))]) + whole[at + 1:]
    expected = compare.run(["r", "-v"])
    for what, data in files.items():
        compare.steps += 1
        with open("old/recipes.cache", "wb") as file:
            file.write(data)
        compare.check(f"a cache that is wrong: {what}", compare.run(["r", "-v"], "old") == expected)
        compare.check(f"a cache that was wrong: {what}", compare.run(["r", "-v"], "old") == expected)
    os.remove("old/recipes.cache")
    os.mkdir("old/recipes.cache")
    out, messages, status = compare.run(["r", "-v"], "old")
    compare.check("a cache that is a folder", (out, status) == (expected[0], expected[2]) and b"cache" in messages)
    out, messages, status = compare.run(["r", "-v"], "r/notes.txt")
    compare.check("a cache in a file", (out, status) == (expected[0], expected[2]) and b"cache" in messages)


def forge(data, change):
    """A cache file whose entries went through `change` and whose checksums are right."""
    count = struct.unpack_from("<Q", data, 8)[0]
    table, entries = b"", b""
    for number in range(count):
        key, _, offset, length = struct.unpack_from("<32s32sQQ", data, 48 + 80 * number)
        entry = change(data[offset:offset + length])
        checksum = sha256(key + sha256(entry).digest()).digest()
        table += key + checksum + struct.pack("<QQ", 48 + 80 * count + len(entries), len(entry))
        entries += entry
    return data[:16] + sha256(table).digest() + table + entries


def forged(compare):
    """Entries that somebody else wrote: no crash, and nothing that a terminal must not see."""
    compare.run(["r"], "forged")
    whole = open("forged/recipes.cache", "rb").read()
    expected = compare.run(["r", "-v"])
    rng = random.Random(2)

    def noise(entry):
        entry = bytearray(entry)
        for _ in range(rng.randrange(4)):
            at = rng.randrange(len(entry))
            entry[at] = rng.choice([0, 1, 27, 127, 255, rng.randrange(256)])
        return bytes(entry[:rng.randrange(len(entry))] if rng.random() < 0.1 else entry)

    def control(entry):
        return entry.replace(b"a password in the clear", b"a p\x1b[31mrd in the clear")

    changes = {"as it was": bytes, "half": lambda entry: entry[:len(entry) // 2], "control": control}
    changes.update({f"noise {number}": noise for number in range(40)})
    for what, change in changes.items():
        compare.steps += 1
        with open("forged/recipes.cache", "wb") as file:
            file.write(forge(whole, change))
        done = compare.run(["r", "-v"], "forged")
        compare.check(f"forged: {what}: status {done[2]}, {done[1][:2000]}", done[1:] == expected[1:])
        compare.check(f"forged: {what}: control characters", not any(byte in done[0] for byte in b"\x00\x07\x1b\x7f"))
        if what in ("as it was", "half"):
            compare.check(f"forged: {what}: other output", done == expected)
        if what == "control":
            compare.check("what was forged is not there", b"a p?[31mrd in the clear" in done[0])


def inside_and_at_once(compare):
    """A cache in the repository, and runs at the same time."""
    compare.steps += 2
    expected = compare.run(["r", "-v"])
    for _ in range(2):
        compare.check("a cache in the repository", compare.run(["r", "-v"], "r/.cache/jpk") == expected)
    command = [compare.program, "recipe", "validate", "r", "-v", "--cache", "shared"]
    for _ in range(4):
        runs = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(4)]
        for run in runs:
            out, messages = run.communicate()
            compare.check("runs at the same time", (out, messages, run.returncode) == expected)
    compare.check("what runs at the same time leave", sorted(os.listdir("shared")) == [".gitignore", "recipes.cache"])


def size(compare):
    """The bound holds, and what was needed last stays."""
    compare.steps += 1
    compare.run(["r"], "small")
    bound = os.stat("small/recipes.cache").st_size * 2 // 3
    shutil.rmtree("small")
    expected = compare.run(["r", "-v"])
    for _ in range(3):
        compare.check("a small cache", compare.run(["r", "-v", "--cache-size", str(bound)], "small") == expected)
        compare.check("the bound", os.stat("small/recipes.cache").st_size <= bound)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--program", required=True)
    program = os.path.abspath(parser.parse_args().program)
    folder = tempfile.mkdtemp()
    os.chdir(folder)
    try:
        compare = Comparison(program)
        make_repository(program)
        shutil.copytree("r", "before")
        report = json.loads(compare.step("the beginning")[0])
        rules = json.loads(subprocess.run([program, "recipe", "rules", "--format", "json"], capture_output=True,
                                          check=True).stdout)
        tier_of = {rule["id"]: rule["tier"] for rule in rules}
        there = {tier_of[finding["rule"]] for finding in report["findings"]}
        compare.check(f"no findings in {set(TIERS) - there}", set(TIERS) <= there)
        for part in (change_files, change_configuration, change_options, damage, forged, inside_and_at_once, size):
            part(compare)
        compare.check("files beside", not glob.glob("*/.recipes.cache*"))
    finally:
        os.chdir(ROOT)
        shutil.rmtree(folder)
    print(f"cache: {compare.steps} steps, {compare.failed} failed")
    sys.exit(compare.failed > 0)


main()
