/* Exports of Cloud Studio for tests: small ones from their parts, and broken ones. */
#ifndef CLOUDMAKER_H
#define CLOUDMAKER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

#define GUID(n) "0000000" #n "-0000-4000-8000-0000000000ab"
#define LINK(n, type) "{\"id\":\"" GUID(n) "\",\"type\":" #type "}"
#define PART(n, type, name, more) "{\"id\":\"" GUID(n) "\",\"type\":" #type ",\"name\":\"" name "\"" more "}"
#define PROJECT(workflows, components, more)                                                                           \
    "{\"project\":{\"workflows\":[" workflows "],\"components\":[" components "]" more "},\"version\":4}"
#define WORKFLOW(operations) "{\"name\":\"W\",\"operations\":[" operations "]}"
#define ONE(components) PROJECT("", components, "") /* no operations in them */
#define OPERATION(n, steps) PART(n, 200, "O" #n, ",\"steps\":[" steps "]")
#define WITH_OPERATION(steps, components)                                                                              \
    PROJECT(WORKFLOW(LINK(1, 200)), OPERATION(1, steps) "," components, ",\"adapterIds\":[\"tempstorage\"]")
#define SCRIPT(n, name, body) PART(n, 400, name, ",\"scriptType\":1,\"scriptBody\":\"<trans>" body "</trans>\"")
#define CONNECTION(n, name) PART(n, 600, name, ",\"adapterId\":\"tempstorage\"")
#define ACTIVITY(n, name, polarity, more)                                                                              \
    PART(n, 500, name,                                                                                                 \
         ",\"adapterId\":\"tempstorage\",\"functionName\":\"f\",\"polarity\":\"" polarity                              \
         "\",\"endpoint\":" LINK(9, 600) more)
#define STORAGE CONNECTION(9, "Temp")

/*
 * A copy of an export with three changes: bytes become others that JSON has a meaning for, or whole values other ones,
 * so that the text stays JSON.
 */
static inline void cloud_mutate(const struct buf *text, bool values, unsigned *seed, struct buf *copy)
{
    static const char letters[] = "\"{}[]:,\\0123456789-.eEtfn /$<>uT";
    static const char *const numbers[] = {"200",  "400",  "500",  "600", "700", "900",  "1000",
                                          "1200", "1300", "null", "{}",  "[]",  "\"\"", "true"};
    buf_put(copy, text->data, text->size);
    for (int changes = 0; changes < 3; changes++) {
        size_t at = (size_t)rand_r(seed) % copy->size;
        if (!values) {
            copy->data[at] = letters[(size_t)rand_r(seed) % (sizeof letters - 1)];
            continue;
        }
        char *value = strstr(copy->data + at, "\": ");
        if (!value || strchr("[{", value[3]))
            continue;
        const char *other = numbers[(size_t)rand_r(seed) % (sizeof numbers / sizeof numbers[0])];
        char *end = value + 3 + strcspn(value + 3, "\n");
        end -= end[-1] == ',';
        struct buf changed = {0};
        buf_put(&changed, copy->data, (size_t)(value + 3 - copy->data));
        buf_puts(&changed, other);
        buf_puts(&changed, end);
        buf_free(copy);
        *copy = changed;
    }
}

#endif
