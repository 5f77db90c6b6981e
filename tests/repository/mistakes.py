"""The mistakes that plant.py plants, as a table: how each is made, and what must be found of it."""
import os
import socket
from dataclasses import dataclass, field

RECIPE = "orders/sync-webshop_orders-to-warehouse_api-recipe.json"
CONFIGURE = "orders/sync-webshop_orders-to-warehouse_api-configure.json"
JITTERPAK = "orders/http-json.jpk"
PROJECT = JITTERPAK + "/sync-webshop_orders-to-warehouse_api/"
INVOICES = "invoices/extract-erp_invoices-to-sftp-recipe.json"
INVOICES_CONFIGURE = "invoices/extract-erp_invoices-to-sftp-configure.json"
INVOICES_JITTERPAK = "invoices/database-to-ftp.jpk"
CUSTOMERS = "customers/sync-salesforce_accounts-to-netsuite_customers-recipe.json"
CUSTOMERS_JITTERPAK = "customers/salesforce-to-netsuite.jpk"
MANIFEST = "manifests/orders.yaml"
EXPORT = "manifests/orders.json"

# What the good repository holds besides recipes, Jitterpaks and the export.
TEXTS = {
    MANIFEST: "NAME: Orders to NetSuite\nTYPE: recipe\nDESCRIPTION: Sync orders to NetSuite.\nAUTHOR: Example Company\n"
              "PROJECT: orders.json\nENDPOINTS:\n  - Web shop\n  - NetSuite\n",
    "texts/notes.md": "# Orders\n\nAsk the integration team.\n",
    "texts/deploy.yaml": "stage: test\nretries: 3\n",
    "texts/run.sh": "#!/bin/sh\nset -e\necho done\n",
    "texts/app.properties": "stage=test\nretries=3\n",
    "texts/settings.xml": "<settings>\n  <stage>test</stage>\n</settings>\n",
    "texts/data.json": '{\n  "stage": "test"\n}\n',
}

NOT_CHECKED = "not checked"   # in place of a rule: the file is listed as such, and the error stands on stderr


@dataclass
class Mistake:
    name: str
    edits: list
    rule: str             # or NOT_CHECKED; None: nothing is validated, and an error says why
    file: str = ""
    at: object = None     # a part of the line in which it is found, or its number; None: of the file as a whole
    pointer: str = None   # or the path in an XML file; None: not looked at
    also: list = field(default_factory=list)   # (rule, file) of its consequences
    says: list = field(default_factory=list)   # parts of the message or hint
    hides: list = field(default_factory=list)  # what no message may hold
    arguments: list = field(default_factory=list)
    status: int = None    # None: 3 when a file was not checked, 1 when there is an error among the findings, else 0
    stale: bool = False   # the checksums of what was edited are not mended
    together: bool = True # planted in the repository of all of them too
    notes: bool = True    # whether new notes count


MISTAKES = []


def plant(name, edits, rule, file="", at=None, pointer=None, **rest):
    MISTAKES.append(Mistake(name, edits if isinstance(edits, list) else [edits], rule, file, at, pointer, **rest))


# ----------------------------------------------------------------------------------------------------------- edits

def edit(name, old, new):
    return lambda copy: copy.edit(name, old, new)


def put(name, data):
    return lambda copy: copy.write(name, data if isinstance(data, (bytes, type(None))) else data.encode())


def append(name, data):
    return lambda copy: copy.write(name, copy.read(name) + (data if isinstance(data, bytes) else data.encode()))


def change(name, function):
    """The bytes of a file through a function."""
    return lambda copy: copy.write(name, function(copy.read(name)))


def remove(name):
    return lambda copy: os.unlink(copy.path(name))


def rename(name, new):
    return lambda copy: os.rename(copy.path(name), copy.path(new))


def duplicate(name, new):
    return lambda copy: copy.write(new, copy.read(name))


def link(name, target):
    return lambda copy: os.symlink(target, copy.path(name))


def make(name, function):
    return lambda copy: function(copy.path(name))


def listen(path):
    """A socket, by a short name: its address has room for about 100 characters."""
    folder = os.open(os.path.dirname(path), os.O_RDONLY)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(f"/proc/self/fd/{folder}/{os.path.basename(path)}")
    os.close(folder)


# ------------------------------------------------------------------------------------------------------- tier: json

def json(name, old, new, rule="json-syntax", at=None, file=RECIPE, **rest):
    """What is no JSON, in place of a part of the file or of all of it. Nothing is said of what belongs to it."""
    if old is None:
        edits = change(file, new) if callable(new) else put(file, new)
    else:
        edits = edit(file, old, new)
    plant(f"JSON: {name}", edits, rule, file, at, "", **rest)


json("trailing comma in an object", '"name": "Test Warehouse connection"\n      },\n      "when": "on-demand"\n',
     '"name": "Test Warehouse connection"\n      },\n      "when": "on-demand",\n', at='"on-demand",')
json("trailing comma in a list", '"Logistics"\n', '"Logistics",\n', at='"Logistics",')
json("comma is missing between members", '"version": "1.2.0",', '"version": "1.2.0"', at='"author"')
json("comma is missing between items", '"Commerce",', '"Commerce"', at='"Logistics"')
json("two commas", '"version": "1.2.0",', '"version": "1.2.0",,', at='"1.2.0",,')
json("colon is missing", '"verb": "Sync"', '"verb" "Sync"', at='"verb" "Sync"')
json("equals sign in place of a colon", '"verb": "Sync"', '"verb" = "Sync"', at='"verb" = "Sync"')
json("text in single quotes", '"verb": "Sync"', "\"verb\": 'Sync'", at="'Sync'")
json("key without quotes", '"verb": "Sync"', 'verb: "Sync"', at='verb: "Sync"')
json("value without quotes", '"verb": "Sync"', '"verb": Sync', at='"verb": Sync')
json("typographic quotes", '"verb": "Sync"', '"verb": \u201cSync\u201d', at='"verb": ')
json("line comment", '  "verb"', '  // what it does\n  "verb"', at="// what")
json("block comment", '  "verb"', '  /* what it does */\n  "verb"', at="/* what")
json("comment of a shell", '  "verb"', '  # what it does\n  "verb"', at="# what")
json("text is not closed", '"Sync",', '"Sync,', at='"Sync,')
json("tab in a text", '"help": "true or false"', '"help": "true\tor false"', at="true\tor")
json("line break in a text", '"help": "true or false"', '"help": "true\nor false"', at='"help": "true')
json("escape that does not exist", '"help": "true or false"', r'"help": "C:\Users"', at=r"C:\Users")
json("digits are missing in an escape", '"help": "true or false"', r'"help": "\u12"', at=r"\u12")
json("half of a surrogate pair", '"help": "true or false"', r'"help": "\ud83d"', at=r"\ud83d")
json("leading zero", '"everyMinutes": 15', '"everyMinutes": 015', at="015")
json("plus sign", '"everyMinutes": 15', '"everyMinutes": +15', at="+15")
json("digits are missing behind the point", '"everyMinutes": 15', '"everyMinutes": 15.', at="15.")
json("hexadecimal number", '"everyMinutes": 15', '"everyMinutes": 0xF', at="0xF")
json("no number", '"everyMinutes": 15', '"everyMinutes": NaN', at="NaN")
json("true in capitals", '"recipeFormat": 1', '"recipeFormat": True', at="True")
json("None of Python", '"recipeFormat": 1', '"recipeFormat": None', at="None")
json("bracket closes a brace", '"connector": "http"\n    },\n    {', '"connector": "http"\n    ],\n    {', at="    ],")
json("brace is missing at the end", None, lambda data: data.rstrip()[:-1].rstrip() + b"\n", at=368)
json("cut off in the middle", None, lambda data: data[:3000], at=113)
json("brace too many at the end", None, lambda data: data.rstrip() + b"}\n", at="}}")
json("text behind the end", None, lambda data: data + b"end\n", at="end")
json("another document behind the end", None, lambda data: data + b"{}\n", at="{}")
json("nothing in the file", None, "", at=1)
json("nothing but white space", None, " \n\n", at=3)
json("marks of a merge conflict", '  "version": "1.2.0",\n',
     '<<<<<<< HEAD\n  "version": "1.2.0",\n=======\n  "version": "1.3.0",\n>>>>>>> orders\n', at="<<<<<<< HEAD")
