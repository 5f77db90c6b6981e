#!/usr/bin/python3
"""Property test: an edit of an export of Cloud Studio is exactly what `jpk diff` finds.

usage: edits.py [--program PATH] [--edits N] [--seed N]

The exports are the samples, what becomes of the sample projects, and of the real one where that is there. Values are
edited one by one, N of them or with 0 all; what that must give follows from tables here, not from the program's. Then
come edits of the structure.
"""
import base64
import copy
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import zlib

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SHARED = os.environ.get("JPK_SHARED", os.path.join(os.path.dirname(ROOT), "shared"))
GUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")

KINDS = {200: "operation", 400: "script", 500: "activity", 600: "connection", 700: "transformation", 900: "schema",
         1000: "projectVariable", 1200: "notification", 1300: "globalVariable"}
STATE = {"checksum", "requiresDeploy", "validationState", "metadataVersion", "chunks", "partial", "hidden", "isNew",
         "cursor", "rowId", "duplicateRef", "createdOn", "createdBy", "modifiedOn", "modifiedBy"}
# Not compared, by the end of the place: a component's own members, and what follows from something else.
DERIVED = {(400, "scriptBodyCleansed"), (400, "globalVariables"), (1300, "usages")}
OF_RULES = {"transformScriptCleansed", "globalVariables", "cursor", "validationErrors", "transformScriptError"}
OF_PROJECTS = {"origCreatedOn", "deployments", "appliedDataMigrations", "appliedPostDataMigrations"}
# What tells the elements of lists apart, by the key of the list.
KEYS = {"properties": "name", "children": "name", "C": "N", "mappingRules": "targetPath",
        "loopMappingRules": "tgtPath", "outcomes": "outcomeType"}


