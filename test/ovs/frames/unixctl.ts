import { connect, type Socket } from "node:net";

/** run_connection of lib/unixctl.c. */
const COMMANDS_A_ROUND = 10;

interface Waiting {
  readonly resolve: (text: string) => void;
  readonly reject: (error: Error) => void;
}

/** A connection to a daemon of Open vSwitch, by which ovs-appctl's commands take a fraction of a millisecond (JSON-RPC, ovs-appctl(8)). */
export class Unixctl {
  readonly #socket: Socket;
  readonly #waiting: Waiting[] = [];
  #text = "";
  #error: Error | undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setEncoding("utf8");
    socket.on("data", (chunk: string) => this.#read(chunk));
    socket.on("close", () => this.#fail(new Error("The daemon has closed its control socket.")));
    socket.on("error", (error) => this.#fail(error));
  }

  /** @param path of the control socket. */
  static open(path: string): Promise<Unixctl> {
    return new Promise((resolve, reject) => {
      const socket = connect(path, () => resolve(new Unixctl(socket)));
      socket.once("error", reject);
    });
  }

  /** What the command prints; rejects with what it complains of. */
  call(method: string, ...params: readonly string[]): Promise<string> {
    if (this.#error !== undefined) return Promise.reject(this.#error);
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#socket.write(JSON.stringify({ method, params, id: 0 }));
    });
  }

  /** Comes back once the daemon has been round its main loop, which takes frames from ports: it reads ten commands a round. */
  async round(): Promise<void> {
    await Promise.all(Array.from({ length: COMMANDS_A_ROUND + 1 }, () => this.call("version")));
  }

  close(): void {
    this.#socket.destroy();
  }

  #read(chunk: string): void {
    this.#text += chunk;
    for (;;) {
      const length = lengthOfObject(this.#text);
      if (length === undefined) return;
      const { result, error } = JSON.parse(this.#text.slice(0, length)) as { result: string | null; error: unknown };
      this.#text = this.#text.slice(length);
      const { resolve, reject } = this.#waiting.shift()!;
      if (error === null) resolve(result ?? "");
      else reject(new Error(String(error)));
    }
  }

  #fail(error: Error): void {
    this.#error ??= error;
    for (const { reject } of this.#waiting.splice(0)) reject(error);
  }
}

/** How long the JSON object at the beginning of the text is; undefined: it has not come in whole. */
function lengthOfObject(text: string): number | undefined {
  let depth = 0;
  let isString = false;
  for (let i = 0; i < text.length; i++) {
    const c = text[i];
    if (isString) {
      if (c === "\\") i++;
      else if (c === '"') isString = false;
    } else if (c === '"') isString = true;
    else if (c === "{") depth++;
    else if (c === "}" && --depth === 0) return i + 1;
  }
  return undefined;
}