json("YAML in its place", None, "recipeFormat: 1\nname: orders\n", at=1)
json("configure file with a trailing comma", '"shipments_path": null', '"shipments_path": null,', at="null,", file=CONFIGURE)
json("export that is cut off", None, lambda data: data[:10000], at=349, file=EXPORT)
json("other file that is no JSON", '"test"', '"test",', at='"test",', file="texts/data.json")
json("byte order mark", None, lambda data: b"\xef\xbb\xbf" + data, "json-encoding", at=1, says=["byte order mark"])
json("UTF-16", None, lambda data: data.decode().encode("utf-16"), "json-encoding", at=1, says=["UTF-16"])
json("UTF-16 without a mark", None, lambda data: data.decode().encode("utf-16-le"), "json-encoding", at=1,
     says=["UTF-16"])
json("Latin-1", '"help": "true or false"', b'"help": "m\xf6glich"', "json-encoding", at='"help": "m')
json("character in too many bytes", '"help": "true or false"', b'"help": "\xc0\xaf"', "json-encoding", at='"help": "')
json("surrogate in UTF-8", '"help": "true or false"', b'"help": "\xed\xa0\xbd"', "json-encoding", at='"help": "')
json("configure file in Latin-1", '"page_size": null', b'"page_size": "\xfc"', "json-encoding", at="page_size",
     file=CONFIGURE)
json("nested too deep", '"recipeFormat": 1', '"x-deep": ' + "[" * 1001 + "]" * 1001 + ',\n  "recipeFormat": 1',
     "json-limit", at="x-deep")
json("raw NUL", '"help": "true or false"', '"help": "true\0or false"', at='"help": "true')
plant("JSON: key twice", edit(RECIPE, '  "verb"', '  "version": "1.2.0",\n  "verb"'), "json-duplicate-key", RECIPE,
      '"version"', "/version", says=["there twice"])
plant("JSON: key twice, once with an escape", edit(RECIPE, '"verb"', '"n\\u0061me": "orders",\n  "verb"'),
      "json-duplicate-key", RECIPE, "n\\u0061me", "/name",
      also=[("configure-recipe-name", CONFIGURE)])
plant("JSON: key twice deep inside", edit(RECIPE, '"label": "Page size",', '"label": "Page size",\n "label": "Size",'),
      "json-duplicate-key", RECIPE, '"Size"', "/steps/2/properties/2/label")
plant("JSON: value twice in a configure file", edit(CONFIGURE, '"page_size": null', '"page_size": "5",\n"page_size": "50"'),
      "json-duplicate-key", CONFIGURE, '"50"', "/values/endpoint-http/page_size")
plant("JSON: key twice in another file", edit("texts/data.json", '"test"', '"test",\n"stage": "live"'),
      "json-duplicate-key", "texts/data.json", '"live"', "/stage")
plant("JSON: NUL as an escape", edit(RECIPE, '"true or false"', '"true\\u0000or false"'), "json-nul", RECIPE, "u0000",
      "/steps/5/properties/0/help")
plant("JSON: file is larger than allowed", [], NOT_CHECKED, CUSTOMERS, None, "", arguments=["--max-file", "15000"],
      also=[(NOT_CHECKED, EXPORT)], together=False)


# ----------------------------------------------------------------------------------------------------- tier: schema

def recipe(name, old, new, rule, at, pointer, file=RECIPE, **rest):
    plant(f"recipe: {name}", edit(file, old, new), rule, file, at, pointer, **rest)


PAGE = '"label": "Page size",'
STATUS = '"label": "Order status",'


def page(key):
    """One more key of the property page_size, in a line of its own."""
    return f"{PAGE}\n          {key},"


def status(key):
    return f"{STATUS}\n          {key},"


recipe("format is a text", '"recipeFormat": 1', '"recipeFormat": "1"', "schema-value", '"recipeFormat"', "/recipeFormat",
       says=["write it without quotes"])
recipe("keywords are a text", '"keywords": [\n    "orders",\n    "shipments",\n    "web shop",\n    "warehouse"\n  ]',
       '"keywords": "orders"', "schema-type", '"keywords"', "/keywords", says=["array"])
recipe("required is a text", f'{PAGE}\n          "help": "orders per request, 1 to 200",\n          "type": "number",\n'
       '          "required": false', f'{PAGE}\n          "type": "number",\n          "required": "false"', "schema-type",
       '"required": "false"', "/steps/2/properties/2/required")
recipe("default is a number", PAGE, page('"default": 50'), "schema-type", '"default": 50',
       "/steps/2/properties/2/default", says=["string", "quotes"])
recipe("version is a number", '"version": "1.2.0"', '"version": 1.2', "schema-type", '"version"', "/version")
recipe("author is null", '"author": "Example Integration Team"', '"author": null', "schema-type", '"author"', "/author")
recipe("step is a list", '"requires": {\n        "minVersion": "11.41.0.0",\n        "private": false,\n'
       '        "reasons": []\n      }', '"requires": []', "schema-type", '"requires"', "/steps/1/requires")
recipe("name is missing", '  "name": "sync-webshop_orders-to-warehouse_api",\n  "version"', '  "version"',
       "schema-missing-key", 1, "", says=["'name'"])
recipe("title of a step is missing", '      "title": "Files and paths",\n', "", "schema-missing-key", "{", "/steps/4",
       says=["'title'"])
recipe("target of a property is missing", '          "target": {\n            "variable": '
       '"23b9e2ad-d2da-4c80-af23-ade0f9e1a32c"\n          },\n', "", "schema-missing-key", "{",
       "/steps/5/properties/0", says=["'target'"], also=[("variable-not-set", RECIPE)])
recipe("operation of a schedule is missing", '      "operation": {\n        "id": "7e48e953-6d7e-48d1-bc5e-0aea352b1407",\n'
       '        "name": "START: synchronise orders"\n      },\n', "", "schema-missing-key", "{", "/steps/10",
       says=["'operation'"], also=[("entry-point-missing", RECIPE)])
recipe("project's id is missing", '    "projectId": "8b801ef6-42b3-4d74-92a5-7f1b4486385c",\n', "", "schema-missing-key",
       '"jitterpak"', "/jitterpak", says=["'projectId'"])
recipe("key is misspelled", '"author"', '"autor"', "schema-unknown-key", '"autor"', "/autor", says=["'author'"],
       also=[("author-missing", RECIPE)])
recipe("key of a property is misspelled", '"help": "true or false"', '"hlep": "true or false"', "schema-unknown-key",
       '"hlep"', "/steps/5/properties/0/hlep", says=["'help'"])
recipe("key that must be there is misspelled", '"when": "on-demand"', '"wehn": "on-demand"', "schema-unknown-key",
       '"wehn"', "/steps/11/wehn", says=["'when'"], also=[("schema-missing-key", RECIPE)])
recipe("key stands in the wrong object", '"connector": "http"\n    },\n    {', '"connector": "http",\n'
       '      "verb": "Sync"\n    },\n    {', "schema-unknown-key", '      "verb"', "/endpoints/0/verb")
recipe("key of another type of step", '      "when": "on-demand"\n', '      "when": "on-demand",\n      "fields": []\n',
       "schema-unknown-key", '"fields": []', "/steps/11/fields")
