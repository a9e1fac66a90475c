# SPDX-License-Identifier: GPL-3.0-or-later
"""One throwaway Samba server: smbd and samba-dcerpcd with the plugin."""

import glob
import itertools
import os
import shlex
from pathlib import Path

from testbed import TestbedError, accounts, namespace, processes, programs
from testbed.observe import sessions, syslog, trouble
from testbed.servers import account_tables, plugin, smb_conf
from testbed.servers.plugin import LIBEXEC, LOADER, MODULE

SMBD = "/usr/sbin/smbd"

_numbers = itertools.count(1)


class Server:
    """A Samba server that keeps all its files in one directory.

    conf: parameters of smb.conf's global section, name to value. stock:
    without the plugin. address: where it listens, a string or a list. None
    means everywhere, so two servers at a time both need an address.
    plugin_dir: run the loader and the module in there, instead of a copy of
    what was built. dcerpcd_env: added to the environment of samba-dcerpcd
    and its workers. shares: more of them for the files of "durable", name to
    what is different there. registry: what of smb.conf is there instead,
    "shares" or "all". mounts: the arguments of mount(8), each time that it is
    run, in the mount namespace that the daemons then have for themselves.
    """

    def __init__(self, conf=None, stock=False, address=None, plugin_dir=None,
                 dcerpcd_env=None, directory=None, shares=None,
                 registry=None, mounts=()):
        self.stock = stock
        self.addresses = [address] if isinstance(address, str) else address
        self.address = self.addresses[0] if address else "127.0.0.1"
        self.conf = dict(conf or {})
        self.port = int(self.conf.get("smb ports", "445").split()[0])
        self.dcerpcd_env = dict(dcerpcd_env or {})
        self.directory = Path(directory or _new_directory())
        self.smb_conf = self.directory / "smb.conf"
        self.shares = {
            name: smb_conf.share(self.directory, "durable", special)
            for name, special in (shares or {}).items()}
        self.registry = registry
        self.mounts = mounts
        self.log_dir = self.directory / "log"
        self.plugin_dir = Path(plugin_dir) if plugin_dir else None
        self._has_what_was_built = not stock and plugin_dir is None
        self.syslog = syslog.listener()
        self._smbd = self._dcerpcd = None
        self._syslog_start = 0

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()

    def start(self):
        """Start the daemons and wait until srvsvc answers; self.

        If that fails, try again: the port of a server that was killed may
        take a while to be free.
        """
        if not self.log_dir.exists():
            self._set_up()
        self._syslog_start = len(self.syslog.lines())
        try:
            self._start_daemons()
        except TestbedError:
            self._start_daemons()
        return self

    def _start_daemons(self):
        try:
            self._start_smbd()
            self._start_dcerpcd()
            self._wait_ready()
        except BaseException:
            self.stop()
            raise

    def stop(self):
        """End all its processes. TestbedError when one had to be killed."""
        stubborn = self._stop_daemons()
        if stubborn:
            raise TestbedError(f"had to be killed: {', '.join(stubborn)}; "
                               f"logs in {self.log_dir}")

    def restart(self):
        self.stop()
        return self.start()

    def restart_dcerpcd(self, env=None):
        """Restart samba-dcerpcd and its workers; env: their new environment."""
        if env is not None:
            self.dcerpcd_env = dict(env)
        stubborn = self._dcerpcd.stop()
        self.start_dcerpcd()
        if stubborn:
            raise TestbedError(f"had to be killed: {', '.join(stubborn)}")

    def stop_dcerpcd(self):
        """End samba-dcerpcd and its workers, so nothing serves srvsvc."""
        self._dcerpcd.stop()

    def start_dcerpcd(self):
        """Start samba-dcerpcd again, and wait until srvsvc answers."""
        self._start_dcerpcd()
        self._wait_ready()

    def write_conf(self, conf=None):
        """Write smb.conf again, with these parameters added."""
        self.conf.update(conf or {})
        wanted = smb_conf.sections(self.directory, self.addresses or (),
                                   self.conf, self.shares)
        if self.registry:
            self._write_registry(wanted)
        else:
            smb_conf.write(self.smb_conf, wanted)

    def command(self, *argv):
        """The command line of a program that sees what the daemons see."""
        enter = ["nsenter", f"--target={self._smbd.pid}", "--mount", "--"]
        return [*(enter if self.mounts else ()), *map(str, argv)]

    def smbd_pids(self):
        """The live smbd processes, the parent first."""
        return sorted(self._smbd.pids(), key=lambda pid: (
            pid != self._smbd.pid, pid))

    def dcerpcd_pid(self):
        return self._dcerpcd.pid

    def dcerpcd_pids(self):
        """The live processes of samba-dcerpcd: itself and its workers."""
        return self._dcerpcd.pids()

    def worker_pids(self):
        """The live workers that serve srvsvc."""
        return plugin.workers_among(self.dcerpcd_pids())

    def processes_of(self, program):
        """The live processes below samba-dcerpcd that run this program."""
        return [pid for pid in self.dcerpcd_pids()
                if Path(processes.executable(pid)).name == program]

    def worker_has_module(self, pid):
        """Whether the worker pid has loaded the plugin."""
        return (self.plugin_dir is not None
                and processes.maps_file(pid, self.plugin_dir / MODULE))

    def require_module(self):
        """TestbedError unless all workers have loaded the plugin."""
        if not all(map(self.worker_has_module, self.worker_pids())):
            raise TestbedError("the plugin is not loaded: "
                               f"{' / '.join(self.syslog_lines()[-3:])}; "
                               f"logs in {self.log_dir}")

    def syslog_lines(self):
        """What was sent to /dev/log since the start, oldest first."""
        return self.syslog.lines()[self._syslog_start:]

    def syslog_datagrams(self):
        """The same as raw bytes."""
        return self.syslog.datagrams()[self._syslog_start:]

    def log(self, name=None):
        """The text of a log file, by default that of srvsvc's workers."""
        worker = "rpcd_classic" if self.stock else LOADER
        path = self.log_dir / (name or f"log.{worker}")
        return path.read_text(errors="replace") if path.exists() else ""

    def _in_new_namespace(self):
        """The command that runs smbd after the mounts; [] without any."""
        if not self.mounts:
            return []
        steps = [shlex.join(["mount", *map(str, arguments)])
                 for arguments in self.mounts]
        return ["unshare", "--mount", "sh", "-c",
                " && ".join((*steps, 'exec "$@"')), "sh"]

    def _write_registry(self, wanted):
        how = {"all": "config backend", "shares": "include"}[self.registry]
        section = {how: "registry"}
        if self.registry == "shares":
            section = {**wanted.pop("global"), **section}
        smb_conf.write(self.smb_conf, {"global": section})
        imported = self.directory / "registry.conf"
        imported.write_text(smb_conf.text_of(smb_conf.in_registry(wanted)))
        programs.run("net", "-s", self.smb_conf, "conf", "import", imported)

    def _set_up(self):
        smb_conf.make_directories(self.directory, self.conf)
        if not self.stock and self.plugin_dir is None:
            self.plugin_dir = self._install()
        self.write_conf()
        standard = Path("/etc/samba/smb.conf")
        if not standard.exists():
            standard.unlink(missing_ok=True)
            standard.symlink_to(self.smb_conf)
        self._provision()

    def _install(self):
        """Put what was built in a directory; the directory."""
        return plugin.copy_to(self.directory / "plugin")

    def _provision(self):
        account_tables.provision(self.directory / "private",
                                 self.directory / "state")

    def _start_smbd(self):
        # Two at one address would get its clients at random.
        for address in self.addresses or ["0.0.0.0"]:
            processes.wait_until(lambda where=address: _is_free(where),
                                 f"no other server is at {address}")
        self._smbd = processes.Daemon(
            [SMBD, *self._daemon_options()], self.log_dir / "smbd.output",
            self._environment(), before=self._in_new_namespace())
        processes.wait_until(
            lambda: (processes.executable(self._smbd.pid) == SMBD
                     or not self._smbd.alive()), "smbd has its mounts")

    def _start_dcerpcd(self):
        helpers = glob.glob(f"{LIBEXEC}/rpcd_*")
        if not self.stock:
            helpers.remove(f"{LIBEXEC}/rpcd_classic")
            helpers.append(str(self.plugin_dir / LOADER))
        ready, signal = os.pipe()
        self._dcerpcd = processes.Daemon(
            [str(LIBEXEC / "samba-dcerpcd"), *self._daemon_options(),
             f"--ready-signal-fd={signal}", *sorted(helpers)],
            self.log_dir / "samba-dcerpcd.output",
            self._environment(**self.dcerpcd_env), pass_fds=[signal],
            before=self.command())
        os.close(signal)
        with open(ready, "rb") as answer:
            if not answer.read(1):
                raise TestbedError(self._how_it_ended(self._dcerpcd))

    def _stop_daemons(self):
        """The names of those that had to be killed."""
        stubborn = []
        for daemon in (self._dcerpcd, self._smbd):
            if daemon:
                stubborn += daemon.stop()
        self._dcerpcd = self._smbd = None
        return stubborn

    def _daemon_options(self):
        return ["-F", "--no-process-group", "-s", str(self.smb_conf),
                "-l", str(self.log_dir)]

    def _environment(self, **more):
        return {**os.environ, "LC_ALL": "C.UTF-8", **more}

    def _wait_ready(self):
        try:
            before = self._session_ids()
            processes.wait_until(self._answers, "srvsvc answers")
            processes.wait_until(lambda: self._session_ids() <= before,
                                 "the session of this check ends")
        except TimeoutError as error:
            raise TestbedError(f"{error}\n{self._state()}") from error

    def _state(self):
        """What can be seen of a server that does not answer."""
        return "\n".join([
            f"rpcclient: {programs.output_of(*self._question('-d', '3'))}",
            trouble.report([*self.smbd_pids(), *self.dcerpcd_pids()],
                           self.log_dir)])

    def _session_ids(self):
        return {row["session_id"] for row in sessions.session_table(self)}

    def _answers(self):
        for daemon in (self._smbd, self._dcerpcd):
            if daemon and not daemon.alive():
                raise TestbedError(self._how_it_ended(daemon))
        return (programs.succeeds(*self._question())
                and not (self._has_what_was_built and plugin.end_late_workers(
                    self.dcerpcd_pids(), self.syslog_lines())))

    def _question(self, *options):
        """The command that asks srvsvc something."""
        return ["rpcclient", "-s", self.smb_conf, "-p", self.port, "-U",
                f"root%{accounts.PASSWORD}", f"ncacn_np:{self.address}",
                "-c", "srvinfo", *options]

    def _how_it_ended(self, daemon):
        text = (self.log(f"log.{daemon.name}")
                + self.log(f"{daemon.name}.output"))
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        return (f"{daemon.name} ended: {' / '.join(lines[-3:])}; "
                f"logs in {self.log_dir}")


def _is_free(address):
    """Whether nobody listens there. Who listens everywhere does not count."""
    place = f"[{address}]:445" if ":" in address else f"{address}:445"
    return place not in programs.run("ss", "-Hltn").split()


def _new_directory():
    return namespace.ROOT / f"server-{next_number()}"


def next_number():
    """A number that is in no other server's directory name."""
    return f"{os.getpid()}-{next(_numbers)}"
