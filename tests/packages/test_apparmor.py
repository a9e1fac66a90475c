# SPDX-License-Identifier: GPL-3.0-or-later
"""The additions to AppArmor's profile, as far as its parser can tell.

A kernel with AppArmor is not asked for: that a worker whose LD_PRELOAD is
dropped is found out, test_loader.py shows.
"""

import pytest

PROFILE = "/etc/apparmor.d/samba-rpcd-classic"
# For a kernel that has all that the profile is written for; this one may have
# no AppArmor, which is worth a warning of its own.
PARSER = ("apparmor_parser --skip-kernel-load --skip-cache --kernel-features "
          f"/etc/apparmor.d/$(sed -n 's/^abi <\\(.*\\)>,/\\1/p' {PROFILE})")
RULES = [
    "/usr/libexec/samba/samba-sessiondel/rpcd_classic mrix,",
    "/usr/lib/x86_64-linux-gnu/samba-sessiondel/** mr,",
    "/usr/bin/getent mrix,",
]


@pytest.fixture(name="confined")
def _confined(installed):
    installed.apt("install apparmor apparmor-profiles")
    return installed


def effective(server):
    return server.output(f"{PARSER} --preprocess {PROFILE}")


def test_profile_takes_the_rules(confined):
    text = effective(confined)
    assert all(text.count(rule) == 1 for rule in RULES)
    # To enforce it is the admin's choice, so it must be sound that way.
    confined.run(f"sed -i 's/flags=(complain)//' {PROFILE} && "
                 f"{PARSER} --Werror {PROFILE}")


def test_rules_come_and_go(confined):
    confined.run("sessiondel-ctl disable")
    assert not any(rule in effective(confined) for rule in RULES)
    confined.run("sessiondel-ctl enable")
    assert all(rule in effective(confined) for rule in RULES)
