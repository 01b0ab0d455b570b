import { describe, expect, it } from "vitest";
import { netsim } from "../fake-terminal.ts";

const FILE = "topologies/quickstart.yaml";
const SILENT = "No event came that the probes are for; `netsim run` tells what the topology does.\n";

describe("netsim trace -e", () => {
  it.each([
    {
      name: "takes parameters",
      have: ['BEGIN { printf("%d %s %d", $1, str($2), $#); }', "-5", "abc"],
      want: "-5 abc 2",
    },
    { name: "has 0 for those that are not there", have: ["BEGIN { @ = $1; }"], want: "@: 0" },
  ])("$name", async ({ have: [text, ...parameters], want }) => {
    const { out, exitCode } = await netsim(["trace", FILE, "-e", text!, "--", ...parameters]);
    expect({ out: out.trim(), exitCode }).toEqual({ out: want, exitCode: 0 });
  });

  it.each([
    { have: "t:syscalls:sys_enter_write { @ = count(); }", want: SILENT },
    { have: "kprobe:ip_rcv { @ = count(); }", want: "" },
    { have: "BEGIN { @ = count(); }", want: "" },
  ])("says where nothing came that the probes are for: $have", async ({ have, want }) => {
    const { error } = await netsim(["trace", FILE, "-e", have]);
    expect(error.replace("Attaching 1 probe...\n", "")).toBe(want);
  });

  it.each([
    { name: "a file that is not there", have: ["-e", "none.bt"], want: "There is no file 'none.bt'.", exit: 3 },
    { name: "a text for a number", have: ["-e", "BEGIN { @ = $1; }", "abc"], want: "which is no number", exit: 3 },
    { name: "parameters without a one-liner", have: ["--packet", "1", "5"], want: "are for one-liners", exit: 2 },
  ])("refuses $name", async ({ have, want, exit }) => {
    const { error, exitCode } = await netsim(["trace", FILE, ...have]);
    expect(exitCode).toBe(exit);
    expect(error).toContain(want);
  });
});
