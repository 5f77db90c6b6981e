/*
 * The names of \p{...}: ECMA-262, section "Static Semantics: UnicodeMatchProperty", and the files
 * PropertyValueAliases.txt and Scripts.txt of Unicode 16. They must be written exactly so. PCRE2 has them up to Unicode
 * 14 and refuses the others.
 */
#include "schema/pattern_syntax.h"

#include <string.h>

/* The names of one thing; what is left out is NULL. */
typedef const char *const names[3];

/* The second is PCRE2's name. */
static names categories[] = {
    /* clang-format off */
    {"Cased_Letter", "LC"}, {"Close_Punctuation", "Pe"}, {"Connector_Punctuation", "Pc"}, {"Control", "Cc", "cntrl"},
    {"Currency_Symbol", "Sc"}, {"Dash_Punctuation", "Pd"}, {"Decimal_Number", "Nd", "digit"},
    {"Enclosing_Mark", "Me"}, {"Final_Punctuation", "Pf"}, {"Format", "Cf"}, {"Initial_Punctuation", "Pi"},
    {"Letter", "L"}, {"Letter_Number", "Nl"}, {"Line_Separator", "Zl"}, {"Lowercase_Letter", "Ll"},
    {"Mark", "M", "Combining_Mark"}, {"Math_Symbol", "Sm"}, {"Modifier_Letter", "Lm"}, {"Modifier_Symbol", "Sk"},
    {"Nonspacing_Mark", "Mn"}, {"Number", "N"}, {"Open_Punctuation", "Ps"}, {"Other", "C"}, {"Other_Letter", "Lo"},
    {"Other_Number", "No"}, {"Other_Punctuation", "Po"}, {"Other_Symbol", "So"}, {"Paragraph_Separator", "Zp"},
    {"Private_Use", "Co"}, {"Punctuation", "P", "punct"}, {"Separator", "Z"}, {"Space_Separator", "Zs"},
    {"Spacing_Mark", "Mc"}, {"Surrogate", "Cs"}, {"Symbol", "S"}, {"Titlecase_Letter", "Lt"}, {"Unassigned", "Cn"},
    {"Uppercase_Letter", "Lu"},
    /* clang-format on */
};

