/** Something that a topology will be able to say and that netsim does not do yet. */
export interface NotThereYet {
  /** What a message calls it. */
  readonly what: string;
  /** What works now instead. */
  readonly hint: string;
}

type Path = readonly string[];

const VALUES: readonly { readonly at: Path; readonly values: Readonly<Record<string, NotThereYet>> }[] = [
  {
    at: ["nodes", "*", "contract"],
    values: {
      plumgrid2013: {
        what: "the contract of 2013",
        hint: "`opcodes`, the default, has programs answer with opcodes of traffic control.",
      },
    },
  },
];

/** What a value at `path` stands for, if that is to come. */
export function laterValue(path: readonly string[], value: unknown): NotThereYet | undefined {
  for (const { at, values } of VALUES)
    if (matches(at, path) && typeof value === "string" && Object.hasOwn(values, value)) return values[value];
  return undefined;
}

function matches(pattern: Path, path: readonly string[]): boolean {
  return pattern.length === path.length && pattern.every((step, i) => step === "*" || step === path[i]);
}
