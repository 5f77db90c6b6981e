/*
 * What must not be published: each rule with its span and what is shown of it, what must not be found, and figures over
 * the labelled files of tests/hygiene. Values that look like secrets are made up, and cut in two wherever the programs
 * that search repositories for leaks would take them for real.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/secrets.h"
#include "base/text.h"
#include "jpk/hygiene.h"
#include "jpk/secret_field.h"
#include "jpk/secret_text.h"
#include "tests/unit/projectmaker.h"

/* ------------------------------------------------------------------------------------------------------------- help */

static struct hygiene_hits scan_n(const char *text, size_t n, const struct hygiene_options *options)
{
    struct hygiene_hits hits = {0};
    struct jpk_error err = {0};
    if (!hygiene_scan(text, n, options, &hits, &err))
        fail_msg("%s", err.message);
    for (size_t i = 0; i < hits.count; i++) {
        assert_true(hits.items[i].length > 0 && hits.items[i].offset + hits.items[i].length <= n);
        if (i > 0)
            assert_true(hits.items[i - 1].offset + hits.items[i - 1].length <= hits.items[i].offset);
    }
    return hits;
}

/* The hits of a text in one line: `rule=value; rule=value`. */
static void show(struct buf *out, const char *text, const struct hygiene_hits *hits)
{
    for (size_t i = 0; i < hits->count; i++) {
        const struct hygiene_hit *hit = &hits->items[i];
        buf_printf(out, "%s%s=%.*s", i ? "; " : "", hygiene_rule_info(hit->rule)->id, (int)hit->length,
                   text + hit->offset);
    }
}

/* Whether a text has the hits that it should have; says so when it has others. */
static bool check(const char *text, const char *wanted, const struct hygiene_options *options)
{
    /* a copy without a NUL behind it, so that sanitizers see what reads on */
    size_t n = strlen(text);
    char *copy = malloc(n + (n == 0));
    assert_non_null(copy);
    memcpy(copy, text, n);
    struct hygiene_hits hits = scan_n(copy, n, options);
    struct buf out = {0};
    show(&out, copy, &hits);
    bool same = strcmp(buf_text(&out), wanted) == 0;
    if (!same)
        print_error("%s\n  wanted: %s\n  found:  %s\n", text, wanted, buf_text(&out));
    buf_free(&out);
    hygiene_hits_free(&hits);
    free(copy);
    return same;
}

/* ------------------------------------------------------------------------------------------------------- positives */

#define R24                                                                                                            \
    "Zq7Kf2Wn"                                                                                                         \
    "8Xb4Tv9L"                                                                                                         \
    "m3Rc6Yp1"
#define R36                                                                                                            \
    R24 "Hd5Js0Ga"                                                                                                     \
        "Qe7U"
#define HEX32                                                                                                          \
    "9f3a61c7"                                                                                                         \
    "d04be852"                                                                                                         \
    "a7c91f36"                                                                                                         \
    "0b5de84a"
#define B64_88                                                                                                         \
    "Vb3kQ9zR"                                                                                                         \
    "t6WmX1cY"                                                                                                         \
    "p8LsD4fH"                                                                                                         \
    "j2GnA7uE" R24 R24 "q0=="                                                                                          \
    "Zz1"

