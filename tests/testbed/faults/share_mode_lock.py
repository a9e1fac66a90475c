# SPDX-License-Identifier: GPL-3.0-or-later
"""A process that hangs while it has the lock on a file's share modes.

An smbd could hang like that. This process takes the lock with smbd's own
function, from the same library, and stops.
"""

import contextlib
import ctypes
import glob
import os
import signal
import subprocess
import sys
from pathlib import Path

from testbed import TestbedError

_TOP = Path(__file__).resolve().parents[2]
# Upstream's private libraries have no version in their names.
_LIBRARIES = ("/usr/lib/*/libsmbconf.so.0",
              "/usr/lib/*/samba/libsmbd-base*.so*")


@contextlib.contextmanager
def held(server, path):
    """In a with block, a stopped process has the file's lock; its pid."""
    with subprocess.Popen([sys.executable, "-B", "-m", __name__,
                           server.smb_conf, path], cwd=_TOP,
                          stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT) as process:
        try:
            _, status = os.waitpid(process.pid, os.WUNTRACED)
            if not os.WIFSTOPPED(status):
                process.returncode = os.waitstatus_to_exitcode(status)
                raise TestbedError(process.stdout.read().decode())
            yield process.pid
        finally:
            process.kill()


class _FileId(ctypes.Structure):
    """Samba's struct file_id."""

    _fields_ = [("devid", ctypes.c_uint64), ("inode", ctypes.c_uint64),
                ("extid", ctypes.c_uint64)]


def _hold(smb_conf, path):
    """Take the lock and stop."""
    smbconf, smbd = (ctypes.CDLL(*glob.glob(pattern), ctypes.RTLD_GLOBAL)
                     for pattern in _LIBRARIES)
    smbd.get_existing_share_mode_lock.argtypes = [ctypes.c_void_p, _FileId]
    smbd.get_existing_share_mode_lock.restype = ctypes.c_void_p
    if not smbconf.lp_load_global(os.fsencode(smb_conf)):
        raise TestbedError(f"cannot load {smb_conf}")
    if not smbd.locking_init():
        raise TestbedError("cannot open the locks")
    about = os.stat(path)
    if not smbd.get_existing_share_mode_lock(
            None, _FileId(about.st_dev, about.st_ino, 0)):
        raise TestbedError(f"{path} is not open")
    os.kill(os.getpid(), signal.SIGSTOP)


if __name__ == "__main__":
    _hold(*sys.argv[1:])
