#!/usr/bin/python3
"""Makes the corpora of the fuzz targets from samples/, which is to say: small parts of them.

usage: make_corpus.py, in the top folder. What lies in tests/fuzz/corpus already and is not made here stays.
"""
import gzip
import io
import json
import os
import re
import zipfile

HERE = os.path.dirname(os.path.abspath(__file__))
GUID = re.compile(rb"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
BETWEEN = b"\n%%%%\n"


def put(target, name, data):
    path = os.path.join(HERE, "corpus", target, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(data if isinstance(data, bytes) else data.encode())


def link(target, name, path):
    """To a file below tests/."""
    place = os.path.join(HERE, "corpus", target, name)
    os.makedirs(os.path.dirname(place), exist_ok=True)
    os.path.islink(place) or os.symlink(os.path.join("..", "..", "..", path), place)


def read(*path):
    with open(os.path.join(*path), "rb") as file:
        return file.read()


def files_of(folder):
    return {os.path.relpath(os.path.join(at, name), folder): read(at, name)
            for at, _, names in sorted(os.walk(folder)) for name in sorted(names)}


# ---------------------------------------------------------------------------------------------------------- Jitterpaks

def reach(start, known, text_of):
    """The ids that can be reached from one, by all ids that stand in the texts."""
    found, todo = set(), [start]
    while todo:
        one = todo.pop()
        if one not in found:
            found.add(one)
            todo += [other for other in GUID.findall(text_of(one)) if other in known]
    return found


def outline(text, kept):
    """project.xml with what is kept, and with all folders."""
    lines = [line for line in text.splitlines(True)
             if b"<Entity " not in line or any(one in kept for one in GUID.findall(line))]
    return b"".join(lines)


def pack(entries):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(entries):
            archive.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), entries[name], zipfile.ZIP_DEFLATED)
    return out.getvalue()


def part_of_project(files, start, entities):
    kept = reach(start, entities, lambda one: files[entities[one]])
    texts = b"".join(files[entities[one]] for one in kept)
    part = {entities[one]: files[entities[one]] for one in kept}
    for name, data in files.items():
        stem = os.path.basename(name)
        if name == "project.xml":
            part[name] = outline(data, kept)
        elif name.endswith((".properties", ".xml")) and "/" not in name:
            part[name] = data
        elif name.startswith("cache/") and any(one.decode() in name for one in kept):
            part[name] = data
        elif name.startswith("files/") and (stem == ".metadata" or stem.encode() in texts):
            part[name] = data
    return {"t/" + name: data for name, data in part.items()}


