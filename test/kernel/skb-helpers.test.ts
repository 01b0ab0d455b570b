import { describe, expect, it } from "vitest";
import { assembleExtended } from "../../src/bpf/isa/assembler/assemble.ts";
import { findProgramType } from "../../src/bpf/program-type.ts";
import { narrowStores } from "../../src/bpf/verifier/narrow-stores.ts";
import { verify } from "../../src/bpf/verifier/verify.ts";
import { InterpretedProgram } from "../../src/bpf/vm/interpreter/interpreted-program.ts";
import { SkBuffContext } from "../../src/hooks/skb/sk-buff-context.ts";
import { type Kernel, openKernel } from "../../src/kernel/kernel.ts";
import { TestRunProgram } from "../../src/kernel/run/test-run-program.ts";
import { loneServices } from "../hooks/lone-services.ts";

const opened = await openKernel();
const missing = "missing" in opened ? ` (${opened.missing})` : "";

const ETHERNET = "00000000000002000000000a";
const UDP = "0035003500200000";
const IPV4 = "4500003400010000401100000a0000010a000002";
const PAYLOAD = Array.from({ length: 24 }, (_, i) => (i * 7).toString(16).padStart(2, "0")).join("");
const PACKETS = {
  plain: `${ETHERNET}0800${IPV4}${UDP}${PAYLOAD}`,
  tagged: `${ETHERNET}8100 2007 0800${IPV4}${UDP}${PAYLOAD}`,
  "twice tagged": `${ETHERNET}88a8 0003 8100 2007 0800${IPV4}${UDP}${PAYLOAD}`,
};

/** Calls a helper with the context in R1 and keeps its result in R8; `after` may look at what has become of the packet. */
const call = (name: string, args: readonly (number | string)[], after = "") => `
  r6 = r1
  *(u64 *)(r10 - 8) = 0x44332211
  r7 = r10
  r7 += -8
  r1 = r6
  ${args.map((arg, i) => (arg === "stack" ? `r${i + 2} = r7` : `r${i + 2} = ${arg}`)).join("\n  ")}
  call bpf_${name}
  r8 = r0
  ${after}
  r0 = r8
  exit
`;

/** The fields of the context that helpers change, mixed into the result. */
const FIELDS = [0, 4, 16, 20, 24, 28, 68]
  .map((offset) => `r8 *= 31\nr1 = *(u32 *)(r6 + ${offset})\nr8 += r1`)
  .join("\n");

/** Sets a tunnel's key with some flags, and looks at what of it can be read. */
const tunnelKey = (setFlags: number, getFlags: number, size: number) => `
  r6 = r1
  ${Array.from({ length: 11 }, (_, i) => `*(u32 *)(r10 - ${44 - 4 * i}) = ${i === 5 || i === 6 ? 0 : 0x01020304 + i * 0x111}`).join("\n  ")}
  r2 = r10
  r2 += -44
  r3 = ${size}
  r4 = ${setFlags}
  call bpf_skb_set_tunnel_key
  r8 = r0
  r1 = r6
  r2 = r10
  r2 += -44
  r3 = ${size}
  r4 = ${getFlags}
  call bpf_skb_get_tunnel_key
  r8 *= 31
  r8 += r0
  ${Array.from({ length: 11 }, (_, i) => `r8 *= 31\n  r1 = *(u32 *)(r10 - ${44 - 4 * i})\n  r8 += r1`).join("\n  ")}
  r0 = r8
  exit
`;

