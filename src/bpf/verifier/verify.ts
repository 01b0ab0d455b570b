import { prototypeOf } from "../helpers/prototype.ts";
import { type DecodedProgram, decodeProgram } from "../isa/decode.ts";
import { findProgramType, type ProgramType } from "../program-type.ts";
import { pathOf } from "./explain/path.ts";
import { Insights } from "./insights.ts";
import { instructionTexts } from "./log/instruction-text.ts";
import { logFunctions, logLiveRegisters } from "./log/program-log.ts";
import { VerifierLog } from "./log/verifier-log.ts";
import { checkPrivileges, PRIVILEGED } from "./privileges.ts";
import { checkAbnormalReturns } from "./program/abnormal-return.ts";
import { checkControlFlow } from "./program/control-flow.ts";
import { findCycles } from "./program/cycles.ts";
import { findExceptionCallback } from "./program/exception-callback.ts";
import { checkKernelCalls } from "./program/kernel-calls.ts";
import { resolveKernelSymbols } from "./program/kernel-symbol.ts";
import { findKernelTarget } from "./program/kernel-target.ts";
import { findLiveRegisters } from "./program/live-registers.ts";
import { findPacketChangers } from "./program/packet-changers.ts";
import { postordersOf } from "./program/postorder.ts";
import { checkReferences } from "./program/references.ts";
import { divideProgram } from "./program/subprograms.ts";
import { StackLiveness } from "./pruning/stack-liveness.ts";
import { Refusal } from "./refusal.ts";
import type { VerifierOptions } from "./verifier-options.ts";
import type { VerifierError, VerifierResult, VerifierStatistics } from "./verifier-result.ts";
import { checkExceptions } from "./walk/exceptions.ts";
import { mayCall } from "./walk/helper-call.ts";
import { kernelParameters } from "./walk/kernel-call.ts";
import { checkStackDepth } from "./walk/stack-depth.ts";
import { walkAll } from "./walk/step.ts";
import { checkTailCalls } from "./walk/tail-calls.ts";
import { MAX_INSTRUCTIONS, Walk } from "./walk/walk.ts";

/** Types whose programs may be interrupted by others on the same stack. */
const OWN_STACKS = ["kprobe", "tracepoint", "perf_event", "raw_tracepoint"];

const GPL_COMPATIBLE = ["GPL", "GPL v2", "GPL and additional rights", "Dual BSD/GPL", "Dual MIT/GPL", "Dual MPL/GPL"];

/**
 * Decides whether Linux 6.18 would load the program for a privileged user (bpf_check). What the verifier does not
 * model yet it refuses, with the category `unsupported`. Malformed instructions that no path comes to are no obstacle where
 * the program is given as bytes; a decoded program may have no problems. Throws RangeError for a program type that it does not know.
 */
export function verify(program: Uint8Array | DecodedProgram, options: VerifierOptions): VerifierResult {
  const decoded = program instanceof Uint8Array ? decodeProgram(program) : program;
  const programType = typeof options.type === "object" ? options.type : findProgramType(options.type);
  if (programType === undefined) throw new RangeError(`The verifier does not know program type ${options.type}.`);
  const level = options.logLevel ?? 0;
  const textOf = instructionTexts(options.kernelFunctions, options.kernelTypes);
  const log = new VerifierLog(level, textOf, level === 0 ? [] : options.lines?.());
  const insights = new Insights(decoded.instructions.length);
  let walk: Walk | undefined;
  let error: VerifierError | undefined;
  try {
    walk = prepare(decoded, program instanceof Uint8Array ? program : undefined, programType, options, log, insights);
    walkAll(walk);
    checkStackDepth(walk.model, walk.stackDepths, walk.asyncCallbacks, OWN_STACKS.includes(programType.name));
    checkExceptions(walk);
    if (options.ownMaps === true) checkTailCalls(walk);
  } catch (reason) {
    if (!(reason instanceof Refusal)) throw reason;
    log.refusal(reason);
    const { index, message, lines, category } = reason;
    const path = walk === undefined || index < 0 ? [] : pathOf(walk.state, index);
    error = { instruction: index, message, lines, category, path };
  }
  const statistics: VerifierStatistics = {
    instructionsProcessed: walk?.instructionsProcessed ?? 0,
    maxStatesPerInstruction: walk?.explored.maxStatesPerInstruction ?? 0,
    totalStates: walk?.explored.totalStates ?? 0,
    peakStates: walk?.explored.peakStates ?? 0,
    stackDepths: walk?.stackDepths ?? [],
  };
  log.line(statisticsText(statistics));
  return {
    accepted: error === undefined,
    ...(error === undefined ? {} : { error }),
    log: log.text,
    statistics,
    ...(walk === undefined || walk.setup.exceptionCallback === undefined
      ? {}
      : { exceptionCallback: walk.model.subprograms[walk.setup.exceptionCallback]!.start }),
    contextBytes: insights.contextBytes,
    insight: (index) => insights.of(index),
  };
}

