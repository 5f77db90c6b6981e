#include "tools/completion.h"

#include <string.h>

#include "base/text.h"
#include "jpk/schema.h"
#include "jpk/validate.h"
#include "tools/manual.h"

/* ------------------------------------------------------------------------------------------- words that are known */

static void put_word(struct buf *out, const char *text, size_t size)
{
    if (out->size)
        buf_putc(out, ' ');
    buf_put(out, text, size);
}

static void commands_words(struct buf *out)
{
    size_t index = 0, size;
    for (const char *word; (word = completion_word(&index, &size));)
        put_word(out, word, size);
}

static void topics_words(struct buf *out)
{
    for (size_t i = 0; i < manual_prose_count; i++)
        if (manual_prose[i].section == 7)
            put_word(out, manual_word(&manual_prose[i]), strlen(manual_word(&manual_prose[i])));
}

static void rules_words(struct buf *out)
{
    size_t count;
    const struct jpk_rule *rules = jpk_recipe_rules(&count);
    for (size_t i = 0; i < count; i++)
        put_word(out, rules[i].id, strlen(rules[i].id));
}

static void schemas_words(struct buf *out)
{
    size_t count;
    const struct jpk_shipped_schema *schemas = jpk_shipped_schemas(&count);
    for (size_t i = 0; i < count; i++)
        put_word(out, schemas[i].name, strlen(schemas[i].name));
}

/* -------------------------------------------------------------------------------------------------------- places */

/*
 * What the words in usages stand for. A word that is not here names a file: better too much than that somebody types a
 * path.
 */
static const struct kind {
    const char *name;
    const char *endings;
    bool folders;
    void (*words)(struct buf *out);
} kinds[] = {
    {"PROJECT", "jpk json", false, NULL},
    {"A", "jpk json", false, NULL},
    {"B", "jpk json", false, NULL},
    {"RECIPE", "json", false, NULL},
    {"CONFIGURE", "json", false, NULL},
    {"OLD.json", "json", false, NULL},
    {"DIR", NULL, true, NULL},
    {"FOLDER", NULL, true, NULL},
    {"SCHEMA", "json", false, schemas_words},
    {"COMMAND", NULL, false, commands_words},
    {"TOPIC", NULL, false, topics_words},
    {"RULE", NULL, false, rules_words},
    {"BYTES", NULL, false, NULL},
    {"DATE", NULL, false, NULL},
    {"GITREV", NULL, false, NULL},
    {"ID", NULL, false, NULL},
    {"ITEM", NULL, false, NULL},
    {"N", NULL, false, NULL},
    {"NAME", NULL, false, NULL},
    {"TEXT", NULL, false, NULL},
    {"TYPE", NULL, false, NULL},
    {"VERB", NULL, false, NULL},
};

static const struct kind *kind_of(const char *word, size_t size)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strlen(kinds[i].name) == size && memcmp(kinds[i].name, word, size) == 0)
            return &kinds[i];
    return NULL;
}

static void add_alternative(struct completion *completion, const char *word, size_t size)
{
    const struct kind *kind = kind_of(word, size);
    if (text_upper(*word) != *word || (*word >= '0' && *word <= '9')) {
        put_word(&completion->words, word, size); /* a choice stands for itself */
    } else if (!kind) {
        completion->endings = "";
    } else {
        completion->endings = kind->endings ? kind->endings : completion->endings;
        completion->folders |= kind->folders;
        if (kind->words)
            kind->words(&completion->words);
    }
}

/* Of "FILE|DIR", "text|json". */
static struct completion alternatives(const char *text, size_t size)
{
    struct completion completion = {0};
    for (const char *at = text, *end = text + size; at < end;) {
        const char *bar = memchr(at, '|', (size_t)(end - at));
        size_t n = (size_t)((bar ? bar : end) - at);
        if (n > 0)
            add_alternative(&completion, at, n);
        at += n + (bar != NULL);
    }
    return completion;
}

struct completion completion_option(const struct option *option)
{
    return option->argument ? alternatives(option->argument, strlen(option->argument)) : (struct completion){0};
}

void completion_free(struct completion *completion)
{
    buf_free(&completion->words);
}

/* The next word of a usage without its brackets, such as "PATH" of "[PATH...]"; NULL: no more. */
static const char *usage_word(const char **at, size_t *size, bool *repeats)
{
    const char *word = *at + strspn(*at, " [");
    size_t n = strcspn(word, " ]");
    *repeats = n >= 3 && memcmp(word + n - 3, "...", 3) == 0;
    *size = *repeats ? n - 3 : n;
    *at = word + n + strspn(word + n, " ]");
    return n > 0 ? word : NULL;
}

size_t completion_arguments(const struct command *command, bool *repeats)
{
    const char *at = command->arguments;
    size_t size, count = 0;
    bool last = false;
    while (usage_word(&at, &size, &last)) {
        *repeats = last;
        count++;
    }
    *repeats = count > 0 && *repeats;
    return count;
}

struct completion completion_argument(const struct command *command, size_t number)
{
    const char *at = command->arguments, *word;
    size_t size;
    bool repeats;
    for (size_t i = 0; (word = usage_word(&at, &size, &repeats)); i++)
        if (i == number)
            return alternatives(word, size);
    return (struct completion){0};
}

/* ------------------------------------------------------------------------------------------------------- writing */

void completion_quote(struct buf *out, const char *text)
{
    buf_putc(out, '\'');
    for (const char *c = text; *c; c++) {
        if (*c == '\'')
            buf_puts(out, "'\\''");
        else
            buf_putc(out, *c);
    }
    buf_putc(out, '\'');
}

const char *completion_word(size_t *index, size_t *size)
{
    for (; commands[*index]; ++*index) {
        const char *name = commands[*index]->name;
        *size = strcspn(name, " ");
        bool again = false;
        for (size_t i = 0; i < *index; i++)
            again |= strncmp(commands[i]->name, name, *size) == 0 && strcspn(commands[i]->name, " ") == *size;
        if (!again) {
            ++*index;
            return name;
        }
    }
    return NULL;
}

void completion_family(struct buf *out, const char *word, size_t size)
{
    const char *before = "";
    for (const struct command *const *c = commands; *c; c++) {
        if (strncmp((*c)->name, word, size) != 0 || (*c)->name[size] != ' ')
            continue;
        buf_printf(out, "%s%s", before, (*c)->name + size + 1);
        before = ", ";
    }
}
