/** A topology that uses every key there is; `captures/web.pcap` and `policies/ssh.bpf` lie beside it. */
export const EVERYTHING = `
name: everything
seed: 18446744073709551615
until: 2s
max-packets: 100000
epoch: 2024-05-01T12:00:00.5Z
plugins: [./plugin.mjs]
programs:
  from-file: { classic: policies/ssh.bpf }
  in-place:
    classic: |
      ldh [12]
      ret a
nodes:
  client:
    kind: host
    interfaces:
      eth0: { address: [10.0.0.1/24, "fd00::1/64"], mac: 0a-00-00-00-00-01, mtu: 9000, xdp: in-place, ppp: { pass: in-place, active: from-file, idle: 5s } }
      eth1:
    routes:
      - { to: 10.1.0.0/16, via: 10.0.0.9, dev: eth0, metric: 5 }
      - { to: "fd01::/16", via: "fd00::9" }
      - { to: 192.0.2.1, dev: eth1, encap: { bpf: { in: in-place, out: in-place, xmit: from-file } } }
    gateway: [10.0.0.254, "fd00::fe"]
    forwarding: true
    ttl: 32
    sockets:
      sniffer: { kind: packet, interface: eth0, type: dgram, protocol: ip, filter: from-file }
      number: { kind: packet, protocol: 0x88cc, filter: { classic: "ret #0" } }
      udp: { kind: udp, port: 53, address: 10.0.0.1, echo: true, filter: in-place }
      web: { kind: tcp, port: 80 }
      ping: { kind: raw, protocol: icmp6, family: 6 }
      other: { kind: raw, protocol: 200, address: "fd00::1" }
  switch: { kind: bridge, ageing: 10s, interfaces: { p1: { mac: "02:00:00:00:00:99", mtu: 1500, linear: 128, offload: { device: nic, tx: true, sg: true, tso: true, rx: true, gro: true, napi: true, hwtstamp: true, max-segs: 8, max-size: 32kB } } } }
  server: { kind: host, cgroups: { /web: { ingress: [in-place], egress: [from-file] }, /: {} }, iptables: { INPUT: [{ bpf: in-place, invert: true, in: eth0, jump: DROP }], FORWARD: [{ out: eth0 }], OUTPUT: [] }, ip6tables: { INPUT: [] }, processes: { nginx: { seccomp: [from-file, in-place], arch: x86_64, no-new-privs: true, threads: 2, pid: 4242, uid: 33, gid: 33, comm: nginx, calls: ["read(0)", { call: "close(1)", result: -1, count: 2 }], supervisor: { read: { continue: true }, close: { value: 3 }, open: { errno: EACCES } }, tracer: { read: { call: "write(1)" } } }, plain: { strict: false, seccomp: from-file, parent: nginx, dumpable: false, replay: x.strace, sigsys: { read: { value: 1 } }, supervisor: { openat: { fd: lowest } } } }, sockets: { calls: { kind: raw, protocol: 201, process: nginx, serves: ["read(3)"], cgroup: /web } }, interfaces: { eth0: { address: 10.0.0.2/24 }, eth1: { team: { ports: [eth2], hash: in-place, mapping: { 5: eth2 } } }, eth2: { tunnel: { type: vxlan, dst-port: 8472 } } }, tc: { eth0: { qdisc: { kind: htb, handle: "1:", default: "30", r2q: 5, direct-qlen: 2, classes: { "1:1": { rate: 1gbit }, "1:30": { parent: "1:1", rate: 1mbit, ceil: 2mbit, burst: 2000, cburst: 3000, prio: 1, quantum: 1600, qdisc: { kind: bfifo, limit: 10kB } } }, filters: [{ program: in-place, flowid: "1:30", priority: 5, protocol: ip, chain: 0 }] }, filters: [{ flowid: "1:30" }], ingress: [{ program: from-file, direct-action: true }, { chain: 2, actions: [{ program: in-place, action: continue }, { mirror: { dev: eth1, direction: ingress } }, { redirect: { dev: lo } }, { goto-chain: 2 }, { action: drop }] }], egress: [{ protocol: 0x88cc }], tcx: { ingress: [from-file], egress: [in-place] } }, eth1: { qdisc: { kind: prio, bands: 2, priomap: [1, 1, 1, 1, 1, 1, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1] } }, eth2: { qdisc: { kind: tbf, rate: 1mbit, burst: 10kB, latency: 50ms, limit: 10kB, peakrate: 2mbit, mtu: 1600, overhead: 14, mpu: 64, linklayer: atm } } } }
  queues:
    kind: host
    interfaces: { e0: {}, e1: {}, e2: {}, e3: {}, e4: {}, e5: {}, e6: {} }
    tc:
      e0: { qdisc: { kind: drr, classes: { "1:1": { quantum: 1600, qdisc: { kind: codel, limit: 10, target: 1ms, interval: 10ms, ce_threshold: 2ms, ecn: true } } } } }
      e1: { qdisc: { kind: red, limit: 100kB, min: 10kB, max: 30kB, avpkt: 1000, burst: 20, probability: 5%, bandwidth: 10mbit, ecn: true, harddrop: true, nodrop: true, adaptive: true } }
      e2: { qdisc: { kind: fq_codel, limit: 100, flows: 16, target: 1ms, interval: 10ms, ce_threshold: 1ms, quantum: 300, ecn: false, memory_limit: 1MiB, drop_batch: 8, filters: [{ flowid: "1:1" }] } }
      e3: { qdisc: { kind: fq, limit: 100, flow_limit: 10, quantum: 3000, initial_quantum: 3000, maxrate: 1mbit, refill_delay: 10ms, low_rate_threshold: 10kbit, pacing: true, orphan_mask: 15, buckets: 16, ce_threshold: 1ms, horizon: 1s, horizon_drop: false, timer_slack: 1us, priomap: [1, 1, 1, 1, 1, 1, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1], weights: [20000, 20000, 20000] } }
      e4: { qdisc: { kind: netem, limit: 100, delay: 1ms, jitter: 100us, delay-correlation: 25%, distribution: normal, loss-gemodel: { p: 1%, r: 10%, 1-h: 70%, 1-k: 0.1% }, ecn: true, duplicate: 1%, duplicate-correlation: 1%, corrupt: 1%, corrupt-correlation: 1%, reorder: 1%, reorder-correlation: 1%, gap: 5, rate: 1mbit, packet-overhead: 20, cell-size: 48, cell-overhead: 5, slot: { min: 800us, max: 1ms, packets: 8, bytes: 3000 }, seed: 7 } }
      e5: { qdisc: { kind: mq, queues: 2, classes: { "1:1": { qdisc: { kind: sfq, limit: 100, depth: 10, flows: 16, divisor: 256, quantum: 1600, perturb: 10s, headdrop: true, redflowlimit: 100kB, avpkt: 1000, min: 10kB, max: 30kB, burst: 20, probability: 2%, ecn: true, harddrop: true } } } } }
      e6: { qdisc: { kind: netem, loss: 1%, loss-correlation: 10%, classes: { "1:1": { qdisc: { kind: netem, loss-state: { p13: 1%, p31: 90%, p32: 5%, p23: 10%, p14: 1% } } } } } }
  ovs:
    kind: ovs
    interfaces:
      eth9: { address: 192.0.2.1/24 }
      vx: { type: vxlan, number: 7, remote: 192.0.2.2, local: 192.0.2.1, key: 42, tos: 0, ttl: 9, dst-port: 4790, csum: true, df: false }
      pa: { type: patch, peer: "ovs:pb" }
      pb: { type: patch, peer: "ovs:pa", tag: 5, vlan-mode: dot1q-tunnel, cvlans: [3], qinq-ethtype: 802.1q }
      tr: { type: link, trunks: [1, 2], priority-tags: if-nonzero }
    routes: [{ to: 198.51.100.0/24, via: 192.0.2.9 }]
    gateway: 192.0.2.254
    flows: ["priority=0,actions=NORMAL"]
    groups: ["group_id=1,type=all,bucket=output:1"]
    meters: ["meter=1,kbps,band=type=drop,rate=1000"]
    hooks: { parser: in-place, flow-hit: { lb: in-place }, flow-miss: in-place }
    contract: opcodes
    upcall: { queue: 10, time: 1us }
    vlan-limit: 2
    flow-limit: 100
  ovs-2013: { kind: ovs, contract: plumgrid2013, interfaces: { p: { flow-miss: in-place } } }
links:
  - endpoints: ["client:eth0", "switch:p1"]
    delay: 50us
    jitter: 5us
    rate: 1gbit
    loss: 0.1%
    duplicate: 0.01
    corrupt: 1%
    mtu: 1500
    queue: 10
    impair: { "switch:p1": { delay: 1ms, loss: 0 } }
  - { endpoints: ["server:eth0", "switch:p2"] }
traffic:
  - { from: client, to: server, tcp: { dport: 22 }, count: 10, every: 1ms, start: 1ms }
  - { at: "client:eth0", direction: in, packet: [ { ether: {} }, { ipv4: {} }, { udp: {} } ], rate: 3/s, for: 1s }
  - { from: "client:eth0", to: "server:eth0", udp:, rate: 100, process: poisson, for: 1s }
  - { flow: tcp, from: client, to: server, port: 80, sport: 1000, bytes: 1MiB, cgroup: /, family: 4 }
  - { flow: icmp, from: client, to: "server:eth0", every: 1s }
  - { at: "client:eth0", replay: captures/web.pcap, direction: in, start: 1s, limit: 5, timing: { speed: 2 } }
  - { at: "switch:p2", replay: captures/web.pcap, timing: { every: 1us } }
  - { at: "switch:p2", replay: captures/web.pcap, timing: original }
steps:
  - { at: 1s, replace: { program: in-place, with: from-file } }
  - { at: 1s, replace: { program: from-file, with: { classic: "ret #1" } } }
  - { at: 1s, cut: "client:eth0" }
  - { at: 1100ms, mend: ["switch:p1", "client:eth0"] }
  - { at: 1200ms, impair: "client:eth0 - switch:p1", delay: 2ms, loss: 5% }
  - { at: 1200ms, impair: "server:eth0", from: "switch:p2", rate: 1mbit, jitter: 0, duplicate: 0, corrupt: 0, mtu: 1280, queue: 1 }
  - { at: 1s, map: ports, update: { key: { port: 1 }, value: 0x10 }, flags: noexist, errno: EEXIST }
  - { at: 1s, map: ports, delete: { hex: "0050 0000 0a000001" } }
  - { at: 1s, map: ports, check: { key: { from: 10.0.0.1 }, value: ">= 5" } }
  - { at: 1s, map: ports, dump: true }
  - { at: 1s, tc: "qdisc replace dev e0 root pfifo", node: queues }
  - { at: 1s, ofctl: "add-flow actions=drop", node: ovs }
  - { at: 1s, attach: "client:eth0", xdp: in-place }
  - { at: 1s, attach: server/calls, filter: from-file }
  - { at: 1s, attach: server/web, egress: in-place }
  - { at: 2s, detach: server/web, hook: egress, program: in-place }
expect:
  - socket: client/sniffer
    served: 0
    seen: ">= 1"
    received: 10
    receivedBytes: 1000..2000
    trimmed: 0
    dropped: "!= 5"
    lengths: [60, 60]
    contains: [GET, { hex: "0d 0a" }, { text: ä }]
  - { socket: client/udp, contains: x }
  - { interface: "client:eth0", sent: 1, sentBytes: 1, received: 1, receivedBytes: 1 }
  - { link: "client:eth0", sent: 1, sentBytes: 1, delivered: 1, dropped: 1, duplicated: 1, corrupted: 1, inFlight: 0 }
  - { link: "client:eth0", from: "switch:p1", sent: 1 }
  - { drops: NO_SOCKET, count: 0 }
  - { process: server/plain, ended: none, calls: 1, ran: 1, refused: 0, undecided: 0, notMade: 0 }
  - { run: { created: 1, copied: 1, delivered: 1, dropped: 1, queued: 1, events: 1, time: 1 } }
  - { map: ports, entries: ">= 1", key: { port: 80 }, value: 1 }
  - { class: "server:eth0/1:30", packets: 1, bytes: 1, dropped: 0, overlimits: 0, queued: 0, queuedBytes: 0 }
  - { qdisc: "server:eth0", packets: 1 }
  - { map: ports, key: { port: 81 }, absent: true }
  - { call: "server/nginx[1]", answer: ALLOW, outcome: runs, errno: EPERM, value: 3, signal: SIGSYS }
  - { map: events, records: 0, lost: 0 }
  - { map: events, record: 0, value: { pid: 1 } }
tracing:
  - { program: from-file, tracepoint: "net:*", node: client }
  - { program: from-file, raw-tracepoint: kfree_skb, histogram: { map: ports, label: bytes, title: sizes } }
  - { program: from-file, kprobe: ip_rcv }
  - { program: from-file, kretprobe: ip_rcv }
  - { program: from-file, tp-btf: kfree_skb }
  - { program: from-file, fentry: ip_rcv }
  - { program: from-file, fexit: ip_rcv }
  - { program: from-file, perf-event: cpu-clock, every: 1ms }
maps:
  ports: { type: hash, key: { port: be16, from: ipv4 }, value: u64, entries: 16, flags: 1, contents: [{ key: { port: 80 }, value: 1 }] }
  events: { type: ringbuf, entries: 4096, records: { as: { pid: u32, comm: "char[16]" }, every: 1ms } }
  samples: { type: perf_event_array, entries: 1, records: { buffer: 4KiB } }
  requests: { type: user_ringbuf, entries: 4096, contents: [{ value: "0a0b" }] }
  unread: { type: ringbuf, entries: 4096, records: false }
  ways: { type: devmap, key: u32, value: device, entries: 4, contents: { 0: "server:eth0" } }
  exits: { type: devmap, key: u32, value: { to: device, program: u32 }, entries: 4, contents: { 0: { to: "server:eth0", program: in-place } } }
  groups: { type: cgroup_array, key: u32, value: u32, entries: 4, contents: { 0: server/web } }
  names: { type: array_of_maps, key: u32, value: 4, entries: 4, inner: ports, contents: { 0: ports } }
`;