static names scripts[] = {
    /* clang-format off */
    {"Adlam", "Adlm"}, {"Ahom", "Ahom"}, {"Anatolian_Hieroglyphs", "Hluw"}, {"Arabic", "Arab"}, {"Armenian", "Armn"},
    {"Avestan", "Avst"}, {"Balinese", "Bali"}, {"Bamum", "Bamu"}, {"Bassa_Vah", "Bass"}, {"Batak", "Batk"},
    {"Bengali", "Beng"}, {"Bhaiksuki", "Bhks"}, {"Bopomofo", "Bopo"}, {"Brahmi", "Brah"}, {"Braille", "Brai"},
    {"Buginese", "Bugi"}, {"Buhid", "Buhd"}, {"Canadian_Aboriginal", "Cans"}, {"Carian", "Cari"},
    {"Caucasian_Albanian", "Aghb"}, {"Chakma", "Cakm"}, {"Cham", "Cham"}, {"Cherokee", "Cher"},
    {"Chorasmian", "Chrs"}, {"Common", "Zyyy"}, {"Coptic", "Copt", "Qaac"}, {"Cuneiform", "Xsux"},
    {"Cypriot", "Cprt"}, {"Cypro_Minoan", "Cpmn"}, {"Cyrillic", "Cyrl"}, {"Deseret", "Dsrt"}, {"Devanagari", "Deva"},
    {"Dives_Akuru", "Diak"}, {"Dogra", "Dogr"}, {"Duployan", "Dupl"}, {"Egyptian_Hieroglyphs", "Egyp"},
    {"Elbasan", "Elba"}, {"Elymaic", "Elym"}, {"Ethiopic", "Ethi"}, {"Garay", "Gara"}, {"Georgian", "Geor"},
    {"Glagolitic", "Glag"}, {"Gothic", "Goth"}, {"Grantha", "Gran"}, {"Greek", "Grek"}, {"Gujarati", "Gujr"},
    {"Gunjala_Gondi", "Gong"}, {"Gurmukhi", "Guru"}, {"Gurung_Khema", "Gukh"}, {"Han", "Hani"}, {"Hangul", "Hang"},
    {"Hanifi_Rohingya", "Rohg"}, {"Hanunoo", "Hano"}, {"Hatran", "Hatr"}, {"Hebrew", "Hebr"}, {"Hiragana", "Hira"},
    {"Imperial_Aramaic", "Armi"}, {"Inherited", "Zinh", "Qaai"}, {"Inscriptional_Pahlavi", "Phli"},
    {"Inscriptional_Parthian", "Prti"}, {"Javanese", "Java"}, {"Kaithi", "Kthi"}, {"Kannada", "Knda"},
    {"Katakana", "Kana"}, {"Kawi", "Kawi"}, {"Kayah_Li", "Kali"}, {"Kharoshthi", "Khar"},
    {"Khitan_Small_Script", "Kits"}, {"Khmer", "Khmr"}, {"Khojki", "Khoj"}, {"Khudawadi", "Sind"},
    {"Kirat_Rai", "Krai"}, {"Lao", "Laoo"}, {"Latin", "Latn"}, {"Lepcha", "Lepc"}, {"Limbu", "Limb"},
    {"Linear_A", "Lina"}, {"Linear_B", "Linb"}, {"Lisu", "Lisu"}, {"Lycian", "Lyci"}, {"Lydian", "Lydi"},
    {"Mahajani", "Mahj"}, {"Makasar", "Maka"}, {"Malayalam", "Mlym"}, {"Mandaic", "Mand"}, {"Manichaean", "Mani"},
    {"Marchen", "Marc"}, {"Masaram_Gondi", "Gonm"}, {"Medefaidrin", "Medf"}, {"Meetei_Mayek", "Mtei"},
    {"Mende_Kikakui", "Mend"}, {"Meroitic_Cursive", "Merc"}, {"Meroitic_Hieroglyphs", "Mero"}, {"Miao", "Plrd"},
    {"Modi", "Modi"}, {"Mongolian", "Mong"}, {"Mro", "Mroo"}, {"Multani", "Mult"}, {"Myanmar", "Mymr"},
    {"Nabataean", "Nbat"}, {"Nag_Mundari", "Nagm"}, {"Nandinagari", "Nand"}, {"New_Tai_Lue", "Talu"},
    {"Newa", "Newa"}, {"Nko", "Nkoo"}, {"Nushu", "Nshu"}, {"Nyiakeng_Puachue_Hmong", "Hmnp"}, {"Ogham", "Ogam"},
    {"Ol_Chiki", "Olck"}, {"Ol_Onal", "Onao"}, {"Old_Hungarian", "Hung"}, {"Old_Italic", "Ital"},
    {"Old_North_Arabian", "Narb"}, {"Old_Permic", "Perm"}, {"Old_Persian", "Xpeo"}, {"Old_Sogdian", "Sogo"},
    {"Old_South_Arabian", "Sarb"}, {"Old_Turkic", "Orkh"}, {"Old_Uyghur", "Ougr"}, {"Oriya", "Orya"},
    {"Osage", "Osge"}, {"Osmanya", "Osma"}, {"Pahawh_Hmong", "Hmng"}, {"Palmyrene", "Palm"}, {"Pau_Cin_Hau", "Pauc"},
    {"Phags_Pa", "Phag"}, {"Phoenician", "Phnx"}, {"Psalter_Pahlavi", "Phlp"}, {"Rejang", "Rjng"}, {"Runic", "Runr"},
    {"Samaritan", "Samr"}, {"Saurashtra", "Saur"}, {"Sharada", "Shrd"}, {"Shavian", "Shaw"}, {"Siddham", "Sidd"},
    {"SignWriting", "Sgnw"}, {"Sinhala", "Sinh"}, {"Sogdian", "Sogd"}, {"Sora_Sompeng", "Sora"}, {"Soyombo", "Soyo"},
    {"Sundanese", "Sund"}, {"Sunuwar", "Sunu"}, {"Syloti_Nagri", "Sylo"}, {"Syriac", "Syrc"}, {"Tagalog", "Tglg"},
    {"Tagbanwa", "Tagb"}, {"Tai_Le", "Tale"}, {"Tai_Tham", "Lana"}, {"Tai_Viet", "Tavt"}, {"Takri", "Takr"},
    {"Tamil", "Taml"}, {"Tangsa", "Tnsa"}, {"Tangut", "Tang"}, {"Telugu", "Telu"}, {"Thaana", "Thaa"},
    {"Thai", "Thai"}, {"Tibetan", "Tibt"}, {"Tifinagh", "Tfng"}, {"Tirhuta", "Tirh"}, {"Todhri", "Todr"},
    {"Toto", "Toto"}, {"Tulu_Tigalari", "Tutg"}, {"Ugaritic", "Ugar"}, {"Unknown", "Zzzz"}, {"Vai", "Vaii"},
    {"Vithkuqi", "Vith"}, {"Wancho", "Wcho"}, {"Warang_Citi", "Wara"}, {"Yezidi", "Yezi"}, {"Yi", "Yiii"},
    {"Zanabazar_Square", "Zanb"},
    /* clang-format on */
};

