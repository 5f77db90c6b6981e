/* Tokens that their makers have marked, private keys, sessions. */
#include "jpk/hygiene_token.h"
#include "base/text.h"

enum alphabet { ALNUM, WORDS, URL64, BASE64, HEX, CAPITALS, DOTTED };

static const struct token_form forms[] = {
    {{"AKIA", look_token, false}, HYGIENE_AWS_ACCESS_KEY, CAPITALS, 16, 16},
    {{"ASIA", look_token, false}, HYGIENE_AWS_ACCESS_KEY, CAPITALS, 16, 16},
    {{"ghp_", look_token, false}, HYGIENE_GITHUB_TOKEN, ALNUM, 36, 251},
    {{"gho_", look_token, false}, HYGIENE_GITHUB_TOKEN, ALNUM, 36, 251},
    {{"ghu_", look_token, false}, HYGIENE_GITHUB_TOKEN, ALNUM, 36, 251},
    {{"ghs_", look_token, false}, HYGIENE_GITHUB_TOKEN, ALNUM, 36, 251},
    {{"ghr_", look_token, false}, HYGIENE_GITHUB_TOKEN, ALNUM, 36, 251},
    {{"github_pat_", look_token, false}, HYGIENE_GITHUB_TOKEN, WORDS, 60, 255},
    {{"glpat-", look_token, false}, HYGIENE_GITLAB_TOKEN, DOTTED, 20, 300},
    {{"gldt-", look_token, false}, HYGIENE_GITLAB_TOKEN, DOTTED, 20, 300},
    {{"glrt-", look_token, false}, HYGIENE_GITLAB_TOKEN, DOTTED, 20, 300},
    {{"glptt-", look_token, false}, HYGIENE_GITLAB_TOKEN, DOTTED, 20, 300},
    {{"glft-", look_token, false}, HYGIENE_GITLAB_TOKEN, DOTTED, 20, 300},
    {{"xoxb-", look_token, false}, HYGIENE_SLACK_TOKEN, URL64, 20, 255},
    {{"xoxp-", look_token, false}, HYGIENE_SLACK_TOKEN, URL64, 20, 255},
    {{"xoxa-", look_token, false}, HYGIENE_SLACK_TOKEN, URL64, 20, 255},
    {{"xoxr-", look_token, false}, HYGIENE_SLACK_TOKEN, URL64, 20, 255},
    {{"xoxs-", look_token, false}, HYGIENE_SLACK_TOKEN, URL64, 20, 255},
    {{"xoxe.", look_token, false}, HYGIENE_SLACK_TOKEN, DOTTED, 20, 255},
    {{"xapp-", look_token, false}, HYGIENE_SLACK_TOKEN, URL64, 20, 255},
    {{"AIza", look_token, false}, HYGIENE_GOOGLE_KEY, URL64, 35, 35},
    {{"GOCSPX-", look_token, false}, HYGIENE_GOOGLE_KEY, URL64, 28, 28},
    {{"ya29.", look_token, false}, HYGIENE_GOOGLE_KEY, URL64, 40, 2048},
    {{"1//0", look_token, false}, HYGIENE_GOOGLE_KEY, URL64, 40, 512},
    {{"sk_live_", look_token, false}, HYGIENE_STRIPE_KEY, ALNUM, 16, 255},
    {{"rk_live_", look_token, false}, HYGIENE_STRIPE_KEY, ALNUM, 16, 255},
    {{"sk_test_", look_token, false}, HYGIENE_STRIPE_KEY, ALNUM, 16, 255},
    {{"rk_test_", look_token, false}, HYGIENE_STRIPE_KEY, ALNUM, 16, 255},
    {{"whsec_", look_token, false}, HYGIENE_STRIPE_KEY, ALNUM, 24, 255},
    {{"SG.", look_token, false}, HYGIENE_SENDGRID_KEY, DOTTED, 66, 66},
    {{"SK", look_token, false}, HYGIENE_TWILIO_KEY, HEX, 32, 32},
    {{"npm_", look_token, false}, HYGIENE_NPM_TOKEN, ALNUM, 36, 36},
    {{"pypi-AgE", look_token, false}, HYGIENE_SERVICE_TOKEN, URL64, 50, 1024},
    {{"dop_v1_", look_token, false}, HYGIENE_SERVICE_TOKEN, HEX, 64, 64},
    {{"shpat_", look_token, false}, HYGIENE_SERVICE_TOKEN, HEX, 32, 32},
    {{"shpss_", look_token, false}, HYGIENE_SERVICE_TOKEN, HEX, 32, 32},
    {{"shpca_", look_token, false}, HYGIENE_SERVICE_TOKEN, HEX, 32, 32},
    {{"shppa_", look_token, false}, HYGIENE_SERVICE_TOKEN, HEX, 32, 32},
    {{"hf_", look_token, false}, HYGIENE_SERVICE_TOKEN, ALNUM, 34, 34},
    {{"sk-ant-", look_token, false}, HYGIENE_SERVICE_TOKEN, URL64, 40, 255},
    {{"sk-proj-", look_token, false}, HYGIENE_SERVICE_TOKEN, URL64, 40, 255},
    {{"dckr_pat_", look_token, false}, HYGIENE_SERVICE_TOKEN, URL64, 20, 64},
    {{"ATATT3x", look_token, false}, HYGIENE_SERVICE_TOKEN, URL64, 60, 512},
    {{"PMAK-", look_token, false}, HYGIENE_SERVICE_TOKEN, URL64, 50, 80},
    {{"NRAK-", look_token, false}, HYGIENE_SERVICE_TOKEN, CAPITALS, 27, 27},
    {{"lin_api_", look_token, false}, HYGIENE_SERVICE_TOKEN, ALNUM, 32, 64},
    {{"hvs.", look_token, false}, HYGIENE_SERVICE_TOKEN, URL64, 24, 255},
    {{"dapi", look_token, false}, HYGIENE_SERVICE_TOKEN, HEX, 32, 32},
    {{"pat-na1-", look_token, false}, HYGIENE_SERVICE_TOKEN, URL64, 36, 36},
    {{"pat-eu1-", look_token, false}, HYGIENE_SERVICE_TOKEN, URL64, 36, 36},
    {{"AGE-SECRET-KEY-1", look_token, false}, HYGIENE_PRIVATE_KEY, CAPITALS, 58, 58},
};

