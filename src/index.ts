export type { BpfOptions, ProgramLoad } from "./bpf/bpf.ts";
export type { ClassicInstruction } from "./bpf/classic/instruction.ts";
export type { ClassicPacket } from "./bpf/classic/packet.ts";
export { decodeValue, type PlainValue } from "./bpf/codec/decode.ts";
export { encodeValue } from "./bpf/codec/encode.ts";
export { type AssembledProgram, assembleExtended } from "./bpf/isa/assembler/assemble.ts";
export { ERRNO, errnoName } from "./bpf/maps/errno.ts";
export type { KernelObjects } from "./bpf/maps/kernel-objects.ts";
export { CREATE_FLAG, MAP_TYPES, UPDATE_FLAG } from "./bpf/maps/map-type.ts";
export type { Btf, BtfType } from "./bpf/object/btf/btf-type.ts";
export { readKernelTypes } from "./bpf/object/btf/read-kernel-types.ts";
export { createMaps, fillProgramArrays, MapCreationError } from "./bpf/object/load/create-maps.ts";
export { withDescriptors } from "./bpf/object/load/name-maps.ts";
export { verifierOptions } from "./bpf/object/load/verifier-options.ts";
export {
  ObjectError,
  type ObjectFile,
  type ObjectMap,
  type ObjectOptions,
  type ObjectProblem,
  type ObjectProgram,
} from "./bpf/object/object-file.ts";
export { readObject } from "./bpf/object/read-object.ts";
export type { AttachAttributes } from "./bpf/syscall/attach-commands.ts";
export { ATTACH_FLAG, type AttachedPrograms, type Attaching, type AttachTarget } from "./bpf/syscall/attach-target.ts";
export type { BatchResult, LookupBatchResult } from "./bpf/syscall/batch.ts";
export { ControlGroup } from "./bpf/syscall/control-group.ts";
export { LOAD_FLAG, type ProgramAttributes } from "./bpf/syscall/load-check.ts";
export type { MappedMemory, MappingRequest } from "./bpf/syscall/mapped-memory.ts";
export type { ProgramFacts } from "./bpf/syscall/object-commands.ts";
export type { Attachment, ObjectKind, ProgramObject } from "./bpf/syscall/objects.ts";
export { BpfSyscall, type MapAttributes, type MapInfo } from "./bpf/syscall.ts";
export type { TestRunResult } from "./bpf/test-run/program-test-run.ts";
export { TEST_RUN_FLAG, type TestRunInput } from "./bpf/test-run/test-context.ts";
export type { Machine } from "./bpf/vm/machine.ts";
export { type CompiledSource, type CompileOptions, compileSource } from "./c-compiler/compile.ts";
export {
  type Diagnostic,
  ERROR_CODES,
  type ErrorCode,
  EXIT,
  type ExitCode,
  NetsimError,
  type Place,
} from "./errors.ts";
export type {
  Hook,
  HookAt,
  HookPlace,
  HookPlaces,
  Outcome,
  PacketSite,
  SocketSite,
  SocketVerdict,
} from "./hooks/hook.ts";
export type { ClassicContext, ExtendedContext, ProgramContext } from "./hooks/program-context.ts";
export type { HookServices } from "./hooks/services.ts";
export type { JsonSchema } from "./json-schema.ts";
export type { Qdisc, QdiscClass, QdiscCounts, QdiscKind, QdiscSurroundings } from "./network/qdisc/qdisc.ts";
export type { Skb } from "./packet/skb.ts";
export { definePlugin, type Plugin } from "./plugins/plugin.ts";
export type { Engine } from "./programs/engine.ts";
export type {
  LoadedClassicProgram,
  LoadedExtendedProgram,
  LoadedProgram,
  MapUse,
  ProgramLanguage,
} from "./programs/language.ts";
export type { RunnableProgram } from "./programs/program-slot.ts";
export type { Reporter, ReportStyle } from "./report/reporter.ts";
export type * from "./run/result.ts";
export type { RunOptions, RunProgress } from "./run/run-options.ts";
export { runTopology } from "./run-topology.ts";
export { SimulatedBpf as Bpf } from "./simulated-bpf.ts";
export type { StopReason } from "./simulation/simulation.ts";
export type { ProgramSource } from "./topology/model.ts";
export { OptionError } from "./topology/quantity/option-error.ts";