/** The passes before the walk, in the kernel's order. */
function prepare(
  decoded: DecodedProgram,
  bytes: Uint8Array | undefined,
  programType: ProgramType,
  options: VerifierOptions,
  log: VerifierLog,
  insights: Insights,
): Walk {
  if (decoded.instructions.length === 0)
    throw new Refusal("encoding", -1, [decoded.problems[0]?.message ?? "The program has no instructions."]);
  const [problem] = decoded.problems;
  if (bytes === undefined && problem !== undefined)
    throw new Refusal("encoding", problem.index, [problem.kernel ?? problem.message]);
  const { bpf } = options.privileges ?? PRIVILEGED;
  checkPrivileges(decoded, programType, options.privileges ?? PRIVILEGED);
  const gplCompatible = GPL_COMPATIBLE.includes(options.license ?? "GPL");
  const kernelFunctions = options.kernelFunctions ?? new Map<number, string>();
  checkKernelCalls(decoded.instructions, kernelFunctions, gplCompatible);
  const exceptionCallback = findExceptionCallback(options.types);
  const exceptionStart = options.types?.functions[exceptionCallback ?? -1]?.instruction;
  const model = divideProgram(decoded, bytes ?? new Uint8Array(), (found) => logFunctions(log, found), exceptionStart);
  checkAbnormalReturns(model, options.types);
  const target = findKernelTarget(
    programType,
    options.expectedAttachType ?? 0,
    options.attachTarget,
    options.kernelTypes,
    options.sleepable === true,
    gplCompatible,
  );
  const maps = checkReferences(model, options.maps ?? new Map(), programType, options.indexedMaps);
  const kernelSymbols = resolveKernelSymbols(model, options);
  const flow = checkControlFlow(model, kernelFunctions, bpf && options.loops !== "none", exceptionCallback);
  const attachment = { expectedAttachType: options.expectedAttachType ?? 0, attachTarget: options.attachTarget };
  const postorders = postordersOf(model);
  const liveRegisters = findLiveRegisters(
    model,
    postorders,
    (helper) =>
      mayCall(programType, attachment, options.privileges ?? PRIVILEGED, helper)
        ? (programType.variants?.get(helper) ?? prototypeOf(helper))?.arguments.length
        : undefined,
    (index) => kernelParameters(programType, attachment.expectedAttachType, kernelFunctions.get(index) ?? ""),
  );
  const cycles = findCycles(model);
  logLiveRegisters(log, model, liveRegisters, cycles);
  return new Walk({
    model,
    flow,
    cycles,
    liveRegisters,
    liveness: new StackLiveness(model, postorders, flow, log),
    programType,
    maps,
    gplCompatible,
    sleepable: options.sleepable === true || programType.sleeps === true,
    keepEveryState: options.keepEveryState === true,
    strictAlignment: options.strictAlignment ?? false,
    ...(options.types === undefined ? {} : { types: options.types }),
    kernelFunctions,
    kernelSymbols,
    exceptionCallback,
    target,
    ...(options.kernelTypes === undefined ? {} : { kernelTypes: options.kernelTypes }),
    packetChangers: findPacketChangers(model),
    privileges: options.privileges ?? PRIVILEGED,
    ...attachment,
    possibleCpus: options.possibleCpus ?? 1,
    log,
    insights,
    observer: options.observer,
  });
}

/** `processed 5 insns (limit 1000000) ...` (print_verification_stats) */
export function statisticsText(statistics: VerifierStatistics): string {
  const { instructionsProcessed, maxStatesPerInstruction, totalStates, peakStates } = statistics;
  return (
    `processed ${instructionsProcessed} insns (limit ${MAX_INSTRUCTIONS}) ` +
    `max_states_per_insn ${maxStatesPerInstruction} total_states ${totalStates} peak_states ${peakStates} mark_read 0`
  );
}
