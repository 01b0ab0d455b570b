import { spawnSync } from "node:child_process";
import { afterEach, describe, expect, it, vi } from "vitest";
import { whyFailed } from "../../src/kernel/libc.ts";
import { running } from "./running.ts";
import { withSwitchAt } from "./unprivileged-switch.ts";

const hasTool = spawnSync("setpriv", ["--version"]).status === 0;
const why = "missing" in running ? running.missing : hasTool ? undefined : "there is no setpriv(1)";
const missing = why === undefined ? "" : ` (skipped: ${why})`;

const LAB = "test/kernel/lab/office.yaml";
const COMMANDS = [
  { words: ["lab", LAB], lacks: "all" },
  { words: ["lab", LAB], lacks: "sys_admin" },
  { words: ["lab", LAB], lacks: "net_admin" },
  { words: ["run", LAB, "--engine", "kernel"], lacks: "all" },
  { words: ["bpf", "run", "test/kernel/lab/helpers.o", "--section", "tc", "--engine", "kernel"], lacks: "all" },
  { words: ["compare", LAB, "--lab"], lacks: "all" },
  { words: ["compare", LAB, "--engines", "interpreter,kernel"], lacks: "all" },
];

describe.skipIf(why !== undefined)(`a kernel that may not be used${missing}`, () => {
  it.each(COMMANDS)("is named by $words without capabilities: $lacks", { timeout: 30_000 }, ({ words, lacks }) => {
    const few = [`--bounding-set=-${lacks}`, "--inh-caps=-all"];
    const netsim = [process.execPath, "--import", "tsx", "src/main.ts", ...words];
    const run = () => spawnSync("setpriv", [...few, ...netsim], { encoding: "utf8" });
    const { status, stdout, stderr } = withSwitchAt("2", run);
    expect(stderr).toMatch(/error\[kernel-unavailable\]: .*(EPERM|Operation not permitted)/);
    expect(stderr).not.toContain("    at ");
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
  });
});

describe("a kernel that cannot be used", () => {
  afterEach(() => {
    vi.doUnmock("koffi");
    vi.resetModules();
  });

  it("is named where the package koffi is not installed", async () => {
    vi.resetModules();
    vi.doMock("koffi", () => {
      throw new Error("Cannot find package");
    });
    const { openKernel } = await import("../../src/kernel/kernel.ts");
    const want = process.platform === "linux" ? /koffi/ : /not Linux/;
    expect(await openKernel()).toEqual({ missing: expect.stringMatching(want) });
  });

  it.each([
    [1, "bpf(2) fails with EPERM: this process lacks CAP_SYS_ADMIN"],
    [38, "bpf(2) fails with ENOSYS: it has none, or a seccomp filter hides it"],
    [12, "bpf(2) fails with ENOMEM"],
  ])("says what errno %i means", (errno, words) => {
    expect(whyFailed("bpf", errno)).toContain(words);
  });
});
