"""Inputs for the validators: always the same bytes, made where the caller says."""
import hashlib
import json
import os
import random
import re
import subprocess

DRAFT = "https://json-schema.org/draft/2020-12/schema"
OBJECTS = 50940

PERSON = {
    "type": "object",
    "required": ["id", "name", "email", "age", "role", "active", "tags", "address"],
    "properties": {
        "id": {"type": "integer", "minimum": 1},
        "name": {"type": "string", "minLength": 1, "maxLength": 80},
        "email": {"type": "string", "pattern": "^[^@ ]+@[^@ ]+\\.[a-z]{2,}$"},
        "age": {"type": "integer", "minimum": 0, "maximum": 150},
        "role": {"enum": ["admin", "editor", "author", "reader", "guest"]},
        "active": {"type": "boolean"},
        "tags": {"type": "array", "items": {"type": "string"}, "maxItems": 10, "uniqueItems": True},
        "address": {"$ref": "#/$defs/address"},
    },
    "additionalProperties": False,
}
ADDRESS = {
    "type": "object",
    "required": ["street", "city", "zip"],
    "properties": {
        "street": {"type": "string"},
        "city": {"type": "string", "minLength": 1},
        "zip": {"type": "string", "pattern": "^[0-9]{5}(-[0-9]{4})?$"},
    },
    "additionalProperties": False,
}


def person(number, chance):
    name = chance.choice(["Ada", "Ben", "Cleo", "Dora", "Emil", "Finn"]) + " " + chance.choice(["North", "South", "West"])
    return {
        "id": number,
        "name": name,
        "email": "%s.%d@example.com" % (name.split()[0].lower(), number),
        "age": chance.randrange(100),
        "role": chance.choice(["admin", "editor", "author", "reader", "guest"]),
        "active": chance.random() < 0.5,
        "tags": chance.sample(["red", "green", "blue", "black", "white", "yellow"], 3),
        "address": {"street": "%d Mill Lane" % chance.randrange(500), "city": "Salem",
                    "zip": "%05d" % chance.randrange(100000)},
    }


def write(path, value, **how):
    with open(path, "w", encoding="utf-8") as file:
        json.dump(value, file, **how)


def make_array(folder):
    """A 10 MB array of uniform objects and its schema: 764,101 values."""
    schema, instance = os.path.join(folder, "array.schema.json"), os.path.join(folder, "array.json")
    write(schema, {"$schema": DRAFT, "$id": "https://example.com/people", "type": "array", "items": {"$ref": "#/$defs/person"},
                   "$defs": {"person": PERSON, "address": ADDRESS}}, indent=2)
    chance = random.Random(1)
    write(instance, [person(number, chance) for number in range(1, OBJECTS + 1)], separators=(",", ":"))
    return schema, instance


def make_tiny(folder):
    """An instance of 652 bytes and its schema."""
    schema, instance = os.path.join(folder, "tiny.schema.json"), os.path.join(folder, "tiny.json")
    write(schema, {"$schema": DRAFT, "$id": "https://example.com/team", "type": "object", "required": ["team", "members"],
                   "properties": {"team": {"type": "string"}, "note": {"type": "string"},
                                  "members": {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/person"}}},
                   "additionalProperties": False, "$defs": {"person": PERSON, "address": ADDRESS}}, indent=2)
    chance = random.Random(2)
    team = {"team": "Documentation", "members": [person(number, chance) for number in (1, 2)], "note": ""}
    team["note"] = "x" * (652 - len(json.dumps(team)))
    write(instance, team)
    return schema, instance


def small_recipe(program, jitterpak, folder):
    """A generated recipe as text, with so many fields of its mappings that it has about 8 KB."""
    subprocess.run([program, "recipe", "generate", jitterpak, "-o", folder, "--force", "-q"], check=True)
    name = next(name for name in sorted(os.listdir(folder)) if name.endswith("-recipe.json"))
    with open(os.path.join(folder, name), encoding="utf-8") as file:
        recipe = json.load(file)
    mappings = [step["fields"] for step in recipe["steps"] if step["type"] == "mapping"]
    while len(json.dumps(recipe, indent=2)) > 8400 and any(mappings):
        max(mappings, key=len).pop()
    return recipe["name"], json.dumps(recipe, indent=2) + "\n"


def make_repository(program, jitterpak, folder, count):
    """Recipes that differ in names, ids and texts. Returns how many bytes they have together."""
    size = 0
    name, text = small_recipe(program, jitterpak, folder + "-recipe")
    uuid = re.compile("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
    os.makedirs(folder)
    for number in range(count):
        own = "%s-%05d" % (name, number)

        def other_id(match):
            digits = hashlib.md5(b"%d %s" % (number, match.group().encode())).hexdigest()
            return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))

        changed = uuid.sub(other_id, text).replace(name, own).replace('"title": "', '"title": "%d: ' % number)
        with open(os.path.join(folder, own + "-recipe.json"), "w", encoding="utf-8") as file:
            size += file.write(changed)
    return size