const PROGRAMS: { name: string; program: string }[] = [
  { name: "the fields", program: `r6 = r1\nr8 = 0\n${FIELDS}\nr0 = r8\nexit` },
  ...[0, 12, 50, 62, 63, 66, 70, 0xffff, 0x7fffffff].flatMap((offset) => [
    {
      name: `load_bytes at ${offset}`,
      program: call("skb_load_bytes", [offset, "stack", 4], "r1 = *(u32 *)(r10 - 8)\nr8 += r1"),
    },
    { name: `store_bytes at ${offset}`, program: call("skb_store_bytes", [offset, "stack", 4, 0], FIELDS) },
    ...[0, 1, 2].map((start) => ({
      name: `load_bytes_relative at ${offset} from ${start}`,
      program: call("skb_load_bytes_relative", [offset, "stack", 4, start], "r1 = *(u32 *)(r10 - 8)\nr8 += r1"),
    })),
  ]),
  { name: "store_bytes with other flags", program: call("skb_store_bytes", [0, "stack", 4, 8]) },
  { name: "store_bytes and a new sum", program: call("skb_store_bytes", [30, "stack", 8, 3], FIELDS) },
  ...[0, 1, 2, 4, 5].flatMap((size) =>
    [24, 25, 40, 64, 70, 0x10000].flatMap((offset) => [
      { name: `l3_csum_replace of ${size} at ${offset}`, program: call("l3_csum_replace", [offset, 0, 0x5678, size]) },
      {
        name: `l3_csum_replace from one of ${size} at ${offset}`,
        program: call("l3_csum_replace", [offset, 0x12345678, 0x9abcdef0, size]),
      },
      {
        name: `l4_csum_replace of ${size} at ${offset}`,
        program: call("l4_csum_replace", [offset, 0x12345678, 0x1abcdef0, size | 0x10]),
      },
      {
        name: `l4_csum_replace of ${size} at ${offset}, 0 stays`,
        program: call("l4_csum_replace", [offset, 0x1234, 0x5678, size | 0x20]),
      },
      {
        name: `l4_csum_replace of ${size} at ${offset}, 0 does not stay`,
        program: call("l4_csum_replace", [offset, 0x1234, 0x5678, size | 0x60]),
      },
    ]),
  ),
  { name: "l3_csum_replace with other flags", program: call("l3_csum_replace", [24, 0, 1, 0x10]) },
  {
    name: "csum_diff of new bytes",
    program:
      "r6 = r1\n*(u64 *)(r10 - 8) = 0x44332211\nr1 = 0\nr2 = 0\nr3 = r10\nr3 += -8\nr4 = 8\nr5 = 5\ncall bpf_csum_diff\nexit",
  },
  {
    name: "csum_diff of old bytes",
    program:
      "r6 = r1\n*(u64 *)(r10 - 8) = 0x44332211\nr1 = r10\nr1 += -8\nr2 = 8\nr3 = 0\nr4 = 0\nr5 = 5\ncall bpf_csum_diff\nexit",
  },
  {
    name: "csum_diff of both",
    program:
      "r6 = r1\n*(u64 *)(r10 - 8) = 0x44332211\n*(u64 *)(r10 - 16) = -2\nr1 = r10\nr1 += -8\nr2 = 8\nr3 = r10\nr3 += -16\nr4 = 4\nr5 = 0xffff\ncall bpf_csum_diff\nexit",
  },
  ...[0x0081, 0xa888, 0x0008, 0].flatMap((protocol) =>
    [0, 0x2005, 0x1ffff].map((tci) => ({
      name: `vlan_push of ${protocol.toString(16)} ${tci}`,
      program: call("skb_vlan_push", [protocol, tci], FIELDS),
    })),
  ),
  { name: "vlan_pop", program: call("skb_vlan_pop", [], FIELDS) },
  {
    name: "vlan_push and vlan_pop",
    program: call("skb_vlan_push", [0x81, 9], `r1 = r6\ncall bpf_skb_vlan_pop\nr8 += r0\n${FIELDS}`),
  },
  {
    name: "vlan_push twice",
    program: call(
      "skb_vlan_push",
      [0x81, 9],
      `r1 = r6\nr2 = 0xa888\nr3 = 11\ncall bpf_skb_vlan_push\nr8 += r0\n${FIELDS}`,
    ),
  },
  { name: "vlan_pop twice", program: call("skb_vlan_pop", [], `r1 = r6\ncall bpf_skb_vlan_pop\nr8 += r0\n${FIELDS}`) },
  ...[0, 1, 3, 4, 7, 9].map((type) => ({
    name: `change_type to ${type}`,
    program: call("skb_change_type", [type], FIELDS),
  })),
  ...[0, 13, 14, 33, 34, 66, 67, 100, 2000, 16_063, 16_064, 16_065, 0xffff, 0x10000].map((length) => ({
    name: `change_tail to ${length}`,
    program: call("skb_change_tail", [length, 0], FIELDS),
  })),
  { name: "change_tail with flags", program: call("skb_change_tail", [60, 1], FIELDS) },
  ...[0, 1, 14, 64, 200, 15_998, 15_999, 16_064].map((room) => ({
    name: `change_head by ${room}`,
    program: call("skb_change_head", [room, 0], FIELDS),
  })),
  ...[0, 20, 66, 67, 70, 5000].map((length) => ({
    name: `pull_data of ${length}`,
    program: call("skb_pull_data", [length], FIELDS),
  })),
  { name: "set_hash", program: call("set_hash", [0x12345678], FIELDS) },
  {
    name: "set_hash_invalid",
    program: call("set_hash", [5], `r1 = r6\ncall bpf_set_hash_invalid\nr8 += r0\n${FIELDS}`),
  },
  ...[0, 1, 2, 3, 4, 8, 16, 17, 30, 32].flatMap((set) =>
    [0, 1, 16, 17, 2].flatMap((get) =>
      [44, 28, 8, 20].map((size) => ({
        name: `set_tunnel_key ${set}, get_tunnel_key ${get}, ${size} bytes`,
        program: tunnelKey(set, get, size),
      })),
    ),
  ),
  { name: "redirect with other flags", program: "r1 = 1\nr2 = 2\ncall bpf_redirect\nexit" },
  { name: "redirect", program: "r1 = 1\nr2 = 0\ncall bpf_redirect\nexit" },
  { name: "get_cgroup_classid", program: call("get_cgroup_classid", []) },
  { name: "get_route_realm", program: call("get_route_realm", []) },
  {
    name: "writes of 32 bits into fields of 16",
    program: "r2 = 0x12345\n*(u32 *)(r1 + 72) = r2\nr0 = *(u32 *)(r1 + 72)\nexit",
  },
  { name: "tc_index", program: "r2 = 0x12345\n*(u32 *)(r1 + 44) = r2\nr0 = *(u32 *)(r1 + 44)\nexit" },
];

