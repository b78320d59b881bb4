"""The host target, where there is no harm in it: the whole notebook kernel runs in a guest that is its host."""

import json
import os
import pathlib
import platform
import queue
import shutil
import subprocess
import sys
import tempfile
import threading
import unittest
import uuid

from jupyter_client import BlockingKernelClient
from jupyter_client.kernelspec import get_kernel_spec

from session import KERNEL, TIMEOUT, Conversation, NotebookTest
from test_launcher import HELD, LAUNCHER

ROOT = pathlib.Path(__file__).parents[4]
JUPYTER = ROOT / "kernel-ext" / "src" / "main" / "jupyter"
GUEST = ROOT / "runtime" / "guest"
CHANNELS = ["shell", "iopub", "stdin", "control", "hb"]

# Where the guest mounts the disk that is made here.
DISK = "/opt/schedbook"

# From power on to a kernel that listens; 40 s where nothing else runs.
BOOT = 420


def jdk(directory):
    """Puts this machine's JDK into a directory."""
    java_home = pathlib.Path(get_kernel_spec(KERNEL).argv[0]).parents[1]
    shutil.copytree(
        java_home, directory / "jdk", ignore_dangling_symlinks=True,
        ignore=shutil.ignore_patterns("jmods", "src.zip", "legal", "man", "include", "*_nocoops.jsa", "*_coh.jsa"))


def tree(directory, java, key):
    """Puts into a directory what the notebook kernel is made of, but for Java."""
    spec = get_kernel_spec(KERNEL).argv
    (directory / "lib").mkdir()
    for entry in map(pathlib.Path, spec[spec.index("-cp") + 1].split(":")):
        for jar in entry.parent.glob("*.jar") if entry.name == "*" else [entry]:
            shutil.copy(jar, directory / "lib")
    shutil.copy(JUPYTER / "jvm.options", directory)
    command = (JUPYTER / "kernel.json").read_text()
    # Without the record of a start: with one made on another CPU the JVM may crash.
    for name, value in {"JAVA": java, "OPTIONS": "jvm.options", "CACHE": "none", "GUEST": "none",
                        "CLASSPATH": "lib/*"}.items():
        command = command.replace(f"@{name}@", os.path.join(DISK, value))
    (directory / "command").write_text("\n".join(json.loads(command)["argv"][:-1]) + "\n")
    connection = {f"{channel}_port": 5001 + n for n, channel in enumerate(CHANNELS)}
    (directory / "connection.json").write_text(json.dumps(
        {"transport": "tcp", "ip": "127.0.0.1", "signature_scheme": "hmac-sha256", "key": key} | connection, indent=0))
    shutil.copy(pathlib.Path(__file__).parent / "host" / "notebook", directory)


def guest_directory():
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return os.environ.get("SCHEDBOOK_GUEST") or f"{cache}/schedbook/guest"


