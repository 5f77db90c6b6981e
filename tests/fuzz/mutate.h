/* Changes that keep the form of an input, so that fuzzing gets past the parser. */
#ifndef TESTS_FUZZ_MUTATE_H
#define TESTS_FUZZ_MUTATE_H

#include "base/buf.h"
#include "tests/fuzz/fuzz.h"

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t most); /* libFuzzer's: bytes, with the dictionary */

/* Numbers that depend on the seed of libFuzzer alone. */
struct fuzz_random {
    uint64_t state;
};

/* A number below n; 0 for n of 0. */
size_t fuzz_below(struct fuzz_random *random, size_t n);

/* Appends a changed copy. False: the input has not that form; nothing was appended. */
typedef bool fuzz_change(struct fuzz_random *random, const char *data, size_t size, struct buf *out);

fuzz_change fuzz_change_text; /* of a value: bytes, or one of the words that names and texts rarely have */
fuzz_change fuzz_change_bytes, fuzz_change_json, fuzz_change_xml, fuzz_change_zip;
fuzz_change fuzz_change_any; /* by how it begins; bytes when nothing else fits, and now and then */

#endif
