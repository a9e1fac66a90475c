# SPDX-License-Identifier: GPL-3.0-or-later
"""The text of a test server's smb.conf."""

import contextlib
import os
from pathlib import Path

STANDARD = Path("/etc/samba/smb.conf")

_GLOBAL = {
    "server role": "standalone server",
    "workgroup": "TESTGROUP",
    "netbios name": "TESTBED",
    "map to guest": "never",
    "guest account": "nobody",
    "server min protocol": "NT1",
    "client min protocol": "NT1",
    "ntlm auth": "yes",
    "smb ports": "445 139",
    "server multi channel support": "yes",
    "rpc start on demand helpers": "no",
    # One worker, so that tests know which process serves all calls.
    "rpcd_classic:num_workers": "1",
    # It stays, however long a busy machine takes until the next call.
    "rpcd_classic:idle_seconds": "3600",
    "log level": "1",
    # Keeps Samba's own messages out of syslog, where the plugin's are.
    "logging": "file",
    "max log size": "0",
    "debug hires timestamp": "yes",
    "load printers": "no",
    "printing": "bsd",
    "printcap name": "/dev/null",
    "disable spoolss": "yes",
    "multicast dns register": "no",
}

_SHARE = {
    "read only": "no",
    "force create mode": "0666",
    "force directory mode": "0777",
}

_SHARES = {
    "share": {},
    # Without these three, Samba grants no durable handles.
    "durable": {"kernel oplocks": "no", "kernel share modes": "no",
                "posix locking": "no"},
    "encrypted": {"smb encrypt": "required"},
}

_STATE_DIRS = {
    "private dir": "private",
    "lock directory": "lock",
    "state directory": "state",
    "cache directory": "cache",
    "pid directory": "pid",
    "ncalrpc dir": "ncalrpc",
    "binddns dir": "binddns",
}


# Where Debian's Samba keeps its files. One server at a time can have them.
DEBIAN_DIRS = {
    "private dir": "/var/lib/samba/private",
    "lock directory": "/run/samba",
    "state directory": "/var/lib/samba",
    "cache directory": "/var/cache/samba",
    "pid directory": "/run/samba",
    "ncalrpc dir": "/run/samba/ncalrpc",
    "binddns dir": "/var/lib/samba/bind-dns",
}


def render(directory, addresses=(), conf=None, shares=None):
    """The text of smb.conf with these sections()."""
    return text_of(sections(directory, addresses, conf, shares))


def sections(directory, addresses=(), conf=None, shares=None):
    """The sections for a server that keeps all its files in directory.

    addresses: where it listens; everywhere when empty. conf: more parameters
    of the global section, or other values for the usual ones. shares: more
    shares, name to parameters.
    """
    merged = dict(_GLOBAL)
    merged.update({name: str(directory / place)
                   for name, place in _STATE_DIRS.items()})
    if addresses:
        merged["interfaces"] = " ".join(_interface(a) for a in addresses)
        merged["bind interfaces only"] = "yes"
    merged.update(conf or {})
    usual = {name: share(directory, name) for name in _SHARES}
    return {"global": merged, **usual, **(shares or {})}


def text_of(wanted):
    """The text of smb.conf with these sections, name to parameters."""
    return "".join(_section(*section) for section in wanted.items())


def write(path, wanted):
    """Write an smb.conf with these sections, in place of the one before.

    smbd may read it at any time, so it is there whole. It has a later time:
    smbd compares whole seconds to see if it has changed.
    """
    before = path.stat().st_mtime if path.exists() else 0
    fresh = path.with_suffix(".new")
    fresh.write_text(text_of(wanted))
    later = max(fresh.stat().st_mtime, before + 1)
    os.utime(fresh, (later, later))
    fresh.replace(path)


def in_registry(wanted):
    """Sections without what Samba does not take from the registry."""
    return {name: {parameter: value for parameter, value in section.items()
                   if parameter not in _STATE_DIRS}
            for name, section in wanted.items()}


def share(directory, name, special=None):
    """The parameters of a usual share, or of another for the same files."""
    path = {"path": str(directory / "shares" / name)}
    return {**path, **_SHARE, **_SHARES[name], **(special or {})}


def make_directories(directory, conf=None):
    """Create the directories that render() names. All may write to shares.

    Where conf has another place for one, a link leads there.
    """
    directory.mkdir(parents=True, exist_ok=True)
    for name, place in _STATE_DIRS.items():
        if name in (conf or {}):
            Path(conf[name]).mkdir(parents=True, exist_ok=True)
            (directory / place).symlink_to(conf[name])
        else:
            (directory / place).mkdir()
    for place in ("log", "shares"):
        (directory / place).mkdir()
    (directory / "private").chmod(0o700)
    for name in _SHARES:
        place = directory / "shares" / name
        place.mkdir()
        place.chmod(0o777)


def _interface(address):
    return f"{address}/64" if ":" in address else f"{address}/8"


def _section(name, parameters):
    lines = [f"\t{key} = {value}\n" for key, value in parameters.items()]
    return f"[{name}]\n{''.join(lines)}"


@contextlib.contextmanager
def as_the_standard_server(server):
    """Make the server's smb.conf the machine's."""
    before = STANDARD.readlink() if STANDARD.is_symlink() else None
    STANDARD.unlink(missing_ok=True)
    STANDARD.symlink_to(server.smb_conf)
    try:
        yield
    finally:
        STANDARD.unlink()
        if before:
            STANDARD.symlink_to(before)
