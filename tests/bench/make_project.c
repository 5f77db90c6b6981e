/*
 * Makes a Jitterpak with a given number of entities for the benchmark. The same number gives the same bytes.
 *
 *   make_project ENTITIES FILE
 *
 * A project is made of units of 20 entities: 4 operations (one starts the others), 5 scripts, 2 sources, 3 targets,
 * 2 transformations, a document, a project variable and 2 folders. Ten units share a system that they connect to, and
 * its ten variables. The operations of five units are one chain. Every 20th unit queries Salesforce, every 10th has a
 * schedule and an e-mail message in place of a script and a target. The entities look like those that Design Studio
 * writes (see the samples). One has 1.55 KB on average. (Those of ../shared/corpus have 0.96 KB with
 * their many folders and variables.)
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "jpk/jpk.h"

enum { UNIT = 20, SYSTEM_UNITS = 10, CHAIN_UNITS = 5, DOS_DATE = (2026 - 1980) << 9 | 2 << 5 | 2 };

enum kind {
    FOLDER_OPERATIONS,
    FOLDER_SCRIPTS,
    VARIABLE,
    OPERATION,
    SCRIPT = OPERATION + 4,
    SOURCE = SCRIPT + 5,
    TARGET = SOURCE + 2,
    TRANSFORMATION = TARGET + 3,
    DOCUMENT = TRANSFORMATION + 2,
    ACTIVITY,
    VALUE = ACTIVITY + 16
};

struct maker {
    struct jpk_writer *writer;
    struct jpk_error err;
    struct buf xml; /* the entity that is being written */
    size_t unit, units;
    unsigned values;
    unsigned long long text, entities;
};

static const char *const systems[] = {"erp",     "crm",     "warehouse", "webshop",
                                      "billing", "payroll", "logistics", "catalog"};
static const char *const things[] = {"invoices", "orders",   "customers", "contacts", "articles",
                                     "prices",   "payments", "shipments", "returns",  "suppliers"};
static const char *const fields[] = {"number",   "date",   "status",   "customer", "name",
                                     "street",   "city",   "zip",      "country",  "quantity",
                                     "currency", "amount", "tax_rate", "email",    "article"};
static const char *const variables[SYSTEM_UNITS] = {"host",     "user",    "password",  "path",    "database",
                                                    "base_url", "api_key", "page_size", "mail_to", "enabled"};

#define PICK(list, n) ((list)[(n) % (sizeof(list) / sizeof *(list))])

/* --------------------------------------------------------------------------------------------------- numbers */

/* SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014). */
static uint64_t scramble(uint64_t x)
{
    x += 0x9e3779b97f4a7c15u;
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
    x = (x ^ x >> 27) * 0x94d049bb133111ebu;
    return x ^ x >> 31;
}

/* The GUIDs of one expression must not share a buffer. */
static const char *guid_of(size_t unit, unsigned kind)
{
    static char ring[8][40];
    static unsigned next;
    char *out = ring[next++ % 8];
    uint64_t a = scramble(unit * 256 + kind), b = scramble(a);
    snprintf(out, sizeof ring[0], "%08x-%04x-4%03x-%04x-%012llx", (unsigned)(a >> 32), (unsigned)(a >> 16 & 0xffff),
             (unsigned)(a & 0xfff), (unsigned)(0x8000 | (b >> 48 & 0x3fff)), (unsigned long long)(b & 0xffffffffffffu));
    return out;
}

static const char *id(const struct maker *m, unsigned kind)
{
    return guid_of(m->unit, kind);
}

/* `$00` and base64 of 16 bytes of IV and as many blocks: what an encrypted value looks like. */
static const char *secret(struct maker *m, size_t blocks)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    static char out[96];
    size_t n = 0, bytes = 16 + 16 * blocks, whole = bytes / 3 * 4, rest = bytes % 3;
    uint64_t x = scramble(m->unit * 256 + VALUE + m->values++ % 64);
    memcpy(out, "$00", 4);
    for (n = 3; n < 3 + whole; n++, x = scramble(x))
        out[n] = digits[x % 64];
    if (rest) {
        out[n++] = digits[x % 64];
        out[n++] = digits[rest == 1 ? x / 64 % 4 * 16 : x / 64 % 64];
        if (rest == 2)
            out[n++] = digits[x / 4096 % 16 * 4];
        while ((n - 3) % 4)
            out[n++] = '=';
    }
    out[n] = '\0';
    return out;
}

static const char *system_name(const struct maker *m)
{
    static char out[32];
    size_t system = m->unit / SYSTEM_UNITS;
    snprintf(out, sizeof out, "%s%zu", PICK(systems, system), system);
    return out;
}

static const char *thing(const struct maker *m)
{
    return PICK(things, m->unit);
}

static bool is_salesforce(const struct maker *m)
{
    return m->unit % 20 == 8;
}

static bool is_scheduled(const struct maker *m)
{
    return m->unit % 10 == 9;
}

/* ------------------------------------------------------------------------------------------------- the writer */

static bool add(struct maker *m, const char *name, const struct buf *text)
{
    char path[256];
    snprintf(path, sizeof path, "benchmark project/%s", name);
    return !text->failed && jpk_writer_add(m->writer, path, text->data, text->size, DOS_DATE, 0, &m->err);
}

