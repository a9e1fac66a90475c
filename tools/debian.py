# SPDX-License-Identifier: GPL-3.0-or-later
"""The command that builds Debian packages."""

import subprocess

from waflib.Context import Context, g_module


class deb(Context):
    """builds Debian packages for this release into bin/deb"""
    cmd = 'deb'

    def execute(self):
        status = subprocess.call(
            [self.path.abspath() + '/packaging/build-deb',
             '%s/%s/deb' % (self.path.abspath(), g_module.out)])
        if status != 0:
            self.fatal('Building the packages failed (exit status %d)'
                       % status)
