/* The rules, and the pass over a text that calls those who look for them. */
#include "jpk/hygiene.h"

#include <stdlib.h>

#include "base/array.h"
#include "base/error.h"
#include "base/text.h"
#include "jpk/hygiene_token.h"

#define COUNT(list) (sizeof(list) / sizeof(list)[0])

static const struct hygiene_rule_info rules[HYGIENE_RULES] = {
    [HYGIENE_PRIVATE_KEY] = {"private-key", "A private key.", JPK_ERROR, JPK_HIGH},
    [HYGIENE_AWS_ACCESS_KEY] = {"aws-access-key", "An access key of AWS.", JPK_ERROR, JPK_HIGH},
    [HYGIENE_GITHUB_TOKEN] = {"github-token", "A token of GitHub.", JPK_ERROR, JPK_HIGH},
    [HYGIENE_GITLAB_TOKEN] = {"gitlab-token", "A token of GitLab.", JPK_ERROR, JPK_HIGH},
    [HYGIENE_SLACK_TOKEN] = {"slack-token", "A token or webhook of Slack.", JPK_ERROR, JPK_HIGH},
    [HYGIENE_GOOGLE_KEY] = {"google-key", "An API key, client secret or token of Google.", JPK_ERROR, JPK_HIGH},
    [HYGIENE_STRIPE_KEY] = {"stripe-key", "A secret key of Stripe.", JPK_ERROR, JPK_HIGH},
    [HYGIENE_SENDGRID_KEY] = {"sendgrid-key", "An API key of SendGrid.", JPK_ERROR, JPK_HIGH},
    [HYGIENE_TWILIO_KEY] = {"twilio-key", "An API key of Twilio.", JPK_ERROR, JPK_MEDIUM},
    [HYGIENE_NPM_TOKEN] = {"npm-token", "A token of npm.", JPK_ERROR, JPK_HIGH},
    [HYGIENE_AZURE_KEY] = {"azure-key", "A key or a shared access signature of Azure.", JPK_ERROR, JPK_HIGH},
    [HYGIENE_SERVICE_TOKEN] = {"service-token", "A token of a service that marks its tokens.", JPK_ERROR, JPK_HIGH},
    [HYGIENE_SALESFORCE_SESSION] = {"salesforce-session", "The id of a session of Salesforce.", JPK_ERROR, JPK_HIGH},
    [HYGIENE_JWT] = {"jwt", "A JSON Web Token.", JPK_ERROR, JPK_HIGH},
    [HYGIENE_AUTHORIZATION_HEADER] = {"authorization-header", "Credentials of an Authorization header.", JPK_ERROR,
                                      JPK_HIGH},
    [HYGIENE_URL_CREDENTIALS] = {"url-credentials", "A password or token in the log-in part of a URL.", JPK_ERROR,
                                 JPK_HIGH},
    [HYGIENE_CONNECTION_PASSWORD] = {"connection-password", "A password in a connection string.", JPK_ERROR, JPK_HIGH},
    [HYGIENE_LEAK_BESIDE_VARIABLE] = {"leak-beside-variable",
                                      "Literal text beside a variable in the field of a secret; exports without "
                                      "credentials hold it in the clear.",
                                      JPK_ERROR, JPK_HIGH},
    [HYGIENE_PLAIN_PASSWORD] = {"plain-password", "A password in the clear.", JPK_ERROR, JPK_HIGH},
    [HYGIENE_PLAIN_SECRET] = {"plain-secret", "A token, key or other secret in the clear.", JPK_ERROR, JPK_HIGH},
    [HYGIENE_ENCRYPTED_VALUE] = {"encrypted-value",
                                 "An encrypted value, which is of use to whoever may import the project.", JPK_WARNING,
                                 JPK_HIGH},
    [HYGIENE_EMAIL_ADDRESS] = {"email-address", "An e-mail address.", JPK_WARNING, JPK_HIGH},
    [HYGIENE_UNC_PATH] = {"unc-path", "A path on a file server.", JPK_WARNING, JPK_MEDIUM},
    [HYGIENE_PRIVATE_ADDRESS] = {"private-address", "An address of a private network.", JPK_WARNING, JPK_HIGH},
    [HYGIENE_INTERNAL_HOST] = {"internal-host", "A host that only an internal network knows.", JPK_WARNING, JPK_HIGH},
    [HYGIENE_PHONE_NUMBER] = {"phone-number", "A telephone number.", JPK_WARNING, JPK_MEDIUM},
};

