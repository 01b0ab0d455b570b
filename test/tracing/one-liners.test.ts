import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { openTopology } from "../../src/open-topology.ts";
import { TOKENS } from "../../src/tokens.ts";
import { scratch } from "../scratch.ts";
import { trace } from "./trace.ts";

/** A host with a process, and one that sends it datagrams. */
const NETWORK = `
nodes:
  client: { kind: host, interfaces: { eth0: { address: 10.0.0.1/24 } } }
  server:
    kind: host
    interfaces: { eth0: { address: 10.0.0.2/24 } }
    sockets: { web: { kind: tcp, port: 80 } }
    processes:
      nginx:
        pid: 77
        uid: 33
        gid: 34
        calls:
          - { call: "write(1, NULL, 5)", result: 5, count: 3 }
          - { call: "write(1, NULL, 100)", result: -1 }
          - "getpid()"
          - { call: 'execve("/usr/sbin/ng\\x69nx", ["nginx"], NULL)', result: 0 }
          - { call: 'openat(AT_FDCWD, "/etc/nginx.conf"..., O_RDONLY)', result: 4 }
          - { call: 'openat(AT_FDCWD, NULL, O_RDONLY)', result: -14 }
links: [{ endpoints: ["client:eth0", "server:eth0"], delay: 1ms }]
traffic:
  - { from: client, to: server, flow: udp, port: 99, bytes: 10, count: 2, every: 1ms }
  - { from: client, to: server, flow: tcp, port: 80, bytes: 500 }
`;

