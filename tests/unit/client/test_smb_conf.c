/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of source/client/smb_conf.c: how lines are split. */

#include "tests/unit/table.h"

#include <stdio.h>
#include <string.h>

#include "source/client/smb_conf.h"

struct text {
	const char *name;
	/* "%" stands for a NUL */
	const char *text;
	/* parameters as NAME=VALUE, and other lines; those of [global] begin
	 * with a '+', and those after a broken header with a '?' */
	const char *expected;
	bool one_line_each;
};

static const struct text texts[] = {
	{"nothing", "", "", false},
	{"empty lines", "\n \n\t\r\n", "", false},
	{"before the first section", "a=1", "+a=1;", false},
	{"several", "a=1\nb=2\n", "+a=1;+b=2;", false},
	{"spaces",
	 "  name  of \t it =  a   value \r\n",
	 "+name of it=a value;",
	 false},
	{"no value", "a =\nb = 2", "+a=;+b=2;", false},
	{"two equals signs", "a = b = c", "+a=b = c;", false},
	{"neither name nor value",
	 "word \r\n= 1\na=1",
	 "+word;+=;+a=1;",
	 false},
	{"comments", "# a=1\n ; b=2\nc=3 # 4\n;d=5", "+c=3 # 4;", false},
	{"share", "[share]\na=1\n", "a=1;", false},
	{"global again", "[x]\na=1\n[ GlobaL ]\nb=2\n", "a=1;+b=2;", false},
	{"spaces in global", "[x]\n[Glo b\tal]\na=1\n", "+a=1;", false},
	{"other name of global", "[x]\n[globals]\na=1\n", "+a=1;", false},
	{"name that begins as global", "[global2]\na=1\n", "a=1;", false},
	{"section header that does not end",
	 "a=1\n[x \nb=2\n[global=1\r\nc=3\n[y]\nd=4",
	 "+a=1;?[x;?b=2;?[global=;?c=3;d=4;",
	 false},
	{"section header that ends in the next line",
	 "[x]\n[glo\\\nbal]\na=1\n",
	 "+a=1;",
	 false},
	{"section without a name", "[]\na=1\n[ ]\nb=2", "a=1;b=2;", false},
	{"text after a section header",
	 "[global] a = 1\rb\n[x]] y\nc=3\n[global] \t# d=4\n[x] ;e",
	 "+[global] a =;[x]] y;c=3;",
	 false},
	{"continued", "a = 1\\\n2\nb=3", "+a=12;+b=3;", false},
	{"continued with a space",
	 "a = 1 \\ \n  2\nb=3",
	 "+a=1 2;+b=3;",
	 false},
	{"continued name", "long\\\n name = 1", "+long name=1;", false},
	{"continued comment is none", "# a \\\nb=1", "+b=1;", false},
	{"comment that continues", "a=1\\\n# 2\nb=3", "+a=1# 2;+b=3;", false},
	{"continued by nothing",
	 "a=1\\\n\nb=2\n\\\n\nc=3",
	 "+a=1;+b=2;+c=3;",
	 false},
	{"continued by spaces",
	 "\\\n \t\na=1\n%b\n\\\n =2",
	 "+a=1;+=2;",
	 false},
	{"backslash at the end", "a=1\\", "+a=1\\;", false},
	{"two backslashes at the end", "a=1\\\\\nb=2", "+a=1\\b=2;", false},
	{"NUL in a value", "a = 1%2\nb=3", "+a=1;+b=3;", false},
	{"NUL in a name", "a%b=1\nc=2", "+a;+c=2;", false},
	{"NUL at the start", "%a=1\nb=2", "+b=2;", false},
	{"NUL in a comment", "# %a=1\nb=2", "+b=2;", false},
	{"NUL in a section", "[x]\n[glo%bal]\na=1", "?[glo;?a=1;", false},
	{"NULs at the end", "a=1%%", "+a=1;", false},
	{"backslash before a NUL", "a=1\\%\nb=2", "+a=1\\;+b=2;", false},
	{"backslash and space before a NUL",
	 "a=1 \\ %\nb=2",
	 "+a=1 \\;+b=2;",
	 false},
	{"continued behind a NUL", "a=1%x \\\nb=2\nc=3", "+a=1;+c=3;", false},
	{"one line each", "a=1\\\nb=\\\\\n", "+a=1\\;+b=\\\\;", true},
};

static const char *const marks[] = {
	[SMB_CONF_SHARE] = "",
	[SMB_CONF_GLOBAL] = "+",
	[SMB_CONF_BROKEN] = "?",
};

static void check_text(void **state)
{
	const struct text *row = *state;
	char text[256];
	char found[256] = "";
	const size_t length = strlen(row->text);
	struct smb_conf conf = {.rest = text,
				.end = text + length,
				.section = SMB_CONF_GLOBAL,
				.one_line_each = row->one_line_each};
	const char *name = NULL;
	const char *value = NULL;

	assert_true(length < sizeof(text));
	for (size_t i = 0; i <= length; i++) {
		text[i] = row->text[i] != '%' ? row->text[i] : '\0';
	}
	while (smb_conf_next(&conf, &name, &value)) {
		size_t used = strlen(found);

		(void)snprintf(found + used,
			       sizeof(found) - used,
			       "%s%s%s%s;",
			       marks[conf.section],
			       name,
			       value != NULL ? "=" : "",
			       value != NULL ? value : "");
	}
	assert_string_equal(found, row->expected);
	assert_ptr_equal(conf.rest, conf.end);
}

int main(void)
{
	struct table table = {.count = 0};

	TABLE_ADD(&table, texts, check_text);
	return table_run(&table, "smb_conf");
}
