import type { Btf } from "../../object/btf/btf-type.ts";
import type { ProgramType } from "../../program-type.ts";
import type { Insights } from "../insights.ts";
import type { VerifierLog } from "../log/verifier-log.ts";
import type { VerifierMap } from "../map.ts";
import type { WalkObserver } from "../observer.ts";
import type { Privileges } from "../privileges.ts";
import type { ControlFlow } from "../program/control-flow.ts";
import type { ProgramTypes } from "../program/function-types.ts";
import type { KernelSymbol } from "../program/kernel-symbol.ts";
import type { KernelTarget } from "../program/kernel-target.ts";
import type { ProgramModel } from "../program/program-model.ts";
import type { StackLiveness } from "../pruning/stack-liveness.ts";

/** What a walk is told about the program. */
export interface WalkSetup {
  readonly model: ProgramModel;
  readonly flow: ControlFlow;
  /** Number of the loop that each slot lies in, 0 outside of loops. */
  readonly cycles: Int32Array;
  readonly liveRegisters: Uint16Array;
  readonly liveness: StackLiveness;
  readonly programType: ProgramType;
  /** The maps that references name, by the slot of the reference. */
  readonly maps: ReadonlyMap<number, VerifierMap>;
  readonly gplCompatible: boolean;
  readonly privileges: Privileges;
  readonly sleepable: boolean;
  readonly keepEveryState: boolean;
  readonly strictAlignment: boolean;
  readonly expectedAttachType: number;
  /** As its section names it. */
  readonly attachTarget: string | undefined;
  readonly possibleCpus: number;
  /** What BTF says of the program's functions, where it has BTF. */
  readonly types?: ProgramTypes;
  /** Functions that may change the packet. */
  readonly packetChangers: ReadonlySet<number>;
  readonly kernelFunctions: ReadonlyMap<number, string>;
  /** What the immediates that name something of the kernel stand for. */
  readonly kernelSymbols: ReadonlyMap<number, KernelSymbol>;
  /** The kernel's own types, where they are at hand. */
  readonly kernelTypes?: Btf;
  /** What the program is attached to, where its arguments are the context. */
  readonly target?: KernelTarget | undefined;
  /** The function that exceptions lead to; undefined where the program has none of its own. */
  readonly exceptionCallback: number | undefined;
  readonly log: VerifierLog;
  readonly insights: Insights;
  readonly observer?: WalkObserver | undefined;
}
