/** Simulated nanoseconds as seconds with nine digits, as captures show them: `1.000050000`. */
export function formatTime(nanoseconds: number): string {
  const seconds = Math.floor(nanoseconds / 1e9);
  return `${seconds}.${String(nanoseconds - seconds * 1e9).padStart(9, "0")}`;
}

/** A point of time that simulated time 0 stands for, since 1970. */
export interface Epoch {
  readonly seconds: number;
  readonly nanoseconds: number;
}

export const UNIX_EPOCH: Epoch = { seconds: 0, nanoseconds: 0 };
