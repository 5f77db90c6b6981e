/* What may be shown of a find. */
#include "base/text.h"
#include "jpk/hygiene_token.h"

/* The first bytes of a value, as far as they can be printed. */
static void put_start(struct buf *out, const char *value, size_t n, size_t most)
{
    for (size_t i = 0; i < n && i < most; i++)
        buf_putc(out, value[i] > ' ' && value[i] < 0x7f ? value[i] : '?');
}

/* A prefix that all tokens of the kind have tells nothing. */
static size_t known_prefix(const char *value, size_t n)
{
    static const char *const others[] = {"eyJ", "00D"};
    size_t count;
    const struct token_form *forms = token_forms(&count);
    for (size_t i = 0; i < count; i++) {
        size_t m = strlen(forms[i].anchor.text);
        if (m < n && memcmp(value, forms[i].anchor.text, m) == 0)
            return m;
    }
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        if (n > strlen(others[i]) && memcmp(value, others[i], strlen(others[i])) == 0)
            return strlen(others[i]);
    return 0;
}

static void put_token(struct buf *out, const char *value, size_t n)
{
    put_start(out, value, n, known_prefix(value, n));
    buf_printf(out, "*** (%zu characters)", n);
}

static void put_email(struct buf *out, const char *value, size_t n)
{
    const char *sign = memchr(value, '@', n);
    size_t m = strlen("@");
    if (!sign) {
        sign = memmem(value, n, "%40", strlen("%40"));
        m = strlen("%40");
    }
    put_start(out, value, n, sign == value ? 0 : 1);
    buf_puts(out, "***");
    if (sign) {
        buf_putc(out, '@');
        put_start(out, sign + m, n - (size_t)(sign - value) - m, n);
    }
}

/* `db***.corp`, `10.***`. */
static void put_host(struct buf *out, const char *value, size_t n, bool name)
{
    const char *dot = name ? memrchr(value, '.', n) : NULL;
    put_start(out, value, n, 2);
    buf_puts(out, "***");
    if (dot && dot > value + 2)
        put_start(out, dot, n - (size_t)(dot - value), n);
}

void hygiene_mask(struct buf *out, enum hygiene_rule rule, const char *value, size_t n)
{
    switch (rule) {
    case HYGIENE_EMAIL_ADDRESS:
        put_email(out, value, n);
        break;
    case HYGIENE_INTERNAL_HOST:
        put_host(out, value, n, true);
        break;
    case HYGIENE_PRIVATE_ADDRESS:
    case HYGIENE_PHONE_NUMBER:
        put_start(out, value, n, 3);
        buf_puts(out, "***");
        break;
    case HYGIENE_UNC_PATH:
        put_start(out, value, n, 4);
        buf_puts(out, "***");
        break;
    case HYGIENE_PRIVATE_KEY:
    case HYGIENE_URL_CREDENTIALS:
    case HYGIENE_CONNECTION_PASSWORD:
    case HYGIENE_LEAK_BESIDE_VARIABLE:
    case HYGIENE_PLAIN_PASSWORD:
    case HYGIENE_ENCRYPTED_VALUE:
        buf_puts(out, "***");
        break;
    default:
        put_token(out, value, n);
        break;
    }
}
