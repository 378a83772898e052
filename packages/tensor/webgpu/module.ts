/** What all emitted shaders share: bindings, parameters, pointers, loads and stores. */

import type { Expr } from "../expr.ts";
import { type Kernel, laneOf, type Store } from "../kernel.ts";
import {
  header,
  isPacked,
  type Operand,
  operandAt,
  operandsOf,
  type Shader,
  type Variant,
} from "./variant.ts";
import { entryPoint, Lowering, prelude, word } from "./wgsl.ts";

/** The text of a shader in the making. */
export abstract class Module {
  protected readonly kernel: Kernel;
  protected readonly variant: Variant;
  protected readonly operands: readonly Operand[];
  protected readonly lower: Lowering;
  /** Text of reduction states and values where the code is now. */
  protected acc: readonly string[] = [];
  protected other: readonly string[] = [];
  protected consumed: readonly string[] = [];
  readonly #rank: number;
  readonly #written: boolean[] = [];
  readonly #atomic: boolean[] = [];
  #pointers: string[] = [];
  #depth = 0;

  /** A module for `kernel`, whose stores have the lanes of their types. */
  constructor(kernel: Kernel, variant: Variant) {
    this.kernel = kernel;
    this.variant = variant;
    this.operands = operandsOf(kernel, variant.mode);
    this.#rank = variant.kept + variant.folded;
    this.lower = new Lowering((e) => this.#leaf(e));
    this.operands.forEach(({ dtype, written }, o) => {
      const slot = variant.slots[o]!;
      this.#written[slot] ||= written;
      // Neighbours in a word are written by other invocations at the same time.
      this.#atomic[slot] ||= written && isPacked(dtype);
    });
  }

  /** Writes the body of the shader. */
  protected abstract body(): void;

  /** Invocations in a workgroup. */
  protected abstract readonly groupSize: number;

  /** Declarations beside the bindings. */
  protected declarations(): string[] {
    return [];
  }

  /** The whole shader. */
  emit(): Shader {
    const { kernel } = this;
    const words = operandAt(this.#rank, this.operands.length) +
      kernel.scalars.length;
    for (let axis = 0; axis < this.#rank; axis++) {
      this.line(`let n${axis} = ${word(header.words + axis)};`);
    }
    const { reduction } = kernel;
    this.lower.declareConstants([
      ...kernel.stores.flatMap((s) => s.at ? [s.value, s.at] : [s.value]),
      ...(reduction
        ? [reduction.init, reduction.values, reduction.step, reduction.merge]
          .flat()
        : []),
    ]);
    this.body();
    const code = `// ${kernel.name}
@group(0) @binding(0) var<uniform> p: array<vec4<u32>, ${(words + 3) >> 2}>;
${
      this.#written.map((written, slot) =>
        `@group(0) @binding(${slot + 1}) var<storage, ${
          written ? "read_write" : "read"
        }> b${slot}: array<${this.#atomic[slot] ? "atomic<u32>" : "u32"}>;`
      ).join("\n")
    }
${this.declarations().join("\n")}
${prelude()}
${entryPoint(this.groupSize)}
${this.lower.text()}
}
`;
    return { code, words, written: this.#written };
  }

  protected line(text: string): void {
    this.lower.line(text);
  }

  /** Text of a header word. */
  protected header(name: keyof typeof header): string {
    return word(header[name]);
  }

  /** Declares the coordinates of axes `from` to `to`, which `index` (u32) counts through. */
  protected coordinates(index: string, from: number, to: number): void {
    let rest = index;
    for (let axis = to - 1; axis > from; axis--) {
      const next = `q${axis}`;
      this.line(`let ${next} = ${rest} / n${axis};`);
      this.line(`let c${axis} = i32(${rest} - ${next} * n${axis});`);
      rest = next;
    }
    if (to > from) this.line(`let c${from} = i32(${rest});`);
  }

  /** Moves the pointers of all operands along the axes `from` to `to`. */
  protected movePointers(from: number, to: number): void {
    const depth = this.#depth++;
    this.#pointers = this.operands.map((_, o) => {
      const at = operandAt(this.#rank, o);
      let sum = depth === 0 ? `i32(${word(at)})` : this.#pointers[o]!;
      for (let axis = from; axis < to; axis++) {
        sum += ` + c${axis} * i32(${word(at + 1 + axis)})`;
      }
      const name = `a${o}${"_".repeat(depth)}`;
      this.line(`let ${name} = ${sum};`);
      return name;
    });
  }

  /** Runs `inner`, then takes the pointers back to where they are now. */
  protected scoped(inner: () => void): void {
    const pointers = this.#pointers, depth = this.#depth;
    this.lower.begin();
    inner();
    this.#pointers = pointers;
    this.#depth = depth;
    this.lower.begin();
  }

  /** Text of element `at` of operand `o`. */
  protected element(o: number, at: string): string {
    const { dtype } = this.operands[o]!;
    const slot = this.variant.slots[o]!;
    const packed = isPacked(dtype);
    const index = packed ? `u32(${at}) >> 2u` : at;
    const bits = this.#atomic[slot]
      ? `atomicLoad(&b${slot}[${index}])`
      : `b${slot}[${index}]`;
    if (!packed) return `bitcast<${laneOf[dtype]}>(${bits})`;
    const byte = `((${bits} >> ((u32(${at}) & 3u) * 8u)) & 255u)`;
    return dtype === "bool" ? `${byte} != 0u` : `i32${byte}`;
  }

  #leaf(e: Expr): string {
    switch (e.op) {
      case "load":
        return this.element(e.index, this.#pointers[e.index]!);
      case "loadAt": {
        const extra = this.lower.value(e.args[0]!);
        return this.element(e.index, `${this.#pointers[e.index]!} + ${extra}`);
      }
      case "scalar": {
        const bits = word(
          operandAt(this.#rank, this.operands.length) + e.index,
        );
        return e.type === "bool"
          ? `${bits} != 0u`
          : `bitcast<${e.type}>(${bits})`;
      }
      case "coord":
        return `c${e.index < 0 ? this.#rank + e.index : e.index}`;
      case "acc":
        return this.acc[e.index]!;
      case "other":
        return this.other[e.index]!;
      default:
        return this.consumed[e.index]!;
    }
  }

