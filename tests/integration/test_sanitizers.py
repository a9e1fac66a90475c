# SPDX-License-Identifier: GPL-3.0-or-later
"""A sanitized build reports faults, so silence means that there are none."""

import os
import signal

import pytest

from testbed import processes
from testbed.observe import sanitizers
from testbed.servers.standalone import Server

pytestmark = pytest.mark.skipif(not sanitizers.active(),
                                reason="not a sanitized build")


def test_fault_in_the_worker_is_reported():
    with Server() as server:
        server.require_module()
        worker, = server.worker_pids()
        os.kill(worker, signal.SIGSEGV)
        processes.wait_reaped(worker)
    assert (f"=={worker}==ERROR: AddressSanitizer: SEGV"
            in sanitizers.take_reports())