static const struct {
    const char *text, *wanted;
} positives[] = {
    /* known tokens: JSON, XML, YAML, script, properties, alone, at the end */
    {"{\"id\": \"AK"
     "IAQ7ZK2XNB4TVLMRCY\"}",
     "aws-access-key=AK"
     "IAQ7ZK2XNB4TVLMRCY"},
    {"AS"
     "IAQ7ZK2XNB4TVLMRCY",
     "aws-access-key=AS"
     "IAQ7ZK2XNB4TVLMRCY"},
    {"x: gh"
     "p_" R36 "\n",
     "github-token=gh"
     "p_" R36},
    {"a=github"
     "_pat_" R24 "_" R24 R24 "x",
     "github-token=github"
     "_pat_" R24 "_" R24 R24 "x"},
    {"<a b='gl"
     "pat-" R24 "'/>",
     "gitlab-token=gl"
     "pat-" R24},
    {"$t = \"xo"
     "xb-2041735968-" R24 "\";",
     "slack-token=xo"
     "xb-2041735968-" R24},
    {"https://hooks.sla"
     "ck.com/services/T0Q7ZK2XN/B4TVLMRCY/" R24,
     "slack-token=T0Q7ZK2XN/B4TVLMRCY/" R24},
    {"key=AI"
     "za" R36 "",
     ""}, /* a character too long */
    {"key=AI"
     "za" R24 "Hd5Js0GaQe7",
     "google-key=AI"
     "za" R24 "Hd5Js0GaQe7"},
    {"GOC"
     "SPX-" R24 "Hd5J",
     "google-key=GOC"
     "SPX-" R24 "Hd5J"},
    {"sk_"
     "live_" R24,
     "stripe-key=sk_"
     "live_" R24},
    {"(SG"
     "." R24 "." R36 "aB3c9",
     "sendgrid-key=SG"
     "." R24 "." R36 "aB3c9"},
    {"S"
     "K" HEX32 ",",
     "twilio-key=S"
     "K" HEX32},
    {"//registry.npmjs.org/:_authToken=np"
     "m_" R36,
     "npm-token=np"
     "m_" R36},
    {"dop"
     "_v1_" HEX32 HEX32,
     "service-token=dop"
     "_v1_" HEX32 HEX32},
    {"\\nshp"
     "at_" HEX32,
     "service-token=shp"
     "at_" HEX32},
    {"sid=00"
     "D5g00000Zq7Kf!" R24 R24,
     "salesforce-session=00"
     "D5g00000Zq7Kf!" R24 R24},
    {"ey"
     "JhbGciOiJIUzI1NiJ9.ey"
     "JzdWIiOiJuby1vbmUifQ." R36,
     "jwt=ey"
     "JhbGciOiJIUzI1NiJ9.ey"
     "JzdWIiOiJuby1vbmUifQ." R36},
    {"DefaultEndpointsProtocol=https;AccountName=shop;AccountKey=" B64_88 ";EndpointSuffix=x", "azure-key=" B64_88},
    {"https://shop.blob.core.windows.net/a?sv=2022-11-02&sig=" R36 "Kd%2BQw3z%3D", "azure-key=" R36 "Kd%2BQw3z%3D"},
    {"-----BEGIN RSA PRIV"
     "ATE KEY-----\n" R36 "\n" R36 "\n-----END RSA PRIV"
     "ATE KEY-----\nx",
     "private-key=-----BEGIN RSA PRIV"
     "ATE KEY-----\n" R36 "\n" R36 "\n-----END RSA PRIV"
     "ATE KEY-----"},
    {"{\"k\":\"-----BEGIN PRIV"
     "ATE KEY-----\\n" R36 R36 "\\n-----END PRIV"
     "ATE KEY-----\\n\"}",
     "private-key=-----BEGIN PRIV"
     "ATE KEY-----\\n" R36 R36 "\\n-----END PRIV"
     "ATE KEY-----"},
    /* keys that nothing closes, in strings that are put together, and what follows them */
    {"$k = \"-----BEGIN PRIV"
     "ATE KEY-----\" + \"" R36 R36 "\";\nWriteToOperationLog(\"keep me\");",
     "private-key=-----BEGIN PRIV"
     "ATE KEY-----\" + \"" R36 R36},
    {"{\"k\":\"-----BEGIN PRIV"
     "ATE KEY-----\\n" R36 R36 "\",\"x\":\"" R36 "\"}",
     "private-key=-----BEGIN PRIV"
     "ATE KEY-----\\n" R36 R36},
    {"$k = \"-----BEGIN RSA PRIV"
     "ATE KEY-----\" + $end +\n\"" R36 "\" + $end;\n$k = $k + \"" R36
     "\" + Chr(10) + \"aB3=\" + $end + \"-----END RSA PRIV"
     "ATE KEY-----\";",
     "private-key=-----BEGIN RSA PRIV"
     "ATE KEY-----\" + $end +\n\"" R36 "\" + $end;\n$k = $k + \"" R36
     "\" + Chr(10) + \"aB3=\" + $end + \"-----END RSA PRIV"
     "ATE KEY-----"},
    {"\\\"-----BEGIN PRIV"
     "ATE KEY-----\\\" +\\n  \\\"" R36 R36 "\\n\\\"\\n + \\\"aB3=\\\"\\n + \\\"-----END PRIV"
     "ATE KEY-----\\\"",
     "private-key=-----BEGIN PRIV"
     "ATE KEY-----\\\" +\\n  \\\"" R36 R36 "\\n\\\"\\n + \\\"aB3=\\\"\\n + \\\"-----END PRIV"
     "ATE KEY-----"},
    {"// between -----BEGIN PRIV"
     "ATE KEY----- and the end of it stands what nobody may see; it has many lines of letters\n"
     "$db.password=\"geheim77\";",
     "plain-password=geheim77"},
    {"PuTTY-User-Key-File-2: x\nPrivate-Lines: 1\n" R36 "\n\n$password = \"geheim77\"",
     "private-key=PuTTY-User-Key-File-2: x\nPrivate-Lines: 1\n" R36 "; plain-password=geheim77"},
    /* log-ins in URLs */
    {"<Item key=\"httpurl\" value=\"https://shop:Kx9!vu@erp.initech.io/api\"/>", "url-credentials=Kx9!vu"},
    {"postgres://app:geheim77@localhost:5432/db", "url-credentials=geheim77"},
    {"url: https://" R24 "@git.initech.io/x", "url-credentials=" R24},
    {"https://[login]:[pw]tail9@erp.initech.io/", "leak-beside-variable=tail9"},
    /* headers */
    {"Authorization: Basic bWlybzpLeDkhdnU=\r\nAccept: x", "authorization-header=bWlybzpLeDkhdnU="},
    {"<Item key=\"http_request_headers\" value=\"Accept: */*&#10;Authorization: Bearer " R24 "&#10;X: y\"/>",
     "authorization-header=" R24},
    {"{\"Authorization\": \"Bearer " R24 "\"}", "authorization-header=" R24},
    {"{\\\"Authorization\\\": \\\"Bearer " R24 "\\\"}", "authorization-header=" R24},
    {"AddHeader(\"Authorization\", \"Bearer " R24 "\");", "authorization-header=" R24},
    {"$auth = \"Bearer " R24 "\";", "authorization-header=" R24},
    {"X-Api-Key: " R24, "plain-secret=" R24},
    {"Authorization: Bearer [token]x7y8z9", "leak-beside-variable=x7y8z9"},
    /* connection strings */
    {"\"Server=db;Uid=app;Pwd=geheim77;\"", "connection-password=geheim77"},
    {"Driver={SQL Server};PWD={a;b77};Uid=x", "connection-password=a;b77"},
    {"Data Source=db;User Id=app;Password=Kx9!vu", "connection-password=Kx9!vu"},
    {"jdbc:mysql://db.initech.io/shop?user=app&amp;password=geheim77", "connection-password=geheim77"},
    {"jdbc:oracle:thin:scott/geheim77@db.initech.io:1521:orcl", "connection-password=geheim77"},
    /* names and values */
    {"{\"password\": \"geheim77\"}", "plain-password=geheim77"},
    {"{\\\"password\\\": \\\"geheim77\\\"}", "plain-password=geheim77"},
    {"{\"password\": \"ge\\\"heim77\"}", "plain-password=ge\\\"heim77"},
    {"{\"password\": 77441199}", "plain-password=77441199"},
    {"<Item key=\"password\" value=\"geheim77\"/>", "plain-password=geheim77"},
    {"<Item key='login_password' value='geheim77'/>", "plain-password=geheim77"},
    {"&lt;Item key=&quot;password&quot; value=&quot;geheim77&quot;/&gt;", "plain-password=geheim77"},
    {"<password>geheim77</password>", "plain-password=geheim77"},
    {"<ns:Password Type=\"text\">geheim77</ns:Password>", "plain-password=geheim77"},
    {"&lt;password&gt;geheim77&lt;/password&gt;", "plain-password=geheim77"},
    {"<property name=\"db.password\">geheim77</property>", "plain-password=geheim77"},
    {"<server user=\"x\" password=\"geheim77\"/>", "plain-password=geheim77"},
    {"db:\n  password: geheim77\n", "plain-password=geheim77"},
    {"  - password: 'geheim 77'\n", "plain-password=geheim 77"},
    {"db.password=geheim;77&x\nx=y", "plain-password=geheim;77&x"},
    {"DB_PASSWORD = geheim77", "plain-password=geheim77"},
    {"export SMTP_PASS=geheim77\n", "plain-password=geheim77"},
    {"$password = \"geheim77\";", "plain-password=geheim77"},
    {"Set(\"ftp_password\", \"geheim77\");", "plain-password=geheim77"},
    {"Set(\"$ftp_password\", \"geheim77\");", "plain-password=geheim77"},
    {"Jitterbit.SetVar(\"$ftp_password\", 'geheim77')", "plain-password=geheim77"},
    {"AddToDict($login, \"password\", \"geheim77\");", "plain-password=geheim77"},
    {"x = Base64Encode( \"bob:geheim77\");", "plain-password=geheim77"},
    {"&quot;&gt;base64encode(&quot;bob:geheim77&quot;)", "plain-password=geheim77"},
    {"x = AESEncryption(Trim($a, 2), \"geheim77\", \"salt\");", "plain-password=geheim77"},
    {"x = AESDecryption($a, 'geheim77');", "plain-password=geheim77"},
    {"curl -s -u bob:geheim77 https://shop.example/", "plain-password=geheim77"},
    {"curl https://shop.example/ --user \"bob:geheim77\"", "plain-password=geheim77"},
    {"sshpass -p 'geheim77' sftp x; sshpass -pgeheim77 ssh y", "plain-password=geheim77; plain-password=geheim77"},
    {"CREATE USER app IDENTIFIED BY 'geheim77';", "plain-password=geheim77"},
    {"'password' => 'geheim77',", "plain-password=geheim77"},
    {"<kennwort>geheim77</kennwort>", "plain-password=geheim77"},
    {"{\"ftp_senha\": \"geheim77\"}", "plain-password=geheim77"},
    {"$api.key = \"" R24 "\";", "plain-secret=" R24},
    {"Ocp-Apim-Subscription-Key: " R24, "plain-secret=" R24},
    /* elements in a script in a file of XML, with attributes; on lines of their own; as character data */
    {"&lt;wsse:Password Type=\\&quot;http://x.example/y#PasswordText\\&quot;&gt;geheim77&lt;/wsse:Password&gt;",
     "plain-password=geheim77"},
    {"&lt;param name=\"password\"&gt;geheim77&lt;/param&gt;", "plain-password=geheim77"},
    {"<password>\n  geheim77\n</password>", "plain-password=geheim77"},
    {"\"&lt;password&gt;\\n  geheim77\\n&lt;/password&gt;\"", "plain-password=geheim77"},
    {"<password><![CDATA[ge<heim77]]></password>", "plain-password=ge<heim77"},
    {"&lt;password&gt;&lt;![CDATA[geheim77]]&gt;&lt;/password&gt;", "plain-password=geheim77"},
    /* as Java writes properties */
    {"comment=Pwd\\=geheim77", "plain-password=geheim77"},
    {"description=FTP password\\: geheim77, and so on", "plain-password=geheim77"},
    {"url=https\\://bob\\:geheim77@ftp.initech.io/in", "url-credentials=geheim77"},
    /* a token that is part of a secret */
    {"$aws_credentials = \"AK"
     "IAQ3XJ7LMN5PRT2VWZ:" R36 "\";",
     "plain-secret=AK"
     "IAQ3XJ7LMN5PRT2VWZ:" R36},
    {"\"Server=db;Uid=sa;Pwd=AK"
     "IAQ3XJ7LMN5PRT2VWZ:geheim77;\"",
     "connection-password=AK"
     "IAQ3XJ7LMN5PRT2VWZ:geheim77"},
    /* other files of keys */
    {"PuTTY-User-Key-File-3: ssh-rsa\nEncryption: none\nPrivate-Lines: 1\n" R36 "\nPrivate-MAC: 0f3a\nx",
     "private-key=PuTTY-User-Key-File-3: ssh-rsa\nEncryption: none\nPrivate-Lines: 1\n" R36 "\nPrivate-MAC: 0f3a"},
    {"---- BEGIN SSH2 ENCRYPTED PRIV"
     "ATE KEY ----\n" R36 R36 "\n---- END SSH2 ENCRYPTED PRIV"
     "ATE KEY ----",
     "private-key=---- BEGIN SSH2 ENCRYPTED PRIV"
     "ATE KEY ----\n" R36 R36 "\n---- END SSH2 ENCRYPTED PRIV"
     "ATE KEY ----"},
    {"a&password=geheim77&b", "plain-password=geheim77"},
    {"refresh_token=" R24 "&amp;client_secret=" R36 "\"/>", "plain-secret=" R24 "; plain-secret=" R36},
    {"{\"aws_secret_access_key\": \"" R36 "\"}", "plain-secret=" R36},
    {"security_token: " R24, "plain-secret=" R24},
    {"{\"name\": \"tokensecret\", \"validators\": [{\"name\": \"required\"}], \"value\": \"" R24 "\"}",
     "plain-secret=" R24},
    {"{\"value\": \"geheim77\", \"x\": {\"y\": 1}, \"name\": \"password\"}", "plain-password=geheim77"},
    {"{\"name\": \"pin\", \"widgetHint\": \"password\", \"value\": \"geheim77\"}", "plain-password=geheim77"},
    {"{\"name\": \"pin\", \"secret\": \"true\", \"defaultValue\": \"geheim77\"}", "plain-password=geheim77"},
    /* beside variables */
    {"{\"name\": \"password\", \"value\": \"[pv_password]1234suffix\"}", "leak-beside-variable=1234suffix"},
    {"<Item key=\"password\" value=\"pre99[pv_password]\"/>", "leak-beside-variable=pre99"},
    {"password: ${PASS}77tail", "leak-beside-variable=77tail"},
    {"<Item key=\"token\" value=\"[token{" R24 "}]\"/>", "leak-beside-variable=" R24},
    /* people */
    {"mira.kolb@initech.io", "email-address=mira.kolb@initech.io"},
    {"<Item key=\"send_to\" value=\"mira@initech.io,ole@initech.io\"/>",
     "email-address=mira@initech.io; email-address=ole@initech.io"},
    {"to=mira%40initech.io&x", "email-address=mira%40initech.io"},
    {"mailto:mira@initech.io?subject=x", "email-address=mira@initech.io"},
    {"Mira <mira+work@mail.initech.co.uk>.", "email-address=mira+work@mail.initech.co.uk"},
    {"call +49 351 4967 2210 now", "phone-number=+49 351 4967 2210"},
    {"{\"phone\": \"(351) 496-2210\"}", "phone-number=(351) 496-2210"},
    /* all of a secret: lists of parameters, quotes in it, strings put together, what separates nothing */
    {"'Authorization: OAuth realm=\"\", oauth_token=\"" R24 "\", oauth_signature=\"kT93%2BmQx7\", x=\"1\"'",
     "authorization-header=" R24 "; authorization-header=kT93%2BmQx7"},
    {"\"Authorization: Digest username=\\\"bob\\\", response=\\\"6629fae49393a05397450978507c4ef1\\\"\" + $x",
     "authorization-header=6629fae49393a05397450978507c4ef1"},
    {"Authorization: NLAuth nlauth_account=123456, nlauth_email=a@example.com, nlauth_signature=Som-2024!, "
     "nlauth_role=3",
     "authorization-header=Som-2024!"},
    {"$h = \"Authorization: OAuth oauth_token=\" + $t + \", oauth_version=\"; $db_password = \"geheim77\"",
     "plain-password=geheim77"},
    {"\"{\\\"password\\\":\\\"Qw8zLm\\\\\\\"rest9!xQ\\\"}\"", "plain-password=Qw8zLm\\\\\\\"rest9!xQ"},
    {"\"{\\\"password\\\":\\\"Qw8zLm77\\\\\\\\\\\"}\"", "plain-password=Qw8zLm77\\\\\\\\"},
    {"\"{\\\"password\\\":\\\"Qw8zLm77\"", "plain-password=Qw8zLm77"},
    {"\\\\\\\"password\\\\\\\":\\\\\\\"Qw8z\\\\\\\\\\\\\\\"Lm77\\\\\\\",", "plain-password=Qw8z\\\\\\\\\\\\\\\"Lm77"},
    {"create user a IDENTIFIED BY 'Qw8zLm''rest9!xQ' x", "plain-password=Qw8zLm''rest9!xQ"},
    {"set password = 'Qw8zLm''rest9!xQ''';", "plain-password=Qw8zLm''rest9!xQ''"},
    {"exec('alter login a with password=''Qw8zLm9x''')", "plain-password=Qw8zLm9x"},
    {"x=\"{\"\"password\"\":\"\"geheim\"\"\"\"77\"\",\"\"a\"\":1}\"", "plain-password=geheim\"\"\"\"77"},
    {"password=\"\" user=\"\"", ""},
    {"{&quot;&quot;user&quot;&quot;:&quot;&quot;x&quot;&quot;,&quot;&quot;password&quot;&quot;:&quot;&quot;ge7heim&"
     "quot;&quot;}",
     "plain-password=ge7heim"},
    {"\"{\\\"\\\"user\\\"\\\":\\\"\\\"x\\\"\\\",\\\"\\\"password\\\"\\\":\\\"\\\"geheim77\\\"\\\"}\"",
     "plain-password=geheim77"},
    {"\"{\\\"password\\\":\\\"\\\",\\\"user\\\":\\\"geheim77\\\"}\"", ""},
    {"$db_password=\"Qw8zLm77\"+ \"rest!xQ\" + \"more\" + $x", "plain-password=Qw8zLm77\"+ \"rest!xQ\" + \"more"},
    {"$db_password=\"Qw8zLm77\" + \" rest\"", "plain-password=Qw8zLm77"},
    {"$password = \"winter123x\" + 'reise77b' + \"Qw8z\" + \"Lm77\";",
     "plain-password=winter123x; plain-password=reise77b; plain-password=Qw8z\" + \"Lm77"},
    {"'X-Api-Key: " R24 "' + \"/v2/orders?\" + $x; y = \"?token=" R24 "\" + \"/path/2\" + $b",
     "plain-secret=" R24 "; plain-secret=" R24},
    {"&quot;X-Api-Key: " R24 "&quot; + &apos;abc&apos;", "plain-secret=" R24 "; plain-secret=abc"},
    {"$secret = &quot;" R24 "&quot; &amp; &quot;abcd&quot;", "plain-secret=" R24 "&quot; &amp; &quot;abcd"},
    {"{\"a\":\"$secret = \\\"" R24 "\\\" + 'abcd';\"}", "plain-secret=" R24 "; plain-secret=abcd"},
    {"if($token = \"" R24 "\" || \"true\", 1, 2)", "plain-secret=" R24},
    {"$e = \"$00CCzypKdOsxS7RMdTO9u1Rhvn2VqBhnh5XIoI+KZV7F5S1Ni3xSyx9IWe19w1D3mG\" + \"Name of it\"",
     "encrypted-value=$00CCzypKdOsxS7RMdTO9u1Rhvn2VqBhnh5XIoI+KZV7F5S1Ni3xSyx9IWe19w1D3mG"},
    {"Server=x;Uid=a;Password=Qw8zLm Second9!xQ;", "connection-password=Qw8zLm Second9!xQ"},
    {"\"Password=Qw8zLm Second9!xQ;Server=x\"", "connection-password=Qw8zLm Second9!xQ"},
    {"Uid=a;Pwd=Qw8zLm'rest!xQ;", "connection-password=Qw8zLm'rest!xQ"},
    {"Pwd=Qw8zLm'rest!xQ;", "plain-password=Qw8zLm'rest!xQ"},
    {"// password: Qw8zLm,rest!xQ", "plain-password=Qw8zLm,rest!xQ"},
    {"// password: Qw8zLm77, user: bob", "plain-password=Qw8zLm77"},
    {"jdbc:oracle:thin:scott/Qw8zLm@rest!xQ@db.example:1521/x", "connection-password=Qw8zLm@rest!xQ"},
    {"jdbc:oracle:thin:scott/Qw8zLm77@//db.example:1521/x@y", "connection-password=Qw8zLm77"},
    {"value=&quot;{\\&quot;password\\&quot;:\\&quot;Qw8z\\\\\\&quot;Lm77\\&quot;}&quot;",
     "plain-password=Qw8z\\\\\\&quot;Lm77"},
    {"<Item value=\"{\\&quot;access_token\\&quot;:\\&quot;" R24 "\\&quot;}\"/>", "plain-secret=" R24},
    {"$pw = \"Winter77reise\"; $dbpw=\"Sommer88\"; u=\"a&pw=Herbst99x&b\"",
     "plain-password=Winter77reise; plain-password=Sommer88; plain-password=Herbst99x"},
    {"$a = \"<password>\" + \"Winter77reise\" + \"</password>\";", "plain-password=Winter77reise"},
    {"<property name=\"password\"><value>Winter77reise</value></property>", "plain-password=Winter77reise"},
    {"<Item key=\"password\">\n  <Value>Winter77reise</Value>\n</Item>", "plain-password=Winter77reise"},
    {"<password>Winter77&lt;reise</password>", "plain-password=Winter77&lt;reise"},
    /* parameters and text in XML, which are no connection strings */
    {"\"a=b&amp;password=Winter77reise&amp;scope=all&amp;realm=orders\"", "plain-password=Winter77reise"},
    {"&quot;a=b&amp;password=Winter77reise&amp;username=a&quot;);", "plain-password=Winter77reise"},
    {"&lt;body&gt;password=Winter77reise&lt;/body&gt;", "plain-password=Winter77reise"},
    {"jdbc:postgresql://localhost/x?user=svc&amp;password=Winter77reise&amp;ssl=true",
     "connection-password=Winter77reise"},
    {"Uid=a&amp;b;Pwd=Winter&amp;77 reise;Database=o", "connection-password=Winter&amp;77 reise"},
    {"Uid=a;Password=it&apos;s7secret;Database=o", "connection-password=it&apos;s7secret"},
    {"Password=it&#x27;s7secret", "plain-password=it&#x27;s7secret"},
    /* encrypted */
    {"<Item enc=\"true\" key=\"q\">$00CCzypKdOsxS7RMdTO9u1Rhvn2VqBhnh5XIoI+KZV7F5S1Ni3xSyx9IWe19w1D3mG</Item>",
     "encrypted-value=$00CCzypKdOsxS7RMdTO9u1Rhvn2VqBhnh5XIoI+KZV7F5S1Ni3xSyx9IWe19w1D3mG"},
    {"{\"name\": \"password\", \"value\": \"$00CCzypKdOsxS7RMdTO9u1Rhvn2VqBhnh5XIoI+KZV7F5S1Ni3xSyx9IWe19w1D3mG\"}",
     "encrypted-value=$00CCzypKdOsxS7RMdTO9u1Rhvn2VqBhnh5XIoI+KZV7F5S1Ni3xSyx9IWe19w1D3mG"},
    {"db.password=$00CCzypKdOsxS7RMdTO9u1Rhvn2VqBhnh5XIoI+KZVQXt=\nz=$00CCzypKdOsxS7RMdTO9u1Rhvn2VqBhnh5XIoI+KZVQXt\\="
     "\n",
     "encrypted-value=$00CCzypKdOsxS7RMdTO9u1Rhvn2VqBhnh5XIoI+KZVQXt=; "
     "encrypted-value=$00CCzypKdOsxS7RMdTO9u1Rhvn2VqBhnh5XIoI+KZVQXt\\="},
    /* names and values that stand otherwise */
    {"$contrase\xc3\xb1"
     "a = \"Sommer-2024!\";",
     "plain-password=Sommer-2024!"},
    {"{\"name\":\"api_key\",\"default\":\"" R24 "\"}", "plain-secret=" R24},
    {"$password = Trim(\"Sommer-2024!\")", "plain-password=Sommer-2024!"},
    {"Set($password, \"Sommer-2024!\")", "plain-password=Sommer-2024!"},
    {"$db_password =\n  \"Sommer-2024!\";", "plain-password=Sommer-2024!"},
    /* the house */
    {"http://erpapp01:8080/x", "internal-host=erpapp01"},
    {"ldap://dc1.initech.local", "internal-host=dc1.initech.local"},
    {"{\"host\": \"erp.corp\"}", "internal-host=erp.corp"},
    {"db-7.prod.internal:5432", "internal-host=db-7.prod.internal"},
    {"https://10.40.3.17/api", "private-address=10.40.3.17"},
    {"server=192.168.7.31", "private-address=192.168.7.31"},
    {"host: 172.20.1.9", "private-address=172.20.1.9"},
    {"http://[fd12:3456:789a::17]/", "private-address=fd12:3456:789a::17"},
    {"path=\\\\filesrv2\\exports\\in", "unc-path=\\\\filesrv2\\exports"},
    {"{\"path\": \"\\\\\\\\filesrv2\\\\exports\"}", "unc-path=\\\\\\\\filesrv2\\\\exports"},
};

