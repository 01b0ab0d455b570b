/** Values of a table, and by how much one is more than the distribution's unit (NETEM_DIST_SCALE). */
const SIZE = 4096;
export const DISTRIBUTION_SCALE = 8192;
const MOST = 0x7fff;

/** The tables of deviations that iproute2 brings, by the names that tc has for them; each is computed when it is first wanted. */
export const DISTRIBUTIONS: Readonly<Record<string, () => Int16Array>> = {
  normal: once(() => Int16Array.from(quantiles(), clamp)),
  pareto: once(() => Int16Array.from(paretos())),
  paretonormal: once(() => {
    const pareto = paretos();
    return Int16Array.from(quantiles(), (value, i) => clamp(Math.trunc((value + 3 * pareto[i]!) / 4)));
  }),
};

function once(make: () => Int16Array): () => Int16Array {
  let made: Int16Array | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

const clamp = (value: number): number => Math.max(-MOST - 1, Math.min(MOST, value));

/** Pareto's distribution with the exponent 3, moved and stretched to mean 0 and deviation 1. */
function paretos(): number[] {
  return Array.from({ length: SIZE }, (_, i) => {
    const share = 1 - i / SIZE;
    return clamp(Math.round((share ** (-1 / 3) - 1.5) * (4 / 3) * DISTRIBUTION_SCALE));
  });
}

/** The normal distribution: of each 16384th part of all cases, the largest value, in steps of 0.00005. */
function quantiles(): number[] {
  const step = 20_000;
  return Array.from({ length: SIZE }, (_, i) => {
    const value = inverse((4 * i + 0.5) / (4 * SIZE));
    return Math.round((Math.floor((value + 10) * step) / step - 10) * DISTRIBUTION_SCALE);
  });
}

/** The value below which a share of all cases is. */
function inverse(share: number): number {
  let low = -10;
  let high = 10;
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (cumulative(middle) < share) low = middle;
    else high = middle;
  }
  return low;
}

/** Share of cases below a value: erf by its series, far outside by its continued fraction. */
function cumulative(value: number): number {
  const x = Math.abs(value) / Math.SQRT2;
  if (x > 3) {
    let fraction = 0;
    for (let k = 60; k > 0; k--) fraction = k / 2 / (x + fraction);
    const tail = Math.exp(-x * x) / Math.sqrt(Math.PI) / (x + fraction) / 2;
    return value < 0 ? tail : 1 - tail;
  }
  let sum = x;
  let term = x;
  for (let n = 1; Math.abs(term) > 1e-20; n++) {
    term *= (-x * x) / n;
    sum += term / (2 * n + 1);
  }
  return 0.5 + (Math.sign(value) * sum) / Math.sqrt(Math.PI);
}
