import { count } from "../report/words.ts";
import type { TestProgress } from "../testing/progress.ts";
import type { Terminal } from "./command.ts";

/** Milliseconds before the bar is there, and between two of its changes. */
const PATIENCE = 300;
const REDRAW = 100;
const LONGEST_BAR = 40;

/** A bar on standard error that fills as cases and files are done: on a terminal only. */
export class TestProgressLine {
  private readonly terminal: Terminal;
  private next: number;
  private drawn = false;

  constructor(terminal: Terminal) {
    this.terminal = terminal;
    this.next = terminal.clock() + PATIENCE;
  }

  update({ done, files, share, cases, failed }: TestProgress): void {
    const { terminal } = this;
    if (!terminal.interactive) return;
    const now = terminal.clock();
    if (now < this.next) return;
    this.next = now + REDRAW;
    const text = ` ${count(done)} of ${count(files)} files, ${count(cases)} cases${failed > 0 ? `, ${count(failed)} failed` : ""}`;
    const width = Math.min(LONGEST_BAR, terminal.width - text.length - 3);
    const full = Math.round(Math.max(width, 0) * share);
    const bar = width < 1 ? "" : `[${"=".repeat(full)}${" ".repeat(width - full)}]`;
    terminal.error(`\r\u001b[K${`${bar}${text}`.slice(0, terminal.width - 1)}`);
    this.drawn = true;
  }

  /** Takes the bar away again. */
  clear(): void {
    if (this.drawn) this.terminal.error("\r\u001b[K");
    this.drawn = false;
  }
}
