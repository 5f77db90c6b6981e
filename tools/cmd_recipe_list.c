#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "tools/commands.h"
#include "tools/listing_print.h"
#include "tools/message.h"
#include "tools/schema_source.h"

#define FIELD(name) offsetof(struct settings, listing.name)

static const struct option options[] = {
    {"endpoint", 0, OPTION_TEXT, FIELD(endpoint), "TEXT",
     "with an endpoint of that id or connector, or TEXT in its name"},
    {"source", 0, OPTION_TEXT, FIELD(source), "TEXT", "the same of one that is read"},
    {"target", 0, OPTION_TEXT, FIELD(target), "TEXT", "the same of one that is written to"},
    {"category", 0, OPTION_TEXT, FIELD(category), "NAME", "with that category"},
    {"author", 0, OPTION_TEXT, FIELD(author), "TEXT", "with TEXT in the author"},
    {"text", 0, OPTION_TEXT, FIELD(text), "TEXT", "with TEXT in the name, the description or a keyword"},
    {"verb", 0, OPTION_TEXT, FIELD(verb), "VERB", "Extract, Migrate, Sync, Insert, Update or Upsert"},
    {"since", 0, OPTION_TEXT, FIELD(since), "DATE", "whose Jitterpak was made on that day or later"},
    {"until", 0, OPTION_TEXT, FIELD(until), "DATE", "whose Jitterpak was made on that day or before"},
    {"sort", 0, OPTION_CHOICE, FIELD(sort), "name|date|author", "in which order; of dates the newest first (name)"},
    {"format", 0, OPTION_CHOICE, offsetof(struct settings, format), "text|csv|json", "how to print (text)"},
    {0},
};

static int print(const struct settings *settings, const struct listing *listing, size_t found)
{
    struct buf out = {0};
    if (message_as_json(settings))
        return message_json(listing_json(listing, found));
    if (settings->format && strcmp(settings->format, "csv") == 0)
        listing_csv(&out, listing);
    else
        listing_text(&out, listing, found, settings);
    return message_buf(&out);
}

static int report(const struct settings *settings, const struct listing *listing, size_t found)
{
    int status = listing->error_count ? 3 : 0;
    int printed = print(settings, listing, found);
    for (size_t i = 0; i < listing->error_count; i++)
        message_error(&listing->errors[i]);
    if (found == 0 && !settings->quiet)
        fputs("jpk: no recipe was found\n", stderr);
    return printed > status ? printed : status;
}

static enum listing_order order_of(const struct settings *settings)
{
    const char *sort = settings->listing.sort ? settings->listing.sort : "name";
    return strcmp(sort, "date") == 0 ? LISTING_DATE : strcmp(sort, "author") == 0 ? LISTING_AUTHOR : LISTING_NAME;
}

static int run(const struct settings *settings, int count, char **arguments)
{
    struct listing listing = {0};
    struct listing_limits limits = {json_options(settings), json_file_limit(settings)};
    const struct listing_filter filter = {
        .endpoint = settings->listing.endpoint,
        .source = settings->listing.source,
        .target = settings->listing.target,
        .category = settings->listing.category,
        .author = settings->listing.author,
        .text = settings->listing.text,
        .verb = settings->listing.verb,
        .since = settings->listing.since,
        .until = settings->listing.until,
    };
    struct jpk_error err = {0};
    bool ok = true;
    for (int i = 0; ok && i < count; i++)
        ok = listing_add(&listing, arguments[i], &limits, &err);
    size_t found = listing.count;
    ok = ok && listing_keep(&listing, &filter, &err) && listing_sort(&listing, order_of(settings), &err);
    int status = ok ? report(settings, &listing, found) : message_error(&err);
    listing_free(&listing);
    return status;
}

static const struct option *const groups[] = {options, common_options, json_limit_options, NULL};

const struct command recipe_list_command = {
    .name = "recipe list",
    .arguments = "PATH...",
    .summary = "List the recipes in folders, by endpoint, category, author, text or date.",
    .details = "A PATH is a recipe, or a folder that is searched for recipes; .gitignore and .jpkignore are obeyed.\n"
               "Several filters must all hold; letter case does not matter. DATE is a day such as 2026-02-28; the day\n"
               "of a Jitterpak is the one that its recipe gives, in UTC. -v shows all that is known of each recipe.\n"
               "What cannot be read is said on standard error, and the exit status is 3 when all are listed.",
    .groups = groups,
    .least = 1,
    .most = -1,
    .reach = {.anywhere = true},
    .run = run,
};
