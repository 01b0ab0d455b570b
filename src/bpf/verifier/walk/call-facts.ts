import type { Prototype } from "../../helpers/prototype.ts";
import type { KernelPointer } from "../../maps/definition.ts";
import type { VerifierMap } from "../map.ts";
import type { Register } from "../state/register.ts";
import { S64_MAX } from "../values/wide.ts";
import type { DynptrArgument } from "./dynptr.ts";
import type { RawMemory } from "./stack-range.ts";

/** What the arguments of a call turned out to be (`struct bpf_call_arg_meta`). */
export class CallFacts {
  readonly prototype: Prototype;
  map: VerifierMap | null = null;
  mapUid = 0;
  /** The map was found by a timer in its value. */
  timed = false;
  /** Stack memory that the helper writes and does not read. */
  readonly written: RawMemory = { number: 0, size: 0 };
  /** The same, where the argument at hand is such memory. */
  raw: RawMemory | undefined;
  /** Reference that an argument belongs to; 0 for none. */
  reference = 0;
  /** Register of the reference that is given back. */
  released: number | undefined;
  /** The kernel pointer in a map's value that is exchanged. */
  field: KernelPointer | undefined;
  /** The dynptr that an argument is. */
  dynptr: DynptrArgument | undefined;
  /** What every processor has one of. */
  perCpu: Register | undefined;
  /** Number of the function that the helper calls. */
  callback = -1;
  /** Bytes to be reserved. */
  allocation = 0;
  /** The map's key, where it is known; -1 where not. */
  key = -1n;
  /** The largest value that the last size may have. */
  maxSize = S64_MAX;

  constructor(prototype: Prototype) {
    this.prototype = prototype;
  }
}
