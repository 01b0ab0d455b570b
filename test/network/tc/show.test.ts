import { describe, expect, it } from "vitest";
import type { Interface } from "../../../src/network/interface.ts";
import { showClasses, showQdiscs } from "../../../src/network/tc/show/show.ts";
import { play, type Tree } from "../qdisc/play.ts";

/** What tc of iproute2 6.1 printed on Linux 6.12 after `tc qdisc add dev d0 root handle 1: ...`. */
const SHOWN: readonly (readonly [command: string, shown: string])[] = [
  ["pfifo limit 10", "qdisc pfifo 1: root refcnt 2 limit 10p"],
  ["bfifo limit 9000", "qdisc bfifo 1: root refcnt 2 limit 9000b"],
  ["bfifo limit 10kb", "qdisc bfifo 1: root refcnt 2 limit 10Kb"],
  ["pfifo_fast", "qdisc pfifo_fast 1: root refcnt 2 bands 3 priomap 1 2 2 2 1 2 0 0 1 1 1 1 1 1 1 1"],
  ["prio", "qdisc prio 1: root refcnt 2 bands 3 priomap 1 2 2 2 1 2 0 0 1 1 1 1 1 1 1 1"],
  [
    "prio bands 4 priomap 1 2 3 2 1 2 0 0 1 1 1 1 1 1 1 1",
    "qdisc prio 1: root refcnt 2 bands 4 priomap 1 2 3 2 1 2 0 0 1 1 1 1 1 1 1 1",
  ],
  ["drr", "qdisc drr 1: root refcnt 2 "],
  ["sfq", "qdisc sfq 1: root refcnt 2 limit 127p quantum 1514b depth 127 divisor 1024 "],
  [
    "sfq limit 50 perturb 10 quantum 3000 headdrop depth 20 divisor 512",
    "qdisc sfq 1: root refcnt 2 limit 50p quantum 3000b depth 20 headdrop divisor 512 perturb 10sec ",
  ],
  [
    "sfq limit 50 redflowlimit 100000 min 8000 max 24000 avpkt 1000 burst 20 probability 0.1 ecn",
    "qdisc sfq 1: root refcnt 2 limit 50p quantum 1514b depth 127 divisor 1024 ewma 5 min 8000b max 24000b probability 0.1 ecn ",
  ],
  ["tbf rate 1mbit burst 10kb limit 20000", "qdisc tbf 1: root refcnt 2 rate 1Mbit burst 10Kb lat 78.1ms "],
  ["tbf rate 1500kbit burst 10kb latency 50ms", "qdisc tbf 1: root refcnt 2 rate 1500Kbit burst 10Kb lat 50ms "],
  [
    "tbf rate 1mbit burst 10kb limit 20000 peakrate 2mbit mtu 2000",
    "qdisc tbf 1: root refcnt 2 rate 1Mbit burst 10Kb peakrate 2Mbit minburst 2000b lat 78.1ms ",
  ],
  ["htb", "qdisc htb 1: root refcnt 2 r2q 10 default 0 direct_packets_stat 0 direct_qlen 1000"],
  [
    "htb default 30 r2q 5 direct_qlen 50",
    "qdisc htb 1: root refcnt 2 r2q 5 default 0x30 direct_packets_stat 0 direct_qlen 50",
  ],
  ["red limit 100000 avpkt 1000", "qdisc red 1: root refcnt 2 limit 100000b min 8333b max 25000b "],
  [
    "red limit 400kb min 30kb max 90kb avpkt 1000 burst 55 ecn adaptive bandwidth 10mbit probability 0.05",
    "qdisc red 1: root refcnt 2 limit 400Kb min 30Kb max 90Kb ecn adaptive ",
  ],
  [
    "red limit 60000 min 5000 max 20000 avpkt 1000 burst 20 ecn nodrop harddrop bandwidth 1mbit",
    "qdisc red 1: root refcnt 2 limit 60000b min 5000b max 20000b ecn harddrop nodrop ",
  ],
  ["codel", "qdisc codel 1: root refcnt 2 limit 1000p target 5ms interval 100ms "],
  [
    "codel limit 20 target 2ms interval 30ms ecn ce_threshold 1ms",
    "qdisc codel 1: root refcnt 2 limit 20p target 2ms ce_threshold 999us interval 30ms ecn ",
  ],
  ["codel target 1s interval 1500us", "qdisc codel 1: root refcnt 2 limit 1000p target 1e+03ms interval 1.5ms "],
  [
    "fq_codel",
    "qdisc fq_codel 1: root refcnt 2 limit 10240p flows 1024 quantum 1514 target 5ms interval 100ms memory_limit 32Mb ecn drop_batch 64 ",
  ],
  [
    "fq_codel limit 100 flows 16 quantum 300 target 2ms interval 30ms noecn memory_limit 1mb drop_batch 8 ce_threshold 3ms",
    "qdisc fq_codel 1: root refcnt 2 limit 100p flows 16 quantum 300 target 2ms ce_threshold 3ms interval 30ms memory_limit 1Mb drop_batch 8 ",
  ],
  [
    "fq",
    "qdisc fq 1: root refcnt 2 limit 10000p flow_limit 100p buckets 1024 orphan_mask 1023 quantum 3028b initial_quantum 15140b low_rate_threshold 550Kbit refill_delay 40ms timer_slack 10us horizon 10s horizon_drop ",
  ],
  [
    "fq limit 100 flow_limit 10 quantum 3000 initial_quantum 9000 maxrate 3mbit refill_delay 10ms low_rate_threshold 100kbit orphan_mask 15 buckets 16 ce_threshold 1ms horizon 2s horizon_cap timer_slack 1us",
    "qdisc fq 1: root refcnt 2 limit 100p flow_limit 10p buckets 16 orphan_mask 15 quantum 3000b initial_quantum 9000b maxrate 3Mbit low_rate_threshold 100Kbit refill_delay 10ms ce_threshold 1ms timer_slack 1us horizon 2s horizon_cap ",
  ],
  [
    "fq nopacing",
    "qdisc fq 1: root refcnt 2 limit 10000p flow_limit 100p buckets 1024 orphan_mask 1023 nopacing quantum 3028b initial_quantum 15140b low_rate_threshold 550Kbit refill_delay 40ms timer_slack 10us horizon 10s horizon_drop ",
  ],
  ["netem", "qdisc netem 1: root refcnt 2 limit 1000"],
  ["netem delay 10ms", "qdisc netem 1: root refcnt 2 limit 1000 delay 10ms"],
  ["netem delay 10ms 1ms", "qdisc netem 1: root refcnt 2 limit 1000 delay 10ms  1ms"],
  [
    "netem delay 10ms 1ms 25% loss 1.5% 10% duplicate 1% 5% corrupt 0.1% 2% reorder 5% 50% gap 3 limit 500",
    "qdisc netem 1: root refcnt 2 limit 500 delay 10ms  1ms 25% loss 1.5% 10% duplicate 1% 5% reorder 5% 50% corrupt 0.1% 2% gap 3",
  ],
  ["netem loss random 2%", "qdisc netem 1: root refcnt 2 limit 1000 loss 2%"],
  [
    "netem loss state 1% 90% 5% 10% 1%",
    "qdisc netem 1: root refcnt 2 limit 1000 loss state p13 1% p31 90% p32 5% p23 10% p14 1%",
  ],
  [
    "netem loss gemodel 1% 10% 70% 0.1%",
    "qdisc netem 1: root refcnt 2 limit 1000 loss gemodel p 1% r 10% 1-h 70% 1-k 0.1%",
  ],
  ["netem loss 1% ecn", "qdisc netem 1: root refcnt 2 limit 1000 loss 1% ecn "],
  ["netem rate 1mbit", "qdisc netem 1: root refcnt 2 limit 1000 rate 1Mbit"],
  [
    "netem rate 5mbit 20 48 5",
    "qdisc netem 1: root refcnt 2 limit 1000 rate 5Mbit packetoverhead 20 cellsize 48 celloverhead 5",
  ],
  ["netem delay 1500us 300us distribution normal", "qdisc netem 1: root refcnt 2 limit 1000 delay 1.5ms  299us"],
  ["netem delay 100", "qdisc netem 1: root refcnt 2 limit 1000 delay 99us"],
];

