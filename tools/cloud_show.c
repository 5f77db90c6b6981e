#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/text.h"
#include "tools/cloud_commands.h"
#include "tools/message.h"
#include "tools/output.h"

/* `$name` and `[name]`; NULL: not written so, or no such variable. */
static const struct jpk_cloud_variable *variable_of(const struct jpk_cloud *cloud, const char *item)
{
    char name[256];
    size_t n = strlen(item);
    bool bracket = n > 2 && item[0] == '[' && item[n - 1] == ']';
    if (n >= sizeof name || (!bracket && item[0] != '$'))
        return NULL;
    snprintf(name, sizeof name, "%.*s", (int)(n - (bracket ? 2 : 1)), item + 1);
    return jpk_cloud_variable(cloud, name);
}

/* The text of a script alone, so that it can go through a pipe; with -v what is known of it stands before. */
static bool print_script(const struct settings *settings, const struct jpk_report *report)
{
    const char *text = report->sections[report->section_count - 1].text;
    return (!settings->verbose || (output_report(report, true) && output_raw("\n", 1))) &&
           output_raw(text, strlen(text));
}

static struct jpk_report *make_report(const struct settings *settings, const struct jpk_cloud *cloud, const char *item,
                                      bool *script, struct jpk_error *err)
{
    const struct jpk_cloud_variable *variable = settings->show.type ? NULL : variable_of(cloud, item);
    if (variable)
        return jpk_cloud_show_variable(cloud, variable, err);
    const struct jpk_cloud_component *component = jpk_cloud_select(cloud, item, settings->show.type, err);
    *script = component && component->kind == JPK_CLOUD_SCRIPT;
    if (component)
        return jpk_cloud_show(cloud, component, err);
    variable = err->code == JPK_ERR_NOT_FOUND && !settings->show.type ? jpk_cloud_variable(cloud, item) : NULL;
    if (!variable)
        return NULL;
    *err = (struct jpk_error){0};
    return jpk_cloud_show_variable(cloud, variable, err);
}

int cloud_show(const struct settings *settings, const struct jpk_cloud *cloud, const char *item)
{
    struct jpk_error err = {0};
    bool script = false, printed = true;
    if (settings->show.structure) {
        fputs("jpk: --structure is not supported for Cloud Studio exports yet\n", stderr);
        return 2;
    }
    struct jpk_report *report = make_report(settings, cloud, item, &script, &err);
    if (!report)
        return message_error(&err);
    int status = 0;
    if (message_as_json(settings))
        status = message_json(output_report_json(report));
    else
        printed = script ? print_script(settings, report) : output_report(report, settings->verbose);
    jpk_report_free(report);
    return printed ? status : message_memory();
}
