# SPDX-License-Identifier: GPL-3.0-or-later
"""The installed Samba: where its worker is, and which libraries it has."""

import os
import re
import subprocess

from waflib import Errors, Logs
from waflib.Tools.c import cprogram

# The symbol versions of Samba's libraries bind a program to one version of
# Samba, so it is linked again when that changes.
cprogram.vars = cprogram.vars + ['SAMBA_VERSION']


def options(opt):
    opt.add_option('--worker', metavar='PATH',
                   help="Samba's rpcd_classic, if it is not found beside the "
                        "installed smbd")


def configure(conf):
    worker = conf.options.worker or ask(conf, 'worker')
    if not worker:
        conf.fatal("Samba's rpcd_classic was not found: install Samba, or say "
                   "where it is with --worker=PATH")
    if not os.access(worker, os.X_OK) or not os.path.isabs(worker):
        conf.fatal('--worker=%s is not the path of a program' % worker)
    conf.env.SAMBA_WORKER = worker
    conf.define('SAMBA_LIBEXECDIR', os.path.dirname(worker))
    conf.env.SAMBA_LIBEXECDIR = os.path.dirname(worker)
    conf.msg("Samba's workers", os.path.dirname(worker))
    conf.env.SAMBA_VERSION = ask(conf, 'version')
    if not conf.env.SAMBA_VERSION.startswith(conf.env.SAMBA_SERIES + '.'):
        Logs.warn('The installed Samba (%s) is of another series than the '
                  'source, so it will not load the module',
                  conf.env.SAMBA_VERSION or 'none')
    if not conf.env.MODULE_ONLY:
        prepare_tests(conf)


def prepare_tests(conf):
    """Finds what the unit tests are linked with."""
    libraries = libraries_of(own_worker(conf.env))
    conf.env.SAMBA_LINK = (
        ['-Wl,--as-needed', '-Wl,--allow-shlib-undefined'] + libraries
        + ['-Wl,-rpath,' + directory for directory
           in sorted({os.path.dirname(path) for path in libraries})])
    conf.check_cc(header_name=['stdarg.h', 'stddef.h', 'stdint.h',
                               'setjmp.h', 'cmocka.h'],
                  define_name='', features='c',
                  msg='Checking for header cmocka.h')


def ask(conf, what):
    """What packaging/installed-samba says; '' if there is no such thing."""
    try:
        return conf.cmd_and_log(
            [conf.path.abspath() + '/packaging/installed-samba', what]).strip()
    except Errors.WafError:
        return ''


def own_worker(env):
    """Samba's own worker, also where the loader is in its place."""
    kept = env.SAMBA_LIBEXECDIR + '/samba-sessiondel/rpcd_classic'
    return kept if os.path.exists(kept) else env.SAMBA_WORKER


def libraries_of(worker):
    """Paths of the libraries that the worker is linked to, except libc's."""
    linked = subprocess.run(['ldd', worker], check=True, encoding='utf-8',
                            stdout=subprocess.PIPE).stdout
    paths = re.findall(r' => (/\S+)', linked)
    return [path for path in paths
            if not os.path.basename(path).startswith(('libc.so', 'ld-'))]
