import { execFileSync } from "node:child_process";

/** Answers of the running kernel by a script of this folder, which takes cases as JSON lines and gives a number for each; undefined without root, or where it cannot. */
export function askScript(script: string, cases: readonly unknown[]): number[] | undefined {
  if (process.getuid?.() !== 0) return undefined;
  try {
    const path = new URL(script, import.meta.url).pathname;
    const input = cases.map((one) => `${JSON.stringify(one)}\n`).join("");
    const output = execFileSync("python3", [path], { input, stdio: ["pipe", "pipe", "ignore"], timeout: 60_000 });
    return String(output).trim().split("\n").map(Number);
  } catch {
    return undefined;
  }
}
