/** Something that a topology will be able to say and that netsim does not do yet. */
export interface NotThereYet {
  /** What a message calls it. */
  readonly what: string;
  /** What works now instead. */
  readonly hint: string;
  /** True where the whole mapping is of a kind that is not there, so that its other keys mean nothing. */
  readonly isWhole: boolean;
}

type Path = readonly string[];

const NODE = {
  xdp: { what: "XDP", hint: "Programs attach to sockets now.", isWhole: false },
};

const KEYS: readonly { readonly at: Path; readonly keys: Readonly<Record<string, NotThereYet>> }[] = [
  { at: ["nodes", "*"], keys: NODE },
];

const VALUES: readonly { readonly at: Path; readonly values: Readonly<Record<string, NotThereYet>> }[] = [
  {
    at: ["nodes", "*", "contract"],
    values: {
      plumgrid2013: {
        what: "the contract of 2013",
        hint: "`opcodes`, the default, has programs answer with opcodes of traffic control.",
        isWhole: false,
      },
    },
  },
];

/** What a key of the mapping at `path` stands for, if that is to come. */
export function laterKey(path: readonly string[], key: string): NotThereYet | undefined {
  for (const { at, keys } of KEYS) if (matches(at, path) && Object.hasOwn(keys, key)) return keys[key];
  return undefined;
}

/** What a value at `path` stands for, if that is to come. */
export function laterValue(path: readonly string[], value: unknown): NotThereYet | undefined {
  for (const { at, values } of VALUES)
    if (matches(at, path) && typeof value === "string" && Object.hasOwn(values, value)) return values[value];
  return undefined;
}

function matches(pattern: Path, path: readonly string[]): boolean {
  return pattern.length === path.length && pattern.every((step, i) => step === "*" || step === path[i]);
}
