import { TAIL_CALL } from "../../helpers/tail-call.ts";
import type { Instruction } from "../../isa/instruction.ts";
import type { HostFunction } from "../host-function.ts";
import type { LinkedProgram } from "../link.ts";
import { buildGraph, type Graph } from "./control-flow/graph.ts";
import { type Order, orderBlocks } from "./control-flow/order.ts";
import { type CallArguments, findLive, hostArguments, wholeHostArguments } from "./liveness.ts";
import { contains, type RegisterSet } from "./register-set.ts";

/**
 * What a function is compiled as. `main`: takes R1, is what runs and tail calls enter; `callback`: pointed at, takes R1 to R5;
 * `local`: only called by the program itself, takes what it uses.
 */
export type Role = "main" | "callback" | "local";

export interface PlannedFunction {
  readonly entry: number;
  readonly role: Role;
  readonly graph: Graph;
  readonly order: Order;
  /** Registers that are its parameters, ascending; the base of its stack comes last. */
  parameters: readonly number[];
}

/** The functions of a program that can be reached, and what they need from outside. */
export interface ModulePlan {
  readonly main: PlannedFunction;
  /** Those that are called or pointed at, by entry. A main function that is called too is compiled twice. */
  readonly others: ReadonlyMap<number, PlannedFunction>;
  /** Those that are called, each with the number of an instruction that calls it. */
  readonly hosts: ReadonlyMap<HostFunction, number>;
  readonly makesTailCalls: boolean;
  readonly callsRegisters: boolean;
  readonly loadsPackets: boolean;
  readonly calls: CallArguments;
}

/** @param exceptionCallback slot of the function that exceptions go to; undefined where there is none. */
export function planModule(program: LinkedProgram, exceptionCallback?: number): ModulePlan {
  const { instructions } = program;
  const plan = (entry: number, role: Role): PlannedFunction => {
    const graph = buildGraph(instructions, entry);
    return { entry, role, graph, order: orderBlocks(graph), parameters: role === "main" ? [1] : [1, 2, 3, 4, 5] };
  };
  const roles = new Map<number, Role>();
  const hosts = new Map<HostFunction, number>();
  const kinds = new Set<Instruction["kind"] | "tail-call">();
  const main = plan(0, "main");
  const others = new Map<number, PlannedFunction>();
  const pending = [main];

  const reach = (entry: number, role: Role) => {
    if (role === "callback" || !roles.has(entry)) roles.set(entry, role);
    if (others.has(entry)) return;
    const planned = plan(entry, role);
    others.set(entry, planned);
    pending.push(planned);
  };
  if (program.throws && exceptionCallback !== undefined) reach(exceptionCallback, "callback");
  while (pending.length > 0)
    for (const { start, end } of pending.pop()!.graph.blocks)
      for (let slot = start; slot < end; slot++) {
        const instruction = instructions[slot] ?? null;
        if (instruction === null) continue;
        const host = program.hosts.get(slot);
        if (host !== undefined) hosts.set(host, slot);
        const tailCalls = instruction.kind === "call-helper" && instruction.helper === TAIL_CALL;
        kinds.add(tailCalls ? "tail-call" : instruction.kind);
        if (instruction.kind === "call-local") reach(instruction.target, "local");
        if (instruction.kind === "reference" && instruction.to === "function")
          reach(instruction.index + 1 + instruction.imm, "callback");
      }
  for (const [entry, planned] of others) others.set(entry, { ...planned, role: roles.get(entry)! });
  return {
    main,
    others,
    hosts,
    makesTailCalls: kinds.has("tail-call"),
    callsRegisters: kinds.has("call-register"),
    loadsPackets: kinds.has("packet-load"),
    calls: trimParameters(program, others),
  };
}

/**
 * Leaves local functions with the parameters that they or their callees use: grown from none until nothing changes. Returns
 * how calls take their arguments then.
 */
function trimParameters(
  { instructions, hosts }: LinkedProgram,
  functions: ReadonlyMap<number, PlannedFunction>,
): CallArguments {
  const uses = new Map<number, RegisterSet>();
  const passed = (instruction: Instruction): RegisterSet => {
    if (instruction.kind === "call-local") return uses.get(instruction.target) ?? ALL_ARGUMENTS;
    return instruction.kind === "call-helper" ? TAIL_CALL_ARGUMENTS : ALL_ARGUMENTS;
  };
  const calls: CallArguments = {
    taken(instruction) {
      const host = hosts.get(instruction.index);
      return host === undefined ? passed(instruction) : hostArguments(host);
    },
    whole(instruction) {
      const host = hosts.get(instruction.index);
      return host === undefined ? passed(instruction) : wholeHostArguments(host);
    },
  };
  const local = [...functions.values()].filter(({ role }) => role === "local");
  for (const { entry } of local) uses.set(entry, 0);
  for (let changed = local.length > 0; changed; ) {
    changed = false;
    for (const { entry, graph, order } of local) {
      const live = findLive(instructions, graph, order, calls).values[0]! & ALL_ARGUMENTS;
      if (live === uses.get(entry)) continue;
      uses.set(entry, live);
      changed = true;
    }
  }
  for (const planned of local)
    planned.parameters = [1, 2, 3, 4, 5].filter((register) => contains(uses.get(planned.entry)!, register));
  return calls;
}

/** R1 to R5, and R1 to R3. */
const ALL_ARGUMENTS: RegisterSet = 0b111110;
const TAIL_CALL_ARGUMENTS: RegisterSet = 0b001110;
