# SPDX-License-Identifier: GPL-3.0-or-later
"""A Debian file server as its packages set it up, and calls to it."""

import contextlib
import re
import subprocess
import zlib

from testbed.accounts import PASSWORD
from testbed.processes import wait_until
from tree import PACKAGING, System, prepared

WORKER = "/usr/libexec/samba/rpcd_classic"
DIVERTED = "/usr/libexec/samba/samba-sessiondel/rpcd_classic"
PACKAGES = "samba samba-common-bin smbclient iproute2"

OURS = "WERR_NERR_CLIENTNAMENOTFOUND"
STOCK = "WERR_ACCESS_DENIED"

_UNIT = "/lib/systemd/system/smbd.service"


class Server(System):
    """A system with Samba's packages; the services are not started yet."""

    def __init__(self, release, packages=PACKAGES, before=""):
        self.release = release
        name = zlib.crc32((packages + before).encode())
        super().__init__(prepared(
            release, f"packages-{name:08x}", before,
            "apt-get -q update",
            f"apt-get -q --yes --no-install-recommends install {packages}"))

    def serve(self):
        """Add accounts and start smbd."""
        self.add_accounts()
        self.start_smbd()

    def add_accounts(self):
        self.run("useradd --create-home alice")
        for user in ("root", "alice"):
            self.run(f"printf '%s\\n%s\\n' '{PASSWORD}' '{PASSWORD}' | "
                     f"smbpasswd -s -a {user}")

    def start_smbd(self):
        self.launch_smbd()
        wait_until(lambda: self.run(
            f"smbclient -U alice%{PASSWORD} //127.0.0.1/alice -c ls",
            check=False).returncode == 0, "smbd serves files")

    def launch_smbd(self):
        """Run smbd as its unit does.

        It gets a session of its own, because it ends its process group.
        """
        self.run("{ mkdir -p /run/samba; SMBDOPTIONS=; "
                 "ulimit -n 16384; ulimit -c unlimited; "
                 f"eval exec setsid \"$(sed -n 's/^ExecStart=//p' {_UNIT})\"; "
                 "} >/dev/null 2>&1 &")

    def stop_smbd(self):
        self.run("smbcontrol smbd shutdown; smbcontrol samba-dcerpcd shutdown",
                 check=False)
        wait_until(lambda: not self.output("pgrep 'smbd|rpcd' || :"),
                   "Samba has ended")

    def restart_smbd(self):
        """Do what an upgrade of Samba does to its services."""
        self.stop_smbd()
        self.start_smbd()

    def answer(self):
        """The answer of NetrSessionDel when nothing matches."""
        done = self.run(f"rpcclient -U root%{PASSWORD} 127.0.0.1 -c "
                        "'netsessdel no-such-client no-such-user'", check=False)
        found = re.search(r"result was (\w+)", done.stdout)
        return found[1] if found else done.stdout

    def close(self, user):
        done = self.run(f"rpcclient -U root%{PASSWORD} 127.0.0.1 -c "
                        f"'netsessdel 127.0.0.1 {user}'", check=False)
        return done.returncode == 0

    def lists_shares(self):
        """Whether another call of srvsvc is answered."""
        return "netname: IPC$" in self.output(
            f"rpcclient -U root%{PASSWORD} 127.0.0.1 -c netshareenumall")

    def install(self, *debs):
        """Install packages from the host."""
        return self.apt("install " + " ".join(map(self.put, debs)))

    def build_package(self, *sources):
        """Build our package on the server; its path, as a pattern.

        sources: those of Samba that are on the server, if it is not to fetch
        any.
        """
        self.apt("install dpkg-dev")
        subprocess.run([PACKAGING / "copy-source", self.root / "root/source"],
                       check=True)
        self.fetch(" ".join(["/root/source/waf deb", *(
            f"--samba-source={source}" for source in sources)]))
        return "/root/source/bin/deb/samba-sessiondel_*.deb"

    def version_of_samba(self):
        return self.output(
            "dpkg-query --show --showformat='${Version}' samba")

    def files(self):
        """All files except those that dpkg, apt and Samba write themselves."""
        return set(self.output(
            "find / -xdev -path /proc -prune -o -path /root -prune -o "
            "-path /var/lib/dpkg -prune -o -path /var/lib/samba -prune -o "
            "-path /var/cache -prune -o -path /var/log -prune -o "
            "-path /var/lib/apt -prune -o -path /run -prune -o "
            "-path /tmp -prune -o -type f -printf '%p %s\\n' -o "
            "-printf '%p %l\\n'").splitlines())

    def diversions(self):
        return self.output("dpkg-divert --list '*rpcd*'")


@contextlib.contextmanager
def sessions(server, number, user="alice"):
    """Clients whose sessions are open until the with block ends."""
    clients = [Client(server, user) for _ in range(number)]
    try:
        yield clients
    finally:
        for client in clients:
            client.end()


class Client:
    """An smbclient that holds one session."""

    def __init__(self, server, user):
        self._process = server.start(
            "stdbuf", "-oL", "smbclient", "-U", f"{user}%{PASSWORD}",
            f"//127.0.0.1/{user}")
        assert self.lists()

    def lists(self):
        """Whether the session can still list files."""
        try:
            print("ls", file=self._process.stdin, flush=True)
        except BrokenPipeError:
            return False
        for line in self._process.stdout:
            if "blocks of size" in line:
                return True
            if "NT_STATUS_" in line:
                return False
        return False

    def end(self):
        self._process.kill()
        self._process.communicate()