/** What waits on the device of a tree; with frames of 100, 1400 and 700 bytes sent by it. */
const deviceOf = (tree: Tree, frames: readonly number[] = []): Interface =>
  ({
    name: "d0",
    mtu: 1500,
    hook: undefined,
    tree: play(
      tree,
      frames.map((length, i) => ({ at: 1000 * i, length })),
    ).tree,
  }) as unknown as Interface;
const PLAIN = { statistics: false, namesDevice: false };

describe("qdiscs are shown as tc shows them", () => {
  it.each(SHOWN)("%s", (command, shown) => {
    expect(showQdiscs(deviceOf({ handle: "1:", words: command }), PLAIN)).toEqual([shown]);
  });

  it("with their device and with what they have counted", () => {
    const device = deviceOf({ handle: "1:", words: "codel" }, [100, 1400, 700]);
    expect(showQdiscs(device, { statistics: true, namesDevice: true })).toEqual([
      "qdisc codel 1: dev d0 root refcnt 2 limit 1000p target 5ms interval 100ms ",
      " Sent 2200 bytes 3 pkt (dropped 0, overlimits 0 requeues 0) ",
      " backlog 0b 0p requeues 0",
      "  count 0 lastcount 0 ldelay 0us drop_next 0us",
      "  maxpacket 0 ecn_mark 0 drop_overlimit 0",
    ]);
  });
});