recipe("verb is misspelled", '"verb": "Sync"', '"verb": "Sink"', "schema-value", '"Sink"', "/verb", says=['"Sync"'])
recipe("verb in lower case", '"verb": "Sync"', '"verb": "sync"', "schema-value", '"verb": "sync"', "/verb",
       says=['"Sync"'])
recipe("type of a step is misspelled", '"type": "action"', '"type": "acton"', "schema-value", '"acton"',
       "/steps/11/type", says=['"action"'])
recipe("type of a property is misspelled", '"type": "number"', '"type": "nubmer"', "schema-value", '"nubmer"',
       "/steps/2/properties/2/type", says=['"number"'])
recipe("role is unknown", '"role": "target"', '"role": "destination"', "schema-value", '"destination"',
       "/endpoints/1/role")
recipe("checksum is cut", '"sha256": "7b0ca62c', '"sha256": "7b0ca62', "schema-value", '"sha256"', "/jitterpak/sha256",
       also=[("jitterpak-hash", RECIPE)])
recipe("name is empty", '"name": "sync-webshop_orders-to-warehouse_api",\n  "version"', '"name": "",\n  "version"',
       "schema-value", '"name": ""', "/name")
recipe("format of the future", '"recipeFormat": 1', '"recipeFormat": 2', "schema-value", '"recipeFormat"',
       "/recipeFormat")
recipe("version is none", '"version": "1.2.0"', '"version": "1.2"', "version-form", '"version"', "/version",
       also=[("configure-recipe-version", CONFIGURE)])
recipe("id with a blank", '"id": "page_size"', '"id": "page size"', "id-form", '"page size"',
       "/steps/2/properties/2/id", also=[("configure-unknown-property", CONFIGURE)])
recipe("file with a folder", '"file": "http-json.jpk"', '"file": "../orders/http-json.jpk"', "schema-value", '"file"',
       "/jitterpak/file", also=[("jitterpak-missing", RECIPE), ("orphan-file", JITTERPAK)], says=[".jpk"])
recipe("time is none", '"until": "23:59:00"', '"until": "24:00"', "schema-value", '"24:00"',
       "/steps/10/default/until")
recipe("default of a boolean", '"help": "true or false",', '"help": "true or false",\n          "default": "yes",',
       "schema-value", '"yes"', "/steps/5/properties/0/default")
recipe("keyword is there twice", '"shipments",', '"orders",', "schema-form", '"orders"', "/keywords/1")
recipe("agent version is none", '"minVersion": "11.41.0.0"', '"minVersion": "11.x"', "schema-value", '"11.x"',
       "/steps/1/requires/minVersion")
recipe("target is a variable and a key", '"variable": "23b9e2ad-d2da-4c80-af23-ade0f9e1a32c"',
       '"variable": "23b9e2ad-d2da-4c80-af23-ade0f9e1a32c",\n            "key": "login"', "schema-form", '"target"',
       "/steps/5/properties/0/target")
recipe("connection test with an operation", '"kind": "operation"', '"kind": "connection"', "schema-form", '"test"',
       "/steps/3/test")
recipe("schedule with two intervals", '"everyMinutes": 15,', '"everyMinutes": 15,\n        "everyHours": 2,',
       "schema-form", '"default": {', "/steps/10/default")
recipe("first step is missing", '      "id": "introduction",\n      "type": "introduction"',
       '      "id": "introduction",\n      "type": "review"', "first-step", "{", "/steps/0", also=[("repeated-step", RECIPE)])
recipe("last step is another one", '"id": "review",\n      "type": "review"', '"id": "review",\n      "type": "agent"',
       "last-step", "{", "/steps/12", also=[("repeated-step", RECIPE), ("schema-missing-key", RECIPE)])


def configure(name, old, new, rule, at, pointer, file=CONFIGURE, **rest):
    plant(f"configure file: {name}", edit(file, old, new), rule, file, at, pointer, **rest)


configure("format is missing", '  "configureFormat": 1,\n', "", "schema-missing-key", 1, "", says=["'configureFormat'"])
configure("values are missing", '"values": {', '"value": {', "schema-unknown-key", '"value"', "/value",
          also=[("schema-missing-key", CONFIGURE)] + [("configure-missing", CONFIGURE)] * 3)
configure("value is a number", '"page_size": null', '"page_size": 50', "schema-type", '"page_size"',
          "/values/endpoint-http/page_size", says=["string"])
configure("value is true", '"orders_enabled": null', '"orders_enabled": true', "schema-type", '"orders_enabled"',
          "/values/general/orders_enabled")
configure("secret is somewhere else", '"env:SYNC_WEBSHOP_ORDERS_TO_WEBSHOP_API_KEY"', '"vault:webshop"', "schema-value",
          "vault:", "/values/endpoint-http/webshop_api_key/secret")
configure("unknown key", '"actions": {', '"x_actions": {}, "actions": {', "schema-unknown-key", '"x_actions"',
          "/x_actions")
configure("action is a text", '"action-test-warehouse-connection": false', '"action-test-warehouse-connection": "no"',
          "schema-type", '"no"', "/actions/action-test-warehouse-connection")
configure("schedule is unknown", '"occurs": "daily"', '"occurs": "hourly"', "schema-value", '"hourly"',
          "/schedules/schedule-start-synchronise-orders/occurs")
configure("checksum is missing", ',\n    "sha256": "db5fa6076300ab49f719dda33e924f689b59fdc391212bd788d13d14c3721414"',
          "", "schema-missing-key", '"recipe"', "/recipe", says=["'sha256'"])


def manifest(name, old, new, rule, at, pointer, **rest):
    plant(f"manifest: {name}", edit(MANIFEST, old, new), rule, MANIFEST, at, pointer, **rest)


manifest("name is empty", "NAME: Orders to NetSuite", "NAME: ''", "manifest-key", "NAME", "/NAME")
manifest("type is missing", "TYPE: recipe\n", "", "manifest-key", "NAME", "", says=["'TYPE'"])
manifest("endpoints are a text", "ENDPOINTS:\n  - Web shop\n  - NetSuite\n", "ENDPOINTS: Web shop\n", "manifest-key",
         "ENDPOINTS", "/ENDPOINTS")
manifest("project is missing", "PROJECT: orders.json\n", "", "manifest-key", "NAME", "", says=["'PROJECT'"])
manifest("project is another file", "orders.json", "order.json", "manifest-project", "order.json", "/PROJECT")
manifest("tab before a key", "TYPE:", "\tTYPE:", "manifest-syntax", "\tTYPE", "")
manifest("key is there twice", "TYPE: recipe\n", "TYPE: recipe\nTYPE: template\n", "json-duplicate-key", "TYPE: template",
         "/TYPE")
manifest("text is not closed", "AUTHOR: Example Company", 'AUTHOR: "Example Company', "manifest-syntax", "", "")
manifest("colon in a text", "NAME: Orders to NetSuite", "NAME: Orders: to NetSuite", "manifest-syntax", "NAME", "")
manifest("two documents", "AUTHOR", "---\nAUTHOR", "manifest-syntax", "---", "")


def export(name, old, new, rule, at, pointer, **rest):
    plant(f"Cloud Studio: {name}", edit(EXPORT, old, new), rule, EXPORT, at, pointer, **rest)


export("project's name is a number", '"name": "sync-orders"', '"name": 7', "schema-type", '"name": 7', "/project/name")
export("type of the project", '"type": 100,\n    "organizationId"', '"type": 200,\n    "organizationId"', "schema-value",
       '"type": 200,', "/project/type")


# ----------------------------------------------------------------------------------------------------- tier: recipe

recipe("id of a property is there twice", '"id": "shipments_path"', '"id": "page_size"', "id-clash", '"page_size"',
       "/steps/4/properties/0/id", says=["endpoint-http"], also=[("configure-unknown-property", CONFIGURE)])
recipe("id of a step is there twice", '"id": "files"', '"id": "General"', "id-clash", '"general"', "/steps/5/id",
       also=[("configure-unknown-step", CONFIGURE)] * 2)
