/** Numbers drawn from a seed (mulberry32), from 0 to below `bound`. */
export function drawnFrom(seed: number): (bound: number) => number {
  let state = seed >>> 0;
  return (bound) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let word = Math.imul(state ^ (state >>> 15), state | 1);
    word ^= word + Math.imul(word ^ (word >>> 7), word | 61);
    return ((word ^ (word >>> 14)) >>> 0) % bound;
  };
}

const PIECES = [..."0123456789abcdefx,:=()[]/.+-> |_", "->", "..", "[]", "0x", "/24", "65535", ",output:1", "drop"];

/** A text with one to three mistakes in it: something left out, put in, doubled, or swapped with what another text has. */
export function mutated(text: string, others: readonly string[], draw: (bound: number) => number): string {
  let result = text;
  for (let left = 1 + draw(3); left > 0; left--) {
    const at = draw(result.length + 1);
    const end = Math.min(result.length, at + 1 + draw(4));
    const other = others[draw(others.length)]!;
    const choices = [
      () => result.slice(0, at) + result.slice(end),
      () => result.slice(0, at) + PIECES[draw(PIECES.length)]! + result.slice(at),
      () => result.slice(0, end) + result.slice(at),
      () => result.slice(0, at) + PIECES[draw(PIECES.length)]! + result.slice(end),
      () => `${result},${other}`,
    ];
    result = choices[draw(choices.length)]!();
  }
  return result;
}
