"""The host target, where there is no harm in it: the whole notebook kernel runs in a guest that is its host."""

import json
import pathlib
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

ROOT = pathlib.Path(__file__).parents[4]
JUPYTER = ROOT / "kernel-ext" / "src" / "main" / "jupyter"
GUEST = ROOT / "runtime" / "guest"
CHANNELS = ["shell", "iopub", "stdin", "control", "hb"]

# Where the guest mounts the disk that is made here.
DISK = "/opt/schedbook"

# From power on to a kernel that listens; 40 s where nothing else runs.
BOOT = 420


def tree(directory, key):
    """Puts into a directory what the notebook kernel is made of, a JDK included."""
    spec = get_kernel_spec(KERNEL).argv
    java_home = pathlib.Path(spec[0]).parents[1]
    shutil.copytree(
        java_home, directory / "jdk", ignore_dangling_symlinks=True,
        ignore=shutil.ignore_patterns("jmods", "src.zip", "legal", "man", "include", "*_nocoops.jsa", "*_coh.jsa"))
    (directory / "lib").mkdir()
    for entry in map(pathlib.Path, spec[spec.index("-cp") + 1].split(":")):
        for jar in entry.parent.glob("*.jar") if entry.name == "*" else [entry]:
            shutil.copy(jar, directory / "lib")
    shutil.copy(JUPYTER / "jvm.options", directory)
    command = (JUPYTER / "kernel.json").read_text()
    # Without the record of a start: with one made on another CPU the JVM may crash.
    for name, value in {"JAVA": "jdk/bin/java", "OPTIONS": "jvm.options", "CACHE": "none", "GUEST": "none",
                        "CLASSPATH": "lib/*"}.items():
        command = command.replace(f"@{name}@", f"{DISK}/{value}")
    (directory / "command").write_text("\n".join(json.loads(command)["argv"][:-1]) + "\n")
    connection = {f"{channel}_port": 5001 + n for n, channel in enumerate(CHANNELS)}
    (directory / "connection.json").write_text(json.dumps(
        {"transport": "tcp", "ip": "127.0.0.1", "signature_scheme": "hmac-sha256", "key": key} | connection, indent=0))
    shutil.copy(pathlib.Path(__file__).parent / "host" / "notebook", directory)


class GuestAsHost(Conversation):
    """A notebook kernel in a guest, and a client of it out here: each channel goes through a serial port."""

    def __init__(self):
        self.directory = tempfile.TemporaryDirectory()
        here = pathlib.Path(self.directory.name)
        key = uuid.uuid4().hex
        (here / "tree").mkdir()
        tree(here / "tree", key)
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


if __name__ == "__main__":
    unittest.main()
