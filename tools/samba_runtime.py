# SPDX-License-Identifier: GPL-3.0-or-later
"""The installed Samba: where its worker is, and which libraries it has."""

import os
import re
import subprocess

from waflib import Logs
from waflib.Tools.c import cprogram

WORKER = 'rpcd_classic'

# The symbol versions of Samba's libraries bind a program to one package
# version, so it is linked again when that changes.
cprogram.vars = cprogram.vars + ['SAMBA_PACKAGE']


def configure(conf):
    worker = path_of_worker(conf)
    conf.env.SAMBA_LIBEXECDIR = os.path.dirname(worker)
    conf.define('SAMBA_LIBEXECDIR', conf.env.SAMBA_LIBEXECDIR)
    conf.msg("Samba's workers", os.path.dirname(worker))
    conf.env.SAMBA_PACKAGE = output_of(
        'dpkg-query', '-W', '-f', '${Version}', 'samba')
    if conf.env.SAMBA_SERIES + '.' not in conf.env.SAMBA_PACKAGE:
        Logs.warn('The installed Samba (%s) is of another series than the '
                  'source, so it will not load the module',
                  conf.env.SAMBA_PACKAGE)
    libraries = libraries_of(output_of('dpkg-divert', '--truename', worker))
    conf.env.SAMBA_LINK = (
        ['-Wl,--as-needed', '-Wl,--allow-shlib-undefined'] + libraries
        + ['-Wl,-rpath,' + directory for directory
           in sorted({os.path.dirname(path) for path in libraries})])
    conf.check_cc(header_name=['stdarg.h', 'stddef.h', 'stdint.h',
                               'setjmp.h', 'cmocka.h'],
                  define_name='', features='c',
                  msg='Checking for header cmocka.h')


def output_of(*command):
    return subprocess.run(command, check=True, encoding='utf-8',
                          stdout=subprocess.PIPE).stdout.strip()


def path_of_worker(conf):
    """Asks dpkg, because the path depends on the series."""
    found = subprocess.run(['dpkg-query', '-S', '*/' + WORKER],
                           stdout=subprocess.PIPE, encoding='utf-8')
    for line in found.stdout.splitlines():
        owner, path = line.split(': ', 1)
        if not owner.startswith('diversion by '):
            return path
    return conf.fatal('No installed package has %s: install samba' % WORKER)


def libraries_of(worker):
    """Paths of the libraries that the worker is linked to, except libc's."""
    paths = re.findall(r' => (/\S+)', output_of('ldd', worker))
    return [path for path in paths
            if not os.path.basename(path).startswith(('libc.so', 'ld-'))]
