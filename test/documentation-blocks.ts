import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";

export const ROOT = resolve(new URL("..", import.meta.url).pathname);

/** A fenced block of a page. */
export interface Block {
  readonly language: string;
  /** The file that readers are told to save it as: a second word behind the three backticks. */
  readonly file?: string;
  readonly text: string;
}

/** The blocks of a page, which is named from the root. */
export function blocks(page: string): Block[] {
  const text = readFileSync(join(ROOT, page), "utf8");
  return [...text.matchAll(/^```(\w+)(?: (\S+))?\n(.*?)^```$/gms)].map(([, language, file, body]) => ({
    language: language!,
    ...(file !== undefined && { file }),
    text: body!,
  }));
}
