import { count, duration } from "../report/words.ts";
import type { RunProgress } from "../run/run-options.ts";
import type { Terminal } from "./command.ts";

/** Milliseconds before the first line, and between two on a terminal and in a log. */
const PATIENCE = 1000;
const REDRAW = 200;
const LOG_EVERY = 10_000;

/** Tells on standard error how far a long run is: one line that is redrawn on a terminal, a line now and then elsewhere. */
export class ProgressLine {
  private readonly terminal: Terminal;
  private readonly begun: number;
  private next: number;
  private drawn = false;

  constructor(terminal: Terminal) {
    this.terminal = terminal;
    this.begun = terminal.clock();
    this.next = this.begun + (terminal.interactive ? PATIENCE : LOG_EVERY);
  }

  update({ time, events, packets }: RunProgress): void {
    const { terminal } = this;
    const now = terminal.clock();
    if (now < this.next) return;
    this.next = now + (terminal.interactive ? REDRAW : LOG_EVERY);
    const rate = Math.round((packets / (now - this.begun)) * 1000);
    const text = `${duration(time)} simulated, ${count(packets)} packets, ${count(events)} events, ${count(rate)} packets/s`;
    if (!terminal.interactive) {
      terminal.error(`${text}\n`);
      return;
    }
    terminal.error(`\r\u001b[K${text.slice(0, terminal.width - 1)}`);
    this.drawn = true;
  }

  /** Takes the line away again. */
  clear(): void {
    if (this.drawn) this.terminal.error("\r\u001b[K");
    this.drawn = false;
  }
}
