# SPDX-License-Identifier: GPL-3.0-or-later
"""A domain controller and its member server, shared by this package's tests.

Making them takes longer than most tests, so it is done once. They end after
the last test of the package.
"""

import pytest

from testbed.observe import sanitizers
from testbed.servers import domain


@pytest.fixture(name="dc", scope="package")
def _dc():
    with domain.DomainController(stock=sanitizers.active()) as controller:
        yield controller


@pytest.fixture(name="member", scope="package")
def _member(dc):
    assert dc
    with domain.MemberServer() as running:
        for user in ("bob", "jürgen"):
            running.add_local_user(user)
        running.net("sam", "createbuiltingroup", "Server Operators")
        running.net("sam", "addmem", "BUILTIN\\Server Operators",
                    "TESTDOM\\Filers")
        yield running


@pytest.fixture(name="host", scope="module")
def _host(request):
    """The domain controller or the member server."""
    if request.param == "dc" and sanitizers.active():
        pytest.skip("a controller's worker loads ldb modules with "
                    "RTLD_DEEPBIND, which ends sanitized processes")
    return request.getfixturevalue(request.param)
