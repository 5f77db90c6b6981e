/*
 * Encrypted settings. Their brackets cannot be read, but the key, the item, the brackets beside it and the length of
 * the text tell which variable one probably holds.
 */
#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "base/text.h"
#include "recipe/plan.h"
#include "recipe/words.h"

enum {
    SCORE_WORD = 3,         /* the variable has a word of the key */
    SCORE_EXTRA_WORD = 1,   /* for each further one */
    SCORE_BRAND = 3,        /* the variable names the connector */
    SCORE_OTHER_BRAND = -6, /* or another one */
    SCORE_ITEM_WORD = 2,    /* for each word that it shares with the item's or its folder's name */
    SCORE_SIBLING = 2,      /* it begins like a variable that the item names in the clear */
    SCORE_ELSEWHERE = -3,   /* the item names it in the clear under another key */
    SCORE_OTHER_PLACE = -4, /* a use in the clear puts it elsewhere */
    SCORE_ALONE = 3,        /* enough when nothing else uses the variable and no other one fits */
    SCORE_LEAST = 5,
    SCORE_MARGIN = 2, /* better than the next one by that much: less will do */
    SCORE_MEDIUM = 6,
    SCORE_HIGH = 8
};

enum { SUFFIX_MAX = 32, CANDIDATES_MAX = 128 };

/* A variable in the list of a word. */
struct link {
    uint32_t variable, next;
};

/* What of a variable's name names a kind of system. */
struct brands {
    const struct connector *of[WORDS_MAX]; /* by word; NULL: it names none */
    uint32_t first;                        /* number of its first word; NONE */
};

/* Variables by the words of their names: lists as chains through `next`. */
struct word_index {
    struct map words;
    uint32_t *heads; /* by word number */
    size_t count, capacity_heads;
    struct link *links;
    size_t link_count, link_capacity;
    uint32_t *named;       /* by variable: 1 + index of the last item seen that names it in the clear */
    uint32_t *begun;       /* by word number: 1 + index of the last item seen that names a variable which begins so */
    struct brands *brands; /* by variable */
};

static void index_word(struct plan *plan, struct word_index *index, const char *word, uint32_t variable)
{
    uint32_t number = map_get(&index->words, word, strlen(word));
    if (number == MAP_NONE) {
        uint32_t *heads = plan_grow(plan, index->heads, index->count, &index->capacity_heads, sizeof *heads);
        if (!heads)
            return;
        index->heads = heads;
        number = (uint32_t)index->count++;
        heads[number] = NONE;
        if (!map_set(&index->words, word, strlen(word), number))
            plan->failed = true;
    }
    struct link *links = plan_grow(plan, index->links, index->link_count, &index->link_capacity, sizeof *links);
    if (!links)
        return;
    index->links = links;
    links[index->link_count] = (struct link){variable, index->heads[number]};
    index->heads[number] = (uint32_t)index->link_count++;
}

static void index_free(struct word_index *index)
{
    map_free(&index->words);
    free(index->heads);
    free(index->links);
}

/* ------------------------------------------------------------------------------------------------------- slots */

static void add_slots(struct plan *plan, const struct jpk_entity *entity, const struct connector *connector,
                      const struct jpk_item *items, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (!items[i].encrypted || !items[i].value)
            continue;
        struct slot *slots = plan_grow(plan, plan->slots, plan->slot_count, &plan->slot_capacity, sizeof *slots);
        if (!slots)
            return;
        plan->slots = slots;
        if (plan->entity_slot[entity->index] == NONE)
            plan->entity_slot[entity->index] = (uint32_t)plan->slot_count;
        slots[plan->slot_count++] = (struct slot){.entity = entity,
                                                  .connector = connector,
                                                  .setting = connector_setting(connector, items[i].key),
                                                  .item = &items[i],
                                                  .variable = NONE};
    }
}

static void collect(struct plan *plan)
{
    plan->entity_slot = plan_alloc(plan, plan->project->entity_count, sizeof *plan->entity_slot);
    if (plan->failed)
        return;
    memset(plan->entity_slot, 0xff, plan->project->entity_count * sizeof *plan->entity_slot);
    for (size_t i = 0; i < plan->project->entity_count && !plan->failed; i++) {
        const struct jpk_entity *entity = plan->project->entities[i];
        const struct jpk_location *location = jpk_entity_location(entity);
        const struct connector *connector = plan->live[i] ? plan_connector(entity) : NULL;
        if (!connector)
            continue;
        add_slots(plan, entity, connector, entity->items, entity->item_count);
        if (location)
            add_slots(plan, entity, connector, location->items, location->item_count);
    }
}

/* ------------------------------------------------------------------------------------------------------- score */

/* What surrounds a slot. */
struct context {
    const struct slot *slot;
    struct words keys; /* words of the key */
    struct words item; /* words of the item's name and its folder's */
    const struct word_index *index;
    size_t least, most; /* bounds of the text's length */
};

