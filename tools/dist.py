# SPDX-License-Identifier: GPL-3.0-or-later
"""The command that writes what a release consists of.

It writes two tarballs: the committed source, and what a build reads of Samba's.
Together they build without a network.
"""

import hashlib
import io
import os
import re
import subprocess
import tarfile

from waflib import Context, Logs, Scripting
from waflib.Build import BuildContext

import samba_tree
from testing import RunAfterBuild

# What is read before waf knows of any task, or by the programs that it starts.
ALWAYS = ['VERSION', 'buildtools/bin/waf', 'buildtools/wafsamba',
          'lib/replace', 'pidl', 'source4/script/mkproto.pl',
          'third_party/waf/waflib']
# What configure makes, and what has other licenses and is not read.
NEVER = re.compile(r'/__pycache__/|\.pyc$|^lib/replace/(bin/|\.lock-)|'
                   r'^lib/replace/[^/]*\.c$|^(buildtools/wafsamba|pidl)/tests/|'
                   r'^third_party/waf/waflib/extras/'
                   r'(?!(__init__|compat15|gccdeps)\.py$)')
IDL_IMPORTS = re.compile(r'^\s*(?:import|#\s*include)\s+(".*")', re.M)
PYTHON_IMPORTS = re.compile(r'^(?:import|from) (\w+)', re.M)
# In programs that lib/replace compiles when it is configured.
REPLACE_IMPORTS = re.compile(r'#include "(.*?)"')
LICENSES = re.compile('COPYING|LICEN[CS]E')
CHECKSUMS = 'SHA256SUMS'


class dist(RunAfterBuild, BuildContext):
    """writes a release to bin/dist: this source, and what it needs of Samba"""
    cmd = 'dist'

    def execute(self):
        # First, because the build takes a while.
        self.date = int(self.git('log', '-1', '--format=%ct'))
        self.source = self.committed_files()
        super().execute()

    def run(self):
        name = '%s-%s' % (Context.g_module.APPNAME,
                          Context.g_module.VERSION)
        component = 'samba-' + self.env.SAMBA_SERIES
        try:
            self.write(name, name, self.source)
            self.write('%s-%s' % (name, component), component,
                       with_checksums(files_of_samba(self)))
        except OSError as error:
            self.fatal('Cannot write the release: %s' % error)

    def write(self, name, top, files):
        """Writes a tarball that depends only on the files and the commit."""
        directory = os.path.join(self.out_dir, 'dist')
        os.makedirs(directory, exist_ok=True)
        path = os.path.join(directory, name + '.tar.xz')
        try:
            with tarfile.open(path + '.tmp', 'w:xz', preset=9,
                              format=tarfile.GNU_FORMAT) as archive:
                for member, (mode, data) in files.items():
                    info = tarfile.TarInfo('%s/%s' % (top, member))
                    info.mode = 0o755 if mode & 0o100 else 0o644
                    info.mtime = self.date
                    info.size = len(data)
                    archive.addfile(info, io.BytesIO(data))
            os.replace(path + '.tmp', path)
        finally:
            if os.path.exists(path + '.tmp'):
                os.unlink(path + '.tmp')
        Logs.info('Written: %s', path)

    def committed_files(self):
        changes = self.git('status', '--porcelain')
        if changes:
            self.fatal('A release has only what is committed. Commit or remove '
                       'these first:\n' + changes)
        names = self.git('ls-files', '-z').split('\0')[:-1]
        return contents(directory_of_source(), names)

    def git(self, *arguments):
        repository = os.path.join(directory_of_source(), '.git')
        try:
            return subprocess.run(
                ['git', '--git-dir=' + repository, *arguments], check=True,
                cwd=directory_of_source(), stdout=subprocess.PIPE,
                encoding='utf-8').stdout
        except (OSError, subprocess.CalledProcessError) as error:
            self.fatal('A release is made of a commit: this needs a clone of '
                       'the repository, and git (%s)' % error)


# The help shows that of waf's own command.
Scripting.dist.__doc__ = dist.__doc__


def directory_of_source():
    """The directory of this source, which waf knows only after configure."""
    return os.path.dirname(Context.g_module.root_path)


def contents(directory, names):
    """The mode and the bytes of each file, by its name."""
    files = {}
    for name in sorted(names):
        path = os.path.join(directory, name)
        with open(path, 'rb') as file:
            files[name] = (os.fstat(file.fileno()).st_mode, file.read())
    return files


def with_checksums(files):
    """Puts a list first, by which samba-source knows that nothing is missing."""
    lines = ''.join('%s  %s\n' % (hashlib.sha256(data).hexdigest(), name)
                    for name, (_mode, data) in files.items())
    return {CHECKSUMS: (0o644, lines.encode()), **files}


def files_of_samba(bld):
    """What a build with this tree reads: most of it, waf knows from gcc."""
    tree = samba_tree.TREE
    names = set()
    for task in tasks_of(bld):
        for node in task.inputs + bld.node_deps.get(task.uid(), []):
            names.add(os.path.relpath(node.abspath(), tree))
    for name in ALWAYS:
        names |= below(tree, name)
    names = {name for name in names
             if not name.startswith('..') and not NEVER.search(name)}
    names = with_imports(tree, names)
    return contents(tree, names | licenses(tree, names))


def licenses(tree, names):
    return {os.path.join(directory, name)
            for directory in {os.path.dirname(name) for name in names}
            for name in os.listdir(os.path.join(tree, directory))
            if LICENSES.search(name)
            and os.path.isfile(os.path.join(tree, directory, name))}


def tasks_of(bld):
    for group in bld.groups:
        for generator in group:
            yield from generator.tasks


def below(tree, name):
    """The file, or all files in the directory."""
    path = os.path.join(tree, name)
    if not os.path.isdir(path):
        return {name}
    return {os.path.relpath(os.path.join(directory, file), tree)
            for directory, _, files in os.walk(path) for file in files}


def with_imports(tree, names):
    """Adds what interface definitions and scripts read besides."""
    found = set()
    todo = set(names)
    while todo:
        name = todo.pop()
        found.add(name)
        todo |= set(imports_of(tree, name)) - found
    return found


def imports_of(tree, name):
    directory = os.path.dirname(name)
    places = [directory]
    if re.search(r'/idl/.*\.(idl|h)$', name):
        places.append('librpc/idl')
        wanted = [part for line in IDL_IMPORTS.findall(read(tree, name))
                  for part in re.findall('"(.*?)"', line)]
    elif re.search(r'/scripting/bin/.*\.py$', name):
        wanted = [module + '.py' for module
                  in PYTHON_IMPORTS.findall(read(tree, name))]
    elif name == 'lib/replace/wscript':
        wanted = REPLACE_IMPORTS.findall(read(tree, name))
    else:
        return
    for place in places:
        for part in wanted:
            path = os.path.normpath(os.path.join(place, part))
            if os.path.isfile(os.path.join(tree, path)):
                yield path


def read(tree, name):
    with open(os.path.join(tree, name), encoding='utf-8') as file:
        return file.read()
