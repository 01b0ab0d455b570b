import { execFileSync, spawnSync } from "node:child_process";
import { release } from "node:os";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Answer, type Outcome, show } from "../network/tcp/play.ts";
import { FILTERS, TCP_CASES } from "../network/tcp/segment-cases.ts";

const NAMESPACE = `netsim-tcp-${process.pid}`;
const PEER = fileURLToPath(new URL("tcp-peer.py", import.meta.url));

/** Linux's defaults, in case that this machine has others. */
const SETTINGS = {
  tcp_rmem: "4096 131072 33554432",
  tcp_timestamps: 1,
  tcp_sack: 1,
  tcp_window_scaling: 1,
  tcp_dsack: 1,
  tcp_congestion_control: "reno",
};

function missing(): string | undefined {
  if (process.platform !== "linux") return "this is not Linux";
  const [major = 0, minor = 0] = release().split(".").map(Number);
  if (major < 6 || (major === 6 && minor < 18)) return `the answers are those of Linux 6.18, this is ${release()}`;
  if (process.getuid?.() !== 0) return "network namespaces need root";
  for (const [tool, argument] of [
    ["ip", "-V"],
    ["python3", "-V"],
  ] as const)
    if (spawnSync(tool, [argument]).status !== 0) return `${tool} is not installed`;
  if (spawnSync("ip", ["netns", "add", NAMESPACE]).status !== 0) return "network namespaces cannot be made here";
  spawnSync("ip", ["netns", "del", NAMESPACE]);
  return undefined;
}

const reason = missing();

describe.skipIf(reason !== undefined)(
  `TCP of the kernel at hand${reason === undefined ? "" : ` (skipped: ${reason})`}`,
  () => {
    let outcomes: Outcome[] = [];

    beforeAll(() => {
      const ip = (...words: string[]) =>
        execFileSync("ip", words, { stdio: ["ignore", "pipe", "pipe"], encoding: "utf8" });
      ip("netns", "add", NAMESPACE);
      for (const [name, value] of Object.entries(SETTINGS))
        ip("netns", "exec", NAMESPACE, "sysctl", "-qw", `net.ipv4.${name}=${value}`);
      ip("-n", NAMESPACE, "link", "add", "near", "type", "veth", "peer", "name", "far");
      // Segments as they would be on a wire, not many in one.
      ip("-n", NAMESPACE, "link", "set", "near", "gso_max_segs", "1");
      ip("-n", NAMESPACE, "address", "add", "10.0.0.2/24", "dev", "near");
      for (const device of ["near", "far", "lo"]) ip("-n", NAMESPACE, "link", "set", device, "up");
      const [far] = JSON.parse(ip("-n", NAMESPACE, "-j", "link", "show", "far")) as [{ address: string }];
      ip("-n", NAMESPACE, "neigh", "add", "10.0.0.1", "lladdr", far.address, "dev", "near");
      const input = JSON.stringify({ scenarios: TCP_CASES, filters: FILTERS });
      const output = execFileSync("ip", ["netns", "exec", NAMESPACE, "python3", PEER], {
        input,
        encoding: "utf8",
        timeout: 30_000,
      });
      const found = JSON.parse(output) as { answers: Answer[][]; received: number }[];
      outcomes = found.map(({ answers, received }) => ({ answers: answers.map((step) => step.map(show)), received }));
    });

    afterAll(() => {
      spawnSync("ip", ["netns", "del", NAMESPACE]);
    });

    it.each(TCP_CASES.map((test, index) => [test.name, test, index] as const))(
      "%s",
      (_name, { want, received }, index) => {
        const { answers, received: got } = outcomes[index]!;
        expect({ answers: answers.map(settled), received: got }).toEqual({
          answers: want.map(settled),
          received: received ?? 0,
        });
      },
    );
  },
);

/** Without an ACK that the FIN behind it repeats: whether Linux sends it depends on how fast its reader closes. */
function settled(step: readonly string[]): string[] {
  return step.filter((answer, i) => step[i + 1] !== `F${answer}`);
}
