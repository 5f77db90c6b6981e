/* What components of exports are in a picture: how they are drawn, and in a few words. */
#ifndef JPK_CLOUD_WORDS_H
#define JPK_CLOUD_WORDS_H

#include "base/arena.h"
#include "base/buf.h"
#include "jpk/cloud.h"
#include "jpk/flow.h"

enum jpk_flow_class cloud_flow_class(const struct jpk_cloud_component *component);

struct cloud_words {
    const struct jpk_cloud *cloud;
    struct arena *arena;
    const char **places; /* of activities, by the index of the component; NULL until it is asked for */
};

/* False: no memory. */
bool cloud_words_begin(struct cloud_words *words, const struct jpk_cloud *cloud, struct arena *arena);

/* Appends the words; see jpk_flow_node.words. Whatever the file holds, they are short. */
void cloud_words_put(struct cloud_words *words, const struct jpk_cloud_component *component, struct buf *out);

#endif
