# SPDX-License-Identifier: GPL-3.0-or-later
"""Samba's headers from its source tree, with the generated ones."""

import os
import re

from waflib import Context, Errors, Logs, Options, Task, Utils
from waflib.Configure import conf

# Everything is built with the first; of the others, each has a module.
TREES = os.environ['SESSIONDEL_SAMBA_TREES'].split('\n')
TREE = TREES[0]

IDL = {
    'librpc': ['misc', 'security', 'server_id', 'auth', 'lsa', 'krb5pac',
               'messaging', 'dcerpc', 'svcctl', 'nbt', 'netlogon', 'samr',
               'srvsvc', 'file_id', 'smb2_lease_struct', 'smb3posix'],
    'source3/librpc': ['smbXsrv', 'open_files'],
}
# Interfaces that we also call.
CLIENT_IDL = ['srvsvc']
ERROR_TABLES = {'ntstatus': 'ntstatus_gen', 'werror': 'werror_gen',
                'hresult': 'hresult'}
# Headers that Samba's build generates from a directory's functions.
PROTOTYPES = ['source4/libcli/smb2/smb2_proto.h']

# In the tree, and (generated) in bin/samba.
TREE_INCLUDES = ['', 'source3', 'source3/include', 'include', 'lib',
                 'lib/replace', 'lib/replace/bin/default', 'librpc', 'source4']
GENERATED_INCLUDES = ['', 'librpc', 'source3', 'source4']


def options(opt):
    opt.add_option('--samba-source', metavar='DIR|TARBALL', action='append',
                   help="build with a copy of Samba's source from this "
                        "directory or tarball, instead of downloading that "
                        "of the installed Samba; remembered until distclean "
                        "or an empty DIR. Given again: also build a module "
                        "for the series of this source")


def init(_ctx):
    if 'distclean' not in Options.commands:
        note_choice()


def note_choice():
    """Saves --samba-source for the next run, and the tree for configure."""
    os.makedirs(Context.g_module.out, exist_ok=True)
    write_if_changed('samba-source', os.environ.get('SAMBA_SOURCE', ''))
    write_if_changed('samba-tree', '\n'.join(TREES))


def write_if_changed(name, text):
    path = os.path.join(Context.g_module.out, name)
    try:
        with open(path, encoding='utf-8') as file:
            if file.read() == text:
                return
    except FileNotFoundError:
        pass
    with open(path, 'w', encoding='utf-8') as file:
        file.write(text)


def configure(conf):
    note_choice()
    for node in [conf.bldnode.make_node('samba-tree'),
                 *conf.path.ant_glob('tools/*.py')]:
        configure_again_when_changed(conf, node)
    conf.msg("Samba's source", TREE)
    set_tree(conf.env, TREE, conf.bldnode, '')
    conf.msg('Samba release', release_of(TREE))
    conf.env.OTHER_TREES = trees_of_other_series(conf)
    conf.define('HAVE_CONFIG_H', 1)
    conf.define('__STDC_WANT_LIB_EXT1__', 1)
    for tree in [TREE, *conf.env.OTHER_TREES]:
        require_struct_ntstatus(conf, tree)
    conf.env.append_value('CFLAGS', system_includes(conf))
    for headers in (['talloc.h'], ['tevent.h'],
                    ['sys/types.h', 'signal.h', 'tdb.h']):
        conf.check_cc(header_name=headers, define_name='', features='c',
                      msg='Checking for header ' + headers[-1])
    conf.find_program('perl')


def configure_again_when_changed(conf, node):
    """Makes waf treat a file like the wscript."""
    conf.files.append(node.abspath())
    conf.hash = Utils.h_list((conf.hash, node.read('rb')))


def set_tree(env, tree, out, place):
    """Sets what follows from the tree that an environment is for.

    out: the node of bin/; place: the directory there of what is built with it.
    """
    release = release_of(tree)
    env.MODULE_PLACE = place
    # All variants share these.
    env.SAMBA_HEADERS = out.make_node(place + 'samba').abspath()
    env.SAMBA_TREE = tree
    env.SAMBA_SERIES = series_of(tree)
    env.append_value('DEFINES', [
        'SESSIONDEL_SAMBA_RELEASE="%s"' % release,
        'SESSIONDEL_SAMBA_SERIES="%s"' % env.SAMBA_SERIES,
        'SESSIONDEL_SAMBA_MINOR=' + release.split('.')[1]])


def trees_of_other_series(conf):
    """The trees that another module is built with, one of each series."""
    trees = {series_of(TREE): TREE}
    for tree in TREES[1:]:
        series = series_of(tree)
        if series in trees:
            conf.msg('Another source of Samba ' + series,
                     'left out: ' + tree, 'YELLOW')
        else:
            conf.msg('Also a module for Samba ' + series, tree)
            trees[series] = tree
    return list(trees.values())[1:]


def series_of(tree):
    return '.'.join(release_of(tree).split('.')[:2])


def release_of(tree):
    with open(os.path.join(tree, 'VERSION'), encoding='utf-8') as file:
        text = file.read()
    return '.'.join(
        re.search(r'^SAMBA_VERSION_%s=(\d+)' % part, text, re.M).group(1)
        for part in ('MAJOR', 'MINOR', 'RELEASE'))


def require_struct_ntstatus(conf, tree):
    """Samba has NTSTATUS as a struct, so calls pass it as one."""
    config = os.path.join(tree, 'lib/replace/bin/default/config.h')
    with open(config, encoding='utf-8') as file:
        if '#define HAVE_IMMEDIATE_STRUCTURES 1' not in file.read():
            conf.fatal('%s lacks HAVE_IMMEDIATE_STRUCTURES' % config)


