#include "jpk/tree_name.h"

#include <string.h>
#include <unistr.h>

#include "base/text.h"

/* Leaves room for endings and digits below the 255 bytes that file systems allow. */
enum { STEM_MAX = 180 };

static bool is_device(const char *name, size_t n)
{
    static const char *const devices[] = {"con", "prn", "aux", "nul", "conin$", "conout$"};
    char folded[8];
    size_t stem = 0;
    while (stem < n && name[stem] != '.')
        stem++;
    while (stem > 0 && name[stem - 1] == ' ')
        stem--;
    if (stem < 3 || stem >= sizeof folded)
        return false;
    for (size_t i = 0; i < stem; i++)
        folded[i] = text_lower(name[i]);
    folded[stem] = '\0';
    for (size_t i = 0; i < sizeof devices / sizeof devices[0]; i++)
        if (strcmp(devices[i], folded) == 0)
            return true;
    bool port = memcmp(folded, "com", 3) == 0 || memcmp(folded, "lpt", 3) == 0;
    return port && stem == 4 && folded[3] >= '0' && folded[3] <= '9';
}

/* Marks of the reading order, separators and other characters that are not seen, and what is no text. */
static bool is_invisible(ucs4_t c)
{
    return c < 0x20 || (c >= 0x7f && c < 0xa1) || c == 0xad || c == 0x61c || c == 0x180e ||
           (c >= 0x2000 && c <= 0x200f) || (c >= 0x2028 && c <= 0x202f) || (c >= 0x205f && c <= 0x206f) ||
           c == 0x3000 || c == 0xfeff || c == 0xfffd;
}

static void put_byte(struct buf *out, unsigned char c)
{
    buf_printf(out, "%%%02X", (unsigned)c);
}

static bool must_encode(size_t i, size_t n, ucs4_t c)
{
    if (c < 0x80 && c > 0 && strchr("<>:\"/\\|?*%~", (int)c))
        return true;
    bool outer = i == 0 || i + 1 == n;
    return (outer && (c == '.' || c == ' ')) || is_invisible(c);
}

/* A folder must not look like a file of an item, and no item's .sql like the .where.sql of another. */
static size_t ending_at(const char *name, size_t n, bool folder)
{
    static const char where[] = ".where";
    if (!folder)
        return text_ends_with(name, where) ? n - (sizeof where - 1) : n;
    static const char *const endings[] = {".xml", ".jb", ".js", ".map", ".sql", ".soql", ".json", ".txt"};
    for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++)
        if (text_ends_with(name, endings[i]))
            return n - strlen(endings[i]);
    return n;
}

void tree_name_encode(const char *name, bool folder, struct buf *out)
{
    size_t n = strlen(name), start = out->size, dot = ending_at(name, n, folder);
    bool device = is_device(name, n);
    for (size_t i = 0; i < n;) {
        ucs4_t c;
        size_t length = (size_t)u8_mbtouc(&c, (const uint8_t *)name + i, n - i), before = out->size;
        bool encode = must_encode(i, n, c) || i == dot || (device && i == 0);
        for (size_t k = 0; k < length; k++) {
            if (encode)
                put_byte(out, (unsigned char)name[i + k]);
            else
                buf_putc(out, name[i + k]);
        }
        if (out->size - start > STEM_MAX) {
            out->size = before;
            out->data[before] = '\0';
            /* What a cut leaves at the end must not be a dot or a blank either. */
            while (out->size > start && (out->data[out->size - 1] == '.' || out->data[out->size - 1] == ' '))
                out->data[--out->size] = '\0';
            return;
        }
        i += length;
    }
}

void tree_name_decode(const char *stem, size_t n, struct buf *out)
{
    for (size_t i = 0; i < n && stem[i] != '~'; i++) {
        int high = stem[i] == '%' && i + 2 < n ? text_hex_digit(stem[i + 1]) : -1;
        int low = high >= 0 ? text_hex_digit(stem[i + 2]) : -1;
        if (low >= 0 && high * 16 + low > 0) {
            buf_putc(out, (char)(high * 16 + low));
            i += 2;
        } else {
            buf_putc(out, stem[i]);
        }
    }
}

void tree_name_distinct(const char *encoded, const char *id, size_t digits, struct buf *out)
{
    buf_printf(out, "%s~", encoded);
    for (; *id && digits > 0; id++) {
        if (text_hex_digit(*id) < 0)
            continue;
        buf_putc(out, text_lower(*id));
        digits--;
    }
}

bool tree_name_is(const char *stem, const char *encoded)
{
    size_t n = strlen(encoded);
    return strncmp(stem, encoded, n) == 0 && (stem[n] == '\0' || stem[n] == '~');
}
