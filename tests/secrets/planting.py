"""Projects with unique secrets ("canaries") wherever a project can hold one, made from the samples."""
import base64
import json
import os
import re
import shutil
import zlib

MARK = re.compile(r"Cnry7xQ(\d{4})(?:kT93mQx71LpVz8Rw4|-a)")


class Canaries:
    """Each has a number, by which a leak is told from the others; `places` says where it was planted."""

    def __init__(self):
        self.places = []

    def clear(self, place):
        self.places.append(place)
        return f"Cnry7xQ{len(self.places) - 1:04d}kT93mQx71LpVz8Rw4"

    def plain(self, place):
        """Looks like nothing: that it is a secret only the name of its field tells."""
        return self.clear(place + ", by its name alone")[:11] + "-a"

    def encrypted(self, place):
        """As long as an encrypted value of two blocks, for lengths are looked at."""
        return "$00" + self.clear(place + ", encrypted").ljust(43, "A") + "="

    def found(self, text):
        return {self.places[int(number)] for number in MARK.findall(text)}


# ------------------------------------------------------------------------------------------------------ Design Studio

def script_lines(canary, place):
    """What people write into scripts, and that it is a secret shows."""
    c = lambda what: canary.clear(f"{place}: {what}")
    return [
        f'$planted_password = "{c("variable")}";',
        f'planted_api_key = "{c("local variable")}";',
        f"Set('$planted.client_secret', '{c('Set')}');",
        f'AddToDict(planted, "password", "{c("dictionary")}");',
        f'planted["access_token"] = "{c("index")}";',
        f'SetHTTPHeader("Authorization", "Bearer {c("header")}");',
        f'planted = "Authorization: Bearer {c("text of a header")}";',
        f'planted = Base64Encode("bob:{c("Base64Encode")}");',
        f'planted = AESEncryption($data, "{c("AESEncryption")}");',
        f'planted = "https://bob:{c("URL")}@host.canary/orders?access_token={c("query of a URL")}";',
        f'planted = "Driver={{ODBC}};Server=db;Uid=sa;Pwd={c("connection string")};";',
        f'// password: {c("comment")}',
        f"planted = 'Authorization: OAuth oauth_token=\"{c('token of OAuth')}\", oauth_signature=\"{c('signature of OAuth')}\"';",
        f'planted_password =\n  Trim("{c("next line")}");',
        f'planted = "{canary.encrypted(place + ": script")}";',
    ]


# What looks like a secret to a hasty reader.
DECOYS = [
    '$decoy_password = "[db_password]";',
    '$decoy_token = $session.token;',
    'decoy_password = Get("db_password");',
    'token_url = "https://login.canary/oauth/token";',
    'password_expiry = "2026-01-31";',
    'next_page_token = "";',
    '$decoy.secret_name = "warehouse password";',
    'If(Length($warehouse_password) == 0, RaiseError("The password is missing: fill in warehouse_password."));',
    'decoy = "Authorization: Bearer [webshop_api_key]";',
    'decoy = "https://[user]:[password]@host.canary/orders";',
    'decoy = MD5("8b801ef6-42b3-4d74-92a5-7f1b4486385c");',
    'decoy_id = "2370d173-18aa-4b9e-b421-df599741973f";',
    '$decoy_password = "changeme";',
    'decoy_key = "orders/2026/01";',
    '// the token is fetched by the script before; see the password policy: at least 12 characters',
    'decoy = "Driver={ODBC};Server=db;Uid=[login];Pwd=[password];";',
    'decoy = Base64Encode("[user]:[password]");',
    "decoy = 'Authorization: OAuth realm=\"[account]\", oauth_token=\"[token]\"';",
    'decoy_password = Trim(Get("db_password"));',
]

# Settings in the clear; @@ is a secret.
CLEAR = [("httpurl", "https://bob:@@@shop.canary/api?access_token=@@"), ("password", "@@"),
         ("http_request_headers", "X-Api-Key: @@&#10;Authorization: Bearer @@"),
         ("connectstring", "Driver={ODBC};Server=db;Uid=sa;Pwd=@@;"),
         ("optional_connectstring", "Trusted=no;Password=@@"), ("security_token", "[sf_token]@@"),
         ("consumersecret", "@@"), ("tokensecret", "[ns_token{@@}]"), ("account_password", "@@")]