describe("classes are shown as tc shows them", () => {
  it("of drr", () => {
    const tree: Tree = {
      handle: "1:",
      words: "drr",
      classes: { "1:1": { words: "quantum 300" }, "1:2": { qdisc: { handle: "20:", words: "fq_codel" }, words: "" } },
    };
    expect(showClasses(deviceOf(tree), PLAIN)).toEqual([
      "class drr 1:1 root quantum 300b ",
      "class drr 1:2 root leaf 20: quantum 1514b ",
    ]);
    expect(showClasses(deviceOf(tree), { ...PLAIN, statistics: true }).slice(0, 4)).toEqual([
      "class drr 1:1 root quantum 300b ",
      " Sent 0 bytes 0 pkt (dropped 0, overlimits 0 requeues 0) ",
      " backlog 0b 0p requeues 0",
      " deficit 0b ",
    ]);
    expect(showQdiscs(deviceOf(tree), PLAIN)).toEqual([
      "qdisc drr 1: root refcnt 2 ",
      "qdisc fq_codel 20: parent 1:2 limit 10240p flows 1024 quantum 1514 target 5ms interval 100ms memory_limit 32Mb ecn drop_batch 64 ",
    ]);
  });

  it("of htb", () => {
    const tree: Tree = {
      handle: "1:",
      words: "htb default 30",
      classes: {
        "1:1": { words: "rate 8mbit ceil 9mbit burst 1600 cburst 1600" },
        "1:a": {
          words: "rate 4mbit ceil 8mbit prio 2 quantum 1500 burst 1600 cburst 1600",
          parent: "1:1",
          qdisc: { handle: "10:", words: "netem delay 5ms" },
        },
      },
    };
    expect(showClasses(deviceOf(tree), { ...PLAIN, statistics: true })).toEqual([
      "class htb 1:1 root rate 8Mbit ceil 9Mbit burst 1600b cburst 1598b ",
      " Sent 0 bytes 0 pkt (dropped 0, overlimits 0 requeues 0) ",
      " backlog 0b 0p requeues 0",
      " lended: 0 borrowed: 0 giants: 0",
      " tokens: 25000 ctokens: 22218",
      "",
      "class htb 1:a parent 1:1 leaf 10: prio 2 rate 4Mbit ceil 8Mbit burst 1600b cburst 1600b ",
      " Sent 0 bytes 0 pkt (dropped 0, overlimits 0 requeues 0) ",
      " backlog 0b 0p requeues 0",
      " lended: 0 borrowed: 0 giants: 0",
      " tokens: 50000 ctokens: 25000",
      "",
    ]);
  });
});
