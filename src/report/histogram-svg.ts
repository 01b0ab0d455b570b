import type { HistogramResult } from "../run/result.ts";

const ROW = 22;
const LABELS = 190;
const BARS = 420;
const COUNTS = 90;
const HEAD = 56;

/** A histogram as a drawing: a bar for each row, from the top down. */
export function histogramSvg({ title, label, rows }: HistogramResult): string {
  const most = rows.reduce((high, { count }) => Math.max(high, count), 1);
  const height = HEAD + ROW * rows.length + 12;
  const width = LABELS + BARS + COUNTS;
  const bars = rows.map(({ from, to, count }, i) => {
    const y = HEAD + ROW * i;
    const length = Math.round((BARS * count) / most);
    return [
      `<text x="${LABELS - 10}" y="${y + 15}" text-anchor="end">${from} – ${to}</text>`,
      `<rect x="${LABELS}" y="${y + 2}" width="${length}" height="${ROW - 4}" fill="#3465a4"/>`,
      `<text x="${LABELS + length + 8}" y="${y + 15}">${count}</text>`,
    ].join("\n");
  });
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="13">`,
    `<rect width="${width}" height="${height}" fill="white"/>`,
    `<text x="${LABELS}" y="22" font-size="15" font-weight="bold">${escaped(title)}</text>`,
    `<text x="${LABELS - 10}" y="44" text-anchor="end" fill="#555">${escaped(label)}</text>`,
    `<text x="${LABELS}" y="44" fill="#555">count</text>`,
    ...bars,
    "</svg>",
  ].join("\n")}\n`;
}

const ENTITIES: Readonly<Record<string, string>> = { "<": "&lt;", ">": "&gt;", "&": "&amp;", '"': "&quot;" };

function escaped(text: string): string {
  return text.replace(/[<>&"]/g, (it) => ENTITIES[it]!).replace(/\p{Cc}/gu, "\ufffd");
}
