import type { CoreRelocation } from "../btf/btf-ext.ts";
import type { Btf, BtfEnumeration } from "../btf/btf-type.ts";
import { type Access, describe, followIndexes, parseIndexes, unmodified } from "./access.ts";
import { type Answer, answerEnumerator, answerField, answerType } from "./answer.ts";
import { areTypesCompatible } from "./compatible.ts";
import { findAccess } from "./find-access.ts";
import { candidates, essentialName, nameOf } from "./names.ts";
import { CoreError, isAbout, RELOCATION_KINDS, type RelocationKind } from "./relocation-kind.ts";
import { doTypesMatch } from "./types-match.ts";

/** What an instruction is to have in place of what the compiler put there. */
export interface Resolution {
  /** The compiler's answer; undefined where it is not to be compared. */
  readonly expected: bigint | undefined;
  /** Undefined: there is no answer, and the instruction must not be reached. */
  readonly value: bigint | undefined;
  /** Bytes that a load or store of the field moves; where they differ from what the compiler thought. */
  readonly resized?: { readonly from: number; readonly to: number; readonly isSafe: boolean };
}

/** Resolves the relocations of one object against the types of a kernel (bpf_core_calc_relo_insn of libbpf). */
export class CoreResolver {
  readonly #local: Btf;
  readonly #target: Btf;
  /** Types that may stand for a local one; those that turn out not to are dropped. */
  readonly #candidates = new Map<number, readonly number[]>();

  constructor(local: Btf, target: Btf) {
    this.#local = local;
    this.#target = target;
  }

  /** Throws CoreError. */
  resolve({ kind: number, typeId, access }: CoreRelocation): Resolution {
    const kind = RELOCATION_KINDS[number];
    if (kind === undefined) throw new CoreError(`it is of kind ${number}, which does not exist`);
    if (kind === "type-id-local") return { expected: undefined, value: BigInt(typeId) };
    const type = this.#local.type(typeId);
    if (nameOf(type) === "") throw new CoreError(`${describe(type)} cannot be looked for`);
    if (isAbout(kind, "type")) {
      if (access !== "0") throw new CoreError(`it asks for '${access}' of a whole type`);
      return this.#resolveType(kind, typeId);
    }
    const indexes = parseIndexes(access);
    return isAbout(kind, "field")
      ? this.#resolveField(kind, typeId, followIndexes(this.#local, typeId, indexes))
      : this.#resolveEnumerator(kind, typeId, indexes);
  }

  #resolveField(kind: RelocationKind, typeId: number, access: Access): Resolution {
    const expected = answerField(kind, access)!;
    let bitOffset: number | undefined;
    const answer = this.#agreed(typeId, (id) => {
      const found = findAccess(access, this.#target, id);
      if (found === undefined) return undefined;
      if (bitOffset !== undefined && bitOffset !== found.bitOffset)
        throw new CoreError(`its field is at bit ${bitOffset} and at bit ${found.bitOffset} of types of that name`);
      bitOffset = found.bitOffset;
      return answerField(kind, found);
    });
    const given = answer ?? answerField(kind, undefined);
    const { fieldSize: from, fieldType: local } = expected;
    const { fieldSize: to, fieldType: target } = given ?? {};
    return {
      expected: expected.isAmbiguous ? undefined : expected.value,
      value: given?.value,
      ...(from === undefined || to === undefined || from === to
        ? {}
        : { resized: { from, to, isSafe: this.#canResize(local!, target!) } }),
    };
  }

  /** Pointers and unsigned numbers mean the same in any size: loads fill up with zeroes. */
  #canResize(local: number, target: number): boolean {
    const [a, b] = [this.#local.type(local), this.#target.type(target)];
    return (
      (a.kind === "pointer" && b.kind === "pointer") || (a.kind === "int" && b.kind === "int" && !a.signed && !b.signed)
    );
  }

  #resolveType(kind: RelocationKind, typeId: number): Resolution {
    const compare = kind === "type-matches" ? doTypesMatch : areTypesCompatible;
    const answer = this.#agreed(typeId, (id) =>
      compare(this.#local, typeId, this.#target, id) ? answerType(kind, this.#target, id) : undefined,
    );
    const expected = answerType(kind, this.#local, typeId);
    return {
      expected: expected.isAmbiguous ? undefined : expected.value,
      value: (answer ?? answerType(kind, this.#target, undefined)).value,
    };
  }

  #resolveEnumerator(kind: RelocationKind, typeId: number, indexes: readonly number[]): Resolution {
    const [index] = indexes as [number];
    const local = this.#enumeration(this.#local, typeId);
    const wanted = indexes.length === 1 ? local?.values[index] : undefined;
    if (wanted === undefined)
      throw new CoreError(`it asks for value ${indexes.join(":")}, which is no value of its type`);
    const name = essentialName(wanted.name);
    const answer = this.#agreed(typeId, (id) => {
      const target = this.#enumeration(this.#target, id);
      const found = target?.values.findIndex((value) => essentialName(value.name) === name) ?? -1;
      return found < 0 ? undefined : answerEnumerator(kind, target, found);
    });
    return {
      expected: answerEnumerator(kind, local, index)!.value,
      value: (answer ?? answerEnumerator(kind, undefined, 0))?.value,
    };
  }

  #enumeration(btf: Btf, id: number): BtfEnumeration | undefined {
    const type = btf.type(unmodified(btf, id));
    return type.kind === "enum" || type.kind === "enum64" ? type : undefined;
  }

  /** The answer of all candidates that have one: they must agree. Those that have none are not asked again. */
  #agreed(typeId: number, answer: (id: number) => Answer | undefined): Answer | undefined {
    const known = this.#candidates.get(typeId) ?? candidates(this.#target, this.#local.type(typeId));
    let agreed: Answer | undefined;
    const fitting: number[] = [];
    for (const id of known) {
      const given = answer(id);
      if (given === undefined) continue;
      if (agreed !== undefined && agreed.value !== given.value)
        throw new CoreError(`types of that name give ${agreed.value} and ${given.value}`);
      agreed ??= given;
      fitting.push(id);
    }
    this.#candidates.set(typeId, fitting.length > 0 ? fitting : known);
    return agreed;
  }
}
