import type { Reference } from "../../isa/instruction.ts";
import { MAP_TYPE } from "../../maps/map-type.ts";
import type { ProgramType } from "../../program-type.ts";
import { FIELD_NAMES, hasDirectValues, type VerifierMap } from "../map.ts";
import { Refusal } from "../refusal.ts";
import type { ProgramModel } from "./program-model.ts";

/** Types whose programs may interrupt others (is_tracing_prog_type). */
const TRACING = ["kprobe", "tracepoint", "perf_event", "raw_tracepoint", "raw_tracepoint_writable"];

/** Messages of malformed instructions that Linux gives before it walks; others it gives when it comes to them. */
const EARLY = /^(unknown opcode|BPF_LDX uses reserved fields|invalid bpf_ld_imm64 insn|unrecognized bpf_ld_imm64 insn)/;

const NONE: ReadonlyMap<number, VerifierMap> = new Map();

/** Finds the maps that 64-bit immediates name, by their slots, and refuses opcodes that do not exist (resolve_pseudo_ldimm64). */
export function checkReferences(
  model: ProgramModel,
  maps: ReadonlyMap<number, VerifierMap>,
  programType: ProgramType,
  indexedMaps = false,
): ReadonlyMap<number, VerifierMap> {
  const found = new Map<number, VerifierMap>();
  for (let i = 0; i < model.instructions.length; i++) {
    const problem = model.problems.get(i)?.kernel;
    if (problem !== undefined && EARLY.test(problem)) throw new Refusal("encoding", i, [problem]);
    const instruction = model.instructions[i]!;
    if (instruction?.kind !== "reference" || instruction.to === "function") continue;
    if (instruction.to === "btf-id") continue;
    const isIndex = instruction.to === "map-index" || instruction.to === "map-index-value";
    found.set(i, findMap(instruction, indexedMaps && !isIndex ? NONE : maps, programType));
  }
  return found;
}

function findMap(it: Reference, maps: ReadonlyMap<number, VerifierMap>, programType: ProgramType): VerifierMap {
  const map = maps.get(it.imm);
  if (map === undefined) throw new Refusal("map", it.index, [`fd ${it.imm} is not pointing to valid bpf_map`]);
  if (map.type === MAP_TYPE.struct_ops)
    throw new Refusal("map", it.index, ["bpf_struct_ops map cannot be used in prog"]);
  if (map.type === MAP_TYPE.arena)
    throw new Refusal("unsupported", it.index, ["arena maps are not supported by netsim yet"]);
  const isTracing = TRACING.includes(programType.name);
  if (isTracing && map.fields?.some(({ kind }) => kind === "list" || kind === "tree") === true)
    throw new Refusal("map", it.index, ["tracing progs cannot use bpf_{list_head,rb_root} yet"]);
  if (programType.name === "socket_filter" && map.special?.includes("bpf_spin_lock"))
    throw new Refusal("map", it.index, ["socket filter progs cannot use bpf_spin_lock yet"]);
  if (isTracing)
    for (const kind of ["spin_lock", "timer", "workqueue"] as const)
      if (map.fields?.some((field) => field.kind === kind))
        throw new Refusal("map", it.index, [`tracing progs cannot use ${FIELD_NAMES[kind]} yet`]);
  if (it.to !== "map-value" && it.to !== "map-index-value") return map;
  if (!hasDirectValues(map)) throw new Refusal("map", it.index, ["no direct value access support for this map type"]);
  // Only the first element of an array of one has an address that never changes.
  if (map.maxEntries !== 1 || it.nextImm >>> 0 >= map.valueSize)
    throw new Refusal("map", it.index, [
      `invalid access to map value pointer, value_size=${map.valueSize} off=${it.nextImm >>> 0}`,
    ]);
  return map;
}
