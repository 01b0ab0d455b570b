import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { bpf, scratchDirectory } from "./files.ts";

const files = scratchDirectory();

const OBJECT = `struct xdp_md { unsigned data, data_end; };
struct __sk_buff { unsigned len; };
#define SEC(name) __attribute__((section(name), used))

SEC("xdp") int beyond(struct xdp_md *ctx) {
  unsigned char *data = (void *)(long)ctx->data;
  if (data + 14 > (unsigned char *)(long)ctx->data_end)
    return 2;
  return data[14];
}
SEC("tc") int fine(struct __sk_buff *skb) { return skb->len > 100; }
char LICENSE[] SEC("license") = "GPL";
`;

const UNCHECKED = "r2 = *(u32 *)(r1 + 76)\nr0 = *(u8 *)(r2 + 0)\nexit";

describe("netsim bpf verify", () => {
  it("says that a program is accepted", async () => {
    expect(await bpf(["verify", "-"], "r0 = 0\nexit")).toEqual({
      exitCode: 0,
      out: "<stdin>: accepted as socket_filter; 2 instructions walked, 0 states kept\n",
      error: "",
    });
  });

  it("says why one is refused, where, how it came there, what packet shows it and what may help", async () => {
    const { exitCode, out } = await bpf(["verify", "-", "--type", "sched_cls"], UNCHECKED);
    expect(exitCode).toBe(4);
    expect(out.split("\n")).toEqual([
      "error[packet]: R2 offset is outside of the packet",
      "  --> <stdin>:2, instruction 1",
      "    |",
      "  2 | r0 = *(u8 *)(r2 + 0)",
      "    | ^^^^^^^^^^^^^^^^^^^^ R2=pkt(r=0)",
      "  = invalid access to packet, off=0 size=1, R2(id=0,off=0,r=0)",
      "  = Nothing on the way here has shown that the packet reaches as far as R2 is read or written.",
      "  because:",
      "       0: (61) r2 = *(u32 *)(r1 +76)  <stdin>:1",
      "          R2 is read from the context (__sk_buff.data): a pointer into the packet, of which 0 bytes are sure [pkt(r=0)]",
      expect.stringMatching(/^ {2}witness: with an empty packet, instruction 1.*loads 1 byte at 0x/),
      expect.stringMatching(/^ {2}help: Compare the pointer plus the bytes that you need with data_end/),
      "",
      "<stdin>: refused as sched_cls; 2 instructions walked, 0 states kept",
      "",
    ]);
  });

  it("says the same as JSON", async () => {
    const { exitCode, out } = await bpf(["verify", "-", "--type", "sched_cls", "--json"], UNCHECKED);
    expect(exitCode).toBe(4);
    expect(JSON.parse(out)).toMatchObject({
      programs: [
        {
          name: "<stdin>",
          section: null,
          accepted: false,
          category: "packet",
          reason: "R2 offset is outside of the packet",
          instruction: 1,
          source: { file: "<stdin>", line: 2, text: "r0 = *(u8 *)(r2 + 0)" },
          path: [
            { instruction: 0, state: "pkt(r=0)" },
            { instruction: 1, state: "R2=pkt(r=0)" },
          ],
          suggestion: expect.stringContaining("data_end"),
          witness: { packet: "", length: 0 },
          statistics: { instructionsProcessed: 2 },
        },
      ],
    });
  });

  it("shows how to run a packet that does what the verifier prevents", async () => {
    const program = [
      "r2 = *(u32 *)(r1 + 0)\nr3 = *(u32 *)(r1 + 4)\nr4 = r2\nr4 += 14\nif r4 > r3 goto out",
      "r0 = *(u16 *)(r2 + 12)\nif r0 != 8 goto out\nr0 = *(u8 *)(r2 + 14)\nout: r0 = 2\nexit",
    ].join("\n");
    const { out } = await bpf(["verify", "-", "--type", "xdp"], program);
    const packet = / netsim bpf run <stdin> --type xdp --packet ([\da-f]+)/.exec(out)?.[1];
    expect(packet).toBe("0000000000000000000000000800");
    expect((await bpf(["run", "-", "--type", "xdp", "--packet", packet!], program)).error).toContain("nstruction 7");
  });

  it("names what older kernels lack, where, and what to do instead", async () => {
    const program = "w0 = 0\nagain: w0 += 1\nif w0 < 4 goto again\nexit";
    const { exitCode, out } = await bpf(["verify", "-", "--kernel", "4.19", "--kernel", "5.4"], program);
    expect(exitCode).toBe(4);
    expect(out.split("\n").slice(1, 11)).toEqual([
      "Linux 4.19: would not load it",
      "  32-bit jumps (-mcpu=v3): Linux 5.1 and newer (092ed0968bb6)  at instruction 2 (<stdin>:3)",
      "      | if w0 < 4 goto again",
      "      help: Compile with -mcpu=v2, or write it with older instructions.",
      "  loops: Linux 5.3 and newer (2589726d12a1)  at instruction 2 (<stdin>:3)",
      "      | if w0 < 4 goto again",
      "      help: Unroll the loop (#pragma unroll).",
      "Linux 5.4: nothing that it needs is missing",
      expect.stringContaining("  may refuse it all the same: its verifier does not know ranges of the lower 32 bits"),
      "",
    ]);
    expect((await bpf(["verify", "-", "--kernel", "5.4"], program)).exitCode).toBe(0);
  });

  it("gives the releases' verdicts as JSON", async () => {
    const { out } = await bpf(["verify", "-", "--kernel", "all", "--json"], "call bpf_ktime_get_tai_ns\nexit");
    const [{ kernels }] = JSON.parse(out).programs;
    expect(kernels.map((at: { release: string; loads: boolean }) => [at.release, at.loads])).toEqual([
      ...["4.19", "5.4", "5.10", "5.15"].map((release) => [release, false]),
      ...["6.1", "6.6", "6.12", "6.18"].map((release) => [release, true]),
    ]);
    expect(kernels[0].missing).toMatchObject([
      {
        kind: "helper",
        what: "helper bpf_ktime_get_tai_ns",
        since: "6.1",
        commit: "c8996c98f703",
        instruction: 0,
        source: { line: 1 },
      },
    ]);
  });

  it.each(["4.18", "7.0", "six", "5", "5.4.1"])("does not know Linux %s", async (release) => {
    const { exitCode, error } = await bpf(["verify", "-", "--kernel", release], "r0 = 0\nexit");
    expect(exitCode).toBe(2);
    expect(error).toContain("It is a release from 4.19 to 6.18");
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

  it("verifies the programs of an object, and shows lines of C", { timeout: 30_000 }, async ({ skip }) => {
    const object = files.path("object.o");
    const source = files.write("object.c", OBJECT);
    const { status } = spawnSync("clang", ["-target", "bpf", "-O2", "-g", "-c", source, "-o", object]);
    skip(status !== 0, "clang is not there, or cannot compile for BPF");
    const { exitCode, out } = await bpf(["verify", object]);
    expect(exitCode).toBe(4);
    expect(out).toContain(`--> ${source}:9:10, instruction `);
    expect(out).toContain(" 9 | return data[14];\n    |        ^^^^");
    expect(out).toContain("beyond: refused as xdp;");
    expect(out).toContain("fine: accepted as sched_cls;");
    const [json] = JSON.parse((await bpf(["verify", object, "--program", "beyond", "--json"])).out).programs;
    expect(json).toMatchObject({ name: "beyond", section: "xdp", source: { line: 9, text: "  return data[14];" } });
    expect((await bpf(["verify", object, "--program", "fine"])).exitCode).toBe(0);
    expect((await bpf(["verify", object, "--program", "none"])).error).toContain("There are beyond, fine.");
    expect((await bpf(["verify", object, "--explore", files.path("both.html")])).error).toContain(
      "Name one with --program",
    );
    expect((await bpf(["verify", object, "--map", "a=array:4:8:1"])).exitCode).toBe(2);
  });

  it("names a kernel function that is not there", { timeout: 30_000 }, async ({ skip }) => {
    const object = files.path("weak.o");
    const weak = `extern int bpf_not_there(void) __attribute__((weak, section(".ksyms")));
SEC("tc") int calls(struct __sk_buff *skb) { return bpf_not_there(); }\n`;
    const source = files.write("weak.c", OBJECT + weak);
    const { status } = spawnSync("clang", ["-target", "bpf", "-O2", "-g", "-c", source, "-o", object]);
    skip(status !== 0, "clang is not there, or cannot compile for BPF");
    const { out } = await bpf(["verify", object, "--program", "calls"]);
    expect(out).toContain(
      "The program calls the kernel function bpf_not_there, a weak symbol that does not exist here.",
    );
    expect(out).toContain("bpf_ksym_exists(bpf_not_there)");
  });

  it("names what the kernel's types do not have", { timeout: 30_000 }, async ({ skip }) => {
    const object = files.path("other.o");
    const other = `struct sk_buff { int not_there; } __attribute__((preserve_access_index));
SEC("raw_tp/kfree_skb") int reads(struct sk_buff **args) {
  int value = 0;
  (*(int (*)(void *, int, void *))113)(&value, 4, __builtin_preserve_access_index(&args[0]->not_there));
  return value;
}\n`;
    const source = files.write("other.c", OBJECT + other);
    const { status } = spawnSync("clang", ["-target", "bpf", "-O2", "-g", "-c", source, "-o", object]);
    skip(status !== 0, "clang is not there, or cannot compile for BPF");
    const { out } = await bpf(["verify", object, "--program", "reads"]);
    expect(out).toContain("invalid func unknown#195896080");
    expect(out).toContain("have no struct sk_buff.not_there (CO-RE).");
    expect(out).toContain("--btf /sys/kernel/btf/vmlinux");
  });

  it("verifies what it can of an object, and names the rest", { timeout: 30_000 }, async ({ skip }) => {
    const object = files.path("unknown.o");
    const strange = `SEC("mine") int strange(struct xdp_md *ctx) { return 0; }\n`;
    const source = files.write("unknown.c", OBJECT.replace("return data[14]", "return data[13]") + strange);
    const { status } = spawnSync("clang", ["-target", "bpf", "-O2", "-g", "-c", source, "-o", object]);
    skip(status !== 0, "clang is not there, or cannot compile for BPF");
    const { exitCode, out, error } = await bpf(["verify", object]);
    expect(out).toContain("beyond: accepted as xdp;");
    expect(out).toContain("fine: accepted as sched_cls;");
    expect(error).toContain("Section 'mine' does not say of what type program 'strange' is.");
    expect(exitCode).toBe(2);
    const json = JSON.parse((await bpf(["verify", object, "--json"])).out);
    expect(json.programs).toHaveLength(2);
    expect(json.notVerified).toMatchObject([{ name: "strange", section: "mine" }]);
    expect((await bpf(["verify", object, "--program", "strange"])).out).toBe("");
  });

  it("tells of an object that makes no sense", async () => {
    const { exitCode, error } = await bpf(["verify", "-"], Buffer.from("7f454c4601010101", "hex"));
    expect(exitCode).toBe(3);
    expect(error).toContain("error[");
  });

  it("writes the walk as a page", async () => {
    const page = files.path("walk.html");
    expect((await bpf(["verify", "-", "--explore", page], "r0 = 0\nexit")).exitCode).toBe(0);
    expect(readFileSync(page, "utf8")).toContain("accepted as socket_filter");
  });

  it("holds users without privileges to their rules", async () => {
    expect((await bpf(["verify", "-", "--type", "xdp", "--unprivileged"], "r0 = 0\nexit")).out).toContain(
      "need CAP_BPF",
    );
  });

  it("refuses loops where none are allowed", async () => {
    const program = "r0 = 0\nagain:\nr0 += 1\nif r0 < 4 goto again\nexit";
    expect((await bpf(["verify", "-"], program)).exitCode).toBe(0);
    const { exitCode, out } = await bpf(["verify", "-", "--loops", "none"], program);
    expect(exitCode).toBe(4);
    expect(out).toContain("back-edge from insn 2 to 1");
  });

  it.each(["0", "8193", "x"])("refuses a machine of %s processors", async (cpus) => {
    const { exitCode, error } = await bpf(["verify", "-", "--cpus", cpus], "r0 = 0\nexit");
    expect({ exitCode, error }).toEqual({ exitCode: 2, error: expect.stringContaining("--cpus") });
  });

  it("leaves classic programs to their own checker", async () => {
    expect((await bpf(["verify", "-"], "ret #0")).error).toContain("netsim bpf check");
  });
});