static names binaries[] = {
    /* clang-format off */
    {"ASCII"}, {"ASCII_Hex_Digit", "AHex"}, {"Alphabetic", "Alpha"}, {"Any"}, {"Assigned"},
    {"Bidi_Control", "Bidi_C"}, {"Bidi_Mirrored", "Bidi_M"}, {"Case_Ignorable", "CI"}, {"Cased"},
    {"Changes_When_Casefolded", "CWCF"}, {"Changes_When_Casemapped", "CWCM"}, {"Changes_When_Lowercased", "CWL"},
    {"Changes_When_NFKC_Casefolded", "CWKCF"}, {"Changes_When_Titlecased", "CWT"}, {"Changes_When_Uppercased", "CWU"},
    {"Dash"}, {"Default_Ignorable_Code_Point", "DI"}, {"Deprecated", "Dep"}, {"Diacritic", "Dia"}, {"Emoji"},
    {"Emoji_Component", "EComp"}, {"Emoji_Modifier", "EMod"}, {"Emoji_Modifier_Base", "EBase"},
    {"Emoji_Presentation", "EPres"}, {"Extended_Pictographic", "ExtPict"}, {"Extender", "Ext"},
    {"Grapheme_Base", "Gr_Base"}, {"Grapheme_Extend", "Gr_Ext"}, {"Hex_Digit", "Hex"},
    {"IDS_Binary_Operator", "IDSB"}, {"IDS_Trinary_Operator", "IDST"}, {"ID_Continue", "IDC"}, {"ID_Start", "IDS"},
    {"Ideographic", "Ideo"}, {"Join_Control", "Join_C"}, {"Logical_Order_Exception", "LOE"}, {"Lowercase", "Lower"},
    {"Math"}, {"Noncharacter_Code_Point", "NChar"}, {"Pattern_Syntax", "Pat_Syn"}, {"Pattern_White_Space", "Pat_WS"},
    {"Quotation_Mark", "QMark"}, {"Radical"}, {"Regional_Indicator", "RI"}, {"Sentence_Terminal", "STerm"},
    {"Soft_Dotted", "SD"}, {"Terminal_Punctuation", "Term"}, {"Unified_Ideograph", "UIdeo"}, {"Uppercase", "Upper"},
    {"Variation_Selector", "VS"}, {"White_Space", "space"}, {"XID_Continue", "XIDC"}, {"XID_Start", "XIDS"},
    /* clang-format on */
};

static bool is(const char *name, const char *text, size_t n)
{
    return name && strlen(name) == n && memcmp(name, text, n) == 0;
}

static names *find(names *all, size_t count, const char *text, size_t n)
{
    for (size_t i = 0; i < count; i++)
        if (is(all[i][0], text, n) || is(all[i][1], text, n) || is(all[i][2], text, n))
            return &all[i];
    return NULL;
}

#define FIND(table, text, n) find((table), sizeof(table) / sizeof((table)[0]), (text), (n))

static void put(struct buf *out, bool negated, const char *prefix, const char *name)
{
    buf_printf(out, "\\%c{%s%s}", negated ? 'P' : 'p', prefix, name);
}

static bool put_category(struct buf *out, const char *text, size_t n, bool negated)
{
    names *found = FIND(categories, text, n);
    if (found)
        put(out, negated, "", strcmp((*found)[1], "LC") == 0 ? "L&" : (*found)[1]);
    return found != NULL;
}

bool pattern_property(const char *name, size_t n, bool negated, struct buf *out)
{
    names *found = FIND(binaries, name, n);
    if (!found)
        return put_category(out, name, n, negated);
    bool assigned = strcmp((*found)[0], "Assigned") == 0; /* PCRE2 knows the opposite only */
    put(out, negated != assigned, "", assigned ? "Cn" : (*found)[0]);
    return true;
}

bool pattern_property_value(const char *name, size_t n, const char *value, size_t value_n, bool negated,
                            struct buf *out)
{
    if (is("General_Category", name, n) || is("gc", name, n))
        return put_category(out, value, value_n, negated);
    bool script = is("Script", name, n) || is("sc", name, n);
    names *found = FIND(scripts, value, value_n);
    if (!found || !(script || is("Script_Extensions", name, n) || is("scx", name, n)))
        return false;
    put(out, negated, script ? "sc:" : "scx:", (*found)[0]);
    return true;
}
