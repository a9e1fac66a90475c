/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Adds rpc.netsessiondel to smbtorture's suites, and runs its tests. */

#include "samba_client.h"

#include "rule.h"

static const struct {
	const char *name;
	const struct rule *rules;
} groups[] = {
	{"rights", rights_rules},
	{"arguments", argument_rules},
	{"matching", matching_rules},
	{"closing", closing_rules},
	{"answer", answer_rules},
};

static bool run_rule(struct torture_context *tctx,
		     const void *group,
		     const void *data)
{
	const struct rule *rule = data;
	struct bed *bed = bed_new(tctx);
	bool holds = false;

	(void)group;
	torture_comment(tctx, "%s: %s\n", rule->name, rule->says);
	if (bed != NULL) {
		bed->how = &rule->how;
		holds = rule->holds(bed);
	}
	bed_free(bed);
	return holds || tctx->last_result == TORTURE_SKIP;
}

static bool add_group(struct torture_suite *suite,
		      const char *name,
		      const struct rule *rules)
{
	struct torture_tcase *group = torture_suite_add_tcase(suite, name);
	const struct rule *rule = NULL;

	if (group == NULL) {
		return false;
	}
	for (rule = rules; rule->name != NULL; rule++) {
		if (torture_tcase_add_test_const(group,
						 rule->name,
						 run_rule,
						 rule) == NULL) {
			return false;
		}
	}
	return true;
}

static struct torture_suite *make_suite(TALLOC_CTX *mem_ctx)
{
	struct torture_suite *suite =
		torture_suite_create(mem_ctx, "netsessiondel");
	size_t i;

	if (suite == NULL) {
		return NULL;
	}
	suite->description =
		talloc_strdup(suite, "NetrSessionDel ([MS-SRVS] 3.1.4.6)");
	for (i = 0; i < ARRAY_SIZE(groups); i++) {
		if (!add_group(suite, groups[i].name, groups[i].rules)) {
			return NULL;
		}
	}
	return suite;
}

_PUBLIC_ NTSTATUS samba_init_module(TALLOC_CTX *mem_ctx);

/* smbtorture calls this in each file of its module directory. */
_PUBLIC_ NTSTATUS samba_init_module(TALLOC_CTX *mem_ctx)
{
	struct torture_suite *rpc = torture_find_suite(torture_root, "rpc");
	struct torture_suite *suite = make_suite(mem_ctx);

	if (rpc == NULL || suite == NULL ||
	    !torture_suite_add_suite(rpc, suite)) {
		return NT_STATUS_UNSUCCESSFUL;
	}
	return NT_STATUS_OK;
}