  /** Stores everything; what is stored is computed before, as operands may share memory. */
  protected storeAll(): void {
    const first = this.operands.length - this.kernel.stores.length;
    const values = this.kernel.stores.map((s) => ({
      value: this.lower.value(s.value),
      at: s.at ? this.lower.value(s.at) : undefined,
    }));
    this.kernel.stores.forEach((s, i) => {
      const pointer = this.#pointers[first + i]!;
      const { value, at } = values[i]!;
      this.#store(s, first + i, at ? `${pointer} + ${at}` : pointer, value);
    });
  }

  #store(s: Store, o: number, at: string, value: string): void {
    const slot = this.variant.slots[o]!;
    let result = value;
    if (s.accumulate) {
      if (s.dtype === "bool") {
        throw new TypeError("Cannot accumulate into bool elements");
      }
      result = `${this.element(o, at)} + ${value}`;
    }
    if (!isPacked(s.dtype)) {
      this.line(`b${slot}[${at}] = bitcast<u32>(${result});`);
      return;
    }
    // Two steps, neither of which touches the other bytes.
    const byte = s.dtype === "bool"
      ? `select(0u, 1u, ${result})`
      : `(u32(${result}) & 255u)`;
    const where = `u32(${at})`, shift = `((${where} & 3u) * 8u)`;
    const target = `&b${slot}[${where} >> 2u]`;
    this.line(`let byte${o} = ${byte} << ${shift};`);
    this.line(`atomicAnd(${target}, ~(255u << ${shift}));`);
    this.line(`atomicOr(${target}, byte${o});`);
  }
}
