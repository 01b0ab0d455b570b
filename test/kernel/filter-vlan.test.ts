import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { formatClassic } from "../../src/bpf/classic/formatter.ts";
import { compileFilter } from "../../src/bpf/filter/compile.ts";

const SNAP_LENGTH = 1000;

/** tcpdump's listing for a live interface, where the kernel takes VLAN tags out. */
function live(expression: string, optimize: boolean) {
  const flags = ["-i", "lo", "-s", `${SNAP_LENGTH}`, "-d", ...(optimize ? [] : ["-O"])];
  return spawnSync("tcpdump", [...flags, expression], { encoding: "utf8" });
}

const { error, status, stderr } = live("ip", true);
const missing = error !== undefined ? "tcpdump is not installed" : status === 0 ? "" : stderr.trim();

describe.skipIf(missing !== "")(`filters for live packets${missing && ` (${missing})`}`, () => {
  it.each([
    "vlan",
    "vlan 5",
    "vlan and ip",
    "vlan 5 and tcp port 22",
    "vlan 5 and vlan 6 and ip",
    "vlan 5 or vlan 6",
    "not vlan",
    "tcp port 22 and not vlan",
    "vlan and mpls and ip",
    "vlan and pppoes and ip",
    "vlan and ip6 host ::1",
    "vlan 100 and ip[8] > 3",
    "(vlan 5 and ip) or tcp",
    "vlan and ether proto 6",
    "vlan and geneve 5 and ip",
    "inbound and vlan",
    "outbound or ifindex 3",
  ])("%s", (expression) => {
    for (const optimize of [true, false]) {
      const have = compileFilter(expression, { kernelVlan: true, snapLength: SNAP_LENGTH, optimize });
      expect(formatClassic(have, "tcpdump-d")).toBe(live(expression, optimize).stdout);
    }
  });
});