const struct hygiene_rule_info *hygiene_rule_info(enum hygiene_rule rule)
{
    return (size_t)rule < HYGIENE_RULES ? &rules[rule] : NULL;
}

enum hygiene_rule hygiene_rule_by_id(const char *id)
{
    size_t i = 0;
    while (i < HYGIENE_RULES && strcmp(rules[i].id, id) != 0)
        i++;
    return (enum hygiene_rule)i;
}

/*
 * Where each search begins, besides the prefixes of tokens. Anchors of one or two bytes that are frequent make the pass
 * slower for every text.
 */
static const struct anchor anchors[] = {
    {"-----BEGIN ", look_private_key, false},
    {"---- BEGIN ", look_private_key, false},
    {"PuTTY-User-Key-File-", look_putty_key, false},
    {"hooks.slack.com/services/T", look_slack_webhook, false},
    {"00D", look_salesforce_session, false},
    {"eyJ", look_jwt, false},
    {"$00", look_encrypted, false},
    {"sig=", look_azure_signature, false},
    {"://", look_url, false},
    {"pass", look_name, true},
    {"pwd", look_name, true},
    {"pw", look_name_end, true},
    {"secret", look_name, true},
    {"token", look_name, true},
    {"apikey", look_name, true},
    {"api_key", look_name, true},
    {"api-key", look_name, true},
    {"api.key", look_name, true},
    {"access", look_name, true},
    {"account", look_name, true},
    {"authkey", look_name, true},
    {"auth_key", look_name, true},
    {"auth-key", look_name, true},
    {"auth.key", look_name, true},
    {"private", look_name, true},
    {"sharedkey", look_name, true},
    {"shared_key", look_name, true},
    {"shared-key", look_name, true},
    {"shared.key", look_name, true},
    {"subscription", look_name, true},
    {"kennwort", look_name, true},
    {"senha", look_name, true},
    {"contrase", look_name, true},
    {"motdepasse", look_name, true},
    {"mot_de_passe", look_name, true},
    {"mot-de-passe", look_name, true},
    {"encryption", look_name, true},
    {"signing", look_name, true},
    {"master", look_name, true},
    {"authoriz", look_name, true},
    {"cookie", look_name, true},
    {"credential", look_name, true},
    {"bearer ", look_scheme, true},
    {"basic ", look_scheme, true},
    {"jdbc:oracle:", look_oracle, true},
    {"aesencryption(", look_call, true},
    {"aesdecryption(", look_call, true},
    {"base64encode(", look_call, true},
    {"curl ", look_command, true},
    {"sshpass -p", look_command, true},
    {"identified by ", look_command, true},
    {"{", look_object, false},
    {"}", look_object, false},
    {"value", look_value_key, false},
    {"default", look_value_key, false},
    {"defaultValue", look_value_key, false},
    {"@", look_email, false},
    {"%40", look_email, false},
    {"+1", look_phone, false},
    {"+2", look_phone, false},
    {"+3", look_phone, false},
    {"+4", look_phone, false},
    {"+5", look_phone, false},
    {"+6", look_phone, false},
    {"+7", look_phone, false},
    {"+8", look_phone, false},
    {"+9", look_phone, false},
    {"phone", look_phone_name, true},
    {"mobile", look_phone_name, true},
    {"fax", look_phone_name, true},
    {"10.", look_private_ipv4, false},
    {"172.", look_private_ipv4, false},
    {"192.168.", look_private_ipv4, false},
    {"fd", look_private_ipv6, true},
    {"fc", look_private_ipv6, true},
    {"fe80:", look_private_ipv6, true},
    {".local", look_internal_suffix, true},
    {".localdomain", look_internal_suffix, true},
    {".internal", look_internal_suffix, true},
    {".intranet", look_internal_suffix, true},
    {".corp", look_internal_suffix, true},
    {".lan", look_internal_suffix, true},
    {".home.arpa", look_internal_suffix, true},
    {"\\\\", look_unc, false},
};

/* --------------------------------------------------------------------------------------------------------- hits */

static bool listed(const char *const *list, size_t count, const char *value, size_t n)
{
    for (size_t i = 0; i < count; i++)
        if (strlen(list[i]) == n && strncasecmp(list[i], value, n) == 0)
            return true;
    return false;
}

