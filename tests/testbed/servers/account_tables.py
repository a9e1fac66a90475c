# SPDX-License-Identifier: GPL-3.0-or-later
"""The test bed's users and groups in Samba's databases."""

import functools
import shutil
import tempfile
from pathlib import Path

from samba.crypto import md4_hash_blob

from testbed import accounts, namespace
from testbed.places import PYTHON
from testbed.programs import run


def provision(private_dir, state_dir):
    """Give a new server the databases with passwords and group mappings."""
    template = _template()
    shutil.copy(template / "passdb.tdb", private_dir)
    shutil.copy(template / "group_mapping.tdb", state_dir)


@functools.lru_cache(maxsize=None)
def _template():
    """A directory with the databases; every server gets a copy of them."""
    place = Path(tempfile.mkdtemp(prefix="accounts-", dir=namespace.ROOT))
    conf = place / "smb.conf"
    conf.write_text(
        "[global]\nserver role = standalone server\n"
        "interfaces = 127.0.0.1/8\n"
        + "".join(f"{what} = {place}\n" for what in (
            "private dir", "lock directory", "state directory",
            "cache directory", "pid directory")))
    add_users(conf, place, accounts.users())
    _map_groups(conf)
    return place


def add_users(conf, private_dir, users):
    """Let more Unix users log in, a dict of name to uid.

    conf: an smb.conf. Bytes that are not UTF-8 are surrogates in a name.
    """
    nt_hash = md4_hash_blob(
        accounts.PASSWORD.encode("utf-16-le")).hex().upper()
    smbpasswd = private_dir / "smbpasswd"
    smbpasswd.write_text(accounts.text_of(
        f"{name}:{uid}:{'X' * 32}:{nt_hash}:[U          ]:LCT-63B0CD00:"
        for name, uid in users.items()), errors="surrogateescape")
    run("pdbedit", "-s", conf, "-i", f"smbpasswd:{smbpasswd}",
        "-e", f"tdbsam:{private_dir}/passdb.tdb")


def _map_groups(conf):
    mappings = [f"{name}\t{rid}\t{accounts.unix_group(rid)}"
                for name, rid, _ in accounts.BUILTIN_GROUPS]
    run(PYTHON, Path(__file__).with_name("add_group_mappings.py"), conf,
        stdin="\n".join(mappings))