static void item(struct maker *m, const char *indent, const char *key, const char *value)
{
    buf_printf(&m->xml, "%s<Item key=\"%s\" value=\"%s\"/>\n", indent, key, value);
}

static void secret_item(struct maker *m, const char *indent, const char *key, size_t blocks)
{
    buf_printf(&m->xml, "%s<Item enc=\"true\" key=\"%s\" value=\"%s\"/>\n", indent, key, secret(m, blocks));
}

static void begin(struct maker *m, const char *type, unsigned kind, const char *name)
{
    buf_clear(&m->xml);
    buf_printf(&m->xml,
               "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"no\"?>\n<Entity type=\"%s\">\n"
               "  <Header Deleted=\"false\" DeployDirty=\"true\" Deployed=\"false\" HasMoved=\"false\" ID=\"%s\" "
               "Name=\"%s\">\n    <konga.string name=\"Description\"/>\n  </Header>\n",
               type, id(m, kind), name);
}

static bool end(struct maker *m, const char *type, unsigned kind)
{
    char path[128];
    buf_puts(&m->xml, "</Entity>\n");
    snprintf(path, sizeof path, "Data/%s/%s.xml", type, id(m, kind));
    m->text += m->xml.size;
    m->entities++;
    return add(m, path, &m->xml);
}

/* The name of an entity; both its file and project.xml say it. */
static const char *name_of(const struct maker *m, unsigned kind)
{
    static char out[128];
    const char *system = system_name(m);
    size_t n = m->unit;
    if (kind == FOLDER_OPERATIONS || kind == FOLDER_SCRIPTS)
        snprintf(out, sizeof out, "%zu %s: %s", n, system, thing(m));
    else if (kind == VARIABLE)
        snprintf(out, sizeof out, "%s_%s", system, variables[n % SYSTEM_UNITS]);
    else if (kind == OPERATION)
        snprintf(out, sizeof out, "%s%zu %s %s", n % CHAIN_UNITS == 0 ? "START: " : "", n, system, thing(m));
    else if (kind < SCRIPT)
        snprintf(out, sizeof out, "%zu.%u %s %s", n, kind - OPERATION, kind == OPERATION + 3 ? "Failure of" : "Move",
                 thing(m));
    else if (kind < SOURCE)
        snprintf(out, sizeof out, "%zu.%u %s %s", n, kind - SCRIPT, kind == SCRIPT ? "Set variables of" : "Prepare",
                 thing(m));
    else if (kind < TARGET)
        snprintf(out, sizeof out, "%s %s in %zu.%u", system, thing(m), n, kind - SOURCE);
    else if (kind < TRANSFORMATION)
        snprintf(out, sizeof out, "%s %s out %zu.%u", system, thing(m), n, kind - TARGET);
    else if (kind < DOCUMENT)
        snprintf(out, sizeof out, "%s to %s %zu.%u", thing(m), system, n, kind - TRANSFORMATION);
    else
        snprintf(out, sizeof out, "%s lines %zu", thing(m), n);
    return out;
}

/* ------------------------------------------------------------------------------------------------ small types */

static bool folder(struct maker *m, unsigned kind)
{
    begin(m, "Folder", kind, name_of(m, kind));
    buf_puts(&m->xml, "  <Properties>\n");
    item(m, "    ", "folder_id", id(m, kind));
    buf_puts(&m->xml, "  </Properties>\n");
    return end(m, "Folder", kind);
}

static bool variable(struct maker *m)
{
    const char *which = variables[m->unit % SYSTEM_UNITS];
    bool hidden = strcmp(which, "password") == 0 || strcmp(which, "api_key") == 0;
    begin(m, "ProjectVariable", VARIABLE, name_of(m, VARIABLE));
    buf_puts(&m->xml, "  <Properties>\n");
    buf_printf(&m->xml, "    <Item key=\"description\" value=\"%s of the system %s\"/>\n", which, system_name(m));
    item(m, "    ", "hide_value", hidden ? "1" : "0");
    item(m, "    ", "label", "");
    item(m, "    ", "projectvariable_id", id(m, VARIABLE));
    if (m->unit % 4)
        secret_item(m, "    ", "value", 1 + m->unit % 3);
    buf_puts(&m->xml, "  </Properties>\n");
    return end(m, "ProjectVariable", VARIABLE);
}

static bool document(struct maker *m)
{
    begin(m, "Document", DOCUMENT, name_of(m, DOCUMENT));
    buf_puts(&m->xml, "  <Properties>\n");
    item(m, "    ", "document_id", id(m, DOCUMENT));
    buf_puts(&m->xml, "    <Item key=\"edifact\" value=\"0\"/>\n    <Item key=\"escape_sequences\" value=\"1\"/>\n"
                      "    <Item key=\"format_type_id\" value=\"2\"/>\n"
                      "    <Item key=\"qualifier_mode\" value=\"WHEN_NEEDED\"/>\n"
                      "    <Item key=\"text_qualifier\" value=\"&quot;\"/>\n"
                      "    <Item key=\"use_end_of_line\" value=\"1\"/>\n  </Properties>\n  <Delimiter value=\",\"/>\n"
                      "  <Structure>\n    <Properties>\n      <Item key=\"fixedField\" value=\"0\"/>\n"
                      "    </Properties>\n    <Segment name=\"\" occurenceType=\"Only Once\" parent=\"_Root\" "
                      "segmentId=\"0\">\n      <Fields>\n");
    for (unsigned i = 0; i < 8 + m->unit % 8; i++)
        buf_printf(
            &m->xml,
            "        <Field default=\"\" fieldId=\"%u\" fixWidth=\"false\" format=\"\" name=\"%s\" required=\"%u\" "
            "type=\"String\"/>\n",
            i + 1, PICK(fields, i), i < 2);
    buf_puts(&m->xml, "      </Fields>\n    </Segment>\n  </Structure>\n");
    return end(m, "Document", DOCUMENT);
}

