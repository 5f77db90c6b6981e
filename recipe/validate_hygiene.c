/* What must not be published. */
#include <string.h>

#include "base/text.h"
#include "jpk/escapes.h"
#include "jpk/secret_text.h"
#include "recipe/hygiene_rules.h"
#include "recipe/validate.h"

/* A sentence as the beginning of a message: without its full stop, and small where it began with an article. */
static void put_what(struct buf *out, const char *what)
{
    size_t n = strlen(what);
    bool article = strncmp(what, "A ", 2) == 0 || strncmp(what, "An ", 3) == 0;
    buf_putc(out, article ? 'a' : *what);
    buf_put(out, what + 1, n - 1 - (what[n - 1] == '.'));
}

void validate_hygiene(struct validation *v, const char *file, const char *text, size_t n, struct jdoc *doc,
                      const struct hygiene_options *options)
{
    struct hygiene_hits hits = {0};
    struct jpk_error err = {0};
    struct hygiene_options wanted = options ? *options : (struct hygiene_options){0};
    wanted.off |= UINT64_C(1) << HYGIENE_ENCRYPTED_VALUE;
    if (!escapes_scan(text, n, &wanted, &hits, &err)) {
        v->failed |= err.code == JPK_ERR_MEMORY;
        return;
    }
    struct text_counter counter = text_counter_begin(text, n);
    for (size_t i = 0; i < hits.count; i++) {
        const struct hygiene_hit *hit = &hits.items[i];
        const struct hygiene_rule_info *info = hygiene_rule_info(hit->rule);
        struct text_position position = text_counter_at(&counter, hit->offset);
        struct buf message = {0}, pointer = {0};
        put_what(&message, info->what);
        buf_puts(&message, ": ");
        secret_mask(&message, (enum secret_rule)hit->rule, text + hit->offset, hit->length);
        if (doc && jdoc_place_all(doc, NULL))
            jdoc_pointer(doc, jdoc_at(doc, hit->offset), &pointer);
        struct jpk_finding finding = {.file = file,
                                      .line = position.line,
                                      .column = position.column,
                                      .path = buf_text(&pointer),
                                      .message = buf_text(&message)};
        validation_add(v, (int)rule_of_hygiene(hit->rule), &finding);
        v->failed |= message.failed || pointer.failed;
        buf_free(&message);
        buf_free(&pointer);
    }
    hygiene_hits_free(&hits);
}
