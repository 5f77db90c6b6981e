/*
 * jpk/flow.h - what starts what in a project, as a graph that can be drawn: Graphviz DOT and Mermaid text.
 *
 * The way of the data: jpk_graph (every reference), or an export of Cloud Studio -> jpk_flow (the items and links that
 * make up the flow) -> text. References that stand only in comments are no links here. Building and drawing are linear
 * in the size of the project but for sorting, and cycles of references are fine.
 *
 * Include it after jpk/jpk.h. Conventions for errors, ownership and threads are those of jpk/base.h.
 */
#ifndef JPK_FLOW_H
#define JPK_FLOW_H

#include "jpk/jpk.h"

#ifdef __cplusplus
extern "C" {
#endif

struct jpk_cloud; /* jpk/cloud.h */
struct jpk_cloud_component;

enum jpk_flow_scope {
    /* All that operations reach: their steps, what those name, schedules, e-mails, connectors. */
    JPK_FLOW_PROJECT,
    /*
     * An item and what lies within some references of it, followed in both directions. Operations at that distance are
     * shown without their steps.
     */
    JPK_FLOW_AROUND,
    /*
     * Operations and what starts them: success, failure, schedules and RunOperation. A script or transformation that
     * starts operations is not shown when one item alone runs it: its links are those of that item.
     */
    JPK_FLOW_OPERATIONS
};

struct jpk_flow_options {
    enum jpk_flow_scope scope;
    const struct jpk_entity *around;                    /* JPK_FLOW_AROUND: the item, of the same project */
    const struct jpk_cloud_component *around_component; /* the same for jpk_flow_build_cloud */
    unsigned depth;                                     /* JPK_FLOW_AROUND: how many references away, at least 1 */
    bool structures; /* show file formats, schemas and files of structures too; not for JPK_FLOW_OPERATIONS */
    bool messages;   /* JPK_FLOW_OPERATIONS: show e-mails too; the other scopes always do */
};

enum jpk_flow_node_kind {
    JPK_FLOW_ITEM,     /* an item of the project */
    JPK_FLOW_FILE,     /* a file below files/ */
    JPK_FLOW_BUILT_IN, /* an item that every Design Studio knows and no project stores */
    JPK_FLOW_MISSING   /* what a reference names and the project does not have, or has marked as deleted */
};

/* Things that look alike in a picture. */
enum jpk_flow_class {
    JPK_FLOW_CLASS_OPERATION,
    JPK_FLOW_CLASS_SCHEDULE,
    JPK_FLOW_CLASS_SCRIPT,
    JPK_FLOW_CLASS_TRANSFORMATION,
    JPK_FLOW_CLASS_STORAGE,   /* sources and targets */
    JPK_FLOW_CLASS_FUNCTION,  /* what a connector can do */
    JPK_FLOW_CLASS_CONNECTOR, /* log-in data of an application */
    JPK_FLOW_CLASS_MESSAGE,
    JPK_FLOW_CLASS_FORMAT, /* file formats and files */
    JPK_FLOW_CLASS_BUILT_IN,
    JPK_FLOW_CLASS_MISSING,
    JPK_FLOW_CLASS_OTHER,
    JPK_FLOW_CLASSES
};

enum jpk_flow_edge_kind {
    JPK_FLOW_STEP,      /* operation -> what a step of it names */
    JPK_FLOW_SUCCESS,   /* operation -> operation that runs when it has succeeded */
    JPK_FLOW_FAILURE,   /* operation -> operation that runs when it has failed */
    JPK_FLOW_RUNS,      /* script, transformation or operation -> operation: RunOperation */
    JPK_FLOW_CALLS,     /* script or transformation -> script: RunScript */
    JPK_FLOW_SCHEDULE,  /* schedule -> operation that it starts */
    JPK_FLOW_MESSAGE,   /* operation or script -> e-mail that it sends */
    JPK_FLOW_ENDPOINT,  /* function -> connector that it works with */
    JPK_FLOW_USES,      /* any other reference, such as ReadFile in a script */
    JPK_FLOW_STRUCTURE, /* transformation or function -> file format, file */
    JPK_FLOW_EDGE_KINDS
};

/* A step of an operation, in the order in which it runs. */
struct jpk_flow_step {
    const char *role, *tag; /* as the project writes them: "Request", "TRANSFORMATION"; in exports by what the step
                               names: "Source", "activity" */
    size_t node;            /* what it names; SIZE_MAX for an empty step */
};

struct jpk_flow_node {
    enum jpk_flow_node_kind kind;
    enum jpk_flow_class item_class;
    const struct jpk_entity *entity; /* NULL unless it is an entity, or a missing one that is marked as deleted */
    const struct jpk_cloud_component *component; /* NULL unless it is one */
    /*
     * The GUID as the project writes it, the file's name, or a name that leads to nothing ("script:Write log"). Of a
     * component that has no id, or that of another one, its JSON Pointer.
     */
    const char *id;
    const char *name;
    const char *type_name; /* "Operation", in exports "operation"; of what is no item NULL, as is the path */
    const char *path;      /* where a person finds it: "Operation/Nightly/Load orders" */
    /*
     * What it is, in a few words: "Salesforce query Contact", "Target: HTTP"; of an operation what it moves,
     * "Salesforce query Contact -> temporary storage"; of a schedule when, "every 15 min, Europe/Berlin".
     */
    const char *words;
    const struct jpk_flow_step *steps; /* of an operation that is to be shown with its steps */
    size_t step_count;
    bool scheduled; /* operations: a schedule of the project starts it */
    bool started;   /* operations: another operation starts it, whether that is shown or not */
};

struct jpk_flow_edge {
    enum jpk_flow_edge_kind kind;
    size_t from, to;                /* indices of nodes */
    enum jpk_reference_state state; /* of the reference */
    const char *label;              /* "on success", a script's function or name, a step's role; "" for none */
};

struct jpk_flow {
    const char *name, *id; /* of the project */
    enum jpk_flow_scope scope;
    size_t around;                     /* the node that it is around; SIZE_MAX unless the scope is JPK_FLOW_AROUND */
    const struct jpk_flow_node *nodes; /* items in the project's order, then the others in the order of their use */
    size_t node_count;
    const struct jpk_flow_edge *edges; /* by `from`, `to` and `kind`, each combination once */
    size_t edge_count;
    size_t unreached; /* JPK_FLOW_PROJECT: items that are left out because no operation reaches them; variables,
                         folders and what `structures` adds do not count */
};

/*
 * Chooses what a picture shows. The graph's project must not be slim, and stays the caller's; it and the graph must
 * outlive the flow. Errors: JPK_ERR_USAGE (options that make no sense), JPK_ERR_MEMORY.
 */
JPK_API struct jpk_flow *jpk_flow_build(const struct jpk_graph *graph, const struct jpk_flow_options *options,
                                        struct jpk_error *err);
/*
 * The same for an export of Cloud Studio, which must outlive the flow. Left out are what only comments name, plugins,
 * and the connection of temporary storage, which says nothing and is everybody's. Exports hold no schedules.
 */
JPK_API struct jpk_flow *jpk_flow_build_cloud(const struct jpk_cloud *cloud, const struct jpk_flow_options *options,
                                              struct jpk_error *err);
/* Accepts NULL. */
JPK_API void jpk_flow_free(struct jpk_flow *flow);

/* "step", "success", "failure", "runs", "calls", "schedule", "message", "endpoint", "uses", "structure". */
JPK_API const char *jpk_flow_edge_name(enum jpk_flow_edge_kind kind);
/* "item", "file", "built-in", "missing". */
JPK_API const char *jpk_flow_node_name(enum jpk_flow_node_kind kind);

/*
 * The flow as text in UTF-8, allocated with malloc and owned by the caller; *size does not count the NUL behind it.
 * Whatever names hold, the text is well-formed: they are made printable, wrapped, cut at four lines and escaped. Colors
 * are told apart by color-blind people too (Okabe and Ito 2008), and no meaning lies in a color alone.
 *
 * jpk_flow_dot: for Graphviz (`dot`), from 2.30. Operations are boxes with their steps from left to right; with
 * `legend` a line that explains the picture stands below the title.
 *
 * jpk_flow_mermaid: a `flowchart` for Mermaid from 9.4, as GitHub and GitLab show it. Operations are boxes with their
 * steps below each other. Mermaid itself refuses more than 500 edges and 50,000 characters unless it is told otherwise.
 *
 * Source of the syntaxes: the Graphviz documentation ("HTML-Like Labels", "The DOT Language"), the Mermaid
 * documentation ("Flowcharts") and its parser.
 */
JPK_API char *jpk_flow_dot(const struct jpk_flow *flow, bool legend, size_t *size, struct jpk_error *err);
JPK_API char *jpk_flow_mermaid(const struct jpk_flow *flow, size_t *size, struct jpk_error *err);

#ifdef __cplusplus
}
#endif

#endif
