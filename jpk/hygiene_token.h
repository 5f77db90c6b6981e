/* The tokens that their makers have marked, as a table. */
#ifndef JPK_HYGIENE_TOKEN_H
#define JPK_HYGIENE_TOKEN_H

#include "jpk/hygiene_parts.h"

/* Room that tables of anchors must have for them. */
#define TOKEN_FORMS_MAX 64

struct token_form {
    struct anchor anchor; /* the prefix; first, so that a pointer to one is a pointer to the other */
    enum hygiene_rule rule;
    int alphabet;         /* of what follows */
    uint16_t least, most; /* characters behind the prefix */
};

const struct token_form *token_forms(size_t *count);

#endif
