#include "jpk/script_findings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/map.h"
#include "base/text.h"

enum rule_index {
    RULE_DEPRECATED,
    RULE_PRIVATE,
    RULE_SINGLE,
    RULE_JAVASCRIPT_FUNCTION,
    RULE_JAVASCRIPT_OBJECT,
    RULE_SCRIPT_FUNCTION,
    RULE_BREAKPOINT,
    RULE_BROKEN,
    RULE_UNKNOWN,
    RULE_COUNT
};

#define EVERYWHERE(severity)                                                                                           \
    {                                                                                                                  \
        severity, severity, severity                                                                                   \
    }

static const struct script_rule rules[RULE_COUNT + 1] = {
    [RULE_DEPRECATED] = {"deprecated-function", EVERYWHERE(JPK_WARNING), "%s is deprecated.",
                         "It may go with any version."},
    [RULE_PRIVATE] = {"private-agent-function",
                      {JPK_WARNING, JPK_ERROR, SCRIPT_SILENT},
                      "%s works on private agents only.",
                      "Use a private agent group, or do without it."},
    [RULE_SINGLE] = {"single-agent-function",
                     {JPK_WARNING, JPK_ERROR, JPK_WARNING},
                     "%s works in agent groups of a single agent only.",
                     "Use a private agent group with one agent, or do without it."},
    [RULE_JAVASCRIPT_FUNCTION] = {"javascript-function", EVERYWHERE(JPK_ERROR),
                                  "JavaScript of Cloud Studio cannot call %s.",
                                  "Move the call to a script in Jitterbit Script."},
    [RULE_JAVASCRIPT_OBJECT] = {"javascript-object", EVERYWHERE(JPK_WARNING), "Jitterbit's JavaScript has no %s.",
                                "It is ECMAScript 5.1 without a browser and without Java."},
    [RULE_SCRIPT_FUNCTION] = {"script-function", EVERYWHERE(JPK_ERROR), "%s is a function of JavaScript.",
                              "Jitterbit Script has Get, Set and the value of its last statement instead."},
    [RULE_BREAKPOINT] = {"breakpoint", EVERYWHERE(JPK_WARNING), "%s was left over from testing.",
                         "Remove it before the script is deployed."},
    [RULE_BROKEN] = {"broken-function", EVERYWHERE(JPK_WARNING), "%s is documented as not working.",
                     "Log in through the connection instead."},
    [RULE_UNKNOWN] = {"unknown-function", EVERYWHERE(JPK_WARNING), "There is no function %s.", NULL},
    [RULE_COUNT] = {NULL, EVERYWHERE(SCRIPT_SILENT), NULL, NULL},
};

/* Which flags of a function are findings in which language. */
static const struct {
    unsigned flag;
    enum rule_index rule;
    bool jitterbit, javascript;
} flagged[] = {
    {FUNCTION_NOT_JAVASCRIPT, RULE_JAVASCRIPT_FUNCTION, false, true},
    {FUNCTION_ONLY_JAVASCRIPT, RULE_SCRIPT_FUNCTION, true, false},
    {FUNCTION_DEPRECATED, RULE_DEPRECATED, true, true},
    {FUNCTION_PRIVATE, RULE_PRIVATE, true, true},
    {FUNCTION_SINGLE, RULE_SINGLE, true, true},
    {FUNCTION_BREAKPOINT, RULE_BREAKPOINT, true, false},
    {FUNCTION_BROKEN, RULE_BROKEN, true, true},
};

/* What JavaScript of browsers, of later versions and of Java has: the first name of a call. */
static const char *const foreign[] = {"Map",      "Set",    "WeakMap", "WeakSet", "Promise", "Symbol",         "Proxy",
                                      "document", "window", "alert",   "fetch",   "require", "XMLHttpRequest", "java",
                                      "javax",    "Java",   "Packages"};

/* Searches for what somebody meant, of which a text can ask for many. */
enum { NEAREST_MAX = 1000 };

struct finder {
    enum script_agent agent;
    struct script_findings *out;
    struct map nearest; /* of names that are not known: the index of the nearest function, or NO_FUNCTION */
    size_t searches;
    bool failed;
};

enum { NO_FUNCTION = 1u << 30 };

const struct script_rule *script_rules(void)
{
    return rules;
}

static void report(struct finder *f, enum rule_index rule, const struct script_event *event,
                   const struct script_function *function, const char *instead)
{
    int severity = rules[rule].severity[f->agent];
    if (severity == SCRIPT_SILENT)
        return;
    struct script_finding *items = array_grow(f->out->items, f->out->count, &f->out->capacity, sizeof *items);
    if (!items) {
        f->failed = true;
        return;
    }
    f->out->items = items;
    items[f->out->count++] = (struct script_finding){
        .rule = &rules[rule],
        .severity = (enum jpk_severity)severity,
        .offset = event->offset,
        .name = event->name,
        .function = function,
        .instead = instead,
    };
}

