/*
 * The patterns are rows of elements, each a letter and how often: `?` at most once, `*` any number, `+` at least once.
 * All are followed at once, step by step, as sets of the elements that may come next.
 *
 * Source: the vendor's page on the validity of operations, and the patterns that two real activities carry themselves:
 * "^s*Ax?s*Ts*$" (Salesforce query) and "^s*S?s*xAx?s*T?s*$" (NetSuite upsert).
 */
#include "jpk/cloud_pattern.h"

#include <string.h>

/* ------------------------------------------------------------------------------------------------------- activities */

#define SALESFORCE (STEP_PLAIN | STEP_BETWEEN | STEP_APPLICATION | STEP_ALONE)

/*
 * By the names of connectors in exports. Those of temporary storage, variable, FTP, HTTP, database, Salesforce and
 * NetSuite are known from files and the documentation; the others are the names that one would expect.
 */
static const struct {
    const char *adapter, *function; /* NULL: any other function */
    unsigned traits;
} connectors[] = {
    {"tempstorage", NULL, STEP_FILE},
    {"variable", NULL, STEP_FILE},
    {"ftp", NULL, STEP_FILE},
    {"http", NULL, STEP_FILE | STEP_BETWEEN},
    {"fileshare", NULL, STEP_FILE},
    {"localstorage", NULL, STEP_FILE},
    {"api", NULL, STEP_FILE | STEP_API},
    {"database", NULL, 0},
    {"salesforce", "query", SALESFORCE | STEP_NEEDS_TARGET},
    {"salesforce", "bulkquery", SALESFORCE | STEP_BULK},
    {"salesforce", "bulkinsert", SALESFORCE | STEP_BULK},
    {"salesforce", "bulkupdate", SALESFORCE | STEP_BULK},
    {"salesforce", "bulkupsert", SALESFORCE | STEP_BULK},
    {"salesforce", "bulkdelete", SALESFORCE | STEP_BULK},
    {"salesforce", "bulkharddelete", SALESFORCE | STEP_BULK},
    {"salesforce", NULL, SALESFORCE},
    {"servicecloud", NULL, SALESFORCE},
    {"servicemax", NULL, SALESFORCE},
    {"netsuite", NULL, SALESFORCE},
    {"sap", NULL, STEP_BETWEEN | STEP_APPLICATION | STEP_ALONE},
    {"soap", NULL, STEP_BETWEEN | STEP_APPLICATION | STEP_ALONE},
};

/* Nothing is said against a connector that nobody described. */
static unsigned unknown_traits(const struct jpk_cloud_activity *activity)
{
    if (strcmp(activity->discovery, "FileBasedDiscovery") == 0)
        return STEP_FILE | STEP_BETWEEN;
    return STEP_FILE | STEP_PLAIN | STEP_BETWEEN | STEP_APPLICATION;
}

static unsigned connector_traits(const struct jpk_cloud_activity *activity)
{
    for (size_t i = 0; i < sizeof connectors / sizeof connectors[0]; i++)
        if (strcmp(connectors[i].adapter, activity->adapter) == 0 &&
            (!connectors[i].function || strcmp(connectors[i].function, activity->function) == 0))
            return connectors[i].traits;
    return unknown_traits(activity);
}

unsigned cloud_activity_traits(const struct jpk_cloud_activity *activity)
{
    unsigned traits = connector_traits(activity);
    if (strcmp(activity->polarity, "target") != 0)
        traits |= STEP_SOURCE;
    if (strcmp(activity->polarity, "source") != 0)
        traits |= STEP_TARGET;
    return traits;
}

/* --------------------------------------------------------------------------------------------------------- patterns */

/* `all` must be there, `any` is one of them (0: does not matter), `none` must not. */
static const struct {
    char letter;
    unsigned all, any, none;
    const char *words;
} letters[] = {
    {'R', STEP_SOURCE, 0, 0, "a source"},
    {'U', STEP_SOURCE, 0, STEP_NEEDS_TARGET, "a source"},
    {'W', STEP_TARGET, 0, 0, "a target"},
    {'f', STEP_SOURCE, STEP_FILE | STEP_PLAIN, STEP_BULK, "a source of a file-type connector, Salesforce or NetSuite"},
    {'g', STEP_TARGET, STEP_FILE | STEP_PLAIN, STEP_BULK, "a target of a file-type connector, Salesforce or NetSuite"},
    {'F', STEP_TARGET | STEP_FILE, 0, 0, "a target of a file-type connector"},
    {'e', STEP_SOURCE | STEP_FILE, 0, STEP_API, "a source of a file-type connector"},
    {'h', STEP_TARGET | STEP_FILE, 0, STEP_API, "a target of a file-type connector"},
    {'M', STEP_TARGET | STEP_BETWEEN, 0, STEP_BULK, "a target of HTTP or an application"},
    {'N', STEP_APPLICATION, 0, STEP_BULK, "an activity of an application"},
    {'Q', STEP_SOURCE | STEP_BULK, 0, 0, "a bulk query"},
    {'B', STEP_TARGET | STEP_BULK, 0, 0, "a bulk insert, update, upsert or delete"},
};

static const struct {
    const char *name, *elements;
} patterns[] = {
    {"transformation", "s*Rs*xs*Ws*"},
    {"transformation", "s*Us*xs*"},
    {"transformation", "s*xs*Ws*"},
    {"script", "s+F?"},
    {"archive", "s*fs*gs*"},
    {"two-target archive", "s*Rs*xs*Ms*Fs*"},
    {"two-target archive", "s*xs*Ms*Fs*"},
    {"two-transformation", "s*Rs*xNxs*W?s*"},
    {"two-transformation", "s*xNxs*W?s*"},
    {"Salesforce bulk source", "s*Qs*hs*"},
    {"Salesforce bulk target", "s*es*Bs*"},
};