_Static_assert(sizeof forms / sizeof forms[0] <= TOKEN_FORMS_MAX, "raise TOKEN_FORMS_MAX");

const struct token_form *token_forms(size_t *count)
{
    *count = sizeof forms / sizeof forms[0];
    return forms;
}

static bool in_alphabet(enum alphabet alphabet, char c)
{
    switch (alphabet) {
    case ALNUM:
        return is_letter(c) || is_digit(c);
    case WORDS:
        return is_word(c);
    case URL64:
        return is_word(c) || c == '-';
    case BASE64:
        return is_letter(c) || is_digit(c) || c == '+' || c == '/';
    case HEX:
        return is_hex(c);
    case CAPITALS:
        return (c >= 'A' && c <= 'Z') || is_digit(c);
    case DOTTED:
        return is_word(c) || c == '-' || c == '.';
    }
    return false;
}

static size_t run(const struct scan *scan, size_t at, enum alphabet alphabet, size_t most)
{
    size_t n = 0;
    while (n < most && at + n < scan->n && in_alphabet(alphabet, scan->text[at + n]))
        n++;
    return n;
}

/* What stands before a token does not go on in it. */
static bool begins(const struct scan *scan, size_t at)
{
    if (at == 0)
        return true;
    char before = scan->text[at - 1];
    if (at >= 2 && scan->text[at - 2] == '\\' && strchr("nrt", before))
        return true; /* escaped white space */
    return !is_word(before) && before != '-' && before != '+';
}

/* Some text that nobody has drawn by lot: few different characters, or a filler. */
static bool invented(const char *value, size_t n)
{
    enum { LIKELY = 5, LOOK = 64 };
    size_t seen[256] = {0}, repeat = 0, m = n < LOOK ? n : LOOK;
    for (size_t i = 0; i < m; i++)
        repeat += 2 * seen[(unsigned char)value[i]]++ + 1;
    return repeat * LIKELY > m * m || value_holds(value, m, "example") || value_holds(value, m, "xxxx") ||
           value_holds(value, m, "0123456789") || value_holds(value, m, "your") || value_holds(value, m, "abcdefghij");
}

void look_token(struct scan *scan, size_t at, const struct anchor *anchor)
{
    const struct token_form *form = (const struct token_form *)anchor; /* its first member */
    size_t prefix = strlen(anchor->text);
    if (!begins(scan, at))
        return;
    size_t n = run(scan, at + prefix, (enum alphabet)form->alphabet, (size_t)form->most + 1);
    while (form->alphabet == DOTTED && n > 0 && scan->text[at + prefix + n - 1] == '.')
        n--;
    if (n < form->least || n > form->most || is_word(scan_char(scan, at + prefix + n)) ||
        invented(scan->text + at + prefix, n))
        return;
    scan_hit(scan, form->rule, JPK_HIGH, at, prefix + n);
}

