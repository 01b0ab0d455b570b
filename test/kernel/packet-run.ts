import { findProgramType } from "../../src/bpf/program-type.ts";
import { narrowStores } from "../../src/bpf/verifier/narrow-stores.ts";
import { verify } from "../../src/bpf/verifier/verify.ts";
import { InterpretedProgram } from "../../src/bpf/vm/interpreter/interpreted-program.ts";
import type { AnyContext } from "../../src/hooks/contexts.ts";
import type { ProgramHost } from "../../src/hooks/places.ts";
import { SkBuffContext } from "../../src/hooks/skb/sk-buff-context.ts";
import { HEADROOM } from "../../src/hooks/xdp/xdp-block.ts";
import { XdpContext } from "../../src/hooks/xdp/xdp-context.ts";
import type { Kernel } from "../../src/kernel/kernel.ts";
import { PACKET_HOST, PACKET_MULTICAST, PACKET_OTHERHOST } from "../../src/packet/skb.ts";
import { loneServices } from "../hooks/lone-services.ts";

/** What a program gave: the low 32 bits of R0, unsigned, and the packet from its link-layer header on (of XDP: from its metadata on). */
export interface PacketRun {
  readonly value: number;
  readonly packet: string;
}

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");
const ETHERNET = 14;

/** BPF_PROG_TEST_RUN of the running kernel; what it refused to load or run as a text. @param attachType `enum bpf_attach_type`. */
export function runInKernel(
  { programs }: Kernel,
  type: string,
  bytes: Uint8Array,
  data: Uint8Array,
  attachType = 0,
): PacketRun | string {
  const { descriptor, log } = programs.load(bytes, {
    type: findProgramType(type)!.number,
    expectedAttachType: attachType,
  });
  if (descriptor < 0) return `refused: ${log.trim().split("\n").slice(-3).join(" / ")}`;
  const result = programs.testRun(descriptor, { data });
  programs.close(descriptor);
  if (typeof result === "number") return `BPF_PROG_TEST_RUN: errno ${-result}`;
  return { value: result.returnValue, packet: hex(result.data) };
}

/** The same here, with what BPF_PROG_TEST_RUN makes of a packet: on the loopback device, whose address is zeroes. */
export function runHere(
  type: string,
  bytes: Uint8Array,
  data: Uint8Array,
  attachType = 0,
  host?: ProgramHost,
): PacketRun | string {
  const programType = findProgramType(type)!;
  const verified = verify(bytes, { type, expectedAttachType: attachType });
  if (verified.error !== undefined) return `refused: ${verified.error.message}`;
  const services = loneServices();
  const { machine, pool } = services;
  const { memory } = machine;
  const isXdp = type === "xdp";
  const context = isXdp ? new XdpContext(programType, services) : new SkBuffContext(programType, services);
  const skb = pool.from(data, 0, data.length);
  skb.ifindex = 1;
  const isLayer2 = isXdp || type.startsWith("sched");
  if (!isXdp) {
    // eth_type_trans; a tag stays in the bytes.
    const own = data.subarray(0, 6).every((byte) => byte === 0);
    skb.pktType = own ? PACKET_HOST : (data[0]! & 1) === 0 ? PACKET_OTHERHOST : PACKET_MULTICAST;
    skb.protocol = (data[12]! << 8) | data[13]!;
    skb.networkHeader = skb.data + ETHERNET;
    skb.transportHeader = skb.networkHeader;
    if (!isLayer2) {
      skb.data += ETHERNET;
      skb.length -= ETHERNET;
      skb.originalLength -= ETHERNET;
    }
  }
  const runs = isXdp ? bytes : narrowStores(bytes, verified);
  const executable = new InterpretedProgram(runs, {
    machine,
    context: context.layout,
    helper: (number) => context.helpers.get(number),
    helperNumbers: () => context.helpers.keys(),
    kernelFunction: () => undefined,
    resolve: () => undefined,
  });
  const site = {
    dataAddress: skb.data,
    length: skb.length,
    host,
    queue: skb.queue,
    egressIfindex: 0,
    headroom: HEADROOM,
  };
  const address = (context as AnyContext).enter(skb, site);
  const value = executable.run(address) >>> 0;
  (context as AnyContext).leave(skb, site);
  const from = skb.data - (isXdp ? skb.metaLength : 0);
  const packet = hex(memory.bytes.slice(from, skb.data + skb.length));
  // What is not of layer 2 gets an Ethernet header of zeroes back.
  return { value, packet: isLayer2 ? packet : `${"00".repeat(ETHERNET)}${packet}` };
}