const cases = [
  { name: "counts", have: "tracepoint:syscalls:sys_enter_write { @ = count(); }", want: "@: 4" },
  {
    name: "texts that calls are given",
    have: "t:syscalls:sys_enter_openat { @[str(args.filename), args.dfd] = count(); }",
    want: "@[, 4294967196]: 1\n@[/etc/nginx.conf, 4294967196]: 1",
  },
  {
    name: "programs that are run",
    have: 't:sched:sched_process_exec { @[str(args.filename) == "x", pid == args.pid, args.old_pid] = count(); printf("%s\\n", args.filename); }',
    want: /^\/usr\/sbin\/nginx\n+@\[0, 1, 77\]: 1$/,
  },
  {
    name: "histograms by DTrace's name",
    have: "t:syscalls:sys_enter_write { @ = quantize(args.count); }",
    want: /^@: \n\[4, 8\) +3 \|@{52}\|\n(\[\d+, \d+\) +0 \| {52}\|\n){3}\[64, 128\) +1 \|@{17} +\|$/,
  },
  {
    name: "fields after a predicate",
    have: "t:syscalls:sys_enter_write /args->count > 50/ { @[args.fd] = sum(args.count); }",
    want: "@[1]: 100",
  },
  {
    name: "negative results",
    have: "tracepoint:syscalls:sys_exit_write { @[args.ret] = count(); }",
    want: "@[-1]: 1\n@[5]: 3",
  },
  {
    name: "who calls",
    have: "tracepoint:syscalls:sys_enter_getpid { @[comm, pid, tid, uid, gid] = count(); }",
    want: "@[nginx, 77, 77, 33, 34]: 1",
  },
  {
    name: "texts compared",
    have: 't:syscalls:sys_enter_write /comm == "nginx"/ { @a++; } t:syscalls:sys_enter_write /comm != "nginx"/ { @b++; }',
    want: "@a: 4",
  },
  {
    name: "raw arguments",
    have: "t:raw_syscalls:sys_enter { @[args.id] = max(args.args[2]); }",
    want: "@[39]: 0\n@[59]: 0\n@[257]: 0\n@[1]: 100",
  },
  {
    name: "drop reasons",
    have: "tracepoint:skb:kfree_skb { @[args.reason, ksym(args.location)] = count(); }",
    want: "@[3, udp_rcv]: 2",
  },
  {
    name: "devices",
    have: 'tracepoint:net:net_dev_queue /args.name == "eth0" && args.len == 52/ { @[args.name] = count(); }',
    want: "@[eth0]: 2",
  },
  {
    name: "states of connections",
    have: "tracepoint:sock:inet_sock_set_state /args.newstate == 1/ { @[ntop(args.saddr), args.sport] = count(); }",
    want: /@\[10\.0\.0\.1, \d+\]: 1\n@\[10\.0\.0\.2, 80\]: 1/,
  },
  {
    name: "arguments of functions",
    have: "kprobe:tcp_sendmsg { @ = sum(arg2); } kretprobe:tcp_sendmsg { @r = sum(retval); }",
    want: "@: 500\n@r: 500",
  },
  {
    name: "typed arguments",
    have: "fentry:udp_sendmsg { @ = sum(args.len); } fexit:udp_sendmsg { @r = sum(retval); }",
    want: "@: 20\n@r: 20",
  },
  { name: "raw tracepoints", have: "rawtracepoint:kfree_skb { @[arg2] = count(); }", want: "@[3]: 2" },
  {
    name: "structures",
    have: "kprobe:udp_rcv { $skb = (struct sk_buff *)arg0; @[((struct udphdr *)(((struct sk_buff *)$skb)->head + ((struct sk_buff *)$skb)->transport_header))->dest] = count(); }",
    want: `@[${99 << 8}]: 2`,
  },
  {
    name: "what a variable points at",
    have: "kprobe:udp_rcv { $skb = (struct sk_buff *)arg0; @[$skb->len, $skb->dev->name, $skb->dev->nd_net.net->ns.inum >> 28] = count(); }",
    want: "@[18, eth0, 15]: 2",
  },
  {
    name: "what typed arguments point at",
    have: "fentry:udp_rcv { @[args.skb->dev->ifindex, args->skb->len] = count(); }",
    want: "@[2, 18]: 2",
  },
  {
    name: "sockets by members of members",
    have: "fentry:tcp_set_state /args.state == 1/ { @[bswap(args.sk->__sk_common.skc_dport), args.sk->sk_protocol] = count(); }",
    want: /@\[80, 6\]: 1/,
  },
  {
    name: "sockets by what they share",
    have: "kprobe:tcp_sendmsg { $sk = (struct sock *)arg0; @[ntop($sk->skc_daddr), bswap($sk->__sk_common.skc_dport)] = count(); }",
    want: "@[10.0.0.2, 80]: 1",
  },
  {
    name: "what a socket of TCP knows",
    have: "kprobe:tcp_sendmsg { $tp = (struct tcp_sock *)arg0; @ = max($tp->mss_cache); @same = $tp->inet_conn.icsk_inet.sk.sk_type; }",
    want: "@: 1448\n@same: 1",
  },
  {
    name: "parts of bytes",
    have: "kprobe:udp_rcv { $ip = (struct iphdr *)(((struct sk_buff *)arg0)->head + ((struct sk_buff *)arg0)->network_header); @[$ip->version, $ip->ihl, $ip->protocol] = count(); }",
    want: "@[4, 5, 17]: 2",
  },
  {
    name: "pointers that maps keep",
    have: "kprobe:udp_rcv { @skb = (struct sk_buff *)arg0; @len = @skb->len; delete(@skb); }",
    want: "@len: 18",
  },
  {
    name: "the task that runs",
    have: "t:syscalls:sys_enter_getpid { @[curtask->comm, curtask->pid, curtask->cred->uid.val, curtask->group_leader->tgid] = count(); }",
    want: "@[nginx, 77, 33, 77]: 1",
  },
  {
    name: "sizes of structures",
    have: "BEGIN { @ = sizeof(struct sk_buff); }",
    want: "@: 224",
  },
  {
    name: "stacks",
    have: "kprobe:udp_rcv { @[kstack] = count(); }",
    want: "@[\n    udp_rcv+1\n    ip_local_deliver+128\n    ip_rcv+128\n    __netif_receive_skb_one_core+128\n]: 2",
  },
  {
    name: "the function",
    have: "kprobe:udp_* { @[func, probe] = count(); }",
    want: "@[udp_rcv, kprobe:udp_rcv]: 2\n@[udp_sendmsg, kprobe:udp_sendmsg]: 2",
  },
  {
    name: "a latency by packet",
    have: "t:net:net_dev_start_xmit /args.len == 52/ { @t[args.skbaddr] = nsecs; } t:net:netif_receive_skb /@t[args.skbaddr]/ { @ms = hist((nsecs - @t[args.skbaddr]) / 1ms); delete(@t[args.skbaddr]); }",
    want: /@ms: \n\[1\] {20}2 \|@{52}\|/,
  },
  {
    name: "a histogram without a key that was deleted",
    have: "t:syscalls:sys_enter_write { @h[args.fd] = hist(args.count); @l[0] = lhist(5, 0, 200, 10); @l[1] = lhist(15, 0, 200, 10); } END { delete(@h[1]); delete(@l[0]); @h[2] = hist(0); }",
    want: "@h[2]: \n[0]                    1 |@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@|\n\n@l[1]: \n[10, 20)               4 |@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@|",
  },
  {
    name: "intervals and exit",
    have: 'interval:ms:1 { @n++; if (@n == 3) { printf("%d\\n", nsecs); exit(); } } END { printf("end\\n"); }',
    want: "3000000\nend\n\n\n@n: 3",
  },
  {
    name: "choices and logic",
    have: 't:syscalls:sys_enter_write { @[args.count > 50 ? "large" : "small"] = count(); @o[args.count == 5 || args.count == 6, !args.count] = count(); }',
    want: "@[large]: 1\n@[small]: 3\n@o[0, 0]: 1\n@o[1, 0]: 3",
  },
];