static bool schedule(struct maker *m, unsigned kind)
{
    static const char *const settings[][2] = {
        {"daily", "1"},
        {"duration_end_date", ""},
        {"duration_start_date", "2026-01-05"},
        {"duration_yesno_end", "0"},
        {"frequency", "0"},
        {"frequency_end_time", "23:59:00"},
        {"frequency_every_hm", "1"},
        {"frequency_every_num", "15"},
        {"frequency_once_time", ""},
        {"frequency_start_time", "00:00:00"},
        {"fri", "-1"},
        {"mon", "-1"},
        {"monthly", "1"},
        {"monthly_a_day", "1"},
        {"monthly_a_of_every_x_month", "1"},
        {"monthly_b_day", "-1"},
        {"monthly_b_num", "1"},
        {"monthly_b_of_every_x_month", "1"},
        {"occurs", "1"},
        {"sat", "-1"},
    };
    begin(m, "Schedule", kind, name_of(m, kind));
    buf_puts(&m->xml, "  <Properties>\n");
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++)
        item(m, "    ", settings[i][0], settings[i][1]);
    item(m, "    ", "schedule_id", id(m, kind));
    buf_puts(&m->xml, "  </Properties>\n");
    return end(m, "Schedule", kind);
}

static bool message(struct maker *m, unsigned kind)
{
    const char *system = system_name(m);
    begin(m, "EmailMessage", kind, name_of(m, kind));
    buf_puts(&m->xml, "  <Properties>\n");
    secret_item(m, "    ", "account", 1);
    secret_item(m, "    ", "account_password", 1);
    buf_puts(&m->xml, "    <Item key=\"bcc\" value=\"\"/>\n    <Item key=\"cc\" value=\"\"/>\n");
    item(m, "    ", "message_id", id(m, kind));
    buf_puts(&m->xml, "    <Item key=\"message_text\" value=\"Operation: [jitterbit.operation.name]&#10;&#10;"
                      "[jitterbit.operation.error]\"/>\n    <Item key=\"reply_to\" value=\"\"/>\n");
    buf_printf(&m->xml, "    <Item key=\"send_to\" value=\"[%s_mail_to]\"/>\n", system);
    buf_puts(&m->xml, "    <Item key=\"sent_from\" value=\"jobs@example.com\"/>\n"
                      "    <Item key=\"smtp_servers\" value=\"mail.example.com\"/>\n"
                      "    <Item key=\"subject\" value=\"Failed: [jitterbit.operation.name]\"/>\n"
                      "    <Item key=\"use_ssl\" value=\"1\"/>\n  </Properties>\n");
    return end(m, "EmailMessage", kind);
}

/* ----------------------------------------------------------------------------------------- sources and targets */

#define IN "        "

static void location_file(struct maker *m, const char *name)
{
    buf_printf(&m->xml, IN "<Item key=\"file_name\" value=\"%s\"/>\n", name);
    item(m, IN, "append_file", "0");
    item(m, IN, "character_encoding", "UTF-8");
    item(m, IN, "encrypt_choice", "0");
    item(m, IN, "endoflinetype", "0");
    item(m, IN, "filterOption.ignoreCase", "0");
    item(m, IN, "filterOption.regularExpression", "0");
    item(m, IN, "ignore_first", "0");
    item(m, IN, "ignore_last", "0");
    item(m, IN, "renamefileto", "");
    item(m, IN, "uncompress_format", "");
}

static void location_ftp(struct maker *m)
{
    const char *system = system_name(m);
    item(m, IN, "character_encoding", "");
    item(m, IN, "encrypt_choice", "4");
    item(m, IN, "error_folder", "");
    buf_printf(&m->xml, IN "<Item key=\"file_name\" value=\"%s_[run.stamp].csv\"/>\n", thing(m));
    item(m, IN, "ftp.nlst", "0");
    secret_item(m, IN, "locator", 1);
    secret_item(m, IN, "login", 1);
    item(m, IN, "passive_mode", "1");
    secret_item(m, IN, "password", 1);
    buf_printf(&m->xml, IN "<Item key=\"path\" value=\"[%s_path]\"/>\n", system);
    item(m, IN, "port", "22");
    item(m, IN, "proxy_tunnel", "1");
    item(m, IN, "renamefileto", "");
    item(m, IN, "transfer_type", "2");
    item(m, IN, "use_trigger_file", "0");
}

static void location_database(struct maker *m)
{
    secret_item(m, IN, "connectstring", 2);
    item(m, IN, "db_begin_quote", "&quot;");
    item(m, IN, "db_end_quote", "&quot;");
    buf_printf(&m->xml, IN "<Item key=\"dbname\" value=\"[%s_database]\"/>\n", system_name(m));
    item(m, IN, "driver", "PostgreSQL Unicode");
    item(m, IN, "drivertype", "1");
    item(m, IN, "fetch_size", "0");
    secret_item(m, IN, "login", 1);
    item(m, IN, "manual_mode", "1");
    item(m, IN, "optional_connectstring", "");
    secret_item(m, IN, "password", 2);
    item(m, IN, "timeout", "300");
    item(m, IN, "transactionIsolationLevel", "0");
}

