/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of source/module/abi.c: which Samba it takes for ours. */

#include "tests/unit/table.h"

#include "source/common/samba_types.h"

#include "librpc/gen_ndr/auth.h"
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

/* What a Samba of another layout hands to a bind or a call. */
struct object_case {
	const char *name;
	/* 0: the type is renamed */
	int size;
	/* the object in question, see test_objects() */
	int which;
	bool fits;
};

enum {
	NONE,
	CONTEXT,
	CONNECTION,
	AUTH,
	SESSION_INFO,
	CALL,
};

static const struct object_case object_cases[] = {
	{"objects as ours", 0, NONE, true},
	{"a larger context", 8, CONTEXT, false},
	{"a smaller context", -8, CONTEXT, false},
	{"a context of another type", 0, CONTEXT, false},
	{"a larger connection object", 8, CONNECTION, false},
	{"a connection of another type", 0, CONNECTION, false},
	{"a larger auth state object", 8, AUTH, false},
	{"an auth state of another type", 0, AUTH, false},
	{"a larger session info", 8, SESSION_INFO, false},
	{"a session info, whatever its name", 0, SESSION_INFO, true},
	{"a larger call object", 8, CALL, false},
	{"a call of another type", 0, CALL, false},
};

static void *make(const struct object_case *c,
		  int which,
		  size_t size,
		  const char *type)
{
	const bool other = c->which == which;
	void *object =
		talloc_named_const(NULL,
				   size + (other ? c->size : 0),
				   other && c->size == 0 ? "other" : type);

	assert_non_null(object);
	memset(object, 0, talloc_get_size(object));
	return object;
}

#define MAKE(c, which, type) make(c, which, sizeof(type), #type)

static void test_objects(void **state)
{
	const struct object_case *c = *state;
	struct dcesrv_connection_context *context =
		MAKE(c, CONTEXT, struct dcesrv_connection_context);
	struct dcesrv_connection *conn =
		MAKE(c, CONNECTION, struct dcesrv_connection);
	struct dcesrv_auth *auth = MAKE(c, AUTH, struct dcesrv_auth);
	struct dcesrv_call_state *call =
		MAKE(c, CALL, struct dcesrv_call_state);

	auth->session_info = MAKE(c, SESSION_INFO, struct auth_session_info);
	conn->default_auth_state = auth;
	context->conn = conn;
	assert_int_equal(abi_bind_fits(context) && abi_call_fits(call),
			 c->fits);
	talloc_free(auth->session_info);
	talloc_free(auth);
	talloc_free(conn);
	talloc_free(context);
	talloc_free(call);
}

int main(void)
{
	struct table table = {.count = 0};

	TABLE_ADD(&table, series_cases, test_series);
	TABLE_ADD(&table, sizes_cases, test_sizes);
	TABLE_ADD(&table, object_cases, test_objects);
	return table_run(&table, "abi");
}
