# SPDX-License-Identifier: GPL-3.0-or-later
"""The test bed's users and groups, in Unix files and in Samba's databases."""

import functools
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from samba.crypto import md4_hash_blob

from testbed import TestbedError

PASSWORD = "Passw0rd!"
PYTHON = "/usr/bin/python3"

# Well-known BUILTIN groups: name, RID below S-1-5-32, a member's user name.
BUILTIN_GROUPS = (
    ("Administrators", 544, "adm"),
    ("Users", 545, "userop"),
    ("Guests", 546, "guestop"),
    ("Power Users", 547, "powerop"),
    ("Account Operators", 548, "accop"),
    ("Server Operators", 549, "sop"),
    ("Print Operators", 550, "printop"),
    ("Backup Operators", 551, "backupop"),
    ("Replicator", 552, "replop"),
    ("RAS Servers", 553, "rasop"),
    ("Pre-Windows 2000 Compatible Access", 554, "pre2kop"),
    ("Remote Desktop Users", 555, "rdpop"),
    ("Network Configuration Operators", 556, "netop"),
    ("Incoming Forest Trust Builders", 557, "trustop"),
    ("Performance Monitor Users", 558, "perfmonop"),
    ("Performance Log Users", 559, "perflogop"),
    ("Windows Authorization Access Group", 560, "authop"),
    ("Terminal Server License Servers", 561, "licop"),
    ("Distributed COM Users", 562, "dcomop"),
    ("IIS_IUSRS", 568, "iisop"),
    ("Cryptographic Operators", 569, "cryptop"),
    ("Event Log Readers", 573, "eventop"),
    ("Certificate Service DCOM Access", 574, "certop"),
)

PLAIN_USERS = ("alice", "bob", "carol", "jürgen", "Ольга", "administrators")

_FIRST_UID = 2000
_USERS_GID = 2000
_NOBODY = 65534


def _unix_group(rid):
    return f"builtin{rid}"


def users():
    """Every account with a password, as a dict of name to uid."""
    names = PLAIN_USERS + tuple(member for _, _, member in BUILTIN_GROUPS)
    numbered = {name: _FIRST_UID + n for n, name in enumerate(names)}
    return {"root": 0, **numbered}


def unix_files():
    """The account files for /etc, as a dict of file name to content."""
    passwd = ["root:x:0:0:root:/root:/bin/bash",
              f"nobody:x:{_NOBODY}:{_NOBODY}:nobody:/:/usr/sbin/nologin"]
    group = ["root:x:0:", f"nogroup:x:{_NOBODY}:", "tty:x:5:",
             f"testusers:x:{_USERS_GID}:"]
    for name, uid in users().items():
        if uid:
            passwd.append(f"{name}:x:{uid}:{_USERS_GID}::/:/usr/sbin/nologin")
    for _, rid, member in BUILTIN_GROUPS:
        group.append(f"{_unix_group(rid)}:x:{3000 + rid}:{member}")
    shadow = [f"{line.split(':')[0]}:*:19000::::::" for line in passwd]
    gshadow = [f"{line.split(':')[0]}:*::" for line in group]
    return {"passwd": _text(passwd), "group": _text(group),
            "shadow": _text(shadow), "gshadow": _text(gshadow),
            "nsswitch.conf": "passwd: files\ngroup: files\nshadow: files\n"
                             "gshadow: files\nhosts: files dns\n"}


def _text(lines):
    return "".join(f"{line}\n" for line in lines)


def provision(private_dir, state_dir):
    """Put passwords and group mappings into a new server's databases."""
    template = _template()
    shutil.copy(template / "passdb.tdb", private_dir)
    shutil.copy(template / "group_mapping.tdb", state_dir)


@functools.lru_cache(maxsize=None)
def _template():
    """A directory with databases that every server gets a copy of."""
    place = Path(tempfile.mkdtemp(prefix="accounts-", dir="/run/testbed"))
    conf = place / "smb.conf"
    conf.write_text(
        "[global]\nserver role = standalone server\n"
        "interfaces = 127.0.0.1/8\n"
        + "".join(f"{what} = {place}\n" for what in (
            "private dir", "lock directory", "state directory",
            "cache directory", "pid directory")))
    _import_passwords(conf, place)
    _map_groups(conf)
    return place


def _import_passwords(conf, place):
    nt_hash = md4_hash_blob(PASSWORD.encode("utf-16-le")).hex().upper()
    smbpasswd = place / "smbpasswd"
    smbpasswd.write_text(_text(
        f"{name}:{uid}:{'X' * 32}:{nt_hash}:[U          ]:LCT-63B0CD00:"
        for name, uid in users().items()))
    _run("pdbedit", "-s", conf, "-i", f"smbpasswd:{smbpasswd}",
         "-e", f"tdbsam:{place}/passdb.tdb")


def _map_groups(conf):
    mappings = [f"{name}\t{rid}\t{_unix_group(rid)}"
                for name, rid, _ in BUILTIN_GROUPS]
    _run(PYTHON, Path(__file__).parent / "servers/add_group_mappings.py", conf,
         stdin="\n".join(mappings))


def _run(*argv, stdin=""):
    done = subprocess.run([str(arg) for arg in argv], input=stdin, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          env={**os.environ, "LC_ALL": "C.UTF-8"},
                          check=False)
    if done.returncode:
        raise TestbedError(f"{argv[0]} failed: {done.stdout.strip()}")