static int by_offset(const void *a, const void *b)
{
    const struct hygiene_hit *x = a, *y = b;
    if (x->offset != y->offset)
        return x->offset < y->offset ? -1 : 1;
    if (x->rule != y->rule)
        return x->rule < y->rule ? -1 : 1;
    return (x->length < y->length) - (x->length > y->length);
}

static bool is_secret(const struct hygiene_hit *hit)
{
    return hit->rule < HYGIENE_EMAIL_ADDRESS;
}

/* Of two hits that share bytes: a guess never hides what is sure, so that this is found with guesses and without. */
static bool stronger(const struct hygiene_hit *a, const struct hygiene_hit *b)
{
    if (hygiene_sure(a) != hygiene_sure(b))
        return hygiene_sure(a);
    if (is_secret(a) && is_secret(b) && a->length != b->length)
        return a->length > b->length;
    if (a->rule != b->rule)
        return a->rule < b->rule;
    return a->length > b->length;
}

/* What a token leaves of the secret that it is part of, as in `key:secret`, is secret too. */
static struct hygiene_hit joined(const struct hygiene_hit *a, const struct hygiene_hit *b)
{
    struct hygiene_hit hit = stronger(a, b) ? *a : *b;
    if (!is_secret(a) || !is_secret(b) || hygiene_sure(a) != hygiene_sure(b))
        return hit;
    size_t start = a->offset < b->offset ? a->offset : b->offset;
    size_t end_a = a->offset + a->length, end_b = b->offset + b->length;
    hit.offset = start;
    hit.length = (end_a > end_b ? end_a : end_b) - start;
    hit.confidence = a->confidence > b->confidence ? a->confidence : b->confidence;
    return hit;
}

void hygiene_settle(struct hygiene_hits *hits)
{
    if (hits->count == 0)
        return;
    qsort(hits->items, hits->count, sizeof *hits->items, by_offset);
    size_t kept = 0;
    for (size_t i = 1; i < hits->count; i++) {
        struct hygiene_hit *last = &hits->items[kept];
        if (hits->items[i].offset >= last->offset + last->length)
            hits->items[++kept] = hits->items[i];
        else
            *last = joined(last, &hits->items[i]);
    }
    hits->count = kept + 1;
}

/* How many hits there is room for, with those that others will take the place of. */
static size_t room(const struct scan *scan)
{
    return 2 * scan->most + 64;
}

static bool push_hit(struct scan *scan, struct hygiene_hit hit)
{
    struct hygiene_hits *hits = scan->hits;
    struct hygiene_hit *items = array_grow(hits->items, hits->count, &hits->capacity, sizeof *items);
    if (!items) {
        scan->failed = scan->full = true;
        return false;
    }
    hits->items = items;
    items[hits->count++] = hit;
    return true;
}

/* What passwords, tokens and keys are made of, without what separates values. */
static bool goes_on(char c)
{
    return is_word(c) || (c && strchr("+/=-._~%!$#*^", c)) || (unsigned char)c >= 0x80;
}

static size_t behind_run(const struct scan *scan, size_t at)
{
    while (goes_on(scan_char(scan, at)))
        at++;
    return at;
}

/*
 * Those who look read only so much of a value. A hit that ends there, within a word, goes on to the end of what it is
 * part of.
 */
static void take_run(const struct scan *scan, struct hygiene_hit *hit)
{
    enum { LONG = 128 };
    size_t end = hit->offset + hit->length;
    if (hit->length >= LONG && goes_on(scan->text[end - 1]) && is_word(scan_char(scan, end)))
        hit->length = behind_run(scan, end) - hit->offset;
}

struct span next_string(const struct scan *scan, size_t at)
{
    static const char *const signs[] = {"+", "&amp;", "&", "."};
    size_t quote = quote_at(scan, at), length = 0;
    if (quote == 0)
        return (struct span){0, 0};
    at = skip_space(scan, at + quote);
    for (size_t i = 0; i < COUNT(signs) && length == 0; i++)
        length = scan_is(scan, at, signs[i]) ? strlen(signs[i]) : 0;
    at = skip_space(scan, at + length);
    quote = length > 0 ? quote_at(scan, at) : 0;
    size_t start = at + quote, end = quote > 0 ? behind_run(scan, start) : start;
    if (end == start || strchr("/_", scan->text[start]) || !same_quotes(scan, at, end, quote))
        return (struct span){0, 0};
    return (struct span){start, end - start};
}

