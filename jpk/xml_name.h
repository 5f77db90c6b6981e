/* The characters of an XML name without a prefix (NCName): XML 1.0, fourth edition, appendix B. */
#ifndef JPK_XML_NAME_H
#define JPK_XML_NAME_H

#include <stdbool.h>
#include <stdint.h>

/* Whether a character, by its code point, may stand in a name; with `first`, whether it may begin one. */
bool xml_in_name(uint32_t character, bool first);

#endif
