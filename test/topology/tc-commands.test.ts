import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { HostModel, QdiscModel, TcModel } from "../../src/topology/model.ts";
import { load, problemsIn } from "./loading.ts";

const indented = (text: string, by: number) => text.replaceAll(/^/gm, " ".repeat(by));

/** A topology whose host has that traffic control. */
const topology = (tc: string, more = "") => `
nodes:
  a:
    kind: host
    interfaces: { eth0: {}, eth1: {} }
    tc:
${indented(tc, 6)}
${more}
`;
/** The commands as a list stands in a topology. */
const commands = (...lines: string[]) => topology(lines.map((line) => `- ${JSON.stringify(line)}`).join("\n"));
const tcOf = (yaml: string): TcModel => (load(yaml).nodes.get("a") as HostModel).tc.get("eth0")!;
/** What does not say where in the file it stands. */
const bare = (model: unknown): unknown =>
  JSON.parse(
    JSON.stringify(model, (key, value) =>
      ["place", "handle", "priority", "shown", "attachment"].includes(key)
        ? value.hook
        : value instanceof Map
          ? [...value]
          : typeof value === "bigint"
            ? `${value}`
            : value,
    ),
  );

describe("commands of tc say the same as the file's own keys", () => {
  it.each<[name: string, lines: string[], yaml: string]>([
    ["pfifo", ["qdisc add dev eth0 root pfifo limit 10"], "qdisc: { kind: pfifo, limit: 10 }"],
    ["bfifo, in powers of 1024", ["qdisc add dev eth0 root bfifo limit 10kb"], "qdisc: { kind: bfifo, limit: 10KiB }"],
    [
      "tbf",
      ["qdisc add dev eth0 root tbf rate 1mbit burst 10kb latency 50ms peakrate 2mbit mtu 1600"],
      "qdisc: { kind: tbf, rate: 1mbit, burst: 10KiB, latency: 50ms, peakrate: 2mbit, mtu: 1600 }",
    ],
    [
      "rates in bytes",
      ["qdisc add dev eth0 root tbf rate 1mbps burst 2000 limit 3k"],
      "qdisc: { kind: tbf, rate: 8mbit, burst: 2000, limit: 3KiB }",
    ],
    [
      "red",
      ["qdisc add dev eth0 root red limit 100000 min 10000 max 30000 avpkt 1000 burst 20 probability 0.1 ecn"],
      "qdisc: { kind: red, limit: 100000, min: 10000, max: 30000, avpkt: 1000, burst: 20, probability: 10%, ecn: true }",
    ],
    [
      "netem",
      [
        "qdisc add dev eth0 root netem delay 10ms 1ms 25% distribution normal loss 1% 5% duplicate 2% reorder 5% gap 3 rate 1mbit",
      ],
      "qdisc: { kind: netem, delay: 10ms, jitter: 1ms, delay-correlation: 25%, distribution: normal, loss: 1%, loss-correlation: 5%, duplicate: 2%, reorder: 5%, gap: 3, rate: 1mbit }",
    ],
    [
      "netem's bursts",
      ["qdisc add dev eth0 root netem slot 800us 1ms packets 8 bytes 3k"],
      "qdisc: { kind: netem, slot: { min: 800us, max: 1ms, packets: 8, bytes: 3KiB } }",
    ],
    [
      "netem's bursts by a distribution",
      ["qdisc add dev eth0 root netem slot distribution normal 5ms 1ms packets 4"],
      "qdisc: { kind: netem, slot: { distribution: normal, delay: 5ms, jitter: 1ms, packets: 4 } }",
    ],
    [
      "netem's chains",
      ["qdisc add dev eth0 root netem loss gemodel 1% 10% 70% 0.1%"],
      "qdisc: { kind: netem, loss-gemodel: { p: 1%, r: 10%, 1-h: 70%, 1-k: 0.1% } }",
    ],
    [
      "fq_codel",
      ["qdisc add dev eth0 root fq_codel limit 100 flows 16 target 2ms interval 30ms noecn memory_limit 1mb"],
      "qdisc: { kind: fq_codel, limit: 100, flows: 16, target: 2ms, interval: 30ms, ecn: false, memory_limit: 1MiB }",
    ],
    [
      "classes, what stands in them, and filters",
      [
        "qdisc add dev eth0 root handle 1: htb default 30",
        "class add dev eth0 parent 1: classid 1:1 htb rate 8mbit",
        "class add dev eth0 parent 1:1 classid 1:10 htb rate 4mbit ceil 8mbit prio 1",
        "class add dev eth0 parent 1:1 classid 1:30 htb rate 2mbit burst 2000",
        "qdisc add dev eth0 parent 1:10 codel",
        "filter add dev eth0 parent 1: protocol ip prio 5 bpf bytecode '1,6 0 0 1' flowid 1:10",
        "filter add dev eth0 parent 1:1 matchall flowid 1:30",
      ],
      `qdisc:
  kind: htb
  default: "1:30"
  filters: [{ program: { classic: "ret #1\\n" }, protocol: ip, flowid: "1:10" }]
  classes:
    "1:1": { rate: 8mbit, filters: [{ flowid: "1:30" }] }
    "1:10": { parent: "1:1", rate: 4mbit, ceil: 8mbit, prio: 1, qdisc: { kind: codel } }
    "1:30": { parent: "1:1", rate: 2mbit, burst: 2000 }`,
    ],
    [
      "filters of the sides",
      [
        "qdisc add dev eth0 clsact",
        "filter add dev eth0 ingress bpf da bytecode '1,6 0 0 2'",
        "filter add dev eth0 egress chain 3 matchall action mirred egress mirror dev eth1 action gact drop",
        "filter add dev eth0 egress matchall action goto chain 3",
      ],
      `ingress: [{ program: { classic: "ret #2\\n" }, direct-action: true }]
egress:
  - { chain: 3, actions: [{ mirror: { dev: eth1 } }, { action: drop }] }
  - { actions: [{ goto-chain: 3 }] }`,
    ],
    [
      "later commands count",
      [
        "qdisc add dev eth0 root handle 1: drr",
        "class add dev eth0 parent 1: classid 1:1 drr quantum 500",
        "class add dev eth0 parent 1: classid 1:2 drr",
        "class change dev eth0 classid 1:1 drr quantum 900",
        "class del dev eth0 classid 1:2",
        "qdisc replace dev eth0 parent 1:1 sfq",
        "qdisc del dev eth0 parent 1:1",
      ],
      'qdisc: { kind: drr, classes: { "1:1": { quantum: 900 } } }',
    ],
  ])("%s", (_, lines, yaml) => {
    const { qdisc, ingress, egress } = tcOf(commands(...lines));
    const want = tcOf(topology(`eth0:\n${indented(yaml, 2)}`));
    expect(bare({ qdisc, ingress, egress })).toEqual(
      bare({ qdisc: want.qdisc, ingress: want.ingress, egress: want.egress }),
    );
  });

  it("need no quotes where YAML takes a handle for a key, and may stand in a text", () => {
    const list = topology("- qdisc add dev eth0 root handle 1: htb default 30");
    const text = topology("|\n  # comments too\n  tc qdisc add dev eth0 root handle 1: htb default 30\n").replace(
      /tc:\n\s*\|/,
      "tc: |",
    );
    expect(bare(tcOf(list))).toEqual(bare(tcOf(text)));
  });
});