/* Whether `[name]`, alone or with something behind it, can be the text. */
static bool length_fits(const struct context *c, const char *name)
{
    size_t n = strlen(name) + 2;
    bool suffix = c->slot->setting->flags & (SETTING_PLACE | SETTING_IDENTITY);
    return n <= c->most && n + (suffix ? SUFFIX_MAX : 0) >= c->least;
}

/* Words that name a kind of system clearly enough to speak against every other one. */
static bool telling_brand(const char *word)
{
    static const char *const vague[] = {"api",  "file", "local",     "share", "rest",
                                        "temp", "tmp",  "temporary", "queue", "topic"};
    for (size_t i = 0; i < sizeof vague / sizeof vague[0]; i++)
        if (strcmp(vague[i], word) == 0)
            return false;
    return true;
}

static uint32_t word_number(const struct word_index *index, const struct words *words)
{
    return words->count ? map_get(&index->words, words->word[0], strlen(words->word[0])) : NONE;
}

static void find_brands(struct plan *plan, struct word_index *index)
{
    index->brands = plan_alloc(plan, plan->variable_count, sizeof *index->brands);
    for (size_t i = 0; i < plan->variable_count && !plan->failed; i++) {
        const struct words *words = plan->variables[i].words;
        index->brands[i].first = word_number(index, words);
        for (size_t j = 0; j < words->count; j++)
            index->brands[i].of[j] = telling_brand(words->word[j]) ? connector_by_word(words->word[j]) : NULL;
    }
}

static int brand_score(const struct context *c, uint32_t variable, const struct words *words)
{
    int score = 0;
    for (size_t i = 0; i < words->count; i++) {
        const struct connector *named = c->index->brands[variable].of[i];
        if (named == c->slot->connector)
            return SCORE_BRAND;
        if (named && !words_have(&c->item, words->word[i]))
            score = SCORE_OTHER_BRAND;
    }
    return score;
}

static int sibling_score(const struct context *c, uint32_t variable)
{
    uint32_t stamp = c->slot->entity->index + 1, word = c->index->brands[variable].first;
    if (c->index->named[variable] == stamp)
        return SCORE_ELSEWHERE;
    return word != NONE && c->index->begun[word] == stamp ? SCORE_SIBLING : 0;
}

/* Notes what an item says in the clear, once for all of its slots. */
static void note_siblings(struct plan *plan, struct word_index *index, const struct jpk_entity *entity)
{
    size_t count;
    const struct jpk_use *uses = jpk_graph_uses(plan->graph, entity, &count);
    for (size_t i = 0; i < count; i++) {
        struct words words;
        if (uses[i].in_comment)
            continue;
        if (uses[i].kind == JPK_USE_BRACKET && plan_variable(plan, uses[i].variable))
            index->named[uses[i].variable] = entity->index + 1;
        words_split(uses[i].spelled, &words);
        uint32_t word = word_number(index, &words);
        if (word != NONE)
            index->begun[word] = entity->index + 1;
    }
}

/* `shipment` and `shipments` are the same word here. */
static bool same_word(const char *a, const char *b)
{
    size_t n = strlen(a), m = strlen(b);
    n -= n > 3 && a[n - 1] == 's';
    m -= m > 3 && b[m - 1] == 's';
    return n == m && memcmp(a, b, n) == 0;
}

static int item_score(const struct context *c, const struct words *words)
{
    int score = 0;
    for (size_t i = 0; i < words->count; i++) {
        bool shared = false;
        for (size_t j = 0; j < c->item.count && !shared; j++)
            shared = same_word(c->item.word[j], words->word[i]);
        if (shared && !words_have(&c->keys, words->word[i]))
            score += SCORE_ITEM_WORD;
    }
    return score;
}

static int place_score(const struct plan *plan, const struct context *c, const struct variable *variable)
{
    if (variable->place == PLACE_NONE)
        return 0;
    uint32_t endpoint = plan->entity_endpoint[c->slot->entity->index];
    return variable->place == PLACE_ENDPOINT && variable->endpoint != endpoint ? SCORE_OTHER_PLACE : 0;
}

static int score_of(const struct plan *plan, const struct context *c, uint32_t number)
{
    const struct variable *variable = &plan->variables[number];
    if (!length_fits(c, variable->entity->name))
        return 0;
    size_t common = words_common(variable->words, c->slot->setting->words, NULL);
    if (common == 0)
        return 0;
    return SCORE_WORD + SCORE_EXTRA_WORD * (int)(common - 1) + brand_score(c, number, variable->words) +
           sibling_score(c, number) + item_score(c, variable->words) + place_score(plan, c, variable);
}

/* -------------------------------------------------------------------------------------------------------- match */

struct best {
    uint32_t variable;
    int score, second; /* the best score, and that of the best other variable */
};