static void location_http(struct maker *m)
{
    const char *system = system_name(m);
    item(m, IN, "allow_weak_ciphers", "0");
    item(m, IN, "enable_chunked_transfer_encoding", "0");
    item(m, IN, "http_method", "POST");
    buf_printf(&m->xml,
               IN "<Item key=\"http_request_headers\" value=\"Accept: application/json&#10;X-Key: [%s_api_key]\"/>\n",
               system);
    item(m, IN, "http_ssl_version", "0");
    item(m, IN, "http_verb", "2");
    item(m, IN, "httpContentType", "application/json");
    secret_item(m, IN, "httpurl", 2);
    secret_item(m, IN, "login", 1);
    secret_item(m, IN, "password", 1);
    item(m, IN, "proxy_tunnel", "0");
    item(m, IN, "use_basic_http_authentication", "1");
}

static bool location(struct maker *m, unsigned kind)
{
    static const char *const types[] = {"FTP", "Database", "HTTP", "LocalFile", "TemporaryStorage", "GlobalData"};
    static const char *const first_out[] = {"TemporaryStorage", "FTP", "HTTP", "LocalFile"};
    bool source = kind < TARGET;
    const char *type = kind == SOURCE                           ? types[m->unit % 4]
                       : kind == SOURCE + 1                     ? "TemporaryStorage"
                       : kind == TARGET                         ? first_out[m->unit % 4]
                       : kind == TARGET + 1 && m->unit % 3 == 0 ? "GlobalData"
                                                                : "LocalFile";
    begin(m, source ? "Source" : "Target", kind, name_of(m, kind));
    buf_puts(&m->xml, "  <Properties>\n");
    item(m, "    ", source ? "source_id" : "target_id", id(m, kind));
    buf_printf(&m->xml, "  </Properties>\n  <Location type=\"%s\">\n    <Data>\n      <Properties>\n", type);
    char name[96];
    if (strcmp(type, "FTP") == 0) {
        location_ftp(m);
    } else if (strcmp(type, "Database") == 0) {
        location_database(m);
    } else if (strcmp(type, "HTTP") == 0) {
        location_http(m);
    } else if (strcmp(type, "GlobalData") == 0) {
        snprintf(name, sizeof name, "run.%s%zu", thing(m), m->unit);
        item(m, IN, "locator", name);
    } else {
        snprintf(name, sizeof name, "[%s_path{out}]/%s%zu_[run.stamp].csv", system_name(m), thing(m), m->unit);
        location_file(m, name);
        secret_item(m, IN, "locator", 2);
    }
    buf_puts(&m->xml, "      </Properties>\n    </Data>\n  </Location>\n");
    return end(m, source ? "Source" : "Target", kind);
}

/* ---------------------------------------------------------------------------------------------------- scripts */

static void script_setup(struct maker *m)
{
    const char *system = system_name(m);
    buf_printf(&m->xml,
               "$run.stamp = FormatDate(Now(), \"yyyymmdd\");\n$run.count = 0;\n$run.rows%zu = Null();\n"
               "If(IsNull($%s_page_size), $run.page = 500, $run.page = Int($%s_page_size));\n",
               m->unit, system, system);
    buf_printf(&m->xml, "// the same for every %s of %s\n", thing(m), system);
    for (unsigned i = 0; i < 6; i++)
        buf_printf(&m->xml, "$%s.%s.%s = Trim($%s_%s) + \"/%s/\" + $run.stamp;\n", system, thing(m),
                   PICK(fields, i + m->unit), system, variables[i], PICK(fields, i));
    buf_printf(&m->xml, "WriteToOperationLog(\"%s: \" + $%s_base_url + \", \" + $run.page + \" a page\");\n", thing(m),
               system);
}

static void script_prepare(struct maker *m)
{
    buf_printf(&m->xml,
               "/*\n Cuts what is longer than the target allows, and counts what it has cut.\n"
               " The old way was: RunOperation(\"op.%s\");\n*/\n",
               id(m, OPERATION + 1));
    for (unsigned i = 0; i < 11; i++) {
        const char *field = PICK(fields, i + m->unit);
        buf_printf(&m->xml,
                   "If(Length($run.%s) &gt; %u,\n\t$run.%s = Mid($run.%s, 0, %u);\n\t$run.count += 1\n\t,\n"
                   "\t$run.%s = Trim($run.%s)\n);\n",
                   field, 20 + i, field, field, 20 + i, field, field);
    }
}

static void script_run(struct maker *m)
{
    const char *helper = is_salesforce(m) || is_scheduled(m) ? id(m, SCRIPT + 1) : id(m, SCRIPT + 3);
    buf_printf(
        &m->xml,
        "RunScript(\"sc.%s\");\nindex = 0;\nWhile(index &lt; 3 &amp;&amp; $run.failed != 1,\n"
        "\tIf(!RunOperation(\"op.%s\"),\n\t\t$run.failed = 1;\n"
        "\t\tWriteToOperationLog(\"Attempt \" + index + \" failed: \" + GetLastError());\n\t);\n\tindex++;\n);\n",
        helper, id(m, OPERATION + 1));
    buf_printf(&m->xml, "If($%s_enabled == \"false\", RaiseError(\"%s is switched off\"));\n", system_name(m),
               thing(m));
    for (unsigned i = 0; i < 5; i++)
        buf_printf(&m->xml, "$run.%s = IfEmpty($run.%s, '%s \"default\" of it'); // %u\n", PICK(fields, i),
                   PICK(fields, i), PICK(fields, i + 3), i);
}

