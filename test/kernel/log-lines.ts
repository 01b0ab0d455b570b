/** Kernel functions that need no name to be known: their calls are shown with BTF ids, which other machines' kernels have others of. */
const CALL = /(call [A-Za-z_0-9-]+)#-?\d+/g;
/** What maps and variables of the kernel are loaded as: addresses. */
const ADDRESS = /(\(18\) r\d+ = ).*/g;
const FIRST = "func#";

/** The lines of a verifier's log that do not depend on where things lie in memory. */
export const logLines = (log: string): string[] => log.trimEnd().replace(CALL, "$1").replace(ADDRESS, "$1").split("\n");

/** Both logs' lines; of the kernel's, which keeps the end of a long one, and of ours as many. */
export function comparableLogs(kernel: string, ours: string): { readonly want: string[]; readonly have: string[] } {
  const [want, have] = [logLines(kernel), logLines(ours)];
  if (want[0]?.startsWith(FIRST) !== false) return { want, have };
  return { want: want.slice(1), have: have.slice(1 - want.length) };
}
