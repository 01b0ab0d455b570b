import type { Outcome } from "../../hooks/seccomp/outcome.ts";
import type { SocketServer } from "../../network/socket/socket.ts";
import type { NamedCall } from "../../seccomp/calls/written-call.ts";
import type { CallResult } from "../result.ts";
import { succeeded } from "./opening-calls.ts";

/** Calls that take bytes out of a socket. */
const READING: ReadonlySet<string> = new Set(["read", "readv", "recv", "recvfrom", "recvmsg", "recvmmsg"]);

/** The process that serves a socket. */
export interface Serving {
  make(call: NamedCall, result: bigint): { readonly result: CallResult; readonly outcome?: Outcome };
  /** The same call with the same outcome once more. */
  again(call: NamedCall, outcome: Outcome, result: bigint): void;
  /** It makes calls. */
  isAlive(): boolean;
  /** It has ended, and will make none any more. */
  isGone(): boolean;
  /** It has nothing to do until something comes. */
  sleep(): void;
  /** Its seccomp mode, upon which outcomes depend. */
  mode(): string;
}

interface Step {
  readonly call: NamedCall;
  readonly result: bigint;
  /** Of the first time; every later one is the same, as arguments are. */
  first: CallResult | undefined;
  outcome: Outcome | undefined;
  /** In which mode it was made. */
  mode: string;
  times: number;
}

/** What a process does whenever something has come to one of its sockets: its calls one after the other, up to one that fails. */
export class SocketService implements SocketServer {
  /** What it could serve: all calls went well. */
  served = 0;
  hasRead = true;
  /** Called once, when a call has ended the process. */
  onEnd: (() => void) | undefined;
  private readonly steps: readonly Step[];
  private readonly process: Serving;

  constructor(calls: readonly { readonly call: NamedCall; readonly result: bigint }[], process: Serving) {
    this.process = process;
    this.steps = calls.map((call) => ({ ...call, first: undefined, outcome: undefined, mode: "", times: 0 }));
  }

  serve(): boolean {
    const isServed = this.act();
    this.process.sleep();
    return isServed;
  }

  private act(): boolean {
    const { process } = this;
    this.hasRead = false;
    if (!process.isAlive()) return false;
    for (const step of this.steps) {
      step.times++;
      if (step.outcome === undefined || step.mode !== process.mode()) {
        step.mode = process.mode();
        const { result, outcome } = process.make(step.call, step.result);
        step.first = result;
        step.outcome = outcome;
        if (process.isGone()) this.onEnd?.();
      } else process.again(step.call, step.outcome, step.result);
      if (!succeeded(step.first!)) {
        this.hasRead ||= process.isAlive();
        return false;
      }
      if (READING.has(step.call.name)) this.hasRead = true;
    }
    // Whoever lives will have read what came.
    this.hasRead = true;
    this.served++;
    return true;
  }

  /** Calls that were made, with how often. */
  get results(): CallResult[] {
    return this.steps.flatMap(({ first, times }) => (first === undefined ? [] : { ...first, times }));
  }
}
