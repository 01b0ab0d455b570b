/** The bytes with zeros behind them up to a multiple of `unit`. */
export function padded(bytes: Uint8Array | undefined, unit: number): Uint8Array {
  const length = bytes?.length ?? 0;
  const result = new Uint8Array(Math.ceil(length / unit) * unit);
  if (bytes !== undefined) result.set(bytes);
  return result;
}
