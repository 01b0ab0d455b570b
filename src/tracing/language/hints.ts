import { nearestName } from "../../bpf/nearest-name.ts";

/** For a name that nothing has: the one that was meant, or all that there are. */
export function nearHint(name: string, known: Iterable<string>): string | undefined {
  const names = [...known];
  const near = nearestName(name, names);
  if (near !== undefined) return `Did you mean '${near}'?`;
  return names.length === 0 || names.length > 20 ? undefined : `There are ${names.join(", ")}.`;
}