# Settings that nobody has described.
PLAIN = ("ftpPass", "client_secret", "session_cookie", "credential1")


def fill(template, canary, place):
    return re.sub("@@", lambda _: canary.clear(place), template)


def plant_items(text, canary, place, clear):
    """Encrypted values become canaries; with `clear` secrets stand in the clear, as careless tools write them."""
    templates = dict(CLEAR)

    def encrypted(match):
        key = match.group("key")
        if clear and key in templates:
            value = fill(templates[key], canary, f"{place}: {key}")
            return f'<Item key="{key}" value="{value}"/>'
        return f'<Item enc="true" key="{key}" value="{canary.encrypted(f"{place}: {key}")}"/>'

    def plain(match):
        key = match.group("key")
        if not clear or key not in templates or match.group("value"):
            return match.group(0)
        return f'<Item key="{key}" value="{fill(templates[key], canary, f"{place}: {key}")}"/>'

    if clear:
        text = re.sub('<Item key="http_method"', lambda m: "".join(
            f'<Item key="{key}" value="{canary.plain(f"{place}: {key}")}"/>' for key in PLAIN) + m.group(0), text)
    text = re.sub(r'<Item enc="true" key="(?P<key>[^"]*)" value="[^"]*"/>', encrypted, text)
    return re.sub(r'<Item key="(?P<key>[^"]*)" value="(?P<value>[^"]*)"/>', plain, text)


# Variables whose label alone tells what they hold.
LABELS = {"order_status": "Partner: password for orders", "ns_account": "API key of the partner"}


def plant_variable(text, canary, place, clear):
    name = re.search(r' Name="([^"]*)"', text).group(1)
    if clear and name in LABELS:
        text = re.sub('key="label" value="[^"]*"', f'key="label" value="{LABELS[name]}"', text)
    hidden = 'key="hide_value" value="1"' in text
    secret = hidden or (clear and name in LABELS) or re.search("password|secret|token|api_key", name, re.I)
    if not clear:
        return plant_items(text, canary, place if secret else place + " (no secret)", clear)
    make = canary.clear if hidden or not secret else canary.plain
    value = make(f"{place}: value" + ("" if secret else " that looks random"))
    text = re.sub(r' *<Item (enc="true" )?key="value"[^>]*/>\n', "", text)
    return text.replace("  </Properties>", f'    <Item key="value" value="{value}"/>\n  </Properties>')


def escaped(lines):
    return "\n".join(lines).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def plant_entity(text, canary, place, kind, clear):
    if kind == "ProjectVariable":
        return plant_variable(text, canary, place, clear)
    text = plant_items(text, canary, place, clear)
    if kind == "Script":
        text = text.replace("&lt;trans&gt;\n", "&lt;trans&gt;\n" + escaped(script_lines(canary, place) + DECOYS) + "\n", 1)
    if kind == "Transformation":
        line = f'\nplanted_password = "{canary.clear(place + ": mapping")}";'
        text = text.replace("&lt;trans&gt;", "&lt;trans&gt;" + line, 1)
    if kind == "EmailMessage":
        text = re.sub(r'(key="message_text" value=")', rf'\1The password: {canary.clear(place + ": message")}&#10;', text)
    return text


# Names, into which somebody has written a secret as a reminder; @@ is the secret.
NAMES = [("Folder", "Warehouse", "https://bob:@@@wh.canary"), ("Folder", "NetSuite", "https://bob:@@@ns.canary"),
         ("Script", "Write summary", "pwd=@@"), ("Script", "Save Last Run", "token=@@"),
         ("Script", "Write failure", "https://bob:@@@wf.canary"),
         ("Operation", "START: synchronise orders", "pwd=@@"),
         ("Operation", "NetSuite Upsert Customer", "https://bob:@@@uc.canary"),
         ("Transformation", "Upsert Customer - Request", "https://bob:@@@ur.canary"),
         ("Transformation", "Invoices to CSV", "pwd=@@"), ("NetSuiteEndpoint", "NetSuite", "pwd=@@"),
         ("NetSuiteUpsert", "Upsert Customer", "https://bob:@@@up.canary"), ("Source", "ERP database", "pwd=@@"),
         ("Target", "Warehouse: ping", "https://bob:@@@wp.canary"), ("WebServiceCall", "SFDC Query", "token=@@"),
         ("ProjectVariable", "MailServer", "https://bob:@@@ms.canary"), ("ProjectVariable", "page_size", "pwd=@@"),
         ("EmailMessage", "Extract failed", "https://bob:@@@ef.canary"), ("Document", "Error Line", "pwd=@@"),
         ("Schedule", "Weekly: Monday 05:30", "https://bob:@@@wm.canary")]
