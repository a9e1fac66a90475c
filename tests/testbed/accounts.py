# SPDX-License-Identifier: GPL-3.0-or-later
"""The test bed's users and groups, and the Unix files for them."""

PASSWORD = "Passw0rd!"

# The BUILTIN groups: name, RID in S-1-5-32, and one member.
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


def unix_group(rid):
    """The Unix group behind a BUILTIN group."""
    return f"builtin{rid}"


def users():
    """The users who can log in, a dict of name to uid."""
    names = PLAIN_USERS + tuple(member for _, _, member in BUILTIN_GROUPS)
    numbered = {name: _FIRST_UID + n for n, name in enumerate(names)}
    return {"root": 0, **numbered}


def unix_files():
    """The account files for /etc, a dict of file name to content."""
    passwd = ["root:x:0:0:root:/root:/bin/bash",
              f"nobody:x:{_NOBODY}:{_NOBODY}:nobody:/:/usr/sbin/nologin"]
    group = ["root:x:0:", f"nogroup:x:{_NOBODY}:", "tty:x:5:",
             f"testusers:x:{_USERS_GID}:"]
    for name, uid in users().items():
        if uid:
            passwd.append(f"{name}:x:{uid}:{_USERS_GID}::/:/usr/sbin/nologin")
    for _, rid, member in BUILTIN_GROUPS:
        group.append(f"{unix_group(rid)}:x:{3000 + rid}:{member}")
    shadow = [f"{line.split(':')[0]}:*:19000::::::" for line in passwd]
    gshadow = [f"{line.split(':')[0]}:*::" for line in group]
    return {"passwd": text_of(passwd), "group": text_of(group),
            "shadow": text_of(shadow), "gshadow": text_of(gshadow),
            "nsswitch.conf": "passwd: files\ngroup: files\nshadow: files\n"
                             "gshadow: files\nhosts: files dns\n"}


def text_of(lines):
    """The text of a file with these lines."""
    return "".join(f"{line}\n" for line in lines)
