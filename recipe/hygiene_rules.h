/* Which rule of the validation a find of jpk/hygiene.h comes under. */
#ifndef RECIPE_HYGIENE_RULES_H
#define RECIPE_HYGIENE_RULES_H

#include "jpk/hygiene.h"
#include "recipe/validation.h"

/*
 * What is told apart by its form (the prefix of a token, say) and what by its place (behind `password=`) needs
 * different care, and so do keys, addresses of people and hosts; which service a token is of does not matter to
 * severities and exemptions. RULE_COUNT for a number that is no rule of hygiene, and for encrypted values, which the
 * Jitterpaks of recipes are there to hold.
 */
enum rule rule_of_hygiene(enum hygiene_rule rule);

#endif
