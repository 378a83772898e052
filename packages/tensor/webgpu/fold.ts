/** Emits folds. */

import type { Expr, Lane } from "../expr.ts";
import type { Reduction } from "../kernel.ts";
import { Module } from "./module.ts";
import { foldGroup } from "./variant.ts";
import { typeOf } from "./wgsl.ts";

/** Elements that are folded before their state is merged into the next level. */
const block = 32;

/** A kernel with a fold, whole or one of its two parts. */
export class FoldModule extends Module {
  protected override readonly groupSize = foldGroup;

  get #reduction(): Reduction {
    return this.kernel.reduction!;
  }

  get #lanes(): readonly Lane[] {
    return this.#reduction.init.map((e) => e.type);
  }

  protected override declarations(): string[] {
    if (this.variant.lanes === 1) return [];
    return this.#lanes.map((lane, i) =>
      `var<workgroup> shared${i}: array<${typeOf(lane)}, ${foldGroup}>;`
    );
  }

  protected override body(): void {
    const { kept, lanes, lanesAdjacent, mode } = this.variant;
    const results = foldGroup / lanes;
    const chunks = this.header("chunks");
    const partial = mode === "partial";
    if (partial) {
      this.line(`let chunk = group % ${chunks};`);
      this.line(`let first = (group / ${chunks}) * ${results}u;`);
    } else this.line(`let first = group * ${results}u;`);
    this.line(
      lanesAdjacent
        ? `let lane = local % ${lanes}u; let at = first + local / ${lanes}u;`
        : `let lane = local / ${results}u; let at = first + local % ${results}u;`,
    );
    // Barriers are met by all invocations, also by those without a result.
    this.line(`let valid = at < ${this.header("count")};`);
    this.coordinates("at", 0, kept);
    this.movePointers(0, kept);
    this.line(
      partial
        ? `let begin = chunk * ${this.header("chunk")};`
        : "let begin = 0u;",
    );
    this.line(
      partial
        ? `let end = min(begin + ${this.header("chunk")}, ${
          this.header("length")
        });`
        : `let end = ${this.header(mode === "finish" ? "chunks" : "length")};`,
    );
    const state = this.#fold();
    if (lanes > 1) this.#tree(state);
    this.line(`if (valid${lanes > 1 ? " && lane == 0u" : ""}) {`);
    this.lower.begin();
    this.acc = state;
    if (partial) this.#leave(state);
    else this.storeAll();
    this.line("}");
  }

  /** Declares a state and sets it to the initial one. */
  #state(name: string): string[] {
    return this.#reduction.init.map((e, i) => {
      this.line(
        `var ${name}${i}: ${typeOf(e.type)} = ${this.lower.value(e)};`,
      );
      return `${name}${i}`;
    });
  }

  #assign(target: readonly string[], values: readonly Expr[]): void {
    // All are computed before any is assigned, as states may depend on each other.
    const names = values.map((e) => this.lower.value(e));
    target.forEach((name, i) => this.line(`${name} = ${names[i]};`));
    this.lower.begin();
  }

  /** `into = merge(into, from)` */
  #merge(into: readonly string[], from: readonly string[]): void {
    this.lower.begin();
    this.acc = into;
    this.other = from;
    this.#assign(into, this.#reduction.merge);
  }

  /** Folds what this invocation has to; three levels of states keep every running sum short. */
  #fold(): string[] {
    const { kept, folded, lanes, mode } = this.variant;
    const fine = this.#state("fine");
    const middle = this.#state("middle");
    const coarse = this.#state("coarse");
    this.line("var steps = 0u; var blocks = 0u;");
    this.line("if (valid) {");
    this.line(`for (var f = begin + lane; f < end; f += ${lanes}u) {`);
    this.scoped(() => {
      if (mode === "finish") {
        this.#merge(fine, this.#left());
      } else {
        this.coordinates("f", kept, kept + folded);
        this.movePointers(kept, kept + folded);
        this.consumed = this.#reduction.values.map((e) => this.lower.value(e));
        this.acc = fine;
        this.#assign(fine, this.#reduction.step);
      }
    });
    this.#flush("steps", fine, middle, () => {
      this.line("blocks++;");
      this.#flush("blocks", middle, coarse, () => {}, false);
    });
    this.line("}");
    this.#merge(middle, fine);
    this.#merge(coarse, middle);
    this.line("}");
    return coarse;
  }

  /** Counts and, when a block is full, moves its state up one level. */
  #flush(
    count: string,
    from: readonly string[],
    to: readonly string[],
    then: () => void,
    step = true,
  ): void {
    if (step) this.line(`${count}++;`);
    this.line(`if (${count} == ${block}u) {`);
    this.#merge(to, from);
    this.#assign(from, this.#reduction.init);
    this.line(`${count} = 0u;`);
    then();
    this.line("}");
  }

  /** Merges the states of the lanes of each result; the first lane ends with the result. */
  #tree(state: readonly string[]): void {
    const { lanes, lanesAdjacent } = this.variant;
    const distance = lanesAdjacent ? 1 : foldGroup / lanes;
    const own = state.map((_, i) => `shared${i}[local]`);
    const partner = state.map((_, i) =>
      `shared${i}[local + half * ${distance}u]`
    );
    own.forEach((place, i) => this.line(`${place} = ${state[i]};`));
    this.line("workgroupBarrier();");
    this.line(`for (var half = ${lanes / 2}u; half > 0u; half >>= 1u) {`);
    this.line("if (lane < half) {");
    this.#merge(own, partner);
    this.line("}");
    this.line("workgroupBarrier();");
    this.line("}");
    state.forEach((name, i) => this.line(`${name} = ${own[i]};`));
  }

  /** Text of the states that the first part of a fold left for chunk `f`. */
  #left(): string[] {
    const lanes = this.#lanes;
    const slot = this.variant.slots[0]!;
    return lanes.map((lane, i) => {
      const bits = `b${slot}[(at * ${
        this.header("chunks")
      } + f) * ${lanes.length}u + ${i}u]`;
      return lane === "bool" ? `${bits} != 0u` : `bitcast<${lane}>(${bits})`;
    });
  }

  /** Leaves the states of a chunk to the second part of a fold. */
  #leave(state: readonly string[]): void {
    const lanes = this.#lanes;
    const slot = this.variant.slots.at(-1)!;
    lanes.forEach((lane, i) => {
      const bits = lane === "bool"
        ? `select(0u, 1u, ${state[i]})`
        : `bitcast<u32>(${state[i]})`;
      this.line(
        `b${slot}[(at * ${
          this.header("chunks")
        } + chunk) * ${lanes.length}u + ${i}u] = ${bits};`,
      );
    });
  }
}
