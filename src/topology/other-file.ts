import { extname } from "node:path";
import { fail } from "../errors.ts";

interface Kind {
  /** With its article. */
  readonly noun: string;
  /** What to do with it. @param file its name. */
  readonly hint: (file: string) => string;
}

const PROGRAM = (noun: string): Kind => ({
  noun,
  hint: (file) =>
    `\`netsim compare ${file}\` shows what it does at every place; a topology names it under \`programs\`.`,
});
const CAPTURE: Kind = {
  noun: "a capture",
  hint: () => "Traffic of a topology sends its packets: `traffic: [{ at: ..., replay: FILE }]`.",
};
const POLICY: Kind = {
  noun: "a seccomp policy",
  hint: (file) =>
    `\`netsim compare ${file}\` shows what it answers; a topology names it under a process's \`seccomp\`.`,
};

/** Files that netsim reads elsewhere, by their first bytes. */
const BY_BYTES: readonly (readonly [hexadecimal: string, kind: Kind])[] = [
  ["7f454c46", PROGRAM("an ELF object")],
  ["d4c3b2a1", CAPTURE],
  ["a1b2c3d4", CAPTURE],
  ["4d3cb2a1", CAPTURE],
  ["a1b23c4d", CAPTURE],
  ["0a0d0d0a", CAPTURE],
];
/** And by their endings. */
const BY_ENDING: Readonly<Record<string, Kind>> = {
  ".c": PROGRAM("a C source"),
  ".bpf": PROGRAM("a program's listing"),
  ".s": PROGRAM("a program's listing"),
  ".asm": PROGRAM("a program's listing"),
  ".policy": POLICY,
  ".kafel": POLICY,
  ".service": POLICY,
};

/** Throws `bad-topology` for a file of another kind, which would else be told of as YAML with mistakes. */
export function refuseOtherFile(file: string, bytes: Buffer): void {
  const start = bytes.toString("hex", 0, 4);
  const kind = BY_BYTES.find(([magic]) => magic === start)?.[1] ?? BY_ENDING[extname(file).toLowerCase()];
  if (kind === undefined) return;
  fail("bad-topology", `'${file}' is ${kind.noun}, and no topology.`, { place: { file }, hint: kind.hint(file) });
}