TEXTS = [("jitterpak.properties", "comment", "made by bob, password: @@"),
         ("environment.properties", "environment-name", "Example (password=@@)"),
         ("environment.properties", "org-name", "Example pwd=@@")]


def plant_names(folder, canary):
    """In every file where a name stands the same secret."""
    for kind, name, more in NAMES:
        where = os.path.join(folder, "Data", kind)
        for entity in os.listdir(where) if os.path.isdir(where) else []:
            with open(os.path.join(where, entity), encoding="utf-8") as file:
                if f' Name="{name}"' not in file.read():
                    continue
            new = f"{name} {fill(more, canary, f'the name of {kind} {name}')}"
            before, after = (f'entityId="{os.path.splitext(entity)[0]}" name="{text}"' for text in (name, new))
            rewrite(os.path.join(folder, "project.xml"), lambda text: text.replace(before, after))
            rewrite(os.path.join(where, entity), lambda text: text.replace(f' Name="{name}"', f' Name="{new}"'))
    for name, key, value in TEXTS:
        rewrite(os.path.join(folder, name), lambda text: re.sub(
            f"^{key}=.*$", f"{key}={fill(value, canary, f'{name}: {key}')}", text, flags=re.M))


def plant_design(sample, folder, canary, clear):
    shutil.copytree(sample, folder)
    for where, _, names in os.walk(folder):
        for name in names:
            path, kind = os.path.join(where, name), os.path.basename(where)
            place = os.path.relpath(path, folder)
            if os.path.basename(os.path.dirname(where)) == "Data" and name.endswith(".xml"):
                rewrite(path, lambda text: plant_entity(text, canary, place, kind, clear))
            elif kind == "files" and name.endswith(".xsd"):
                comment = f'<!-- password="{canary.clear(place + ": comment")}" -->\n'
                rewrite(path, lambda text: re.sub(r"(</[a-z:]*schema>)", lambda m: comment + m.group(1), text))
    os.makedirs(os.path.join(folder, "files"), exist_ok=True)
    with open(os.path.join(folder, "files", "planted.txt"), "w", encoding="utf-16") as file:
        file.write(f'täglich\npassword = {canary.clear("files: text of UTF-16")}\n')


def rewrite(path, change):
    with open(path, encoding="utf-8", newline="") as file:
        text = file.read()
    with open(path, "w", encoding="utf-8", newline="") as file:
        file.write(change(text))


# ------------------------------------------------------------------------------------------------------- Cloud Studio

def plant_properties(value, canary, place, how):
    if isinstance(value, list):
        for part in value:
            plant_properties(part, canary, place, how)
    if not isinstance(value, dict):
        return
    name = value.get("name", "")
    if value.get("widgetHint") == "password":
        where = f"{place}: {name}"
        value["value"] = {"clear": lambda: canary.clear(where), "encrypted": lambda: canary.encrypted(where),
                          "leak": lambda: "[planted]" + canary.clear(where + " beside a variable")}[how]()
    elif name == "url" and "value" in value:
        value["value"] = f"https://bob:{canary.clear(place + ': url')}@login.canary"
    for part in list(value.values()):
        plant_properties(part, canary, place, how)