static void script_helper(struct maker *m)
{
    buf_printf(&m->xml, "// names of %s for those that read the log\nnames = Dict();\n", thing(m));
    for (unsigned i = 0; i < 35; i++)
        buf_printf(&m->xml, "names[\"%s\"] = \"%s of %s\";\n", PICK(fields, i), PICK(fields, i + m->unit),
                   PICK(things, i));
    buf_puts(&m->xml, "$run.names = names;\n");
}

static void script_failure(struct maker *m)
{
    buf_printf(&m->xml,
               "error = GetLastError();\nline = $run.stamp + \",\" + \"%s\" + \",\" + Quote(error) + \"\\n\";\n",
               thing(m));
    if (is_scheduled(m))
        buf_printf(&m->xml, "SendEmailMessage(\"m.%s\");\n", id(m, TARGET + 2));
    else if (!is_salesforce(m))
        buf_printf(&m->xml, "WriteFile(\"t.%s\", line);\nFlushFile(\"t.%s\");\n", id(m, TARGET + 2), id(m, TARGET + 2));
    buf_printf(&m->xml, "WriteToOperationLog(\"%s on $%s_host failed: \" + error);\n", thing(m), system_name(m));
    for (unsigned i = 0; i < 10; i++)
        buf_printf(&m->xml, "WriteToOperationLog(\"%s: \" + $run.%s);\n", PICK(fields, i), PICK(fields, i));
}

static bool script(struct maker *m, unsigned kind)
{
    static void (*const texts[])(struct maker *) = {script_setup, script_prepare, script_run, script_helper,
                                                    script_failure};
    begin(m, "Script", kind, name_of(m, kind));
    buf_puts(&m->xml, "  <Properties>\n    <Item key=\"script_condition\" value=\"0\"/>\n");
    item(m, "    ", "script_id", id(m, kind));
    buf_puts(&m->xml, "  </Properties>\n  <konga.string name=\"script\">&lt;trans&gt;\n");
    texts[kind - SCRIPT](m);
    buf_puts(&m->xml, "&lt;/trans&gt;</konga.string>\n");
    return end(m, "Script", kind);
}

/* --------------------------------------------------------------------------------------------- transformations */

static void mapping(struct maker *m, unsigned i, const char *from)
{
    const char *field = PICK(fields, i);
    buf_printf(&m->xml, "    <Mapping>\n      <konga.string name=\"expr\">%s\t&lt;trans&gt;\n", field);
    switch (i % 4) {
    case 0:
        buf_printf(&m->xml, "%s.%s", from, field);
        break;
    case 1:
        buf_printf(&m->xml, "FormatDate(%s.%s, \"yyyy-mm-dd\")", from, field);
        break;
    case 2:
        buf_printf(&m->xml, "If(%s.%s == \"\", $run.%s, Trim(%s.%s))", from, field, field, from, field);
        break;
    default:
        buf_printf(&m->xml, "$run.count = $run.count + 1;\nRound(%s.%s, 2)", from, field);
    }
    buf_puts(&m->xml, "\n&lt;/trans&gt;</konga.string>\n    </Mapping>\n");
}

static bool transformation(struct maker *m, unsigned kind)
{
    bool response = kind == TRANSFORMATION + 1 && is_salesforce(m),
         database = kind == TRANSFORMATION && m->unit % 4 == 1;
    const char *from = response   ? "root$transaction.response$body$queryResponse$result$records"
                       : database ? "sales:rows"
                                  : thing(m);
    begin(m, "Transformation", kind, name_of(m, kind));
    buf_puts(&m->xml, "  <Properties>\n");
    if (response) {
        buf_printf(&m->xml, "    <Item key=\"input_function_id\" value=\"%s\"/>\n", id(m, TARGET + 2));
        item(m, "    ", "saleforce_wizard_role", "QUERY|RESPONSE");
        item(m, "    ", "salesforce_object", "{urn:sobject.partner.soap.sforce.com}Contact");
    }
    item(m, "    ", "natureofsource", response ? "Tree" : "Flat");
    item(m, "    ", "natureoftarget", "Flat");
    item(m, "    ", "NoSourceDataUsedInMapping", "0");
    if (database)
        item(m, "    ", "source_sourceid", id(m, SOURCE));
    else if (!response)
        item(m, "    ", "source_text_doc", id(m, DOCUMENT));
    item(m, "    ", "source_type_id", response ? "14" : database ? "3" : "1");
    item(m, "    ", "target_text_doc", id(m, DOCUMENT));
    item(m, "    ", "target_type_id", "1");
    item(m, "    ", "transformation_id", id(m, kind));
    buf_puts(&m->xml, "  </Properties>\n");
    if (response)
        buf_printf(&m->xml, "  <InputStructure wsCallId=\"%s\"/>\n", id(m, TARGET + 2));
    else if (database)
        buf_printf(
            &m->xml,
            "  <InputStructure sourceId=\"%s\">\n    <Properties>\n      <Item key=\"includeSchemaName\" "
            "value=\"1\"/>\n    </Properties>\n    <Objects/>\n    <konga.string name=\"DbTables\">\"sales\".\"rows\","
            "</konga.string>\n    <DbFields/>\n    <Relations/>\n    <SqlScript>\n      <Entry entryId=\"-%zu\" "
            "type=\"1\">\n        <konga.string name=\"script\">SELECT * FROM \"sales\".\"rows\" WHERE \"date\" &gt; "
            "'[run.stamp]'</konga.string>\n      </Entry>\n    </SqlScript>\n    <Filters/>\n  </InputStructure>\n",
            id(m, SOURCE), m->unit);
    else
        buf_printf(&m->xml, "  <InputStructure docId=\"%s\"/>\n", id(m, DOCUMENT));
    buf_printf(
        &m->xml,
        "  <OutputStructure docId=\"%s\"/>\n  <Mappings>\n    <Mapping>\n      <konga.string name=\"expr\">[]\t[%s.]"
        "</konga.string>\n    </Mapping>\n",
        id(m, DOCUMENT), from);
    for (unsigned i = 0; i < 10 + (m->unit + kind) % 13; i++)
        mapping(m, i, from);
    buf_puts(&m->xml, "  </Mappings>\n  <InvalidMappings/>\n  <RenamedNodes/>\n");
    return end(m, "Transformation", kind);
}

