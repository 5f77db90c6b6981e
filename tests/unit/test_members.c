/* Members and single sign-on: migrate/members.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "migrate/members.h"
#include "tests/unit/mapmaker.h"

/* The people of a map. */
struct looked {
    struct migrate_map *map;
    struct members members;
};

static struct looked look_at(const char *text, size_t n)
{
    struct looked looked;
    struct jpk_error err = {0};
    looked.map = mm_read("map.yaml", text, n);
    assert_true(members_find(&looked.members, looked.map, &err));
    return looked;
}

static struct looked look(const char *organizations)
{
    char text[4000];
    int n = snprintf(text, sizeof text, "mapFormat: 1\norganizations:\n%s", organizations);
    assert_true(n > 0 && (size_t)n < sizeof text);
    return look_at(text, (size_t)n);
}

static void look_away(struct looked *looked)
{
    members_free(&looked->members);
    migrate_map_free(looked->map);
}

static const struct member_outlook *find(const struct looked *looked, const char *email)
{
    for (size_t i = 0; i < looked->members.count; i++)
        if (strcmp(looked->members.items[i].email, email) == 0)
            return &looked->members.items[i];
    fail_msg("there is no %s", email);
    return NULL;
}

static const struct member_task *find_task(const struct member_outlook *outlook, const char *rule)
{
    for (size_t i = 0; i < outlook->task_count; i++)
        if (strcmp(outlook->tasks[i].rule, rule) == 0)
            return &outlook->tasks[i];
    return NULL;
}

/* "CONFIGURATION LOGIN AFTERWARDS: RULE RULE ..." */
static const char *summary(const struct member_outlook *outlook)
{
    static char text[400];
    int n = snprintf(text, sizeof text, "%u %s %s", outlook->configuration, login_name(outlook->login),
                     login_name(outlook->afterwards));
    for (size_t i = 0; i < outlook->task_count; i++)
        n += snprintf(text + n, sizeof text - (size_t)n, "%s%s", i ? " " : ": ", outlook->tasks[i].rule);
    return text;
}

/* What is expected of Ann, who is in all cases. */
struct ann_case {
    const char *organizations, *expected;
};

static void assert_ann(const struct ann_case *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct looked looked = look(cases[i].organizations);
        const char *got = summary(find(&looked, "ann@acme.example"));
        if (strcmp(got, cases[i].expected) != 0)
            fail_msg("%s\ngot:      %s\nexpected: %s", cases[i].organizations, got, cases[i].expected);
        look_away(&looked);
    }
}

/* ------------------------------------------------------------------------------------------------ the documented table
 */

#define ANN "members: [{email: ann@acme.example}]"
#define REGISTERED "members: [{email: ann@acme.example, registered: true}]"
#define UNREGISTERED "members: [{email: ann@acme.example, registered: false}]"
#define ON_LIST "sso: true, bypass: [ann@acme.example], "
#define SSO "sso: true, "
#define MAIN "- {name: Main, subscription: subscribed, "
#define OTHER "- {name: Other, subscription: other, "
#define TRIAL "- {name: Trial, subscription: trial, "
#define NOBODY "members: []"
#define END "}\n"

