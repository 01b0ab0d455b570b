import { type Architecture, architectureOf, findArchitecture } from "../architecture/architecture.ts";
import { syscallName } from "../architecture/syscalls.ts";
import type { TakeCall, TracedCall } from "./traced-call.ts";

const UNFINISHED = "<unfinished ...>";
const PARENTHESIS = 40;

/**
 * Reads the calls out of what strace prints (-f with its `[pid N]` or `N`, -t, -tt, -ttt, -r, -T, -i, -k, -n, -y, -Y, -X; -c and -C summaries) and of audit
 * logs (SECCOMP and SYSCALL records of auditd or of the kernel's log). Other lines are left out, and counted. A call that another one interrupts is put together
 * again.
 */
export class TraceReader {
  /** Lines that hold no call and are known to: signals, exits, attachments, headings. */
  ignored = 0;
  /** Lines that could not be read, the first few with their numbers. */
  readonly unread: { readonly line: number; readonly text: string }[] = [];
  unreadCount = 0;
  calls = 0;
  private readonly native: Architecture;
  private readonly take: TakeCall;
  private readonly call: TracedCall;
  /** By process: the beginning of a call that was interrupted, and its line. */
  private readonly unfinished = new Map<string, { readonly text: string; readonly line: number }>();
  /** By process: the architecture that it runs in, where that is not the native one. */
  private readonly modes = new Map<string, Architecture>();
  private line = 0;
  private isSummary = false;
  /** Calls stand on lines of their own, so that a summary (-C) only counts them once more. */
  private hasLines = false;

  constructor(native: Architecture, take: TakeCall) {
    this.native = native;
    this.take = take;
    this.call = {
      name: "",
      nr: undefined,
      architecture: native,
      text: undefined,
      start: 0,
      values: undefined,
      count: 1,
      line: 0,
    };
  }

  /** Takes one line, without its end. */
  readLine(text: string): void {
    this.line++;
    const open = text.indexOf("(");
    if (open > 0) {
      const nameStart = startOfName(text, open);
      if (nameStart < open && isPrefix(text, nameStart)) {
        if (text.endsWith(UNFINISHED)) {
          this.unfinished.set(processOf(text, nameStart), {
            text: text.slice(nameStart, -UNFINISHED.length),
            line: this.line,
          });
          return;
        }
        this.found(text, nameStart, open, this.line, this.modes.size === 0 ? "" : processOf(text, nameStart));
        return;
      }
    }
    this.otherLine(text);
  }

  /** Takes what was still interrupted when the trace ended. */
  end(): void {
    for (const [process, { text, line }] of this.unfinished) this.found(text, 0, text.indexOf("("), line, process);
    this.unfinished.clear();
  }

  private found(text: string, nameStart: number, open: number, line: number, process: string): void {
    const { call } = this;
    this.hasLines = true;
    call.name = text.slice(nameStart, open);
    call.nr = undefined;
    call.architecture = this.modes.get(process) ?? this.native;
    call.text = text;
    call.start = open + 1;
    call.values = undefined;
    call.count = 1;
    call.line = line;
    if (call.name.startsWith("syscall_0x")) {
      call.nr = Number.parseInt(call.name.slice(10), 16);
      call.name = syscallName(call.nr, call.architecture) ?? `${call.nr}`;
    }
    this.calls++;
    this.take(call);
  }

  private otherLine(text: string): void {
    const resumed = text.indexOf("<... ");
    if (resumed >= 0) {
      const end = text.indexOf("resumed>", resumed);
      const process = processOf(text, resumed);
      const begun = this.unfinished.get(process);
      if (end > 0 && begun !== undefined) {
        this.unfinished.delete(process);
        const whole = begun.text + text.slice(end + "resumed>".length);
        this.found(whole, 0, whole.indexOf("("), begun.line, process);
      } else this.ignored++;
      return;
    }
    if (text.includes("arch=") && text.includes("syscall=")) {
      this.auditRecord(text);
      return;
    }
    const mode = /\[ Process PID=(\d+) runs in (x32|32 bit|64 bit) mode. \]/.exec(text);
    if (mode !== null) {
      const [, process, name] = mode;
      const architecture = { x32: "x32", "32 bit": "x86", "64 bit": this.native.name }[name!]!;
      this.modes.set(process!, findArchitecture(architecture)!);
      // Without -f no line says its process.
      this.modes.set("", findArchitecture(architecture)!);
      this.ignored++;
      return;
    }
    if (text.startsWith("% time")) {
      this.isSummary = true;
      this.ignored++;
      return;
    }
    if (this.isSummary && this.summaryLine(text)) return;
    if (text === "" || /^strace: |^ > \S|\+\+\+ |--- |^[-\s]+$|^\s*[\d.]+ .*\btotal$/.test(text)) this.ignored++;
    else this.cannotRead(text);
  }