def jitterpaks():
    for sample in ("http-json", "salesforce-to-netsuite", "database-to-ftp"):
        files = files_of(os.path.join("samples", sample))
        entities = {GUID.search(name.encode()).group(): name for name in files if name.startswith("Data/")}
        operations = [one for one in entities if entities[one].startswith("Data/Operation/")]
        parts = sorted((pack(part_of_project(files, one, entities)) for one in operations), key=len)
        for number in range(3):
            put("project", "%s-%d.jpk" % (sample, number), parts[number * len(parts) // 3])
        seen = set()
        for name, data in files.items():
            kind = name.split("/")[1] if name.startswith("Data/") else None
            if kind and kind not in seen and (kind != "Folder" or not seen):
                seen.add(kind)
                put("entity", "%s-%s.xml" % (sample, kind), data)
            if kind == "Script":
                text = re.search(rb'name="script">(.*?)</konga.string>', data, re.S)
                text = text.group(1) if text else b""
                for escape, plain in ((b"&lt;", b"<"), (b"&gt;", b">"), (b"&quot;", b'"'), (b"&amp;", b"&")):
                    text = text.replace(escape, plain)
                put("script", "%s-%s.jb" % (sample, os.path.basename(name)[:8]), text)
            if name.endswith(".properties"):
                put("properties", sample + "-" + name, data)
            if name.endswith((".gz", ".xsd")) and len(data) < 4096:
                name = os.path.basename(name)[-30:].replace(".gz", ".jtr")
                put("structure", name, gzip.decompress(data) if name.endswith(".jtr") else data)
    put("structure", "packed.gz", gzip.compress(b"<JTR Type='Unknown' Version='2'><CROM Name='x'/></JTR>", mtime=0))
    put("structure", "query.soql", "SELECT Id, Account.Name, (SELECT LastName FROM Contacts) FROM Case WHERE Id = 'a'")
    put("structure", "sample.json", '{"orders":[{"id":1,"lines":[{"sku":"a","price":1.5,"ok":true}]}],"next":null}')
    for target in ("archive", "recipe", "secrets", "to-cloud", "tree"):
        folder = os.path.join(HERE, "corpus", target)
        if target == "to-cloud":
            os.path.islink(folder) or os.symlink("project", folder)
            continue
        for name in ("http-json-1.jpk", "database-to-ftp-1.jpk"):
            put(target, name, read(HERE, "corpus", "project", name))


# ------------------------------------------------------------------------------------------------------------- exports

def shorten(value):
    """Lists of nodes of schemas keep their first two."""
    if isinstance(value, list):
        return [shorten(one) for one in value]
    if isinstance(value, dict):
        return {key: shorten(one[:2] if key == "C" else one) for key, one in value.items() if key != "jtr"}
    return value


def part_of_export(export, start, components):
    texts = {one: json.dumps(component).encode() for one, component in components.items()}
    kept = reach(start, components, lambda one: texts[one])
    project = dict(export["project"])
    project["components"] = [shorten(components[one]) for one in components if one in kept]
    project["workflows"] = [dict(flow, operations=[one for one in flow["operations"] if one["id"].encode() in kept])
                            for flow in project["workflows"]]
    return json.dumps(dict(export, project=project), separators=(",", ":"), ensure_ascii=False)


def exports():
    for sample in ("contacts", "nightly-cleanup"):
        export = json.loads(read("samples", "cloud", sample + ".json"))
        components = {one["id"].encode(): one for one in export["project"]["components"]}
        operations = [one["id"].encode() for one in export["project"]["components"] if one["type"] == 200]
        for number, operation in enumerate(operations):
            put("cloud", "%s-%d.json" % (sample, number), part_of_export(export, operation, components))
    put("cloud", "components.json", '{"components":[{"type":400,"id":"a","name":"b","scriptBody":"<trans>$a=1</trans>"}]}')
    folder = os.path.join(HERE, "corpus", "to-design")
    os.path.islink(folder) or os.symlink("cloud", folder)
    for target in ("secrets", "tree"):
        put(target, "contacts.json", read(HERE, "corpus", "cloud", "contacts-1.json"))


# ------------------------------------------------------------------------------------------------------- all other JSON

def recipes():
    for name in ("customers", "invoices", "orders"):
        files = files_of(os.path.join("samples", "recipes", name))
        recipe = next(data for file, data in files.items() if file.endswith("-recipe.json"))
        configure = next(data for file, data in files.items() if file.endswith("-configure.json"))
        put("recipe", name + ".json", recipe)
        put("configure", name + ".json", recipe + BETWEEN + configure)


SCHEMAS = (
    ('{"type":"object","properties":{"a":{"type":"integer","minimum":1.5},"b":{"$ref":"#/$defs/x"}},"required":["a"],'
     '"$defs":{"x":{"type":"array","items":{"$ref":"#"},"uniqueItems":true}}}', '{"a":2,"b":[{"a":3},{"a":1}]}'),
    ('{"$schema":"http://json-schema.org/draft-07/schema#","if":{"const":1},"then":{"not":{}},"else":{"oneOf":['
     '{"type":"string","pattern":"^a+$"},{"enum":[null,"aa",2]}]}}', '"aa"'),
    ('{"$schema":"https://json-schema.org/draft/2020-12/schema","$id":"http://x/y","$dynamicAnchor":"m","allOf":['
     '{"$anchor":"q","unevaluatedProperties":false,"patternProperties":{"^x":{"multipleOf":0.1}}}],'
     '"dependentRequired":{"a":["b"]},"prefixItems":[{"$dynamicRef":"#m"}],"contains":{"const":1},"maxContains":2}',
     '[[1,1,1],{"x":0.3,"a":1}]'),
    ('{"$schema":"http://json-schema.org/draft-04/schema#","definitions":{"a":{"id":"#a","maximum":1e300,'
     '"exclusiveMaximum":true}},"additionalProperties":{"$ref":"#/definitions/a"},"format":"uri","maxLength":3}',
     '{"x":1e300,"y":-1}'),
    ('{"$schema":"https://json-schema.org/draft/2019-09/schema","$recursiveAnchor":true,"items":[{"$recursiveRef":"#"}],'
     '"unevaluatedItems":{"type":"null"},"anyOf":[{"format":"date-time"},{"minItems":1}],"propertyNames":{"maxLength":2}}',
     '[[null],"2026-01-01T00:00:00Z"]'))
PATTERNS = (("^[\\w-]+$", "a-b"), ("(?:a|b){2,3}?(c)\\1(?=d)", "abccd"), ("\\p{Lu}[^\\D\\p{L}]*\\u{1F432}", "A5\U0001f432"),
            ("^(?<n>a+)+\\k<n>$", "aaaaaaaaaaaa"), ("(?<!a)b|[^]$", "cb"), ("^.{2,3}$", "\u00e9x"))
MANIFESTS = (
    "NAME: 'Accounts'\nTYPE: recipe\nDESCRIPTION: >-\n  Long\n  text\nPROJECT: accounts.json\nENDPOINTS: [Salesforce, \"x\"]\n",
    "profile: strict\nignore: [\"*.tmp\", /build/]\nrules:\n  label-missing: off\nexemptions:\n"
    "  - {rule: title-twice, path: a*.json, reason: old}\n",
    "? a\n: [1, 2.5e3, ~, !!str 3, {b: true}]\n'c': |+\n  x\n\n\"\\u00e9\\x41\": !!int 4 # five\n...\n")


def others():
    for number, (schema, instance) in enumerate(SCHEMAS):
        put("schema", str(number), schema.encode() + BETWEEN + instance.encode())
        put("json", str(number), schema)
    put("json", "numbers", '[0,-0,1e5,1.50,12345678901234567890,1E-400,"\\u00e9\\ud83d\\udc32\\n",{"a":1,"a":2,"":{}}]')
    for number, (pattern, text) in enumerate(PATTERNS):
        put("pattern", str(number), pattern.encode() + BETWEEN + text.encode())
    for number, text in enumerate(MANIFESTS):
        put("manifest", str(number), text)
    for name in sorted(set(os.listdir(os.path.join("tests", "hygiene"))) - {"README.md"}):
        link("secrets", name, os.path.join("hygiene", name))
    put("properties", "escapes", "#a\n! b\n a\\ b\\=c = d\\\n   e\\u00e9\\t\nx:y\n=\nz\n")
    put("script", "forms", '<trans>RunOperation("op.00000001-0000-4000-8000-0000000000ab");//sc.00000002-0000-4000-8000-'
        '0000000000ab\n$a.b = Get("c") == \'d\' ? [x$y#.z] : {1,2};/* <TAG>script:A</TAG> */</trans> t\n<javascript>`${1}`;'
        "Jitterbit.SetVar('$v', /r[/]/g); x('<TAG>operation:B<TAG>')</javascript>")
    put("script", "mapping", "[a$b.] <- [c$d.]\na$b.x = c.y$\na$b.z =\n    $n++;\n\n    c.q$\n\n\"t u\" ==\n    <trans>1</trans>\n")


ENTITY = b'    <Entity entityId="%d" name="%s"/>\n'
OUTLINES = [b'<?xml version="1.0" encoding="UTF-8"?>\n<Project name="t" projectId="p">\n  <EntityType name="Script">\n'
            b'%s  </EntityType>\n</Project>\n' % b"".join(ENTITY % row for row in rows)
            for rows in (((1, b"A"), (2, b"B")), ((1, b"A2"), (2, b"B"), (3, b"C")), ((1, b"A3"), (4, b"D")))]


def differences():
    for kind, first, second in (("project", "http-json-1.jpk", "http-json-0.jpk"),
                                ("cloud", "contacts-0.json", "contacts-3.json")):
        one, other = read(HERE, "corpus", kind, first), read(HERE, "corpus", kind, second)
        put("diff", kind + "-same", one + BETWEEN + one)
        put("diff", kind, one + BETWEEN + other)


def replaced(text, *pairs):
    for old, new in pairs:
        if old not in text:
            raise SystemExit("make_corpus: %r is not there" % old)
        text = text.replace(old, new)
    return text


def merges():
    """A base and two sides: changes that agree, changes that do not, and a side that deletes."""
    with zipfile.ZipFile(os.path.join(HERE, "corpus", "project", "http-json-0.jpk")) as archive:
        base = {name: archive.read(name) for name in archive.namelist()}
    script = min(name for name in base if name.startswith("t/Data/Script/"))
    ours, theirs, other = dict(base), dict(base), dict(base)
    for side, text in ((ours, b"$ours = 1;"), (other, b"$other = 2;")):
        side[script] = replaced(side[script], (b"&lt;/trans&gt;", text + b"\n&lt;/trans&gt;"))
    theirs["t/environment.properties"] = base["t/environment.properties"] + b"theirs=1\n"
    theirs["t/added.properties"] = b"a=1\n"
    gone = dict(theirs)
    del gone[script]
    for name, sides in (("agree", (ours, theirs)), ("differ", (ours, other)), ("gone", (ours, gone))):
        put("merge", "project-" + name, BETWEEN.join(pack(side) for side in (base, *sides)))
    text = read(HERE, "corpus", "cloud", "contacts-0.json")
    name = re.search(rb'"name":"([^"]+)"', text).group()
    sides = [replaced(text, (name, name[:-1] + end)) for end in (b' A"', b' B"')]
    put("merge", "cloud-differ", BETWEEN.join([text, *sides]))
    put("merge", "cloud-agree", BETWEEN.join([text, sides[0], text.replace(b"$", b"$x")]))
    put("merge", "outline", BETWEEN.join(OUTLINES))
    put("merge", "properties", BETWEEN.join([b"a=1\nb=2\n", b"a=2\nb=2\nc=3\n", b"#x\na=3\nb=2\nd=4\n"]))
    put("merge", "index", BETWEEN.join(b'{"id":"1","name":"%s"}\n{"id":"%d"}\n' % (end, n)
                                       for n, end in enumerate((b"A", b"B", b"A"))))


def main():
    jitterpaks()
    exports()
    differences()
    merges()
    recipes()
    others()


main()
