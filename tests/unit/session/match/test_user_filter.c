/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of source/session/match/user_filter.c: which users match a name. */

#include "tests/unit/table.h"

#include "source/session/match/user_filter.h"

/* A member of an AD domain, as recorded by an AD DC. */
static const struct user_identity alice = {
	.unix_name = "EXAMPLE\\alice",
	.account = "alice",
	.domain = "EXAMPLE",
	.dns_domain = "example.com",
	.upn = "a.smith@corp.test",
};

/* The same name in another domain, as recorded by a file server. */
static const struct user_identity other_alice = {
	.unix_name = "BRANCH+alice",
	.account = "alice",
	.domain = "BRANCH",
};

/* A username map turns the account into another unix user. */
static const struct user_identity mapped = {
	.unix_name = "smith",
	.account = "alice",
	.domain = "FS1",
};

static const struct user_identity unix_only = {.unix_name = "alice"};
static const struct user_identity nobody = {.unix_name = NULL};
static const struct user_identity blank = {
	.unix_name = "",
	.account = "",
	.domain = "",
	.dns_domain = "",
	.upn = "",
};

static const struct user_identity no_domain = {
	.account = "alice",
	.domain = "",
	.dns_domain = "",
};

static const struct user_identity at_sign = {
	.account = "alice@home",
	.domain = "EXAMPLE",
	.dns_domain = "example.com",
};

static const struct user_identity machine = {
	.unix_name = "EXAMPLE\\ws7$",
	.account = "WS7$",
	.domain = "EXAMPLE",
};

static const struct user_identity anonymous = {
	.unix_name = "nobody",
	.account = "ANONYMOUS LOGON",
	.domain = "NT AUTHORITY",
};

static const struct user_identity juergen = {
	.unix_name = "j\u00fcrgen",
	.account = "J\u00fcrgen",
	.domain = "B\u00fccher",
	.dns_domain = "b\u00fccher.example",
	.upn = "j\u00fcrgen@k\u00f6ln.test",
};

static const struct user_identity olga = {
	.account = "\u041e\u043b\u044c\u0433\u0430",
	.domain = "\u041c\u043e\u0441\u043a\u0432\u0430",
};

static const struct user_identity sharp_s = {.account = "gro\u00df"};
static const struct user_identity dotless = {.account = "\u0131rmak"};
static const struct user_identity dotted = {.account = "\u0130rmak"};
static const struct user_identity plain_i = {.account = "irmak"};
static const struct user_identity composed = {.account = "ren\u00e9"};
static const struct user_identity kanji = {.account = "\u7530\u4e2d"};
static const struct user_identity emoji = {.account = "\U0001f600"};

struct match_case {
	const char *name;
	const char *asked;
	const struct user_identity *user;
	bool matches;
};