  /** ` 25.00    0.000123          12        10         2 openat` */
  private summaryLine(text: string): boolean {
    const match = /^\s*[\d.]+\s+[\d.]+\s+\d+\s+(\d+)\s+(?:\d+\s+)?([a-z_]\w*)$/.exec(text);
    if (match === null || match[2] === "total") return false;
    if (this.hasLines) {
      this.ignored++;
      return true;
    }
    const { call } = this;
    call.name = match[2]!;
    call.nr = undefined;
    call.architecture = this.native;
    call.text = undefined;
    call.values = undefined;
    call.count = Number(match[1]);
    call.line = this.line;
    this.calls += call.count;
    this.take(call);
    return true;
  }

  /** `type=SECCOMP ... arch=c000003e syscall=56 ...`, `type=SYSCALL ... syscall=257 a0=ffffff9c a1=... a2=... a3=...` */
  private auditRecord(text: string): void {
    const field = (name: string) => new RegExp(`\\b${name}=([\\da-fx]+)\\b`).exec(text)?.[1];
    const [arch, syscall] = [field("arch"), field("syscall")];
    const nr = Number(syscall);
    const architecture = arch === undefined ? undefined : architectureOf(Number.parseInt(arch, 16), nr);
    if (architecture === undefined || !Number.isInteger(nr)) {
      this.cannotRead(text);
      return;
    }
    const values = ["a0", "a1", "a2", "a3"].map(field);
    const { call } = this;
    call.name = syscallName(nr, architecture) ?? `${nr}`;
    call.nr = nr;
    call.architecture = architecture;
    call.text = undefined;
    call.values = values.every((value) => value !== undefined)
      ? values.map((value) => BigInt(`0x${value}`))
      : undefined;
    call.count = 1;
    call.line = this.line;
    this.calls++;
    this.take(call);
  }

  private cannotRead(text: string): void {
    this.unreadCount++;
    if (this.unread.length < 5) this.unread.push({ line: this.line, text });
  }
}

/** Where the name before a parenthesis begins. */
function startOfName(text: string, open: number): number {
  let at = open;
  while (at > 0) {
    const char = text.charCodeAt(at - 1);
    if ((char >= 97 && char <= 122) || char === 95 || (char >= 48 && char <= 57)) at--;
    else break;
  }
  return at;
}

/** True where only a process, times, a number and an address stand before a call: `[pid 12] `, `12<sh> `, `12:34:56.789 `, `[ 257] `, `[00007f1234567890] `. */
function isPrefix(text: string, end: number): boolean {
  if (end === 0) return true;
  if (text.charCodeAt(end - 1) !== 32) return false;
  for (let at = 0; at < end; at++) {
    const char = text.charCodeAt(at);
    const isTime = (char >= 48 && char <= 58) || char === 46 || char === 32 || char === 43 || char === 45;
    if (isTime) continue;
    if (char === 60 && at > 0) {
      at = text.indexOf(">", at);
      if (at < 0 || at > end) return false;
      continue;
    }
    if (char !== 91) return false;
    const close = text.indexOf("]", at);
    if (close < 0 || close > end || !/^\[(pid\s+\d+|\s*[\da-f]+)(<[^>]*>)?\]?$/.test(text.slice(at, close)))
      return false;
    at = close;
  }
  return text.charCodeAt(end) !== PARENTHESIS;
}

/** The number of the process that a line begins with; nothing where it has none. */
function processOf(text: string, end: number): string {
  const match = /^(?:\[pid\s+(\d+)(?:<[^>]*>)?\]|(\d+)(?:<[^>]*>)?) /.exec(text.slice(0, end));
  return match?.[1] ?? match?.[2] ?? "";
}
