"""Has the threads of a process install seccomp filters, and prints what came of it.

Reads a JSON list of scenarios from standard input, each a list of steps: {"by": thread, "do": "spawn" | "nnp" | "filter",
"flags": number, "call": number}. Threads are numbered as they appear, from 0; a filter refuses one call. Prints for each
scenario what each filter step gave (a number, or the thread that could not follow as "thread N"), and of each thread its
mode, its no_new_privs and the calls that are refused to it.
"""
import ctypes, json, os, queue, struct, sys, threading

libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long
SECCOMP, GETTID, SET_MODE_FILTER = 317, 186, 1
PR_GET_SECCOMP, PR_SET_NNP, PR_GET_NNP = 21, 38, 39
TSYNC = 1
CALLS = [110, 102, 104, 107, 108, 111]
ERRNO = 77


def install(call, flags):
    code = struct.pack("HBBI" * 4, 0x20, 0, 0, 0, 0x15, 0, 1, call, 6, 0, 0, 0x00050000 | ERRNO, 6, 0, 0, 0x7FFF0000)
    buffer = ctypes.create_string_buffer(code)
    program = ctypes.create_string_buffer(struct.pack("HxxxxxxQ", 4, ctypes.addressof(buffer)))
    value = libc.syscall(SECCOMP, SET_MODE_FILTER, flags, ctypes.byref(program))
    return value, (ctypes.get_errno() if value < 0 else 0)


class Thread:
    """A thread that does what it is told, one thing after the other."""

    def __init__(self, all_threads):
        self.all = all_threads
        self.orders, self.answers = queue.Queue(), queue.Queue()
        all_threads.append(self)
        self.started = threading.Event()
        threading.Thread(target=self.work, daemon=True).start()
        self.started.wait()

    def work(self):
        self.tid = libc.syscall(GETTID)
        self.started.set()
        while True:
            self.answers.put(self.orders.get()())

    def do(self, order):
        self.orders.put(order)
        return self.answers.get()

    def state(self):
        refused = [call for call in CALLS if libc.syscall(call) == -1 and ctypes.get_errno() == ERRNO]
        return [libc.prctl(PR_GET_SECCOMP), libc.prctl(PR_GET_NNP, 0, 0, 0, 0), refused]


def play(steps):
    threads = []
    Thread(threads)
    told = []
    for step in steps:
        thread = threads[step["by"]]
        if step["do"] == "spawn":
            thread.do(lambda: Thread(threads))
        elif step["do"] == "nnp":
            thread.do(lambda: libc.prctl(PR_SET_NNP, 1, 0, 0, 0))
        else:
            value, errno = thread.do(lambda: install(step["call"], step["flags"]))
            others = [i for i, other in enumerate(threads) if other.tid == value]
            # What is positive is a descriptor where a listener was asked for.
            told.append(f"thread {others[0]}" if value > 0 and others and step["flags"] & 8 == 0 else
                        -errno if value < 0 else 0)
    return {"told": told, "threads": [thread.do(thread.state) for thread in threads]}


results = []
for steps in json.load(sys.stdin):
    source, sink = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(sink, json.dumps(play(steps)).encode())
        os._exit(0)
    os.close(sink)
    with os.fdopen(source) as file:
        results.append(json.loads(file.read()))
    os.waitpid(child, 0)
print(json.dumps(results))
