"""The command lines of memory.py, and the small inputs that they are run on."""
import collections
import json
import os
import shutil
import subprocess

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SAMPLES = os.path.join(ROOT, "samples")
SCRIPT = "Data/Script/f3956c76-9063-4a50-8025-ea78e92a793a.xml"
VARIABLE = "Data/ProjectVariable/48ffab4e-bcb9-4ad9-b6f9-d642cd22cf0f.xml"
RECIPE = "extract-erp_invoices-to-sftp-recipe.json"
MAPPING = "Transformation/Invoices to CSV.map"
CONFIGURE = "extract-erp_invoices-to-sftp-configure.json"
FINDINGS = ("text", "json", "sarif", "junit", "github")

# copies: inputs that a command works on in place. parts: of several files some may be there. rows: errors are part of
# the output, so that it need not be the begin of what it should be; there is a message for each input. apart: files of
# this begin may say something else, or be missing: records of what failed, a cache that cannot be written. sandbox: JPK_SANDBOX; most do without, for its
# allocations are the same in all.
Command = collections.namedtuple("Command", "line status copies stdin parts rows apart sandbox")


def command(line, status=0, copies=(), stdin=None, parts=False, rows=False, apart=None, sandbox="off"):
    return Command(line, status, copies, stdin, parts, rows, apart, sandbox)


def substitute(path, old, new):
    with open(path, encoding="utf-8") as file:
        text = file.read()
    if old not in text:
        raise SystemExit("%s holds no %r" % (path, old))
    with open(path, "w", encoding="utf-8") as file:
        file.write(text.replace(old, new, 1))


def make_inputs(program, place):
    folder = os.path.join(place, "in")
    os.makedirs(folder)

    def jpk(*words, status=(0, 1)):
        done = subprocess.run([program, *words], cwd=folder, capture_output=True, text=True)
        if done.returncode not in status:
            raise SystemExit("jpk %s: %s%s" % (" ".join(words), done.stdout, done.stderr))
        return done.stdout

    shutil.copytree(os.path.join(SAMPLES, "database-to-ftp"), os.path.join(folder, "db"))
    jpk("pack", "-q", "db", "db.jpk")
    shutil.copy(os.path.join(SAMPLES, "cloud", "nightly-cleanup.json"), os.path.join(folder, "cloud.json"))
    jpk("unpack", "-q", "db.jpk", "tree")
    jpk("unpack", "-q", "cloud.json", "cloud-tree")
    jpk("recipe", "generate", "-q", "db.jpk", "-o", "recipe")
    workspace(folder)
    named(folder)
    trees(folder, jpk)
    sides(folder, jpk)
    files_of_sides(folder)
    recipes(folder)
    schemas(folder)
    migration(folder, jpk)
    subprocess.run(["git", "init", "-q", "--template=", os.path.join(folder, "repository")], check=True)
    shutil.copytree(os.path.join(folder, "repository"), os.path.join(folder, "installed"))
    environment = dict(os.environ, PATH=os.path.dirname(program) + os.pathsep + os.environ["PATH"])
    subprocess.run([program, "git", "install"], cwd=os.path.join(folder, "installed"), env=environment, check=True,
                   capture_output=True)


def workspace(folder):
    """A folder of Design Studio with two environments."""
    for number in "900103", "900104":
        shutil.copytree(os.path.join(folder, "db"), os.path.join(folder, "workspace", "env-" + number))
    substitute(os.path.join(folder, "workspace", "env-900104", "environment.properties"), "environment-id=900103",
               "environment-id=900104")


def named(folder):
    """A project, a recipe and an instance with secrets where names and values are shown."""
    shutil.copytree(os.path.join(folder, "db"), os.path.join(folder, "named"))
    substitute(os.path.join(folder, "named", "project.xml"), 'name="SFTP"', 'name="SFTP https://bob:hunter-2-hunter@h.acme.io"')
    substitute(os.path.join(folder, "named", "jitterpak.properties"), "comment=", "comment=password: hunter-2-hunter ")
    os.mkdir(os.path.join(folder, "named", "files"))
    for secret in "hunter-2-hunter", "hunter-3-hunter":
        write(folder, f"named/files/in pwd={secret}.txt", f"password={secret}\n")
    recipe = os.path.join(folder, "named-" + RECIPE)
    shutil.copy(os.path.join(SAMPLES, "recipes", "invoices", RECIPE), recipe)
    substitute(recipe, '"name": "', '"pwd=hunter-2-hunter": 1, "pwd=hunter-2-hunter": 2, "name": "')
    write(folder, "named.json", '{"age": 1, "smtp_pass": "hunter-2-hunter", "mode": "pwd=hunter-2-hunter"}\n')