enum { PATTERNS = sizeof patterns / sizeof patterns[0], ELEMENTS = 16, LETTERS = 32 };

struct element {
    char letter, often; /* `often` is '1' for exactly once */
};

/* Returns how many elements a pattern has. */
static size_t parse(const char *text, struct element elements[ELEMENTS])
{
    size_t n = 0;
    for (; *text && n < ELEMENTS; n++) {
        elements[n].letter = *text++;
        elements[n].often = '1';
        if (*text == '?' || *text == '*' || *text == '+')
            elements[n].often = *text++;
    }
    return n;
}

static bool letter_fits(char letter, const struct jpk_cloud_component *step)
{
    if (letter == 's' || letter == 'x')
        return step->kind == (letter == 's' ? JPK_CLOUD_SCRIPT : JPK_CLOUD_TRANSFORMATION);
    if (step->kind != JPK_CLOUD_ACTIVITY)
        return false;
    unsigned traits = cloud_activity_traits(step->as.activity);
    for (size_t i = 0; i < sizeof letters / sizeof letters[0]; i++)
        if (letters[i].letter == letter)
            return (traits & letters[i].all) == letters[i].all && (!letters[i].any || (traits & letters[i].any)) &&
                   !(traits & letters[i].none);
    return false;
}

/* A set of elements that may come next, bit by bit; the bit behind the last one is the end of the pattern. */
struct state {
    struct element elements[ELEMENTS];
    size_t count;
    unsigned set;
};

static void open_element(struct state *state, size_t i, unsigned *set)
{
    for (;; i++) {
        *set |= 1u << i;
        if (i == state->count || (state->elements[i].often != '?' && state->elements[i].often != '*'))
            return;
    }
}

/* The set after a step; 0 when the step does not fit. */
static unsigned next_set(struct state *state, const struct jpk_cloud_component *step)
{
    unsigned set = 0;
    for (size_t i = 0; i < state->count; i++) {
        if (!(state->set & 1u << i) || !letter_fits(state->elements[i].letter, step))
            continue;
        bool again = state->elements[i].often == '*' || state->elements[i].often == '+';
        if (again)
            set |= 1u << i;
        open_element(state, i + 1, &set);
    }
    return set;
}

/* --------------------------------------------------------------------------------------------------------- in words */

/* The first letter of a row says what the others say, and more: a source may be one of a file-type connector, too. */
static const char *const wider[] = {"RUfeQ", "UfeQ", "fe", "WgFhMB", "gFh", "Fh"};

/* Adds the letters that may come next, each once; not scripts, which may stand nearly everywhere. */
static void add_letters(char next[LETTERS], const struct state *state)
{
    for (size_t i = 0; i < state->count; i++) {
        char letter = state->elements[i].letter;
        if (!(state->set & 1u << i) || letter == 's' || strchr(next, letter))
            continue;
        size_t n = strlen(next);
        next[n] = letter;
        next[n + 1] = '\0';
    }
}

/* Whether a wider letter is there as well. */
static bool is_covered(const char *next, char letter)
{
    for (size_t i = 0; i < sizeof wider / sizeof wider[0]; i++)
        if (strchr(next, wider[i][0]) && strchr(wider[i] + 1, letter))
            return true;
    return false;
}

static void put_letters(struct buf *out, const char *next)
{
    if (strchr(next, 'x'))
        buf_puts(out, "a transformation");
    for (size_t i = 0; i < sizeof letters / sizeof letters[0]; i++)
        if (strchr(next, letters[i].letter) && !is_covered(next, letters[i].letter))
            buf_printf(out, "%s%s", out->size ? ", or " : "", letters[i].words);
}

static void begin(struct state *state, const char *pattern)
{
    state->set = 0;
    state->count = parse(pattern, state->elements);
    open_element(state, 0, &state->set);
}

/* Whether the pattern may end here. */
static bool is_whole(const struct state *state)
{
    return state->set & 1u << state->count;
}

/* Follows a step; false: it does not fit, and nothing has changed. */
static bool follow(struct state *state, const struct jpk_cloud_link *step)
{
    unsigned set = next_set(state, step->component);
    if (set != 0)
        state->set = set;
    return set != 0;
}

struct cloud_pattern_result cloud_pattern_match(const struct jpk_cloud_operation *operation)
{
    struct cloud_pattern_result result = {.pattern = NULL};
    char next[LETTERS] = "";
    for (size_t i = 0; i < PATTERNS && !result.pattern; i++) {
        struct state state;
        size_t fitting = 0;
        begin(&state, patterns[i].elements);
        while (fitting < operation->step_count && follow(&state, &operation->steps[fitting]))
            fitting++;
        if (fitting > result.fitting)
            next[0] = '\0';
        if (fitting >= result.fitting) {
            result.fitting = fitting;
            add_letters(next, &state);
        }
        if (fitting == operation->step_count && is_whole(&state))
            result.pattern = patterns[i].name;
    }
    if (!result.pattern)
        put_letters(&result.next, next);
    return result;
}

void cloud_pattern_parts(const struct jpk_cloud_operation *operation, bool *whole)
{
    memset(whole, 0, (operation->step_count + 1) * sizeof *whole);
    for (size_t i = 0; i < PATTERNS; i++) {
        struct state state;
        begin(&state, patterns[i].elements);
        for (size_t n = 0; n < operation->step_count && follow(&state, &operation->steps[n]); n++)
            whole[n + 1] |= is_whole(&state);
    }
}
