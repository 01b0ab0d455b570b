/** A function or variable of the kernel. */
export interface KernelName {
  readonly kind: "function" | "variable";
  /** Its place among all externs. */
  readonly number: number;
  /** The kernel is known to have it. */
  readonly exists: boolean;
}

/** Names that the object leaves to whoever loads it, as BTF's sections `.kconfig` and `.ksyms` list them. */
export interface Externs {
  /** Variables of the kernel's configuration: where they lie in the map `.kconfig`. */
  readonly kconfig: ReadonlyMap<string, { readonly offset: number }>;
  /** Index of that map; undefined where there is none. */
  readonly kconfigMap: number | undefined;
  /** Functions and variables of the kernel. */
  readonly kernel: ReadonlyMap<string, KernelName>;
}
