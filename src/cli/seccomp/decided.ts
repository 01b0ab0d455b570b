import { fail } from "../../errors.ts";
import { Undecidable } from "../../seccomp/analysis/symbolic.ts";

/** What an analysis gives; a filter that it cannot follow is told as such. Throws a NetsimError. */
export function decided<T>(file: string, analyse: () => T): T {
  try {
    return analyse();
  } catch (error) {
    if (!(error instanceof Undecidable)) throw error;
    return fail("unsupported", `The filter '${file}' cannot be followed for all calls at once: ${error.message}.`, {
      place: { file },
      hint: "Filters that load words, mask them and compare them with constants can; 'netsim seccomp check' runs any filter.",
    });
  }
}
