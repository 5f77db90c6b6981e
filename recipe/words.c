#include "recipe/words.h"

#include <stdio.h>
#include <string.h>

static bool upper(char c)
{
    return c >= 'A' && c <= 'Z';
}

static bool lower(char c)
{
    return c >= 'a' && c <= 'z';
}

static bool digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool part_of_word(char c)
{
    return upper(c) || lower(c) || digit(c) || (unsigned char)c >= 0x80;
}

/* Spellings that case changes would tear apart. */
static const char *const whole[] = {"NetSuite", "SalesForce", "QuickBooks", "OAuth",
                                    "JSON",     "eMail",      "EMail",      "SuiteTalk"};

static size_t whole_word(const char *s)
{
    for (size_t i = 0; i < sizeof whole / sizeof whole[0]; i++) {
        size_t n = strlen(whole[i]);
        if (strncmp(s, whole[i], n) == 0)
            return n;
    }
    return 0;
}

/* The length of the word that starts here: `Server`, `SMTP` before `Server`, `data`, `2`. */
static size_t word_length(const char *s)
{
    size_t n = whole_word(s);
    if (n)
        return n;
    if (upper(s[0])) {
        while (upper(s[n]))
            n++;
        if (n > 1)
            return lower(s[n]) && !(s[n] == 's' && !lower(s[n + 1])) ? n - 1 : n + (s[n] == 's' && !lower(s[n + 1]));
    }
    while (part_of_word(s[n]) && !(n > 0 && upper(s[n])))
        n++;
    return n;
}

void words_split(const char *name, struct words *out)
{
    memset(out, 0, sizeof *out);
    for (const char *s = name; *s && out->count < WORDS_MAX;) {
        if (!part_of_word(*s)) {
            s++;
            continue;
        }
        size_t n = word_length(s), kept = n < WORD_LENGTH ? n : WORD_LENGTH - 1;
        while (kept < n && kept > 0 && ((unsigned char)s[kept] & 0xc0) == 0x80)
            kept--; /* not in the middle of a character */
        for (size_t i = 0; i < kept; i++)
            out->word[out->count][i] = (char)(upper(s[i]) ? s[i] + 32 : s[i]);
        out->count++;
        s += n;
    }
}

bool words_have(const struct words *words, const char *word)
{
    for (size_t i = 0; i < words->count; i++)
        if (strcmp(words->word[i], word) == 0)
            return true;
    return false;
}

bool words_list_has(const char *list, const char *word)
{
    size_t n = strlen(word);
    for (const char *at = list; n > 0 && (at = strstr(at, word)) != NULL; at += n)
        if ((at == list || at[-1] == ' ') && (at[n] == ' ' || at[n] == '\0'))
            return true;
    return false;
}

size_t words_common(const struct words *words, const char *list, size_t *first)
{
    size_t common = 0, place = 0;
    for (const char *at = list; *at; place++) {
        char word[WORD_LENGTH] = "";
        size_t n = strcspn(at, " ");
        memcpy(word, at, n < WORD_LENGTH ? n : WORD_LENGTH - 1);
        if (words_have(words, word)) {
            if (common == 0 && first)
                *first = place;
            common++;
        }
        at += n + (at[n] == ' ');
    }
    return common;
}

/* How people write what names hold in lower case. */
static const struct {
    const char *word, *label;
} spelled[] = {
    {"salesforce", "Salesforce"},
    {"sf", "Salesforce"},
    {"sfdc", "Salesforce"},
    {"netsuite", "NetSuite"},
    {"ns", "NetSuite"},
    {"sap", "SAP"},
    {"jms", "JMS"},
    {"quickbooks", "QuickBooks"},
    {"smtp", "SMTP"},
    {"url", "URL"},
    {"uri", "URI"},
    {"id", "ID"},
    {"api", "API"},
    {"http", "HTTP"},
    {"https", "HTTPS"},
    {"ftp", "FTP"},
    {"sftp", "SFTP"},
    {"sql", "SQL"},
    {"xml", "XML"},
    {"json", "JSON"},
    {"csv", "CSV"},
    {"oauth", "OAuth"},
    {"crm", "CRM"},
    {"erp", "ERP"},
    {"db", "database"},
    {"dir", "folder"},
    {"pwd", "password"},
    {"filename", "file name"},
    {"username", "user name"},
    {"google", "Google"},
    {"dynamics", "Dynamics"},
    {"utc", "UTC"},
};

static const char *spelling(const char *word)
{
    for (size_t i = 0; i < sizeof spelled / sizeof spelled[0]; i++)
        if (strcmp(spelled[i].word, word) == 0)
            return spelled[i].label;
    return word;
}

void words_label(const struct words *words, char *out, size_t size)
{
    size_t used = 0;
    out[0] = '\0';
    for (size_t i = 0; i < words->count; i++) {
        int n = snprintf(out + used, size - used, "%s%s", i ? " " : "", spelling(words->word[i]));
        if (n < 0 || (size_t)n >= size - used) {
            out[used] = '\0';
            break;
        }
        used += (size_t)n;
    }
    if (lower(out[0]))
        out[0] = (char)(out[0] - 32);
}