recipe("id is too long", '"id": "agent"', '"id": "' + "a" * 201 + '"', "id-form", '"aaaa', "/steps/1/id", says=["200"])
recipe("id of an endpoint is there twice", '"id": "http-2"', '"id": "HTTP"', "endpoint-id-clash", '"HTTP"',
       "/endpoints/1/id", also=[("unknown-endpoint", RECIPE)])
recipe("endpoint without a step", '  "endpoints": [\n', '  "endpoints": [\n    {\n      "id": "crm",\n'
       '      "name": "CRM",\n      "role": "source",\n      "connector": "salesforce"\n    },\n', "endpoint-without-step",
       "    {", "/endpoints/0")
recipe("endpoint of two steps", '"endpoint": "http-2"', '"endpoint": "http"', "endpoint-two-steps", '"endpoint": "http"',
       "/steps/3/endpoint", also=[("endpoint-without-step", RECIPE), ("endpoint-role", RECIPE)])
recipe("target before the source", '"id": "http",\n      "name": "Web shop",\n      "role": "source"',
       '"id": "http",\n      "name": "Web shop",\n      "role": "target"', "endpoint-role", '"role": "target"',
       "/endpoints/0/role", also=[("verb-endpoints", RECIPE)])
recipe("unknown endpoint", '"endpoint": "http-2"', '"endpoint": "htpp-2"', "unknown-endpoint", '"htpp-2"',
       "/steps/3/endpoint", says=["'http-2'"])
recipe("unknown connector", '"role": "target",\n      "connector": "http"', '"role": "target",\n      "connector": "htttp"',
       "unknown-connector", '"htttp"', "/endpoints/1/connector", says=["'http'"])
recipe("item is listed twice", '"df3e02b4-737d-4c71-bf4f-37483b490cce",\n          "name": "Warehouse: ping"',
       '"32b40569-546e-4474-a1b6-ef636059836e",\n          "name": "Warehouse: post shipments"', "entity-twice", "{",
       "/steps/3/entities/1", also=[("entity-not-listed", RECIPE)])
recipe("test without items", '      "entities": [\n        {\n          "id": "aa14535a-832a-4d4c-81e5-b930de0825b5",\n'
       '          "name": "Web shop: search orders"\n        }\n      ]', '      "entities": []', "test-without-entities",
       '"test"', "/steps/2/test", also=[("endpoint-missing", RECIPE)])
recipe("visibleWhen names nothing", STATUS, status('"visibleWhen": {"property": "page_siz", "equals": "5"}'),
       "visible-unknown", "page_siz", "/steps/2/properties/3/visibleWhen/property", says=["'page_size'"])
recipe("visibleWhen looks forward", STATUS, status('"visibleWhen": {"property": "orders_enabled", "equals": "true"}'),
       "visible-later", "visibleWhen", "/steps/2/properties/3/visibleWhen/property")
recipe("visibleWhen compares with no value", STATUS, status('"visibleWhen": {"property": "page_size", "equals": "many"}'),
       "visible-value", "visibleWhen", "/steps/2/properties/3/visibleWhen/equals")
recipe("visibleWhen of itself", STATUS, status('"visibleWhen": {"property": "order_status", "equals": "paid"}'),
       "visible-cycle", "visibleWhen", "/steps/2/properties/3/visibleWhen")
recipe("visibleWhen looks at a secret", STATUS, status('"visibleWhen": {"property": "webshop_api_key", "equals": "x"}'),
       "visible-unseen", "visibleWhen", "/steps/2/properties/3/visibleWhen/property")
recipe("secret with a default", '"label": "Warehouse password",', '"label": "Warehouse password",\n'
       '          "default": "made-up-4711",', "secret-default", '"default"', "/steps/3/properties/2/default",
       hides=["made-up-4711"], also=[("credential-in-file", RECIPE)])
recipe("secret with choices", '"label": "Warehouse password",', '"label": "Warehouse password",\n'
       '          "choices": ["made-up-1", "made-up-2"],', "secret-choices", '"choices"', "/steps/3/properties/2/choices",
       hides=["made-up"])
recipe("secret that shows what is typed in", '"label": "Warehouse password",\n          "type": "password"',
       '"label": "Warehouse password",\n          "type": "text"', "secret-type", '"type": "text"',
       "/steps/3/properties/2/type")
recipe("password that is no secret", STATUS + '\n          "type": "text"', STATUS + '\n          "type": "password"',
       "secret-type", '"type": "password"', "/steps/2/properties/3/type")
recipe("name of a secret", '"id": "order_status"', '"id": "order_token"', "secret-name", "{", "/steps/2/properties/3",
       also=[("configure-unknown-property", CONFIGURE)])
recipe("URL with a password as default", '"label": "Warehouse base URL",', '"label": "Warehouse base URL",\n'
       '          "default": "https://robin:made-up-4711@warehouse.example.com/",', "default-secret", '"default"',
       "/steps/3/properties/0/default", hides=["made-up-4711"])
recipe("default is no number", PAGE, page('"default": "fifty"'), "default-invalid", '"fifty"',
       "/steps/2/properties/2/default", says=["number"])
recipe("default is below the least", PAGE, page('"default": "0",\n          "minimum": 1'), "default-invalid",
       '"default": "0"', "/steps/2/properties/2/default", says=["1"])
recipe("default is no choice", STATUS + '\n          "type": "text"', STATUS + '\n          "type": "choice",\n'
       '          "choices": ["paid", "open"],\n          "default": "payed"', "default-invalid", '"payed"',
       "/steps/2/properties/3/default", says=["'paid'"])
recipe("choice is there twice", STATUS + '\n          "type": "text"', STATUS + '\n          "type": "choice",\n'
       '          "choices": [\n"paid",\n"open",\n"paid"]', "choice-twice", '"paid"]', "/steps/2/properties/3/choices/2")
recipe("choice is too long", STATUS + '\n          "type": "text"', STATUS + '\n          "type": "choice",\n'
       '          "maxLength": 4,\n          "choices": ["paid",\n"opened"]', "choice-invalid", '"opened"',
       "/steps/2/properties/3/choices/1")
recipe("choices of a text", STATUS, status('"choices": ["paid", "open"]'), "choices-unused", '"choices"',
       "/steps/2/properties/3/choices")
recipe("least is above the greatest", PAGE, page('"minimum": 200,\n          "maximum": 1'), "bounds-order",
       '"minimum": 200', "/steps/2/properties/2/minimum")
recipe("bound of a text", STATUS, status('"minimum": 3'), "constraint-unused", '"minimum": 3',
       "/steps/2/properties/3/minimum")
recipe("pattern is none", STATUS, status('"pattern": "^(paid|open$"'), "pattern-invalid", '"pattern"',
       "/steps/2/properties/3/pattern")
recipe("pattern of one engine", STATUS, status('"pattern": "^\\\\-[a-z]$"'), "pattern-dialect", '"pattern"',
       "/steps/2/properties/3/pattern")
recipe("two properties set the same", "11c7e36d-5011-4f19-a8f0-79d8f1b05f87", "18BFBBAA-c38c-4063-9f59-8cbd883afae1",
       "target-twice", '"target"', "/steps/2/properties/3/target", also=[("variable-not-set", RECIPE)])
recipe("computed property that is required", '"type": "text",\n          "required": false,\n          "secret": false,\n'
       '          "computed": true', '"type": "text",\n          "required": true,\n          "secret": false,\n'
       '          "computed": true', "computed-required", "{", "/steps/4/properties/1", file=CUSTOMERS)
recipe("step that may be skipped with a required property", '"title": "HTTP: Warehouse",',
       '"title": "HTTP: Warehouse",\n      "optional": true,', "optional-step-required", "{", "/steps/3/properties/1",
       also=[("optional-step-required", RECIPE)])
