#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/file.h"
#include "base/jstream.h"
#include "base/text.h"
#include "base/walk.h"
#include "jpk/cloud_sniff.h"
#include "jpk/find.h"
#include "jpk/scan.h"
#include "jpk/secret_text.h"
#include "tools/commands.h"
#include "tools/findings.h"
#include "tools/input.h"
#include "tools/message.h"

/* What all inputs share. */
struct scanning {
    const struct settings *settings;
    enum findings_format format;
    struct jpk_scan_options options;
    struct findings_rule *rules;
    size_t rule_count;
    struct findings_list list;
    struct buf json; /* of JSON the findings, for they have more to say than a list can hold */
    struct jstream stream;
    uint64_t inputs, found, counts[3];
    bool unread;  /* there is an input that could not be searched, but for text */
    bool failing; /* something was found at --fail-level */
    int status;
};

static void raise(struct scanning *s, int status)
{
    if (status > s->status)
        s->status = status;
}

/* ------------------------------------------------------------------------------------------------------ reporting */

static void put_json(struct scanning *s, const struct jpk_finding *finding, const char *folder,
                     const struct jpk_secret *secret)
{
    struct jstream *json = &s->stream;
    struct buf file = {0};
    buf_puts(&file, folder);
    if (finding->file)
        buf_printf(&file, "%s%s", text_ends_with(folder, "/") ? "" : "/", finding->file);
    jstream_open(json, NULL, '{');
    jstream_text(json, "severity", jpk_severity_name(secret->severity));
    jstream_text(json, "rule", secret->rule);
    jstream_text(json, "confidence", jpk_confidence_name(secret->confidence));
    jstream_text(json, "file", buf_text(&file));
    if (secret->line) {
        jstream_number(json, "line", secret->line);
        jstream_number(json, "column", secret->column);
    }
    jstream_text(json, "item", secret->item);
    jstream_text(json, "setting", secret->setting);
    jstream_text(json, "shown", secret->shown);
    jstream_text(json, "message", finding->message);
    jstream_close(json, '}');
    s->json.failed |= file.failed;
    buf_free(&file);
}

/* "Source/Orders" is the Source 'Orders'. */
static void put_item(struct scanning *s, struct jpk_finding *finding, const char *item, char **type)
{
    const char *slash = item ? strchr(item, '/') : NULL;
    *type = slash ? strndup(item, (size_t)(slash - item)) : NULL;
    s->list.failed |= slash && !*type;
    finding->entity_type = *type;
    finding->entity_name = *type ? slash + 1 : NULL;
}

static bool report_one(struct scanning *s, const char *folder, const struct jpk_secret *secret)
{
    char *words = jpk_secret_words(secret), *type = NULL;
    if (!words)
        return false;
    struct jpk_finding finding = {.severity = secret->severity,
                                  .rule = secret->rule,
                                  .file = secret->file,
                                  .line = secret->line,
                                  .column = secret->column,
                                  .message = words};
    put_item(s, &finding, secret->item, &type);
    s->counts[secret->severity]++;
    s->failing |= message_fails(s->settings, &finding, 1);
    if (s->format != FINDINGS_JSON)
        findings_add(&s->list, folder, &finding);
    else if (s->settings->max_findings == 0 || s->found < s->settings->max_findings)
        put_json(s, &finding, folder, secret);
    s->found++;
    free(words);
    free(type);
    return !s->list.failed && !s->json.failed;
}

static void unread(struct scanning *s, const char *name, const struct jpk_error *err)
{
    raise(s, message_error(err));
    if (s->format != FINDINGS_TEXT) {
        findings_add_unchecked(&s->list, name, err);
        s->unread = true;
    }
}

/* Releases `secrets`, which is NULL after an error. */
static void report(struct scanning *s, const char *name, struct jpk_secrets *secrets, const struct jpk_error *err)
{
    s->inputs++;
    if (!secrets) {
        unread(s, name, err);
        return;
    }
    findings_add_file(&s->list, name);
    for (size_t i = 0; i < secrets->count; i++)
        if (!report_one(s, name, &secrets->items[i])) {
            raise(s, message_memory());
            break;
        }
    jpk_secrets_free(secrets);
}

/* --------------------------------------------------------------------------------------------------------- inputs */

static void scan_project(struct scanning *s, const char *argument)
{
    struct source input;
    struct jpk_error err = {0};
    struct jpk_secrets *secrets = NULL;
    if (input_open_any(&input, argument, s->settings, &err)) {
        if (input.cloud)
            secrets = jpk_scan_cloud(input.cloud, input.tree, &s->options, &err);
        else if ((input.project = jpk_project_load(input.archive, s->settings->environment, JPK_KEEP_GOING, &err)))
            secrets = jpk_scan_project(input.project, &s->options, &err);
    }
    report(s, input.name, secrets, &err);
    if (secrets && s->format != FINDINGS_JSON)
        findings_count_characters(&s->list, input_read_file, &input);
    source_close(&input);
}

