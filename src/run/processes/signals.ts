import type { CurrentTask } from "../../bpf/helpers/surroundings.ts";
import { LAST_SIGNAL, SIGNAL_NAMES, signalNamed } from "../../events/signal-names.ts";

/** What signals do by default that do not end a process (signal(7)). */
const IGNORED = numbersOf("SIGCHLD SIGCONT SIGURG SIGWINCH");
const STOPPING = numbersOf("SIGSTOP SIGTSTP SIGTTIN SIGTTOU");
/** Those that nobody can handle. */
const INESCAPABLE = numbersOf("SIGKILL SIGSTOP");
const FIRST_REAL_TIME = 32;

/** The name of a signal, as strace writes it: `SIGTERM`, `SIGRT_2`. */
const nameOf = (signal: number): string => SIGNAL_NAMES[signal - 1] ?? `SIGRT_${signal - FIRST_REAL_TIME}`;

/** What a signal has done to a process: its name, and whether the process is gone or merely stops. */
export interface Delivered {
  readonly name: string;
  readonly isGone: boolean;
}

/**
 * Signals of a process: those that its own calls send it, and those that programs at events do. It undergoes them when it leaves the
 * kernel. Of handlers only SIGSYS's says what it does; a process that has set one for another signal (rt_sigaction with an action)
 * survives that signal.
 */
export class Signals {
  private readonly handled = new Set<number>();
  private pending: number[] = [];

  /** A signal is sent, by a number that there is (0: none). */
  send(signal: number): void {
    if (signal > 0 && signal <= LAST_SIGNAL && !this.pending.includes(signal)) this.pending.push(signal);
  }

  /** A call of the process has run. @param result what it gave. */
  follow(name: string, args: readonly bigint[], result: bigint, { process, thread }: CurrentTask): void {
    if (result < 0n) return;
    const [first = 0, second = 0, third = 0] = args.map((value) => Number(BigInt.asIntN(32, value)));
    switch (name) {
      case "rt_sigaction":
        if ((args[1] ?? 0n) !== 0n) this.handled.add(first);
        break;
      case "kill":
        // 0: its process group.
        if (first === process || first === 0) this.send(second);
        break;
      case "tkill":
        if (first === thread) this.send(second);
        break;
      case "tgkill":
        if (first === process && second === thread) this.send(third);
    }
  }

  /** What the signals that have been sent do; undefined: nothing. */
  deliver(): Delivered | undefined {
    const { pending, handled } = this;
    if (pending.length === 0) return undefined;
    this.pending = [];
    const effective = pending.filter(
      (signal) => !IGNORED.includes(signal) && (!handled.has(signal) || INESCAPABLE.includes(signal)),
    );
    const ending = effective.find((signal) => !STOPPING.includes(signal));
    const signal = ending ?? effective[0];
    return signal === undefined ? undefined : { name: nameOf(signal), isGone: ending !== undefined };
  }
}

function numbersOf(names: string): readonly number[] {
  return names.split(" ").map(signalNamed);
}
