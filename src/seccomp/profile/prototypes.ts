import { PROTOTYPES } from "./prototype-table.ts";

/** What a call takes. */
export interface Argument {
  readonly name: string;
  /** An int or less, of which the kernel reads the lower half only. */
  readonly isNarrow: boolean;
}

let table: ReadonlyMap<string, readonly Argument[]> | undefined;

/** A call's arguments in their order; undefined for calls that are not in the table. */
export function argumentsOf(call: string): readonly Argument[] | undefined {
  table ??= new Map(
    PROTOTYPES.trim()
      .split("\n")
      .map((line) => line.split(" "))
      .map(([call, ...names]) => [
        call!,
        names.map((name) => ({ name: name.replace("*", ""), isNarrow: !name.endsWith("*") })),
      ]),
  );
  return table.get(call);
}
