# SPDX-License-Identifier: GPL-3.0-or-later
"""A server without dpkg and apt, whose Samba has its workers elsewhere.

The commands are those of docs/other-distributions.md.
"""

import re
import subprocess

import pytest
from server import OURS, PACKAGES, STOCK, WORKER, Server, sessions
from tree import PACKAGING, TOP

# What packaging/module-needs lists for Debian, and for apt-get source.
NEEDED = ("gcc libc6-dev libparse-yapp-perl libtalloc-dev libtdb-dev "
          "libtevent-dev perl python3")

# As long as Samba's own, so that the two can be exchanged in its libraries.
WORKERS = "/opt/samba/workers"
OWN_WORKERS = WORKER.rpartition("/")[0]
assert len(WORKERS) == len(OWN_WORKERS)

MOVE_WORKERS = f"""
mkdir -p {WORKERS} && mv {OWN_WORKERS}/* {WORKERS} && rmdir {OWN_WORKERS}
sed -i s,{OWN_WORKERS},{WORKERS}, /usr/lib/*/libsamba-util.so.0
"""

REMOVE_DEBIAN = """
rm -rf /usr/bin/dpkg* /usr/bin/apt* /usr/sbin/dpkg* /usr/lib/apt /usr/lib/dpkg \
	/usr/share/dpkg /var/lib/dpkg /var/lib/apt /etc/apt /etc/dpkg
"""


def fetch_source(server):
    """Download the source of Samba as its authors have released it."""
    server.fetch("cd /root && sed 's/^deb /deb-src /' /etc/apt/sources.list "
                 ">/etc/apt/sources.list.d/source.list && "
                 "apt-get -q update && apt-get -q source --download-only "
                 f"samba={server.version_of_samba()} && "
                 "mv samba_*.orig.tar.* samba.tar.gz")


@pytest.fixture(scope="module", name="other")
def _other():
    with Server("bookworm", f"{PACKAGES} {NEEDED} xz-utils") as server:
        fetch_source(server)
        server.run(REMOVE_DEBIAN)
        server.run(MOVE_WORKERS)
        subprocess.run([PACKAGING / "copy-source", server.root / "root/source"],
                       check=True)
        server.serve()
        assert server.answer() == STOCK
        yield server


def commands_under(heading):
    """The commands that docs/other-distributions.md has under a heading."""
    page = (TOP / "docs/other-distributions.md").read_text(encoding="utf-8")
    section = page.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    return re.search("```\n(.*?)```", section, re.S)[1]


def run(server, commands, check=True):
    return server.run(f"set -e; cd /root/source; {commands}", check)


def missing(server):
    """What configure misses; the packages that it names for Alpine."""
    done = run(server, "./waf configure --module-only", check=False)
    assert done.returncode == 1
    what = re.findall(r"^  (.*)$", done.stdout.partition("The packages")[0],
                      re.M)
    return what, re.findall(r"^  Alpine:   apk add (.*)$", done.stdout, re.M)


ELSEWHERE = "the place of Samba's rpcd_classic: --worker=PATH"


def test_what_is_missing_is_listed(other):
    samba = other.output("smbd --version")[len("Version "):-1]
    nothing_given = [ELSEWHERE,
                     f"the source of Samba {samba}: --samba-source=DIR|TARBALL"]
    assert missing(other) == (nothing_given, [])
    for hidden, what, packages in (
            ("/usr/share/perl5/Parse/Yapp.pm", "Perl's Parse::Yapp",
             "perl-parse-yapp"),
            ("/usr/include/tevent.h", "tevent.h", "tevent-dev"),
            ("/usr/include/tdb.h", "tdb.h", "tdb-dev")):
        other.run(f"mv {hidden} {hidden}.hidden")
        assert missing(other) == ([what] + nothing_given, [packages])
        other.run(f"mv {hidden}.hidden {hidden}")
    other.run("mv /usr/bin/gcc /usr/bin/python3 /usr/include/talloc.h /root")
    what, packages = missing(other)
    assert what[0] == "/usr/bin/python3"
    assert "talloc.h" in what
    assert packages == ["python3 gcc musl-dev linux-headers talloc-dev "
                        "tevent-dev tdb-dev"]
    other.run("mv /root/gcc /root/python3 /usr/bin; "
              "mv /root/talloc.h /usr/include")


def test_install_upgrade_and_remove(other):
    before = other.output(f"sha256sum {WORKERS}/rpcd_classic")
    install = commands_under("Build and install").replace(
        "--module-only", f"--module-only --worker={WORKERS}/rpcd_classic")
    assert install.count("--worker") == 1
    done = run(other, install)
    assert re.search(r"^active \(an upgrade of Samba ends that; then run "
                     r"'sessiondel-ctl enable' again\)$", done.stdout, re.M)
    assert other.answer() == OURS
    with sessions(other, 2) as clients:
        assert other.close("alice")
        assert not any(client.lists() for client in clients)

    done = run(other, "./waf check", check=False)
    assert (done.returncode, "run ./waf configure without --module-only"
            in done.stdout) == (1, True)

    # As other package managers do it.
    other.run(f"cp {WORKERS}/samba-sessiondel/rpcd_classic /root/new && "
              f"printf x >>/root/new && mv /root/new {WORKERS}/rpcd_classic")
    upgraded = other.output(f"sha256sum {WORKERS}/rpcd_classic")
    assert upgraded != before
    assert other.run("sessiondel-ctl status", check=False).returncode == 3
    run(other, commands_under("After an upgrade of Samba"))
    assert other.answer() == OURS

    run(other, commands_under("Remove"))
    assert other.answer() == STOCK
    assert other.output(f"sha256sum {WORKERS}/rpcd_classic") == upgraded
    assert not other.output("find / -xdev -path /root -prune -o -path /run "
                            "-prune -o -name '*sessiondel*' -print")