/* Ann is a member already: each cell of the table, with what the others are. */
static void test_cells(void **state)
{
    (void)state;
    static const struct ann_case cases[] = {
        /* not registered, member of nothing else */
        {MAIN SSO UNREGISTERED END, "1 sso sso"},
        {MAIN ON_LIST UNREGISTERED END, "3 pending pending: register"},
        {MAIN UNREGISTERED END, "2 pending pending: register"},

        /* registered, member of nothing else */
        {MAIN SSO REGISTERED END, "1 sso sso"},
        {MAIN ON_LIST REGISTERED END, "3 password password"},
        {MAIN REGISTERED END, "2 password password"},

        /* registered, member of an organization without SSO */
        {MAIN SSO REGISTERED END OTHER ANN END, "0 conflict conflict: sso-member-of-others"},
        {MAIN ON_LIST REGISTERED END OTHER ANN END, "3 password password"},
        {MAIN REGISTERED END OTHER ANN END, "2 password password"},

        /* ... with SSO, and on its list */
        {MAIN SSO REGISTERED END OTHER ON_LIST ANN END, "0 conflict conflict: sso-member-of-others"},
        {MAIN ON_LIST REGISTERED END OTHER ON_LIST ANN END, "3 password password"},
        {MAIN REGISTERED END OTHER ON_LIST ANN END, "3 password password"},

        /* ... with SSO, and not on its list */
        {MAIN SSO REGISTERED END OTHER SSO ANN END, "0 conflict conflict: sso-member-of-others"},
        {MAIN ON_LIST REGISTERED END OTHER SSO ANN END, "0 conflict conflict: other-sso-organization"},
        {MAIN REGISTERED END OTHER SSO ANN END, "0 conflict conflict: other-sso-organization"},

        /* not registered, and invited to others */
        {MAIN SSO UNREGISTERED END OTHER ANN END, "0 conflict conflict: sso-member-of-others"},
        {MAIN ON_LIST UNREGISTERED END OTHER ANN END, "3 pending pending: register"},
        {MAIN UNREGISTERED END OTHER ANN END, "2 pending pending: register"},
        {MAIN SSO UNREGISTERED END OTHER ON_LIST ANN END, "0 conflict conflict: sso-member-of-others"},
        {MAIN ON_LIST UNREGISTERED END OTHER ON_LIST ANN END, "3 pending pending: register"},
        {MAIN UNREGISTERED END OTHER ON_LIST ANN END, "3 pending pending: register"},
        {MAIN SSO UNREGISTERED END OTHER SSO ANN END, "0 conflict conflict: sso-member-of-others"},
        {MAIN ON_LIST UNREGISTERED END OTHER SSO ANN END, "0 conflict conflict: other-sso-organization"},
        {MAIN UNREGISTERED END OTHER SSO ANN END, "0 conflict conflict: other-sso-organization"},

        /* one of several others decides */
        {MAIN REGISTERED END OTHER ANN END "- {id: 3, subscription: other, sso: true, " ANN END,
         "0 conflict conflict: other-sso-organization"},
        {MAIN REGISTERED END OTHER ON_LIST ANN END "- {id: 3, subscription: other, " ANN END, "3 password password"},
    };
    assert_ann(cases, sizeof cases / sizeof cases[0]);
}

/* Ann comes from a trial, which is another organization until it ends. */
static void test_moves(void **state)
{
    (void)state;
    static const struct ann_case cases[] = {
        {MAIN SSO NOBODY END TRIAL ANN END, "0 conflict sso: sso-member-of-others add-member sso-log-in"},
        {MAIN ON_LIST NOBODY END TRIAL ANN END, "3 password password: add-member"},
        {MAIN NOBODY END TRIAL ANN END, "2 password password: add-member"},
        {TRIAL ANN END MAIN NOBODY END, "2 password password: add-member"}, /* in any order */

        {MAIN SSO NOBODY END TRIAL SSO ANN END, "0 conflict sso: sso-member-of-others add-member sso-log-in"},
        {MAIN ON_LIST NOBODY END TRIAL SSO ANN END, "0 conflict pending: other-sso-organization add-member register"},
        {MAIN NOBODY END TRIAL SSO ANN END, "0 conflict pending: other-sso-organization add-member register"},
        {MAIN NOBODY END TRIAL SSO REGISTERED END, "0 conflict password: other-sso-organization add-member"},
        {MAIN NOBODY END TRIAL ON_LIST ANN END, "3 password password: add-member"},
        {MAIN NOBODY END TRIAL UNREGISTERED END, "2 pending pending: add-member register"},

        /* is there already */
        {MAIN ANN END TRIAL ANN END, "2 password password"},
        {MAIN SSO ANN END TRIAL ANN END, "0 conflict sso: sso-member-of-others"},

        /* a conflict that stays when the trial ends */
        {MAIN SSO NOBODY END OTHER ANN END TRIAL ANN END, "0 conflict conflict: sso-member-of-others add-member"},

        /* does not come along */
        {MAIN SSO NOBODY END TRIAL "members: [{email: ann@acme.example, moves: false}]" END, "2 password none"},
        {MAIN SSO NOBODY END TRIAL SSO "members: [{email: ann@acme.example, moves: false}]" END, "1 sso none"},
        {MAIN SSO NOBODY END OTHER ANN END, "2 password password"},
        {MAIN SSO NOBODY END OTHER SSO ANN END TRIAL "members: [{email: ann@acme.example, moves: false}]" END,
         "0 conflict sso: sso-member-of-others"},

        /* nothing is subscribed: nobody moves */
        {TRIAL ANN END, "2 password none"},
        {TRIAL SSO ANN END OTHER ANN END, "0 conflict password: sso-member-of-others"},
        {OTHER SSO ANN END, "1 sso sso"},
        {OTHER ON_LIST ANN END, "3 password password"},
    };
    assert_ann(cases, sizeof cases / sizeof cases[0]);
}

