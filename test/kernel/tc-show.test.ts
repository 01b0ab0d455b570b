import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { netsim } from "../cli/fake-terminal.ts";
import { scratch } from "../scratch.ts";

const NAMESPACE = `netsim-show-${process.pid}`;

/** Commands, and what of tc's output they are compared by. */
const CASES: readonly (readonly [name: string, commands: readonly string[]])[] = [
  ["pfifo", ["qdisc add dev lo root handle 1: pfifo limit 10"]],
  ["bfifo", ["qdisc add dev lo root handle 1: bfifo limit 10kb"]],
  ["pfifo_fast", ["qdisc add dev lo root handle 1: pfifo_fast"]],
  ["tbf", ["qdisc add dev lo root handle 1: tbf rate 1500kbit burst 10kb latency 50ms"]],
  [
    "tbf with a peak rate",
    ["qdisc add dev lo root handle 1: tbf rate 1mbit burst 10kb limit 20000 peakrate 2mbit mtu 2000"],
  ],
  [
    "htb, with disciplines in its classes",
    [
      "qdisc add dev lo root handle 1: htb default 30 r2q 5 direct_qlen 50",
      "class add dev lo parent 1: classid 1:1 htb rate 8mbit ceil 9mbit burst 1700",
      "class add dev lo parent 1:1 classid 1:a htb rate 4mbit ceil 8mbit prio 2 quantum 1500",
      "class add dev lo parent 1:1 classid 1:b htb rate 777kbit cburst 2k",
      "qdisc add dev lo parent 1:a handle 10: pfifo limit 5",
      "class change dev lo classid 1:b htb rate 888kbit",
      "qdisc replace dev lo parent 1:b handle 20: tbf rate 1mbit burst 2000 limit 3000",
    ],
  ],
  [
    "rates that count what travels beside packets",
    [
      "qdisc add dev lo root handle 1: htb",
      "class add dev lo parent 1: classid 1:1 htb rate 1mbit overhead 40 mpu 64 linklayer atm",
      "class add dev lo parent 1: classid 1:2 htb rate 1mbit overhead 40",
      "qdisc add dev lo parent 1:1 handle 10: tbf rate 2mbit burst 5000 limit 200000 overhead 100 mpu 300 linklayer adsl",
      "qdisc add dev lo parent 1:2 handle 20: tbf rate 2mbit burst 5000 limit 200000 mpu 300 linklayer ethernet",
    ],
  ],
  ["ingress, by its handle", ["qdisc add dev lo handle ffff: ingress"]],
  ["ingress, by another handle", ["qdisc add dev lo handle 1: ingress"]],
  ["clsact, by a handle", ["qdisc add dev lo handle 2: clsact"]],
  [
    "filters",
    [
      "qdisc add dev lo clsact",
      "filter add dev lo ingress bpf da bytecode '1,6 0 0 2'",
      "filter add dev lo ingress bpf bytecode '1,6 0 0 1' flowid 1:a",
      "filter add dev lo ingress prio 3 protocol ip chain 2 handle 7 bpf da bytecode '2,40 0 0 12,6 0 0 1'",
    ],
  ],
];

const tc = (...words: string[]) =>
  String(execFileSync("ip", ["netns", "exec", NAMESPACE, "tc", ...words], { stdio: "pipe" }));
const split = (command: string) => [...command.matchAll(/'([^']*)'|\S+/g)].map(([word, quoted]) => quoted ?? word);

/** What tc shows of qdiscs, classes and filters after the commands. */
function shownByLinux(commands: readonly string[]): string[] {
  for (const command of commands) tc(...split(command));
  try {
    return ["qdisc", "class"]
      .map((object) => tc(object, "show", "dev", "lo"))
      .concat(
        commands.some((command) => command.includes("clsact")) ? tc("filter", "show", "dev", "lo", "ingress") : "",
      );
  } finally {
    for (const hook of ["root", "clsact", "ingress"])
      try {
        tc("qdisc", "del", "dev", "lo", hook);
      } catch {
        // There was none.
      }
  }
}

/** What a kernel may lack. */
const NEEDED = ["htb", "tbf rate 1mbit burst 10kb latency 50ms", "clsact"];

function isThere(qdisc: string): boolean {
  try {
    shownByLinux([qdisc === "clsact" ? "qdisc add dev lo clsact" : `qdisc add dev lo root handle 1: ${qdisc}`]);
    return true;
  } catch {
    return false;
  }
}

function answers(): string[][] | undefined {
  if (process.getuid?.() !== 0) return undefined;
  try {
    execFileSync("ip", ["netns", "add", NAMESPACE], { stdio: "pipe" });
  } catch {
    return undefined;
  }
  try {
    execFileSync("ip", ["-n", NAMESPACE, "link", "set", "lo", "up"]);
    if (!NEEDED.every(isThere)) return undefined;
    // What tc refuses from here on is a wrong test, not a lack.
    return CASES.map(([, commands]) => shownByLinux(commands));
  } finally {
    execFileSync("ip", ["netns", "del", NAMESPACE]);
  }
}

const linux = answers();
const missing = linux === undefined ? " (skipped: needs root, ip, and tc with htb, tbf and cls_bpf)" : "";

describe.skipIf(linux === undefined)(`netsim tc show beside tc${missing}`, () => {
  it.each(CASES.map(([name, commands], i) => [name, commands, i] as const))("%s", async (_, commands, i) => {
    const file = scratch({
      "t.yaml": `nodes:
  a:
    kind: host
    interfaces: { eth0: {} }
    tc: ${JSON.stringify(commands.map((command) => command.replace("dev lo", "dev eth0")))}
`,
    });
    const shown: string[] = [];
    for (const words of [["qdisc"], ["class"], ["filter", "ingress"]]) {
      const { out, error } = await netsim(["tc", "show", file, ...words, "--dev", "a:eth0"]);
      expect(error).toBe("");
      shown.push(out);
    }
    const ordered = (text: string) => text.split("\n").filter((line) => line.trim() !== "");
    // Linux lists classes by a hash of theirs.
    expect(ordered(shown[0]!).sort()).toEqual(ordered(linux![i]![0]!).sort());
    expect(ordered(shown[1]!).sort()).toEqual(ordered(linux![i]![1]!).sort());
    expect(ordered(shown[2]!)).toEqual(ordered(linux![i]![2]!));
  });
});
