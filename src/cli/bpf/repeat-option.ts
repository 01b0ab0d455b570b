import { InvalidArgumentError } from "commander";

const MOST = 1_000_000_000;

/** How often something is done. Throws InvalidArgumentError. */
export function parseRepeat(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value > MOST) throw new InvalidArgumentError(`It is a whole number from 0 to ${MOST}.`);
  return value;
}