describe("filters have the priorities and handles that the kernel gives them", () => {
  const filtersOf = (...lines: string[]) =>
    tcOf(commands("qdisc add dev eth0 clsact", ...lines)).ingress.filters.map(
      ({ priority, handle }) => `${priority.toString(16)} ${handle}`,
    );
  it.each([
    [
      "counted down",
      ["matchall flowid 1:1", "matchall flowid 1:1", "matchall flowid 1:1"],
      ["c000 1", "bfff 1", "bffe 1"],
    ],
    ["as said", ["prio 5 bpf da bytecode '1,6 0 0 1'", "prio 5 bpf da bytecode '1,6 0 0 1'"], ["5 1", "5 2"]],
    ["only those that were chosen count", ["prio 1 matchall flowid 1:1", "matchall flowid 1:1"], ["1 1", "c000 1"]],
    [
      "handles that are given",
      ["prio 1 handle 7 bpf da bytecode '1,6 0 0 1'", "prio 1 bpf da bytecode '1,6 0 0 1'"],
      ["1 7", "1 1"],
    ],
  ])("%s", (_, filters, want) => {
    expect(filtersOf(...filters.map((filter) => `filter add dev eth0 ingress ${filter}`))).toEqual(want);
  });
});

describe("what is wrong with commands is told where it stands", () => {
  const HTB = "qdisc add dev eth0 root handle 1: htb";
  const CLASS = "class add dev eth0 parent 1: classid 1:1 htb rate 1mbit";
  it.each<[lines: string[], word: string, message: string]>([
    [["frob"], "frob", "'frob' is nothing that commands can be about here."],
    [["qdisc show"], "show", "'show' is nothing that can be done here."],
    [["qdisc add root fq"], "fq", "The command does not say on which interface."],
    [["qdisc add dev eth7 root fq"], "eth7", "The node has no interface 'eth7'."],
    [["qdisc add dev eth0 root cake"], "cake", "The qdisc 'cake' is not simulated."],
    [["qdisc add dev eth0 root fq speed 5"], "speed", "'speed' is no option of fq that is simulated."],
    [["qdisc add dev eth0 root pfifo limit"], "t", "The command ends where the value of limit should follow."],
    [["qdisc add dev eth0 root pfifo limit many"], "many", "'many' is no size of tc."],
    [["qdisc add dev eth0 root netem slot packets 5"], "packets", "'packets' is no time of tc."],
    [
      ["qdisc add dev eth0 root netem slot distribution normal 5ms"],
      "slot",
      "A distribution of pauses needs `delay` and `jitter`.",
    ],
    [["qdisc add dev eth0 root clsact"], "clsact", "`clsact` says once more where the qdisc stands."],
    [
      ["qdisc add dev eth0 clsact", "qdisc add dev eth0 root handle ffff: pfifo"],
      "ffff:",
      "There is a qdisc ffff: on this interface already.",
    ],
    [["qdisc add dev eth0 root netem loss 200%"], "200%", "'200%' is more than 100%."],
    [["qdisc add dev eth0 root handle 10000: fq"], "10000:", "'10000:' is no handle."],
    [[HTB, "qdisc add dev eth0 root handle 2: fq"], "root", "There is a htb qdisc here already, 1:."],
    [[HTB, "qdisc add dev eth0 root htb"], "root", "There is a htb qdisc here already, 1:."],
    [[HTB, "qdisc replace dev eth0 root handle 1: fq"], "fq", "The qdisc here is htb 1:, which stays what it is."],
    [[HTB, "qdisc change dev eth0 root htb default 5"], "htb", "A htb qdisc cannot be changed."],
    [[HTB, "qdisc del dev eth0 handle 1:"], "1:", "A qdisc stands at the `root` or in a `parent` class."],
    [[HTB, "qdisc del dev eth0 root handle 2:"], "2:", "The qdisc here is 1:."],
    [["qdisc add dev eth0 dev eth0 root fq"], "dev", "`dev` is said twice."],
    [
      [HTB, CLASS, "qdisc add dev eth0 parent 1:1 handle 1: fq"],
      "1:",
      "There is a qdisc 1: on this interface already.",
    ],
    [[HTB, "qdisc add dev eth0 parent 1:1 fq"], "1:1", "There is no class 1:1."],
    [[HTB, CLASS, "qdisc add dev eth0 parent 1:1 mq"], "mq", "A mq qdisc stands at the root only."],
    [["qdisc add dev eth0 parent 1:1 fq"], "1:1", "There is no qdisc 1: on this interface."],
    [
      ["qdisc add dev eth0 root handle 1: prio", "qdisc add dev eth0 parent 1:9 fq"],
      "1:9",
      "The bands of this qdisc are the classes from 1 to 3 under its own handle.",
    ],
    [
      ["qdisc add dev eth0 root handle 1: fq", "qdisc add dev eth0 parent 1:1 fq"],
      "1:1",
      "A fq qdisc has no classes that others could stand in.",
    ],
    [["qdisc change dev eth0 root fq"], "root", "There is no qdisc here to be changed."],
    [["qdisc del dev eth0 root"], "root", "There is no qdisc at the root."],
    [[HTB, "class add dev eth0 parent 1: classid 1:1 htb ceil 1mbit"], "htb", "A htb class needs its `rate`."],
    [[HTB, "class add dev eth0 parent 1: classid 1:1 drr"], "drr", "The classes of this qdisc are htb, not drr."],
    [[HTB, CLASS, CLASS], "1:1", "There is a class 1:1 already."],
    [
      [HTB, "class add dev eth0 parent 1:7 classid 2:1 htb rate 1mbit"],
      "2:1",
      "The class 2:1 is of another qdisc than 1:7.",
    ],
    [
      ["qdisc add dev eth0 root handle 1: prio", CLASS.replace("htb rate 1mbit", "prio")],
      "1:1",
      "A prio qdisc has the classes that it has.",
    ],
    [[HTB, "class del dev eth0 classid 1:1"], "1:1", "There is no class 1:1."],
    [
      [HTB, CLASS, "filter add dev eth0 parent 1: matchall flowid 1:1", "class del dev eth0 classid 1:1"],
      "1:1",
      "The class 1:1 is that of a filter.",
    ],
    [
      ["filter add dev eth0 egress matchall"],
      "egress",
      "There is nothing on this interface that filters of its egress could hang on.",
    ],
    [
      ["qdisc add dev eth0 clsact", "qdisc add dev eth0 ingress"],
      "ingress",
      "There is a clsact qdisc on this interface already.",
    ],
    [[HTB, "filter add dev eth0 parent 1: u32 match ip dst 1.1.1.1"], "u32", "The classifier 'u32' is not simulated."],
    [[HTB, "filter add dev eth0 parent 1: bpf da"], "a", "The filter has no program."],
    [
      [
        HTB,
        "filter add dev eth0 parent 1: prio 1 matchall flowid 1:1",
        "filter add dev eth0 parent 1: prio 1 matchall flowid 1:1",
      ],
      "matchall",
      "One filter of a priority matches everything, and is not replaced.",
    ],
    [
      [HTB, ...["", ""].map(() => "filter add dev eth0 parent 1: prio 1 handle 3 bpf bytecode '1,6 0 0 1'")],
      "3",
      "There is such a filter already.",
    ],
    [["qdisc add dev eth0 root ingress_block 5 fq"], "5", "Only clsact and ingress have filters that are shared."],
    [["qdisc add dev eth0 ingress_block 0 clsact"], "0", "The number of a block is from 1 to 4294967295."],
    [
      ["qdisc add dev eth0 ingress_block 5 egress_block 5 clsact"],
      "5",
      "The sides of a device have blocks of their own.",
    ],
    [["qdisc add dev eth0 egress_block 5 ingress"], "5", "An ingress qdisc has no filters of egress."],
    [["qdisc add dev eth0 clsact", "filter add block 5 matchall action ok"], "5", "There is no block 5."],
    [
      ["qdisc add dev eth0 ingress_block 5 clsact", "filter add dev eth0 ingress matchall action ok"],
      "ingress",
      "The filters of this side are a shared block.",
    ],
    [
      ["qdisc add dev eth0 ingress_block 5 clsact", "filter add block 5 dev eth0 matchall action ok"],
      "5",
      "Filters are those of a block or of an interface, and not of both.",
    ],
    [["qdisc add dev eth0 clsact handle 1:"], "handle", "'handle' has no meaning here."],
    [[HTB, "filter add dev eth0 parent 1: matchall"], "l", "A matchall filter says what it does."],
    [
      [HTB, "filter add dev eth0 root matchall flowid 1:1"],
      "root",
      "Filters stand at a discipline, and `root` is none.",
    ],
    [[HTB, "filter add dev eth0 protocol ipx2 matchall flowid 1:1"], "ipx2", "'ipx2' is no protocol of filters."],
    [
      [HTB, "filter add dev eth0 parent 1: matchall action ok cookie 123"],
      "123",
      "A cookie is up to 16 bytes in hexadecimal, two digits each.",
    ],
    [[HTB, "filter add dev eth0 parent 1: matchall action gact stolen"], "stolen", "'stolen' is no answer."],
    [
      [
        HTB,
        "filter add dev eth0 parent 1: prio 1 protocol ip matchall flowid 1:1",
        "filter add dev eth0 parent 1: prio 1 protocol arp matchall flowid 1:1",
      ],
      "arp",
      "Filters of one priority look at one protocol.",
    ],
    [
      [HTB, "filter add dev eth0 parent 1: matchall action police rate 1mbit"],
      "police",
      "The action 'police' is not simulated.",
    ],
    [[HTB, "filter del dev eth0 parent 1: prio 3"], "3", "There is no such filter."],
    [["qdisc add dev eth0 root fq", "filter add dev eth0 matchall"], "matchall", "A fq qdisc asks no filters."],
  ])("%s", (lines, word, message) => {
    const text = lines.at(-1)!;
    // The last such word; what is missing at the end is told at the last character.
    const at = [...text.matchAll(/\S+/g)].filter(([one]) => one === word).at(-1)?.index ?? text.length - 1;
    const column = `      - "${text.slice(0, at)}`.length + 1;
    expect(problemsIn(commands(...lines))).toEqual([
      expect.stringMatching(
        new RegExp(`^${6 + lines.length}:${column} \\S+ ${message.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&")}`),
      ),
    ]);
  });

  it("all at once", () => {
    expect(problemsIn(commands("qdisc add dev eth0 root cake", "frob", "qdisc add dev eth2 root fq"))).toHaveLength(3);
  });

  it("whatever the words are", () => {
    const words = fc.constantFrom(
      ..."qdisc class filter add del change replace dev eth0 root parent handle 1: 1:1 classid htb prio netem fq sfq rate 1mbit limit 5 loss 1% state gemodel bpf matchall da bytecode 1,6_0_0_1 action drop goto chain prio protocol ip egress ingress clsact flowid delay 1ms".split(
        " ",
      ),
    );
    fc.assert(
      fc.property(fc.array(fc.array(words, { maxLength: 12 }), { minLength: 1, maxLength: 6 }), (lines) => {
        const yaml = commands(...lines.map((line) => line.join(" ") || "x"));
        // Either a model or problems with places; nothing else is thrown.
        for (const problem of problemsIn(yaml, undefined)) expect(problem).toMatch(/^\d+:\d+ /);
      }),
      { numRuns: 60 },
    );
  });
});

