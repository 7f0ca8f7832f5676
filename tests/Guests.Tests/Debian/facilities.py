"""Signals, timers, futexes, vfork, seccomp, ptrace's breakpoints and the kernel's BPF compiler, from Python: prints "NAME ok" for each."""
import ctypes, mmap, os, resource, signal, socket, struct, subprocess, sys, threading, time

libc = ctypes.CDLL(None, use_errno=True)


def check(name, test):
    try:
        test()
        print(name, "ok", flush=True)
    except BaseException as error:
        print(name, "failed:", repr(error), flush=True)


def fault_signals():
    for number, code in ((signal.SIGSEGV, "ctypes.string_at(8)"), (signal.SIGFPE, "run(b'\\x31\\xc0\\x31\\xd2\\xf7\\xf0\\xc3')"),
                         (signal.SIGILL, "run(b'\\x0f\\x0b')"), (signal.SIGTRAP, "run(b'\\xcc\\xc3')")):
        script = ("import ctypes, mmap\n"
                  "def run(code):\n"
                  "    m = mmap.mmap(-1, 4096, prot=7); m.write(code)\n"
                  "    ctypes.CFUNCTYPE(None)(ctypes.addressof(ctypes.c_char.from_buffer(m)))()\n" + code)
        ended = subprocess.run([sys.executable, "-c", script], stderr=subprocess.DEVNULL).returncode
        assert ended == -number, (number, ended)


def timers():
    hits = []
    signal.signal(signal.SIGALRM, lambda *_: hits.append(1))
    signal.setitimer(signal.ITIMER_REAL, 0.01, 0.01)
    end = time.monotonic() + 0.2
    while time.monotonic() < end:
        pass
    signal.setitimer(signal.ITIMER_REAL, 0)
    assert len(hits) >= 10, len(hits)
    start = time.monotonic()
    time.sleep(0.1)
    assert 0.1 <= time.monotonic() - start < 0.5


def futexes():
    lock, count = threading.Condition(), [0]

    def work():
        for _ in range(500):
            with lock:
                count[0] += 1
                lock.notify_all()

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads: thread.start()
    with lock:
        lock.wait_for(lambda: count[0] == 4000, 60)
    for thread in threads: thread.join()
    assert count[0] == 4000


def processes():
    for _ in range(20):
        assert subprocess.run(["/bin/true"]).returncode == 0  # vfork
    child = os.fork()
    if child == 0:
        os.kill(os.getpid(), signal.SIGSTOP)
        os._exit(7)
    assert os.WIFSTOPPED(os.waitpid(child, os.WUNTRACED)[1])
    os.kill(child, signal.SIGCONT)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7


def filter_program(instructions):
    code = b"".join(struct.pack("HBBI", *i) for i in instructions)
    buffer = ctypes.create_string_buffer(code)
    return buffer, struct.pack("HxxxxxxP", len(instructions), ctypes.addressof(buffer))


def socket_filter():
    for value in ("1", "2"):  # 2 also prints the compiled code
        with open("/proc/sys/net/core/bpf_jit_enable", "w") as file:
            file.write(value)
    a, b = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    # Keep a datagram whose first word is 42, and of it 4 + 3 * 7 / 3 - 5 bytes.
    keep = [(0x20, 0, 0, 0), (0x15, 0, 6, 42), (0x00, 0, 0, 3), (0x24, 0, 0, 7), (0x34, 0, 0, 3), (0x04, 0, 0, 4), (0x14, 0, 0, 5), (0x16, 0, 0, 0), (0x06, 0, 0, 0)]
    buffer, program = filter_program(keep)
    b.setsockopt(socket.SOL_SOCKET, 26, program)  # SO_ATTACH_FILTER
    b.settimeout(1)
    for word in (41, 42, 43) * 50:
        a.send(struct.pack("!I", word) + b"datagram")
    got = [b.recv(100) for _ in range(50)]
    assert all(g == struct.pack("!I", 42) + b"da" for g in got), got[0]


def seccomp():
    child = os.fork()
    if child == 0:
        libc.prctl(38, 1, 0, 0, 0)  # PR_SET_NO_NEW_PRIVS
        # getppid fails with errno 71; all else is allowed.
        buffer, program = filter_program([(0x20, 0, 0, 0), (0x15, 0, 1, 110), (0x06, 0, 0, 0x00050000 + 71), (0x06, 0, 0, 0x7FFF0000)])
        done = libc.prctl(22, 2, ctypes.c_char_p(program), 0, 0)  # PR_SET_SECCOMP, SECCOMP_MODE_FILTER
        refused = libc.syscall(110) == -1 and ctypes.get_errno() == 71
        os._exit(0 if done == 0 and refused and os.getpid() > 0 else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    child = os.fork()
    if child == 0:
        libc.prctl(22, 1, 0, 0, 0)  # SECCOMP_MODE_STRICT
        os.getppid()
        os._exit(0)
    assert os.WTERMSIG(os.waitpid(child, 0)[1]) == signal.SIGKILL


def own_code():
    memory = mmap.mmap(-1, 4096, prot=7)
    run = ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(memory)))
    for value in range(300):
        memory.seek(0)
        memory.write(b"\xb8" + struct.pack("<i", value) + b"\xc3")
        assert run() == value


def memory():
    page = mmap.mmap(-1, 64 << 20)
    for offset in range(0, 64 << 20, 4096 * 7):
        page[offset] = 1
    child = os.fork()
    if child == 0:
        page2 = bytes(page[: 1 << 20])
        os._exit(0 if page2[0] == 1 else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert resource.getrusage(resource.RUSAGE_SELF).ru_minflt > 1000


for test in (fault_signals, timers, futexes, processes, socket_filter, seccomp, own_code, memory):
    check(test.__name__.replace("_", " "), test)
