/** A program as traffic control and iptables take it. */
export type Code =
  /** struct sock_filter, one after another. */
  | { readonly kind: "classic"; readonly instructions: Uint8Array }
  /** Loaded already. */
  | { readonly kind: "extended"; readonly descriptor: number; readonly name: string };
