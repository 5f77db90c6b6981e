/* The private side of a project. */
#ifndef JPK_MODEL_H
#define JPK_MODEL_H

#include "jpk/jpk.h"
#include "jpk/properties.h"
#include "jpk/xml.h"

struct project {
    struct jpk_project public; /* first, so that the pointers are the same */
    struct arena arena;
    struct arena nodes; /* of the entities' trees */
    struct intern intern;
    struct xml_reader *reader;
    struct jpk_limits limits;
    struct properties properties[3]; /* by enum jpk_properties_file */
    struct map by_id;                /* lower-case GUID -> index in `list` */
    struct jpk_entity **list;        /* allocated with malloc; the arena holds the entities */
    size_t count, capacity;
    struct jpk_finding *problems;
    size_t problem_capacity;
    struct jpk_file *files;
    size_t file_capacity;
    struct map by_file; /* name -> index in `files`, until they are sorted */
    bool keep_going, slim;
};

/* Reads an entity's file into `entity`, whose id, name and place in the tree may be known already. */
bool entity_parse(struct project *project, struct jpk_entity *entity, const char *text, size_t n,
                  struct jpk_error *err);

/* Sets the pointers between entities, once all are known. */
void entity_link(struct project *project, struct jpk_entity *entity);

/* The entity of an id in any letter case, or NULL. */
struct jpk_entity *project_find(const struct project *project, const char *id);

/* The entry of a name below the project's base; SIZE_MAX for none, or when memory is out. */
size_t project_entry(const struct jpk_project *project, const char *name);

/* Notes what is wrong with a file without giving up. The message is copied; false: no memory. */
bool project_problem(struct project *project, enum jpk_severity severity, const char *rule, const char *file,
                     uint32_t line, uint32_t column, const char *entity_id, const char *message);

/*
 * jpk_project_select among the entities whose type_name is `type`; NULL for any. *near gets whether something has a
 * name that comes near, which the message of JPK_ERR_NOT_FOUND then names.
 */
const struct jpk_entity *project_select(const struct jpk_project *project, const char *text, const char *type,
                                        bool *near, struct jpk_error *err);

/* Items that every Design Studio knows and no project stores. */
bool built_in_item(const char *id);

/* What JPK_ERR_ code means that an input is hostile rather than merely broken: never turned into a problem. */
bool error_is_refusal(enum jpk_code code);

#endif