class GuestAsHost(Conversation):
    """A notebook kernel in a guest, and a client of it out here: each channel goes through a serial port.

    A guest of another architecture brings its own Java.
    """

    def __init__(self, arch=None):
        self.directory = tempfile.TemporaryDirectory()
        here = pathlib.Path(self.directory.name)
        key = uuid.uuid4().hex
        (here / "tree").mkdir()
        if not arch:
            jdk(here / "tree")
        tree(here / "tree", "/opt/jre/bin/java" if arch else "jdk/bin/java", key)
        subprocess.run([GUEST / "ext4-image", here / "tree", here / "disk"], check=True, timeout=TIMEOUT)
        shutil.rmtree(here / "tree")
        # What Jupyter calls an address is, with this transport, the beginning of a socket's path.
        sockets = {channel: n for n, channel in enumerate(CHANNELS, 1)}
        ports = []
        for channel, n in sockets.items():
            ports += ["-chardev", f"socket,id={channel},path={here}/channel-{n},server=on,wait=off",
                      "-device", f"virtserialport,chardev={channel},name=channel.{channel}"]
        self.qemu = subprocess.Popen(
            [GUEST / "boot", "--payload", here / "disk", "--run", f"{DISK}/notebook", "-m", "2048", *ports],
            env=os.environ | ({"SCHEDBOOK_ARCH": arch, "SCHEDBOOK_GUEST": f"{guest_directory()}/{arch}"} if arch else {}),
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace")
        self.console = []
        self.listens = threading.Event()
        self.reader = threading.Thread(target=self.read_console, daemon=True)
        self.reader.start()
        try:
            for _ in range(BOOT):
                if self.listens.wait(1) or self.qemu.poll() is not None:
                    break
            if not self.listens.is_set():
                raise AssertionError("no kernel listens in the guest")
            kc = BlockingKernelClient()
            kc.load_connection_info(
                {"transport": "ipc", "ip": f"{here}/channel", "signature_scheme": "hmac-sha256", "key": key}
                | {f"{channel}_port": n for channel, n in sockets.items()})
            kc.hb_channel.time_to_dead = TIMEOUT  # an emulated kernel that is busy misses a beat of a second
            kc.start_channels()
            super().__init__(kc)
            kc.wait_for_ready(timeout=TIMEOUT)
        except BaseException:
            self.end()
            print("".join(self.console), file=sys.stderr)
            raise

    def read_console(self):
        for line in self.qemu.stdout:
            self.console.append(line)
            if "the notebook kernel listens" in line:
                self.listens.set()

    def run(self, code, timeout=TIMEOUT):
        try:
            return super().run(code, timeout)
        except queue.Empty:
            raise AssertionError(f"no answer to {code}\n" + "".join(self.console))

    def shut_down(self):
        """Shuts the kernel down, as a front end does; the guest ends with it. Returns all that it wrote."""
        self.kc.shutdown()
        self.qemu.wait(TIMEOUT)
        self.reader.join(TIMEOUT)
        return "".join(self.console)

    def end(self):
        self.qemu.kill()
        self.qemu.wait()
        self.reader.join()
        self.qemu.stdout.close()
        self.directory.cleanup()

    def close(self):
        self.kc.stop_channels()
        self.end()


class HostTargetTest(NotebookTest):

    @classmethod
    def setUpClass(cls):
        cls.session = GuestAsHost()

    @classmethod
    def tearDownClass(cls):
        cls.session.close()

    def test_policies_schedule_the_machine_that_the_notebook_runs_on(self):
        self.assertRegex(self.ok("%doctor").shown(), r"target host +ready +Linux \d")
        self.assertIn("host: this machine's own kernel", self.ok("%target host").shown())
        self.assertIn("No policy is attached to this machine", self.ok("%status").shown())

        attached = self.ok("%attach fifo").shown()
        for row in ["target +host", "accelerator +none", "state +enabled", "ops +schedbook_fifo"]:
            self.assertRegex(attached, row)
        # This very notebook is among what is scheduled.
        self.assertEqual("42", self.ok("6 * 7").shown())
        self.assertRegex(self.ok("%status").shown(), r"nr_user_dispatches +[1-9]")
        with self.subTest("its own scheduler is in nobody's way"):
            self.assertRegex(self.ok("%doctor").shown(), "target host +ready +in use by this notebook")
            self.assertIn("host: this machine's own kernel", self.ok("%target host").shown())
            self.assertIn("enabled", self.ok("%status").shown())

        self.assertIn("fifo", self.ok("%detach").shown())
        self.assertRegex(self.ok("%status").shown(), "state +disabled")

        bench = self.ok("%bench messaging:groups=1,loops=10 --only --policies eevdf,fifo -n 2").shown()
        self.assertIn("less is better; host, none, Linux", bench)
        self.assertRegex(bench, r"eevdf +\d.* 2 +1\.000\n")
        self.assertRegex(bench, r"fifo +\d.* 2 +\d")

        with self.subTest("another scheduler is named"):
            self.ok("var other = org.schedbook.scx.PolicyHost.attach(\n"
                    "    org.schedbook.Schedbook.policy(\"fifo\")::newPolicy, \"other\", org.schedbook.scx.Options.DEFAULT);")
            self.fails("%target host", "schedbook_other is enabled on this machine", "Stop the program that attached it")
            self.fails("%attach fifo", "schedbook_other is attached")
            self.ok("other.close();")

        with self.subTest("the kernel's compiler that is off is named"):
            switch = "/proc/sys/net/core/bpf_jit_enable"
            self.assertIn("is 0", self.ok(f"%shell echo 0 > {switch} && echo is $(cat {switch})").shown())
            self.fails("%target host", "the kernel's BPF compiler is off", "bpf_jit_enable=1")
            self.fails("%attach fifo", "bpf_jit_enable=1")
            self.ok(f"%shell echo 1 > {switch}")

        with self.subTest("a policy ends with its notebook"):
            self.assertIn("enabled", self.ok("%attach fifo").shown())
            self.assertIn("sched_ext is disabled", self.session.shut_down())


class ForeignHostTest(NotebookTest):
    """The same where no instruction is this machine's: the kernel, Java and all of Schedbook are emulated."""

    long = True  # for run_tests.py

    ARCH = "arm64" if platform.machine() == "x86_64" else "amd64"

    @classmethod
    def setUpClass(cls):
        subprocess.run([LAUNCHER, "guest", "add", cls.ARCH], stdin=subprocess.DEVNULL, check=True, timeout=900)
        cls.session = GuestAsHost(cls.ARCH)

    @classmethod
    def tearDownClass(cls):
        cls.session.close()

    def test_a_notebook_on_such_a_machine_schedules_it(self):
        machine = {"arm64": "aarch64", "amd64": "x86_64"}[self.ARCH]
        self.assertEqual(machine, self.ok('System.getProperty("os.arch")', 600).shown())
        self.assertRegex(self.ok("%target host", 600).shown(), "host: this machine's own kernel")
        self.ok(f"%%policy held\n{HELD}", 600)
        load = "%shell perf bench -f simple sched messaging -t -g 1 -l 10"
        for policy in "fifo", "vtime", "held":
            with self.subTest(policy):
                self.assertRegex(self.ok(f"%attach {policy}", 600).shown(), "state +enabled")
                self.assertRegex(self.ok(load, 600).shown(), r"\d+\.\d+")
                self.assertRegex(self.ok("%status", 600).shown(), r"state +enabled(.|\n)*nr_user_dispatches +[1-9]")
        self.assertRegex(self.ok("%detach", 600).shown(), "state +disabled")


if __name__ == "__main__":
    unittest.main()
