#!/usr/bin/python3
"""An estate: thousands of made-up projects of several organizations, and a map that fits.

usage: estate.py [--program PATH] [--generator PATH] [--count N] [--seed N] [--no-corpus] FOLDER

The projects are those of samples/, of tests/bench/make_project.c in several sizes, and the real ones where they are, each
as a project of its own: another name, id, organization and environment. They come as Jitterpaks, workspaces, folders of
environments, unpacked trees and exports of Cloud Studio. Some are there several times, in several versions, or share
their name; two in a hundred are broken. The same seed gives the same bytes.

FOLDER gets exports/<organization>/..., map.yaml, and estate.json, which says of each project what it is.
"""
import argparse
import json
import os
import random
import struct
import subprocess
import sys
import tempfile
import uuid
import zipfile
import zlib

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
CORPUS = os.path.join(os.environ.get("JPK_SHARED", os.path.join(os.path.dirname(ROOT), "shared")), "corpus")

ORGANIZATIONS = 5
ENVIRONMENTS = ("Development", "Test", "Production")
SUBJECTS = ("orders", "invoices", "contacts", "payments", "articles", "prices", "returns", "suppliers", "employees", "stock")
SYSTEMS = ("erp", "crm", "webshop", "warehouse", "payroll", "ledger", "portal", "archive")
# Forms by their weight.
FORMS = {"jitterpak": 56, "export": 20, "workspace": 8, "environment": 8, "tree": 8}
# How a project can be broken: the form, what plans say of it, and what breaks it in Files below.
BROKEN = {
    "cut": ("jitterpak", "unreadable"),
    "empty": ("jitterpak", "unreadable"),
    "password": ("jitterpak", "password-protected"),
    "backup": ("jitterpak", "environment-backup"),
    "xml": ("jitterpak", "unreadable"),
    "json": ("export", "unreadable"),
    "checksum": ("jitterpak", "unreadable"),
    "hostile": ("jitterpak", "unreadable"),
    "mode": ("jitterpak", "unreadable"),
    "characters": ("jitterpak", None),
}


# ------------------------------------------------------------------------------------------------------------ archives

class Base:
    """Files of a project of Design Studio, packed once, so that thousands of archives are made by copying."""

    def __init__(self, files):
        self.files = files
        self.packed = {name: pack(data) for name, data in files.items()}

    @classmethod
    def of_folder(cls, folder):
        files = {}
        for path, names, leaves in os.walk(folder):
            names.sort()
            for leaf in sorted(leaves):
                full = os.path.join(path, leaf)
                with open(full, "rb") as file:
                    files[os.path.relpath(full, folder)] = file.read()
        return cls(files)

    @classmethod
    def of_archive(cls, path):
        with zipfile.ZipFile(path) as archive:
            return cls({info.filename.split("/", 1)[1]: archive.read(info) for info in archive.infolist()
                        if not info.is_dir()})


def pack(data):
    squeeze = zlib.compressobj(6, zlib.DEFLATED, -15)
    return zlib.crc32(data), len(data), squeeze.compress(data) + squeeze.flush()


def archive(root, base, changed, flags=0):
    """The bytes of a Jitterpak: the files of a base, some of them changed, in a folder."""
    out, directory, count = [], [], 0
    at = 0
    for name in list(base.packed) + [n for n in changed if n not in base.packed]:
        crc, size, data = pack(changed[name]) if name in changed else base.packed[name]
        path = ("%s/%s" % (root, name)).encode()
        common = struct.pack("<HHHHHIIIHH", 20, 0x800 | flags, 8, 0x4A21, 0x5C42, crc, len(data), size, len(path), 0)
        directory.append(struct.pack("<IH", 0x02014B50, 20) + common + struct.pack("<HHHII", 0, 0, 0, 0, at) + path)
        local = struct.pack("<I", 0x04034B50) + common + path
        out += [local, data]
        at += len(local) + len(data)
        count += 1
    central = b"".join(directory)
    end = struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, count, count, len(central), at, 0)
    return b"".join(out) + central + end


# ---------------------------------------------------------------------------------------------------------- rewriting

def properties(data, values):
    """A file of properties with other values; those that are not in it yet come last."""
    left, lines = dict(values), []
    for line in data.decode("latin-1").splitlines():
        key = line.split("=", 1)[0]
        lines.append("%s=%s" % (key, left.pop(key)) if key in left else line)
    lines += ["%s=%s" % row for row in left.items()]
    return ("\n".join(lines) + "\n").encode("latin-1")