recipe("label is empty", '"label": "Page size"', '"label": " "', "label-missing", '"label": " "',
       "/steps/2/properties/2/label")
recipe("label is the id", '"label": "Page size"', '"label": "page_size"', "label-is-id", '"label": "page_size"',
       "/steps/2/properties/2/label")
recipe("label is there twice", '"label": "Page size"', '"label": "Order status"', "label-twice", '"label"',
       "/steps/2/properties/3/label")
recipe("title is empty", '"title": "Files and paths"', '"title": ""', "title-missing", '"title": ""', "/steps/4/title")
recipe("title is there twice", '"title": "General settings"', '"title": "Files and paths"', "title-twice", '"title"',
       "/steps/5/title")
recipe("step without fields", '"fields": [\n        {\n          "target": "json$runId$",\n          "source": []\n'
       '        }\n      ]\n    }', '"fields": []\n    }', "empty-step", '"fields": []', "/steps/8/fields")
recipe("transformation is shown twice", '"id": "914ee81b-e5a6-42ae-9e29-0185bb660f51",\n        "name": "Ping request"',
       '"id": "02766345-3986-4e61-99c9-cdacb5cbfb94",\n        "name": "Order search request"', "mapping-twice",
       '"transformation"', "/steps/8/transformation")
recipe("schedule on a day that no calendar has", '"startDate": "2026-01-05"', '"startDate": "2026-02-30"',
       "schedule-invalid", '"2026-02-30"', "/steps/10/default/startDate")
recipe("agent without a reason", '"private": false', '"private": true', "agent-reasons", '"reasons": []',
       "/steps/1/requires/reasons")
recipe("description with another verb", '"Sync paid orders', '"Extract paid orders', "verb-description", "Extract paid",
       "/description", says=["'Sync'"])
recipe("verb without a target", '"role": "target"', '"role": "source"', "verb-endpoints", '"verb"', "/verb",
       also=[("endpoint-role", RECIPE)])
recipe("version with a leading zero", '"version": "1.2.0"', '"version": "1.02.0"', "version-form", '"version"',
       "/version", also=[("configure-recipe-version", CONFIGURE)])
recipe("author is missing", '  "author": "Example Integration Team",\n', "", "author-missing", 1, "")
recipe("description is empty", '"description": "Sync paid orders of the web shop to the warehouse, every 15 minutes."',
       '"description": ""', "description-missing", '"description"', "/description")
recipe("file of the Jitterpak is missing", '    "file": "http-json.jpk",\n', "", "jitterpak-unnamed", '"jitterpak"',
       "/jitterpak", also=[("orphan-file", JITTERPAK)])
recipe("Jitterpak is called a ZIP", '"http-json.jpk"', '"http-json.zip"', "jitterpak-file-name", '"http-json.zip"',
       "/jitterpak/file", also=[("jitterpak-missing", RECIPE), ("orphan-file", JITTERPAK)])
NAMED = "orders/orders-recipe.json"
plant("name: recipe is named after another project", rename(RECIPE, NAMED), "recipe-file-name", NAMED, '"projectName"',
      "/jitterpak/projectName", says=["sync-webshop_orders-to-warehouse_api-recipe.json"],
      also=[("orphan-file", CONFIGURE)])
plant("name: recipe without its ending", rename(RECIPE, "orders/orders.json"), "file-name-form", "orders/orders.json",
      1, "", also=[("orphan-file", CONFIGURE)])
plant("name: configure file without its ending", rename(CONFIGURE, "orders/form.json"), "orphan-file", "orders/form.json")
plant("name: pair is named after another project", [rename(RECIPE, NAMED), rename(CONFIGURE, "orders/orders-configure.json")],
      "configure-file-name", "orders/orders-configure.json", 1, "", also=[("recipe-file-name", NAMED), ("configure-null", "orders/orders-configure.json")])

configure("is for another recipe", '"name": "sync-webshop_orders-to-warehouse_api"', '"name": "sync-orders"',
          "configure-recipe-name", '"sync-orders"', "/recipe/name")
configure("is for another version", '"version": "1.2.0"', '"version": "1.1.0"', "configure-recipe-version", '"1.1.0"',
          "/recipe/version")
plant("configure file: recipe was changed", edit(RECIPE, "every 15 minutes", "every quarter of an hour"),
      "configure-recipe-hash", CONFIGURE, '"sha256"', "/recipe/sha256", stale=True)
configure("unknown step", '"files": {', '"fiels": {', "configure-unknown-step", '"fiels"', "/values/fiels",
          says=["'files'"])
configure("schedule of no schedule", '"schedule-start-synchronise-orders": {', '"review": null, '
          '"schedule-start-synchronise-orders": {', "configure-unknown-step", '"review"', "/schedules/review")
configure("action of no step", '"action-test-warehouse-connection": false', '"action-test": false',
          "configure-unknown-step", '"action-test"', "/actions/action-test")
configure("unknown property", '"page_size": null', '"page_sise": null', "configure-unknown-property", '"page_sise"',
          "/values/endpoint-http/page_sise", says=["'page_size'"])
configure("property of another step", '"shipments_path": null', '"shipments_path": null,\n"page_size": null',
          "configure-unknown-property", '"page_size": null', "/values/files/page_size", says=["'endpoint-http'"])
configure("value is no number", '"page_size": null', '"page_size": "many"', "configure-value", '"many"',
          "/values/endpoint-http/page_size")
configure("value is no URL", '"warehouse_base_url": null', '"warehouse_base_url": "warehouse"', "configure-value",
          '"warehouse"', "/values/endpoint-http-2/warehouse_base_url")
configure("value is no boolean", '"orders_enabled": null', '"orders_enabled": "yes"', "configure-value", '"yes"',
          "/values/general/orders_enabled")
configure("text of a secret", '{\n        "secret": "env:SYNC_WEBSHOP_ORDERS_TO_WAREHOUSE_PASSWORD"\n      }',
          '"made-up-4711"', "configure-secret-text", "warehouse_password", "/values/endpoint-http-2/warehouse_password",
          hides=["made-up-4711"], also=[("credential-in-file", CONFIGURE)])
configure("no secret is kept elsewhere", '"page_size": null', '"page_size": {"secret": "env:PAGE_SIZE"}',
          "configure-marker", "page_size", "/values/endpoint-http/page_size")
configure("required value is left out", '      "warehouse_login": null,\n', "", "configure-missing", '"endpoint-http-2"',
          "/values/endpoint-http-2", says=["warehouse_login"])
configure("secret is null", '{\n        "secret": "env:SYNC_WEBSHOP_ORDERS_TO_WAREHOUSE_PASSWORD"\n      }', "null",
          "configure-null", "warehouse_password", "/values/endpoint-http-2/warehouse_password")
AT_SCHEDULE, SCHEDULE = '"schedule-start-synchronise-orders": {', "/schedules/schedule-start-synchronise-orders"
configure("schedule on no day of the month", '"occurs": "daily"', '"occurs": "monthly"', "schedule-invalid", AT_SCHEDULE, SCHEDULE)
configure("schedule at no time", '"everyMinutes": 15,', "", "schedule-invalid", AT_SCHEDULE, SCHEDULE)
configure("schedule never runs", '"startDate": "2026-01-05"', '"startDate": "2026-01-05",\n"endDate": "2025-01-05"',
          "schedule-invalid", "Date", None)
plant("configure file: value of a computed property", edit(
    CUSTOMERS.replace("-recipe", "-configure"), '"CanonicalPath": null', '"CanonicalPath": null,\n"CanonicalFilename": "a.csv"'),
      "configure-computed", CUSTOMERS.replace("-recipe", "-configure"), '"a.csv"', "/values/files/CanonicalFilename")
plant("configure file: value that is not shown",
      [edit(RECIPE, STATUS, status('"visibleWhen": {"property": "page_size", "equals": "5"}')),
       edit(CONFIGURE, '"page_size": null,\n      "order_status": null', '"page_size": "6",\n      "order_status": "paid"')],
      "configure-hidden", CONFIGURE, '"paid"', "/values/endpoint-http/order_status")