describe.each(["interpreter", "jit"])("one-liners with %s", (engine) => {
  it.each(cases)("print $name", async ({ have, want }) => {
    const output = (await trace(have, NETWORK, engine)).trim();
    if (typeof want === "string") expect(output).toBe(want);
    else expect(output).toMatch(want);
  });
});

it("one-liners read addresses of both families where an event has either", async () => {
  const text = "tracepoint:tcp:tcp_probe { @[ntop(args.saddr), ntop(args.daddr)] = count(); }";
  const six = NETWORK.replaceAll("10.0.0.", "fd00::").replaceAll("/24", "/64");
  for (const [network, want] of [
    [NETWORK, "@[10.0.0.2, 10.0.0.1]: "],
    [six, "@[fd00::2, fd00::1]: "],
  ] as const)
    expect(await trace(text, network)).toContain(want);
});

const refusals: readonly { have: string; want: string; at: readonly unknown[]; hint?: unknown }[] = [
  ...["if (1) { ", "while (1) { ", "unroll(1) { "].map((open) => ({
    have: `BEGIN { ${open.repeat(5000)}${"}".repeat(5000)} }`,
    want: "This is nested too deeply.",
    at: [expect.any(Number), expect.any(Number)],
  })),
  {
    have: `BEGIN { if (1) {}${" else if (1) {}".repeat(5000)} }`,
    want: "This is nested too deeply.",
    at: [expect.any(Number), expect.any(Number)],
  },
  ...["+", "&&", "=="].map((operator) => ({
    have: `BEGIN { @ = 1${` ${operator} 1`.repeat(5000)}; }`,
    want: "More than 250 operators stand behind each other.",
    at: [expect.any(Number), expect.any(Number)],
  })),
  {
    have: `BEGIN { ${"unroll(9) { ".repeat(40)}return; ${"}".repeat(40)} }`,
    want: "The probe has become more than 1,000,000 instructions.",
    at: [9 + 12 * 40, expect.any(Number)],
  },
  {
    have: "kprobe:ip_rvc { @ = count(); }",
    want: "The simulated kernel has no function 'ip_rvc'.",
    at: [1, 14],
    hint: "Did you mean 'ip_rcv'?",
  },
  {
    have: "tracepoint:skb:kfree_skb { @[args.reazon] = count(); }",
    want: "skb:kfree_skb has no field 'reazon'.",
    at: [35, 41],
    hint: "Did you mean 'reason'?",
  },
  {
    have: "tracepoint:skb:kfree { @ = count(); }",
    want: "There is no event 'skb:kfree'.",
    at: [1, 21],
    hint: expect.stringContaining("skb:kfree_skb"),
  },
  {
    have: "kprobe:ip_rcv { @x = cuont(); }",
    want: "There is no function 'cuont' here.",
    at: [22, 29],
    hint: "Did you mean 'count'?",
  },
  {
    have: "kprobe:ip_rcv { @ = ((struct sk_buf *)arg0)->len; }",
    want: "Nothing is known of struct sk_buf.",
    at: [22, 43],
    hint: "Did you mean 'sk_buff'?",
  },
  {
    have: "fentry:ip_rcv { @ = args.skb->dev->nam; }",
    want: "struct net_device has no field 'nam' here.",
    at: [36, 39],
    hint: "Did you mean 'name'?",
  },
  {
    have: "fentry:ip_rcv { @ = args.dev->perm_addr; }",
    want: "'perm_addr' is an array of 32 bytes, which is no value.",
    at: [31, 40],
    hint: "Read bytes where a pointer points: `buf(pointer, 6)`.",
  },
  {
    have: "kprobe:ip_rcv { @ = arg0->len; }",
    want: "Only `args` and pointers to structures have fields.",
    at: [21, 30],
    hint: "Say what it points at: `((struct sk_buff *)arg0)->len`.",
  },
  { have: "kprobe:ip_rcv { $x = count(); }", want: "count() can only be assigned to a map.", at: [22, 29] },
  { have: "kprobe:ip_rcv { @x = 1; @x = count(); }", want: "@x is count() here and a number elsewhere.", at: [25, 27] },
  { have: "kprobe:ip_rcv { @x[1] = 1; @x[1, 2] = 1; }", want: "@x has 1 key elsewhere and 2 keys here.", at: [28, 36] },
  { have: "kprobe:ip_rcv { print(@y); }", want: "Nothing is ever assigned to @y.", at: [23, 25] },
  {
    have: "kprobe:ip_rcv { @ = args.skb; }",
    want: "`args` is for tracepoints, fentry and fexit; this is kprobe:ip_rcv.",
    at: [26, 29],
  },
  {
    have: "kprobe:ip_rcv { @ = retval; }",
    want: "`retval` is for kretprobe and fexit; this is kprobe:ip_rcv.",
    at: [21, 27],
  },
  {
    have: "uprobe:/bin/sh:main { @ = 1; }",
    want: "There are no probes of uprobe here. User code is not simulated.",
    at: [1, 20],
  },
  { have: 'BEGIN { printf("%d"); }', want: "The format wants 1 value, and there are 0.", at: [9, 21] },
  { have: 'BEGIN { system("rm"); }', want: "There is no system() here. The simulation runs no commands.", at: [9, 21] },
  { have: "BEGIN { @x = ", want: "A value is expected, not the end.", at: [14, 15] },
  { have: 'BEGIN { @x = "abc }', want: "This text has no end.", at: [14, 20] },
  { have: "interval:s:0 { @ = 1; }", want: "'interval:s:0' says no time.", at: [1, 13] },
  { have: "", want: "There is no probe.", at: [1, 2] },
];

