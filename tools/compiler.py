# SPDX-License-Identifier: GPL-3.0-or-later
"""The C dialect, warnings and hardening that everything is compiled with."""

import os

from waflib.Configure import conf

import samba_tree

DIALECT = ['-std=gnu99', '-fvisibility=hidden']
WARNINGS = ['-Wall', '-Wextra', '-Wshadow', '-Wstrict-prototypes',
            '-Wmissing-prototypes', '-Werror']
# As Debian builds. CFLAGS in the environment replaces these.
DEFAULT = ['-g', '-O2', '-fstack-protector-strong', '-Wformat',
           '-Werror=format-security', '-Wdate-time', '-D_FORTIFY_SOURCE=2']
SANITIZE = ['-fsanitize=address,undefined', '-fno-sanitize-recover=all']
# The sanitizers see fewer accesses in optimised code, and none in the functions
# that fortifying puts in.
SANITIZE_CODE = ['-Og', '-U_FORTIFY_SOURCE', '-fno-omit-frame-pointer']
# Static, because the shared runtime must come before all preloaded libraries,
# and the loader is also tested with other preloads.
SANITIZE_LINK = SANITIZE + ['-static-libasan', '-static-libubsan']
# All of the runtime, because Samba must use the module's malloc() and so on.
SANITIZE_MODULE = ['-Wl,--push-state,--whole-archive', '-l:libasan.a',
                   '-Wl,--pop-state']
# Only clang has libFuzzer. A build that does not fuzz does not look for it.
FUZZ_COMPILER = ['clang']
# Samba's tables hold functions of many types under one type.
FUZZ_CODE = ['-fsanitize=fuzzer-no-link', '-fno-sanitize=function', '-O1',
             '-U_FORTIFY_SOURCE', '-fno-omit-frame-pointer']
FUZZ_LINK = ['-fsanitize=fuzzer']


def configure(conf):
    # First, because its own test program would fail with our warnings.
    conf.env.GCCDEPS_FLAGS = ['-MD']
    conf.load('gccdeps')
    conf.env.cshlib_PATTERN = '%s.so'
    conf.env.prepend_value('CFLAGS', DIALECT + WARNINGS)
    if 'CFLAGS' not in os.environ:
        conf.env.append_value('CFLAGS', DEFAULT)
    # The output does not depend on where this source and Samba's are.
    conf.env.append_value('CFLAGS', [
        '-ffile-prefix-map=%s=%s' % places for places in (
            (conf.path.abspath(), '.'), (samba_tree.TREE, 'samba'))])
    conf.env.append_value('LINKFLAGS', ['-Wl,-z,relro'])
    conf.env.LIBRARY_LINKFLAGS = ['-Wl,-z,defs']
    conf.define('_GNU_SOURCE', 1)


@conf
def write_compile_flags(conf):
    """Writes what clang-tidy and editors need to parse the sources."""
    flags = [flag for flag in conf.env.CFLAGS
             if not flag.startswith('-W') and flag not in ('-MD', '-MMD')]
    flags += ['-D' + define for define in conf.env.DEFINES]
    flags += ['-I' + directory for directory in conf.env.INCLUDES]
    flags += ['-isystem' + directory for directory in conf.env.CLIENT_INCLUDES]
    conf.bldnode.make_node('compile_flags.txt').write('\n'.join(flags) + '\n')


@conf
def make_sanitized_variant(conf):
    """Adds the variant of --sanitize."""
    conf.setenv('sanitize', env=conf.env.derive())
    conf.env.append_value('CFLAGS', SANITIZE + SANITIZE_CODE)
    conf.env.append_value('LINKFLAGS', SANITIZE_LINK)
    conf.env.MODULE_LINKFLAGS = SANITIZE_MODULE
    # The program that loads a library has the sanitizers.
    conf.env.LIBRARY_LINKFLAGS = []
    conf.setenv('')


@conf
def make_fuzz_variant(conf):
    """Adds the variant of the fuzz targets."""
    conf.setenv('fuzz', env=conf.env.derive())
    conf.env.CC = conf.env.LINK_CC = FUZZ_COMPILER
    conf.env.append_value('CFLAGS', SANITIZE + FUZZ_CODE)
    conf.env.append_value('LINKFLAGS', SANITIZE + FUZZ_LINK)
    conf.setenv('')