# ---------------------------------------------------------------------------------------------------- tier: project

plant("project: checksum is another one", change(JITTERPAK, lambda data: data[:-2] + b"\2\0ab"), "jitterpak-hash", RECIPE,
      '"sha256"', "/jitterpak/sha256", stale=True, says=["checksum"])
recipe("project's id is another one", "8b801ef6-42b3-4d74-92a5-7f1b4486385c", "8b801ef6-42b3-4d74-92a5-7f1b44863850",
       "project-id", '"projectId"', "/jitterpak/projectId")
recipe("project's name is another one", '"projectName": "sync-webshop', '"projectName": "Sync-Webshop', "project-name",
       '"projectName"', "/jitterpak/projectName")
recipe("kind is another one", '"kind": "export"', '"kind": "backup"', "project-kind", '"kind"', "/jitterpak/kind")
recipe("required version is another one", '"requiredVersion": "11.41.0.0"', '"requiredVersion": "10.1.0.0"',
       "project-facts", '"requiredVersion"', "/jitterpak/requiredVersion")
recipe("time is another one", '"2026-02-02T09:17:00Z"', '"2026-02-02T09:18:00Z"', "project-facts", '"createdAt"',
       "/jitterpak/createdAt")
recipe("agent is too old", '"minVersion": "11.41.0.0"', '"minVersion": "9.9"', "agent-version", '"9.9"',
       "/steps/1/requires/minVersion")
recipe("agent must be private", '"private": true,\n        "reasons": [\n          "the database driver \'PostgreSQL '
       'Unicode\' has to be installed on the agent",\n          "the project reads or writes local files"\n        ]',
       '"private": false', "agent-private", '"requires"', "/steps/1/requires", file=INVOICES)
recipe("unknown variable", '"18bfbbaa-c38c-4063-9f59-8cbd883afae1"', '"18bfbbaa-c38c-4063-9f59-8cbd883afae2"',
       "unknown-variable", "18bfbbaa", "/steps/2/properties/2/target/variable",
       says=["18bfbbaa-c38c-4063-9f59-8cbd883afae1"], also=[("variable-not-set", RECIPE)])
recipe("item in place of a variable", '"18bfbbaa-c38c-4063-9f59-8cbd883afae1"', '"aa14535a-832a-4d4c-81e5-b930de0825b5"',
       "unknown-variable", '"variable": "aa14535a', "/steps/2/properties/2/target/variable",
       also=[("variable-not-set", RECIPE)])
recipe("unknown item", '"df3e02b4-737d-4c71-bf4f-37483b490cce"', '"df3e02b4-737d-4c71-bf4f-37483b490ccf"',
       "unknown-entity", "df3e02b4", "/steps/3/entities/1/id", also=[("entity-not-listed", RECIPE)])
recipe("unknown transformation", '"914ee81b-e5a6-42ae-9e29-0185bb660f51"', '"914ee81b-e5a6-42ae-9e29-0185bb660f50"',
       "unknown-entity", "914ee81b", "/steps/8/transformation/id")
recipe("unknown key of an item", '"key": "wsdldownloadurl"', '"key": "wsdldownloadulr"', "unknown-key",
       "wsdldownloadulr", "/steps/3/properties/6/target/key", file=CUSTOMERS, says=["'wsdldownloadurl'"])
recipe("unknown operation", '"7e48e953-6d7e-48d1-bc5e-0aea352b1407"', '"7e48e953-6d7e-48d1-bc5e-0aea352b1400"',
       "unknown-operation", "7e48e953", "/steps/10/operation/id", also=[("entry-point-missing", RECIPE)])
recipe("script in place of an operation", '"7e48e953-6d7e-48d1-bc5e-0aea352b1407"', '"563bd32f-7108-4a58-96bb-0c4ebd0c1223"',
       "unknown-operation", "563bd32f", "/steps/10/operation/id", also=[("entry-point-missing", RECIPE)])
recipe("item has another name", '"name": "Warehouse: ping"', '"name": "Warehouse ping"', "item-renamed",
       '"Warehouse ping"', "/steps/3/entities/1/name", says=["'Warehouse: ping'"])
recipe("password that the recipe does not hide", '"label": "Warehouse password",\n          "type": "password",\n'
       '          "required": true,\n          "secret": true', '"label": "Warehouse word",\n          "type": "text",\n'
       '          "required": true,\n          "secret": false', "secret-differs", "{", "/steps/3/properties/2",
       also=[("secret-name", RECIPE), ("configure-marker", CONFIGURE)])
recipe("computed variable that is asked for", ',\n          "computed": true', "", "computed-differs", "{",
       "/steps/4/properties/1", file=CUSTOMERS)
plant("recipe: variable without a value that is not required", [
    edit(CUSTOMERS, '"label": "NetSuite account",\n          "type": "text",\n          "required": true',
         '"label": "NetSuite account",\n          "type": "text",\n          "required": false'),
    edit(CUSTOMERS_JITTERPAK + "/sync-salesforce_accounts-to-netsuite_customers/Data/ProjectVariable/"
         "0e86818e-11c7-4a25-916a-869b4e09f3c5.xml",
         '    <Item enc="true" key="value" value="$00jZMFRw0IWDWfu4gMUhRXwIUXHtPMogPiq26xb3yk0oE="/>\n', "")],
      "required-differs", CUSTOMERS, "{", "/steps/3/properties/0")
recipe("variable that no step sets", '''        },
        {
          "id": "order_status",
          "target": {
            "variable": "11c7e36d-5011-4f19-a8f0-79d8f1b05f87"
          },
          "label": "Order status",
          "type": "text",
          "required": false,
          "secret": false
        }
''', "        }\n", "variable-not-set", '"steps"', "/steps", says=["order_status"],
       also=[("configure-unknown-property", CONFIGURE)])
recipe("item of another kind of system", '"role": "target",\n      "connector": "http"',
       '"role": "target",\n      "connector": "soap"', "endpoint-connector", "{", "/steps/3/entities/0",
       also=[("endpoint-connector", RECIPE)])
recipe("endpoint has another role", '"role": "target"', '"role": "both"', "endpoint-role", '"both"', "/endpoints/1/role")
recipe("item is not listed", ''',
        {
          "id": "df3e02b4-737d-4c71-bf4f-37483b490cce",
          "name": "Warehouse: ping"
        }''', "", "entity-not-listed", "{", "/endpoints/1", says=["Warehouse: ping"])


recipe("operation that no step starts", '''    {
      "id": "action-test-warehouse-connection",
      "type": "action",
      "title": "Run: Test Warehouse connection",
      "text": "Runs when you ask for it.",
      "operation": {
        "id": "f52426b5-dfc9-4627-85c7-3d37a64c00b7",
        "name": "Test Warehouse connection"
      },
      "when": "on-demand"
    },
''', "", "entry-point-missing", '"steps"', "/steps", also=[("configure-unknown-step", CONFIGURE)])
recipe("variable is computed in the recipe alone", '"label": "Shipments path",', '"label": "Shipments path",\n'
       '          "computed": true,', "computed-differs", "{", "/steps/4/properties/0")


# ------------------------------------------------------------------------------------------ tier: jitterpak, and inside

def inside(name, entry, old, new, rule, at, pointer=None, **rest):
    edits = edit(PROJECT + entry, old, new) if old is not None else put(PROJECT + entry, new)
    plant(f"Jitterpak: {name}", edits, rule, rest.pop("file", PROJECT + entry), at, pointer, **rest)


SEARCH = "Data/Operation/7d486c87-2716-463e-b21a-5e88ee45c449.xml"
SCRIPT = "Data/Script/563bd32f-7108-4a58-96bb-0c4ebd0c1223.xml"
VARIABLE = "Data/ProjectVariable/18bfbbaa-c38c-4063-9f59-8cbd883afae1.xml"

