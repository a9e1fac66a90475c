# SPDX-License-Identifier: GPL-3.0-or-later
"""The worker under valgrind: no error, and no leak of ours."""

import glob
import shutil
import subprocess
import xml.etree.ElementTree

import pytest

from testbed import namespace, processes
from testbed.clients.mixed_calls import MixedCalls
from testbed.observe import sanitizers
from testbed.programs import compile_c
from testbed.servers.plugin import MODULE, WORKER
from testbed.servers.standalone import Server

# Takes the place of the worker and runs it under valgrind. It is static because
# the module is preloaded into every dynamic program here. So it runs valgrind's
# tool, which is static, and not valgrind's launcher. The loader's probe has
# little time, so it runs without valgrind.
WRAPPER = """
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--list-interfaces") == 0) {
			return execv(WORKER, argv);
		}
	}
	char *valgrind[argc + 2];
	valgrind[0] = VALGRIND;
	valgrind[1] = WORKER;
	memcpy(valgrind + 2, argv + 1, argc * sizeof(*argv));
	setenv("VALGRIND_LAUNCHER", VALGRIND, 1);
	return execv(VALGRIND, valgrind);
}
"""

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(sanitizers.active(),
                       reason="valgrind cannot run sanitized programs"),
]


class Valgrind:
    """What valgrind reports about the processes that it runs."""

    def __init__(self, place):
        self.place = place
        self.environment = {"VALGRIND_OPTS": " ".join([
            "--quiet", "--child-silent-after-fork=yes",
            "--leak-check=full", "--show-leak-kinds=definite",
            "--num-callers=40", "--xml=yes", f"--xml-file={place}/%p.xml"])}

    def errors(self, pid):
        report = xml.etree.ElementTree.parse(self.place / f"{pid}.xml")
        return [Error(node) for node in report.iter("error")]


class Error:
    """An error: its kind, and the frames of its stacks."""

    def __init__(self, node):
        self.kind = node.findtext("kind")
        self.objects = [frame.findtext("obj", "") for frame
                        in node.iter("frame")]
        self.text = "\n".join(
            [node.findtext("what") or node.findtext("xwhat/text")]
            + [_place_of(frame) for frame in node.iter("frame")])

    def is_leak(self):
        return self.kind.startswith("Leak_")

    def is_ours(self):
        return any(name.endswith(MODULE) for name in self.objects)


def _place_of(frame):
    where = frame.findtext("obj", "?")
    if frame.findtext("line"):
        where = f"{frame.findtext('file')}:{frame.findtext('line')}"
    return f"    {frame.findtext('fn', '?')} ({where})"


def valgrind_tool():
    """The valgrind tool for the worker's architecture."""
    tool, = (path for path in glob.glob("/usr/libexec/valgrind/memcheck-*")
             if machine_of(path) == machine_of(WORKER))
    return tool


def machine_of(program):
    """Word size and machine, from the header of an ELF file."""
    with open(program, "rb") as file:
        head = file.read(20)
    return head[4], head[18:]


@pytest.fixture(name="valgrind", scope="module")
def _valgrind():
    """Valgrind runs in place of Samba's worker, and runs the worker."""
    place = namespace.ROOT / "valgrind"
    place.mkdir(mode=0o755)
    real = shutil.copy(WORKER, place / "rpcd_classic")
    wrapper = compile_c(place / "wrapper", WRAPPER, "-static",
                        f'-DWORKER="{real}"',
                        f'-DVALGRIND="{valgrind_tool()}"')
    subprocess.run(["mount", "--bind", wrapper, WORKER], check=True)
    yield Valgrind(place)
    subprocess.run(["umount", WORKER], check=True)
    shutil.rmtree(place)


def worker_of(samba):
    """The process with the module; its program is valgrind."""
    pid, = (pid for pid in samba.dcerpcd_pids()
            if processes.maps_file(pid, samba.plugin_dir / MODULE))
    return pid


def test_thousand_calls_are_clean(valgrind):
    with Server(conf={"sessiondel:timeout": "1"},
                dcerpcd_env=valgrind.environment) as samba:
        worker = worker_of(samba)
        with MixedCalls(samba) as calls:
            calls.make(1000)
            calls.time_out(5)
            calls.hang_up(5)
        assert worker_of(samba) == worker
    reports = [error.text for error in valgrind.errors(worker)
               if error.is_ours() or not error.is_leak()]
    if reports:
        pytest.fail("\n".join(reports), pytrace=False)
