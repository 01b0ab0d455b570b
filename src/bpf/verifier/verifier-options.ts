import type { Btf } from "../object/btf/btf-type.ts";
import type { SourceLine } from "../object/object-file.ts";
import type { ProgramType } from "../program-type.ts";
import type { VerifierMap } from "./map.ts";
import type { WalkObserver } from "./observer.ts";
import type { Privileges } from "./privileges.ts";
import type { ProgramTypes } from "./program/function-types.ts";
import type { KernelVariable } from "./program/kernel-symbol.ts";

/** What a program is verified for. */
export interface VerifierOptions {
  /** The kind of program, or its name or number: `sched_cls`, 3. */
  readonly type: ProgramType | string | number;
  /** Maps by the descriptor, or the index, that the program's references name. */
  readonly maps?: ReadonlyMap<number, VerifierMap>;
  /** The user who loads it has made them, too; without, somebody with all privileges has. */
  readonly ownMaps?: boolean;
  /** They are named by index only: whatever names a descriptor names no map. */
  readonly indexedMaps?: boolean;
  /** As the program declares it; GPL without. */
  readonly license?: string;
  /** `enum bpf_attach_type`; 0 without. */
  readonly expectedAttachType?: number;
  /** `bounded`: today's Linux; `none`: any edge back is refused. */
  readonly loops?: "bounded" | "none";
  /** It may sleep (BPF_F_SLEEPABLE); programs of type `syscall` always may. */
  readonly sleepable?: boolean;
  /** States are kept at every prune point (BPF_F_TEST_STATE_FREQ). */
  readonly keepEveryState?: boolean;
  /** Every access must be aligned (BPF_F_STRICT_ALIGNMENT). */
  readonly strictAlignment?: boolean;
  /** Processors of the machine that the program will run on, which bounds bpf_get_smp_processor_id(); 1 without. */
  readonly possibleCpus?: number;
  /** What its BTF says of its functions; without, none is global and none can be given to helpers. */
  readonly types?: ProgramTypes;
  /** Names of the kernel functions that it calls, by the slots of the calls. */
  readonly kernelFunctions?: ReadonlyMap<number, string>;
  /** Variables of the kernel whose addresses it loads, by the slots that load them. */
  readonly kernelVariables?: ReadonlyMap<number, KernelVariable>;
  /** The kernel knows the addresses of its variables, not of its functions only (CONFIG_KALLSYMS_ALL); true without. */
  readonly dataSymbols?: boolean;
  /** What its section says that it is attached to: a function of the kernel, a tracepoint. */
  readonly attachTarget?: string;
  /** The types of the kernel that it is for: without them nothing is known of the kernel's structs but their names. */
  readonly kernelTypes?: Btf;
  /** Of the user who loads it; without, all of them. */
  readonly privileges?: Privileges;
  readonly logLevel?: 0 | 1 | 2;
  /** The lines of the source that its instructions became of, for the log: they are asked for where one is kept. */
  readonly lines?: () => readonly SourceLine[];
  /** Sees every step of the walk. */
  readonly observer?: WalkObserver;
}
