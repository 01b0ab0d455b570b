/** Random numbers in [0, 1), the same for the same seed (xorshift). */
export function randomNumbers(seed: number): () => number {
  let state = Math.imul(seed, 0x9e3779b1) >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state >>>= 0;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state / 2 ** 32;
  };
}

/** What a random program is made for. */
export interface RandomProgramOptions {
  readonly seed: number;
  /** Where the context has a number, and where the packet's addresses, if programs may see them. */
  readonly context: { readonly number: number; readonly packet?: readonly [data: number, end: number] };
  /** It uses no maps, and no helpers but those that need only time and chance. */
  readonly plain?: boolean;
  /** How likely it has functions, and how likely each statement is a may_goto. */
  readonly functions?: number;
  readonly mayGoto?: number;
}

const SCALARS = ["r0", "r1", "r2", "r3", "r4", "r5"];
const POINTERS = ["r6", "r7", "r8", "r9", "r10"];
const CONDITIONS = ["==", "!=", ">", ">=", "<", "<=", "s>", "s>=", "s<", "s<=", "&"];
const OPERATIONS = ["+=", "-=", "*=", "&=", "|=", "^=", "<<=", ">>=", "s>>=", "/=", "%=", "="];
const NUMBERS = [0, 1, 2, 3, 4, 7, 8, 14, 15, 16, 31, 32, 63, 64, 100, 255, 256, 511, 512, 65535, -1, -2, -8, -16];
const SIZES = [8, 16, 32, 64];

/**
 * The text of a program that does much of what the verifier has rules for, with the maps of maps.ts: about one in five is
 * accepted, and those that are not are refused for every kind of reason.
 */
export function randomProgram(options: RandomProgramOptions): string {
  return new Writer(options).write();
}

class Writer {
  readonly #options: RandomProgramOptions;
  readonly #random: () => number;
  readonly #lines: string[] = [];
  /** Labels still to be placed, and the statement before which they are. */
  #ahead: { name: string; at: number }[] = [];
  readonly #behind: string[] = [];
  readonly #functions: number;
  #labels = 0;

  constructor(options: RandomProgramOptions) {
    this.#options = options;
    this.#random = randomNumbers(options.seed);
    for (let i = 0; i < 5; i++) this.#random();
    this.#functions = this.#chance(options.functions ?? 0) ? 1 + this.#below(3) : 0;
  }

