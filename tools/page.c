#include "tools/page.h"

#include <string.h>

#include "base/file.h"
#include "tools/message.h"

/* -------------------------------------------------------------------------------------------------------- text */

void page_text(struct buf *out, const char *text)
{
    static const char special[] = "&<>\"'";
    static const char *const entities[] = {"&amp;", "&lt;", "&gt;", "&quot;", "&#39;"};
    struct buf shown = {0};
    message_put(&shown, text);
    out->failed = out->failed || shown.failed;
    for (const char *p = buf_text(&shown); *p;) {
        size_t plain = strcspn(p, special);
        buf_put(out, p, plain);
        p += plain;
        if (*p)
            buf_puts(out, entities[strchr(special, *p++) - special]);
    }
    buf_free(&shown);
}

void page_in(struct buf *out, const char *before, const char *text, const char *after)
{
    buf_puts(out, before);
    page_text(out, text);
    buf_puts(out, after);
}

/* --------------------------------------------------------------------------------------------------------- page */

static void put_policy(struct buf *out)
{
    char style[45], script[45];
    sha256_base64(page_css, strlen(page_css), style);
    sha256_base64(page_js, strlen(page_js), script);
    buf_printf(out,
               "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'sha256-%s'; "
               "script-src 'sha256-%s'; base-uri 'none'; form-action 'none'\">\n",
               style, script);
}

void page_begin(struct buf *out, const char *title)
{
    buf_puts(out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
    put_policy(out);
    buf_puts(out, "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
    page_in(out, "<title>", title, "</title>\n<style>");
    buf_puts(out, page_css);
    page_in(out, "</style>\n</head>\n<body>\n<h1>", title, "</h1>\n");
}

void page_end(struct buf *out)
{
    buf_puts(out, "<script>");
    buf_puts(out, page_js);
    buf_puts(out, "</script>\n</body>\n</html>\n");
}

/* -------------------------------------------------------------------------------------------------------- parts */

void page_tile(struct buf *out, const char *mark, uint64_t value, const char *label)
{
    buf_printf(out, "<li class=\"%s\"><b>%llu</b> %s</li>", value ? mark : "", (unsigned long long)value, label);
}

void page_section(struct buf *out, const char *title, size_t count, bool wide)
{
    buf_printf(out, "<section%s><h3>%s <span class=\"count\">%zu</span></h3>", wide ? " class=\"wide\"" : "", title,
               count);
    buf_printf(out, "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"%s\">", title);
}

void page_section_end(struct buf *out, size_t count)
{
    buf_puts(out, "</div>");
    if (count > PAGE_LIST_MAX)
        buf_printf(out, "<p class=\"more\">... and %zu more</p>", count - PAGE_LIST_MAX);
    buf_puts(out, "</section>\n");
}

void page_finding(struct buf *out, const struct jpk_finding *f, bool named, const char *advice)
{
    const char *severity = jpk_severity_name(f->severity);
    buf_printf(out, "<tr><td><span class=\"severity %s\">%s</span></td><td>", severity, severity);
    if (named && f->entity_name) {
        page_in(out, "", f->entity_type ? f->entity_type : "", " ");
        page_in(out, "", f->entity_name, ": ");
    }
    page_text(out, f->message ? f->message : "");
    if (advice)
        page_in(out, "; ", advice, "");
    page_in(out, " <span class=\"label\">", f->file ? f->file : "", "");
    if (f->line)
        buf_printf(out, ":%u:%u", f->line, f->column);
    page_in(out, "</span></td><td class=\"label\">", f->rule, "</td></tr>");
}

void page_tools(struct buf *out, const char *placeholder, const char *more)
{
    buf_printf(out,
               "<div class=\"tools\" id=\"tools\" hidden>\n<label for=\"search\">Search</label>\n"
               "<input type=\"search\" id=\"search\" placeholder=\"%s\" autocomplete=\"off\">\n%s"
               "<span class=\"narrow\"><label for=\"order\">Sort by</label>\n"
               "<select id=\"order\"><option value=\"\">path</option></select>\n"
               "<button type=\"button\" id=\"turn\">Ascending</button></span>\n"
               "<button type=\"button\" id=\"unfold\">Show all details</button>\n"
               "<output id=\"shown\" for=\"search\" aria-live=\"polite\"></output>\n</div>\n",
               placeholder, more);
}