/* A secret goes on in the string that is put together with its own; one with other quotes is a hit of its own. */
static void take_strings(struct scan *scan, size_t i, size_t *done)
{
    for (;;) {
        struct hygiene_hit *hit = &scan->hits->items[i];
        size_t end = hit->offset + hit->length, quote = quote_at(scan, end);
        struct span next = next_string(scan, end);
        *done = next.n > 0 ? next.at + next.n : end;
        if (next.n == 0)
            return;
        if (quote_before(scan, next.at) == quote && same_quotes(scan, end, next.at - quote, quote)) {
            hit->length = *done - hit->offset;
        } else {
            i = scan->hits->count;
            if (i >= room(scan) || !push_hit(scan, (struct hygiene_hit){hit->rule, hit->confidence, next.at, next.n}))
                return;
        }
    }
}

/* Hits become longer by what belongs to them; they are in order. */
static void widen(struct scan *scan)
{
    for (size_t i = 0, done = 0, count = scan->hits->count; i < count; i++) {
        struct hygiene_hit *hit = &scan->hits->items[i];
        if (!is_secret(hit) || hit->offset < done)
            continue; /* what lies in one that was made longer is read once */
        take_run(scan, hit);
        take_strings(scan, i, &done);
    }
    hygiene_settle(scan->hits);
}

void scan_hit(struct scan *scan, enum hygiene_rule rule, enum jpk_confidence confidence, size_t at, size_t n)
{
    struct hygiene_hits *hits = scan->hits;
    const struct hygiene_options *options = scan->options;
    if (confidence > rules[rule].confidence)
        confidence = rules[rule].confidence;
    if (n == 0 || scan->full || (options->off >> rule & 1) || confidence < options->least ||
        listed(options->values, options->value_count, scan->text + at, n))
        return;
    if (hits->count >= room(scan)) {
        hygiene_settle(hits);
        if (hits->count > scan->most) {
            scan->full = true;
            return;
        }
    }
    (void)push_hit(scan, (struct hygiene_hit){rule, confidence, at, n});
}

void hygiene_hits_free(struct hygiene_hits *hits)
{
    free(hits->items);
    *hits = (struct hygiene_hits){0};
}

/* --------------------------------------------------------------------------------------------------------- pass */

enum {
    ANCHORS = sizeof anchors / sizeof anchors[0],
    ANCHORS_MAX = ANCHORS + TOKEN_FORMS_MAX + HYGIENE_HOSTS_MAX,
    BUCKETS = 32,
    NONE = UINT16_MAX
};

/*
 * Which anchors can begin at three bytes: each has a bucket by its first letter, and the tables say of a byte in which
 * buckets it can be first, second or third. Few places of a text pass all three.
 */
struct filter {
    uint32_t first[256], second[256], third[256];
    uint16_t bucket[BUCKETS];   /* its first anchor */
    uint16_t next[ANCHORS_MAX]; /* the next one of the same bucket */
    const struct anchor *anchor[ANCHORS_MAX];
    uint16_t count;
};

/* Letters have buckets of their own; what is short does not spoil theirs, for anything may be its third byte. */
static unsigned bucket_of(const char *text)
{
    enum { SHORT = 30 };
    return text[1] && !text[2] && is_letter(text[0]) ? SHORT : (unsigned char)text_lower(*text) & (BUCKETS - 1);
}

static void mark(uint32_t table[256], const struct anchor *anchor, char c, uint32_t bit)
{
    if (c == '\0') {
        for (size_t i = 0; i < 256; i++)
            table[i] |= bit;
        return;
    }
    table[(unsigned char)c] |= bit;
    if (anchor->any_case && c >= 'a' && c <= 'z')
        table[(unsigned char)(c - 'a' + 'A')] |= bit;
}

static void add_anchor(struct filter *filter, const struct anchor *anchor)
{
    const char *text = anchor->text;
    unsigned bucket = bucket_of(text);
    uint16_t id = filter->count++;
    uint32_t bit = UINT32_C(1) << bucket;
    filter->anchor[id] = anchor;
    filter->next[id] = filter->bucket[bucket];
    filter->bucket[bucket] = id;
    mark(filter->first, anchor, text[0], bit);
    mark(filter->second, anchor, text[1], bit);
    mark(filter->third, anchor, text[1] ? text[2] : '\0', bit);
}

static void add_tokens(struct filter *filter)
{
    size_t count;
    const struct token_form *forms = token_forms(&count);
    for (size_t i = 0; i < count; i++)
        add_anchor(filter, &forms[i].anchor);
}