/** What a program gives here: its return value, and the packet. */
function run(program: Uint8Array, bytes: Uint8Array): { value: number; packet: string } {
  const services = loneServices();
  const { machine, pool } = services;
  const context = new SkBuffContext(findProgramType("sched_cls")!, services);
  const skb = pool.from(bytes, 0, bytes.length);
  // eth_type_trans of BPF_PROG_TEST_RUN; the tag stays in the bytes.
  skb.protocol = (bytes[12]! << 8) | bytes[13]!;
  skb.networkHeader = skb.data + 14;
  skb.ifindex = 1;
  const executable = new InterpretedProgram(program, {
    machine,
    context: context.layout,
    helper: (number) => context.helpers.get(number),
    helperNumbers: () => context.helpers.keys(),
    kernelFunction: () => undefined,
    resolve: () => undefined,
  });
  const address = context.enter(skb, { dataAddress: skb.data, length: skb.length });
  const value = executable.run(address) >>> 0;
  context.leave(skb);
  return { value, packet: Buffer.from(machine.memory.bytes.slice(skb.data, skb.data + skb.length)).toString("hex") };
}

describe.skipIf("missing" in opened)(`helpers on packets beside the running kernel${missing}`, () => {
  const kernel = opened as Kernel;
  const cases = Object.entries(PACKETS).flatMap(([packet, hex]) => PROGRAMS.map((it) => ({ ...it, packet, hex })));

  it.each(Object.keys(PACKETS))("give the same value and packet: %s", (packet) => {
    const different: unknown[] = [];
    for (const { name, program, hex } of cases.filter((it) => it.packet === packet)) {
      const { bytes } = assembleExtended(program);
      const verified = verify(bytes, { type: "sched_cls" });
      expect(verified.error?.message, name).toBeUndefined();
      const data = Uint8Array.from(Buffer.from(hex.replaceAll(" ", ""), "hex"));
      const judge = new TestRunProgram(kernel, bytes, { type: "sched_cls", startsAtNetwork: false }, name);
      judge.give({ bytes: data, protocol: 0x0800, networkOffset: 14 });
      const want = { value: judge.run() >>> 0, packet: Buffer.from(judge.packet()).toString("hex") };
      judge.close();
      const have = run(narrowStores(bytes, verified), data);
      if (have.value !== want.value || have.packet !== want.packet) different.push({ name, have, want });
    }
    expect(different).toEqual([]);
  });
});