describe("one-liners", () => {
  it.each(refusals)("refuse '$have'", async ({ have, want, at, hint }) => {
    const { compileTrace } = await import("../../src/tracing/language/compile.ts");
    let problems: readonly unknown[] = [];
    try {
      compileTrace(have);
    } catch (error) {
      ({ problems } = error as { problems: readonly unknown[] });
    }
    expect(problems).toMatchObject([
      { line: 1, column: at[0], endColumn: at[1], message: want, ...(hint !== undefined && { hint }) },
    ]);
  });

  const several: { name: string; have: string; want: string[] }[] = [
    {
      name: "in several probes and statements",
      have: "kprobe:ip_rvc { @a = count() } kprobe:ip_rcv /$y == 1/ { @b = nosuch(); @c = args.len; print(@d) }",
      want: [
        "The simulated kernel has no function 'ip_rvc'.",
        "Nothing was assigned to $y before.",
        "There is no function 'nosuch' here.",
        "`args` is for tracepoints, fentry and fexit; this is kprobe:ip_rcv.",
        "Nothing is ever assigned to @d.",
      ],
    },
    {
      name: "but not what follows from another",
      have: "kprobe:ip_rvc { @a = count() } kprobe:ip_rcv { $x = nosuch(); @b = $x; print(@a); print(@b); @b = 1 }",
      want: ["The simulated kernel has no function 'ip_rvc'.", "There is no function 'nosuch' here."],
    },
    {
      name: "once, also where they are repeated",
      have: "kprobe:ip_rcv,kprobe:tcp_v4_rcv { unroll(3) { @ = nosuch() } }",
      want: ["There is no function 'nosuch' here."],
    },
  ];
  it.each(several)("are refused for all that is wrong, $name", async ({ have, want }) => {
    const { compileTrace } = await import("../../src/tracing/language/compile.ts");
    let problems: readonly { message: string }[] = [];
    try {
      compileTrace(have);
    } catch (error) {
      ({ problems } = error as { problems: readonly { message: string }[] });
    }
    expect(problems.map(({ message }) => message)).toEqual(want);
  });

  it("of a topology are told of where they stand in the file", async () => {
    const network = `${NETWORK}tracing: ["kprobe:ip_rvc { @ = count() }"]\n`;
    const file = scratch({ "topology.yaml": network });
    const { topology, container } = await openTopology(file);
    const failure = await container
      .get(TOKENS.TopologyRunner)
      .run(topology)
      .then(
        () => [],
        ({ diagnostics }) => diagnostics,
      );
    const line = network.trimEnd().split("\n").length;
    expect(failure).toMatchObject([{ place: { file, line, column: 12, endColumn: 25 } }]);
  });

  it("read what is no one-liner without falling over", async () => {
    const { compileTrace } = await import("../../src/tracing/language/compile.ts");
    const words = [
      "kprobe:ip_rcv",
      "{",
      "}",
      "@x",
      "[",
      "]",
      "(",
      ")",
      "=",
      "count()",
      "/",
      "+",
      "1",
      '"a"',
      "$v",
      ";",
      "if",
      "args.len",
      ",",
      "?",
      ":",
      "-",
    ];
    let seed = 7;
    const next = (limit: number) => {
      seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
      return seed % limit;
    };
    for (let i = 0; i < 3000; i++) {
      const text = Array.from({ length: 1 + next(12) }, () => words[next(words.length)]).join(" ");
      try {
        compileTrace(text);
      } catch (error) {
        expect((error as Error).name, text).toBe("ProgramTextError");
      }
    }
  });
});

