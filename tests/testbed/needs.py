# SPDX-License-Identifier: GPL-3.0-or-later
"""Marks for tests that not every machine can run."""

import pytest

from testbed import namespace

needs_ipv6 = pytest.mark.skipif(not namespace.has_ipv6(),
                                reason="this kernel has no IPv6")
