/*
 * Host names: RFC 1123, section 2.1, and the labels of IDNA 2008 (RFC 5890 to 5893). libidn2 knows which characters a
 * label may hold and in which company; the rule for text from right to left (RFC 5893) needs all labels and is here.
 */
#include <idn2.h>
#include <stdint.h>
#include <string.h>
#include <unictype.h>
#include <unistr.h>

#include "schema/ascii.h"
#include "schema/format_checks.h"

enum {
    NAME_MAX_LENGTH = 253, /* in the form with A-labels, with dots between them */
    LABEL_MAX = 63,        /* the same of a label, which is never shorter than the characters that it stands for */
    LABEL_BYTES = 4 * LABEL_MAX
};

struct name {
    int flags;          /* of libidn2 */
    size_t length;      /* of the form with A-labels so far */
    bool right_to_left; /* some label has characters from right to left */
    bool bidi_wrong;    /* some label breaks the rule that holds when there are any */
};

#define BIT(category) (1u << (category))

/* The rule of RFC 5893, section 2, for a label. */
static void check_bidi(struct name *name, const uint8_t *label, size_t n)
{
    const unsigned common = BIT(UC_BIDI_EN) | BIT(UC_BIDI_ES) | BIT(UC_BIDI_CS) | BIT(UC_BIDI_ET) | BIT(UC_BIDI_ON) |
                            BIT(UC_BIDI_BN) | BIT(UC_BIDI_NSM);
    const unsigned right = BIT(UC_BIDI_R) | BIT(UC_BIDI_AL);
    unsigned first = 0, last = 0, all = 0;
    ucs4_t c;
    for (size_t i = 0; i < n;) {
        int length = u8_mbtouc(&c, label + i, n - i);
        unsigned bit = BIT(uc_bidi_category(c));
        i += (size_t)length;
        first = first ? first : bit;
        last = bit == BIT(UC_BIDI_NSM) ? last : bit;
        all |= bit;
    }
    if (all & (right | BIT(UC_BIDI_AN)))
        name->right_to_left = true;
    const unsigned both = BIT(UC_BIDI_EN) | BIT(UC_BIDI_AN);
    bool ok;
    if (first & right)
        ok = !(all & ~(right | BIT(UC_BIDI_AN) | common)) && last & (right | both) && (all & both) != both;
    else
        ok =
            first == BIT(UC_BIDI_L) && !(all & ~(BIT(UC_BIDI_L) | common)) && last & (BIT(UC_BIDI_L) | BIT(UC_BIDI_EN));
    if (!ok)
        name->bidi_wrong = true;
}

/* Letters, digits and hyphens inside. */
static bool ascii_label(const char *label, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!ascii_alnum(label[i]) && (label[i] != '-' || i == 0 || i + 1 == n))
            return false;
    return true;
}

/* A label with characters beyond ASCII in the form that `ascii` says, or in the one that it has when that is NULL. */
static bool check_unicode(struct name *name, const char *label, const char *ascii)
{
    uint8_t *encoded = NULL;
    if (idn2_register_u8((const uint8_t *)label, (const uint8_t *)ascii, &encoded, name->flags) != IDN2_OK)
        return false;
    size_t length = strlen((char *)encoded);
    bool ok = length <= LABEL_MAX && (!ascii || strcmp((char *)encoded, ascii) == 0);
    idn2_free(encoded);
    name->length += length;
    if (ok)
        check_bidi(name, (const uint8_t *)label, strlen(label));
    return ok;
}

static bool a_label(const char *label, size_t n)
{
    return n >= 4 && text_lower(label[0]) == 'x' && text_lower(label[1]) == 'n' && label[2] == '-' && label[3] == '-';
}

/* A label that begins with `xn--`: it must stand for one that is allowed. */
static bool check_encoded(struct name *name, const char *label, size_t n)
{
    char ascii[LABEL_MAX + 1], *decoded = NULL;
    for (size_t i = 0; i < n; i++)
        ascii[i] = text_lower(label[i]);
    ascii[n] = '\0';
    if (idn2_to_unicode_8z8z(ascii, &decoded, 0) != IDN2_OK)
        return false;
    bool ok = check_unicode(name, decoded, ascii);
    idn2_free(decoded);
    return ok;
}

static bool check_label(struct name *name, const char *label, size_t n, bool ascii)
{
    if (n == 0 || n > (ascii ? (size_t)LABEL_MAX : (size_t)LABEL_BYTES))
        return false;
    if (!ascii) {
        char text[LABEL_BYTES + 1];
        if (memchr(label, '\0', n) || u8_check((const uint8_t *)label, n))
            return false;
        memcpy(text, label, n);
        text[n] = '\0';
        return check_unicode(name, text, NULL);
    }
    if (!ascii_label(label, n))
        return false;
    if (a_label(label, n))
        return check_encoded(name, label, n);
    name->bidi_wrong |= !ascii_alpha(label[0]);
    name->length += n;
    return true;
}

/* The length of what separates labels at this place, 0: nothing does. */
static size_t separator(const char *text, size_t n, bool international)
{
    static const char others[][4] = {"\xe3\x80\x82", "\xef\xbc\x8e", "\xef\xbd\xa1"};
    if (text[0] == '.')
        return 1;
    for (size_t i = 0; international && n >= 3 && i < sizeof others / sizeof others[0]; i++)
        if (memcmp(text, others[i], 3) == 0)
            return 3;
    return 0;
}

static bool check_name(const char *text, size_t n, bool international, int flags)
{
    struct name name = {.flags = flags};
    size_t i = 0;
    for (;;) {
        size_t start = i, dot = 0;
        bool ascii = true;
        for (; i < n && (dot = separator(text + i, n - i, international)) == 0; i++)
            ascii = ascii && (unsigned char)text[i] < 0x80;
        if (!(ascii || international) || !check_label(&name, text + start, i - start, ascii) ||
            name.length > NAME_MAX_LENGTH)
            return false;
        if (dot == 0)
            break;
        i += dot;
        name.length++;
    }
    return !(name.right_to_left && name.bidi_wrong);
}

bool format_hostname(const char *text, size_t n)
{
    return check_name(text, n, false, 0);
}

bool format_idn_hostname(const char *text, size_t n)
{
    return check_name(text, n, true, 0);
}

bool format_mail_domain(const char *text, size_t n)
{
    return check_name(text, n, true, IDN2_NFC_INPUT);
}
