/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rules that the suite tests, a table for each group of them. */

#ifndef SESSIONDEL_TORTURE_RULE_H
#define SESSIONDEL_TORTURE_RULE_H

#include "bed.h"

struct rule {
	/* the test's name */
	const char *name;
	/* what the server must do, and who says so */
	const char *says;
	/* Whether it does. False after FAIL() or SKIP(). */
	bool (*holds)(struct bed *bed);
	/* how the victim is to log in, for rules that hold for several ways */
	struct login how;
};

/* A test that is named like its function. */
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