static void visit(struct scan *scan, const struct filter *filter, size_t at, uint32_t buckets)
{
    for (; buckets; buckets &= buckets - 1)
        for (uint16_t id = filter->bucket[__builtin_ctz(buckets)]; id != NONE; id = filter->next[id]) {
            const struct anchor *anchor = filter->anchor[id];
            if (anchor->any_case ? scan_is_any_case(scan, at, anchor->text) : scan_is(scan, at, anchor->text))
                anchor->look(scan, at, anchor);
        }
}

/* Four places at once, for most of them begin nothing. */
static void pass(struct scan *scan, const struct filter *filter)
{
    enum { AT_ONCE = 4, AHEAD = 2 };
    const unsigned char *text = (const unsigned char *)scan->text;
    size_t i = 0;
    for (; scan->n >= AT_ONCE + AHEAD && i <= scan->n - AT_ONCE - AHEAD && !scan->full; i += AT_ONCE) {
        const unsigned char *at = text + i;
        uint32_t a = filter->first[at[0]] & filter->second[at[1]] & filter->third[at[2]];
        uint32_t b = filter->first[at[1]] & filter->second[at[2]] & filter->third[at[3]];
        uint32_t c = filter->first[at[2]] & filter->second[at[3]] & filter->third[at[4]];
        uint32_t d = filter->first[at[3]] & filter->second[at[4]] & filter->third[at[5]];
        if (__builtin_expect(!(a | b | c | d), 1))
            continue;
        visit(scan, filter, i, a);
        visit(scan, filter, i + 1, b);
        visit(scan, filter, i + 2, c);
        visit(scan, filter, i + 3, d);
    }
    for (; i < scan->n && !scan->full; i++)
        visit(scan, filter, i, filter->first[text[i]]);
}

/* The part of a host pattern without its `*`, in small letters; false when nothing is left of it. */
static bool host_anchor(struct anchor *anchor, const char *pattern, char *text)
{
    size_t n = 0;
    bool named = false;
    for (const char *c = pattern; *c; c++) {
        if (*c == '*')
            continue;
        text[n++] = text_lower(*c);
        named = named || is_letter(*c) || is_digit(*c);
    }
    text[n] = '\0';
    *anchor = (struct anchor){text, look_host_pattern, true};
    return named;
}

struct hosts {
    struct anchor anchors[HYGIENE_HOSTS_MAX];
    char *texts;
};

static bool add_hosts(struct filter *filter, struct hosts *hosts, const struct hygiene_options *options,
                      struct jpk_error *err)
{
    size_t total = 1;
    if (options->host_count == 0)
        return true; /* a text in which nothing is found needs no memory */
    for (size_t i = 0; i < options->host_count; i++)
        total += strlen(options->hosts[i]) + 1;
    if (options->host_count > HYGIENE_HOSTS_MAX)
        return error_set(err, JPK_ERR_USAGE, "%zu patterns of hosts; at most %d can be given", options->host_count,
                         HYGIENE_HOSTS_MAX);
    hosts->texts = malloc(total);
    if (!hosts->texts)
        return error_memory(err);
    char *text = hosts->texts;
    for (size_t i = 0; i < options->host_count; i++) {
        const char *pattern = options->hosts[i], *star = strchr(pattern, '*');
        bool inside = star && star != pattern && star[1] != '\0';
        bool second = star && strchr(star + 1, '*');
        if (inside || second || !host_anchor(&hosts->anchors[i], pattern, text))
            return error_set(err, JPK_ERR_USAGE,
                             "'%s' is no pattern of hosts: a name, or one with a * at its start or end", pattern);
        add_anchor(filter, &hosts->anchors[i]);
        text += strlen(text) + 1;
    }
    return true;
}

bool hygiene_scan(const char *text, size_t n, const struct hygiene_options *options, struct hygiene_hits *hits,
                  struct jpk_error *err)
{
    static const struct hygiene_options defaults;
    struct filter filter = {.count = 0};
    struct hosts hosts = {.texts = NULL};
    struct scan scan = {.text = text, .n = n, .options = options ? options : &defaults, .hits = hits};
    scan.most = scan.options->most ? scan.options->most : 10000;
    for (size_t i = 0; i < BUCKETS; i++)
        filter.bucket[i] = NONE;
    for (size_t i = 0; i < ANCHORS; i++)
        add_anchor(&filter, &anchors[i]);
    add_tokens(&filter);
    bool ok = add_hosts(&filter, &hosts, scan.options, err);
    hits->count = 0;
    hits->more = false;
    if (ok) {
        pass(&scan, &filter);
        hygiene_settle(hits);
        widen(&scan);
        hits->more = hits->count > scan.most;
        if (hits->more)
            hits->count = scan.most;
        ok = !scan.failed || error_memory(err);
    }
    free(hosts.texts);
    return ok;
}