static void test_positives(void **state)
{
    (void)state;
    size_t wrong = 0;
    for (size_t i = 0; i < sizeof positives / sizeof positives[0]; i++)
        wrong += !check(positives[i].text, positives[i].wanted, NULL);
    assert_int_equal(wrong, 0);
}

/* A hit stays one wherever it stands in a long line. */
static void test_long_line(void **state)
{
    (void)state;
    enum { LONG = 1 << 20 };
    static const char field[] = " password=\"geheim77\" ";
    char *text = malloc(LONG);
    assert_non_null(text);
    static const size_t places[] = {0, 1, 2, 3, LONG / 2 + 1, LONG - sizeof field + 1};
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        memset(text, 'x', LONG);
        memcpy(text + places[i], field, sizeof field - 1);
        struct hygiene_hits hits = scan_n(text, LONG, NULL);
        assert_int_equal(hits.count, 1);
        assert_int_equal(hits.items[0].offset, places[i] + strlen(" password=\""));
        assert_int_equal(hits.items[0].length, strlen("geheim77"));
        hygiene_hits_free(&hits);
    }
    free(text);
}

/* ------------------------------------------------------------------------------------------------------- negatives */

static const char *const negatives[] = {
    "",
    "p",
    /* functions whose arguments are none */
    "x = Base64Encode(\"bob\"); Base64Encode($user + \":\" + $pass); Base64Encode(\"[user]:[password]\")",
    "x = Base64Encode(\"Orders: all of them\"); y = Base64Encode(\":geheim77\")",
    "x = AESEncryption(\"geheim77\", $key); AESEncryption($a, \"[key]\"); AESEncryption($a; \"geheim77\")",
    "AddToDict($login, \"name\", \"geheim77\"); Length($a, \"password\", \"geheim77\")",
    /* placeholders */
    "{\"password\": \"[salesforce_password]\"}",
    "<Item key=\"password\" value=\"[pv_password]\"/>",
    "<Item key=\"password\" value=\"[pv_password{changeme}]\"/>",
    "<Item key=\"password\" value=\"[user][pw]\"/>",
    "<Item key=\"password\" value=\"\"/>",
    "<Item key=\"password\"/>",
    "password: ${DB_PASSWORD}",
    "password={{ vault_password }}",
    "password=<your password>",
    "password: <password>",
    "password=&lt;secret&gt;",
    "{\"secret\": \"env:SHOP_TOKEN_77\"}",
    "{\"secret\": \"file:/run/secrets/token77\"}",
    "password=xxxxxxxx",
    "curl -u [user]:[password] x; curl --user $u:$p; curl -u bob x; sshpass -p $PASS ssh; identified by '[pw]'",
    "<password/>geheim77<x/>",
    "<password>\n  <value>geheim77</value>\n</password>",
    "<param name=\"password\"/>geheim77<x/>",
    "<param name=\"password\"><values>geheim77</values></param><param name=\"password\"><value/>geheim77</param>",
    "<password>&lt;a x=\"1\"&gt;geheim77&lt;/a&gt;</password>",
    "PuTTY-User-Key-File-2: ssh-rsa\nPublic-Lines: 1\nAAAA",
    "Index($x, \"PuTTY-User-Key-File-2\") >= 0 && Index($x, \"Private-Lines:\") >= 0",
    "If(Index($x, \"-----BEGIN PRIV"
    "ATE KEY-----\") < 0, RaiseError(\"no private key in the variable, set it in the project variables, please\"));"
    "&lt;/konga.string>",
    "---- BEGIN SSH2 PUBLIC KEY ----\nAAAAB3NzaC1yc2EAAAABIwAAAIEA1on8gxCGJJWSRT4uOrR13mUaUk0hRf4RzxSZ1zRb\n"
    "---- END SSH2 PUBLIC KEY ----",
    /* what is said of a password */
    "{\"Password_Last_Changed__c\": \"x2024-10-01y7\", \"password_updated_at\": \"Kx9!vu77\", \"userPasswordAge\": "
    "\"90days\"}",
    "$last_password = \"2024-01-01T10:11:12.000Z\"; pwdLastSet = 'a9b8c7d6'",
    "password: \"********\"",
    "password = changeme",
    "\"password\": \"password\"",
    "\"password\": \"Enter your password\"",
    "\"password\": \"\"",
    "\"password\": null, \"token\": true, \"secret\": false",
    "\"password\": {\"type\": \"string\"}",
    "\"password\": [\"a\", \"b\"]",
    "DB_PASSWORD=$DB_PASSWORD_VALUE",
    "password: %DB_PASSWORD%",
    "{\"type\": \"object\", \"required\": [\"password\", \"token\"]}",
    "password=process.env.DB_PASS",
    "token = \"client_secret\"",
    "$pw = Get(\"ftp_1_password\");",
    "$password = Get(\"ftp.pw7x\"); Get($password, \"Sommer-2024!\")",
    "password:\n  \"Sommer-2024!\": 1",
    "password=\n\nuser=\"Sommer-2024!\"",
    /* encrypted */
    "$00CCzypKdOsxS7RMdTO9u1Rhvn2VqBhnh and $00000000000000000000",
    "crypto-marker=$00CCzypKdOsxS7RMdTO9u1Rhvn2VqBhnh5XIoI+KZV7F5S1Ni3xSyx9IWe19w1D3mG",
    /* GUIDs and hashes */
    "Postman-Token: 7d3b8a52-1f0e-4c66-9a51-b2d417ce09f8",
    "{\"token\": \"7d3b8a52-1f0e-4c66-9a51-b2d417ce09f8\"}",
    "{\"sha256\": \"" HEX32 HEX32 "\", \"md5\": \"" HEX32 "\"}",
    "<file name=\"a.xsd\" md5=\"" HEX32 "\"/>",
    "op.7d3b8a52-1f0e-4c66-9a51-b2d417ce09f8",
    /* about secrets, but none */
    "token_url=https://erp.initech.io/oauth/token",
    "{\"token_type\": \"Bearer1234567\", \"tokenUrl\": \"abc123abc123\"}",
    "{\"passwordPolicy\": \"strong12\", \"nextPageToken\": \"" R24 "\"}",
    "clearPasswordFields: true",
    "tokenizer = \"wordpiece77\"",
    "type=\"xs:NMTOKEN\" use=\"required\"",
    "<enumeration value=\"INVALID_PASSWORD\"></enumeration>",
    "<element name=\"password\" type=\"xs:string\"/>",
    "<Item key=\"locator\" value=\"google.access.token.json\"/>",
    "The password is asked for: it is never stored.",
    "\"description\": \"Password of the user, at least 8 characters\"",
    "\"label\": \"Password\"",
    /* scripts */
    "$google.post = \"client_id=\"+$google.client_id+\"&amp;client_secret=\"+$google.client_secret+\"x\";",
    "$token = json$access_token$;",
    "$password = Base64Encode($user + $pw1);",
    "if ($password == \"geheim77\")",
    "Authorization = \"Bearer \" + $token;",
    "var a=1;var password=cfg.login2.password;var b=2;\nlet pwd=row7.pwd8;",
    "db.password=\n\"next\"=\"Tab7elle\"\nx",
    "$x = Concat(\"The password is \",$user7,\" for\"); y = Concat(\"The token is \",Trim($a7),\" for\");",
    "$x = Concat(\"password: \",$user7,\"a\"); y = Concat(\"New password: \",Trim($a),"
    "\" for\");",
    "$body='{\"user\":\"'+$user+'\",\"password\":\"'+$pw7+'\"}';",
    "$body='{\"user\":\"'+$user+'\",\"password\":\"'+Get(\"x7\")+'\"}';",
    "$body='{&quot;user&quot;:&quot;'+$user+'&quot;,&quot;password&quot;:&quot;'+Get(&quot;x7&quot;)+'&quot;}';",
    "$body=&quot;&lt;password&gt;&quot;+$sf.login2+&quot;&lt;/password&gt;&quot;",
    "$body=\"<password>\"+$sf.login2+\"</password>\";",
    "$sql=\"where password='\"+$pw7+\"' and id='7'\"; u='{\"password\":\"'+pw7+'\"}'; "
    "v='{\"token\":\"'+$a.Tok3nX9aB7c+'\"}'",
    "Authorization: Bearer [google.access_token]",
    "Authorization: Basic ${AUTH}",
    "Authorization: Bearer <token>",
    "WriteToOperationLog('Access Token:' + $google.access.token);",
    "a list, with Basic Operators and the like",
    "Pass :meth: to it",
    "def f(password: Optional[str], token: typing.Union[bytes, str])",
    "self._signing_key = key[:16]",
    "self.password = config['password']",
    "key = scrypt('password', 'salt77', 64)",
    "print(f\"password={password!r}\")",
    "user_pass = '%s:%s'",
    "\"OLDPWD\": \"/home/build/shop\"",
    "MovedAttribute(\"HTTPPasswordMgr\", \"urllib2\")",
    "_PRIVATE_KEY_TYPES = {typing.Union[bytes}",
    "Token.Name.Builtin: \"bold #08547A\"",
    "Basic authentication is used; Bearer tokens are not",
    "op.New_Token = 1;",
    /* known tokens that are not */
    "AK"
    "IAIOSFODNN7EXAMPLE",
    "gh"
    "p_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
    "xAK"
    "IAQ7ZK2XNB4TVLMRCY",
    "AK"
    "IAQ7ZK2XNB4TVLMRCYZZ",
    "-----BEGIN PRIV"
    "ATE KEY-----\n...\n-----END PRIV"
    "ATE KEY-----",
    "-----BEGIN CERTIFICATE-----\n" R36 R36 "\n-----END CERTIFICATE-----",
    "-----BEGIN PUBLIC KEY-----\n" R36 R36 "\n-----END PUBLIC KEY-----",
    "npm_config_registry_and_more_of_it_in_long",
    "eyJ.eyJ.x",
    "00D is how ids begin!",
    /* URLs */
    "https://user:password@erp.initech.io/",
    "https://[login]:[pw]@erp.initech.io/",
    "https://${USER}:${PASS}@erp.initech.io/",
    "https://me:geheim77@example.com/",
    "https://erp.initech.io/a@b",
    "https://erp.initech.io:8443/x?y=z",
    "git@github.com:initech/shop.git",
    "ssh://git@github.com/initech/shop",
    "https://medium.com/@mira/post",
    /* e-mail */
    "someone@example.com, x@example.org, y@shop.example, z@a.test, q@b.invalid",
    "\"@scope/package\": \"1.0\", \"react@18.2.0\"",
    "icon@2x.png and sprite@3x.jpg",
    "last-deployed-by=user@example.com",
    "a@b",
    "@Override public @interface.x",
    "[user]@[domain]",
    /* telephones */
    "+1 555-0123 and +44 20 7946 0958",
    "2026-11-26T02:37:39+0100",
    "1.5e+1234567890",
    "Zq7Kf2Wn+1234567890123Tv9L==",
    "\"phone\": \"string\"",
    "+123456789012345678901234",
    /* hosts and addresses */
    "http://localhost:8080/ http://127.0.0.1/ http://[::1]/ 192.0.2.7 198.51.100.9 203.0.113.77 2001:db8::1",
    "saved-in-version=10.4.0.31",
    "last-deployed-in=10.4.0.31",
    "\"createdWith\": \"10.4.0.1\"",
    "Version 10.40.3.17 was released",
    "Chrome/10.40.3.17",
    "1.10.40.3.17",
    "address = \"192.168.1.1\" gateway 10.0.0.1",
    "self._version.local and color.branch.local",
    "10.0.0.0/8, 172.16.0.0/12 and 192.168.0.0/16",
    "172.64.1.1 and 172.15.0.1",
    "<schema xmlns:c=\"http://canonical\" targetNamespace=\"http://orders\"/>",
    "{http://canonical}Accounts",
    "http://www.w3.org/2001/XMLSchema http://schemas.xmlsoap.org/soap/envelope/",
    "http://[server]/ http://${host}/ http://{host}:80 http://server/ http://hostname:8080",
    "this.local = error.internal; com.sun.internal.misc",
    "$error.internal and [error.internal]",
    "/etc/app.local",
    "urn://thing classpath://thing s3://bucket-7/key file:///home",
    "fd:12:ab:cd:ef:01 and fade:away",
    "\"\\\\delete\\\\\"",
    "\\\\server\\share",
    "C:\\\\temp\\\\files",
    "\\\\d+\\\\w*",
    "\"\\u00e4\\\\u00e4\\n\"",
};

