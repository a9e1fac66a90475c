# SPDX-License-Identifier: GPL-3.0-or-later
"""What is built, from what, and where it is installed."""

from waflib import Configure, Options

APPNAME = 'samba-sessiondel'
VERSION = '0.2.0'
top = '.'
out = 'bin'

# Commands configure again when this file, tools/ or the Samba tree has changed.
Configure.autoconfig = 'clobber'

TOOLS = ('samba_tree samba_runtime compiler coverage testing mutation client '
         'debian dist')


def options(opt):
    opt.load('compiler_c gnu_dirs')
    opt.load(TOOLS, tooldir='tools')
    opt.add_option('--module-only', action='store_true',
                   help='configure: build only the module and the loader, on '
                        'any distribution, without tests and smbsession')


def init(ctx):
    # waf configures again with the options that it saved. One that an earlier
    # version did not have is then as in this command.
    chosen = Options.options
    chosen.__class__ = type('Chosen', (type(chosen),), dict(vars(chosen)))
    ctx.load(TOOLS, tooldir='tools')


def configure(conf):
    conf.load('compiler_c gnu_dirs')
    conf.env.MODULE_ONLY = bool(conf.options.module_only)
    conf.load(TOOLS, tooldir='tools')
    choose_libdir(conf)
    conf.define('SESSIONDEL_VERSION', VERSION)
    conf.define('SESSIONDEL_LIBDIR', conf.env.LIBDIR + '/samba-sessiondel')
    conf.env.append_value('INCLUDES', [conf.path.abspath()])
    conf.write_compile_flags()
    conf.make_sanitized_variant()
    conf.make_coverage_variant()
    conf.make_fuzz_variant()


# Debian's library directory has the architecture in its name; for others, waf
# knows it. In the waf of Samba 4.25, the option is in lower case. (A comment,
# because waf lists functions with a docstring as commands.)
def choose_libdir(conf):
    if any(getattr(conf.options, name, '') for name in ('LIBDIR', 'libdir')):
        return
    multiarch = conf.cmd_and_log(conf.env.CC + ['-print-multiarch']).strip()
    if multiarch:
        conf.env.LIBDIR = '%s/lib/%s' % (conf.env.EXEC_PREFIX.rstrip('/'),
                                         multiarch)


def build(bld):
    envs = [bld.env]
    if not bld.variant:
        envs += bld.envs_of_other_series()
    for env in envs:
        bld.samba_headers(env)
    stubs = []
    if bld.env.BUILD_CLIENT:
        stubs = (bld.client_stubs('netr_session')
                 + bld.client_stubs('local_pipe'))
    # The sources below include what pidl writes above.
    bld.add_group()
    for env in envs:
        build_module_objects(bld, env)
        if bld.variant != 'fuzz':
            build_module(bld, env)
    build_server_part(bld)
    if bld.env.BUILD_CLIENT:
        build_client_part(bld, stubs)


def build_module_objects(bld, env):
    # An archive, so that the loader and the library take only the files without
    # Samba's symbols.
    bld.stlib(source=bld.path.ant_glob('source/common/*.c'),
              target=env.MODULE_PLACE + 'common', features='c cstlib',
              cflags=['-fPIC'], install_path=None, env=env.derive())
    for directory in ('session', 'module'):
        bld.objects(source=bld.path.ant_glob('source/%s/**/*.c' % directory),
                    target=env.MODULE_PLACE + directory, cflags=['-fPIC'],
                    env=env.derive())


def build_server_part(bld):
    bld.objects(source=bld.path.ant_glob('source/loader/*.c'),
                target='loader', cflags=['-fPIC'])
    if not bld.env.MODULE_ONLY:
        build_server_tests(bld)
    if bld.variant == 'fuzz':
        return
    build_loader(bld)
    install_manual(bld, '8')
    install_control(bld)


def build_server_tests(bld):
    # An archive, so that a test takes only the files it calls, and never the
    # module's constructor or a program's main(). The client has one, too.
    bld.stlib(use='module session loader', target='testees',
              features='c cstlib', install_path=None)
    if bld.variant == 'fuzz':
        build_tests(bld, 'tests/fuzz/fuzz_*.c', 'targets')
        return
    build_torture(bld)
    for directory in ('common', 'session', 'module', 'loader'):
        build_tests(bld, 'tests/unit/%s/**/test_*.c' % directory, 'unit',
                    ['-lcmocka'])
    build_tests(bld, 'tests/bench/*.c', 'bench')


def build_client_part(bld, stubs):
    build_client_objects(bld, stubs)
    bld.stlib(use='smbsession_objects client client_stubs',
              target='client_testees', features='c cstlib', install_path=None,
              env=bld.client_env())
    if bld.variant == 'fuzz':
        build_client_tests(bld, 'tests/fuzz/client/fuzz_*.c', 'targets')
        return
    build_client(bld)
    for directory in ('client', 'smbsession'):
        build_client_tests(bld, 'tests/unit/%s/test_*.c' % directory, 'unit',
                           ['-lcmocka'])
    install_manual(bld, '1')
    install_manual(bld, '3')