static bool read_again(void *context, const char *file, struct buf *text)
{
    const struct buf *known = context;
    size_t mark = text_mark(buf_text(known), known->size); /* which columns do not count */
    (void)file;
    buf_put(text, buf_text(known) + mark, known->size - mark);
    return true;
}

static void scan_text(struct scanning *s, const char *path)
{
    struct buf text = {0};
    struct jpk_error err = {0};
    struct jpk_secrets *secrets = NULL;
    if (file_read(path, s->settings->limits.entry_size, "--max-entry-size", &text, &err))
        secrets = jpk_scan_text(buf_text(&text), text.size, &s->options, &err);
    report(s, path, secrets, &err);
    if (secrets && s->format != FINDINGS_JSON)
        findings_count_characters(&s->list, read_again, &text);
    buf_free(&text);
}

/* The begin of a path. */
struct part {
    const char *path;
    size_t n;
};

static int by_path(const void *a, const void *b)
{
    const struct part *part = a;
    const char *path = ((const struct jpk_found *)b)->path;
    int order = strncmp(part->path, path, part->n);
    return order ? order : path[part->n] ? -1 : 0;
}

/* Whether a file is one of the projects, or lies in one. */
static bool in_project(const struct jpk_found_list *projects, const char *path)
{
    struct part part = {path, strlen(path)};
    bool found = false;
    while (!found && part.n > 0 && projects->count > 0) {
        found = bsearch(&part, projects->items, projects->count, sizeof *projects->items, by_path) != NULL;
        const char *slash = memrchr(path, '/', part.n);
        part.n = slash ? (size_t)(slash - path) : 0;
    }
    return found;
}

static void scan_others(struct scanning *s, const char *folder, const struct jpk_found_list *projects)
{
    struct jpk_error err = {0};
    struct walk *walk = walk_open(folder, NULL, &err);
    struct walk_entry entry;
    while (walk && walk_next(walk, &entry, &err)) {
        if (entry.problem && entry.kind != WALK_LINK)
            unread(s, entry.full, entry.problem);
        else if (!entry.problem && !in_project(projects, entry.full))
            scan_text(s, entry.full);
    }
    if (err.code != JPK_OK)
        unread(s, folder, &err);
    walk_close(walk);
}

static void scan_folder(struct scanning *s, const char *folder)
{
    struct jpk_error err = {0};
    struct jpk_found_list *projects = jpk_find_projects(folder, JPK_FIND_EXPORTS, &s->settings->limits, &err);
    for (size_t i = 0; projects && i < projects->count; i++) {
        if (projects->items[i].problem)
            unread(s, projects->items[i].path, projects->items[i].problem);
        else
            scan_project(s, projects->items[i].path);
    }
    if (projects)
        scan_others(s, folder, projects);
    else
        unread(s, folder, &err);
    jpk_found_free(projects);
}

/* A file is a project when it begins as an archive, or holds an export. */
static bool is_project(const struct settings *settings, const char *path, struct jpk_error *err)
{
    struct buf start = {0};
    if (text_ends_with(path, ".jpk") || cloud_sniff(path, true, settings->limits.entry_size, err))
        return true;
    bool archive = err->code == JPK_OK &&
                   file_read(path, settings->limits.entry_size, "--max-entry-size", &start, err) && start.size > 4 &&
                   memcmp(start.data, "PK\3\4", 4) == 0;
    buf_free(&start);
    return archive;
}

static void scan_argument(struct scanning *s, const char *argument)
{
    struct jpk_error err = {0};
    enum file_kind kind = strcmp(argument, "-") == 0 ? FILE_OTHER : file_look(argument, true, &err);
    bool project = kind == FILE_REGULAR && is_project(s->settings, argument, &err);
    if (err.code != JPK_OK)
        report(s, argument, NULL, &err);
    else if (kind == FILE_FOLDER && !s->settings->environment)
        scan_folder(s, argument);
    else if (kind == FILE_REGULAR && !project)
        scan_text(s, argument);
    else
        scan_project(s, argument);
}

/* -------------------------------------------------------------------------------------------------------- options */

static bool add_rules(struct scanning *s)
{
    struct jpk_check_rule rule;
    while (jpk_scan_rule(s->rule_count, &rule))
        s->rule_count++;
    s->rules = calloc(s->rule_count + 1, sizeof *s->rules);
    for (size_t i = 0; s->rules && i < s->rule_count; i++) {
        jpk_scan_rule(i, &rule);
        s->rules[i] = (struct findings_rule){.id = rule.id, .severity = rule.severity, .summary = rule.summary};
    }
    return s->rules != NULL;
}

static const char *rule_by_id(const struct scanning *s, const char *id, size_t n)
{
    for (size_t i = 0; i < s->rule_count; i++)
        if (strlen(s->rules[i].id) == n && memcmp(s->rules[i].id, id, n) == 0)
            return s->rules[i].id;
    return NULL;
}

