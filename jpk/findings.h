/* What jpk_findings_free lets go of. */
#ifndef JPK_FINDINGS_H
#define JPK_FINDINGS_H

#include "base/arena.h"
#include "jpk/jpk.h"

/* Whoever gives findings out has this first in a block of malloc's, in which the rest needs no cleaning up any more. */
struct findings {
    struct jpk_findings public;
    struct arena arena;        /* their texts */
    struct jpk_finding *items; /* allocated with malloc */
};

#endif
