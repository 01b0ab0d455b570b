import { findProgramType } from "../../bpf/program-type.ts";
import type { EventVerdict, HookAt } from "../hook.ts";
import { EventContext, type EventShape } from "./event-context.ts";

const KEPT = 0;
const FILTERED = 1;
const RAW_TRACEPOINT = 23;
const FENTRY = 24;
const FEXIT = 25;

/** trace_call_bpf: bit 0 of the answer says whether others hear of the event. */
const asking = {
  outcomes: [{ name: "kept" }, { name: "filtered" }],
  interpret(returnValue: number, _: unknown, verdict: EventVerdict): number {
    verdict.keeps = (returnValue & 1) !== 0;
    return verdict.keeps ? KEPT : FILTERED;
  },
} as const;

/** The answer means nothing. */
const telling = { outcomes: [{ name: "ran" }], interpret: () => 0 } as const;

type EventHook = HookAt<"event">;

const event = (
  name: string,
  programType: string,
  description: string,
  rest: Pick<EventHook, "outcomes" | "interpret" | "attachType">,
): EventHook => ({
  name,
  place: "event",
  key: name,
  programTypes: [programType],
  description,
  context: (type, services) => new EventContext(findProgramType(type)!, services),
  ...rest,
});

/** Where programs trace what the simulated kernels do. */
export const eventHooks: readonly EventHook[] = [
  event("tracepoint", "tracepoint", "An event by SYSTEM:NAME, * for anything: syscalls:sys_enter_write.", asking),
  event(
    "raw-tracepoint",
    "raw_tracepoint",
    "An event by its NAME, with the arguments that the kernel has there.",
    telling,
  ),
  event(
    "tp-btf",
    "tracing",
    "An event by its NAME, with the arguments that the kernel has there and what their types say of them.",
    { ...telling, attachType: RAW_TRACEPOINT },
  ),
  event("kprobe", "kprobe", "A function of the kernel, at its beginning.", asking),
  event("kretprobe", "kprobe", "A function of the kernel, when it returns.", asking),
  event("fentry", "tracing", "A function of the kernel, at its beginning, with its arguments.", {
    ...telling,
    attachType: FENTRY,
  }),
  event("fexit", "tracing", "A function of the kernel, when it returns, with its arguments and its result.", {
    ...telling,
    attachType: FEXIT,
  }),
  event("perf-event", "perf_event", "Samples in regular distances of simulated time: cpu-clock.", asking),
];

/** The hook for programs of which something is known of what they are attached to. */
export function withShape(hook: EventHook, shape: EventShape): EventHook {
  const whole: EventShape = hook.attachType === FEXIT ? { ...shape, hasResult: true } : shape;
  return { ...hook, context: (type, services) => new EventContext(findProgramType(type)!, services, whole) };
}
