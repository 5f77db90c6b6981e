/*
 * What must not be published, found in any text: keys, tokens, passwords, addresses of people, hosts of a house.
 *
 * One pass over the bytes, whatever they are: XML, JSON, YAML, properties, scripts, or one of these escaped in another.
 * Nothing is parsed, so a text that is cut or broken is searched like any other. Time is linear in the size of the
 * text.
 *
 * Not found, on purpose: values that name a variable or a place to take the value from (`[name]`, `${name}`,
 * `{{name}}`,
 * `<name>`, `env:NAME`, `file:PATH`), fillers (`changeme`, `xxxx`, `***`), hashes and GUIDs under names that do not ask
 * for a secret, addresses and hosts that are reserved for examples, the machine itself (localhost), and namespaces of
 * XML.
 */
#ifndef JPK_HYGIENE_H
#define JPK_HYGIENE_H

#include "base/buf.h"
#include "jpk/jpk.h"

/*
 * Stronger rules first: where two find the same bytes, the first one has them. Where secrets share some bytes only, all
 * of them are one hit, with the rule of the longer one.
 */
enum hygiene_rule {
    HYGIENE_PRIVATE_KEY,
    HYGIENE_AWS_ACCESS_KEY,
    HYGIENE_GITHUB_TOKEN,
    HYGIENE_GITLAB_TOKEN,
    HYGIENE_SLACK_TOKEN,
    HYGIENE_GOOGLE_KEY,
    HYGIENE_STRIPE_KEY,
    HYGIENE_SENDGRID_KEY,
    HYGIENE_TWILIO_KEY,
    HYGIENE_NPM_TOKEN,
    HYGIENE_AZURE_KEY,
    HYGIENE_SERVICE_TOKEN,
    HYGIENE_SALESFORCE_SESSION,
    HYGIENE_JWT,
    HYGIENE_AUTHORIZATION_HEADER,
    HYGIENE_URL_CREDENTIALS,
    HYGIENE_CONNECTION_PASSWORD,
    HYGIENE_LEAK_BESIDE_VARIABLE,
    HYGIENE_PLAIN_PASSWORD,
    HYGIENE_PLAIN_SECRET,
    HYGIENE_ENCRYPTED_VALUE,
    HYGIENE_EMAIL_ADDRESS,
    HYGIENE_UNC_PATH,
    HYGIENE_PRIVATE_ADDRESS,
    HYGIENE_INTERNAL_HOST,
    HYGIENE_PHONE_NUMBER,
    HYGIENE_RULES
};

struct hygiene_rule_info {
    const char *id;                 /* "private-key" */
    const char *what;               /* one sentence */
    enum jpk_severity severity;     /* of a finding */
    enum jpk_confidence confidence; /* the highest that a hit of the rule can have */
};

/* The row of a rule; NULL for a number that is none. */
const struct hygiene_rule_info *hygiene_rule_info(enum hygiene_rule rule);

/* The rule by its id; HYGIENE_RULES when there is none. */
enum hygiene_rule hygiene_rule_by_id(const char *id);

/* Zero-initialized: the defaults. Letter case of hosts, values and domains does not matter. */
struct hygiene_options {
    /* Names of hosts that are internal too: exact, or with one `*` at the start or the end, as `*.acme.example`. */
    const char *const *hosts;
    size_t host_count;
    /* Values that may be published. */
    const char *const *values;
    size_t value_count;
    /* Domains that may be published, with all below them: as hosts and behind the `@` of addresses and URLs. */
    const char *const *domains;
    size_t domain_count;
    uint64_t off;              /* bit `1 << rule`: rules that are not wanted */
    enum jpk_confidence least; /* hits below are left out */
    size_t most;               /* hits; 0: 10,000 */
};

/* The patterns of hosts that options may hold. */
#define HYGIENE_HOSTS_MAX 256

struct hygiene_hit {
    enum hygiene_rule rule;
    enum jpk_confidence confidence;
    size_t offset, length; /* the secret itself, without quotes and what introduces it */
};

/* Whether it is more than a guess. */
static inline bool hygiene_sure(const struct hygiene_hit *hit)
{
    return hit->confidence >= JPK_MEDIUM;
}

/* Zero-initialized is empty and ready. */
struct hygiene_hits {
    struct hygiene_hit *items;
    size_t count, capacity;
    bool more; /* there are more than options allow */
};

/*
 * Fills in `hits`, which are replaced, in order of offset; they do not overlap. `options` may be NULL. Errors:
 * JPK_ERR_USAGE for more than HYGIENE_HOSTS_MAX host patterns or one without a letter or digit, JPK_ERR_MEMORY.
 */
bool hygiene_scan(const char *text, size_t n, const struct hygiene_options *options, struct hygiene_hits *hits,
                  struct jpk_error *err);

void hygiene_hits_free(struct hygiene_hits *hits);

/*
 * Adds what may be shown of a hit's bytes: of tokens the well-known prefix and the length ("ghp_*** (40 characters)"),
 * of passwords and keys nothing ("***"), of an e-mail address its domain ("j***@example.com"), of hosts, addresses and
 * telephone numbers how they begin. Printable ASCII, whatever the bytes are.
 */
void hygiene_mask(struct buf *out, enum hygiene_rule rule, const char *value, size_t n);

#endif