/* -------------------------------------------------------------------------------------------------------- helpers */

bool scan_is(const struct scan *scan, size_t at, const char *text)
{
    for (; *text; text++, at++)
        if (at >= scan->n || scan->text[at] != *text)
            return false;
    return true;
}

bool scan_is_any_case(const struct scan *scan, size_t at, const char *text)
{
    for (; *text; text++, at++)
        if (at >= scan->n || text_lower(scan->text[at]) != *text)
            return false;
    return true;
}

bool scan_before(const struct scan *scan, size_t at, const char *text)
{
    size_t m = strlen(text);
    return m <= at && memcmp(scan->text + at - m, text, m) == 0;
}

bool value_is(const char *value, size_t n, const char *const *list, size_t count)
{
    return listed(list, count, value, n);
}

bool value_holds(const char *value, size_t n, const char *word)
{
    size_t m = strlen(word);
    for (size_t i = 0; i + m <= n; i++)
        if (text_lower(value[i]) == *word && strncasecmp(value + i, word, m) == 0)
            return true;
    return false;
}

size_t skip_blanks(const struct scan *scan, size_t at)
{
    enum { BLANKS_MOST = 16 };
    size_t end = at + BLANKS_MOST;
    while (at < end && is_blank(scan_char(scan, at)))
        at++;
    return at;
}

static const char *const space[] = {" ",   "\t",    "\n",    "\r",   "\\n",   "\\r",
                                    "\\t", "&#10;", "&#13;", "&#9;", "&#xA;", "&#xD;"};

enum { SPACE_MOST = 128 };

size_t skip_space(const struct scan *scan, size_t at)
{
    size_t end = at + SPACE_MOST, i = 0;
    while (at < end && i < COUNT(space)) {
        for (i = 0; i < COUNT(space) && !scan_is(scan, at, space[i]);)
            i++;
        at += i < COUNT(space) ? strlen(space[i]) : 0;
    }
    return at;
}

size_t space_before(const struct scan *scan, size_t at)
{
    size_t end = at > SPACE_MOST ? at - SPACE_MOST : 0, i = 0;
    while (at > end && i < COUNT(space)) {
        for (i = 0; i < COUNT(space) && !scan_before(scan, at, space[i]);)
            i++;
        at -= i < COUNT(space) ? strlen(space[i]) : 0;
    }
    return at;
}

bool escapes_sign(const struct scan *scan, size_t at)
{
    char next = scan_char(scan, at + 1);
    return scan_char(scan, at) == '\\' && next && strchr(":=#!", next);
}

static const char *const entities[] = {"&quot;", "&#34;", "&apos;", "&#39;", "&#x22;", "&#x27;"};

enum { ESCAPES_MAX = 7 };

size_t quote_at(const struct scan *scan, size_t at)
{
    size_t escapes = 0;
    while (escapes < ESCAPES_MAX && scan_char(scan, at + escapes) == '\\')
        escapes++;
    char c = scan_char(scan, at + escapes);
    if (c == '"' || c == '\'' || (c == '`' && escapes == 0))
        return escapes + 1;
    for (size_t i = 0; c == '&' && i < COUNT(entities); i++)
        if (scan_is(scan, at + escapes, entities[i]))
            return escapes + strlen(entities[i]);
    return 0;
}

bool same_quotes(const struct scan *scan, size_t at, size_t other, size_t length)
{
    return quote_at(scan, other) == length && memcmp(scan->text + at, scan->text + other, length) == 0;
}

size_t quote_before(const struct scan *scan, size_t at)
{
    if (at == 0)
        return 0;
    char c = scan->text[at - 1];
    size_t n = c == '"' || c == '\'' || c == '`', most;
    for (size_t i = 0; c == ';' && n == 0 && i < COUNT(entities); i++)
        n = scan_before(scan, at, entities[i]) ? strlen(entities[i]) : 0;
    for (most = n + ESCAPES_MAX; n > 0 && n < most && n < at && scan->text[at - 1 - n] == '\\';)
        n++;
    return n;
}
