# SPDX-License-Identifier: GPL-3.0-or-later
"""The additions to AppArmor's profile. Debian's kernel enforces them in an
emulator, because the host's may have no AppArmor."""

import pytest

from machine import Machine
from server import OURS, PASSWORD
from tree import RELEASES

PROFILE = "/etc/apparmor.d/samba-rpcd-classic"
# Parse for a kernel with all features that the profile uses. This one may have
# no AppArmor, and then the parser would warn.
PARSER = ("apparmor_parser --skip-kernel-load --skip-cache --kernel-features "
          f"/etc/apparmor.d/$(sed -n 's/^abi <\\(.*\\)>,/\\1/p' {PROFILE})")
RULES = [
    "/usr/libexec/samba/samba-sessiondel/rpcd_classic mrix,",
    "/usr/lib/x86_64-linux-gnu/samba-sessiondel/** mr,",
    "/usr/bin/getent mrix,",
]


@pytest.fixture(name="confined")
def _confined(installed):
    installed.apt("install apparmor apparmor-profiles apparmor-profiles-extra")
    return installed


def effective(server):
    return server.output(f"{PARSER} --preprocess {PROFILE}")


def test_profile_takes_the_rules(confined):
    text = effective(confined)
    assert all(text.count(rule) == 1 for rule in RULES)
    # The admin may choose to enforce it, so it must also be valid then.
    confined.run(f"sed -i 's/flags=(complain)//' {PROFILE} && "
                 f"{PARSER} --Werror {PROFILE}")


def test_rules_come_and_go(confined):
    confined.run("sessiondel-ctl disable")
    assert not any(rule in effective(confined) for rule in RULES)
    confined.run("sessiondel-ctl enable")
    assert all(rule in effective(confined) for rule in RULES)


# As at boot, but also enforce the profiles that Debian ships in complain mode.
ENFORCE = r"""
cd /etc/apparmor.d
sed -i 's/flags=(complain)//; s/,complain)/)/' samba-* usr.sbin.smbd
apparmor_parser --replace .
"""
ASK = (f"rpcclient -U root%{PASSWORD} 127.0.0.1 "
       "-c 'netsessdel no-such-client no-such-user'")
CALLS = rf"""
smbd --daemon
sleep infinity | smbclient -U alice%{PASSWORD} //127.0.0.1/alice >/dev/null &
until smbstatus --brief 2>&1 | grep -q alice; do sleep 0.1; done
{ASK}
rpcclient -U root%{PASSWORD} 127.0.0.1 -c netsessenum
rpcclient -U root%{PASSWORD} 127.0.0.1 -c 'netsessdel 127.0.0.1 alice'
smbstatus --brief | grep alice || echo closed
for process in $(grep -l /sessiondel.so /proc/[0-9]*/maps); do
	cat ${{process%maps}}attr/current
done
dmesg | grep 'apparmor="DENIED".*rpcd-classic' || echo nothing denied
"""


@pytest.fixture(name="machine", params=RELEASES)
def _machine(request, deb):
    with Machine(request.param, "apparmor apparmor-profiles") as machine:
        machine.add_accounts()
        machine.install(deb(machine.release))
        yield machine


def test_enforced_profile_lets_the_module_work(machine):
    said = machine.boot(ENFORCE + CALLS).splitlines()
    assert f"result was {OURS}" in said
    assert said[-3:] == ["closed", "samba-rpcd-classic (enforce)",
                         "nothing denied"], said


def test_enforced_profile_without_the_rules_does_not(machine):
    """The same without the rules, to show that they are needed."""
    machine.run("rm /etc/apparmor.d/abstractions/samba-rpcd.d/samba-sessiondel")
    said = machine.boot(ENFORCE + rf"""
smbd --daemon
until smbclient -U alice%{PASSWORD} //127.0.0.1/alice -c ls; do sleep 0.1; done
{ASK}
""")
    assert "blocks available" in said
    assert OURS not in said
