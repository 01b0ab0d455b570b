import { Values } from "./values.ts";

/** What the passes over a graph share. */
export class Pass {
  readonly values = new Values();
  /** Nothing was changed. */
  unchanged = true;
  /** Something was changed other than where edges lead. Moving edges alone can go round in circles. */
  statementsChanged = false;

  begin(): void {
    this.unchanged = true;
    this.statementsChanged = false;
  }

  changed(): void {
    this.unchanged = false;
    this.statementsChanged = true;
  }

  moved(): void {
    this.unchanged = false;
  }
}

/** An operation that can be seen to have no result. */
export class ImpossibleOperation extends Error {}