plant("Jitterpak: cut off", change(JITTERPAK, lambda data: data[:4000]), NOT_CHECKED, JITTERPAK, None, "",
      stale=True)
plant("Jitterpak: empty", put(JITTERPAK, b""), NOT_CHECKED, JITTERPAK, None, "", stale=True)
plant("Jitterpak: no archive", put(JITTERPAK, "<html>Not found</html>\n"), NOT_CHECKED, JITTERPAK, None, "",
      stale=True)
plant("Jitterpak: byte is flipped", change(JITTERPAK, lambda data: data[:200] + bytes([data[200] ^ 0x20]) + data[201:]),
      "unreadable-file", PROJECT + "Data/Document/faf0974d-61b1-4a4b-82a2-551c60b2688c.xml", stale=True,
      also=[("jitterpak-hash", RECIPE)])
plant("Jitterpak: pointer of version control", put(JITTERPAK, "version https://git-lfs.github.com/spec/v1\noid sha256:"
      + "0" * 64 + "\nsize 47000\n"), NOT_CHECKED, JITTERPAK, None, "", stale=True,
      says=["git lfs pull"])
plant("Jitterpak: missing", remove(JITTERPAK), "jitterpak-missing", RECIPE, '"file"', "/jitterpak/file")
plant("Jitterpak: swapped with that of another recipe", duplicate(INVOICES_JITTERPAK, JITTERPAK), "project-id", RECIPE,
      '"projectId"', "/jitterpak/projectId", stale=True, notes=False,
      also=[("duplicate-jitterpak", JITTERPAK), ("empty-slot", JITTERPAK + "/extract-erp_invoices-to-sftp/Data/Operation/"
                                                 "e02db586-a3bf-40db-8586-ce063f52444e.xml")])
plant("Jitterpak: without project.xml", put(PROJECT + "project.xml", None), NOT_CHECKED, JITTERPAK, None, "")
inside("operation starts nothing", SEARCH, "4f1bb113-740f-451f-a870-3bee361e79bd", "4f1bb113-740f-451f-a870-3bee361e79be",
       "dangling-reference", "4f1bb113", also=[("entry-point-missing", RECIPE)])
inside("script runs nothing", SCRIPT, "op.7d486c87-2716-463e-b21a-5e88ee45c449", "op.7d486c87-2716-463e-b21a-5e88ee45c440",
       "dangling-reference", "7d486c87", also=[("entry-point-missing", RECIPE)])
inside("script reads what nothing sets", SCRIPT, "$orders_enabled", "$order_enabled", "unset-variable", "$order_enabled",
       also=[("unused-variable", PROJECT + "Data/ProjectVariable/23b9e2ad-d2da-4c80-af23-ade0f9e1a32c.xml")])
inside("script is not closed", SCRIPT, "switched off.\");", "switched off.);", "script-open", "switched off")
inside("name differs", SEARCH, 'Name="Search orders"', 'Name="Search order"', "name-differs", "<Header")
inside("entity is no XML", SEARCH, "</Pipeline>", "</Pipelin>", "unreadable-file", "</Pipelin>", notes=False)
inside("project.xml is no XML", "project.xml", "</Project>", "</Projekt>", NOT_CHECKED, None, file=JITTERPAK)
inside("item is deleted", "Data/Operation/f52426b5-dfc9-4627-85c7-3d37a64c00b7.xml", 'Deleted="false"', 'Deleted="true"',
       "deleted-item", '"f52426b5', "/steps/11/operation/id", file=RECIPE, notes=False, also=[("deleted-item", RECIPE)])
inside("type of an item is another one", SEARCH, '<Entity type="Operation">', '<Entity type="Script">', "type-differs", None,
       notes=False, also=[("reference-type", PROJECT + SCRIPT)])
inside("variable without an id", "Data/ProjectVariable/00000000-0000-4000-8000-000000000001.xml", None,
       '<?xml version="1.0" encoding="UTF-8" standalone="no"?>\n<Entity type="ProjectVariable"/>\n', "unreadable-file",
       "<Entity")
inside("unknown file", "extra.txt", None, "extra\n", "unknown-file", None)


# -------------------------------------------------------------------------------------------------- tier: repository

TWIN = "orders2/sync-webshop_orders-to-warehouse_api-recipe.json"
plant("repository: recipe is there twice", duplicate(RECIPE, TWIN), "jitterpak-missing", TWIN, '"file"', "/jitterpak/file",
      also=[("duplicate-recipe-name", TWIN), ("duplicate-project", TWIN)])
plant("repository: name of a recipe is there twice",
      [edit(RECIPE, '"name": "sync-webshop_orders-to-warehouse_api",\n  "version"',
            '"name": "extract-erp_invoices-to-sftp",\n  "version"'),
       edit(CONFIGURE, '"name": "sync-webshop_orders-to-warehouse_api"', '"name": "extract-erp_invoices-to-sftp"')],
      "duplicate-recipe-name", RECIPE, '"name": "extract', "/name", together=False)
plant("repository: folder with the name of the Jitterpak", [remove(JITTERPAK), make(JITTERPAK, os.mkdir),
      put(JITTERPAK + "/a.txt", "")], "jitterpak-missing", RECIPE, '"file"', "/jitterpak/file")
plant("repository: folder with the name of a recipe", [remove(RECIPE), make(RECIPE, os.mkdir), put(RECIPE + "/a.txt", "")],
      "orphan-file", JITTERPAK, also=[("orphan-file", CONFIGURE)])
plant("repository: name that is not UTF-8", make("texts/x.md", lambda path: os.rename(
    os.path.dirname(path) + "/notes.md", os.fsencode(path).replace(b"/x.md", b"/\xe4.md"))), NOT_CHECKED,
      "texts/\ufffd.md")
plant("repository: Jitterpak that no recipe names", duplicate(JITTERPAK, "orders/old.jpk"), "orphan-file",
      "orders/old.jpk", notes=False, also=[("duplicate-jitterpak", "orders/old.jpk")])
plant("repository: configure file without a recipe", duplicate(CONFIGURE, "texts/orders-configure.json"), "orphan-file",
      "texts/orders-configure.json")
plant("repository: recipe is gone", remove(RECIPE), "orphan-file", JITTERPAK, also=[("orphan-file", CONFIGURE)])
plant("repository: project of a manifest is gone", remove(EXPORT), "manifest-project", MANIFEST, "PROJECT", "/PROJECT")
plant("repository: link to nothing", link("texts/link.json", "nowhere.json"), NOT_CHECKED, "texts/link.json", None,
      "")
plant("repository: link out of the repository", link("texts/link.json", "/etc/hostname"), NOT_CHECKED,
      "texts/link.json", None, "")
plant("repository: folder that holds itself", link("texts/loop", "."), NOT_CHECKED, "texts/loop", None, "")
plant("repository: folder that holds the one above", link("texts/loop", ".."), NOT_CHECKED, "texts/loop", None, "")
plant("repository: link to itself", link("texts/a.json", "a.json"), NOT_CHECKED, "texts/a.json", None, "")
plant("repository: FIFO", make("texts/pipe-recipe.json", os.mkfifo), NOT_CHECKED, "texts/pipe-recipe.json", None, "")
plant("repository: socket", make("texts/socket", listen), NOT_CHECKED, "texts/socket", None, "")
plant("repository: folders too deep", make("texts/" + "/".join("d" * 70), os.makedirs), NOT_CHECKED,
      "texts/" + "/".join("d" * 64), None, "", together=False)


# ----------------------------------------------------------------------------------------------------- tier: hygiene

WORD = "kZ7-made-Up-4711"
TOKEN = "ghp" + "_" + "madeUp0madeUp1madeUp2madeUp3madeUp4aB"
KEY = "-----BEGIN RSA " + "PRIVATE KEY-----\n" + "bWFkZSB1cCBtYWRlIHVwIG1hZGUgdXAh" * 3 + "\n-----END RSA " + "PRIVATE KEY-----\n"


