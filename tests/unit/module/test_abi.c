/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of source/module/abi.c: which Samba it takes for ours. */

#include "tests/unit/table.h"

#include "source/common/samba_types.h"

#include "librpc/rpc/dcesrv_core.h"

#include "source/module/abi.h"
#include "source/module/samba_host.h"

#define SERIES SESSIONDEL_SAMBA_SERIES

struct series_case {
	const char *name;
	const char *version;
	bool fits;
};

static const struct series_case series_cases[] = {
	{"the release built for", SESSIONDEL_SAMBA_RELEASE, true},
	{"a Debian version", SERIES ".12-Debian", true},
	{"a Debian version with a revision",
	 SERIES ".12-Debian-2:" SERIES ".12+dfsg-0+deb12u1",
	 true},
	{"the first release", SERIES ".0", true},
	{"a later release", SERIES ".99", true},
	{"a release candidate", SERIES ".0rc1", true},
	{"another minor version", "4.0.12-Debian", false},
	{"another major version", "3.6.25", false},
	{"a series that begins alike", SERIES "0.1", false},
	{"a series that ends alike", "1" SERIES ".1", false},
	{"the series at the end", "4.0." SERIES ".1", false},
	{"the series without a release", SERIES, false},
	{"the series and another separator", SERIES "-12", false},
	{"blank before", " " SERIES ".12", false},
	{"a word before", "Version " SERIES ".12", false},
	{"only the major version", "4", false},
	{"only the major version and a dot", "4.", false},
	{"nothing", "", false},
};

static void test_series(void **state)
{
	const struct series_case *c = *state;

	assert_int_equal(abi_series_fits(c->version), c->fits);
}

/* A host whose sizes differ from ours by so many bytes. */
struct sizes_case {
	const char *name;
	int interface;
	int connection;
	int call;
	int auth;
	/* one that we do not look into */
	int handle;
	bool fits;
};

static const struct sizes_case sizes_cases[] = {
	{"all as ours", 0, 0, 0, 0, 0, true},
	{"a larger interface", 8, 0, 0, 0, 0, false},
	{"a smaller interface", -8, 0, 0, 0, 0, false},
	{"a larger connection", 0, 8, 0, 0, 0, false},
	{"a larger call", 0, 0, 8, 0, 0, false},
	{"a larger auth state", 0, 0, 0, 8, 0, false},
	{"a larger handle", 0, 0, 0, 0, 8, true},
};

static void test_sizes(void **state)
{
	const struct sizes_case *c = *state;
	struct dcesrv_critical_sizes host = *dcerpc_module_version();

	host.sizeof_dcesrv_interface += c->interface;
	host.sizeof_dcesrv_connection += c->connection;
	host.sizeof_dcesrv_call_state += c->call;
	host.sizeof_dcesrv_auth += c->auth;
	host.sizeof_dcesrv_handle += c->handle;
	assert_int_equal(abi_sizes_fit(&host), c->fits);
}

int main(void)
{
	struct table table = {.count = 0};

	TABLE_ADD(&table, series_cases, test_series);
	TABLE_ADD(&table, sizes_cases, test_sizes);
	return table_run(&table, "abi");
}