/* -------------------------------------------------------------------------------------------------- operations */

static void activity(struct maker *m, unsigned *n, const char *tag, const char *content, const char *role, int type)
{
    buf_printf(&m->xml, "      <%s activityId=\"%s\" contentId=\"%s\" role=\"%s\" type=\"%d\"/>\n", tag,
               id(m, ACTIVITY + (*n)++), content, role, type);
}

static const char *success_of(const struct maker *m, unsigned kind)
{
    if (kind == OPERATION || kind == OPERATION + 1)
        return id(m, kind + 1);
    bool last = m->unit % CHAIN_UNITS == CHAIN_UNITS - 1 || m->unit + 1 == m->units;
    return kind == OPERATION + 2 && !last ? guid_of(m->unit + 1, OPERATION) : NULL;
}

static void pipeline(struct maker *m, unsigned kind, const char *type)
{
    unsigned n = (kind - OPERATION) * 4;
    buf_printf(&m->xml, "  <Pipeline opType=\"%s\">\n    <Activities>\n", type);
    if (kind == OPERATION) {
        activity(m, &n, "SCRIPT", id(m, SCRIPT), "Script", 23);
        activity(m, &n, "SCRIPT", id(m, SCRIPT + 2), "Script", 23);
    } else if (kind == OPERATION + 1) {
        activity(m, &n, "SCRIPT", id(m, SCRIPT + 1), "Script", 23);
        activity(m, &n, "SOURCE", id(m, SOURCE), "Source", 2);
        activity(m, &n, "TRANSFORMATION", id(m, TRANSFORMATION), "Transformation", 4);
        activity(m, &n, "TARGET", id(m, TARGET), "Target", 3);
    } else if (kind == OPERATION + 3) {
        activity(m, &n, "SCRIPT", id(m, SCRIPT + 4), "Script", 23);
    } else if (is_salesforce(m)) {
        activity(m, &n, "TRANSFORMATION", "e4dce626-e022-4aec-916f-099c7ad537ba", "Request", 4);
        activity(m, &n, "WEBSERVICECALL", id(m, TARGET + 2), "Web Service Call", 10);
        activity(m, &n, "TRANSFORMATION", id(m, TRANSFORMATION + 1), "Response", 4);
        activity(m, &n, "TARGET", id(m, TARGET + 1), "Target", 3);
    } else {
        activity(m, &n, "SOURCE", id(m, SOURCE + 1), "Source", 2);
        activity(m, &n, "TRANSFORMATION", id(m, TRANSFORMATION + 1), "Transformation", 4);
        activity(m, &n, "TARGET", id(m, TARGET + 1), "Target", 3);
    }
    buf_puts(&m->xml, "    </Activities>\n  </Pipeline>\n  <Siblings/>\n");
}

static bool operation(struct maker *m, unsigned kind)
{
    bool is_script = kind == OPERATION || kind == OPERATION + 3, query = kind == OPERATION + 2 && is_salesforce(m);
    const char *success = success_of(m, kind);
    begin(m, "Operation", kind, name_of(m, kind));
    buf_puts(&m->xml, "  <Properties>\n    <Item key=\"chunk_size\" value=\"0\"/>\n"
                      "    <Item key=\"debug_mode_until\" value=\"\"/>\n");
    if (kind != OPERATION + 3)
        item(m, "    ", "failure_operation_id", id(m, OPERATION + 3));
    item(m, "    ", "ignore_history", "1");
    item(m, "    ", "LogLevel", "Everything");
    item(m, "    ", "max_number_of_threads", "1");
    item(m, "    ", "operation_id", id(m, kind));
    item(m, "    ", "operation_type_id", is_script ? "8" : query ? "6" : "2");
    item(m, "    ", "run_success_op_if_no_source_files", "0");
    if (query) {
        item(m, "    ", "salesforce_wizard_guid", id(m, SOURCE + 1));
        item(m, "    ", "salesforce_wizard_object", "1");
        item(m, "    ", "salesforce_wizard_operation_name", "query");
    }
    if (kind == OPERATION && is_scheduled(m))
        item(m, "    ", "schedule_id", id(m, SCRIPT + 3));
    item(m, "    ", "source_chunk_node", "");
    if (success)
        item(m, "    ", "success_operation_id", success);
    item(m, "    ", "target_chunk_node", "");
    item(m, "    ", "target_chunk_size", "0");
    item(m, "    ", "timeoutseconds", "7200");
    item(m, "    ", "timeoutuiunit", "HOURS");
    item(m, "    ", "validate_source_text_file", "0");
    buf_puts(&m->xml, "  </Properties>\n");
    pipeline(m, kind, is_script ? "Script" : query ? "WebServiceCall" : "Transformation");
    return end(m, "Operation", kind);
}