def trees(folder, jpk):
    """Trees of either studio with something to find in a mapping, and one that cannot be read."""
    jpk("unpack", "-q", os.path.join(SAMPLES, "cloud", "contacts.json"), "found-cloud-tree")
    substitute(os.path.join(folder, "found-cloud-tree", "Transformation", "Contacts to lines.map"), " = ", " = $nowhere + ")
    shutil.copytree(os.path.join(folder, "tree"), os.path.join(folder, "found-tree"))
    substitute(os.path.join(folder, "found-tree", MAPPING), "quantity != 0", "quantity != $Nowhere")
    shutil.copytree(os.path.join(folder, "tree"), os.path.join(folder, "broken-tree"))
    substitute(os.path.join(folder, "broken-tree", "Operation", "Maintenance.xml"), "<Entity", "<Entity <")
    shutil.copytree(os.path.join(folder, "cloud-tree"), os.path.join(folder, "broken-cloud-tree"))
    substitute(os.path.join(folder, "broken-cloud-tree", "jpk-cloud.jsonl"), "{", "{,")


def sides(folder, jpk):
    """Two sides of a merge of either studio, which meet in one script."""
    project = "ours", "theirs"
    for side, text in zip(project, ("yyyymmdd_HHMM", "yyyy-mm-dd")):
        shutil.copytree(os.path.join(folder, "db"), os.path.join(folder, side))
        substitute(os.path.join(folder, side, SCRIPT), "yyyymmdd", text)
    substitute(os.path.join(folder, "ours", VARIABLE), 'value="', 'value="ours')
    for side in project:
        jpk("pack", "-q", side, side + ".jpk")
        jpk("unpack", "-q", side + ".jpk", side + "-tree")
        shutil.rmtree(os.path.join(folder, side))
    shutil.copytree(os.path.join(folder, "tree"), os.path.join(folder, "noted-tree"))
    write(folder, "noted-tree/NOTES", "notes\n")
    for side, old, new in ("ours", "Start", "Begin"), ("theirs", "DayOfWeek", "WeekDay"):
        with open(os.path.join(folder, "cloud.json"), encoding="utf-8") as file:
            text = file.read()
        with open(os.path.join(folder, side + ".json"), "w", encoding="utf-8") as file:
            file.write(text.replace(old, new))


def files_of_sides(folder):
    """Workspaces of which theirs has changed what is beside the project, and files of trees that git merges alone."""
    for name in "base-workspace", "theirs-workspace":
        shutil.copytree(os.path.join(folder, "workspace"), os.path.join(folder, name))
        write(folder, name + "/manifest.jip", "last-environment=900104\n")
        write(folder, name + "/README", name + "\n")
    substitute(os.path.join(folder, "theirs-workspace", "env-900103", SCRIPT), "yyyymmdd", "yyyy-mm-dd")
    for side, project, path, cursor in (("base", "P", "B", 1), ("ours", "P", "N", 2), ("theirs", "Q", "B", 3)):
        rows = [{"project": project, "time": str(cursor)}, {"item": path, "id": "1"}, {"item": side, "id": side}]
        rows += [{"item": "N", "id": "2"}] if side == "theirs" else []
        rows += [{"folder": "G" if side == "ours" else "F", "id": "3"}]
        rows += [{"folder": "H", "id": "4"}] if side != "ours" else []
        rows += [{"item": "F/A", "id": "5"}, {"item": "H/A", "id": "6"}] if side == "theirs" else []
        write(folder, side + ".jsonl", "".join(json.dumps(row) + "\n" for row in rows))
        write(folder, side + "-script.json", json.dumps({"cursor": {"line": cursor}, "name": project}, indent=2) + "\n")


