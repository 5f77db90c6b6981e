/* What kind of value a variable takes: from the setting that it feeds, from how scripts use it, from its name. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/secrets.h"
#include "base/text.h"
#include "jpk/secret_field.h"
#include "jpk/secret_text.h"
#include "recipe/plan.h"
#include "recipe/words.h"

struct guess {
    const char *type, *evidence;
    enum jpk_confidence confidence;
};

/* What the variable's file says; nothing when it could not be read. */
static const struct jpk_variable_entity *held(const struct variable *v)
{
    static const struct jpk_variable_entity nothing = {.label = "", .description = ""};
    return v->entity->as.variable ? v->entity->as.variable : &nothing;
}

static bool any_word(const struct words *words, const char *list)
{
    return words_common(words, list, NULL) > 0;
}

static const char *last_word(const struct words *words)
{
    static const char none[WORD_LENGTH] = "";
    return words->count ? words->word[words->count - 1] : none;
}

/* ------------------------------------------------------------------------------------------------------- secrets */

bool named_secret(const char *name)
{
    struct words words;
    words_split(name, &words);
    if (secret_field_name(name, strlen(name)))
        return true;
    if (secret_about(last_word(&words), strlen(last_word(&words))))
        return false; /* `token_url` and `password_expiry` */
    if (any_word(&words, "password passwd pwd passphrase secret token credential credentials apikey"))
        return true;
    return words_have(&words, "key") && any_word(&words, "api access private secret encryption signing");
}

/* Whether `[name]` stands in a line such as `Authorization: Bearer [name]` or `X-Api-Key: [name]`. */
static bool in_secret_header(const char *headers, const char *name)
{
    static const char *const telling[] = {"authorization", "key", "token", "secret", "password", "cookie"};
    enum { HEADERS_MAX = 16384, TITLE_MAX = 128 };
    size_t length = strlen(name);
    const char *line = headers;
    for (const char *at = headers; *at && at < headers + HEADERS_MAX; at++) {
        if (*at == '\n')
            line = at + 1;
        if (*at != '[' || strncasecmp(at + 1, name, length) != 0 || (at[length + 1] != ']' && at[length + 1] != '{'))
            continue;
        char title[TITLE_MAX];
        snprintf(title, sizeof title, "%.*s", (int)strcspn(line, ":\r\n"), line);
        for (size_t i = 0; i < sizeof telling / sizeof telling[0]; i++)
            if (strcasestr(title, telling[i]))
                return true;
    }
    return false;
}

static bool sent_as_secret(const struct variable *v)
{
    for (size_t i = 0; i < v->graph->use_count; i++) {
        const struct jpk_use *use = v->graph->uses[i];
        if (use->kind != JPK_USE_BRACKET || use->in_comment || strcmp(use->where, "http_request_headers") != 0)
            continue;
        const char *headers = jpk_entity_value(use->from, use->where);
        if (headers && in_secret_header(headers, use->spelled))
            return true;
    }
    return false;
}

/* `hide_value` says nothing here: real projects hide a mail server and show NetSuite's secrets. */
static void find_secret(struct plan *plan, struct variable *v)
{
    const char *evidence = NULL;
    if (v->setting && (v->setting->flags & SETTING_SECRET))
        evidence = plan_text(plan, "it feeds the setting '%s'", v->setting->key);
    else if (named_secret(v->entity->name))
        evidence = "its name says so";
    else if ((v->sent = sent_as_secret(v)))
        evidence = "it is sent in a header that authorizes";
    v->secret = evidence != NULL;
    if (evidence)
        plan_infer(plan, NULL, v->id, "secret", "true", evidence, JPK_HIGH);
}

/* ---------------------------------------------------------------------------------------------------------- uses */