/* -------------------------------------------------------------------------------------------------- Salesforce */

static bool salesforce_connector(struct maker *m)
{
    begin(m, "SalesforceConnector", SCRIPT + 3, name_of(m, SCRIPT + 3));
    buf_puts(&m->xml, "  <Properties>\n    <Item key=\"api_version\" value=\"63.0\"/>\n");
    secret_item(m, "    ", "password", 2);
    item(m, "    ", "salesforceconnector_id", id(m, SCRIPT + 3));
    item(m, "    ", "sandbox", "0");
    secret_item(m, "    ", "security_token", 2);
    item(m, "    ", "server_host", "https://login.salesforce.com/");
    item(m, "    ", "status", "1");
    secret_item(m, "    ", "user_name", 2);
    buf_puts(&m->xml, "  </Properties>\n");
    return end(m, "SalesforceConnector", SCRIPT + 3);
}

static bool salesforce_query(struct maker *m)
{
    begin(m, "SalesforceQuery", SOURCE + 1, name_of(m, SOURCE + 1));
    buf_puts(&m->xml, "  <Properties>\n");
    item(m, "    ", "connector_id", id(m, SCRIPT + 3));
    item(m, "    ", "operation_id", id(m, OPERATION + 2));
    item(m, "    ", "query_all", "0");
    item(m, "    ", "salesforce_object", "{urn:sobject.partner.soap.sforce.com}Contact");
    item(m, "    ", "salesforcequery_id", id(m, SOURCE + 1));
    item(m, "    ", "sfdc.soapheader.QueryOptions", "2000");
    item(m, "    ", "target_header_mode", "0");
    buf_puts(&m->xml,
             "  </Properties>\n  <konga.string name=\"query_string\">SELECT Id, AccountId, Birthdate, CreatedDate, "
             "Department, Description, Email, Fax, FirstName, HomePhone, LastName, MailingCity, MailingCountry, "
             "MailingPostalCode, MailingState, MailingStreet, MobilePhone, Name, Phone, Salutation, Title FROM "
             "Contact [run.where{}]</konga.string>\n");
    return end(m, "SalesforceQuery", SOURCE + 1);
}

static bool web_service_call(struct maker *m)
{
    begin(m, "WebServiceCall", TARGET + 2, name_of(m, TARGET + 2));
    buf_puts(&m->xml, "  <Properties>\n    <Item key=\"binding\" value=\"SoapBinding\"/>\n"
                      "    <Item key=\"operation\" value=\"query\"/>\n"
                      "    <Item key=\"operation_input\" value=\"queryRequest\"/>\n"
                      "    <Item key=\"operation_output\" value=\"queryResponse\"/>\n"
                      "    <Item key=\"port\" value=\"Soap\"/>\n"
                      "    <Item key=\"salesforce_wizard_object\" value=\"1\"/>\n"
                      "    <Item key=\"service\" value=\"SforceService\"/>\n"
                      "    <Item key=\"sfdc_partner_wsdl\" value=\"1\"/>\n"
                      "    <Item key=\"targetnamespace\" value=\"urn:partner.soap.sforce.com\"/>\n");
    item(m, "    ", "webservice_id", id(m, TARGET + 2));
    item(m, "    ", "webservice_url", "[__Salesforce.ServiceURL]");
    item(m, "    ", "wsdl_id", "jitterbit.salesforce.partner.63.wsdl");
    buf_puts(&m->xml, "  </Properties>\n");
    return end(m, "WebServiceCall", TARGET + 2);
}

/* ------------------------------------------------------------------------------------------------- the project */

static bool unit(struct maker *m)
{
    bool ok = folder(m, FOLDER_OPERATIONS) && folder(m, FOLDER_SCRIPTS) && variable(m) && document(m);
    m->values = 0;
    for (unsigned i = 0; ok && i < 4; i++)
        ok = operation(m, OPERATION + i);
    for (unsigned i = 0; ok && i < 5; i++)
        ok = i != 3             ? script(m, SCRIPT + i)
             : is_salesforce(m) ? salesforce_connector(m)
             : is_scheduled(m)  ? schedule(m, SCRIPT + i)
                                : script(m, SCRIPT + i);
    ok = ok && location(m, SOURCE) && (is_salesforce(m) ? salesforce_query(m) : location(m, SOURCE + 1)) &&
         location(m, TARGET) && location(m, TARGET + 1) &&
         (is_salesforce(m)  ? web_service_call(m)
          : is_scheduled(m) ? message(m, TARGET + 2)
                            : location(m, TARGET + 2));
    return ok && transformation(m, TRANSFORMATION) && transformation(m, TRANSFORMATION + 1);
}

