/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of source/loader/probe_verdict.c: why a module does not fit. */

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "source/common/probe_sign.h"
#include "source/loader/probe_verdict.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

#define EXITED(code) __W_EXITCODE(code, 0)
#define KILLED(number) __W_EXITCODE(0, number)

#define IGNORED(object, why)            \
	"ERROR: ld.so: object '" object \
	"' from LD_PRELOAD cannot be preloaded (" why "): ignored.\n"

#define DROPPED                                                              \
	"something keeps it from being loaded (LD_PRELOAD is dropped under " \
	"an AppArmor profile with Px)"

struct verdict_case {
	const char *name;
	int status;
	const char *messages;
	/* NULL: the module fits. */
	const char *why;
};

/* The module is /m.so. */
static const struct verdict_case verdict_cases[] = {
	{"fits", EXITED(0), PROBE_SIGN, NULL},
	{"fits and talks",
	 EXITED(0),
	 PROBE_SIGN "smb.conf: unknown parameter\n",
	 NULL},
	{"fits, another one is ignored",
	 EXITED(0),
	 IGNORED("/other.so", "file too short") PROBE_SIGN,
	 NULL},
	{"fits, a longer name is ignored",
	 EXITED(0),
	 IGNORED("/lib/m.so", "file too short") PROBE_SIGN,
	 NULL},
	{"fits, another one names the sign",
	 EXITED(0),
	 "not " PROBE_SIGN PROBE_SIGN,
	 NULL},
	{"dropped in silence", EXITED(0), "", DROPPED},
	{"dropped, worker talks", EXITED(0), "unknown parameter\n", DROPPED},
	{"dropped, another one names the sign",
	 EXITED(0),
	 "not " PROBE_SIGN,
	 DROPPED},
	{"dropped, the sign is cut off", EXITED(0), "sessiondel f", DROPPED},
	{"ignored by ld.so",
	 EXITED(0),
	 IGNORED("/m.so", "invalid ELF header"),
	 "cannot be loaded (invalid ELF header)"},
	{"ignored by ld.so after another",
	 EXITED(0),
	 IGNORED("/other.so", "no") IGNORED("/m.so", "file too short"),
	 "cannot be loaded (file too short)"},
	{"ignored by ld.so, its line cut off",
	 EXITED(0),
	 "ERROR: ld.so: object '/m.so' from LD_PRELOAD cannot be preloaded (fi",
	 "cannot be loaded (fi"},
	{"ignored by ld.so, and the worker fails",
	 EXITED(1),
	 IGNORED("/m.so", "file too short") "Can't load smb.conf\n",
	 "cannot be loaded (file too short)"},
	{"of another series", EXITED(77), "", "built for another Samba series"},
	{"of another series and talks",
	 EXITED(77),
	 "hello\n",
	 "built for another Samba series"},
	{"unresolved symbol",
	 EXITED(127),
	 "rpcd: symbol lookup error: /m.so: undefined symbol: x\n",
	 "its probe said: rpcd: symbol lookup error: /m.so: undefined symbol: "
	 "x"},
	{"the line that names the module is reported",
	 EXITED(127),
	 "first\n/m.so: second\n/m.so: third\n",
	 "its probe said: /m.so: second"},
	{"otherwise the first line with text",
	 EXITED(1),
	 "\n\nCan't load smb.conf\nmore\n",
	 "its probe said: Can't load smb.conf"},
	{"the sign does not explain a failure",
	 EXITED(1),
	 PROBE_SIGN "Can't load smb.conf\n",
	 "its probe said: Can't load smb.conf"},
	{"fails in silence",
	 EXITED(3),
	 "",
	 "its probe ended with exit status 3"},
	{"crashes",
	 KILLED(SIGBUS),
	 "",
	 "its probe was ended by signal 7 (Bus error)"},
	{"crashes and talks",
	 KILLED(SIGABRT),
	 "/m.so: abort\n",
	 "its probe was ended by signal 6 (Aborted)"},
};

static void test_verdict(void **state)
{
	const struct verdict_case *c = *state;
	struct reason why = {.text = ""};
	char *messages = strdup(c->messages);

	assert_non_null(messages);
	assert_int_equal(probe_verdict(c->status, messages, "/m.so", &why),
			 c->why == NULL);
	assert_string_equal(why.text, c->why != NULL ? c->why : "");
	free(messages);
}

int main(void)
{
	struct CMUnitTest tests[ARRAY_SIZE(verdict_cases)];

	for (size_t i = 0; i < ARRAY_SIZE(verdict_cases); i++) {
		tests[i] = (struct CMUnitTest){
			.name = verdict_cases[i].name,
			.test_func = test_verdict,
			.initial_state = (void *)&verdict_cases[i],
		};
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