describe("steps with commands", () => {
  const steps = (...lines: string[]) =>
    load(
      commands(
        "qdisc add dev eth0 root handle 1: htb",
        "class add dev eth0 parent 1: classid 1:1 htb rate 1mbit",
      ).concat(
        `steps:\n${lines.map((line, i) => `  - { at: ${lines.length - i}s, node: a, tc: ${JSON.stringify(line)} }`).join("\n")}\n`,
      ),
    ).steps.map((step) => (step.kind === "tc" ? step.changes : []));

  it("build on one another in the order of their times", () => {
    const [late, early] = steps(
      "class del dev eth0 classid 1:2",
      "class add dev eth0 parent 1: classid 1:2 htb rate 2mbit",
    );
    const classesOf = (changes: typeof late) =>
      changes!
        .map(
          (change) =>
            ("qdisc" in change ? (change.qdisc as QdiscModel).options : undefined) as {
              classes: { classid: number }[];
            },
        )
        .map(({ classes }) => classes.map(({ classid }) => classid & 0xffff));
    expect(classesOf(early)).toEqual([[1, 2]]);
    expect(classesOf(late)).toEqual([[1]]);
  });

  it("tell what is wrong as others do", () => {
    const yaml = commands("qdisc add dev eth0 root fq").concat(
      'steps: [{ at: 1s, node: b, tc: "qdisc del dev eth0 root" }, { at: 1s, node: a, tc: ["qdisc del dev eth0 root", "qdisc del dev eth0 root"] }]',
    );
    expect(problemsIn(yaml).map((problem) => problem.replace(/^\S+ /, ""))).toEqual([
      "unknown-reference There is no host 'b'.",
      "schema-value There is no qdisc at the root.",
    ]);
  });
});