def attribute(text):
    for character, reference in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;")):
        text = text.replace(character, reference)
    return text


def project_xml(data, project):
    start = data.index(b"<Project ")
    tag = '<Project name="%s" projectId="%s">' % (attribute(project["name"]), project["id"])
    return data[:start] + tag.encode() + data[data.index(b">", start) + 1:]


def retold(base, project):
    """The files of a base that say whose project it is."""
    files = base.files
    place = {"org-id": project["organizationId"], "org-name": project["organization"],
             "environment-id": project["environmentId"], "environment-name": project["environment"],
             "modified": str(project["created"])}
    changed = {"environment.properties": properties(files.get("environment.properties", b""), place),
               "jitterpak.properties": properties(
                   files.get("jitterpak.properties", b"required_version=110410000000000\n"),
                   {"project_name": project["name"], "project_id": project["id"], "created_at": str(project["created"]),
                    "type": "1" if project.get("broken") == "backup" else "3"})}
    if "project.xml" in files:  # a tree has none
        changed["project.xml"] = project_xml(files["project.xml"], project)
    if project.get("broken") == "xml":
        changed["project.xml"] = changed["project.xml"][:-30] + b"<"
    if project.get("version"):
        changed["files/version.txt"] = b"version %d\n" % project["version"]
    return changed


# --------------------------------------------------------------------------------------------------------------- bases

class Bases:
    def __init__(self, program, generator, corpus, workplace):
        samples = os.path.join(ROOT, "samples")
        folders = [os.path.join(samples, name) for name in sorted(os.listdir(samples))
                   if os.path.exists(os.path.join(samples, name, "project.xml"))]
        small = [Base.of_folder(folder) for folder in folders]
        exports = [os.path.join(samples, "cloud", name) for name in sorted(os.listdir(os.path.join(samples, "cloud")))]
        generated = []
        for entities in (40, 400, 1500):
            path = os.path.join(workplace, "%d.jpk" % entities)
            subprocess.run([generator, str(entities), path], check=True, stdout=subprocess.DEVNULL)
            generated.append(Base.of_archive(path))
        real, folders_of = [], list(small)
        if corpus and os.path.isdir(CORPUS):
            real = [Base.of_archive(os.path.join(CORPUS, "salesforce-to-netsuite.jpk"))]
            folders_of.append(Base.of_folder(os.path.join(CORPUS, "google-sheets-workspace", "env-200002")))
            exports.append(os.path.join(CORPUS, "cloud-studio-export.json"))
        # Most Jitterpaks have the size of the real one; the generated ones are smaller and larger.
        self.jitterpaks = [(base, 6) for base in real] + [(base, 1) for base in small + generated[:2]] + [(generated[2], 0.3)]
        self.folders = folders_of
        self.exports = []
        for path in exports:
            with open(path, encoding="utf-8") as file:
                self.exports.append(json.load(file))
        self.trees = []
        for i, folder in enumerate(folders[:2]):
            tree = os.path.join(workplace, "tree-%d" % i)
            subprocess.run([program, "unpack", "-q", folder, tree], check=True)
            self.trees.append(Base.of_folder(tree))


# ------------------------------------------------------------------------------------------------------------ projects

def choose(rng, weighted):
    return rng.choices([item for item, _ in weighted], [weight for _, weight in weighted])[0]


