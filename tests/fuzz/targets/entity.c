/* The file of an entity: the XML as a tree and back, and as the only item of a project. */
#include "base/text.h"
#include "jpk/xml.h"
#include "tests/fuzz/fuzz.h"
#include "tests/unit/projectmaker.h"

FUZZ_MUTATOR(fuzz_mutate);

struct tree {
    struct arena arena;
    struct intern intern;
    struct xml_document document;
};

static bool read_tree(struct tree *tree, const char *text, size_t size, struct jpk_error *err)
{
    struct jpk_limits limits = fuzz_limits();
    *tree = (struct tree){.intern = {.arena = &tree->arena}};
    struct xml_reader *reader = xml_reader_new(&tree->arena, &tree->intern, &limits);
    assert_non_null(reader);
    bool ok = xml_read(reader, text, size, &tree->document, err);
    xml_reader_free(reader);
    return ok;
}

static void free_tree(struct tree *tree)
{
    intern_free(&tree->intern);
    arena_free(&tree->arena);
}

/* What was written of a tree that lost nothing is read as the same tree. */
static void write_again(const struct xml_document *document)
{
    static const enum xml_style styles[] = {XML_STYLE_ENTITY, XML_STYLE_STATE, XML_STYLE_METADATA};
    for (size_t i = 0; i < sizeof styles / sizeof *styles; i++) {
        struct buf text = {0}, again = {0};
        struct jpk_error err = {0};
        struct tree tree;
        xml_write(&text, document, styles[i]);
        HOLDS(read_tree(&tree, buf_text(&text), text.size, &err), "what was written cannot be read: %s", err.message);
        HOLDS(!tree.document.lossy, "what was written is lossy");
        xml_write(&again, &tree.document, styles[i]);
        fuzz_same("the tree", buf_text(&text), text.size, buf_text(&again), again.size);
        free_tree(&tree);
        buf_free(&text);
        buf_free(&again);
    }
}

/* The type and id that a file must have so that it lies where it says. */
static const char *attribute_of(const struct xml_node *node, const char *name, const char *otherwise)
{
    const char *value = node ? xml_attribute(node, name) : NULL;
    bool plain = value && *value && strlen(value) < 60;
    for (const char *c = value; plain && *c; c++)
        plain = (*c >= '0' && *c <= '9') || (*c >= 'A' && *c <= 'Z') || (*c >= 'a' && *c <= 'z') || *c == '-';
    return plain ? value : otherwise;
}

static void serialize(const struct jpk_entity *entity)
{
    struct jpk_error err = {0};
    size_t size;
    char *text = jpk_entity_serialize(entity, &size, &err);
    if (!text) {
        HOLDS(entity->lossy || entity->unread, "cannot be written: %s", err.message);
        fuzz_error(&err, SIZE_MAX);
    }
    free(text);
}

static void load(const uint8_t *data, size_t size, const char *type, const char *id)
{
    struct pm pm = {0};
    struct buf tree = {0}, path = {0};
    buf_printf(&tree, "  <EntityType name=\"%s\"><Entity entityId=\"%s\" name=\"E\"/></EntityType>\n", type, id);
    buf_printf(&path, "t/Data/%s/%s.xml", type, id);
    pm_tree(&pm, "t/", buf_text(&tree));
    pm_add_bytes(&pm, buf_text(&path), data, size);
    struct zm zip = zm_make(pm.entries, pm.count, false, "");
    struct fuzz_project p;
    if (fuzz_project_open(&p, zip.out.data, zip.out.size, JPK_KEEP_GOING)) {
        for (size_t i = 0; i < p.project->entity_count; i++)
            serialize(p.project->entities[i]);
        fuzz_project_tell(&p);
    }
    fuzz_project_free(&p);
    zm_free(&zip);
    pm_free(&pm);
    buf_free(&tree);
    buf_free(&path);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct jpk_error err = {0};
    struct tree tree;
    char *text = malloc(size + 1);
    assert_non_null(text);
    if (size)
        memcpy(text, data, size);
    text[size] = '\0';
    bool ok = read_tree(&tree, text, size, &err);
    if (!ok)
        fuzz_error(&err, size);
    else if (!tree.document.lossy)
        write_again(&tree.document);
    const struct xml_node *root = ok ? tree.document.root : NULL;
    load(data, size, attribute_of(root, "type", "Script"),
         attribute_of(root ? xml_child(root, "Header") : NULL, "ID", "00000001-0000-4000-8000-0000000000ab"));
    free_tree(&tree);
    free(text);
    return 0;
}