const BPFTRACE = spawnSync("bpftrace", ["-e", "BEGIN { exit(); }"], { encoding: "utf8", timeout: 20_000 });
const missing = BPFTRACE.status === 0 ? undefined : "bpftrace cannot run here";

/** What both are to accept, and print alike. */
const ALIKE = [
  "BEGIN { @h = hist(-5); @h = hist(0); @h = hist(1); @h = hist(2); @h = hist(1023); @h = hist(1024); @h = hist(5000000); @h = hist(3); exit(); }",
  "BEGIN { @l = lhist(-5, 0, 100, 10); @l = lhist(0, 0, 100, 10); @l = lhist(55, 0, 100, 10); @l = lhist(100, 0, 100, 10); exit(); }",
  "BEGIN { @l = lhist(1500, 0, 10000, 1000); @m = lhist(3000, 0, 16384, 1024); exit(); }",
  'BEGIN { @a[1, "x"] = count(); @a[2, "y"] = count(); @a[2, "y"] = count(); @s = sum(5); @s = sum(7); exit(); }',
  'BEGIN { @v = avg(5); @v = avg(8); @m = min(5); @m = min(3); @M = max(5); @M = max(9); @st = stats(5); @x = 5; @y = "abc"; @n = -3; exit(); }',
  'BEGIN { printf("%d %s %x %5d|%-5d|%05d %llu %c %p\\n", 5, "abc", 255, 42, 42, 42, 100, 65, 4096); exit(); }',
  'BEGIN { print("a"); print(5); exit(); }',
  "BEGIN { @h[1] = hist(5); @h[2] = hist(9); @h[2] = hist(100); exit(); }",
  "BEGIN { @a = count(); print(@a); clear(@a); @b[1] = 1; @b[2] = 2; delete(@b[1]); exit(); }",
  'BEGIN { $i = 5; if ($i > 3) { printf("big\\n"); } else { printf("small\\n"); } $i++; unroll(3) { printf("u\\n"); } printf("%d %s\\n", $i, $i > 5 ? "y" : "n"); exit(); }',
  "BEGIN { @a[1] = 5; @a[2] = 3; @a[3] = 9; print(@a, 2); print(@a, 2, 2); exit(); }",
  'BEGIN { @x = stats(3); @y[1] = stats(4); @y[2] = stats(9); exit(); } END { printf("bye\\n"); }',
  'BEGIN { printf("%s\\n", ntop(0x0100007f)); exit(); }',
  "BEGIN { @a = 7 / 2; @b = 7 % 4; @c = 1 << 10; @d = 0xff & 0x0f; @e = 5 ^ 1; @f = ~0; @g = !5; @h = 3 > 2 && 1 < 2; exit(); }",
  'BEGIN { $a = 10; while ($a > 7) { $a--; } @["k", $a] = sum($a); @["k", $a] = sum(1); exit(); }',
  "BEGIN { @us = hist(100000 / 1000); exit(); }",
];

describe.skipIf(missing !== undefined)(`bpftrace itself${missing ? ` (${missing})` : ""}`, () => {
  it.each(ALIKE)("accepts and prints alike: %s", { timeout: 30_000 }, async (text) => {
    const { stdout } = spawnSync("bpftrace", ["-e", text], { encoding: "utf8", timeout: 20_000 });
    const theirs = stdout.replace(/^Attaching .*\n/, "");
    expect(await trace(text, NETWORK)).toBe(theirs);
  });
});