def plant_component(component, canary, how):
    place = f"{component['type']} {component['name']}"
    kind = component["type"]
    if kind in (500, 600):
        plant_properties(component["properties"], canary, place, how)
        component["properties"] += [{"name": key, "type": "string", "value": canary.plain(f"{place}: {key}")} for key in PLAIN]
        component["properties"].append({"name": "adv", "children": [
            {"name": "proxyPassword", "type": "string", "value": canary.plain(f"{place}: proxyPassword")}]})
        component["properties"].append({"name": "headers", "type": "string",
                                        "value": f"Authorization: Bearer {canary.clear(place + ': headers')}"})
    elif kind == 1000:
        component["label"] = LABELS.get(component["name"], component["label"])
        secret = (component["hidevalue"] or component["name"] in LABELS or
                  re.search("password|secret|token", component["name"]))
        if secret:
            make = canary.encrypted if how == "encrypted" else canary.clear if component["hidevalue"] else canary.plain
            component["defaultValue"] = make(place + ": value")
        elif how == "leak":
            component["defaultValue"] = canary.clear(place + ": value that looks random")
    elif kind == 1200:
        make = canary.encrypted if how == "encrypted" else canary.clear
        component["account"] = make(place + ": account")
        component["password"] = make(place + ": password")
        component["message"] += "\nThe password: " + canary.clear(place + ": message")
    elif kind == 400 and "<trans>\n" in component["scriptBody"]:
        body = component["scriptBody"].replace("<trans>\n", "<trans>\n" + "\n".join(script_lines(canary, place) + DECOYS) + "\n", 1)
        component["scriptBody"] = component["scriptBodyCleansed"] = body
    elif kind == 700:
        for rule in component["mappingRules"]:
            if rule.get("transformScript"):
                line = f'\nplanted_password = "{canary.clear(place + ": mapping")}";'
                rule["transformScript"] = rule["transformScript"].replace("<trans>", "<trans>" + line, 1)
                break


LEVELS = {"clear": 9, "encrypted": 6, "leak": 1}  # of zlib: Cloud Studio has 9


def plant_asset(document, canary, how):
    """A file of a structure, which is compressed; the length of what comes out stands beside it."""
    text = f'<?xml version="1.0"?>\n<!-- password="{canary.clear("900 asset: comment")}" -->\n<schema/>\n'
    packed = base64.b64encode(zlib.compress(text.encode(), LEVELS[how])).decode()
    properties = {"IsTopLevel": "1", "TargetNamespace": "", "SchemaType": "xml", "FileSize": str(len(packed))}
    document.setdefault("assets", []).append(
        {"path": "planted.xsd", "type": "xml", "compressedContent": packed,
         "properties": [{"key": key, "value": value} for key, value in properties.items()]})


def escapes(text):
    """JSON as encoders write it whose results go into web pages."""
    return re.sub(r"\\(?:u....|.)|[<>&'=+]",
                  lambda part: r"\u0022" if part[0] == r"\"" else part[0] if len(part[0]) > 1 else f"\\u{ord(part[0]):04X}", text)


def plant_cloud(sample, path, canary, how):
    with open(sample, encoding="utf-8") as file:
        document = json.load(file)
    plant_asset(document, canary, how)
    for component in document["project"]["components"]:
        plant_component(component, canary, how)
    with open(path, "w", encoding="utf-8") as file:
        text = json.dumps(document, indent=2, ensure_ascii=how == "leak")
        file.write((escapes(text) if how == "leak" else text) + "\n")


# ------------------------------------------------------------------------------------------------------------ recipes

def plant_recipe(sample, folder, canary):
    """A recipe whose secrets have defaults, and a configure file into which somebody has typed them."""
    shutil.copytree(sample, folder)
    for name in os.listdir(folder):
        path = os.path.join(folder, name)
        with open(path, encoding="utf-8") as file:
            document = json.load(file)
        if name.endswith("-recipe.json"):
            for step in document["steps"]:
                for i, member in enumerate(step.get("properties", [])):
                    if member.get("secret"):
                        member["default"] = canary.clear(f"{name}: default of {member.get('id', i)}")
        else:
            plant_configure(document, canary, name)
        with open(path, "w", encoding="utf-8") as file:
            json.dump(document, file, indent=2)


def plant_configure(value, canary, name):
    for key, part in (value.items() if isinstance(value, dict) else []):
        if isinstance(part, dict) and set(part) == {"secret"} and len(canary.places) % 2:
            value[key] = {"secret": canary.clear(f"{name}: secret of {key}")}
        elif isinstance(part, dict) and set(part) == {"secret"} and "password" in key.lower():
            value[key] = canary.clear(f"{name}: text of {key}")
        else:
            plant_configure(part, canary, name)