def run(program, *arguments):
    done = subprocess.run([program, *arguments], capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, done.stderr


def components(export):
    return export["project"]["components"]


def named(export, kind):
    return [c for c in components(export) if c["type"] == kind]


def path_of(export, component):
    kind = KINDS.get(component["type"], "other")
    if kind == "operation":
        for workflow in export["project"]["workflows"]:
            if any(o["id"] == component["id"] for o in workflow["operations"]):
                return f"operation/{workflow['name']}/{component['name']}"
    return f"{kind}/{component['name']}"


def part(key, element, siblings):
    """The part of a path for an element of a list that `key` names."""
    tell = KEYS.get(key)
    if isinstance(element, dict) and not tell and key != "steps":
        tell = next((k for k in ("id", "name", "N", "key", "path") if isinstance(element.get(k), str)), None)
    if tell and isinstance(element, dict) and tell in element:
        alike = [e for e in siblings if e.get(tell) == element[tell]]
        number = 1 + next(i for i, e in enumerate(alike) if e is element)
        name = f"/{element[tell]}" if element[tell] != "" else ""
        return name + (f"[{number}]" if len(alike) > 1 or not name else "")
    alike = [e for e in siblings if not (isinstance(e, dict) and tell and tell in e)]
    return f"[{1 + next(i for i, e in enumerate(alike) if e is element)}]"


def leaves(value, place=()):
    """The places of all values that are no containers, or empty ones."""
    if isinstance(value, dict) and value:
        for key in value:
            yield from leaves(value[key], place + (key,))
    elif isinstance(value, list) and value:
        for index, element in enumerate(value):
            yield from leaves(element, place + (index,))
    else:
        yield place


def at(value, place):
    for step in place:
        value = value[step]
    return value


def field_of(root, place):
    """How a field is called that stands at a place in a component, after the edit."""
    text, value, key = "", root, ""
    for i, step in enumerate(place):
        before = place[i - 2] if i >= 2 and isinstance(place[i - 1], int) else None
        in_tree = place[0] == "properties" and before in ("properties", "children")
        if isinstance(step, int):
            text += part(key, value[step], value)
        elif step != "C" and not (in_tree and step in ("children", "value")):
            text += f"/{step}"
        key = step if isinstance(step, str) else key
        value = value[step]
    return text.lstrip("/")


def is_left_out(root, place):
    top = place[0]
    if top in STATE or (root.get("type"), top) in DERIVED or (root.get("type") == 100 and top in OF_PROJECTS):
        return True
    if top == "mappingRules" and len(place) > 2 and place[2] in OF_RULES:
        return True
    if top == "outcomes" and place[-1] == "id":
        return True
    nodes = "schemaTypeDocument" in place or "document" in place or top in ("input", "output")
    return nodes and place[-1] in ("I", "L")


def edited(value):
    """Another value of the same type."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, (int, float)):
        return value + 7
    if isinstance(value, str):
        return value + "x"
    if value is None:
        return "x"
    return {"x": "y"} if isinstance(value, dict) else ["x"]


def has_value_below(value):
    """An empty container that gets a member: the member is what has changed."""
    return "/x" if isinstance(value, dict) else "[1]" if isinstance(value, list) else ""


def found_in(report):
    return sorted((c["newPath"] or c["oldPath"], tuple(c["what"]), tuple(f["path"] for f in c["fields"]))
                  for c in report["changes"])


class Bench:
    def __init__(self, program, work):
        self.program, self.work = program, work
        self.a, self.b = os.path.join(work, "a.json"), os.path.join(work, "b.json")
        self.passed = self.failed = 0
        self.text = None

    def old(self, export):
        with open(self.a, "w", encoding="utf-8") as file:
            json.dump(export, file)
        self.text = run(self.program, "git", "textconv", self.a)

    def check(self, name, export, wanted, *options):
        with open(self.b, "w", encoding="utf-8") as file:
            json.dump(export, file)
        status, out, err = run(self.program, "diff", "--format", "json", *options, self.a, self.b)
        found = found_in(json.loads(out)) if status in (0, 1) else err
        silent = status == 1 and not options and run(self.program, "git", "textconv", self.b) == self.text
        if found == sorted(wanted) and status == bool(wanted) and not silent:
            self.passed += 1
        else:
            self.failed += 1
            print(f"  FAILED {name}: wanted {sorted(wanted)}, found {found}{', silent to git' if silent else ''}"[:900])


def wanted_for_value(export, component, place):
    """What an edit of the value at a place of a component must give."""
    if place == ("name",):
        return [(path_of(export, component), ("renamed",), ())]
    if is_left_out(component, place):
        return []
    field = field_of(component, place)
    return [(path_of(export, component), ("changed",), (field,))]


def edit_values(bench, export, count, rng, name):
    bench.old(export)
    places = [(i, place) for i, c in enumerate(components(export)) for place in leaves(c)
              if place not in (("id",), ("type",))]
    for i, place in places if count == 0 else rng.sample(places, min(count, len(places))):
        new = copy.deepcopy(export)
        component = components(new)[i]
        value = at(component, place)
        at(component, place[:-1])[place[-1]] = edited(value)
        wanted = wanted_for_value(new, component, place)
        if wanted and has_value_below(value):
            wanted = [(p, what, tuple(f + has_value_below(value) for f in fields)) for p, what, fields in wanted]
        bench.check(f"{name} {component['name']} {place}", new, wanted)



# ---------------------------------------------------------------------------------------------------- the structure
# Each edit changes the export and returns what that must give, or None where there is nothing to edit.


def one(rng, things):
    return rng.choice(things) if things else None


def changed(export, component, *fields):
    return [(path_of(export, component), ("changed",), fields)]


def fresh_ids(export):
    """Every id of something in the project anew, as after an import."""
    project, text = export["project"], json.dumps(export)
    ids = [project["id"]] + [thing["id"] for thing in project["workflows"] + project["components"]]
    ids += [outcome["id"] for operation in named(export, 200) for outcome in operation["outcomes"]]
    known = {id_.lower(): "%08x-0000-4000-8000-%012x" % (n + 1, n * 7 + 1) for n, id_ in enumerate(ids)}

    def fresh(match):
        return known.get(match.group(0).lower(), match.group(0))
    return json.loads(GUID.sub(fresh, text))


def upper_ids(export, rng):
    for workflow in export["project"]["workflows"]:
        for operation in workflow["operations"]:
            operation["id"] = operation["id"].upper()
    return []


def imported_again(export, rng):
    renewed = fresh_ids(export)
    export.clear()
    export.update(renewed)
    return [("project", ("changed",), ("id",))]


def shuffle_components(export, rng):
    rng.shuffle(components(export))
    return []


def shuffle_properties(export, rng):
    for component in named(export, 500) + named(export, 600):
        rng.shuffle(component["properties"])
    return []


def shuffle_keys(export, rng):
    for component in components(export):
        items = list(component.items())
        rng.shuffle(items)
        component.clear()
        component.update(items)
    return []


def state_of_editing(export, rng):
    for component in components(export):
        component.update(checksum="77", requiresDeploy=False, validationState=300, chunks=2, isNew=True, rowId="x")
    export["project"].update(checksum="9", createdOn=1, validationState=400, appliedDataMigrations=[])
    return []


def operation_copies(export, rng):
    """Copies in place of references, out of date."""
    for workflow in export["project"]["workflows"]:
        for operation in workflow["operations"]:
            operation.update(name="Old name", steps=[], outcomes=[], projectId="x")
    return []


def default_written(export, rng):
    """A property that is its default may say so."""
    for component in named(export, 500) + named(export, 600):
        for property_ in component["properties"]:
            if "value" not in property_ and "defaultValue" in property_:
                property_["value"] = copy.deepcopy(property_["defaultValue"])
    return []


def unknown_member(export, rng):
    component = one(rng, components(export))
    component["foreign"] = {"deep": [1, 2]}
    return changed(export, component, "foreign")


def member_removed(export, rng):
    component = one(rng, [c for c in components(export) if "encryptedAtRest" in c])
    del component["encryptedAtRest"]
    return changed(export, component, "encryptedAtRest")


def other_type(export, rng):
    component = one(rng, [c for c in components(export) if "encryptedAtRest" in c])
    component["encryptedAtRest"] = "true"
    return changed(export, component, "encryptedAtRest")


def component_removed(export, rng):
    component = one(rng, named(export, 1000) + named(export, 1200))
    if not component:
        return None
    components(export).remove(component)
    lines = "\n" in component.get("message", "")
    return [(path_of(export, component), ("removed",), ("message",) if lines else ())]


def component_added(export, rng):
    components(export).append({"type": 400, "id": "11111111-2222-4333-8444-555555555555", "name": "Fresh", "scriptType": 1,
                               "scriptBody": "<trans>\n1;\n</trans>"})
    return [("script/Fresh", ("added",), ("scriptBody",))]


def unknown_kind(export, rng):
    components(export).append({"type": 1500, "id": "11111111-2222-4333-8444-555555555555", "name": "Odd", "what": 1})
    return [("other/Odd", ("added",), ())]


def stray_component(export, rng):
    components(export).insert(0, "stray")
    return [("project", ("changed",), ("components[1]",))]


def rename_followed(export, rng):
    """A script and an operation are renamed; who refers to them follows."""
    component = one(rng, named(export, 400) + named(export, 200))
    if not component:
        return None
    kind = "script" if component["type"] == 400 else "operation"
    before, component["name"] = component["name"], component["name"] + " renamed"
    text = json.dumps(components(export)).replace(f"<TAG>{kind}:{before}</TAG>", f"<TAG>{kind}:{component['name']}</TAG>")
    export["project"]["components"] = json.loads(text)
    return [(path_of(export, component), ("renamed",), ())]


def rename_connection(export, rng):
    component = one(rng, named(export, 600))
    if not component:
        return None
    before, component["name"] = component["name"], component["name"] + " 2"
    adapter = component["adapterId"]
    text = json.dumps(components(export))
    for word in ("activity", "endpoint"):
        text = text.replace(f"<TAG>{word}:{adapter}/{before}", f"<TAG>{word}:{adapter}/{component['name']}")
    export["project"]["components"] = json.loads(text)
    return [(path_of(export, component), ("renamed",), ())]


def rename_schema(export, rng):
    """A schema of the user's own; the transformations that hold copies follow."""
    schema = one(rng, [s for s in named(export, 900) if "origin" not in s and "name" in s["schemaTypeDocument"]])
    if not schema or schema["schemaTypeDocument"]["name"] != schema["name"]:
        return None
    schema["name"] = schema["schemaTypeDocument"]["name"] = schema["name"] + " 2"
    for transformation in named(export, 700):
        for side in (transformation.get("source"), transformation.get("target")):
            if side and side.get("id") == schema["id"]:
                side["name"] = side["document"]["name"] = schema["name"]
    return [(path_of(export, schema), ("renamed",), ())]


def node_changed_everywhere(export, rng):
    """A node of a schema and of all copies of it: only the schema has changed."""
    schema = one(rng, [s for s in named(export, 900) if "origin" not in s and s["schemaTypeDocument"].get("root")])
    if not schema:
        return None
    schema["schemaTypeDocument"]["root"]["NS"] = "urn:other"
    for transformation in named(export, 700):
        for side in (transformation.get("source"), transformation.get("target")):
            if side and side.get("id") == schema["id"] and side["document"].get("root"):
                side["document"]["root"]["NS"] = "urn:other"
    return changed(export, schema, "schemaTypeDocument/root/NS")


def moved_operation(export, rng):
    workflows = export["project"]["workflows"]
    if len(workflows) < 2 or not workflows[0]["operations"]:
        return None
    operation = workflows[0]["operations"].pop()
    workflows[1]["operations"].append(operation)
    component = next(c for c in components(export) if c["id"] == operation["id"])
    return [(path_of(export, component), ("moved",), ())]


def listed_twice(export, rng):
    workflows = export["project"]["workflows"]
    workflows[0]["operations"].append(dict(workflows[0]["operations"][0]))
    return [(f"operation/{workflows[0]['name']}/", ("changed",), ("operations[1]",))]


def renamed_workflow(export, rng):
    workflow = one(rng, export["project"]["workflows"])
    workflow["name"] += " 2"
    return [(f"operation/{workflow['name']}/", ("renamed",), ())]


def added_workflow(export, rng):
    export["project"]["workflows"].append({"name": "Empty", "operations": [], "type": 1100, "id": "x"})
    return [("operation/Empty/", ("added",), ())]


def step_inserted(export, rng):
    operation, script = one(rng, named(export, 200)), one(rng, named(export, 400))
    if not operation or not script or any(step["id"] == script["id"] for step in operation["steps"]):
        return None
    operation["steps"].insert(0, {"id": script["id"], "type": 400})
    return changed(export, operation, "steps[1]")


def steps_swapped(export, rng):
    operation = one(rng, [o for o in named(export, 200) if len({s["id"] for s in o["steps"]}) > 1])
    if not operation:
        return None
    operation["steps"].append(operation["steps"].pop(0))
    return changed(export, operation, "steps")


def rule_removed(export, rng):
    transformation = one(rng, [t for t in named(export, 700) if len(t["mappingRules"]) > 1])
    if not transformation:
        return None
    rule = transformation["mappingRules"].pop(rng.randrange(len(transformation["mappingRules"])))
    return changed(export, transformation, "mappingRules/" + rule["targetPath"])


def asset_packed_again(export, rng):
    for asset in export["assets"]:
        content = zlib.decompress(base64.b64decode(asset["compressedContent"]))
        asset["compressedContent"] = base64.b64encode(zlib.compress(content, 1)).decode()
        for property_ in asset["properties"]:
            if property_["key"] == "FileSize":
                property_["value"] = str(len(asset["compressedContent"]))
    return [] if export["assets"] else None


def asset_changed(export, rng):
    asset = one(rng, export["assets"])
    if not asset:
        return None
    content = zlib.decompress(base64.b64decode(asset["compressedContent"])) + b"<!-- more -->\n"
    asset["compressedContent"] = base64.b64encode(zlib.compress(content, 9)).decode()
    return [("assets/" + asset["path"], ("changed",), ("content",))]


def asset_added(export, rng):
    export["assets"].append({"path": "new.xsd", "type": "xml", "properties": [], "compressedContent": "x"})
    return [("assets/new.xsd", ("added",), ())]


def cache_packed_again(export, rng):
    found = [d for d in documents(export) if isinstance(d.get("jtr"), str)]
    for document in found:
        content = zlib.decompress(base64.b64decode(document["jtr"]))
        document["jtr"] = base64.b64encode(zlib.compress(content, 1)).decode()
    return [] if found else None


def documents(export):
    for component in components(export):
        for document in (component.get("schemaTypeDocument"), component.get("input"), component.get("output")):
            if isinstance(document, dict):
                yield document


def top_level(export, rng):
    export["version"] = 5
    export["_foreign"] = []
    return [("project", ("changed",), ("export/version", "export/_foreign"))]


def setting_of_project(export, rng):
    export["project"]["disableScriptParser"] = True
    export["project"]["adapterIds"].append("odd")
    return [("project", ("changed",), ("disableScriptParser", f"adapterIds[{len(export['project']['adapterIds'])}]"))]


EDITS = [upper_ids, imported_again, shuffle_components, shuffle_properties, shuffle_keys, state_of_editing,
         operation_copies, default_written, unknown_member, member_removed, other_type, component_removed,
         component_added, unknown_kind, stray_component, rename_followed, rename_connection, rename_schema,
         node_changed_everywhere, moved_operation, listed_twice, renamed_workflow, added_workflow, step_inserted,
         steps_swapped, rule_removed, asset_packed_again, asset_changed, asset_added, cache_packed_again, top_level,
         setting_of_project]


def edit_structure(bench, export, rng, name):
    bench.old(export)
    for edit in EDITS:
        new = copy.deepcopy(export)
        wanted = edit(new, rng)
        if wanted is not None:
            bench.check(f"{name} {edit.__name__}", new, wanted)


def main():
    arguments, program, count, seed = sys.argv[1:], os.path.join(ROOT, "build/jpk"), 25, 1
    while arguments:
        word, value = arguments.pop(0), arguments.pop(0)
        if word == "--program":
            program = os.path.abspath(value)
        elif word == "--edits":
            count = int(value)
        elif word == "--seed":
            seed = int(value)
    work = tempfile.mkdtemp(prefix="jpk-cloud-edits-")
    bench = Bench(program, work)
    try:
        for name, export in exports(program, work):
            rng = random.Random(f"{seed} {name}")
            edit_structure(bench, export, rng, name)
            edit_values(bench, export, count, rng, name)
    finally:
        shutil.rmtree(work)
    print(f"edits of exports: {bench.passed} passed, {bench.failed} failed")
    return 1 if bench.failed or bench.passed == 0 else 0


def exports(program, work):
    for name in sorted(os.listdir(os.path.join(ROOT, "samples/cloud"))):
        with open(os.path.join(ROOT, "samples/cloud", name), encoding="utf-8") as file:
            yield name, json.load(file)
    projects = [os.path.join(ROOT, "samples", n) for n in ("http-json", "database-to-ftp", "salesforce-to-netsuite")]
    real = os.path.join(SHARED, "corpus/salesforce-to-netsuite.jpk")
    for project in projects + ([real] if os.path.exists(real) else []):
        path = os.path.join(work, "converted.json")
        run(program, "convert", "--to", "cloud", "-q", "-f", "-o", path, project)
        with open(path, encoding="utf-8") as file:
            yield os.path.basename(project), json.load(file)


if __name__ == "__main__":
    sys.exit(main())