def leak(name, file, text, rule, at, pointer=None, old=None, **rest):
    """Something that must not be published, at the end of a file or in place of something."""
    edits = append(file, text) if old is None else edit(file, old, text)
    plant(f"hygiene: {name}", edits, rule, file, at, pointer, hides=[WORD, TOKEN], **rest)


leak("password in notes", "texts/notes.md", f"\npassword: {WORD}\n", "credential-in-file", "password")
leak("password in YAML", "texts/deploy.yaml", f"db_password: {WORD}\n", "credential-in-file", "db_password")
leak("password in properties", "texts/app.properties", f"db.password={WORD}\n", "credential-in-file", "db.password")
leak("password in a script", "texts/run.sh", f"export DB_PASSWORD='{WORD}'\n", "credential-in-file", "DB_PASSWORD")
leak("password in XML", "texts/settings.xml", f"<password>{WORD}</password>\n  <stage>", "credential-in-file",
     "<password>", old="<stage>")
leak("password in JSON", "texts/data.json", f'"password": "{WORD}",\n  "stage"', "credential-in-file", '"password"',
     "/password", old='"stage"')
leak("password in a recipe", RECIPE, f'"help": "user robin, password: {WORD}"', "credential-in-file", '"help": "user',
     "/steps/5/properties/0/help", old='"help": "true or false"')
leak("password in a manifest", MANIFEST, f"X-PASSWORD: {WORD}\n", "credential-in-file", "X-PASSWORD")
leak("password in an export", EXPORT, f'"name": "sync-orders", "password": "{WORD}"', "credential-in-file",
     '"password"', "/project/password", old='"name": "sync-orders"')
leak("URL with a password in a configure file", CONFIGURE, f'"webshop_base_url": "https://robin:{WORD}@shop.muster-firma.de/"',
     "credential-in-file", "webshop_base_url", "/values/endpoint-http/webshop_base_url", old='"webshop_base_url": null')
leak("token in a script", "texts/run.sh", f"TOKEN={TOKEN}\n", "token-in-file", "TOKEN")
leak("token in a URL of a recipe", RECIPE, f'"help": "{TOKEN}"', "token-in-file", '"help"',
     "/steps/5/properties/0/help", old='"help": "true or false"')
leak("header in notes", "texts/notes.md", f"Authorization: Bearer {WORD}{WORD}\n", "token-in-file", "Authorization")
plant("hygiene: private key in a file of its own", put("texts/server.pem", KEY), "private-key-in-file", "texts/server.pem",
      "BEGIN")
leak("private key in JSON", "texts/data.json", '"key": "' + KEY.replace("\n", "\\n") + '",\n  "stage"',
     "private-key-in-file", '"key"', "/key", old='"stage"')
leak("address of a person", "texts/notes.md", "Write to robin.muster@muster-firma.de\n", "email-in-file", "Write to")
leak("address of a person in a recipe", RECIPE, '"author": "Robin <robin.muster@muster-firma.de>"', "email-in-file",
     '"author"', "/author", old='"author": "Example Integration Team"')
leak("internal host", "texts/deploy.yaml", "server: db1.corp.internal\n", "internal-host-in-file", "db1")
leak("internal address", "texts/app.properties", "server=10.20.30.40\n", "internal-host-in-file", "10.20")
leak("share of Windows", "texts/notes.md", "See \\\\fileserver1\\orders\\in\n", "internal-host-in-file", "fileserver1")
leak("telephone number", "texts/notes.md", "Call +49 30 4711 0815\n", "phone-number-in-file", "Call")
inside("password in a script", SCRIPT, "If($orders_enabled", f"$db_password = '{WORD}';\nIf($orders_enabled",
       "credential-in-file", "db_password", hides=[WORD])
inside("token in a note", VARIABLE, 'Description">orders per request, 1 to 200', f'Description">use {TOKEN}', "token-in-file", TOKEN,
       hides=[TOKEN]) 
inside("address of a person in its comment", "jitterpak.properties", "comment=", "comment=robin.muster@muster-firma.de",
       "email-in-file", "comment=")
inside("private key as a file", "files/server.pem", None, KEY, "private-key-in-file", "BEGIN",
       also=[("file-not-listed", PROJECT + "files/server.pem")])


# ------------------------------------------------------------------------------------------------- the configuration

def config(name, text, says, status=3, **rest):
    """A configuration that cannot be used: nothing is validated."""
    plant(f"configuration: {name}", put(".jpk.yaml", text), None, says=[".jpk.yaml", *says], status=status, together=False,
          **rest)


config("is no YAML", "profile: [strict\n", [":2:1:"])
config("key is misspelled", "profil: strict\n", [":1:9:", "'profile'"])
config("profile is unknown", "profile: strickt\n", [":1:10:", '"strict"'])
config("rule is unknown", "rules:\n  label-is-idd: error\n", [":2:3:", "label-is-id"])
config("severity is unknown", "rules:\n  label-is-id: fatal\n", [":2:16:"])
config("exemption without a reason", "exemptions:\n  - rule: label-is-id\n    path: /orders/\n", [":2:5:", "'reason'"])
config("exemption of an unknown rule", "exemptions:\n  - rule: label-is-idd\n    path: /orders/\n    reason: it is agreed\n",
       [":2:11:", "label-is-id"])
config("schema is not there", "schemas:\n  - files: '*.json'\n    schema: own.schema.json\n", [":3:13:", "own.schema.json"])
config("schema lies outside", "schemas:\n  - files: '*.json'\n    schema: ../../good/texts/data.json\n", [":3:13:", "folder"])
config("key is there twice", "profile: strict\nprofile: strict\n", [":2:1:"])
config("is a list", "- profile: strict\n", [":1:1:"])
plant("configuration: schema of its own is broken", [put(".jpk.yaml", "schemas:\n  - files: '*.json'\n    schema: own.schema.json\n"),
      put("own.schema.json", '{"type": "objekt"}\n')], None, says=["own.schema.json:1:10:"], status=3, together=False)
plant("configuration: two of them", [put(".jpk.yaml", "profile: strict\n"), put(".jpk.yml", "profile: strict\n")], None,
      says=["error: ", ".jpk.yml:"], hides=["/tmp"], status=2, together=False)
plant("configuration: exemption that nothing needs", put(".jpk.yaml", "exemptions:\n  - rule: label-is-id\n    path: /orders/\n"
      "    reason: it is agreed\n"), "exemption-unused", ".jpk.yaml", "rule", None, together=False)
plant("configuration: schema of its own says no", [
    put("texts/.jpk.yaml", "schemas:\n  - files: data.json\n    schema: own.schema.json\n"),
    put("texts/own.schema.json", '{\n  "required": ["owner"]\n}\n')], "schema-custom", "texts/data.json", 1, "",
      says=["'owner'"])
plant("configuration: strict profile", [put("orders/.jpk.yaml", "profile: strict\n"),
      edit(RECIPE, '  "author": "Example Integration Team",\n', "")], "author-missing", RECIPE, 1, "")


def baseline(name, text, says, status=3):
    plant(f"baseline: {name}", put("base.txt", text), None, arguments=["--baseline", "base.txt"], says=["base.txt", *says],
          status=status, together=False)


baseline("is no JSON", "{", [":1:2:"])
baseline("is of another format", '{"baselineFormat": 2, "findings": []}\n', [":1:20:"])
baseline("without findings", '{"baselineFormat": 1}\n', [":1:1:", "'findings'"])
plant("baseline: is not there", [], None, arguments=["--baseline", "none.json"], says=["none.json"], status=3, together=False)
plant("arguments: schema that is not there", [], None, arguments=["--schema", "none.json"], says=["none.json"], status=3,
      together=False)
