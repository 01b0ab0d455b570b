import { generalHelpers } from "../../bpf/helpers/general.ts";
import { helper } from "../../bpf/helpers/helper.ts";
import type { Surroundings } from "../../bpf/helpers/surroundings.ts";
import { ERRNO } from "../../bpf/maps/errno.ts";
import { simulatedTypes } from "../../bpf/object/simulated/simulated-types.ts";
import { contextLayout } from "../../bpf/program-type/context-layout.ts";
import type { ProgramType } from "../../bpf/program-type.ts";
import type { ContextLayout } from "../../bpf/vm/environment.ts";
import type { HostFunction } from "../../bpf/vm/host-function.ts";
import type { EventSite, EventSubject } from "../places.ts";
import type { ExtendedContext } from "../program-context.ts";
import type { HookServices } from "../services.ts";
import { argumentHelpers } from "./argument-helpers.ts";
import { objectHelpers } from "./object-helpers.ts";

/** struct bpf_perf_event_value: a counter, and the nanoseconds that it was enabled and running. */
const PERF_VALUE_BYTES = 24;
/** BPF_TRACE_FENTRY */
const FENTRY = 24;

/** What is known of an event before its programs are verified. */
export interface EventShape {
  /** Bytes of the record, where the event says how many there are: what attaching checks in Linux. */
  readonly size?: number;
  /** The function, or the tracepoint, whose arguments are given. */
  readonly target?: string;
  /** The function has returned. */
  readonly hasResult?: true;
}

/** What programs at events are given: the event's record, and the helpers on the task, the stack and memory. */
export class EventContext implements ExtendedContext<EventSubject, EventSite> {
  readonly kind = "extended";
  readonly programType: ProgramType;
  readonly layout: ContextLayout;
  readonly helpers: ReadonlyMap<number, HostFunction>;

  /** Their BTF is what pointers among the arguments are verified by, as those that helpers give. */
  readonly kernelTypes = simulatedTypes();
  readonly attachTarget?: string;

  constructor(programType: ProgramType, services: HookServices, { size, target, hasResult }: EventShape = {}) {
    if (target !== undefined) this.attachTarget = target;
    this.programType =
      size === undefined
        ? programType
        : { ...programType, context: contextLayout("tracepoint record", size, [["fields", 8, size - 8, "bytes"]]) };
    this.layout = { size: size ?? programType.context.size };
    this.helpers = helpersOf(programType, services, target ?? "", hasResult === true);
  }

  enter({ address }: EventSubject): number {
    return address;
  }

  leave(): void {}
}

function helpersOf(
  { helpers, extraHelpers }: ProgramType,
  services: HookServices,
  target: string,
  hasResult: boolean,
): ReadonlyMap<number, HostFunction> {
  const { chance, maps, now, schedule, print, events } = services;
  const surroundings: Surroundings = {
    nanoseconds: () => BigInt(now()),
    random: () => chance.uint32(),
    schedule: (nanoseconds, run) => schedule(Number(nanoseconds), run),
    print,
    task: () => events!.task,
    taskAddress: (task) => events!.objects.task(task),
    mappingAt: (task, address) => events!.objects.mappingAt(task, address),
    sendSignal: (signal) => events!.processes.signal(signal),
    skbBytes: (skb, length) => events!.objects.packetBytes(skb, length),
    callStack: (kind) => (kind === "kernel" ? events!.frames.stack() : []),
  };
  const { memory } = services.machine;
  const all = new Map<number, HostFunction>([
    ...generalHelpers(maps, surroundings),
    // bpf_get_func_ip: the address of the function that the program is attached to.
    helper(173, "w", "i64", () => events!.frames.functionAddress),
    // bpf_perf_prog_read_value: the clock that samples are taken by, which has run from the beginning.
    helper(56, "www", "signed", (_context: number, to: number, size: number) => {
      const at = to >>> 0;
      memory.bytes.fill(0, at, at + size);
      if (size !== PERF_VALUE_BYTES) return -ERRNO.EINVAL;
      const view = new DataView(memory.bytes.buffer, at, size);
      for (const offset of [0, 8, 16]) view.setBigUint64(offset, BigInt(now()), true);
      return 0;
    }),
    ...argumentHelpers(memory, target, hasResult),
    ...objectHelpers(memory, () => events!),
    // bpf_get_attach_cookie: programs are attached without one.
    helper(174, "w", "i64", () => 0n),
  ]);
  // Which of them a program may call the verifier knows.
  const some = [...helpers, ...(extraHelpers?.(FENTRY, target) ?? [])];
  return new Map([...all].filter(([number]) => some.includes(number)));
}