/* Of equal scores the first variable of the project is taken, with low confidence. */
static void consider(const struct plan *plan, const struct context *c, uint32_t index, struct best *best)
{
    if (index == best->variable)
        return;
    int score = score_of(plan, c, index);
    if (score > best->score || (score == best->score && score > 0 && index < best->variable)) {
        best->second = best->score;
        best->score = score;
        best->variable = index;
    } else if (score > best->second) {
        best->second = score;
    }
}

static enum jpk_confidence confidence_of(const struct best *best)
{
    int margin = best->score - best->second;
    if (margin == 0 || best->score < SCORE_LEAST || (best->score < SCORE_MEDIUM && margin < SCORE_MARGIN))
        return JPK_LOW;
    return best->score >= SCORE_HIGH ? JPK_HIGH : JPK_MEDIUM;
}

static void consider_all(struct plan *plan, const struct context *c, const char *word, size_t *left, struct best *best)
{
    const struct word_index *index = c->index;
    uint32_t number = map_get(&index->words, word, strlen(word));
    for (uint32_t at = number == MAP_NONE ? NONE : index->heads[number]; at != NONE && *left > 0; (*left)--) {
        consider(plan, c, index->links[at].variable, best);
        at = index->links[at].next;
    }
}

static void match(struct plan *plan, const struct word_index *index, struct slot *slot)
{
    struct context c = {.slot = slot, .index = index};
    if (!slot->setting || !jpk_encrypted_length(slot->item->value, &c.least, &c.most))
        return;
    words_split(plan_text(plan, "%s %s", slot->entity->name, slot->entity->folder ? slot->entity->folder->name : ""),
                &c.item);
    words_split(slot->setting->words, &c.keys);
    struct best best = {.variable = NONE};
    size_t left = CANDIDATES_MAX;
    /* Words of the item are rare, so the likely variables come first even where thousands have a word of the key. */
    for (size_t i = 0; i < c.item.count; i++)
        consider_all(plan, &c, c.item.word[i], &left, &best);
    left = CANDIDATES_MAX;
    for (size_t i = 0; i < c.keys.count; i++)
        consider_all(plan, &c, c.keys.word[i], &left, &best);
    if (best.variable == NONE)
        return;
    struct variable *variable = &plan->variables[best.variable];
    bool alone = best.score >= SCORE_ALONE && best.second < SCORE_ALONE && variable->place == PLACE_NONE &&
                 !variable->read && !slot->connector->plumbing;
    if (best.score < SCORE_LEAST && !alone)
        return;
    slot->variable = best.variable;
    slot->score = best.score;
    slot->confidence = confidence_of(&best);
}

/* No item holds a variable under two keys: the key that it fits better has it, of equal ones the first. */
static void keep_best(struct plan *plan)
{
    uint32_t *taken = plan_alloc(plan, plan->variable_count, sizeof *taken); /* number of its slot, from 1 */
    for (size_t i = 0; i < plan->slot_count && !plan->failed; i++) {
        struct slot *slot = &plan->slots[i];
        if (slot->variable == NONE)
            continue;
        uint32_t *at = &taken[slot->variable];
        struct slot *other = *at ? &plan->slots[*at - 1] : NULL;
        if (other && other->entity == slot->entity && other->setting != slot->setting) {
            if (slot->score <= other->score) {
                slot->variable = NONE;
                continue;
            }
            other->variable = NONE;
        }
        *at = (uint32_t)i + 1;
    }
}

static void tell_settings(struct plan *plan)
{
    for (size_t i = 0; i < plan->slot_count; i++) {
        const struct slot *slot = &plan->slots[i];
        struct variable *variable = slot->variable == NONE ? NULL : &plan->variables[slot->variable];
        if (variable)
            variable->in_slot = true;
        if (variable && (!variable->setting || (slot->setting->flags & SETTING_SECRET)))
            variable->setting = slot->setting;
    }
}

void plan_slots(struct plan *plan)
{
    struct word_index index = {0};
    collect(plan);
    for (size_t i = 0; i < plan->variable_count && !plan->failed; i++)
        for (size_t j = 0; j < plan->variables[i].words->count; j++)
            index_word(plan, &index, plan->variables[i].words->word[j], (uint32_t)i);
    find_brands(plan, &index);
    index.named = plan_alloc(plan, plan->variable_count, sizeof *index.named);
    index.begun = plan_alloc(plan, index.count, sizeof *index.begun);
    for (size_t i = 0; i < plan->slot_count && !plan->failed; i++) {
        if (i == 0 || plan->slots[i].entity != plan->slots[i - 1].entity)
            note_siblings(plan, &index, plan->slots[i].entity);
        match(plan, &index, &plan->slots[i]);
    }
    keep_best(plan);
    if (!plan->failed)
        tell_settings(plan);
    index_free(&index);
}