static void listed(struct maker *m, struct buf *tree, unsigned kind)
{
    buf_printf(tree, "    <Entity entityId=\"%s\" name=\"%s\"/>\n", id(m, kind), name_of(m, kind));
}

static const char *type_of(const struct maker *m, unsigned kind)
{
    if (kind == SCRIPT + 3 && (is_salesforce(m) || is_scheduled(m)))
        return is_salesforce(m) ? "SalesforceConnector" : "Schedule";
    if (kind == SOURCE + 1 && is_salesforce(m))
        return "SalesforceQuery";
    if (kind == TARGET + 2 && (is_salesforce(m) || is_scheduled(m)))
        return is_salesforce(m) ? "WebServiceCall" : "EmailMessage";
    return kind == VARIABLE        ? "ProjectVariable"
           : kind < SCRIPT         ? "Operation"
           : kind < SOURCE         ? "Script"
           : kind < TARGET         ? "Source"
           : kind < TRANSFORMATION ? "Target"
           : kind < DOCUMENT       ? "Transformation"
                                   : "Document";
}

/* Operations and scripts lie in a folder a unit, and the folders of a system in that of its first unit. */
static void tree_of(struct maker *m, struct buf *tree, const char *type)
{
    bool folders = strcmp(type, "Operation") == 0 || strcmp(type, "Script") == 0;
    unsigned which = strcmp(type, "Script") == 0 ? FOLDER_SCRIPTS : FOLDER_OPERATIONS;
    buf_printf(tree, "  <EntityType name=\"%s\">\n", type);
    for (m->unit = 0; m->unit < m->units; m->unit++) {
        bool first = m->unit % SYSTEM_UNITS == 0;
        if (folders && first && m->unit)
            buf_puts(tree, "    </Folder>\n");
        if (folders)
            buf_printf(tree, "    <Folder entityId=\"%s\" name=\"%s\">\n", id(m, which), name_of(m, which));
        for (unsigned kind = VARIABLE; kind <= DOCUMENT; kind++)
            if (strcmp(type_of(m, kind), type) == 0)
                listed(m, tree, kind);
        if (folders && !first)
            buf_puts(tree, "    </Folder>\n");
    }
    buf_printf(tree, "%s  </EntityType>\n", folders ? "    </Folder>\n" : "");
}

static bool project_file(struct maker *m)
{
    static const char *const types[] = {"Operation",       "Script",         "Source",       "Target",
                                        "Transformation",  "Document",       "Schedule",     "SalesforceConnector",
                                        "SalesforceQuery", "WebServiceCall", "EmailMessage", "ProjectVariable"};
    struct buf tree = {0};
    buf_printf(&tree,
               "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"no\"?>\n<Project name=\"benchmark-%zu\" "
               "projectId=\"%s\">\n",
               m->units * UNIT, guid_of(SIZE_MAX / 512, 0));
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        tree_of(m, &tree, types[i]);
    buf_puts(&tree, "</Project>\n");
    bool ok = add(m, "project.xml", &tree);
    buf_free(&tree);
    return ok;
}

static bool add_text(struct maker *m, const char *name, const char *text)
{
    buf_clear(&m->xml);
    buf_puts(&m->xml, text);
    return add(m, name, &m->xml);
}

static bool other_files(struct maker *m)
{
    return add_text(
               m, "jitterpak.properties",
               "#Mon Feb 02 09:15:30 UTC 2026\nrequired_version=110410000000000\ntype=3\n"
               "created_with_version=110410000000033\nproject_name=benchmark\ncreated_at=1770023820211\ncomment=\n") &&
           add_text(
               m, "environment.properties",
               "#Mon Feb 02 09:15:30 UTC 2026\nenvironment-id=900101\nenvironment-name=Example Environment\n"
               "org-id=900001\norg-name=Example Organization\nmodified=1770023730000\nsaved-in-version=11.41.0.33\n") &&
           add_text(m, "deleted.xml", "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<DeletedItems />\n") &&
           add_text(m, "plugins.xml", "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<PipelinePlugins />\n") &&
           add_text(m, "files/.metadata",
                    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<metadata version=\"1\">\n  <dir name=\"_root_\">\n"
                    "  </dir>\n</metadata>");
}

int main(int count, char **arguments)
{
    struct maker m = {0};
    if (count == 3)
        m.units = (size_t)strtoull(arguments[1], NULL, 10) / UNIT;
    if (m.units == 0) {
        fprintf(stderr, "usage: make_project ENTITIES FILE (at least %d entities)\n", UNIT);
        return 2;
    }
    m.writer = jpk_writer_open(arguments[2], true, &m.err);
    bool ok = m.writer && other_files(&m) && project_file(&m);
    for (m.unit = 0; ok && m.unit < m.units; m.unit++)
        ok = unit(&m);
    ok = ok && jpk_writer_commit(m.writer, &m.err);
    jpk_writer_free(m.writer);
    buf_free(&m.xml);
    if (!ok) {
        fprintf(stderr, "make_project: %s%s%s: %s\n", arguments[2], *m.err.entry ? ": " : "", m.err.entry,
                *m.err.message ? m.err.message : "no memory");
        return 4;
    }
    printf("%llu entities, %llu bytes, %llu each\n", m.entities, m.text, m.text / m.entities);
    return 0;
}
