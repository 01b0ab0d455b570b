import { describe, expect, it } from "vitest";
import type { TextProblem } from "../../src/bpf/program-text-error.ts";
import { compileTrace } from "../../src/tracing/language/compile.ts";
import { trace } from "./trace.ts";

/** What people write first, in the manner of bpftrace's tutorial and one-liners: taken as it stands. */
const TAKEN = [
  'BEGIN { printf("hello world\\n"); }',
  'tracepoint:syscalls:sys_enter_openat { printf("%s %s\\n", comm, str(args.filename)); }',
  'tracepoint:syscalls:sys_enter_openat { printf("%s %s\\n", comm, str(args->filename)); }',
  "tracepoint:raw_syscalls:sys_enter { @[comm] = count(); }",
  "tracepoint:raw_syscalls:sys_enter { @[pid, comm] = count(); }",
  "tracepoint:syscalls:sys_exit_read /pid == 18644/ { @bytes = hist(args.ret); }",
  "tracepoint:syscalls:sys_exit_read /args.ret/ { @[comm] = sum(args.ret); }",
  "tracepoint:syscalls:sys_exit_read { @[comm] = lhist(args.ret, 0, 2000, 200); }",
  "kprobe:ksys_read { @start[tid] = nsecs; } kretprobe:ksys_read /@start[tid]/ { @ns[comm] = hist(nsecs - @start[tid]); delete(@start[tid]); }",
  "tracepoint:sched:sched* { @[probe] = count(); } interval:s:5 { exit(); }",
  "tracepoint:sched:sched_switch { @[kstack] = count(); }",
  "profile:hz:99 { @[kstack] = count(); }",
  "tracepoint:syscalls:sys_enter_* { @[probe] = count(); }",
  "kprobe:tcp_sendmsg { @size = hist(arg2); }",
  'kprobe:tcp_sendmsg { @[comm] = count(); } interval:s:1 { time("%H:%M:%S\\n"); print(@); clear(@); }',
  'i:s:1 { printf("%d\\n", elapsed); }',
  "BEGIN { @start = nsecs; } END { @took = nsecs - @start; clear(@start); }",
  "kprobe:tcp_set_state { $sk = (struct sock *)arg0; @[ntop($sk->__sk_common.skc_rcv_saddr), bswap($sk->__sk_common.skc_dport)] = count(); }",
  "fentry:ip_rcv { @[args.skb->dev->name] = stats(args.skb->len); }",
  'BEGIN { if (1 == 1) { printf("yes\\n") } else if (2 == 2) { printf("no\\n") } else { exit(); } }',
  'BEGIN { $i = 1; unroll(5) { printf("i: %d\\n", $i); $i = $i + 1; } }',
  'BEGIN { $i = 0; while ($i < 3) { $i++; } printf("%d\\n", $i); }',
  'BEGIN { printf("%s\\n", 1 > 2 ? "yes" : "no"); }',
  't:syscalls:sys_enter_execve /comm == "sh"/ { signal("KILL"); }',
  "t:syscalls:sys_enter_kill { signal(9); }",
  "BEGIN { @ = nsecs(boot); @j = jiffies; @k = nsecs(sw_tai); }",
  "kprobe:ip_rcv,kprobe:ipv6_rcv { @[func] = count(); }",
];

