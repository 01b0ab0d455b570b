import { describe, expect, it } from "vitest";
import { bpf } from "./files.ts";

const UNCHECKED = "r2 = *(u32 *)(r1 + 76)\nr0 = *(u8 *)(r2 + 0)\nexit";

describe("netsim bpf verify", () => {
  it("says that a program is accepted", async () => {
    expect(await bpf(["verify", "-"], "r0 = 0\nexit")).toEqual({
      exitCode: 0,
      out: "<stdin>: accepted as socket_filter; 2 instructions walked, 0 states kept\n",
      error: "",
    });
  });

  it("says why one is refused, where, how it came there and what may help", async () => {
    const { exitCode, out } = await bpf(["verify", "-", "--type", "sched_cls"], UNCHECKED);
    expect(exitCode).toBe(4);
    expect(out.split("\n")).toEqual([
      "<stdin>: refused as sched_cls (packet) at instruction 1, line 2",
      "R2 offset is outside of the packet",
      "How it came there:",
      "  0: (61) r2 = *(u32 *)(r1 +76)  <- sets R2",
      "  1: (71) r0 = *(u8 *)(r2 +0)  <- refused",
      "What may help: Compare the pointer plus the bytes you need with data_end first, and read only where it is not beyond.",
      "",
    ]);
  });

  it("says the same as JSON", async () => {
    const { exitCode, out } = await bpf(["verify", "-", "--type", "sched_cls", "--json"], UNCHECKED);
    expect(exitCode).toBe(4);
    expect(JSON.parse(out)).toMatchObject({
      name: "<stdin>",
      accepted: false,
      category: "packet",
      reason: "R2 offset is outside of the packet",
      instruction: 1,
      source: { file: "<stdin>", line: 2 },
      path: [
        { instruction: 0, role: "sets R2" },
        { instruction: 1, role: "refused" },
      ],
      statistics: { instructionsProcessed: 2 },
    });
  });

  it("prints the kernel's log", async () => {
    const { out } = await bpf(["verify", "-", "--type", "sched_cls", "--log-level", "1"], UNCHECKED);
    expect(out).toMatch(
      /^0: R1=ctx\(\) R10=fp0\n0: \(61\) r2 = \*\(u32 \*\)\(r1 \+76\) {9}; R1=ctx\(\) R2=pkt\(r=0\)\n/,
    );
    expect(out).toContain("\nprocessed 2 insns (limit 1000000) ");
  });

  it("knows the maps that it is told of", async () => {
    const program = "*(u64 *)(r10 - 8) = 0\nr2 = r10\nr2 += -8\nr1 = map[flows]\ncall 1\nr0 = 0\nexit";
    expect((await bpf(["verify", "-", "--map", "flows=hash:8:8:16"], program)).exitCode).toBe(0);
    const unnamed = await bpf(["verify", "-"], program);
    expect(unnamed.exitCode).toBe(2);
    expect(unnamed.error).toContain("The program names a map 'flows', which no --map describes.");
    const unknown = await bpf(["verify", "-", "--map", "flows=hush:8:8:16"], program);
    expect(unknown.error).toContain("There is no map type 'hush'.");
  });

  it("refuses loops where none are allowed", async () => {
    const program = "r0 = 0\nagain:\nr0 += 1\nif r0 < 4 goto again\nexit";
    expect((await bpf(["verify", "-"], program)).exitCode).toBe(0);
    const { exitCode, out } = await bpf(["verify", "-", "--loops", "none"], program);
    expect(exitCode).toBe(4);
    expect(out).toContain("back-edge from insn 2 to 1");
  });

  it("leaves classic programs to their own checker", async () => {
    expect((await bpf(["verify", "-"], "ret #0")).error).toContain("netsim bpf check");
  });
});