  #chance(probability: number): boolean {
    return this.#random() < probability;
  }

  #below(limit: number): number {
    return Math.floor(this.#random() * limit);
  }

  #pick<Item>(items: readonly Item[]): Item {
    return items[this.#below(items.length)]!;
  }

  #number(): number {
    return this.#chance(0.8) ? this.#pick(NUMBERS) : this.#below(2 ** 31) - this.#below(2 ** 30);
  }

  #scalar(): string {
    return this.#pick(SCALARS);
  }

  #register(): string {
    return this.#chance(0.87) ? this.#scalar() : this.#pick(POINTERS);
  }

  #add(...lines: string[]): void {
    this.#lines.push(...lines);
  }

  write(): string {
    this.#begin();
    const statements = 3 + this.#below(25);
    for (let i = 0; i < statements; i++) {
      this.#placeLabels(i);
      this.#statement(i);
    }
    this.#placeLabels(Number.POSITIVE_INFINITY);
    for (let f = 0; f < this.#functions; f++)
      this.#add("r1 = r10", "r1 += -16", `r2 = ${this.#pick(["r9", "7"])}`, "r3 = 1", `call f${f}`);
    this.#add("out:", `r0 = ${this.#pick([0, 1, 2])}`, "exit");
    for (let f = 0; f < this.#functions; f++) this.#function(f);
    return this.#lines.join("\n");
  }

  #begin(): void {
    const { number, packet } = this.#options.context;
    this.#add("r6 = r1");
    if (packet !== undefined && this.#chance(0.8))
      this.#add(
        `r7 = *(u32 *)(r6 + ${packet[0]})`,
        `r8 = *(u32 *)(r6 + ${packet[1]})`,
        "r2 = r7",
        `r2 += ${this.#pick([8, 14, 34, 64])}`,
        `if r2 ${this.#pick([">", ">="])} r8 goto out`,
      );
    else this.#add(`r7 = *(u32 *)(r6 + ${number})`, "r8 = 5");
    if (this.#options.plain === true) this.#add("r9 = r10", "r9 += -48");
    else if (this.#chance(0.7))
      this.#add(
        `*(u64 *)(r10 - 8) = ${this.#pick([0, 1, 77])}`,
        "r2 = r10",
        "r2 += -8",
        `r1 = map[${this.#pick(["array", "hash", "one"])}]`,
        "call 1",
        "if r0 == 0 goto out",
        "r9 = r0",
      );
    else this.#add("call 7", "r9 = r0");
    for (const scalar of SCALARS)
      this.#add(this.#chance(0.5) ? `${scalar} = ${this.#number()}` : `${scalar} = *(u32 *)(r6 + ${number})`);
  }

  #placeLabels(before: number): void {
    for (const { name, at } of this.#ahead) if (at <= before) this.#add(`${name}:`);
    this.#ahead = this.#ahead.filter(({ at }) => at > before);
    if (this.#chance(0.06)) {
      const name = `back${this.#labels++}`;
      this.#behind.push(name);
      this.#add(`${name}:`);
    }
  }

  #target(at: number): string {
    if (this.#behind.length > 0 && this.#chance(0.1)) return this.#pick(this.#behind);
    if (this.#chance(0.7)) return "out";
    const name = `ahead${this.#labels++}`;
    this.#ahead.push({ name, at: at + 1 + this.#below(6) });
    return name;
  }

  #statement(at: number): void {
    const kind = this.#random();
    if (this.#functions > 0 && this.#chance(0.15)) this.#localCall();
    else if (this.#chance(this.#options.mayGoto ?? 0)) this.#add(`may_goto ${this.#target(at)}`);
    else if (kind < 0.3) this.#arithmetic();
    else if (kind < 0.36) this.#conversion();
    else if (kind < 0.56) this.#branch(at);
    else if (kind < 0.68) this.#stack();
    else if (kind < 0.76) this.#memory();
    else if (kind < 0.84) this.#indexed();
    else if (kind < 0.92) this.#helper();
    else
      this.#add(
        this.#pick([
          `lock *(u64 *)(r10 - 8) += ${this.#scalar()}`,
          `${this.#scalar()} = r10`,
          `r1 = ${this.#number()} ll`,
          `lock *(u32 *)(r9 + 0) += ${this.#scalar()}`,
        ]),
      );
  }

  #arithmetic(): void {
    const operation = this.#pick(OPERATIONS);
    const wide = this.#chance(0.65);
    const shift = operation.includes("<<") || operation.includes(">>");
    const source = this.#chance(0.5) ? `${shift ? this.#below(wide ? 64 : 32) : this.#number()}` : this.#register();
    const narrow = (register: string): string => (wide ? register : register.replace(/^r/, "w"));
    const target = this.#register();
    // Engines take no program that would change R10, be it where no path comes.
    const writable = this.#options.plain === true && target === "r10" ? "r9" : target;
    this.#add(`${narrow(writable)} ${operation} ${narrow(source)}`);
  }

  #conversion(): void {
    const [a, b] = [this.#scalar(), this.#scalar()];
    const [c, d] = [a.replace("r", "w"), b.replace("r", "w")];
    this.#add(
      this.#pick([
        `${a} = -${a}`,
        `${c} = -${c}`,
        `${a} = be16 ${a}`,
        `${a} = le32 ${a}`,
        `${a} = bswap64 ${a}`,
        `${a} = (s8)${b}`,
        `${a} = (s16)${b}`,
        `${a} = (s32)${b}`,
        `${c} = (s8)${d}`,
        `${c} = (s16)${d}`,
      ]),
    );
  }

  #branch(at: number): void {
    const wide = this.#chance(0.6);
    const narrow = (register: string): string => (wide ? register : register.replace(/^r/, "w"));
    const source = this.#chance(0.7) ? `${this.#number()}` : narrow(this.#register());
    this.#add(`if ${narrow(this.#register())} ${this.#pick(CONDITIONS)} ${source} goto ${this.#target(at)}`);
  }

  #stack(): void {
    const size = this.#pick(SIZES);
    const place = `(r10 ${-(size / 8) * (1 + this.#below(5))})`;
    this.#add(
      this.#pick([
        `*(u${size} *)${place} = ${this.#chance(0.7) ? this.#register() : this.#number()}`,
        `${this.#scalar()} = *(u${size} *)${place}`,
        `*(u64 *)(r10 ${-8 * (1 + this.#below(4))}) = ${this.#register()}`,
        `${this.#scalar()} = *(u64 *)(r10 ${-8 * (1 + this.#below(4))})`,
      ]),
    );
  }

  #memory(): void {
    const size = this.#pick(SIZES);
    const base = this.#pick(["r9", "r7", "r9", "r7", "r6", this.#scalar()]);
    const place = `*(u${size} *)(${base} + ${this.#pick([0, 0, 1, 2, 4, 8, 12, 13, 14, 32, -1])})`;
    this.#add(
      this.#chance(0.6)
        ? `${this.#scalar()} = ${place}`
        : `${place} = ${this.#chance(0.5) ? this.#scalar() : this.#number()}`,
    );
  }

  /** A pointer moved by a number that was, mostly, made small before. */
  #indexed(): void {
    const [index, pointer] = [this.#scalar(), this.#scalar()];
    const base = this.#pick(["r9", "r7", "r10", "r9"]);
    if (this.#chance(0.8))
      this.#add(
        this.#pick([
          `${index} &= ${this.#pick([0, 1, 3, 7, 8, 15, 31])}`,
          `if ${index} > ${this.#pick([1, 7, 8, 15])} goto out`,
          `${index} >>= ${this.#pick([60, 61])}`,
        ]),
      );
    this.#add(`${pointer} = ${base}`, `${pointer} ${this.#pick(["+=", "+=", "+=", "-="])} ${index}`);
    if (this.#chance(0.3)) this.#add(`${pointer} += ${this.#pick([4, 8, -8, -16, 1])}`);
    if (base === "r7" && this.#chance(0.6))
      this.#add(`if ${pointer} ${this.#pick([">", ">=", "<", "<="])} r8 goto out`);
    const place = `*(u${this.#pick([8, 16, 32])} *)(${pointer} + 0)`;
    this.#add(this.#chance(0.6) ? `${this.#scalar()} = ${place}` : `${place} = ${this.#pick([1, 0])}`);
  }

  #helper(): void {
    const helper = this.#pick(this.#options.plain === true ? [5, 7, 8] : [5, 7, 8, 7, 26, 1, 2]);
    if (helper === 26)
      this.#add(
        "r1 = r6",
        "r2 = 0",
        "r3 = r10",
        `r3 += ${this.#pick([-16, -32, -8])}`,
        `r4 = ${this.#pick([4, 8, 16, 20])}`,
      );
    if (helper === 1 || helper === 2)
      this.#add(`r1 = map[${this.#pick(["array", "hash"])}]`, "r2 = r10", `r2 += ${this.#pick([-4, -8, -16])}`);
    if (helper === 2) this.#add("r3 = r10", `r3 += ${this.#pick([-16, -32, -8])}`, "r4 = 0");
    this.#add(`call ${helper}`);
    this.#restoreScalars();
    if (helper === 1 && this.#chance(0.7))
      this.#add("if r0 == 0 goto out", this.#pick(["r9 = r0", "r1 = *(u32 *)(r0 + 0)", "*(u64 *)(r0 + 0) = r1"]));
  }

  #restoreScalars(): void {
    for (const scalar of SCALARS.slice(1))
      if (this.#chance(0.9)) this.#add(`${scalar} = ${this.#chance(0.2) ? "r6" : this.#number()}`);
  }

  #localCall(): void {
    this.#add(
      ...this.#pick([["r1 = r10", "r1 += -16"], ["r1 = r9"], [`r1 = ${this.#number()}`], ["r1 = r7"]]),
      `r2 = ${this.#scalar()}`,
      "r3 = r10",
      `call f${this.#below(this.#functions)}`,
    );
    this.#restoreScalars();
  }

  #function(number: number): void {
    this.#add(`f${number}:`);
    let set = ["r1", "r2", "r3"];
    const statements = 2 + this.#below(8);
    for (let i = 0; i < statements; i++) {
      const source = this.#pick(set);
      const target = this.#pick(["r0", "r1", "r2", "r4", "r6", "r7"]);
      const kind = this.#random();
      if (kind < 0.3) this.#add(`${target} = ${this.#chance(0.6) ? source : this.#number()}`);
      else if (kind < 0.5) {
        this.#add(
          `${source} ${this.#pick(["+=", "&=", "-=", "|="])} ${this.#chance(0.6) ? this.#number() : this.#pick(set)}`,
        );
        continue;
      } else if (kind < 0.65) {
        this.#add(`*(u64 *)(r10 ${-8 * (1 + this.#below(3))}) = ${source}`);
        continue;
      } else if (kind < 0.72) this.#add(`${target} = *(u64 *)(r10 ${-8 * (1 + this.#below(3))})`);
      else if (kind < 0.82) {
        this.#add(`if ${source} ${this.#pick(CONDITIONS)} ${this.#number()} goto end${number}`);
        continue;
      } else if (number + 1 < this.#functions) {
        this.#add(`call f${number + 1}`, "r1 = 3", "r2 = 4");
        set = [...set.filter((register) => register > "r5"), "r0", "r1", "r2"];
        continue;
      } else {
        this.#add(`*(u64 *)(r1 + ${this.#pick([0, -8, 8])}) = ${source}`);
        continue;
      }
      if (!set.includes(target)) set.push(target);
    }
    this.#add(`end${number}:`, `r0 = ${this.#pick(["7", ...set])}`, "exit");
  }
}