def projects(rng, count):
    """What is said of each project; files are made of it afterwards."""
    made, wanted = [], max(count * 2 // 100, len(BROKEN) if count >= 2 * len(BROKEN) else 0)
    broken = [list(BROKEN)[i % len(BROKEN)] for i in range(wanted)]
    for i in range(count):
        number = rng.randrange(ORGANIZATIONS)
        environment = rng.randrange(len(ENVIRONMENTS))
        project = {
            "number": i, "form": choose(rng, list(FORMS.items())), "base": rng.random(),
            "id": str(uuid.UUID(int=rng.getrandbits(128), version=4)),
            "name": "sync-%s_%s-to-%s (%d)" % (rng.choice(SYSTEMS), rng.choice(SUBJECTS), rng.choice(SYSTEMS), i),
            "organization": "Trial %d" % (number + 1), "organizationId": str(300001 + number),
            "environment": ENVIRONMENTS[environment], "environmentId": str(400001 + number * 10 + environment),
            "created": 1760000000000 + rng.randrange(10**10),
        }
        kind, older = rng.random(), rng.choice(made) if made else None
        if i < wanted:
            project["broken"] = broken[i]
            project["form"], project["reason"] = BROKEN[broken[i]]
            if broken[i] == "characters":
                project["name"] = 'a/b: "c" <%d>' % i
        elif older and not older.get("broken") and kind < 0.03:
            project.update(form=older["form"], base=older["base"], id=older["id"], name=older["name"], copy=older["number"],
                           created=older["created"], version=older.get("version", 0))
            for key in ("organization", "organizationId", "environment", "environmentId"):
                project[key] = older[key]
        elif older and not older.get("broken") and kind < 0.06:
            project.update(form=older["form"], base=older["base"], id=older["id"], name=older["name"],
                           version=older.get("version", 0) + 1)
            for key in ("organization", "organizationId", "environment", "environmentId"):
                project[key] = older[key]
        elif older and kind < 0.12:
            project["name"] = older["name"].upper() if rng.random() < 0.3 else older["name"]
        made.append(project)
    rng.shuffle(made)
    return made


# --------------------------------------------------------------------------------------------------------------- files

def write(path, data):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(data)


def write_files(folder, files, changed):
    for name, data in {**files, **changed}.items():
        write(os.path.join(folder, name), data)


def pick(bases, project):
    return bases[int(project["base"] * len(bases))]


def pick_weighted(bases, project):
    at = project["base"] * sum(weight for _, weight in bases)
    for base, weight in bases:
        at -= weight
        if at < 0:
            return base
    return bases[-1][0]


def write_jitterpak(path, bases, project):
    base, broken = pick_weighted(bases.jitterpaks, project), project.get("broken")
    changed, root = retold(base, project), project["name"].replace("/", "_").replace("\\", "_")
    if broken == "hostile":
        changed["../../../outside.xml"] = b"<x/>"
    data = archive(root, base, changed, 1 if broken == "password" else 0)
    if broken == "cut":
        data = data[:len(data) // 2]
    elif broken == "empty":
        data = b""
    elif broken == "checksum":
        end = struct.pack("<I", zlib.crc32(changed["project.xml"]))
        data = data.replace(end, struct.pack("<I", zlib.crc32(changed["project.xml"]) ^ 1))
    write(path, data)
    if broken == "mode":
        os.chmod(path, 0)


def write_export(path, bases, project):
    document = pick(bases.exports, project)
    about = dict(document["project"], name=project["name"], id=project["id"], organizationId=project["organizationId"],
                 targetEnvironmentId=project["environmentId"], createdOn=project["created"])
    if project.get("version"):
        about["description"] = "version %d" % project["version"]
    text = json.dumps(dict(document, project=about), ensure_ascii=False, indent=2) + "\n"
    write(path, text[:len(text) * 2 // 3].encode() if project.get("broken") == "json" else text.encode())


def write_environment(path, bases, project):
    base = pick(bases.folders, project)
    changed = retold(base, project)
    del changed["jitterpak.properties"]
    left = {name: data for name, data in base.files.items() if name != "jitterpak.properties"}
    write_files(path, left, changed)


def write_workspace(path, bases, project):
    write_environment(os.path.join(path, "env-" + project["environmentId"]), bases, project)
    write(os.path.join(path, "manifest.jip"), properties(b"#Wed Jun 20 12:11:14 AEST 2018\n", {
        "created": "1528248211817", "description": "", "last-environment": project["environmentId"],
        "modified": str(project["created"]), "org-id": project["organizationId"], "org-name": project["organization"],
        "project-id": project["id"], "project-name": project["name"], "requires-version": "8.16.0.1",
        "saved-in-version": "8.29.0.9"}))


def write_tree(path, bases, project):
    base = pick(bases.trees, project)
    index = base.files["jpk-index.jsonl"].decode()
    head, rest = index.split("\n", 1)
    row = json.loads(head)
    row.update(project=project["name"], id=project["id"])
    changed = retold(base, project)
    changed["jpk-index.jsonl"] = (json.dumps(row, separators=(",", ":"), ensure_ascii=False) + "\n" + rest).encode()
    write_files(path, base.files, changed)


WRITERS = {"jitterpak": (write_jitterpak, ".jpk"), "export": (write_export, ".json"), "tree": (write_tree, ""),
           "environment": (write_environment, ""), "workspace": (write_workspace, "")}


# ----------------------------------------------------------------------------------------------------------------- map

def map_of(rng):
    organizations = [{
        "name": "Acme", "id": 300000, "subscription": "subscribed", "region": "EMEA", "sso": True,
        "ssoAdministrator": "admin@acme.example", "bypass": ["ops@acme.example"],
        "roles": [{"name": "Administrators", "permissions": ["Admin"]}, {"name": "Developers"}],
        "members": [{"email": "admin@acme.example", "roles": ["Administrators"]},
                    {"email": "ops@acme.example", "roles": ["Administrators"], "registered": True}],
        "environments": [{"name": name, "id": 400901 + i, "projects": ["Billing", "sync-erp_orders-to-crm (7)"]}
                         for i, name in enumerate(ENVIRONMENTS)],
    }]
    for number in range(ORGANIZATIONS):
        organizations.append({
            "name": "Trial %d" % (number + 1), "id": 300001 + number, "subscription": "trial",
            "region": rng.choice(["NA", "EMEA", "APAC"]),
            "roles": [{"name": "Administrators", "permissions": ["Admin", "Agent Install"]}, {"name": "Developers"}],
            "members": [{"email": "user%d@acme.example" % n, "roles": [rng.choice(["Administrators", "Developers"])]}
                        for n in sorted(rng.sample(range(60), 20))],
            "environments": [{"name": name, "id": 400001 + number * 10 + i, "to": name}
                             for i, name in enumerate(ENVIRONMENTS)],
        })
    rules = [{"match": {"organization": "Trial 1"}, "studio": "cloud"},
             {"match": {"organization": "Trial 2"}, "studio": "design"}]
    return {"mapFormat": 1, "organizations": organizations, "projects": rules}


def yaml(value, indent=""):
    """Plain YAML of a map: texts are quoted as in JSON, which YAML reads the same way."""
    if isinstance(value, dict):
        return "".join("%s%s:%s" % (indent, key, yaml_member(item, indent + "  ")) for key, item in value.items())
    return "".join("%s-%s" % (indent, yaml_member(item, indent + "  ", True)) for item in value)


def yaml_member(item, indent, of_list=False):
    if not isinstance(item, (dict, list)):
        return " %s\n" % json.dumps(item)
    text = yaml(item, indent)
    return " " + text[len(indent):] if of_list and isinstance(item, dict) else "\n" + text


# -------------------------------------------------------------------------------------------------------------- estate

def make(folder, program, generator, count=2000, seed=1, corpus=True):
    """Makes an estate, and returns what estate.json says: a list of projects, each with its `path` below the folder."""
    rng = random.Random(seed)
    os.makedirs(folder, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder) as workplace:
        bases = Bases(program, generator, corpus, workplace)
    made = projects(rng, count)
    for project in made:
        writer, ending = WRITERS[project["form"]]
        stem = "%s-%05d" % (project["name"].split(" ")[0].replace("/", "_").replace(":", ""), project["number"])
        project["path"] = os.path.join("exports", project["organizationId"], "%02d" % (project["number"] % 20), stem + ending)
        writer(os.path.join(folder, project["path"]), bases, project)
    write(os.path.join(folder, "map.yaml"), yaml(map_of(rng)).encode())
    write(os.path.join(folder, "estate.json"), (json.dumps(made, indent=1) + "\n").encode())
    return made


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--program", default=os.path.join(ROOT, "build", "jpk"))
    parser.add_argument("--generator", default=os.path.join(ROOT, "build", "tests", "make_project"))
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--no-corpus", action="store_true")
    parser.add_argument("folder")
    arguments = parser.parse_args()
    if os.path.exists(arguments.folder) and os.listdir(arguments.folder):
        sys.exit("estate: %s is not empty" % arguments.folder)
    made = make(arguments.folder, arguments.program, arguments.generator, arguments.count, arguments.seed,
                not arguments.no_corpus)
    sizes = sorted(os.path.getsize(os.path.join(arguments.folder, p["path"])) for p in made if p["form"] == "jitterpak")
    print("estate: %d projects, %d of them broken; the median Jitterpak has %d bytes"
          % (len(made), sum("broken" in p for p in made), sizes[len(sizes) // 2] if sizes else 0))


if __name__ == "__main__":
    main()
