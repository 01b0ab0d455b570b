import { spawnSync } from "node:child_process";

/** Runs a command to its end. Throws with what it printed when it fails. */
export function run(command: string, args: readonly string[]): { seconds: number; stdout: string } {
  const begun = performance.now();
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: "utf8", maxBuffer: 1 << 26 });
  const seconds = (performance.now() - begun) / 1000;
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`${command} ${args.join(" ")} ended with ${status}:\n${stderr}`);
  return { seconds, stdout };
}

/** True where the command can be started. */
export function isInstalled(command: string): boolean {
  return spawnSync(command, ["--version"], { stdio: "ignore" }).error === undefined;
}

/** The built command, which is what users run; build it with `npm run build`. */
export const NETSIM = new URL("../dist/main.js", import.meta.url).pathname;

/** Largest resident set of a command's process in bytes, and its wall time, by GNU time's accounting in Node itself. */
export function runNetsim(args: readonly string[]): { seconds: number; stdout: string; peakBytes: number } {
  const report = `process.on("exit", () => require("node:fs").writeSync(2, "peak " + process.resourceUsage().maxRSS + "\\n"));`;
  const begun = performance.now();
  const { status, stdout, stderr, error } = spawnSync(
    process.execPath,
    [
      "--import",
      `data:text/javascript,${encodeURIComponent(`import { createRequire } from "node:module"; const require = createRequire("/"); ${report}`)}`,
      NETSIM,
      ...args,
    ],
    { encoding: "utf8", maxBuffer: 1 << 26 },
  );
  const seconds = (performance.now() - begun) / 1000;
  if (error !== undefined) throw error;
  const peak = /peak (\d+)\n$/.exec(stderr);
  if (status !== 0 || peak === null) throw new Error(`netsim ${args.join(" ")} ended with ${status}:\n${stderr}`);
  return { seconds, stdout, peakBytes: Number(peak[1]) * 1024 };
}