static const struct match_case match_cases[] = {
	{"NULL is any user", NULL, &alice, true},
	{"an empty name is any user", "", &alice, true},
	{"any user, none recorded", NULL, &nobody, true},
	{"any user, empty names recorded", "", &blank, true},

	{"account", "alice", &alice, true},
	{"account in upper case", "ALICE", &alice, true},
	{"account in mixed case", "aLiCe", &alice, true},
	{"account in another domain", "alice", &other_alice, true},
	{"account of a mapped user", "alice", &mapped, true},
	{"another account", "bob", &alice, false},
	{"beginning of the account", "ali", &alice, false},
	{"more than the account", "alice2", &alice, false},
	{"space before the account", " alice", &alice, false},
	{"space after the account", "alice ", &alice, false},
	{"the domain is not an account", "EXAMPLE", &alice, false},
	{"first part of a UPN is not an account", "a.smith", &alice, false},
	{"a star is no wildcard", "*", &alice, false},
	{"account, none recorded", "alice", &nobody, false},
	{"account, empty names recorded", "alice", &blank, false},
	{"machine account", "ws7$", &machine, true},
	{"machine account without its dollar", "ws7", &machine, false},
	{"account with a space inside", "anonymous logon", &anonymous, true},

	{"unix name", "smith", &mapped, true},
	{"unix name in upper case", "SMITH", &mapped, true},
	{"only a unix name recorded", "alice", &unix_only, true},
	{"unix name of an anonymous session", "nobody", &anonymous, true},
	{"unix name with a backslash", "EXAMPLE\\alice", &alice, true},
	{"unix name with a plus", "BRANCH+alice", &other_alice, true},
	{"unix name with a plus, other case",
	 "branch+ALICE",
	 &other_alice,
	 true},
	{"unix name with a plus where it has none",
	 "FS1+alice",
	 &mapped,
	 false},
	{"unix name after the account's domain", "FS1\\smith", &mapped, false},
	{"unix name before the realm", "smith@fs1", &mapped, false},
	{"only a unix name recorded: no domain",
	 "EXAMPLE\\alice",
	 &unix_only,
	 false},
	{"only a unix name recorded: no realm",
	 "alice@example.com",
	 &unix_only,
	 false},

	{"domain and account", "BRANCH\\alice", &other_alice, true},
	{"domain and account in other case",
	 "branch\\ALICE",
	 &other_alice,
	 true},
	{"DNS domain and account", "example.com\\alice", &alice, true},
	{"DNS domain and account in upper case",
	 "EXAMPLE.COM\\ALICE",
	 &alice,
	 true},
	{"another domain", "BRANCH\\alice", &alice, false},
	{"another domain, plus recorded",
	 "EXAMPLE\\alice",
	 &other_alice,
	 false},
	{"another account of the domain", "EXAMPLE\\bob", &alice, false},
	{"domain and account swapped", "alice\\EXAMPLE", &alice, false},
	{"beginning of the domain", "EXAM\\alice", &alice, false},
	{"more than the domain", "EXAMPLES\\alice", &alice, false},
	{"first label of the DNS domain", "corp\\alice", &alice, false},
	{"DNS domain, none recorded",
	 "branch.test\\alice",
	 &other_alice,
	 false},
	{"a dot is not a domain", ".\\alice", &alice, false},
	{"a slash is not a backslash", "EXAMPLE/alice", &alice, false},
	{"two backslashes", "EXAMPLE\\\\alice", &alice, false},
	{"three parts", "X\\EXAMPLE\\alice", &alice, false},
	{"domain and realm", "EXAMPLE\\alice@example.com", &alice, false},
	{"domain with a space",
	 "NT AUTHORITY\\ANONYMOUS LOGON",
	 &anonymous,
	 true},
	{"domain and account, none recorded", "EXAMPLE\\alice", &nobody, false},

	{"account and realm", "alice@example.com", &alice, true},
	{"account and realm in upper case", "ALICE@EXAMPLE.COM", &alice, true},
	{"UPN", "a.smith@corp.test", &alice, true},
	{"UPN in upper case", "A.SMITH@CORP.TEST", &alice, true},
	{"UPN of another suffix", "a.smith@example.com", &alice, false},
	{"UPN's suffix after the account", "alice@corp.test", &alice, false},
	{"UPN, none recorded", "a.smith@corp.test", &other_alice, false},
	{"UPN is not domain and account", "corp.test\\a.smith", &alice, false},
	{"realm of another account", "bob@example.com", &alice, false},
	{"beginning of the realm", "alice@example.co", &alice, false},
	{"realm below the domain", "alice@sub.example.com", &alice, false},
	{"NetBIOS domain is not a realm", "alice@EXAMPLE", &alice, false},
	{"realm, none recorded", "alice@branch.test", &other_alice, false},
	{"realm, nothing recorded", "alice@example.com", &nobody, false},

	{"account with an at sign", "alice@home", &at_sign, true},
	{"domain and account with an at sign",
	 "EXAMPLE\\alice@home",
	 &at_sign,
	 true},
	{"account with an at sign, and realm",
	 "alice@home@example.com",
	 &at_sign,
	 true},
	{"account before its at sign", "alice@example.com", &at_sign, false},

	{"empty domain", "\\alice", &alice, false},
	{"empty domain, an empty one recorded", "\\alice", &no_domain, false},
	{"empty domain, none recorded", "\\alice", &unix_only, false},
	{"empty account", "EXAMPLE\\", &alice, false},
	{"empty account, an empty one recorded", "EXAMPLE\\", &blank, false},
	{"only a backslash", "\\", &alice, false},
	{"only a backslash, empty names recorded", "\\", &blank, false},
	{"only a backslash, nothing recorded", "\\", &nobody, false},
	{"empty realm", "alice@", &alice, false},
	{"empty realm, an empty one recorded", "alice@", &no_domain, false},
	{"empty account before the realm", "@example.com", &alice, false},
	{"only an at sign", "@", &alice, false},
	{"only an at sign, empty names recorded", "@", &blank, false},
	{"only an at sign, nothing recorded", "@", &nobody, false},

	{"German account in upper case", "J\u00dcRGEN", &juergen, true},
	{"German account without its umlaut", "jurgen", &juergen, false},
	{"German domain in upper case",
	 "B\u00dcCHER\\j\u00fcrgen",
	 &juergen,
	 true},
	{"German DNS domain in upper case",
	 "B\u00dcCHER.EXAMPLE\\J\u00dcRGEN",
	 &juergen,
	 true},
	{"German realm in upper case",
	 "J\u00dcRGEN@B\u00dcCHER.EXAMPLE",
	 &juergen,
	 true},
	{"German UPN in upper case",
	 "J\u00dcRGEN@K\u00d6LN.TEST",
	 &juergen,
	 true},
	{"Cyrillic account in upper case",
	 "\u041e\u041b\u042c\u0413\u0410",
	 &olga,
	 true},
	{"Cyrillic account in lower case",
	 "\u043e\u043b\u044c\u0433\u0430",
	 &olga,
	 true},
	{"Cyrillic domain in upper case",
	 "\u041c\u041e\u0421\u041a\u0412\u0410\\"
	 "\u043e\u043b\u044c\u0433\u0430",
	 &olga,
	 true},
	{"Latin letters that look Cyrillic",
	 "O\u043b\u044c\u0433\u0430",
	 &olga,
	 false},
	{"sharp s", "GRO\u00df", &sharp_s, true},
	{"sharp s is not two s", "gross", &sharp_s, false},
	{"Turkish dotless i", "\u0131RMAK", &dotless, true},
	{"Turkish dotless i is not an i", "irmak", &dotless, false},
	{"Turkish dotless i is not a capital I", "IRMAK", &dotless, false},
	{"Turkish dotted capital I", "\u0130RMAK", &dotted, true},
	{"Turkish dotted capital I is not an i", "irmak", &dotted, false},
	{"capital I is an i", "IRMAK", &plain_i, true},
	{"i is not a Turkish dotless i", "\u0131rmak", &plain_i, false},
	{"a combining accent is another name", "rene\u0301", &composed, false},
	{"letters without case", "\u7530\u4e2d", &kanji, true},
	{"a character of four bytes", "\U0001f600", &emoji, true},
	{"another character of four bytes", "\U0001f601", &emoji, false},
};