static void test_identity(void **state)
{
    (void)state;
#define KNOWN_AS(name) "members: [{email: ann@acme.example, identity: " name "}]"
    static const struct ann_case cases[] = {
        {MAIN SSO KNOWN_AS("Ann@ACME.example") END, "1 sso sso"},
        {MAIN SSO KNOWN_AS("ann") END, "1 conflict conflict: identity-differs"},
        {MAIN ON_LIST KNOWN_AS("ann") END, "3 password password"},
        {MAIN KNOWN_AS("ann") END, "2 password password"},
        {MAIN SSO NOBODY END TRIAL KNOWN_AS("ann") END,
         "0 conflict conflict: sso-member-of-others identity-differs add-member"},
        {MAIN SSO ANN END TRIAL KNOWN_AS("ann") END, "0 conflict conflict: sso-member-of-others identity-differs"},
        /* what is said where the log-in is to goes before */
        {TRIAL KNOWN_AS("ann") END MAIN SSO KNOWN_AS("ann@acme.example") END, "0 conflict sso: sso-member-of-others"},
        /* another organization's identity provider is another */
        {MAIN SSO ANN END OTHER SSO KNOWN_AS("ann") END, "0 conflict conflict: sso-member-of-others"},
        {OTHER SSO KNOWN_AS("ann") END, "1 conflict conflict: identity-differs"},
    };
    assert_ann(cases, sizeof cases / sizeof cases[0]);
}

/* --------------------------------------------------------------------------------------------------------- strangers
 */

static void test_strangers(void **state)
{
    (void)state;
#define BOB "members: [{email: bob@acme.example}]"
    static const struct ann_case cases[] = {
        {MAIN ON_LIST BOB END, "0 none none: bypass-no-member"},
        {OTHER ON_LIST BOB END, "0 none none: bypass-no-member"},
        {MAIN ON_LIST BOB END TRIAL ANN END, "3 password password: add-member"}, /* is to be one */
        {MAIN ON_LIST BOB END OTHER ANN END, "2 password password: bypass-no-member"},
        {TRIAL ON_LIST BOB END, "0 none none"},   /* ends anyway */
        {MAIN ON_LIST NOBODY END, "0 none none"}, /* nobody knows its members */
        {MAIN SSO "ssoAdministrator: ann@acme.example, " BOB END, "0 none none: sso-administrator-no-member"},
        {MAIN SSO "ssoAdministrator: ann@acme.example, " NOBODY END, "0 none none"},
        {MAIN ON_LIST "ssoAdministrator: ann@acme.example, " BOB END,
         "0 none none: bypass-no-member sso-administrator-no-member"},
    };
    assert_ann(cases, sizeof cases / sizeof cases[0]);
}