/* The setting that a bracket in the clear stands in. */
static void find_setting(struct variable *v)
{
    for (size_t i = 0; i < v->graph->use_count; i++) {
        const struct jpk_use *use = v->graph->uses[i];
        const struct connector *connector = plan_connector(use->from);
        if (use->kind != JPK_USE_BRACKET || !connector || use->in_comment)
            continue;
        const struct setting *setting = connector_setting(connector, use->where);
        const char *value = jpk_entity_value(use->from, use->where);
        /* Only when the bracket is all there is: `https://[host]/x` is no URL of its own. */
        bool whole = value && value[0] == '[' && strchr(value, ']') && strchr(value, ']')[1] == '\0';
        if (setting && whole && (!v->setting || (setting->flags & SETTING_SECRET)))
            v->setting = setting;
    }
}

struct habits {
    size_t truths, numbers, strings, number_calls, date_calls, conditions;
    bool more_choices;
};

static bool is_number(const char *s)
{
    return *s && strspn(s, "0123456789.-") == strlen(s);
}

static bool among(const char *name, const char *const *list)
{
    for (; name && *list; list++)
        if (text_caseeq(name, *list))
            return true;
    return false;
}

static void add_choice(struct variable *v, struct habits *h, const char *choice)
{
    for (size_t i = 0; i < v->choice_count; i++)
        if (strcmp(v->choices[i], choice) == 0)
            return;
    if (v->choice_count < sizeof v->choices / sizeof v->choices[0])
        v->choices[v->choice_count++] = choice;
    else
        h->more_choices = true;
}

static void observe(struct variable *v, struct habits *h)
{
    static const char *const numbers[] = {"Int",   "Integer", "Long", "Float", "Double", "Round",
                                          "Floor", "Ceiling", "Abs",  "Sleep", NULL};
    static const char *const dates[] = {"Date",       "CVTDate",     "FormatDate", "GeneralDate",
                                        "LongDate",   "MediumDate",  "DateAdd",    "ConvertTimeZone",
                                        "DayOfMonth", "MonthOfYear", NULL};
    static const char *const branches[] = {"If", "While", "Bool", NULL};
    for (size_t i = 0; i < v->graph->use_count; i++) {
        const struct jpk_use *use = v->graph->uses[i];
        if (use->in_comment || use->kind != JPK_USE_SCRIPT || use->write)
            continue;
        if (use->compared && (text_caseeq(use->compared, "true") || text_caseeq(use->compared, "false")))
            h->truths++;
        else if (use->compared && is_number(use->compared))
            h->numbers++;
        else if (use->compared && *use->compared && !text_caseeq(use->compared, "null")) {
            h->strings++;
            add_choice(v, h, use->compared);
        }
        h->number_calls += use->alone && among(use->function, numbers);
        h->date_calls += use->alone && among(use->function, dates);
        h->conditions += use->alone && use->argument == 0 && among(use->function, branches);
    }
}

/* --------------------------------------------------------------------------------------------------------- types */

static const struct {
    const char *type, *words;
    bool last; /* only as the last word */
} by_word[] = {
    {"url", "url uri", false},
    {"host", "host hostname server smtpserver", true},
    {"path", "path folder directory dir", true},
    {"email", "recipients recipient emailaddress", true},
    {"email", "email mail", true},
    {"timezone", "timezone", true},
    {"number", "count limit size port max min retries attempts number batchsize", true},
    {"duration", "timeout interval delay seconds minutes hours", true},
    {"datetime", "datetime timestamp", true},
    {"date", "date", true},
    {"cron", "cron", true},
};

static bool truth_name(const struct words *words)
{
    return any_word(words, "is has enable enabled disable disabled") || strcmp(last_word(words), "flag") == 0;
}

static struct guess by_name(const struct words *words)
{
    if (truth_name(words))
        return (struct guess){"boolean", "its name says yes or no", JPK_MEDIUM};
    for (size_t i = 0; i < sizeof by_word / sizeof by_word[0]; i++) {
        struct words last = {.count = 1};
        memcpy(last.word[0], last_word(words), WORD_LENGTH);
        if (words->count && any_word(by_word[i].last ? &last : words, by_word[i].words))
            return (struct guess){by_word[i].type, "a word of its name", JPK_MEDIUM};
    }
    return (struct guess){0};
}