/** What is not there, and what is said of it. */
const REFUSED: readonly { have: string; want: string; hint?: string }[] = [
  {
    have: "kretprobe:vfs_read { @ = hist(retval); }",
    want: "The simulated kernel has no function 'vfs_read'.",
  },
  {
    have: "kretprobe:tcp_recvmsg { @ = sum(retval); }",
    want: "The simulated kernel has no function 'tcp_recvmsg'.",
    hint: "Did you mean 'tcp_sendmsg'?",
  },
  { have: "tracepoint:block:block_rq_issue { @ = count(); }", want: "There is no event 'block:block_rq_issue'." },
  {
    have: "t:syscalls:sys_enter_execve { join(args.argv); }",
    want: "There is no join() here. No argument of the simulation's calls is a list of texts.",
  },
  {
    have: "software:page-faults:100 { @ = count(); }",
    want: "There are no probes of software here. The simulation has no such counters.",
  },
  {
    have: "hardware:cache-misses:1000 { @ = count(); }",
    want: "There are no probes of hardware here. The simulation has no such counters.",
  },
  {
    have: "uprobe:/bin/bash:readline { @ = count(); }",
    want: "There are no probes of uprobe here. User code is not simulated.",
  },
  { have: "usdt:/bin/x:y { @ = count(); }", want: "There are no probes of usdt here. User code is not simulated." },
  {
    have: "watchpoint:0x10000000:8:w { @ = 1; }",
    want: "There are no probes of watchpoint here. Memory is not watched.",
  },
  {
    have: "asyncwatchpoint:0x1000:8:w { @ = 1; }",
    want: "There are no probes of asyncwatchpoint here. Memory is not watched.",
  },
  { have: "self:signal:SIGUSR1 { @ = 1; }", want: "There are no probes of self here. The tracer gets no signals." },
  { have: "iter:task { @ = count(); }", want: "There are no probes of iter here. There are no iterators." },
  {
    have: "profile:hz:99 { @[ustack] = count(); }",
    want: "There is no 'ustack' here. User code is not simulated, so that it has no stacks.",
  },
  { have: "BEGIN { @ = ppid; }", want: "There is no 'ppid' here. Later versions of bpftrace than 0.17 have it." },
  {
    have: "BEGIN { @a[1] = 1; @ = has_key(@a, 1); }",
    want: "There is no has_key() here. Later versions of bpftrace than 0.17 have it.",
  },
  {
    have: 'BEGIN { @ = strlen("abc"); }',
    want: "There is no strlen() here. Later versions of bpftrace than 0.17 have it.",
  },
  {
    have: "BEGIN { for ($i : 0..10) { print($i); } }",
    want: "There is no 'for' here.",
    hint: "Count with `while` and a variable, or repeat with `unroll(n)`.",
  },
  { have: 'BEGIN { system("ls"); }', want: "There is no system() here. The simulation runs no commands." },
  { have: 'BEGIN { signal("TREM"); }', want: "There is no signal 'TREM'.", hint: "Did you mean 'SIGTERM'?" },
  { have: "BEGIN { signal(65); }", want: "Signals have the numbers from 1 to 64." },
  { have: "BEGIN { @ = nsecs(real); }", want: "nsecs() takes `monotonic`, `boot`, `tai` or `sw_tai`." },
  {
    have: "#include <linux/skbuff.h>\nBEGIN { @ = 1; }",
    want: "Nothing is included here: the structs of the simulated kernel are known.",
  },
  {
    have: "struct foo { int x; } BEGIN { @ = 1; }",
    want: "There is no 'struct' here. The structs of the simulated kernel are known; others are nowhere in it.",
  },
  {
    have: "config = { stack_mode=perf } BEGIN { @ = 1; }",
    want: "There is no 'config' here. There is nothing to configure.",
  },
  { have: "macro x() { 1 } BEGIN { @ = 1; }", want: "There is no 'macro' here. Write out what it stands for." },
];

describe("one-liners that people begin with", () => {
  it.each(TAKEN)("are taken: %s", (text) => {
    expect(() => compileTrace(text)).not.toThrow();
  });

  it.each(REFUSED)("say what is not there: $have", ({ have, want, hint }) => {
    let problems: readonly TextProblem[] = [];
    try {
      compileTrace(have);
    } catch (error) {
      ({ problems } = error as { problems: readonly TextProblem[] });
    }
    expect(problems[0]).toMatchObject({ message: want, ...(hint !== undefined && { hint }) });
  });

  it("end processes by signals", async () => {
    const network = `
nodes: { a: { kind: host, processes: { p: { pid: 42, comm: p, calls: ["getpid()", "getuid()", "getgid()"] } } } }
`;
    const text =
      't:syscalls:sys_enter_getuid /comm == "p"/ { signal("TERM"); } t:raw_syscalls:sys_enter { @[args.id] = count(); }';
    const output = await trace(text, network);
    expect(output).toContain("@[39]: 1\n@[102]: 1");
    expect(output).not.toContain("@[104]");
  });
});