void look_slack_webhook(struct scan *scan, size_t at, const struct anchor *anchor)
{
    size_t start = at + strlen(anchor->text) - 1, n = 0, slashes = 0;
    while (n < 128 && (run(scan, start + n, ALNUM, 1) || scan_char(scan, start + n) == '/'))
        slashes += scan_char(scan, start + n++) == '/';
    if (slashes == 2 && n >= 40 && !invented(scan->text + start, n))
        scan_hit(scan, HYGIENE_SLACK_TOKEN, JPK_HIGH, start, n);
}

enum { LABEL_MAX = 64, BETWEEN_MOST = 96, LINE_LEAST = 32, BODY_LEAST = 64 };

/*
 * Behind the quote in which a text goes on that another one ended, as in `" + $line_end + "` and `"; $key = $key + "`:
 * what is added stands behind its sign, which the next value of an object or tag does not. 0: it does not go on.
 */
static size_t added_string(const struct scan *scan, size_t at, size_t quote)
{
    static const char *const signs[] = {"+", ".", "&", "&amp;"};
    size_t end = at + quote + BETWEEN_MOST < scan->n ? at + quote + BETWEEN_MOST : scan->n;
    for (size_t open = at + quote; open < end && !strchr("<{}", scan->text[open]); open++) {
        if (!same_quotes(scan, at, open, quote))
            continue;
        for (size_t i = 0; i < sizeof signs / sizeof signs[0]; i++)
            if (scan_before(scan, space_before(scan, open), signs[i]))
                return open + quote;
        return 0;
    }
    return 0;
}

static bool has_digit(const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (is_digit(text[i]))
            return true;
    return false;
}

/* The lines of base64 in the body of a key. */
struct key_lines {
    size_t end;    /* of the last one */
    size_t base64; /* bytes, from the first one on, which is no short one */
    size_t close;  /* where the text stands that closes the key; 0: it does not */
};

/*
 * Lines of base64 that headers, line ends or what puts strings together stand between, in whatever escapes: little, and
 * no other value. Words in a note about keys are no lines, for they are short.
 */
static struct key_lines key_lines(const struct scan *scan, size_t at, const char *closing)
{
    struct key_lines lines = {.end = at};
    size_t start = at;
    while (at < scan->n && at - lines.end < BETWEEN_MOST) {
        size_t n = run(scan, at, BASE64, scan->n), quote = n == 0 ? quote_at(scan, at) : 0;
        if (scan_is(scan, at, closing))
            lines.close = at;
        if (lines.close > 0 || strchr("<{}", scan->text[at]) || scan_is(scan, at, "----"))
            break;
        if (n >= LINE_LEAST && has_digit(scan->text + at, n))
            lines.end = at + n;
        lines.base64 += lines.end > start ? n : 0;
        at = quote > 0 ? added_string(scan, at, quote) : at + n + (n == 0);
        if (at == 0)
            break;
    }
    return lines;
}

/* Behind the padding, or the last line, which may be a short one, of a key that nothing closes. */
static size_t behind_last_line(const struct scan *scan, size_t at)
{
    size_t start = skip_space(scan, at), end = start + run(scan, start, BASE64, LINE_LEAST);
    while (scan_char(scan, end) == '=')
        end++;
    return end > start && (end == scan->n || strchr("\r\n<\"'\\&", scan->text[end])) ? end : at;
}

/* PEM (RFC 7468) and SSH2 (RFC 4716): from the first line to the last, whatever ends the lines between. */
void look_private_key(struct scan *scan, size_t at, const struct anchor *anchor)
{
    bool ssh2 = anchor->text[4] == ' ';
    const char *dashes = ssh2 ? "----" : "-----", *end = ssh2 ? "---- END " : "-----END ";
    size_t label = at + strlen(anchor->text);
    size_t left = scan->n - label;
    const char *close = memmem(scan->text + label, left < LABEL_MAX ? left : LABEL_MAX, dashes, strlen(dashes));
    if (!close || !value_holds(scan->text + label, (size_t)(close - scan->text) - label, "private key"))
        return;
    size_t body = (size_t)(close - scan->text) + strlen(dashes);
    struct key_lines lines = key_lines(scan, body, end);
    if (lines.base64 < BODY_LEAST || value_holds(scan->text + body, BODY_LEAST, "xxxxxxxx"))
        return;
    size_t stop = behind_last_line(scan, lines.end);
    if (lines.close > 0) {
        stop = lines.close + strlen(end);
        left = scan->n - stop;
        const char *last = memmem(scan->text + stop, left < LABEL_MAX ? left : LABEL_MAX, dashes, strlen(dashes));
        stop = last ? (size_t)(last - scan->text) + strlen(dashes) : lines.close;
    }
    scan_hit(scan, HYGIENE_PRIVATE_KEY, JPK_HIGH, at, stop - at);
}

