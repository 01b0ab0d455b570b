/** What a person who met an error code wants to know; full sentences. */
export interface Explanation {
  readonly meaning: string;
  /** What most often leads to it. */
  readonly cause: string;
  readonly remedy: string;
}
