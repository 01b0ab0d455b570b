/**
 * Writes the tables of event formats out of the running kernel's tracefs, as root:
 *
 *   tsx scripts/event-formats.ts [/sys/kernel/tracing/events]
 *
 * The tables at hand are of Linux 6.18 on x86-64.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const ROOT = process.argv[2] ?? "/sys/kernel/tracing/events";
const FORMATS = new URL("../src/events/formats/", import.meta.url).pathname;

/** The events that the simulation has, beside those of single system calls. */
const EVENTS = [
  "raw_syscalls:sys_enter",
  "raw_syscalls:sys_exit",
  "sched:sched_process_fork",
  "sched:sched_process_exit",
  "net:net_dev_queue",
  "net:net_dev_start_xmit",
  "net:net_dev_xmit",
  "net:netif_receive_skb",
  "net:netif_rx",
  "skb:kfree_skb",
  "skb:consume_skb",
  "skb:skb_copy_datagram_iovec",
  "sock:inet_sock_set_state",
  "tcp:tcp_probe",
  "tcp:tcp_retransmit_skb",
  "tcp:tcp_receive_reset",
  "tcp:tcp_destroy_sock",
];

const FIRST_ARGUMENT = 16;

interface Field {
  readonly declaration: string;
  readonly offset: number;
  readonly size: number;
  readonly signed: boolean;
}

function read(event: string): { fields: Field[]; print: string } {
  const text = readFileSync(join(ROOT, event.replace(":", "/"), "format"), "utf8");
  const fields = [...text.matchAll(/^\tfield:([^;]+);\toffset:(\d+);\tsize:(\d+);\tsigned:([01]);$/gm)]
    .map(([, declaration, offset, size, signed]) => ({
      declaration: declaration!,
      offset: Number(offset),
      size: Number(size),
      signed: signed === "1",
    }))
    .filter(({ offset }) => offset >= 8);
  return { fields, print: /^print fmt: (.*)$/m.exec(text)![1]! };
}

function syscallLine(name: string): string {
  const { fields, print } = read(`syscalls:sys_enter_${name}`);
  const [number, ...args] = fields;
  const regular = args.every(
    ({ offset, size, signed }, i) => offset === FIRST_ARGUMENT + 8 * i && size === 8 && !signed,
  );
  if (number?.declaration !== "int __syscall_nr" || !regular)
    throw new Error(`sys_enter_${name} is not like the others`);
  const names = args.map(({ declaration }) => /(\w+)$/.exec(declaration)![1]!);
  const shown = [
    `"${names.map((it) => `${it}: 0x%08lx`).join(", ")}"`,
    ...names.map((it) => `((unsigned long)(REC->${it}))`),
  ].join(", ");
  if (print !== shown) throw new Error(`sys_enter_${name} prints ${print}`);
  return `${name}(${args.map(({ declaration }) => declaration).join(", ")})`;
}

function eventText(event: string): string {
  const { fields, print } = read(event);
  const rows = fields.map(
    ({ declaration, offset, size, signed }) => `  ${declaration}; ${offset} ${size} ${signed ? 1 : 0}`,
  );
  return [event, ...rows, `  print ${print}`].join("\n");
}

const table = (name: string, comment: string, lines: readonly string[]) =>
  `/** ${comment} */\nexport const ${name} = \`\n${lines.join("\n")}\n\`;\n`;

const calls = readdirSync(join(ROOT, "syscalls"))
  .filter((name) => name.startsWith("sys_enter_"))
  .map((name) => name.slice("sys_enter_".length))
  .sort();
writeFileSync(
  join(FORMATS, "syscall-arguments.ts"),
  table(
    "SYSCALL_ARGUMENTS",
    "Arguments of system calls as the format files of syscalls:sys_enter_* name them (their format files of Linux 6.18, x86-64).",
    calls.map(syscallLine),
  ),
);
writeFileSync(
  join(FORMATS, "event-fields.ts"),
  table(
    "EVENT_FIELDS",
    "Fields of events behind the common ones: declaration, offset, size, signedness; then what the event prints (their format files of Linux 6.18, x86-64).",
    EVENTS.map(eventText),
  ),
);