def system_includes(conf):
    directories = [os.path.join(conf.env.SAMBA_HEADERS, part)
                   for part in GENERATED_INCLUDES]
    directories += [os.path.join(TREE, part) for part in TREE_INCLUDES]
    # As system headers, so that they cause no warnings.
    return ['-isystem' + directory.rstrip('/') for directory in directories]


@conf
def envs_of_other_series(bld):
    """An environment for each module besides the first."""
    for tree in bld.env.OTHER_TREES:
        env = bld.env.derive()
        env.detach()
        env.DEFINES = [define for define in env.DEFINES
                       if not define.startswith('SESSIONDEL_SAMBA_')]
        set_tree(env, tree, bld.root.make_node(bld.out_dir),
                 'series/%s/' % series_of(tree))
        env.CFLAGS = [flag.replace(TREE, tree).replace(bld.env.SAMBA_HEADERS,
                                                       env.SAMBA_HEADERS)
                      for flag in env.CFLAGS]
        yield env


class pidl(Task.Task):
    """Writes the headers for one of Samba's interface definitions.

    The code that pidl also writes is dropped, because the process that loads
    the module has it. Imports are not tracked, because a tree in the cache
    never changes.
    """
    color = 'BLUE'

    def run(self):
        directory = self.outputs[0].parent
        wanted = ['--client'] if len(self.outputs) > 2 else []
        status = run_pidl(self, self.inputs[0], directory, '--header',
                          '--ndr-parser', *wanted,
                          '--includedir=%s/librpc/idl'
                          % self.env.SAMBA_TREE)
        for header in self.outputs[1:]:
            header.change_ext('.c').delete()
        return status


class prototypes(Task.Task):
    """Writes the header with the prototypes of a directory's functions."""
    color = 'BLUE'

    def run(self):
        header = self.outputs[0]
        guard = header.name.upper().replace('.', '_')
        return run_quietly(
            self,
            [self.env.PERL[0],
             self.env.SAMBA_TREE + '/source4/script/mkproto.pl',
             '--srcdir=/', '--builddir=/', '--all=' + header.abspath(),
             '--public-define=' + guard, '--private-define=' + guard,
             *[node.abspath() for node in self.inputs]])


class error_table(Task.Task):
    """Writes the header for a table of Samba's error codes."""
    color = 'BLUE'

    def run(self):
        script, table = (node.abspath() for node in self.inputs)
        # The header comes first; the number of others depends on the series.
        wanted = int(re.search(r'len\(sys\.argv\) == (\d+)',
                               self.inputs[0].read()).group(1))
        return run_quietly(
            self,
            ['/usr/bin/python3', '-B', script, table,
             self.outputs[0].abspath()] + [os.devnull] * (wanted - 3))


def run_pidl(task, source, directory, *options, cwd=None):
    """Runs pidl, Samba's compiler for interface definitions.

    Its output includes only Samba's public headers if cwd is outside of
    Samba's source.
    """
    pidl_of_tree = task.env.SAMBA_TREE + '/pidl/'
    return run_quietly(
        task,
        [task.env.PERL[0], '-I%slib' % pidl_of_tree, pidl_of_tree + 'pidl',
         '--quiet', '--outputdir', directory.abspath(), *options, '--',
         source.abspath()],
        cwd, CPP=task.env.CC[0] + ' -E')


def run_quietly(task, command, cwd=None, **environment):
    """Runs a command, and shows its output only when it fails."""
    try:
        task.generator.bld.cmd_and_log(
            command, cwd=cwd or task.env.SAMBA_TREE,
            env={**os.environ, **environment}, quiet=Context.BOTH)
    except Errors.WafError as error:
        Logs.error('%s', error.stderr)
        return 1
    return 0


@conf
def samba_headers(bld, env):
    """Adds the tasks that write Samba's generated headers."""
    tree = env.SAMBA_TREE
    for directory, names in IDL.items():
        for name in names:
            source = '%s/idl/%s.idl' % (directory, name)
            # smb3posix came with 4.20.
            if not os.path.exists(os.path.join(tree, source)):
                continue
            headers = ['%s.h' % name, 'ndr_%s.h' % name]
            if name in CLIENT_IDL:
                headers.append('ndr_%s_c.h' % name)
            add_task(bld, env, pidl, [source],
                     ['%s/gen_ndr/%s' % (directory, header)
                      for header in headers])
    for name, header in ERROR_TABLES.items():
        # Since 4.18 hresult.h is generated; older trees have it.
        if not os.path.exists('%s/libcli/util/%s.h' % (tree, header)):
            add_task(bld, env, error_table,
                     ['source4/scripting/bin/gen_%s.py' % name,
                      'libcli/util/%s_err_table.txt' % name],
                     ['libcli/util/%s.h' % header])
    for header in PROTOTYPES:
        directory = os.path.dirname(header)
        add_task(bld, env, prototypes,
                 [os.path.join(directory, name) for name
                  in sorted(os.listdir(os.path.join(tree, directory)))
                  if name.endswith('.c')],
                 [header])


def add_task(bld, env, task_class, inputs, outputs):
    generator = bld(name=env.MODULE_PLACE + outputs[0], env=env)
    generated = bld.root.make_node(env.SAMBA_HEADERS)
    targets = [generated.make_node(path) for path in outputs]
    for target in targets:
        target.parent.mkdir()
    generator.create_task(
        task_class.__name__,
        [bld.root.find_node(os.path.join(env.SAMBA_TREE, path))
         for path in inputs],
        targets)
