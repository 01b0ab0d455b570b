/* Numbers as tc prints them (tc_util.c and utils.c of iproute2). */

/** `%.3g` */
const short = (value: number): string => {
  if (value === 0) return "0";
  const exponent = Math.floor(Math.log10(Math.abs(Number(value.toPrecision(3)))));
  if (exponent < -4 || exponent >= 3) {
    const [mantissa, power] = value.toExponential(2).split("e") as [string, string];
    const digits = Math.abs(Number(power));
    return `${Number(mantissa)}e${power[0]}${String(digits).padStart(2, "0")}`;
  }
  return String(Number(value.toPrecision(3)));
};

/** Bytes: 9000b, 10Kb, 32Mb. */
export function tcSizeText(bytes: number): string {
  const mega = 1024 * 1024;
  if (bytes >= mega && Math.abs(mega * Math.round(bytes / mega) - bytes) < 1024) return `${Math.round(bytes / mega)}Mb`;
  if (bytes >= 1024 && Math.abs(1024 * Math.round(bytes / 1024) - bytes) < 16) return `${Math.round(bytes / 1024)}Kb`;
  return `${bytes}b`;
}

/** Bytes a second as bits: 1Mbit, 1500Kbit. */
export function tcRateText(bytesPerSecond: number): string {
  const units = ["", "K", "M", "G", "T"];
  let rate = Math.floor(bytesPerSecond) * 8;
  let unit = 0;
  while (unit < units.length - 1 && rate >= 1000 && !(rate % 1000 !== 0 && rate < 1000 * 1000)) {
    rate = Math.floor(rate / 1000);
    unit++;
  }
  return `${Math.round(rate)}${units[unit]}bit`;
}

/** Microseconds: 5ms, 999us. */
export function tcTimeText(microseconds: number): string {
  if (microseconds >= 1e6) return `${short(microseconds / 1e6)}s`;
  return microseconds >= 1e3 ? `${short(microseconds / 1e3)}ms` : `${Math.floor(microseconds)}us`;
}

/** Nanoseconds. */
export function tcFineTimeText(nanoseconds: number): string {
  if (nanoseconds >= 1e9) return `${short(nanoseconds / 1e9)}s`;
  if (nanoseconds >= 1e6) return `${short(nanoseconds / 1e6)}ms`;
  return nanoseconds >= 1e3 ? `${short(nanoseconds / 1e3)}us` : `${nanoseconds}ns`;
}

/** A share of 32 bits: 1.5%. */
export const tcPercentText = (share: number): string => `${Number(((share / 0xffff_ffff) * 100).toPrecision(6))}%`;

/** The bytes of a burst, out of the time that it takes in ticks of 64 ns and whole microseconds (tc_calc_xmitsize). */
export const tcBurst = (bytesPerSecond: number, nanoseconds: number): number =>
  Math.floor((bytesPerSecond * ticksToMicroseconds(Math.floor(nanoseconds / 64))) / 1e6);

/** tc_core_tick2time */
export const ticksToMicroseconds = (ticks: number): number => Math.floor(ticks / 15.625);
