import type { KernelPrototype } from "../../kernel-functions/prototype.ts";
import type { ValueField } from "../../maps/definition.ts";
import type { Register } from "../state/register.ts";
import type { StructType } from "../state/struct-type.ts";
import type { DynptrArgument } from "./dynptr.ts";

/** What the arguments of a kernel function turned out to be (`struct bpf_kfunc_call_arg_meta`). */
export class KernelFacts {
  readonly prototype: KernelPrototype;
  /** Reference that an argument belongs to, and the register that is given back; 0 for none. */
  reference = 0;
  released = 0;
  /** The value of the argument that is constant. */
  constant = 0n;
  dynptr: DynptrArgument | undefined;
  /** Number of the function that is called. */
  callback = -1;
  /** The list's head or the tree's root. */
  root: ValueField | undefined;
  /** Of an allocated object. */
  struct: StructType | null = null;
  /** The program owns the object, it does not only know of it. */
  isOwner = false;
  workqueue: Register | undefined;

  constructor(prototype: KernelPrototype) {
    this.prototype = prototype;
  }
}