def recipes(folder):
    """A repository of one recipe with its project, and one with mistakes of every tier."""
    os.makedirs(os.path.join(folder, "recipes"))
    for name in os.listdir(os.path.join(SAMPLES, "recipes", "invoices")):
        shutil.copy(os.path.join(SAMPLES, "recipes", "invoices", name), os.path.join(folder, "recipes"))
    shutil.copy(os.path.join(folder, "db.jpk"), os.path.join(folder, "recipes", "database-to-ftp.jpk"))
    shutil.copytree(os.path.join(folder, "recipes"), os.path.join(folder, "mistakes"))
    recipe = os.path.join(folder, "mistakes", RECIPE)
    substitute(recipe, '"name": "', '"nmae": "')
    substitute(recipe, '"recipeFormat": 1', '"recipeFormat": "1"')
    write(folder, "mistakes/orders.yaml", "NAME: Orders\nTYPE: recipe\nPROJECT: database-to-ftp.jpk\nENDPOINTS:\n  - Web shop\n")
    write(folder, "mistakes/broken.yaml", "NAME: [\n")
    write(folder, "mistakes/notes.txt", 'password: "hunter-2-hunter"\nserver: db1.corp.internal\n')
    write(folder, "mistakes/.jpk.yaml", "rules:\n  credential-in-file: warning\n")
    write(folder, "mistakes/.jpkignore", "*.tmp\n")
    write(folder, "untidy.json", '{"endpoints": [], "recipeFormat": 1, "x-own": {"b": 1.50, "a": "\\u00e4"}}\n')


def schemas(folder):
    """A schema with what needs a pattern, a format, references and more, and instances that are right and wrong."""
    write(folder, "schema.json", """{
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "type": "object",
  "properties": {
    "age": {"type": "integer", "minimum": 0}, "mode": {"enum": ["fast", "slow"]},
    "name": {"type": "string", "pattern": "^\\\\p{L}[a-z-]+$"}, "host": {"type": "string", "format": "idn-hostname"},
    "email": {"type": "string", "format": "email"}, "price": {"multipleOf": 0.01},
    "shape": {"oneOf": [{"properties": {"kind": {"const": "circle"}}, "required": ["r"]}, {"$ref": "#/$defs/square"}]}
  },
  "$defs": {"square": {"properties": {"kind": {"const": "square"}, "side": {"type": "number"}}, "required": ["side"]}},
  "unevaluatedProperties": false, "required": ["age"]
}
""")
    write(folder, "right.json", '{"age": 1, "name": "\\u00dcber", "host": "b\\u00fccher.example", "price": 1.25}\n')
    write(folder, "wrong.yaml", "age: \"12\"\nemial: x\nname: 1a\nhost: -b\nshape: {kind: square, r: 3}\nmode: slwo\n")
    write(folder, "ids.json", '{"items": {"$ref": "schema.json"}}\n')
    write(folder, "broken.json", '{"age": 1,}\n')


def migration(folder, jpk):
    """Two small projects, a map, a plan, and a run of it."""
    os.makedirs(os.path.join(folder, "estate"))
    shutil.copy(os.path.join(folder, "db.jpk"), os.path.join(folder, "estate"))
    shutil.copy(os.path.join(folder, "cloud.json"), os.path.join(folder, "estate"))
    write(folder, "map.yaml", """mapFormat: 1
studio: cloud
environment: Production
organizations:
- {name: Example Organization, id: "900001", subscription: trial, roles: [{name: Administrator, permissions: [Admin]}],
   members: [{email: builder@example.com, roles: [Administrator]}]}
- {name: Example, id: "100000", subscription: subscribed, region: NA, sso: true, ssoAdministrator: admin@example.com,
   members: [{email: admin@example.com, roles: [Administrator]}], roles: [{name: Administrator, permissions: [Admin]}],
   environments: [{name: Production}, {name: Development}]}
""")
    jpk("migrate", "plan", "-q", "estate", "-m", "map.yaml", "-o", "plan.json")
    jpk("migrate", "run", "-q", "plan.json", "-o", "run")


def write(folder, name, text):
    with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
        file.write(text)


def each(line, formats, **more):
    return [command(line % name, **more) for name in formats]


