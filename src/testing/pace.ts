/** How far the cases of a file are. */
export interface CaseProgress {
  readonly done: number;
  readonly all: number;
  readonly failed: number;
}

/** Cases, packets or lines between two turns that others get. */
const STRIDE = 64;

/** Keeps a long row of cases from holding up everything else: others get their turn, hear how far it is, and may end it. */
export class Pace {
  private readonly signal: AbortSignal | undefined;
  private readonly tell: ((progress: CaseProgress) => void) | undefined;
  private steps = 0;
  private progress: CaseProgress = { done: 0, all: 0, failed: 0 };

  constructor(signal?: AbortSignal, tell?: (progress: CaseProgress) => void) {
    this.signal = signal;
    this.tell = tell;
  }

  /** @param all cases that there will be. */
  begin(all: number): void {
    this.progress = { done: 0, all, failed: 0 };
  }

  /** A case is done. */
  finished(passed: boolean): void {
    const { done, all, failed } = this.progress;
    this.progress = { done: done + 1, all, failed: failed + (passed ? 0 : 1) };
  }

  /** Nobody wants to know more. */
  get isOver(): boolean {
    return this.signal?.aborted === true;
  }

  /** To be asked after each case, packet or line: undefined, or what is to be awaited before the next. */
  turn(): Promise<void> | undefined {
    if (++this.steps % STRIDE !== 0) return undefined;
    this.tell?.(this.progress);
    return new Promise(setImmediate);
  }
}
