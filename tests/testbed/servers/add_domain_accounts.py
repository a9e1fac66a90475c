# SPDX-License-Identifier: GPL-3.0-or-later
"""A program that adds users and groups to a domain before it is served.

It runs in its own process because Samba's bindings keep the configuration
in global variables. Argument: smb.conf. Input: JSON with users (name to
groups), groups (name to kind and groups), upns (user to UPN) and password.
"""

import json
import sys

import ldb
from samba import dsdb, param
from samba.auth import system_session
from samba.samdb import SamDB

_KINDS = {
    "global": dsdb.GTYPE_SECURITY_GLOBAL_GROUP,
    "local": dsdb.GTYPE_SECURITY_DOMAIN_LOCAL_GROUP,
}


def main():
    wanted = json.load(sys.stdin)
    context = param.LoadParm()
    context.load(sys.argv[1])
    sam = SamDB(lp=context, session_info=system_session(context))
    for name in wanted["users"]:
        sam.newuser(name, wanted["password"])
    for name, (kind, _) in wanted["groups"].items():
        sam.newgroup(name, grouptype=_KINDS[kind])
    for name, groups in memberships(wanted):
        for group in groups:
            sam.add_remove_group_members(group, [name])
    for user, upn in wanted["upns"].items():
        set_upn(sam, user, upn)


def memberships(wanted):
    """Yield each user or group with the groups it joins."""
    yield from wanted["users"].items()
    for name, (_, groups) in wanted["groups"].items():
        yield name, groups


def set_upn(sam, user, upn):
    found = sam.search(expression=f"(sAMAccountName={user})", attrs=[])
    change = ldb.Message(found[0].dn)
    change["userPrincipalName"] = ldb.MessageElement(
        upn, ldb.FLAG_MOD_REPLACE, "userPrincipalName")
    sam.modify(change)


main()