/* `only` has room for all rules. */
static bool read_only(struct scanning *s, const char **only)
{
    for (const char *at = s->settings->scan.only; at;) {
        size_t n = strcspn(at, ",");
        const char *id = rule_by_id(s, at, n);
        if (!id || s->options.only_count == s->rule_count) {
            fprintf(stderr, "jpk: --only: there is no rule '%.*s'; the rules are", (int)(n < 80 ? n : 80), at);
            for (size_t i = 0; i < s->rule_count; i++)
                fprintf(stderr, "%s %s", i ? "," : "", s->rules[i].id);
            fputc('\n', stderr);
            return false;
        }
        only[s->options.only_count++] = id;
        at = at[n] ? at + n + 1 : NULL;
    }
    if (s->settings->scan.only)
        s->options.only = only;
    return true;
}

static enum jpk_confidence least(const struct settings *settings)
{
    const char *name = settings->scan.confidence ? settings->scan.confidence : "medium";
    enum jpk_confidence confidence = JPK_LOW;
    while (confidence < JPK_HIGH && strcmp(jpk_confidence_name(confidence), name) != 0)
        confidence++;
    return confidence;
}

/* ---------------------------------------------------------------------------------------------------- the command */

static int print_json(struct scanning *s)
{
    struct buf out = {0};
    struct jstream json = {.out = &out, .mask = secret_text_mask};
    jstream_report(&json);
    jstream_open(&json, "summary", '{');
    jstream_number(&json, "inputs", s->inputs);
    jstream_number(&json, "errors", s->counts[JPK_ERROR]);
    jstream_number(&json, "warnings", s->counts[JPK_WARNING]);
    jstream_number(&json, "notes", s->counts[JPK_INFO]);
    bool cut = s->settings->max_findings && s->found > s->settings->max_findings;
    jstream_number(&json, "notShown", cut ? s->found - s->settings->max_findings : 0);
    jstream_close(&json, '}');
    if (s->unread)
        findings_json_unchecked(&json, &s->list);
    jstream_close(&s->stream, ']');
    jstream_raw(&json, "findings", buf_text(&s->json) + strspn(buf_text(&s->json), "\n "));
    jstream_close(&json, '}');
    bool ok = !out.failed && !s->json.failed;
    if (ok)
        fwrite(out.data, 1, out.size, stdout);
    buf_free(&out);
    return ok ? 0 : message_memory();
}

static int print(struct scanning *s)
{
    struct findings_report all = {
        .settings = s->settings, .list = &s->list, .rules = s->rules, .rule_count = s->rule_count, .unit = "input"};
    return s->format == FINDINGS_JSON ? print_json(s) : findings_print(&all, s->format);
}

static int run(const struct settings *settings, int count, char **arguments)
{
    struct scanning s = {.settings = settings, .format = findings_format(settings)};
    const char **only = NULL;
    s.stream.out = &s.json;
    s.stream.mask = secret_text_mask;
    s.stream.depth = 1;
    s.options.least = least(settings);
    if (!add_rules(&s) || !(only = calloc(s.rule_count + 1, sizeof *only)))
        raise(&s, message_memory());
    else if (!read_only(&s, only))
        raise(&s, 2);
    if (s.status == 0) {
        jstream_open(&s.stream, NULL, '[');
        for (int i = 0; i < count && s.status < 4; i++)
            scan_argument(&s, arguments[i]);
        raise(&s, s.failing ? 1 : 0);
        raise(&s, s.status < 4 ? print(&s) : 0);
    }
    findings_free(&s.list);
    buf_free(&s.json);
    free(only);
    free(s.rules);
    return s.status;
}

#define FIELD(name) offsetof(struct settings, name)

static const struct option options[] = {
    {"min-confidence", 0, OPTION_CHOICE, FIELD(scan.confidence), "low|medium|high",
     "how sure it must be that it is a secret (medium)"},
    {"only", 0, OPTION_TEXT, FIELD(scan.only), "RULE,...", "look for these alone"},
    {0},
};

static const struct option *const groups[] = {options,        finding_options, input_options,
                                              common_options, limit_options,   NULL};

const struct command scan_command = {
    .name = "scan",
    .arguments = "PATH...",
    .summary = "Find credentials, tokens and personal data in projects and other files.",
    .details =
        "A PATH is a project of either studio in any form, any other file, or a folder of them. Settings are known by "
        "their\n"
        "keys, scripts, mappings, structures and all other texts are searched for what looks like a secret. Each is "
        "reported\n"
        "once, with its item and setting, and never shown. Ignored files of a folder (.gitignore, .jpkignore) are left "
        "out.\n"
        "The exit status is 1 when something of the level of --fail-level or worse was found: secrets in the clear "
        "are\n"
        "errors; encrypted values, people and hosts are warnings.",
    .groups = groups,
    .least = 1,
    .most = -1,
    .run = run,
};
