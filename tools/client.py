# SPDX-License-Identifier: GPL-3.0-or-later
"""How the client library and the command line tool are built.

They use only Samba's public headers and libraries, and our idl/. Of Samba's
source only pidl is needed.
"""

from waflib import Task
from waflib.Configure import conf

import samba_tree

PACKAGES = {'LIBRARY': ['dcerpc', 'ndr', 'samba-credentials',
                        'samba-hostconfig'],
            'PROGRAM': ['popt', 'jansson']}

# SESSIONDEL_SAMBA_MINOR is of the source.
SAME_SERIES = '''
#include <samba/version.h>
#if SAMBA_VERSION_MINOR != SESSIONDEL_SAMBA_MINOR
#error
#endif
'''


def configure(conf):
    if conf.env.MODULE_ONLY:
        return
    missing = ' '.join(what for what in needs(conf) if what)
    conf.env.BUILD_CLIENT = not missing
    conf.msg('Building libsmbsession and smbsession',
             'no: without ' + missing if missing else 'yes',
             'YELLOW' if missing else 'GREEN')
    if missing:
        return
    # Only Samba itself reads the registry and variables in smb.conf.
    conf.define('SAMBA_TESTPARM', conf.env.TESTPARM[0])
    conf.define('SETPRIV', conf.env.SETPRIV[0])
    # For error names and for strings. pkg-config does not know these two.
    conf.env.append_value('LIB_LIBRARY', ['samba-errors', 'samba-util'])
    # With this, smbsession.h does not include Samba's <netapi.h>.
    conf.define('SMBSESSION_WITHOUT_NETAPI_H', 1)
    # For clang-tidy, after the directories of Samba's source.
    conf.env.CLIENT_INCLUDES = (
        conf.env.INCLUDES_LIBRARY
        + [conf.bldnode.make_node('idl').abspath()])


# Upstream's Samba has had some of these headers to itself since 4.21. pidl
# writes code for the libraries of its own series.
def needs(conf):
    """Yields the name of each thing that is missing."""
    for program in ('pkg-config', 'setpriv', 'testparm'):
        if not conf.find_program(program, mandatory=False):
            yield program
    if not conf.env.PKG_CONFIG:
        return
    for use, packages in PACKAGES.items():
        for package in packages:
            if not conf.check_cfg(package=package, uselib_store=use,
                                  args=['--cflags', '--libs'],
                                  global_define=False, mandatory=False):
                yield package
    if not conf.check_cc(fragment=SAME_SERIES, features='c', use='LIBRARY',
                         mandatory=False,
                         msg='Checking for public headers of that series'):
        yield 'public headers of Samba ' + conf.env.SAMBA_SERIES


class pidl_ours(Task.Task):
    """Writes the parser for one of our interface definitions."""
    color = 'BLUE'

    def run(self):
        return samba_tree.run_pidl(
            self, self.inputs[0], self.outputs[0].parent,
            '--header', '--ndr-parser',
            cwd=self.outputs[0].parent.abspath())


def outputs_of(bld, name):
    """The headers and C files that pidl writes for idl/NAME.idl."""
    generated = bld.root.make_node(bld.out_dir).make_node('idl')
    generated.mkdir()
    return [generated.make_node(pattern % name) for pattern in
            ('ndr_%s.c', '%s.h', 'ndr_%s.h')]


@conf
def client_stubs(bld, name):
    """Adds the task that runs pidl on idl/NAME.idl; the C file."""
    outputs = outputs_of(bld, name)
    generator = bld(name='idl ' + name)
    generator.create_task('pidl_ours',
                          [bld.path.find_resource('idl/%s.idl' % name)],
                          outputs)
    return outputs[:1]


@conf
def client_env(bld):
    """A new environment without the headers of Samba's source."""
    env = bld.env.derive()
    env.detach()
    env.CFLAGS = [flag for flag in env.CFLAGS
                  if not flag.startswith('-isystem')]
    env.DEFINES = [define for define in env.DEFINES
                   if not define.startswith(('HAVE_CONFIG_H', '__STDC_WANT'))]
    env.append_value('CFLAGS', ['-isystem' + directory
                                for directory in env.CLIENT_INCLUDES])
    return env
