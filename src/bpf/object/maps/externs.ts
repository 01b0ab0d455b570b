/** Names that the object leaves to whoever loads it, as BTF's sections `.kconfig` and `.ksyms` list them. */
export interface Externs {
  /** Variables of the kernel's configuration: where they lie in the map `.kconfig`. */
  readonly kconfig: ReadonlyMap<string, { readonly offset: number }>;
  /** Index of that map; undefined where there is none. */
  readonly kconfigMap: number | undefined;
  /** Functions and variables of the kernel; `number` is their place among all externs. */
  readonly kernel: ReadonlyMap<string, { readonly kind: "function" | "variable"; readonly number: number }>;
}
