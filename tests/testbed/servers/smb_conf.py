# SPDX-License-Identifier: GPL-3.0-or-later
"""The text of a test server's smb.conf."""

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


def render(directory, addresses=(), conf=None, shares=None):
    """smb.conf for a server that keeps all its files in directory.

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
    text = _section("global", merged)
    for name in _SHARES:
        text += _section(name, share(directory, name))
    for name, parameters in (shares or {}).items():
        text += _section(name, parameters)
    return text


def share(directory, name, special=None):
    """The parameters of a usual share, or of another for the same files."""
    path = {"path": str(directory / "shares" / name)}
    return {**path, **_SHARE, **_SHARES[name], **(special or {})}


def make_directories(directory):
    """Create the directories that render() names. All may write to shares."""
    for place in (*_STATE_DIRS.values(), "log", "shares"):
        (directory / place).mkdir(parents=True)
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