/* ------------------------------------------------------------------------------------------------------------- tasks
 */

/* The whole text of a task, and who must do it. */
static void test_texts(void **state)
{
    (void)state;
#define ROLES "roles: [{name: Admins}, {name: Developers}, {name: Guests}], "
    static const struct {
        const char *organizations, *rule;
        bool conflict, administrator;
        const char *text;
    } cases[] = {
        {MAIN SSO ANN END OTHER ANN END TRIAL ANN END, "sso-member-of-others", true, true,
         "put the address on the Bypass SSO list of 'Main', or take it out of 'Other' and 'Trial': with single sign-on "
         "at "
         "'Main', nobody can be a member of other organizations as well"},
        {MAIN SSO ANN END TRIAL ANN END, "sso-member-of-others", true, true,
         "put the address on the Bypass SSO list of 'Main', or take it out of 'Trial', or wait until the trials have "
         "ended: with single sign-on at 'Main', nobody can be a member of other organizations as well"},
        {MAIN SSO ANN END TRIAL KNOWN_AS("ann.b") END, "sso-member-of-others", true, true, /* the identity stays */
         "put the address on the Bypass SSO list of 'Main', or take it out of 'Trial', or wait until the trials have "
         "ended: with single sign-on at 'Main', nobody can be a member of other organizations as well"},
        {MAIN SSO ANN END OTHER SSO ANN END, "sso-member-of-others", true, true,
         "put the address on the Bypass SSO list of 'Main' and 'Other', or take it out of 'Other': with single sign-on "
         "at "
         "'Main', nobody can be a member of other organizations as well"},
        {MAIN ANN END TRIAL SSO ANN END, "other-sso-organization", true, true,
         "put the address on the Bypass SSO list of 'Trial', or take it out of 'Trial', or wait until the trials have "
         "ended: with single sign-on there, nobody can be a member of other organizations as well"},
        {MAIN SSO KNOWN_AS("ann.b") END, "identity-differs", true, true,
         "make the address of the member of 'Main' and the user name at the identity provider the same: the one is "
         "'ann@acme.example', the other 'ann.b'"},
        {MAIN "roles: [{name: developers}, {name: GUESTS}]" END TRIAL ROLES
              "members: [{email: ann@acme.example, roles: [Guests]}]" END,
         "add-member", false, true, "add the person to 'Main' with the role 'GUESTS'"},
        {MAIN "roles: [{name: developers}, {name: Guests}]" END TRIAL ROLES
              "members: [{email: ann@acme.example, roles: [Guests, Developers, Admins]}]" END,
         "add-member", false, true,
         "add the person to 'Main' with the roles 'Guests' and 'developers': it has no role 'Admins'"},
        {MAIN NOBODY END TRIAL ROLES "members: [{email: ann@acme.example, roles: [Guests, Admins]}]" END, "add-member",
         false, true, "add the person to 'Main' with a role that you choose: it has no role 'Guests' or 'Admins'"},
        {MAIN ROLES NOBODY END TRIAL ANN END, "add-member", false, true,
         "add the person to 'Main' with a role that you choose: the map does not say which there are now"},
        /* roles of several trials, each once; not those of one that is left behind */
        {MAIN ROLES NOBODY END TRIAL ROLES "members: [{email: ann@acme.example, roles: [Guests], moves: true}]" END
                                           "- {id: 3, subscription: trial, " ROLES
                                           "members: [{email: ann@acme.example, roles: [Developers, Guests]}]" END
                                           "- {id: 4, subscription: trial, " ROLES
                                           "members: [{email: ann@acme.example, roles: [Admins], moves: false}]" END,
         "add-member", false, true, "add the person to 'Main' with the roles 'Guests' and 'Developers'"},
        {MAIN UNREGISTERED END, "register", false, false,
         "register as 'ann@acme.example': 'Main' asks for a password of the platform, and the invitation is pending "
         "until "
         "then"},
        {MAIN NOBODY END TRIAL SSO ANN END, "register", false, false,
         "register as 'ann@acme.example', unless that is done: 'Main' asks for a password of the platform, and the "
         "invitation is pending until then"},
        {MAIN SSO NOBODY END TRIAL ANN END, "sso-log-in", false, false,
         "log in to 'Main' with single sign-on, as 'ann@acme.example' at the identity provider, once there is no "
         "conflict "
         "any more"},
        {MAIN ON_LIST BOB END, "bypass-no-member", false, true,
         "take 'ann@acme.example' off the Bypass SSO list of 'Main', or correct it: no member has this address"},
        {MAIN SSO "ssoAdministrator: ann@acme.example, " BOB END, "sso-administrator-no-member", false, true,
         "find out who administers single sign-on of 'Main': who turned it on is no member"},
        /* long lists are cut */
        {MAIN "roles: []" END TRIAL "roles: [{name: A}, {name: B}, {name: C}, {name: D}, {name: E}, {name: F}], "
              "members: [{email: ann@acme.example, roles: [A, B, C, D, E, F]}]" END,
         "add-member", false, true,
         "add the person to 'Main' with a role that you choose: it has no role 'A', 'B', 'C', 'D', 'E' or others"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct looked looked = look(cases[i].organizations);
        const struct member_task *task = find_task(find(&looked, "ann@acme.example"), cases[i].rule);
        if (!task)
            fail_msg("%s\nhas no %s", cases[i].organizations, cases[i].rule);
        assert_string_equal(task->text, cases[i].text);
        assert_int_equal(task->conflict, cases[i].conflict);
        assert_int_equal(task->administrator, cases[i].administrator);
        look_away(&looked);
    }
}

/* ------------------------------------------------------------------------------------------------------------ agents
 */

static void test_agents(void **state)
{
    (void)state;
#define AGENT_ROLES                                                                                                    \
    "roles: [{name: Root, permissions: [Admin]}, {name: Ops, permissions: [Agent Install]}, {name: Dev}], "
#define WITH_ROLE(role) AGENT_ROLES "members: [{email: ann@acme.example, roles: [" role "]}]"
#define ADMINISTRATOR "ssoAdministrator: ann@acme.example, "
    static const struct {
        const char *organizations;
        bool installs;
        const char *because;
    } cases[] = {
        /* without SSO: any member with such a role */
        {MAIN WITH_ROLE("Root") END, true, "has the role 'Root' with the permission Admin"},
        {MAIN WITH_ROLE("Dev, Ops") END, true, "has the role 'Ops' with the permission Agent Install"},
        {MAIN WITH_ROLE("Dev") END, false, NULL},
        {MAIN AGENT_ROLES ANN END, false, NULL},
        {MAIN AGENT_ROLES "members: [{email: ann@acme.example, roles: [Ops], registered: false}]" END, true,
         "has the role 'Ops' with the permission Agent Install; must register first"},
        {MAIN WITH_ROLE("Ops") END OTHER SSO ANN END, false,
         "has the role 'Ops' with the permission Agent Install, but cannot log in as things are"},
        {MAIN WITH_ROLE("Ops") END TRIAL SSO ANN END, true, "has the role 'Ops' with the permission Agent Install"},

        /* SSO: who turned it on */
        {MAIN SSO ADMINISTRATOR WITH_ROLE("Dev") END, true,
         "turned single sign-on on, and the password from before does not expire"},
        {MAIN SSO ADMINISTRATOR ANN END OTHER ANN END, true,
         "turned single sign-on on, and the password from before does not expire"},
        {MAIN SSO ADMINISTRATOR BOB END, false, "turned single sign-on on, but is no member"},
        {MAIN SSO ADMINISTRATOR NOBODY END, true,
         "turned single sign-on on, and the password from before does not expire"},
        {MAIN SSO ADMINISTRATOR BOB END TRIAL ANN END, true,
         "turned single sign-on on, and the password from before does not expire"},
        {MAIN SSO BOB END OTHER SSO ADMINISTRATOR ANN END, false, NULL}, /* elsewhere */

        /* SSO: on the list, with a role, and a member of an organization without SSO */
        {MAIN ON_LIST WITH_ROLE("Ops") END OTHER ANN END, true,
         "has the role 'Ops' with the permission Agent Install, is on the Bypass SSO list, and has a password from "
         "'Other'"},
        {MAIN ON_LIST WITH_ROLE("Ops") END TRIAL ANN END OTHER ANN END, true,
         "has the role 'Ops' with the permission Agent Install, is on the Bypass SSO list, and has a password from "
         "'Other'"},
        {MAIN ON_LIST WITH_ROLE("Dev") END OTHER ANN END, false, NULL},
        {MAIN SSO WITH_ROLE("Ops") END, false,
         "has the role 'Ops' with the permission Agent Install, but is not on the Bypass SSO list: installing takes a "
         "password of the platform"},
        {MAIN ON_LIST WITH_ROLE("Ops") END, false,
         "has the role 'Ops' with the permission Agent Install, but is a member of no organization without single "
         "sign-on, which gives the password for it"},
        {MAIN ON_LIST WITH_ROLE("Ops") END OTHER ON_LIST ANN END, false,
         "has the role 'Ops' with the permission Agent Install, but is a member of no organization without single "
         "sign-on, which gives the password for it"},
        {MAIN ON_LIST WITH_ROLE("Ops") END TRIAL ANN END, false,
         "has the role 'Ops' with the permission Agent Install, but only as long as the trial 'Trial', which has no "
         "single sign-on, gives the password for it"},
        {MAIN ON_LIST WITH_ROLE("Ops") END OTHER ANN END "- {id: 3, subscription: other, sso: true, " ANN END, false,
         "has the role 'Ops' with the permission Agent Install, but cannot log in as things are"},

        /* who moves has the roles of the same name */
        {MAIN AGENT_ROLES NOBODY END TRIAL
         "roles: [{name: ops}], members: [{email: ann@acme.example, roles: [ops]}]" END,
         true, "has the role 'Ops' with the permission Agent Install"},
        {MAIN "roles: [{name: Ops}]" END TRIAL WITH_ROLE("Ops") END, false, NULL},
        {MAIN AGENT_ROLES ANN END TRIAL WITH_ROLE("Ops") END, false, NULL}, /* has its own roles there already */

        /* nowhere to install them */
        {TRIAL WITH_ROLE("Ops") END, false, NULL},
        {MAIN AGENT_ROLES NOBODY END OTHER WITH_ROLE("Ops") END, false, NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct looked looked = look(cases[i].organizations);
        const struct member_outlook *ann = find(&looked, "ann@acme.example");
        if (ann->installs_agents != cases[i].installs)
            fail_msg("%s\ninstalls: %d", cases[i].organizations, ann->installs_agents);
        if (!cases[i].because != !ann->installs_because)
            fail_msg("%s\n%s", cases[i].organizations, ann->installs_because ? ann->installs_because : "says nothing");
        if (cases[i].because)
            assert_string_equal(ann->installs_because, cases[i].because);
        assert_int_equal(looked.members.installers, cases[i].installs);
        look_away(&looked);
    }
}

/* ---------------------------------------------------------------------------------------------------------- the whole
 */

static void test_order(void **state)
{
    (void)state;
    struct looked looked = look("- {name: T1, subscription: trial, members: [{email: Zoe@acme.example}, "
                                "{email: Ann@acme.example, moves: false}]}\n"
                                "- {name: Main, subscription: subscribed, sso: true, bypass: [BOB@acme.example, "
                                "bob@ACME.example], members: [{email: zoe@acme.example}]}\n"
                                "- {name: T2, subscription: trial, members: [{email: bob@acme.example}, "
                                "{email: ann@acme.example}]}\n");
    const struct members *members = &looked.members;
    const struct map_organization *all = looked.map->organizations;
    assert_int_equal(members->count, 3);
    const struct member_outlook *ann = &members->items[0], *bob = &members->items[1], *zoe = &members->items[2];
    assert_string_equal(ann->email, "Ann@acme.example");
    assert_string_equal(bob->email, "BOB@acme.example");
    assert_string_equal(zoe->email, "Zoe@acme.example");
    assert_int_equal(ann->organization_count, 2);
    assert_ptr_equal(ann->organizations[0], &all[0]);
    assert_ptr_equal(ann->organizations[1], &all[2]);
    assert_false(ann->in_target || ann->moves); /* one no is enough where nobody says yes */
    assert_int_equal(bob->organization_count, 1);
    assert_ptr_equal(bob->organizations[0], &all[2]);
    assert_true(!bob->in_target && bob->moves);
    assert_int_equal(zoe->organization_count, 2);
    assert_true(zoe->in_target && zoe->moves);
    assert_string_equal(summary(ann), "2 password none");
    assert_string_equal(summary(bob), "3 password password: add-member");
    assert_string_equal(summary(zoe), "0 conflict sso: sso-member-of-others");
    assert_int_equal(members->conflicts, 1);
    assert_int_equal(members->installers, 0);
    look_away(&looked);
}

static void test_nobody(void **state)
{
    (void)state;
    struct migrate_map *map = map_empty(NULL);
    struct members members;
    assert_non_null(map);
    assert_true(members_find(&members, map, NULL));
    assert_int_equal(members.count + members.conflicts + members.installers, 0);
    members_free(&members);
    members_free(&members);
    migrate_map_free(map);
    assert_string_equal(login_name(LOGIN_NONE), "none");
}

/* Many people of many organizations, who are in all lists. */
static void test_many(void **state)
{
    (void)state;
    enum { PEOPLE = 20000 };
    struct buf text = {0};
    buf_puts(&text, "mapFormat: 1\norganizations:\n- name: Main\n  subscription: subscribed\n  sso: true\n  bypass:\n");
    for (unsigned i = 0; i < PEOPLE; i += 2)
        buf_printf(&text, "  - p%05u@acme.example\n", i);
    buf_puts(&text, "  roles: [{name: Ops, permissions: [Agent Install]}]\n- name: Trial\n  subscription: trial\n"
                    "  roles: [{name: Ops}, {name: Dev}]\n  members:\n");
    for (unsigned i = PEOPLE; i-- > 0;)
        buf_printf(&text, "  - {email: P%05u@acme.example, roles: [Ops, Dev]}\n", i);
    assert_false(text.failed);
    struct looked looked = look_at(text.data, text.size);
    assert_int_equal(looked.members.count, PEOPLE);
    assert_int_equal(looked.members.conflicts, PEOPLE / 2);
    assert_int_equal(looked.members.installers, 0);
    for (unsigned i = 0; i < PEOPLE; i++) {
        char key[32];
        snprintf(key, sizeof key, "%c%05u@acme.example", i % 2 ? 'P' : 'p', i);
        assert_string_equal(looked.members.items[i].email, key);
    }
    buf_free(&text);
    look_away(&looked);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cells),     cmocka_unit_test(test_moves),  cmocka_unit_test(test_identity),
        cmocka_unit_test(test_strangers), cmocka_unit_test(test_texts),  cmocka_unit_test(test_agents),
        cmocka_unit_test(test_order),     cmocka_unit_test(test_nobody), cmocka_unit_test(test_many),
    };
    return cmocka_run_group_tests_name("members", tests, mm_set_up, mm_tear_down);
}
