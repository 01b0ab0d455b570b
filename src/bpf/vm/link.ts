import { TAIL_CALL } from "../helpers/tail-call.ts";
import { decodeProgram } from "../isa/decode.ts";
import { HELPER_NAMES } from "../isa/helper-names.ts";
import type { Instruction, Reference } from "../isa/instruction.ts";
import type { DecodeProblem } from "../isa/problem.ts";
import type { Environment } from "./environment.ts";
import { writesFramePointer } from "./frame-pointer.ts";
import type { HostFunction, IndexedValues } from "./host-function.ts";
import { UnloadableProgram } from "./unloadable-program.ts";

/** A decoded program whose names are looked up. */
export interface LinkedProgram {
  readonly bytes: Uint8Array;
  /** One entry a slot; null in second halves of 64-bit immediates. */
  readonly instructions: readonly (Instruction | null)[];
  /** What `call-helper` and `call-kernel` instructions call, by instruction number; tail calls have no entry. */
  readonly hosts: ReadonlyMap<number, HostFunction>;
  /** What `reference` instructions load, by instruction number; references to functions have no entry. */
  readonly addresses: ReadonlyMap<number, bigint>;
  /** Maps among those whose values are found by their index alone, by the map's address. */
  readonly indexed: ReadonlyMap<number, IndexedValues>;
  /** It calls what throws exceptions. */
  readonly throws: boolean;
}

/** Decodes a program and looks up its names. Throws UnloadableProgram. */
export function linkProgram(bytes: Uint8Array, environment: Environment): LinkedProgram {
  const { instructions: decoded, problems: decoding } = decodeProgram(bytes);
  const { probes } = environment;
  const instructions =
    probes === undefined || probes.size === 0
      ? decoded
      : decoded.map((it) => (it?.kind === "load" && probes.has(it.index) ? { ...it, probes: true as const } : it));
  const problems: DecodeProblem[] = [...decoding];
  const hosts = new Map<number, HostFunction>();
  const addresses = new Map<number, bigint>();
  const refuse = (index: number, message: string, kernel: string, hint?: string) =>
    problems.push({ index, message, kernel, ...(hint === undefined ? {} : { hint }) });

  for (const instruction of instructions) {
    if (instruction === null) continue;
    const { index } = instruction;
    if (writesFramePointer(instruction))
      refuse(
        index,
        `Instruction ${index} changes R10, the frame pointer, which is read-only.`,
        "frame pointer is read only",
      );
    switch (instruction.kind) {
      case "call-helper": {
        if (instruction.helper === TAIL_CALL) break;
        const host = environment.helper(instruction.helper);
        if (host !== undefined) hosts.set(index, host);
        else
          refuse(
            index,
            `Instruction ${index} calls ${helperText(instruction.helper)}, which is not simulated for programs of this kind.`,
            `program of this type cannot use helper`,
            listHelpers(environment),
          );
        break;
      }
      case "call-kernel": {
        const host = environment.kernelFunction(instruction.btfId, instruction.module);
        if (host !== undefined) hosts.set(index, host);
        else
          refuse(
            index,
            `Instruction ${index} calls the kernel function with BTF id ${instruction.btfId}, which does not exist here.`,
            "calling kernel function is not allowed",
          );
        break;
      }
      case "reference": {
        if (instruction.to === "function") break;
        const address = environment.resolve(instruction);
        if (address !== undefined) addresses.set(index, address);
        else refuse(index, unresolved(instruction), "fd is not pointing to valid bpf_map");
        break;
      }
      case "packet-load":
        if (environment.context.packet === undefined || environment.context.packet.loads === false)
          refuse(
            index,
            `Instruction ${index} loads from the packet, but programs of this kind have none.`,
            "BPF_LD_[ABS|IND] instructions not allowed for this program type",
          );
        break;
    }
  }
  if (problems.length > 0) throw new UnloadableProgram(problems.sort((a, b) => a.index - b.index));
  const throws = [...hosts.values()].some(({ unwinds }) => unwinds === true);
  return { bytes, instructions, hosts, addresses, throws, indexed: indexedMaps(hosts.values(), addresses.values()) };
}

function indexedMaps(hosts: Iterable<HostFunction>, addresses: Iterable<bigint>): Map<number, IndexedValues> {
  const found = new Map<number, IndexedValues>();
  const host = [...hosts].find(({ indexed }) => indexed !== undefined);
  if (host === undefined) return found;
  for (const address of addresses) {
    const values = host.indexed!(Number(address));
    if (values !== undefined) found.set(Number(address), values);
  }
  return found;
}

/** `bpf_redirect (helper 23)` */
function helperText(number: number): string {
  const name = HELPER_NAMES[number];
  return name === undefined ? `helper ${number}` : `${name} (helper ${number})`;
}

function listHelpers(environment: Environment): string | undefined {
  const numbers = [...(environment.helperNumbers?.() ?? [])].sort((a, b) => a - b);
  if (numbers.length === 0) return undefined;
  return `Simulated are: ${numbers.map((number) => HELPER_NAMES[number] ?? number).join(", ")}.`;
}

function unresolved({ index, to, imm }: Reference): string {
  switch (to) {
    case "map-fd":
    case "map-value":
      return `Instruction ${index} names the map with descriptor ${imm}, which is not open.`;
    case "map-index":
    case "map-index-value":
      return `Instruction ${index} names map ${imm}, which was not given.`;
    default:
      return `Instruction ${index} names the kernel variable with BTF id ${imm}, which does not exist here.`;
  }
}
