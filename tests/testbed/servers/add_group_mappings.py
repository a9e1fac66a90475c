# SPDX-License-Identifier: GPL-3.0-or-later
"""A program that maps Unix groups to BUILTIN SIDs in a server's database.

It runs in its own process because Samba's bindings keep the configuration
in global variables. Argument: smb.conf. Input: lines with a name, a RID and
a Unix group, separated by tabs.
"""

import grp
import sys

from samba.dcerpc import lsa, security
from samba.samba3 import param, passdb


def main():
    param.get_context().load(sys.argv[1])
    passdb.set_smb_config(sys.argv[1])
    database = passdb.PDB(param.get_context().get("passdb backend"))
    for line in sys.stdin:
        name, rid, unix_group = line.rstrip("\n").split("\t")
        mapping = passdb.Groupmap()
        mapping.gid = grp.getgrnam(unix_group).gr_gid
        mapping.sid = security.dom_sid(f"S-1-5-32-{rid}")
        mapping.sid_name_use = lsa.SID_NAME_ALIAS
        mapping.nt_name = name
        mapping.comment = ""
        database.add_group_mapping_entry(mapping)


main()