static struct guess by_habit(const struct habits *h)
{
    if (h->truths)
        return (struct guess){"boolean", "scripts compare it with true or false", JPK_HIGH};
    if (h->date_calls)
        return (struct guess){"date", "scripts pass it to date functions", JPK_MEDIUM};
    if (h->number_calls || (h->numbers && !h->strings))
        return (struct guess){"number", "scripts use it as a number", JPK_MEDIUM};
    if (h->conditions)
        return (struct guess){"boolean", "scripts use it as a condition", JPK_MEDIUM};
    return (struct guess){0};
}

static const struct guess password = {"password", "it is a secret", JPK_HIGH};

static struct guess type_of(const struct variable *v, const struct habits *h)
{
    struct guess guess;
    if (v->secret)
        return password;
    guess = by_habit(h);
    if (guess.type && guess.confidence == JPK_HIGH)
        return guess;
    if (v->setting && strcmp(v->setting->type, "text") != 0 && strcmp(v->setting->type, "password") != 0)
        return (struct guess){v->setting->type, "the setting that it feeds", JPK_HIGH};
    if (guess.type)
        return guess;
    guess = by_name(v->words);
    if (guess.type)
        return guess;
    if (v->choice_count >= 2 && !h->more_choices)
        return (struct guess){"choice", "scripts compare it with several texts", JPK_LOW};
    return (struct guess){"text", "nothing speaks for anything else", JPK_MEDIUM};
}

/* ------------------------------------------------------------------------------------------------ label, default */

static bool made_label(const struct variable *v)
{
    const char *label = held(v)->label;
    /* A label like `salesforce_password` is the name again. */
    bool technical = !strchr(label, ' ') && (strchr(label, '_') || text_caseeq(label, v->entity->name));
    return !*label || technical;
}

static void find_label(struct plan *plan, struct variable *v)
{
    const char *label = held(v)->label;
    char made[160];
    v->label = label;
    if (!made_label(v))
        return;
    const char *shown = plan_shown(plan, *label ? label : v->entity->name);
    struct words words;
    words_split(shown, &words);
    if (strcmp(v->type, "boolean") == 0 && words.count > 1) {
        for (size_t i = 0; i < words.count; i++) {
            if (strcmp(words.word[i], "is") == 0) {
                memmove(words.word[i], words.word[i + 1], (words.count - i - 1) * sizeof words.word[0]);
                words.count--;
                break;
            }
        }
    }
    words_label(&words, made, sizeof made);
    v->label = plan_text(plan, "%s", *made ? made : plan_shown(plan, v->entity->name));
}

static void tell_label(struct plan *plan, const struct variable *v)
{
    const char *evidence = !made_label(v)    ? "the variable's label"
                           : *held(v)->label ? "the variable's label, made readable"
                                             : "the variable's name, made readable";
    plan_infer(plan, NULL, v->id, "label", v->label, evidence, JPK_HIGH);
}

bool plan_tells_secret(struct plan *plan, const char *name, const char *value)
{
    struct buf masked = {0};
    size_t n = strlen(value);
    bool tells = secret_field(name, value) || url_holds_secret(value) || secret_text_mask(&masked, value, n) ||
                 (secret_field_has_parts(name, strlen(name)) && mask_secrets(&masked, value));
    plan->failed |= masked.failed;
    buf_free(&masked);
    return tells;
}

/* What is not to be seen, and what looks like a secret, is no default that a form may show. */
static bool tells_secret(struct plan *plan, const struct variable *v, const char *value)
{
    const char *name = v->entity->name;
    bool tells = v->secret || held(v)->hidden ||
                 secret_variable(name, strlen(name), held(v)->label, strlen(held(v)->label), value, strlen(value)) ||
                 plan_tells_secret(plan, name, value);
    for (size_t i = 0; !tells && i < v->graph->use_count; i++) {
        const struct jpk_use *use = v->graph->uses[i];
        tells = use->default_value && strcmp(use->default_value, value) == 0 && secret_use(name, use);
    }
    return tells;
}

