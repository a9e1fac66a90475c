/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rules that the suite tests, one table per group. */

#ifndef SESSIONDEL_TORTURE_RULE_H
#define SESSIONDEL_TORTURE_RULE_H

#include "bed.h"

struct rule {
	/* the test's name */
	const char *name;
	/* what the server must do, and the source of that */
	const char *says;
	/* Whether it does. False after FAIL() or SKIP(). */
	bool (*holds)(struct bed *bed);
	/* how the victim logs in, for rules that are tested in several ways */
	struct login how;
};

/* A test that has the name of its function. */
#define RULE(function, statement)                                           \
	{                                                                   \
		.name = #function, .says = (statement), .holds = (function) \
	}

/* Each ends with a rule without a name. */
extern const struct rule rights_rules[];
extern const struct rule argument_rules[];
extern const struct rule matching_rules[];
extern const struct rule closing_rules[];
extern const struct rule answer_rules[];

#endif
