#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/error.h"
#include "base/file.h"
#include "base/jstream.h"
#include "base/text.h"
#include "jpk/retarget.h"
#include "jpk/secret_text.h"
#include "tools/commands.h"
#include "tools/input.h"
#include "tools/message.h"

#define FIELD(name) offsetof(struct settings, name)

static const struct option options[] = {
    {"output", 'o', OPTION_OUTPUT, FIELD(output), "OUT", "where to write: a .jpk, of Cloud Studio a .json"},
    {"people", 0, OPTION_FLAG, FIELD(redact.people), NULL, "e-mail addresses and telephone numbers too"},
    {"hosts", 0, OPTION_FLAG, FIELD(redact.hosts), NULL, "hosts and addresses of internal networks too"},
    {"format", 0, OPTION_CHOICE, FIELD(format), "text|json", "how to say what was removed (text)"},
    {"force", 'f', OPTION_FLAG, FIELD(force), NULL, "overwrite what is there"},
    {0},
};

static struct jpk_retarget_options how(const struct settings *settings)
{
    return (struct jpk_retarget_options){
        .without = JPK_WITHOUT_CREDENTIALS | JPK_WITHOUT_SECRETS | (settings->redact.people ? JPK_WITHOUT_PEOPLE : 0u) |
                   (settings->redact.hosts ? JPK_WITHOUT_HOSTS : 0u),
        .force = settings->force,
    };
}

/* What is wrong with OUT for this kind of project; NULL: nothing. */
static const char *complaint(const struct source *input, const char *out)
{
    struct stat st;
    if (text_ends_with(out, "/") || (stat(out, &st) == 0 && S_ISDIR(st.st_mode)))
        return "OUT is a folder; a redacted project is written as one file, which 'jpk unpack' makes a folder of";
    if (input->cloud && !text_ends_with(out, ".json"))
        return "a project of Cloud Studio is written into a .json file";
    if (!input->cloud && !text_ends_with(out, ".jpk"))
        return "a project of Design Studio is written into a .jpk file";
    return NULL;
}

static struct jpk_retargeted *redact(const struct settings *settings, struct source *input, struct jpk_error *err)
{
    struct jpk_retarget_options wishes = how(settings);
    if (input->cloud) {
        struct jpk_retargeted *redacted = jpk_retarget_export(input->cloud, &wishes, err);
        if (redacted && file_write_durably(settings->output, redacted->text, redacted->size, settings->force, err))
            return redacted;
        jpk_retargeted_free(redacted);
        return NULL;
    }
    input->project = jpk_project_load(input->archive, settings->environment, JPK_KEEP_GOING, err);
    return input->project ? jpk_retarget_jitterpak(input->project, NULL, settings->output, &wishes, err) : NULL;
}

/* ------------------------------------------------------------------------------------------------------ the report */

static const char *why_name(enum jpk_without why)
{
    switch (why) {
    case JPK_WITHOUT_VARIABLES:
        return "variable";
    case JPK_WITHOUT_SECRETS:
        return "text";
    case JPK_WITHOUT_PEOPLE:
        return "people";
    case JPK_WITHOUT_HOSTS:
        return "hosts";
    default:
        return "credential";
    }
}

static void put_json_rows(struct jstream *json, const char *key, const struct jpk_left_out *rows, size_t count)
{
    jstream_open(json, key, '[');
    for (size_t i = 0; i < count; i++) {
        const struct jpk_left_out *row = &rows[i];
        jstream_open(json, NULL, '{');
        jstream_text(json, "item", row->path);
        jstream_text(json, "setting", row->key);
        jstream_text(json, "kind", why_name(row->why));
        jstream_text(json, "rule", row->rule);
        jstream_text(json, "note", row->note);
        jstream_close(json, '}');
    }
    jstream_close(json, ']');
}

static int print_json(const struct settings *settings, const struct source *input,
                      const struct jpk_retargeted *redacted)
{
    struct buf out = {0};
    struct jstream json = {.out = &out, .mask = secret_text_mask};
    jstream_report(&json);
    jstream_text(&json, "input", input->name);
    jstream_text(&json, "output", settings->output);
    put_json_rows(&json, "removed", redacted->left_out, redacted->left_out_count);
    if (redacted->kept_count > 0)
        put_json_rows(&json, "kept", redacted->kept, redacted->kept_count);
    jstream_close(&json, '}');
    return message_buf(&out);
}

static void put_rows(struct buf *out, const char *done, const struct jpk_left_out *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct jpk_left_out *row = &rows[i];
        buf_puts(out, done);
        message_put(out, row->path);
        buf_puts(out, row->key ? ": " : "");
        message_put(out, row->key ? row->key : "");
        if (row->rule)
            buf_printf(out, " [%s]", row->rule);
        if (row->note) {
            buf_puts(out, "; ");
            message_put(out, row->note);
        }
        buf_putc(out, '\n');
    }
}

static int print_text(const struct settings *settings, const struct jpk_retargeted *redacted)
{
    struct buf out = {0};
    if (!settings->quiet) {
        put_rows(&out, "removed ", redacted->left_out, redacted->left_out_count);
        put_rows(&out, "kept ", redacted->kept, redacted->kept_count);
        buf_puts(&out, "wrote ");
        message_put(&out, settings->output);
        buf_printf(&out, ": %zu secret%s removed\n", redacted->left_out_count,
                   redacted->left_out_count == 1 ? "" : "s");
    }
    return message_buf(&out);
}

static int run(const struct settings *settings, int count, char **arguments)
{
    struct source input;
    struct jpk_error err = {0};
    struct jpk_retargeted *redacted = NULL;
    int status;
    (void)count;
    if (!settings->output) {
        fputs("jpk: -o says where to write\n", stderr);
        return 2;
    }
    if (!input_open_any(&input, arguments[0], settings, &err)) {
        status = message_error(&err);
    } else if (complaint(&input, settings->output)) {
        fprintf(stderr, "jpk: %s\n", complaint(&input, settings->output));
        status = 2;
    } else {
        redacted = redact(settings, &input, &err);
        status = !redacted                   ? message_error(&err)
                 : message_as_json(settings) ? print_json(settings, &input, redacted)
                                             : print_text(settings, redacted);
    }
    jpk_retargeted_free(redacted);
    source_close(&input);
    return status;
}

static const struct option *const groups[] = {options, input_options, common_options, limit_options, NULL};

const struct command redact_command = {
    .name = "redact",
    .arguments = "PROJECT -o OUT",
    .summary = "Write a project without the secrets in it.",
    .details =
        "Leaves out what an export without credentials does, and what that lets through: text beside a variable in "
        "the\n"
        "field of a secret, hidden variables, secrets in scripts, mappings, headers, addresses and all other texts. A\n"
        "secret in a text becomes REDACTED, so that scripts can still be read. Says what was removed, never a value,\n"
        "and what was kept: what is no text, or cannot be unpacked, so that nobody could look for secrets in it, and "
        "the\n"
        "encrypted values of variables that nothing tells to be secrets.\n"
        "A project of Design Studio in any form becomes a Jitterpak, one of Cloud Studio, or its tree, an export; "
        "both\n"
        "are as if never deployed. Afterwards 'jpk scan' finds nothing but people and hosts, unless these go too, and\n"
        "what it is hardly sure of.",
    .groups = groups,
    .least = 1,
    .most = 1,
    .run = run,
};