static void test_negatives(void **state)
{
    (void)state;
    size_t wrong = 0;
    for (size_t i = 0; i < sizeof negatives / sizeof negatives[0]; i++)
        wrong += !check(negatives[i], "", NULL);
    assert_int_equal(wrong, 0);
}

/* ----------------------------------------------------------------------------------------------------------- names */

static void test_names(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        enum secret_kind kind;
    } cases[] = {
        {"password", SECRET_PASSWORD},
        {"DB_PASSWORD", SECRET_PASSWORD},
        {"dbPassword2", SECRET_PASSWORD},
        {"passwordForSap", SECRET_PASSWORD},
        {"login_passwd", SECRET_PASSWORD},
        {"SMTP_PASS", SECRET_PASSWORD},
        {"dbPass", SECRET_PASSWORD},
        {"pw", SECRET_PASSWORD},
        {"dbpw", SECRET_PASSWORD},
        {"FTP_PW", SECRET_PASSWORD},
        {"sapPw", SECRET_PASSWORD},
        {"Pwd", SECRET_PASSWORD},
        {"X-Api-Key", SECRET_TOKEN},
        {"api.key", SECRET_TOKEN},
        {"AWS_SECRET_ACCESS_KEY", SECRET_TOKEN},
        {"consumersecret", SECRET_TOKEN},
        {"tokenkey", SECRET_TOKEN},
        {"security_token", SECRET_TOKEN},
        {"_authToken", SECRET_TOKEN},
        {"credentials", SECRET_TOKEN},
        {"Authorization", SECRET_HEADER},
        {"Proxy-Authorization", SECRET_HEADER},
        {"Set-Cookie", SECRET_COOKIE},
        {"", SECRET_NONE},
        {"user", SECRET_NONE},
        {"compass", SECRET_NONE},
        {"kpw", SECRET_NONE},
        {"PW", SECRET_NONE},
        {"pw_url", SECRET_NONE},
        {"tokenUrl", SECRET_NONE},
        {"token_type", SECRET_NONE},
        {"tokentype", SECRET_NONE},
        {"password_expiry", SECRET_NONE},
        {"PASSWORD_FILE", SECRET_NONE},
        {"passwordless", SECRET_NONE},
        {"secretary", SECRET_NONE},
        {"TOKENIZER", SECRET_NONE},
        {"nextPageToken", SECRET_NONE},
        {"NMTOKEN", SECRET_NONE},
        {"PublicKeyToken", SECRET_NONE},
        {"signature", SECRET_NONE},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        if (secret_kind(cases[i].name, strlen(cases[i].name)) != cases[i].kind)
            fail_msg("%s", cases[i].name);
        else if (cases[i].kind != SECRET_NONE && !secret_name(cases[i].name, strlen(cases[i].name)))
            fail_msg("%s is masked by nothing", cases[i].name);
    assert_true(secret_name("x-API_Key", 9) && secret_name("signature", 9) && secret_name("tokenUrl", 8));
    assert_false(secret_name("", 0) || secret_name("user", 4) || secret_name("passwor", 7));
    assert_true(secret_about("url", 3) && secret_about("Expiry", 6));
    assert_false(secret_about("", 0) || secret_about("curl", 4));
}

