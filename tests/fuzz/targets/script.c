/* A script, or mappings: tokens, events, rewriting, what is said of calls; .map files. */
#include "jpk/script.h"
#include "base/strings.h"
#include "base/text.h"
#include "jpk/mapping_text.h"
#include "jpk/script_findings.h"
#include "jpk/script_rewrite.h"
#include "jpk/script_text.h"
#include "tests/fuzz/fuzz.h"

struct range {
    const char *text;
    size_t size;
};

/* All tokens together are the text. */
static void check_tokens(const char *text, size_t size)
{
    struct script_scanner scanner;
    struct script_token token;
    size_t at = 0;
    script_begin(&scanner, text, size);
    while (script_next(&scanner, &token)) {
        HOLDS(token.offset == at && token.length > 0, "a token at %u behind %zu", token.offset, at);
        at += token.length;
    }
    HOLDS(at == size, "the tokens end at %zu of %zu", at, size);
}

static bool check_event(void *context, const struct script_event *event)
{
    const struct range *range = context;
    struct script_call call;
    HOLDS(event->offset <= range->size, "an event at %u", event->offset);
    HOLDS(!event->name.text ||
              (event->name.text >= range->text && event->name.text + event->name.length <= range->text + range->size),
          "a name outside of the text");
    for (unsigned level = 0; level < SCRIPT_DEPTH_MAX && script_event_call(event, level, &call); level++)
        HOLDS(call.function.text >= range->text && call.function.length <= range->size, "a call outside of the text");
    return true;
}

/* --------------------------------------------------------------------------------------------------------- rewriting
 */

static enum script_answer keep(void *context, const struct script_use *use, struct buf *replacement)
{
    const size_t *size = context;
    HOLDS(use->offset + use->text.length <= *size && replacement->size == 0, "a reference at %zu", use->offset);
    return SCRIPT_KEEP;
}

static enum script_answer replace(void *context, const struct script_use *use, struct buf *replacement)
{
    (void)context;
    buf_puts(replacement, use->form == SCRIPT_FORM_DESIGN ? "<TAG>operation:Na'me \"x\"</TAG>"
                                                          : "op.00000001-0000-4000-8000-0000000000ab");
    return SCRIPT_REPLACE;
}

static enum script_answer drop(void *context, const struct script_use *use, struct buf *replacement)
{
    (void)context;
    (void)replacement;
    return use->form == SCRIPT_FORM_OTHER ? SCRIPT_UNRESOLVED : SCRIPT_DROP;
}

/* What lies between the changes stays byte for byte. */
static void check_changes(const struct script_rewriting *done, const char *text, size_t size)
{
    size_t at = 0, new_at = 0, counted = 0;
    for (size_t i = 0; i < done->count; i++) {
        const struct script_change *change = &done->changes[i];
        HOLDS(change->offset + change->length <= size, "a change at %zu of %zu", change->offset, size);
        HOLDS(change->new_offset + change->new_length <= done->text.size, "a change at %zu of the new text",
              change->new_offset);
        if (change->outcome != SCRIPT_REPLACED && change->outcome != SCRIPT_DROPPED)
            continue;
        HOLDS(change->offset >= at && change->new_offset >= new_at, "changes are not in order");
        fuzz_same("between changes", text + at, change->offset - at, buf_text(&done->text) + new_at,
                  change->new_offset - new_at);
        at = change->offset + change->length;
        new_at = change->new_offset + change->new_length;
    }
    fuzz_same("behind the changes", text + at, size - at, buf_text(&done->text) + new_at, done->text.size - new_at);
    for (size_t i = 0; i <= SCRIPT_BUILT; i++)
        counted += done->outcomes[i];
    HOLDS(counted == done->count, "%zu outcomes of %zu changes", counted, done->count);
}

static void check_rewriting(const char *text, size_t size)
{
    static script_resolver *const resolvers[] = {keep, replace, drop};
    for (size_t i = 0; i < sizeof resolvers / sizeof *resolvers; i++) {
        struct script_rewriting done = {0};
        struct jpk_error err = {0};
        HOLDS(script_rewrite(text, size, resolvers[i], &size, &done, &err), "not rewritten: %s", err.message);
        check_changes(&done, text, size);
        script_rewriting_free(&done);
    }
}

/* ------------------------------------------------------------------------------------------------------- other texts
 */

static void check_findings(const char *text, size_t size)
{
    for (int agent = 0; agent < SCRIPT_AGENTS; agent++) {
        struct script_findings findings = {0};
        assert_true(script_findings(text, size, (enum script_agent)agent, &findings, NULL));
        for (size_t i = 0; i < findings.count; i++) {
            char words[400];
            HOLDS(findings.items[i].offset < size, "a finding at %zu", findings.items[i].offset);
            script_finding_text(&findings.items[i], words, sizeof words);
            fuzz_words("a finding", words);
        }
        script_findings_free(&findings);
    }
}

static void check_stored(const char *text, size_t size)
{
    struct buf cleansed = {0}, wrapped = {0}, again = {0};
    struct script_variables variables = {0};
    struct strings paths = {0};
    struct arena arena = {0};
    script_cleanse(text, size, &cleansed);
    HOLDS(cleansed.size <= size, "%zu bytes without comments", cleansed.size);
    enum script_language language = script_language_of(text, size);
    script_wrap(text, size, language, &wrapped);
    script_wrap(buf_text(&wrapped), wrapped.size, language, &again);
    fuzz_same("wrapped twice", buf_text(&wrapped), wrapped.size, buf_text(&again), again.size);
    assert_true(script_variables(text, size, &variables));
    assert_true(script_paths(text, size, NULL, &paths, &arena));
    script_variables_free(&variables);
    strings_free(&paths);
    arena_free(&arena);
    buf_free(&cleansed);
    buf_free(&wrapped);
    buf_free(&again);
}

static void check_mappings(const char *text, size_t size)
{
    struct arena arena = {0};
    struct strings list = {0}, again = {0};
    struct jpk_error err = {0};
    struct buf written = {0};
    if (!mapping_text_parse(text, size, &arena, &list, &err)) {
        fuzz_error(&err, size);
    } else {
        mapping_text_write(&list, &written);
        HOLDS(mapping_text_parse(buf_text(&written), written.size, &arena, &again, &err), "mappings: %s", err.message);
        HOLDS(again.count == list.count, "%zu mappings instead of %zu", again.count, list.count);
        for (size_t i = 0; i < list.count; i++)
            assert_string_equal(again.items[i], list.items[i]);
    }
    strings_free(&list);
    strings_free(&again);
    arena_free(&arena);
    buf_free(&written);
}

/* Scripts are parts of files that were checked to be UTF-8 without NUL. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data;
    size_t bad;
    if ((size && memchr(text, 0, size)) || !text_utf8(text, size, &bad))
        return 0;
    check_tokens(text, size);
    struct range range = {text, size};
    script_events(text, size, check_event, &range);
    check_rewriting(text, size);
    check_findings(text, size);
    check_stored(text, size);
    check_mappings(text, size);
    return 0;
}