COMMANDS = [
    command("--version"),
    command("nonsense", status=2),
    command("help"),
    command("help convert"),
    command("help formats"),
    command("help --man jpk-diff"),
    *each("completion %s", ("bash", "zsh", "fish")),

    *each("info --format %s in/db.jpk", ("text", "json")),
    command("info in/db"),
    command("info in/tree"),
    command("info in/workspace", status=2),
    command("info in/workspace --env 900104"),
    command("info in/workspace --env Elsewhere", status=2),
    command("info -", stdin="db.jpk"),
    command("info -", stdin="cloud.json"),
    *each("info --format %s in/cloud.json", ("text", "json")),
    command("info in/cloud-tree"),
    command("info in/broken-cloud-tree", status=3),
    command("list in/db.jpk"),
    *each("list --entities --format %s in/db.jpk", ("text", "json")),
    *each("list --format %s in/cloud.json", ("text", "json")),
    *each("show --format %s in/db.jpk 'Invoices: database/SFTP'", ("text", "json")),
    command("show -v in/db.jpk 'ERP database'"),
    command("show in/db.jpk 'Setup Variables' --resolve"),
    command("show in/db.jpk 'Invoices to CSV' --structure target"),
    *each("show --format %s in/db.jpk 'Invoices to CSV'", ("text", "json")),
    command("show in/db.jpk '$InvoiceFromDate'"),
    command("show in/db.jpk 'Weekly: Monday 05:30'"),
    command("show in/db.jpk Nothing", status=2),
    *each("show --format %s in/cloud.json 'START Clean-up'", ("text", "json")),
    *each("check -v --format %s in/db.jpk", FINDINGS),
    *each("info --format %s in/named", ("text", "json")),
    *each("inventory --format %s in/named", ("text", "csv", "json", "html")),
    *each("graph --format %s in/named", ("dot", "mermaid", "json")),
    *each("scan --format %s in/named", FINDINGS, status=1, rows=True),
    command("redact in/named -o out.jpk"),
    command("show in/named 'files/in pwd=hunter-2-hunter.txt'"),
    command("convert --to cloud --dry-run -v in/named", status=1),
    command("recipe validate -j 1 in/named-%s" % RECIPE, status=1, rows=True),
    *each("schema validate -j 1 --format %s -s in/schema.json in/named.json", FINDINGS, status=1, rows=True),
    command("check -v in/tree in/db", rows=True),
    command("check -v in/cloud.json in/cloud-tree", rows=True),
    command("check -v in/found-tree in/found-cloud-tree", rows=True),
    *each("graph --format %s in/db.jpk", ("dot", "mermaid", "json")),
    command("graph --operations --messages in/db.jpk -o g.dot"),
    command("graph --format mermaid in/cloud.json"),
    *each("inventory -j 1 --format %s in/estate", ("text", "csv", "json", "html"), rows=True),
    command("inventory -j 1 in/estate --format html -o page.html"),

    *each("diff --format %s in/db.jpk in/ours.jpk", ("text", "json", "markdown"), status=1),
    command("diff in/tree in/theirs-tree", status=1),
    command("diff in/cloud.json in/ours.json", status=1),
    command("diff in/db.jpk in/cloud.json --stat", status=1),
    *each("merge --format %s in/db.jpk in/ours.jpk in/theirs.jpk -o out.jpk", ("text", "json"), status=1),
    command("merge in/tree ours-tree in/theirs-tree -o ours-tree --force", status=1, copies=["ours-tree"], parts=True),
    command("merge in/cloud.json in/ours.json in/theirs.json -o out.json"),
    command("git install", copies=["repository/.git"], parts=True),
    command("git uninstall", copies=["installed/.git", "installed/.gitattributes"], parts=True),
    command("git textconv in/db.jpk"),
    command("git textconv in/cloud.json"),
    command("git textconv in/wrong.yaml"),
    command("git merge in/db.jpk ours.jpk in/theirs.jpk x.jpk", status=1, copies=["ours.jpk"]),
    command("git merge in/cloud.json ours.json in/theirs.json x.json 7", copies=["ours.json"]),
    command("merge in/base-workspace in/base-workspace in/theirs-workspace -o out"),
    command("git merge in/base.jsonl ours.jsonl in/theirs.jsonl jpk-index.jsonl", status=1, copies=["ours.jsonl"]),
    command("git merge in/base-script.json ours-script.json in/theirs-script.json Script/a.json", copies=["ours-script.json"]),
    command("git merge in/right.json right.json in/broken.json right.json", copies=["right.json"], status=0),

    command("unpack in/db.jpk out", parts=True),
    command("unpack in/cloud.json out", parts=True),
    command("unpack --update --delete in/ours.jpk tree", copies=["tree"], parts=True),
    command("unpack --update in/ours.json cloud-tree", copies=["cloud-tree"], parts=True),
    command("unpack --update in/ours.jpk noted-tree", copies=["noted-tree"], parts=True),
    command("pack in/db out.jpk"),
    command("pack --kind backup in/db out.jpk"),
    command("pack in/tree out.jpk"),
    command("pack in/cloud-tree out.json"),
    command("pack --check in/tree"),
    command("pack in/broken-tree out.jpk", status=3),
    *each("convert --to cloud in/db.jpk -o out.json -r report.%s --schedules s.json", ("json", "html", "md"), status=1,
          parts=True),
    command("convert --to cloud -n in/tree", status=1),
    command("convert --to design in/cloud.json -o out.jpk"),
    command("convert --to design in/cloud.json -o out --report r.json", parts=True),
    *each("scan --format %s in/db.jpk", FINDINGS),
    command("scan in/mistakes in/cloud.json", status=1, rows=True),
    *each("redact --people --hosts --format %s in/db.jpk -o out.jpk", ("text", "json")),
    command("redact in/cloud.json -o out.json"),

    command("recipe generate in/db.jpk -o out", parts=True),
    command("recipe generate in/db.jpk -n -q --explain"),
    command("recipe generate in/db.jpk -n -q --explain --format json"),
    command("recipe generate in/ours.jpk --update in/recipes/%s -o -" % RECIPE),
    *each("recipe validate -j 1 --format %s in/mistakes", FINDINGS, status=1, rows=True),
    command("recipe validate -j 1 in/recipes --cache cache --profile strict", rows=True, apart="cache"),
    command("recipe validate -j 1 in/mistakes --write-baseline known.json", status=0, rows=True),
    command("recipe validate -j 1 in/recipes --base in/mistakes", rows=True),
    command("recipe validate in/recipes/%s" % RECIPE, rows=True),
    *each("recipe list --format %s in/recipes", ("text", "csv", "json"), rows=True),
    *each("recipe rules --format %s", ("text", "json", "markdown")),
    command("recipe rules plain-password"),
    *each("recipe configure --format %s in/recipes/{} in/recipes/{} --jpk in/db.jpk".format(RECIPE, CONFIGURE),
          ("text", "json"), status=1),
    command("recipe fmt untidy.json " + RECIPE, copies=["untidy.json", "recipes/" + RECIPE], parts=True),
    command("recipe fmt -", stdin="untidy.json"),
    command("recipe fmt --check in/untidy.json in/recipes/%s" % RECIPE, status=1, rows=True),
    *each("schema validate -j 1 -F --format %s -s in/schema.json in/right.json in/wrong.yaml in/broken.json", FINDINGS,
          status=3, rows=True),
    *each("schema validate --output %s -s in/schema.json in/wrong.yaml", ("flag", "basic", "detailed", "verbose"),
          status=1),
    command("schema validate -s in/ids.json -v in/right.json"),
    command("schema validate in/recipes/%s -s recipe-1" % RECIPE, rows=True),
    command("schema list"),
    command("schema show recipe-1"),

    command("migrate init -j 1 in/estate"),
    command("migrate init -j 1 in/estate -o map.yaml"),
    command("migrate plan -j 1 in/estate -m in/map.yaml -o plan.json", status=1),
    command("migrate plan -j 1 in/estate -n", status=0),
    command("migrate run -j 1 in/plan.json -o out", status=1, parts=True, rows=True, apart="out/journal"),
    command("migrate run -j 1 in/plan.json -n"),
    command("migrate list in/plan.json"),
    *each("migrate status --format %s in/run", ("text", "json"), status=1),
    command("migrate report run", copies=["run"], status=1, parts=True, rows=True),
    *each("migrate report --format %s in/run", ("text", "json", "html", "markdown", "junit"), status=1),
    *each("migrate verify -j 1 --format %s in/run", ("text", "json"), rows=True),

    command("help --sandbox require", sandbox="require"),
    command("info in/cloud.json", sandbox="require"),
    command("pack in/tree out.jpk", sandbox="require"),
    command("git merge in/right.json right.json in/right.json right.json", copies=["right.json"], sandbox="require"),
    command("migrate verify -j 1 in/run", rows=True, sandbox="require"),
]