/* What is a secret by the field that holds it: the same for what finds it and for what shows it. */
static void test_fields(void **state)
{
    (void)state;
    static const char random[] = "Hk7q05Zw3Vx9Lm8"
                                 "Zp4QrT";
    static const struct {
        const char *name, *value;
        bool field, variable;
    } cases[] = {
        {"smtp_pass", "hunter-2", true, true},
        {"sf.pass", "hunter-2", true, true},
        {"dbpass", "changeme", true, true},
        {"tokens", "hunter-2", true, true},
        {"session_cookie", "hunter-2", true, true},
        {"credential1", "hunter-2", true, true},
        {"smtp_pass", "[password]", false, false},
        {"Authorization", "Bearer [token]", false, false},
        {"smtp_pass", "", false, false},
        {"use_token", "1", false, false},
        {"password", "true", false, false},
        {"password", SECRET_MARKER, false, false},
        {"password_policy_url", "https://shop.acme/policy", false, false},
        {"tokenUrl", "https://shop.acme/token", false, false},
        {"nextPageToken", "page-2", false, false},
        {"notes", "hunter-2", false, false},
        {"notes", random, false, true},
        {"notes", "8b801ef6-42b3-4d74-92a5-7f1b4486385c", false, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *name = cases[i].name, *value = cases[i].value;
        if (secret_field(name, value) != cases[i].field ||
            secret_variable(name, strlen(name), "", 0, value, strlen(value)) != cases[i].variable)
            fail_msg("%s = %s", name, value);
    }
    assert_true(secret_field_has_parts("http_request_headers", 20) &&
                secret_field_has_parts("optional_ConnectString", 22));
    assert_false(secret_field_has_parts("query", 5) || secret_field_has_parts("", 0));
}

/* What a label is about comes before what it names beside that. */
static void test_labels(void **state)
{
    (void)state;
    static const char *const secrets[] = {
        "API key of the shop",
        "Partner: password for orders",
        "Shop (API key)",
        "Password (production)",
        "Password - shop",
        "Password 2",
        "Secret word",
        "NetSuite token key",
        "client_secret",
        "accessToken",
        "Log in password",
        "Server-to-server token",
        "Password for the host",
        "User/Password*",
        "Mot de passe",
        "Mot de passe de la base",
        "Passwort f\xc3\xbcr den Shop",
        "Senha do banco",
        "Access key in production",
    };
    static const char *const others[] = {
        "",
        "Path of the private key",
        "Password reset URL of the shop",
        "E-mail for expired passwords",
        "Use token-based login?",
        "Login: token-based",
        "Max. token age (days)",
        "User with password",
        "Access token lifetime in minutes",
        "Password rotation in weeks",
        "Cookie consent",
        "Ask for the password",
        "Number of tokens",
        "User who owns the API token",
        "Benutzer mit Passwort",
        "Chemin du mot de passe",
        "Dias da senha",
        "Token URL",
        "Type in, with care and by hand and nothing else, the shop's password",
    };
    for (size_t i = 0; i < sizeof secrets / sizeof secrets[0]; i++)
        if (!secret_label(secrets[i], strlen(secrets[i])))
            fail_msg("%s", secrets[i]);
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        if (secret_label(others[i], strlen(others[i])))
            fail_msg("%s", others[i]);
}

/* --------------------------------------------------------------------------------------------------------- options */

static void test_options(void **state)
{
    (void)state;
    static const char *const hosts[] = {"*.acme.example", "SAPPRD", "nw-*"}, *const values[] = {"geheim77"};
    static const char *const domains[] = {"initech.io"};
    struct hygiene_options options = {.hosts = hosts, .host_count = 3};
    assert_true(check("a.ACME.example, acme.example, x.acme.example.io; sapprd: sapprd2 xsapprd (nw-7.site) anw-7",
                      "internal-host=a.ACME.example; internal-host=sapprd; internal-host=nw-7.site", &options));
    options = (struct hygiene_options){.values = values, .value_count = 1};
    assert_true(check("password=Geheim77 password=geheim78", "plain-password=geheim78", &options));
    options = (struct hygiene_options){.domains = domains, .domain_count = 1};
    assert_true(check("x@initech.io y@mail.initech.io z@notinitech.io https://a:geheim77@erp.initech.io/",
                      "email-address=z@notinitech.io", &options));
    options = (struct hygiene_options){.off = UINT64_C(1) << HYGIENE_EMAIL_ADDRESS};
    assert_true(check("x@initech.io password=geheim77", "plain-password=geheim77", &options));
    options = (struct hygiene_options){.least = JPK_HIGH};
    assert_true(check("password=geheim77 secret=abcdef-12", "plain-password=geheim77", &options));
    options.least = JPK_LOW;
    assert_true(
        check("password=geheim77 secret=abcdef-12", "plain-password=geheim77; plain-secret=abcdef-12", &options));
}

static void test_wrong_patterns(void **state)
{
    (void)state;
    static const char *const patterns[] = {"", "*", "*.", "a*b", "*a*", "**a"};
    for (size_t i = 0; i < sizeof patterns / sizeof patterns[0]; i++) {
        struct hygiene_options options = {.hosts = &patterns[i], .host_count = 1};
        struct hygiene_hits hits = {0};
        struct jpk_error err = {0};
        assert_false(hygiene_scan("x", 1, &options, &hits, &err));
        assert_int_equal(err.code, JPK_ERR_USAGE);
        hygiene_hits_free(&hits);
    }
    const char *many[HYGIENE_HOSTS_MAX + 1];
    for (size_t i = 0; i <= HYGIENE_HOSTS_MAX; i++)
        many[i] = "shop";
    struct hygiene_options options = {.hosts = many, .host_count = HYGIENE_HOSTS_MAX};
    assert_true(check("a shop", "internal-host=shop", &options));
    options.host_count++;
    struct hygiene_hits hits = {0};
    assert_false(hygiene_scan("x", 1, &options, &hits, NULL));
}

/* No more hits than wanted, the first ones, and a flag that says so. */
static void test_bounded(void **state)
{
    (void)state;
    enum { MANY = 30000 };
    static const char one[] = "a@initech.io ";
    struct buf text = {0};
    for (size_t i = 0; i < MANY; i++)
        buf_puts(&text, one);
    for (size_t most = 0; most <= MANY; most += 9999) {
        struct hygiene_options options = {.most = most};
        struct hygiene_hits hits = scan_n(text.data, text.size, &options);
        size_t wanted = most ? most : 10000;
        assert_int_equal(hits.count, wanted);
        assert_int_equal(hits.more, wanted < MANY);
        for (size_t i = 0; i < hits.count; i++)
            assert_int_equal(hits.items[i].offset, i * strlen(one));
        hygiene_hits_free(&hits);
    }
    buf_free(&text);
}

static void test_rules(void **state)
{
    (void)state;
    for (size_t i = 0; i < HYGIENE_RULES; i++) {
        const struct hygiene_rule_info *info = hygiene_rule_info((enum hygiene_rule)i);
        assert_non_null(info);
        assert_true(strspn(info->id, "abcdefghijklmnopqrstuvwxyz-") == strlen(info->id) && strlen(info->id) > 2);
        assert_true(info->what[strlen(info->what) - 1] == '.');
        assert_int_equal(hygiene_rule_by_id(info->id), i);
    }
    assert_null(hygiene_rule_info(HYGIENE_RULES));
    assert_int_equal(hygiene_rule_by_id("nothing"), HYGIENE_RULES);
}

/* ----------------------------------------------------------------------------------------------------------- masks */

static void test_masks(void **state)
{
    (void)state;
    static const struct {
        enum hygiene_rule rule;
        const char *value, *shown;
    } cases[] = {
        {HYGIENE_PRIVATE_KEY, "-----BEGIN", "***"},
        {HYGIENE_AWS_ACCESS_KEY,
         "AK"
         "IAQ7ZK2XNB4TVLMRCY",
         "AKIA*** (20 characters)"},
        {HYGIENE_GITHUB_TOKEN,
         "gh"
         "p_" R36,
         "ghp_*** (40 characters)"},
        {HYGIENE_SLACK_TOKEN, "T0Q7ZK2XN/B4TVLMRCY/x", "*** (21 characters)"},
        {HYGIENE_JWT,
         "ey"
         "JhbGciOiJIUzI1NiJ9",
         "eyJ*** (20 characters)"},
        {HYGIENE_SALESFORCE_SESSION,
         "00"
         "D5g00000Zq7Kf!x",
         "00D*** (17 characters)"},
        {HYGIENE_PLAIN_SECRET, R24, "*** (24 characters)"},
        {HYGIENE_AUTHORIZATION_HEADER, R24, "*** (24 characters)"},
        {HYGIENE_PLAIN_PASSWORD, "geheim77", "***"},
        {HYGIENE_PLAIN_PASSWORD,
         "gh"
         "p_" R36,
         "***"},
        {HYGIENE_URL_CREDENTIALS, "geheim77", "***"},
        {HYGIENE_CONNECTION_PASSWORD, "geheim77", "***"},
        {HYGIENE_LEAK_BESIDE_VARIABLE, "1234suffix", "***"},
        {HYGIENE_EMAIL_ADDRESS, "mira@initech.io", "m***@initech.io"},
        {HYGIENE_EMAIL_ADDRESS, "mira%40initech.io", "m***@initech.io"},
        {HYGIENE_INTERNAL_HOST, "dc1.initech.local", "dc***.local"},
        {HYGIENE_INTERNAL_HOST, "erpapp01", "er***"},
        {HYGIENE_PRIVATE_ADDRESS, "10.40.3.17", "10.***"},
        {HYGIENE_PHONE_NUMBER, "+49 351 4967 2210", "+49***"},
        {HYGIENE_UNC_PATH, "\\\\filesrv2\\exports", "\\\\fi***"},
        {HYGIENE_UNC_PATH, "\\\\\x1b\x07zz", "\\\\??***"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct buf out = {0};
        hygiene_mask(&out, cases[i].rule, cases[i].value, strlen(cases[i].value));
        assert_string_equal(buf_text(&out), cases[i].shown);
        buf_free(&out);
    }
}

/* ---------------------------------------------------------------------------------------------------------- hostile */

/* Any bytes: what a generator makes out of pieces that mean something, cut anywhere. */
static void test_any_bytes(void **state)
{
    (void)state;
    enum { TEXTS = 3000, PIECES = 40, SIZE = 1024 };
    static const char *const pieces[] = {
        "password",
        "=",
        ":",
        "\"",
        "\\\"",
        "'",
        "[",
        "]",
        "{",
        "}",
        "<",
        ">",
        "&quot;",
        "&#10;",
        "\n",
        " ",
        "@",
        "://",
        "value",
        "key=",
        "name",
        "-----BEGIN PRIVATE KEY-----",
        "-----END ",
        "ey"
        "J",
        "AK"
        "IA",
        "10.1.2.3",
        "fe80:",
        ".local",
        "\\\\",
        "+49",
        "Basic ",
        "Authorization",
        "token",
        "a.b",
        "\xff",
        "\xc3\xa4",
        "jdbc:oracle:thin:",
        "/",
        "geheim77",
        "$00",
        "%40",
        "(",
        ",",
        ";",
        "sig=",
    };
    uint32_t seed = 1;
    for (size_t i = 0; i < TEXTS; i++) {
        char *text = malloc(SIZE);
        size_t n = 0;
        assert_non_null(text);
        for (size_t k = 0; k < PIECES; k++) {
            seed = seed * 1664525 + 1013904223;
            const char *piece = pieces[(seed >> 8) % (sizeof pieces / sizeof pieces[0])];
            size_t m = strlen(piece);
            if ((seed >> 24) % 16 == 0)
                text[n++] = '\0';
            if (n + m > SIZE - 1)
                break;
            memcpy(text + n, piece, m);
            n += m;
        }
        char *exact = realloc(text, n + (n == 0));
        assert_non_null(exact);
        struct hygiene_hits hits = scan_n(exact, n, NULL);
        struct buf out = {0};
        for (size_t k = 0; k < hits.count; k++)
            hygiene_mask(&out, hits.items[k].rule, exact + hits.items[k].offset, hits.items[k].length);
        for (size_t k = 0; k < out.size; k++)
            assert_true(out.data[k] >= ' ' && out.data[k] < 0x7f);
        buf_free(&out);
        hygiene_hits_free(&hits);
        free(exact);
    }
}

/* Of a secret that is longer than what is looked at nothing is left. */
static void test_long_values(void **state)
{
    (void)state;
    static const size_t sizes[] = {150, 300, 600, 1100, 4200, 9000, 20000, 70000};
    static const char *const around[][2] = {
        {"$db_password = \"", "\";"},
        {"Authorization: Bearer ", "\n"},
        {"&lt;password&gt;", "&lt;/password&gt;"},
        {"https://h.io/?access_token=", "\""},
        {"\"https://bob:", "@h.io/\""},
        {"\"{\\\"access_token\\\":\\\"", "\\\"}\""},
        {"db.password=", "\n"},
        {"Server=x;Pwd=", ";"},
        {"AESEncryption($x,\"", "\")"},
        {"curl -u bob:", " https://x"},
        {"\"ey"
         "JhbGciOiJIUzI1NiJ9.eyJ",
         ".dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U\""},
        {"\"00"
         "D5g0000012345!AQ",
         "\""},
        {"-----BEGIN RSA PRIV"
         "ATE KEY-----",
         "-----END RSA PRIV"
         "ATE KEY-----"},
        {"-----BEGIN RSA PRIV"
         "ATE KEY-----",
         "!"},
    };
    for (size_t i = 0; i < sizeof around / sizeof around[0]; i++)
        for (size_t k = 0; k < sizeof sizes / sizeof sizes[0]; k++) {
            struct buf text = {0};
            uint32_t seed = 1;
            size_t start = strlen(around[i][0]);
            buf_puts(&text, around[i][0]);
            for (size_t n = 0; n < sizes[k]; n++) {
                seed = seed * 1664525 + 1013904223;
                buf_putc(&text, R36[(seed >> 8) % strlen(R36)]);
            }
            buf_puts(&text, around[i][1]);
            struct hygiene_hits hits = scan_n(text.data, text.size, NULL);
            if (hits.count != 1 || hits.items->offset > start ||
                hits.items->offset + hits.items->length < start + sizes[k])
                fail_msg("%s: %zu bytes: %zu hits", around[i][0], sizes[k], hits.count);
            hygiene_hits_free(&hits);
            buf_free(&text);
        }
}

/* A million times the same: answered at once, or the time limit of the tests is reached. */
static void test_rows(void **state)
{
    (void)state;
    enum { SIZE = 1000000 };
    static const char *const units[] = {"@",
                                        "=",
                                        ":",
                                        "-----BEGIN ",
                                        "\"",
                                        "{",
                                        "password=",
                                        "a@",
                                        "://",
                                        "\\\\",
                                        "eyJ",
                                        "''",
                                        "account=",
                                        "password=''a",
                                        "password='password=\"password=\\\"",
                                        "password=\"geheim77\" + ",
                                        "\"Bearer " R24 "\"+\"Bearer " R24 "\"+",
                                        "Authorization: OAuth a=\"b\", ",
                                        "password=\"geheim77\"+'geheim77'+",
                                        "-----BEGIN PRIVATE KEY-----" R36 "\" + \"",
                                        "$00" R24 R24 "\n",
                                        "00D5g00000Zq7Kf!"};
    char *text = malloc(SIZE);
    assert_non_null(text);
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        for (size_t k = 0; k < SIZE; k++)
            text[k] = units[i][k % strlen(units[i])];
        struct hygiene_hits hits = scan_n(text, SIZE, NULL);
        hygiene_hits_free(&hits);
    }
    free(text);
}

/* ------------------------------------------------------------------------------------------------------ labelled set
 */

struct label {
    enum hygiene_rule rule;
    size_t offset, length;
    bool found;
};

struct labelled {
    struct buf text;
    struct label labels[64];
    size_t count;
};

struct figures {
    size_t found, missed, wrong;
};

#define OPEN "\xc2\xab"  /* « */
#define CLOSE "\xc2\xbb" /* » */
#define CUT "\xc2\xa6"   /* ¦ */

static void read_labels(struct labelled *out, const char *marked)
{
    for (const char *at = marked; *at;) {
        struct label *label = &out->labels[out->count];
        if (text_starts_with(at, OPEN)) {
            char id[64];
            size_t n = strcspn(at + strlen(OPEN), "|");
            snprintf(id, sizeof id, "%.*s", (int)n, at + strlen(OPEN));
            assert_true(out->count < sizeof out->labels / sizeof out->labels[0]);
            *label = (struct label){.rule = hygiene_rule_by_id(id), .offset = out->text.size};
            assert_true(label->rule < HYGIENE_RULES);
            at += strlen(OPEN) + n + 1;
        } else if (text_starts_with(at, CLOSE)) {
            label->length = out->text.size - label->offset;
            out->count++;
            at += strlen(CLOSE);
        } else if (text_starts_with(at, CUT)) {
            at += strlen(CUT);
        } else {
            buf_putc(&out->text, *at++);
        }
    }
}

static void count_file(const char *name, struct figures figures[HYGIENE_RULES])
{
    char path[256];
    struct buf data = {0};
    struct jpk_error err = {0};
    snprintf(path, sizeof path, "tests/hygiene/%s", name);
    if (!file_read(path, 1 << 20, "size", &data, &err))
        fail_msg("%s", err.message);
    struct labelled file = {.count = 0};
    read_labels(&file, buf_text(&data));
    struct hygiene_hits hits = scan_n(file.text.data, file.text.size, NULL);
    for (size_t i = 0; i < hits.count; i++) {
        const struct hygiene_hit *hit = &hits.items[i];
        bool right = false;
        for (size_t k = 0; k < file.count; k++) {
            struct label *label = &file.labels[k];
            if (label->rule == hit->rule && label->offset == hit->offset && label->length == hit->length)
                label->found = right = true;
        }
        figures[hit->rule].found += right;
        figures[hit->rule].wrong += !right;
        if (!right)
            printf("%s: wrong: %s %.*s\n", name, hygiene_rule_info(hit->rule)->id, (int)hit->length,
                   file.text.data + hit->offset);
    }
    for (size_t k = 0; k < file.count; k++) {
        const struct label *label = &file.labels[k];
        figures[label->rule].missed += !label->found;
        if (!label->found)
            printf("%s: missed: %s %.*s\n", name, hygiene_rule_info(label->rule)->id, (int)label->length,
                   file.text.data + label->offset);
    }
    hygiene_hits_free(&hits);
    buf_free(&file.text);
    buf_free(&data);
}

/*
 * How many of the labelled files' secrets are missed and how much is found that is none: no more than this. What is
 * missed stands in commands and in prose, where nothing names it.
 */
static const struct {
    enum hygiene_rule rule;
    size_t missed, wrong;
} allowed[] = {
    {HYGIENE_PLAIN_PASSWORD, 3, 0},
};

static void test_labelled(void **state)
{
    (void)state;
    static const char *const files[] = {"target-http.xml", "script.jbs", "export.json", "deploy.yaml", "app.properties",
                                        "notes.md",        "schema.xsd", "code.js",     "config.xml"};
    struct figures figures[HYGIENE_RULES] = {0};
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
        count_file(files[i], figures);
    bool worse = false;
    for (size_t rule = 0; rule < HYGIENE_RULES; rule++) {
        const struct figures *f = &figures[rule];
        size_t missed = 0, wrong = 0;
        for (size_t i = 0; i < sizeof allowed / sizeof allowed[0]; i++)
            if (allowed[i].rule == rule) {
                missed = allowed[i].missed;
                wrong = allowed[i].wrong;
            }
        printf("%-22s %2zu found, precision %.2f, recall %.2f\n", hygiene_rule_info((enum hygiene_rule)rule)->id,
               f->found, (double)f->found / (double)(f->found + f->wrong ? f->found + f->wrong : 1),
               (double)f->found / (double)(f->found + f->missed ? f->found + f->missed : 1));
        worse = worse || f->missed > missed || f->wrong > wrong || f->found == 0;
    }
    assert_false(worse);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_positives),   cmocka_unit_test(test_long_line),      cmocka_unit_test(test_negatives),
        cmocka_unit_test(test_names),       cmocka_unit_test(test_fields),         cmocka_unit_test(test_labels),
        cmocka_unit_test(test_options),     cmocka_unit_test(test_wrong_patterns), cmocka_unit_test(test_bounded),
        cmocka_unit_test(test_rules),       cmocka_unit_test(test_masks),          cmocka_unit_test(test_any_bytes),
        cmocka_unit_test(test_long_values), cmocka_unit_test(test_rows),           cmocka_unit_test(test_labelled),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