/* The function whose name is nearest; NO_FUNCTION: none is near. Short names must be nearer. */
static uint32_t search(struct script_view name)
{
    char word[64];
    size_t count, limit = name.length <= 4 ? 1 : name.length <= 8 ? 2 : 3;
    uint32_t best = NO_FUNCTION;
    const struct script_function *functions = script_functions(&count);
    if (name.length >= sizeof word || memchr(name.text, '\0', name.length))
        return best;
    memcpy(word, name.text, name.length);
    word[name.length] = '\0';
    for (size_t i = 0; i < count; i++) {
        size_t distance = text_distance(functions[i].name, word, limit);
        if (distance > limit)
            continue;
        best = (uint32_t)i;
        if (distance == 0)
            break;
        limit = distance - 1;
    }
    return best;
}

static const char *nearest(struct finder *f, struct script_view name)
{
    size_t count;
    uint32_t known = map_get(&f->nearest, name.text, name.length);
    if (known == MAP_NONE && f->searches++ < NEAREST_MAX) {
        uint32_t found = search(name);
        f->failed = !map_add(&f->nearest, name.text, name.length, found, &known) || f->failed;
        known = found;
    }
    return known < NO_FUNCTION ? script_functions(&count)[known].name : NULL;
}

static bool is_member(struct script_view name)
{
    return memchr(name.text, '.', name.length) != NULL;
}

static bool is_jitterbit_member(struct script_view name)
{
    return name.length > 10 && memcmp(name.text, "Jitterbit.", 10) == 0;
}

static bool is_foreign(struct script_view name)
{
    const char *dot = memchr(name.text, '.', name.length);
    size_t length = dot ? (size_t)(dot - name.text) : name.length;
    for (size_t i = 0; i < sizeof foreign / sizeof *foreign; i++)
        if (strlen(foreign[i]) == length && memcmp(foreign[i], name.text, length) == 0)
            return true;
    return false;
}

static void check_flags(struct finder *f, const struct script_event *event, const struct script_function *function)
{
    bool javascript = event->language == SCRIPT_JAVASCRIPT;
    unsigned flags = function->flags;
    if ((flags & FUNCTION_PRIVATE) && f->agent != SCRIPT_AGENT_PRIVATE)
        flags &= ~(unsigned)FUNCTION_SINGLE; /* once is enough */
    for (size_t i = 0; i < sizeof flagged / sizeof *flagged; i++)
        if ((flags & flagged[i].flag) && (javascript ? flagged[i].javascript : flagged[i].jitterbit))
            report(f, flagged[i].rule, event, function, function->instead);
}

/* JavaScript has functions of its own; only what Jitterbit brings can be judged. */
static void check_javascript(struct finder *f, const struct script_event *event)
{
    bool jitterbit = is_jitterbit_member(event->name);
    const struct script_function *function =
        jitterbit || !is_member(event->name) ? script_function_find(event->name) : NULL;
    if (is_foreign(event->name))
        report(f, RULE_JAVASCRIPT_OBJECT, event, NULL, NULL);
    else if (function)
        check_flags(f, event, function);
    else if (jitterbit)
        report(f, RULE_UNKNOWN, event, NULL,
               nearest(f, (struct script_view){event->name.text + 10, event->name.length - 10}));
}

static bool on_event(void *context, const struct script_event *event)
{
    struct finder *f = context;
    if (event->kind != SCRIPT_EVENT_CALL)
        return true;
    if (event->language == SCRIPT_JAVASCRIPT) {
        check_javascript(f, event);
        return !f->failed;
    }
    const struct script_function *function = script_function_find(event->name);
    if (function)
        check_flags(f, event, function);
    else
        report(f, RULE_UNKNOWN, event, NULL, nearest(f, event->name));
    return !f->failed;
}

bool script_findings(const char *text, size_t size, enum script_agent agent, struct script_findings *findings,
                     struct jpk_error *err)
{
    struct finder f = {.agent = agent, .out = findings};
    script_events(text, size, on_event, &f);
    map_free(&f.nearest);
    return f.failed ? error_memory(err) : true;
}

void script_findings_free(struct script_findings *findings)
{
    free(findings->items);
    memset(findings, 0, sizeof *findings);
}

void script_finding_text(const struct script_finding *finding, char *out, size_t size)
{
    enum { NAME_MAX_SHOWN = 100 };
    char text[512];
    const struct script_rule *rule = finding->rule;
    const char *hole = strstr(rule->message, "%s"), *advice = rule->advice ? rule->advice : "";
    int before = (int)(hole - rule->message);
    int length = (int)(finding->name.length < NAME_MAX_SHOWN ? finding->name.length : NAME_MAX_SHOWN);
    int n = snprintf(text, sizeof text, "%.*s%.*s%s", before, rule->message, length, finding->name.text, hole + 2);
    if (finding->instead)
        snprintf(text + n, sizeof text - (size_t)n, finding->function ? " Use %s instead." : " Did you mean %s?",
                 finding->instead);
    else
        snprintf(text + n, sizeof text - (size_t)n, "%s%s", *advice ? " " : "", advice);
    text_printable(out, size, text);
}
