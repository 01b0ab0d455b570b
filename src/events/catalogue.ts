import { nearestName } from "../bpf/nearest-name.ts";
import { type EventFormat, eventField, nameOf } from "./event-format.ts";
import { EVENT_FIELDS } from "./formats/event-fields.ts";
import { SYSCALL_ARGUMENTS } from "./formats/syscall-arguments.ts";

const FIRST_ID = 1;
/** Where arguments and results of system calls are: behind the call's number and a gap. */
const ARGUMENTS = 16;
const WORD = 8;

let catalogue: ReadonlyMap<string, EventFormat> | undefined;

/** Every event of the simulated kernel, by `SYSTEM:NAME`. */
export function eventFormats(): ReadonlyMap<string, EventFormat> {
  catalogue ??= new Map(
    [...systemCalls(), ...others()].map((one, i) => [nameOf({ ...one, id: 0 }), { ...one, id: FIRST_ID + i }]),
  );
  return catalogue;
}

/** The event of that name: `net:net_dev_queue`, or with a slash as in sections of objects. */
export function findEvent(name: string): EventFormat | undefined {
  return eventFormats().get(name.replace("/", ":"));
}

/** The events that a name with `*` means, in the order of the catalogue. */
export function matchingEvents(pattern: string): EventFormat[] {
  const wanted = wildcard(pattern.replace("/", ":"));
  return [...eventFormats().values()].filter((format) => wanted.test(nameOf(format)));
}

/** Where nothing has the name: what was meant, or what there is of the same system. */
export function eventHint(name: string): string {
  const given = name.replace("/", ":");
  const near = nearestName(given, eventFormats().keys());
  if (near !== undefined) return `Did you mean '${near}'?`;
  const system = given.split(":")[0]!;
  const same = [...eventFormats().values()].filter((format) => format.system === system).map(nameOf);
  return same.length > 0 && same.length <= 10
    ? `There are ${same.join(", ")}.`
    : "`netsim trace formats` lists the events that there are.";
}

/** A name with `*` for anything as a regular expression. */
export function wildcard(pattern: string): RegExp {
  return new RegExp(`^${pattern.replace(/[.+?^${}()|[\]\\]/g, "\\$&").replaceAll("*", ".*")}$`);
}

type Draft = Omit<EventFormat, "id">;

function* systemCalls(): Iterable<Draft> {
  for (const line of SYSCALL_ARGUMENTS.trim().split("\n")) {
    const [, call, list] = /^(\w+)\((.*)\)$/.exec(line)!;
    const number = eventField("int __syscall_nr", WORD, 4, true);
    const declared = list === "" ? [] : list!.split(", ");
    const args = declared.map((declaration, i) => ({
      ...eventField(declaration, ARGUMENTS + WORD * i, WORD, false),
      kind: "number" as const,
    }));
    const shown = args.map(({ name }) => `${name}: 0x%08lx`).join(", ");
    yield {
      system: "syscalls",
      name: `sys_enter_${call}`,
      fields: [number, ...args],
      size: ARGUMENTS + WORD * args.length,
      print: [`"${shown}"`, ...args.map(({ name }) => `((unsigned long)(REC->${name}))`)].join(", "),
    };
    yield {
      system: "syscalls",
      name: `sys_exit_${call}`,
      fields: [number, eventField("long ret", ARGUMENTS, WORD, true)],
      size: ARGUMENTS + WORD,
      print: '"0x%lx", REC->ret',
    };
  }
}

function* others(): Iterable<Draft> {
  for (const text of EVENT_FIELDS.trim().split(/\n(?=\S)/)) {
    const [head, ...rows] = text.split("\n");
    const [system, name] = head!.split(":") as [string, string];
    const print = rows.pop()!.replace(/^ {2}print /, "");
    const fields = rows.map((row) => {
      const [declaration, numbers] = row.trim().split("; ") as [string, string];
      const [offset, size, signed] = numbers.split(" ").map(Number) as [number, number, number];
      return eventField(declaration, offset, size, signed === 1);
    });
    const end = Math.max(...fields.map(({ offset, size }) => offset + size));
    yield { system, name, fields, size: Math.ceil(end / WORD) * WORD, print };
  }
}
