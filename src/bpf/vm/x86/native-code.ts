/** One instruction of the processor. */
export interface NativeInstruction {
  readonly bytes: readonly number[];
  /** In Intel's syntax. */
  readonly text: string;
}

/** What a BPF instruction becomes; where it is no fixed sequence, why. */
export type NativeCode =
  | { readonly kind: "native"; readonly instructions: readonly NativeInstruction[] }
  | { readonly kind: "not-one-to-one"; readonly reason: string };

export function native(...instructions: NativeInstruction[]): NativeCode {
  return { kind: "native", instructions };
}

export function notOneToOne(reason: string): NativeCode {
  return { kind: "not-one-to-one", reason };
}