/* A file of PuTTY's, as a whole: it has the private part without a password unless it says otherwise. */
void look_putty_key(struct scan *scan, size_t at, const struct anchor *anchor)
{
    enum { HEAD_MAX = 8192 };
    static const char private[] = "Private-Lines:", mac[] = "Private-MAC:";
    size_t head = at + strlen(anchor->text), left = scan->n - head;
    const char *text = scan->text + head, *next, *body;
    body = memmem(text, left < HEAD_MAX ? left : HEAD_MAX, private, strlen(private));
    next = body ? memmem(text, (size_t)(body - text), anchor->text, strlen(anchor->text)) : NULL;
    if (!body || next)
        return; /* the lines are those of the next file */
    struct key_lines lines = key_lines(scan, (size_t)(body - scan->text) + strlen(private), mac);
    if (lines.base64 == 0)
        return;
    size_t stop = behind_last_line(scan, lines.end);
    if (lines.close > 0) {
        stop = lines.close + strlen(mac);
        while (scan_char(scan, stop) == ' ')
            stop++;
        stop += run(scan, stop, HEX, LABEL_MAX);
    }
    scan_hit(scan, HYGIENE_PRIVATE_KEY, JPK_HIGH, at, stop - at);
}

/*
 * `$00` and base64, as both studios store what they encrypt: at least 32 bytes. That of `crypto-marker` is made anew
 * whenever Design Studio saves, and is no secret.
 */
void look_encrypted(struct scan *scan, size_t at, const struct anchor *anchor)
{
    enum { LEAST = 42, PADDING = 2 };
    size_t start = at + strlen(anchor->text), n = run(scan, start, BASE64, scan->n), end = start + n;
    if (n < LEAST || scan_before(scan, at, "crypto-marker="))
        return;
    for (size_t i = 0; i < PADDING && scan_char(scan, end + escapes_sign(scan, end)) == '='; i++)
        end += 1 + escapes_sign(scan, end);
    scan_hit(scan, HYGIENE_ENCRYPTED_VALUE, JPK_HIGH, at, end - at);
}

void look_jwt(struct scan *scan, size_t at, const struct anchor *anchor)
{
    enum { PART_LEAST = 10, SIGNATURE_LEAST = 16 };
    (void)anchor;
    if (!begins(scan, at))
        return;
    size_t head = run(scan, at, URL64, scan->n), body = at + head + 1;
    if (head < PART_LEAST || scan_char(scan, body - 1) != '.' || !scan_is(scan, body, "eyJ"))
        return;
    size_t n = run(scan, body, URL64, scan->n), signature = body + n + 1;
    if (n < PART_LEAST || scan_char(scan, signature - 1) != '.')
        return;
    size_t m = run(scan, signature, URL64, scan->n);
    if (m >= SIGNATURE_LEAST)
        scan_hit(scan, HYGIENE_JWT, JPK_HIGH, at, signature + m - at);
}

/* `00D`, the rest of the organization's id of 15 or 18 characters, `!`, the session. */
void look_salesforce_session(struct scan *scan, size_t at, const struct anchor *anchor)
{
    enum { SHORT_ID = 15, LONG_ID = 18, LEAST = 40 };
    (void)anchor;
    if (!begins(scan, at))
        return;
    size_t id = run(scan, at, ALNUM, LONG_ID + 1), session = at + id + 1;
    if ((id != SHORT_ID && id != LONG_ID) || scan_char(scan, session - 1) != '!')
        return;
    size_t n = run(scan, session, DOTTED, scan->n);
    if (n >= LEAST && !invented(scan->text + session, n))
        scan_hit(scan, HYGIENE_SALESFORCE_SESSION, JPK_HIGH, at, session + n - at);
}

/* `sig=` of a shared access signature: base64 of 32 bytes, percent-encoded or not. */
void look_azure_signature(struct scan *scan, size_t at, const struct anchor *anchor)
{
    enum { LEAST = 43, MOST = 128 };
    size_t value = at + strlen(anchor->text), n = 0;
    if (at == 0 || !strchr("?&;", scan->text[at - 1]))
        return;
    while (n < MOST && (in_alphabet(ALNUM, scan_char(scan, value + n)) ||
                        (scan_char(scan, value + n) && strchr("+/=%", scan_char(scan, value + n)))))
        n++;
    if (n >= LEAST && n < MOST && !invented(scan->text + value, n))
        scan_hit(scan, HYGIENE_AZURE_KEY, JPK_HIGH, value, n);
}