static void test_match(void **state)
{
	const struct match_case *c = *state;
	TALLOC_CTX *mem_ctx = talloc_new(NULL);
	struct user_filter filter;

	assert_non_null(mem_ctx);
	assert_int_equal(user_filter_parse(mem_ctx, c->asked, &filter),
			 USER_FILTER_OK);
	assert_int_equal(user_filter_matches(&filter, c->user), c->matches);
	talloc_free(mem_ctx);
}

struct malformed_case {
	const char *name;
	const char *asked;
};

static const struct malformed_case malformed_cases[] = {
	{"malformed: newline", "alice\nroot"},
	{"malformed: only a newline", "\n"},
	{"malformed: tab", "alice\t"},
	{"malformed: first control character", "\x01"},
	{"malformed: delete", "alice\x7f"},
	{"malformed: C1 control character", "alice\xc2\x9b"},
	{"malformed: control character in a domain", "EX\rAMPLE\\alice"},
	{"malformed: control character in an account", "EXAMPLE\\ali\x1b"},
	{"malformed: control character in a realm", "alice@\x1f"},
};

static void test_malformed(void **state)
{
	const struct malformed_case *c = *state;
	struct user_filter filter;

	assert_int_equal(user_filter_parse(NULL, c->asked, &filter),
			 USER_FILTER_MALFORMED);
}

struct meaning_case {
	const char *name;
	const char *asked;
	const char *recorded;
	bool may_mean;
};

static const struct meaning_case meaning_cases[] = {
	{"may mean: anybody", NULL, "bob", true},
	{"may mean: the account", "alice", "ALICE", true},
	{"may mean: another account", "alice", "bob", false},
	{"may mean: the unix name", "EXAMPLE\\alice", "EXAMPLE\\alice", true},
	{"may mean: the account of a domain", "EXAMPLE\\alice", "alice", true},
	{"may mean: the account of a realm", "alice@corp.test", "alice", true},
	{"may mean: the UPN", "alice@corp.test", "alice@corp.test", true},
	{"may mean: the domain", "EXAMPLE\\alice", "EXAMPLE", false},
	{"may mean: the realm", "alice@corp.test", "corp.test", false},
};

static void test_meaning(void **state)
{
	const struct meaning_case *c = *state;
	TALLOC_CTX *mem_ctx = talloc_new(NULL);
	struct user_filter filter;

	assert_int_equal(user_filter_parse(mem_ctx, c->asked, &filter),
			 USER_FILTER_OK);
	assert_int_equal(user_filter_may_mean(&filter, c->recorded),
			 c->may_mean);
	talloc_free(mem_ctx);
}

int main(void)
{
	struct table table = {.count = 0};

	TABLE_ADD(&table, match_cases, test_match);
	TABLE_ADD(&table, malformed_cases, test_malformed);
	TABLE_ADD(&table, meaning_cases, test_meaning);
	return table_run(&table, "user_filter");
}
