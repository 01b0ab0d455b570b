/** Something of a topology that the kernel of this machine cannot do, or does not tell. */
export interface Skipped {
  readonly what: string;
  /** The end of a sentence. */
  readonly why: string;
}

/** Something left out that would have decided about packets at a node. */
export interface SkippedAtNode extends Skipped {
  readonly node: string;
}