static void find_default(struct plan *plan, struct variable *v)
{
    const struct jpk_variable_entity *entity = held(v);
    size_t reads = 0, with_default = 0;
    for (size_t i = 0; i < v->graph->use_count; i++) {
        const struct jpk_use *use = v->graph->uses[i];
        if (use->in_comment || use->write || use->kind != JPK_USE_BRACKET)
            continue;
        reads++;
        if (use->default_value) {
            with_default++;
            if (!v->default_value && *use->default_value)
                v->default_value = use->default_value;
        }
    }
    v->has_default = reads > 0 && with_default == reads && !v->in_slot;
    if (entity->value)
        v->default_value = entity->value;
    if (v->default_value && tells_secret(plan, v, v->default_value))
        v->default_value = NULL;
}

/*
 * Labels are words for people, who also say `Ask for a password` there: they count where nothing but text is known.
 * What is then no secret would be one to those who validate recipes.
 */
static struct guess find_labelled_secret(struct plan *plan, struct variable *v, struct guess guess)
{
    bool text = strcmp(guess.type, "text") == 0 || strcmp(guess.type, "choice") == 0;
    if (v->secret || !text || !secret_label(v->label, strlen(v->label)))
        return guess;
    v->secret = true;
    v->default_value = NULL;
    plan_infer(plan, NULL, v->id, "secret", "true", "its label says so", JPK_HIGH);
    return password;
}

/* A value that the project holds speaks against a type that it does not fit. */
static bool value_fits(const struct variable *v)
{
    const char *value = v->default_value;
    if (!value || !*value)
        return true;
    if (strcmp(v->type, "boolean") == 0)
        return strcmp(value, "true") == 0 || strcmp(value, "false") == 0;
    if (strcmp(v->type, "number") == 0)
        return is_number(value);
    return true;
}

static void find_required(struct plan *plan, struct variable *v)
{
    const char *evidence = NULL;
    bool credential = v->setting && (v->setting->flags & SETTING_CREDENTIAL);
    if (v->computed)
        evidence = "a script computes it";
    else if (!v->read)
        evidence = "nothing reads it";
    else if (v->has_default)
        evidence = "every place that reads it has a default";
    else if (credential)
        evidence = "it feeds a log-in";
    else if (!held(v)->has_value)
        evidence = "it is read, and the Jitterpak holds no value";
    else
        evidence = "the Jitterpak holds a value";
    v->required = !v->computed && v->read && !v->has_default && (credential || !held(v)->has_value);
    plan_infer(plan, NULL, v->id, "required", v->required ? "true" : "false", evidence, JPK_HIGH);
}

void plan_types(struct plan *plan)
{
    for (size_t i = 0; i < plan->variable_count && !plan->failed; i++) {
        struct variable *v = &plan->variables[i];
        struct habits habits = {0};
        find_setting(v);
        find_secret(plan, v);
        observe(v, &habits);
        find_default(plan, v);
        struct guess guess = type_of(v, &habits);
        v->type = guess.type;
        if (!value_fits(v))
            guess = (struct guess){"text", "its value fits no narrower type", JPK_MEDIUM};
        v->type = guess.type;
        find_label(plan, v);
        guess = find_labelled_secret(plan, v, guess);
        v->type = guess.type;
        if (v->default_value && !*v->default_value && strcmp(v->type, "boolean") == 0)
            v->default_value = NULL;
        if (strcmp(v->type, "choice") != 0)
            v->choice_count = 0;
        plan_infer(plan, NULL, v->id, "type", guess.type, guess.evidence, guess.confidence);
        if (guess.confidence == JPK_LOW)
            plan_finding(plan, JPK_WARNING, "low-confidence", v->entity,
                         plan_text(plan, "the type of '%s' is a guess: %s", v->entity->name, guess.evidence));
        tell_label(plan, v);
        v->help = held(v)->description;
        find_required(plan, v);
        if (v->computed)
            plan_infer(plan, NULL, v->id, "computed", "true", "a script sets it before anything reads it", JPK_HIGH);
    }
}