def build_module(bld, env):
    # Samba's functions come from the process that loads the module. They are
    # bound to no library and no symbol version, and only on first use.
    bld.shlib(use=[env.MODULE_PLACE + name
                   for name in ('module', 'session', 'common')],
              target=env.MODULE_PLACE + 'sessiondel', features='c cshlib',
              env=env.derive(),
              linkflags=['-Wl,-z,lazy', '-Wl,-z,undefs']
              + bld.env.MODULE_LINKFLAGS,
              install_path='${LIBDIR}/samba-sessiondel/${SAMBA_SERIES}')


def build_loader(bld):
    bld.program(use='loader common', target='rpcd_sessiondel',
                features='c cprogram', linkflags=['-Wl,-z,now'],
                install_path='${LIBEXECDIR}/samba-sessiondel')


def build_client_objects(bld, stubs):
    # pidl's output would not pass our warnings, and since 4.18 it does not
    # include inttypes.h, which it needs.
    bld.objects(source=stubs, target='client_stubs', use='LIBRARY',
                cflags=['-fPIC', '-w', '-include', 'inttypes.h'],
                env=bld.client_env())
    bld.objects(source=bld.path.ant_glob('source/client/*.c'),
                target='client', use='client_stubs LIBRARY',
                cflags=['-fPIC'], env=bld.client_env())
    bld.objects(source=bld.path.ant_glob('source/smbsession/*.c'),
                target='smbsession_objects', use='LIBRARY PROGRAM',
                env=bld.client_env())


def build_client(bld):
    exported = bld.path.find_resource('source/client/smbsession.map')
    bld.shlib(use='client client_stubs common LIBRARY', target='libsmbsession',
              vnum=VERSION, features='c cshlib', env=bld.client_env(),
              linkflags=['-Wl,-z,now',
                         '-Wl,--version-script=' + exported.abspath()]
              + bld.env.LIBRARY_LINKFLAGS)
    bld.program(use='smbsession_objects client client_stubs common LIBRARY '
                    'PROGRAM',
                target='smbsession', features='c cprogram',
                env=bld.client_env(),
                linkflags=['-Wl,-z,now'], install_path='${BINDIR}')
    bld.install_as('${DATADIR}/bash-completion/completions/smbsession',
                   'source/smbsession/smbsession.bash')
    bld.install_as('${DATADIR}/zsh/vendor-completions/_smbsession',
                   'source/smbsession/smbsession.zsh')
    bld.install_files('${DATADIR}/smbsession', 'docs/smbsession.schema.json')
    bld.install_files('${INCLUDEDIR}', 'source/client/smbsession.h')
    bld(features='subst', source='source/client/smbsession.pc.in',
        target='smbsession.pc', VERSION=VERSION,
        LIBDIR=bld.env.LIBDIR, INCLUDEDIR=bld.env.INCLUDEDIR,
        install_path='${LIBDIR}/pkgconfig')


def build_torture(bld):
    # smbtorture cannot load a sanitized module: the runtime must come first.
    if bld.variant != 'sanitize':
        bld.shlib(source=bld.path.ant_glob('tests/torture/*.c'),
                  target='torture/smbtorture/netsessiondel',
                  features='c cshlib', linkflags=['-Wl,-z,undefs'],
                  install_path=None)


def build_tests(bld, sources, directory, libraries=()):
    for source in bld.path.ant_glob(sources):
        bld.program(source=[source], use='testees common',
                    target='%s/%s' % (directory, source.name[:-len('.c')]),
                    ldflags=bld.env.SAMBA_LINK + list(libraries),
                    install_path=None)


# For code that sees only Samba's public headers.
def build_client_tests(bld, sources, directory, libraries=()):
    for source in bld.path.ant_glob(sources):
        bld.program(source=[source],
                    use='client_testees common LIBRARY PROGRAM',
                    target='%s/%s' % (directory, source.name[:-len('.c')]),
                    ldflags=list(libraries), env=bld.client_env(),
                    install_path=None)


def install_control(bld):
    bld(features='subst', source='packaging/sessiondel-ctl.in',
        target='sessiondel-ctl', install_path='${SBINDIR}', chmod=0o755)
    bld(features='subst', source='packaging/apparmor.in', target='apparmor',
        install_path='${DATADIR}/samba-sessiondel')


# Section 7 is about the test suite, which is not installed.
def install_manual(bld, section):
    bld.install_files('${MANDIR}/man' + section,
                      bld.path.ant_glob('docs/man/*.' + section))
