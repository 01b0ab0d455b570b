import { FUNCTION_GROUPS } from "./prototype-table.ts";

/**
 * What an argument of a kernel function must be (`enum kfunc_ptr_arg_type`).
 *
 * | kind | argument |
 * |---|---|
 * | scalar, ignored | a number; whatever it is |
 * | constant | a number that is known when the program is loaded |
 * | context | the program's context, of the struct that is named, or what a kernel's struct of that kind is called |
 * | memory | `bytes` bytes, or as many as the next argument says |
 * | size, constant-size | bytes of the memory before |
 * | string, map, callback | a constant string, a map, a function of the program |
 * | dynptr, iterator, irq-flag | on the stack |
 * | struct | a pointer to a kernel's struct |
 * | lock, workqueue | a part of a map's value |
 * | allocated, refcounted | what bpf_obj_new gave; one of those with a count of references |
 * | list-head, list-node, tree-root, tree-node | parts of map values and allocated objects |
 */
export type KernelArgumentKind =
  | "scalar"
  | "ignored"
  | "constant"
  | "context"
  | "memory"
  | "size"
  | "constant-size"
  | "string"
  | "map"
  | "callback"
  | "dynptr"
  | "iterator"
  | "irq-flag"
  | "struct"
  | "lock"
  | "workqueue"
  | "allocated"
  | "refcounted"
  | "list-head"
  | "list-node"
  | "tree-root"
  | "tree-node";

export interface KernelArgument {
  readonly kind: KernelArgumentKind;
  /** The struct (`task_struct`), the iterator (`num`), the kind of dynptr that is made (`skb`), the context (`__sk_buff`). */
  readonly of: string;
  /** Of memory that always has the same size; 0 for other arguments. */
  readonly bytes: number;
  /** Null will do as well; of memory with a size, it need not be there. */
  readonly orNull: boolean;
  /** The function makes the dynptr, the iterator or the flag. */
  readonly isNew: boolean;
}

/**
 * What R0 is afterwards: `slice`: as many bytes of a dynptr as a constant argument said; `memory`: read-only bytes; `object`:
 * what was allocated; `counted`: one more reference to an argument; `node`: the object that a list's or tree's node lies in;
 * `kernel-context`, `cast`: what an argument is in the kernel.
 */
export type KernelResultKind =
  | "void"
  | "integer"
  | "struct"
  | "memory"
  | "slice"
  | "object"
  | "counted"
  | "node"
  | "kernel-context"
  | "cast";

export interface KernelPrototype {
  readonly name: string;
  readonly result: KernelResultKind;
  /** Its struct. */
  readonly resultOf: string;
  readonly resultBytes: number;
  /** R1, R2, ... */
  readonly arguments: readonly KernelArgument[];
  /** Kinds of programs that may call it (`enum btf_kfunc_hook`): `all`, `tc`, `xdp`, ... */
  readonly hooks: readonly string[];
  readonly acquires: boolean;
  readonly releases: boolean;
  readonly mayBeNull: boolean;
  /** Arguments must be trusted pointers. */
  readonly trusted: boolean;
  /** Trusted ones, or such as a read-side critical section keeps alive. */
  readonly rcu: boolean;
  readonly sleeps: boolean;
  /** Only programs that are bound to a device may call it, and those are verified for that device. */
  readonly ofDevice: boolean;
  readonly iterates: "new" | "next" | "destroy" | undefined;
  /** Elements of the iterator live only as long as a read-side critical section. */
  readonly rcuProtected: boolean;
}

/** Name, result, arguments, and properties. */
export type FunctionRow = readonly [name: string, result: string, parameters: string, properties?: string];

const PROTOTYPES: ReadonlyMap<string, KernelPrototype> = new Map(
  FUNCTION_GROUPS.flatMap(({ hooks, rows }) =>
    rows.map((row) => [row[0], prototypeFrom(row, hooks.split(" "))] as const),
  ),
);

/** How the kernel function of that name is called; undefined for one that is not known. */
export const kernelPrototype = (name: string): KernelPrototype | undefined => PROTOTYPES.get(name);

/** Names of all that are known. */
export const kernelFunctionNames = (): string[] => [...PROTOTYPES.keys()];

function prototypeFrom(
  [name, result, parameters, properties = ""]: FunctionRow,
  hooks: readonly string[],
): KernelPrototype {
  const [kind, of = ""] = result.split(".");
  const has = new Set(properties.split(" "));
  const iterates = (["new", "next", "destroy"] as const).find((part) => has.has(part));
  return {
    name,
    result: kind as KernelResultKind,
    resultOf: kind === "struct" ? of : "",
    resultBytes: kind === "memory" ? Number(of) : 0,
    arguments: parameters === "" ? [] : parameters.split(" ").map(argumentFrom),
    hooks,
    acquires: has.has("acquires"),
    releases: has.has("releases"),
    mayBeNull: has.has("or-null"),
    trusted: has.has("trusted") || has.has("releases"),
    rcu: has.has("rcu"),
    sleeps: has.has("sleeps"),
    ofDevice: has.has("of-device"),
    iterates,
    rcuProtected: has.has("rcu-protected"),
  };
}

function argumentFrom(word: string): KernelArgument {
  const [place, ...properties] = word.split(":");
  const [kind, of = ""] = place!.split(".");
  return {
    kind: kind as KernelArgumentKind,
    of: kind === "memory" ? "" : of,
    bytes: kind === "memory" && of !== "" ? Number(of) : 0,
    orNull: properties.includes("or-null"),
    isNew: properties.includes("new"),
  };
}
