#include "tools/manual.h"

#include <string.h>

#include "tools/prose.h"
#include "tools/schema_source.h"

static const char prefix[] = "jpk-";

const struct manual_prose *manual_find(const char *name)
{
    for (size_t i = 0; i < manual_prose_count; i++)
        if (strcmp(manual_prose[i].name, name) == 0)
            return &manual_prose[i];
    return NULL;
}

const char *manual_word(const struct manual_prose *topic)
{
    return topic->name + strlen(prefix);
}

const struct manual_prose *manual_topic(const char *word)
{
    for (size_t i = 0; i < manual_prose_count; i++) {
        const struct manual_prose *page = &manual_prose[i];
        if (page->section == 7 && (strcmp(page->name, word) == 0 || strcmp(manual_word(page), word) == 0))
            return page;
    }
    return NULL;
}

const struct option *manual_options(const char *name, size_t size)
{
    static const struct {
        const char *name;
        const struct option *options;
    } tables[] = {{"limits", limit_options}, {"json-limits", json_limit_options}};
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
        if (strlen(tables[i].name) == size && memcmp(tables[i].name, name, size) == 0)
            return tables[i].options;
    return NULL;
}

void manual_summary(struct buf *out, const struct manual_prose *topic)
{
    const char *at = topic->text;
    struct prose_block title;
    if (!prose_next(&at, &title))
        return;
    const char *dash = memmem(title.text, title.size, " - ", 3);
    const char *words = dash ? dash + 3 : title.text;
    prose_words(out, words, title.size - (size_t)(words - title.text));
}
