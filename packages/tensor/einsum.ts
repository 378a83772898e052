/** Einstein's summation convention, by permutations and batched matrix products. */

import { countOf, showShape } from "./shape.ts";
import type { Tensor } from "./tensor.ts";

/** A tensor with a label per dim. */
interface Labeled {
  readonly t: Tensor;
  readonly labels: readonly string[];
}

function malformed(equation: string, why: string): SyntaxError {
  return new SyntaxError(`Cannot compute einsum "${equation}": ${why}`);
}

/** Splits `"i...j"` into labels; the dims of `...` are told apart by their distance from its end. */
function parseTerm(equation: string, term: string, dots: number): string[] {
  const parts = term.split("...");
  if (parts.length > 2 || !/^[a-zA-Z]*$/.test(parts.join(""))) {
    throw malformed(equation, `expected letters and "..." once, got "${term}"`);
  }
  if (parts.length === 1) return [...term];
  const hidden = Array.from({ length: dots }, (_, i) => `...${dots - i}`);
  return [...parts[0]!, ...hidden, ...parts[1]!];
}

/** The labels of a tensor's dims. */
function label(equation: string, term: string, t: Tensor): Labeled {
  const named = term.replace("...", "").length;
  const dots = t.ndim - named;
  if (dots < 0 || (dots > 0 && !term.includes("..."))) {
    throw new TypeError(
      `Cannot compute einsum "${equation}": expected ${named} dims for "${term}", got ${
        showShape(t.shape)
      }`,
    );
  }
  return { t, labels: parseTerm(equation, term, dots) };
}

/** Takes the diagonal of dims that have the same label. */
function withoutRepeats(equation: string, { t, labels }: Labeled): Labeled {
  for (let first = 0; first < labels.length; first++) {
    const second = labels.indexOf(labels[first]!, first + 1);
    if (second < 0) continue;
    if (t.shape[first] !== t.shape[second]) {
      throw new TypeError(
        `Cannot compute einsum "${equation}": expected equal sizes where "${
          labels[first]
        }" repeats, got ${showShape(t.shape)}`,
      );
    }
    const rest = labels.filter((_, d) => d !== first && d !== second);
    return withoutRepeats(equation, {
      t: t.diagonal(0, first, second),
      labels: [...rest, labels[first]!],
    });
  }
  return { t, labels };
}

/** The size of every label; 1 broadcasts. */
function sizesOf(
  equation: string,
  operands: readonly Labeled[],
): Map<string, number> {
  const sizes = new Map<string, number>();
  for (const { t, labels } of operands) {
    labels.forEach((name, d) => {
      const known = sizes.get(name) ?? 1, size = t.shape[d]!;
      if (known !== 1 && size !== 1 && known !== size) {
        throw new TypeError(
          `Cannot compute einsum "${equation}": "${name}" stands for sizes ${known} and ${size}`,
        );
      }
      sizes.set(name, known === 1 ? size : known);
    });
  }
  return sizes;
}

/** Sums over the labels that are not in `kept`. */
function summed({ t, labels }: Labeled, kept: ReadonlySet<string>): Labeled {
  const dims = labels.map((_, d) => d).filter((d) => !kept.has(labels[d]!));
  if (dims.length === 0) return { t, labels };
  return { t: t.sum(dims), labels: labels.filter((l) => kept.has(l)) };
}

/** Leaves out dims of size 1 that broadcast to more. */
function squeezed(
  { t, labels }: Labeled,
  sizes: ReadonlyMap<string, number>,
): Labeled {
  const dims = labels.map((_, d) => d)
    .filter((d) => t.shape[d] === 1 && sizes.get(labels[d]!) !== 1);
  if (dims.length === 0) return { t, labels };
  return {
    t: t.squeeze(dims),
    labels: labels.filter((_, d) => !dims.includes(d)),
  };
}

/** The dims of `x` in groups of labels, each joined to one dim. */
function grouped(x: Labeled, groups: readonly (readonly string[])[]): Tensor {
  const order = groups.flat().map((name) => x.labels.indexOf(name));
  const moved = x.t.permute(order);
  let at = 0;
  const sizes = groups.map((g) =>
    countOf(moved.shape.slice(at, at += g.length))
  );
  return moved.reshape(sizes);
}

/** The product of two tensors, summed over the labels that are not in `kept`. */
function contract(
  left: Labeled,
  right: Labeled,
  kept: ReadonlySet<string>,
  sizes: ReadonlyMap<string, number>,
): Labeled {
  const a = summed(left, new Set([...kept, ...right.labels]));
  const b = summed(right, new Set([...kept, ...left.labels]));
  const shared = a.labels.filter((l) => b.labels.includes(l));
  const batch = shared.filter((l) => kept.has(l));
  const inner = shared.filter((l) => !kept.has(l));
  const rows = a.labels.filter((l) => !shared.includes(l));
  const columns = b.labels.filter((l) => !shared.includes(l));
  const product = grouped(a, [batch, rows, inner])
    .bmm(grouped(b, [batch, inner, columns]));
  const labels = [...batch, ...rows, ...columns];
  return { t: product.reshape(labels.map((l) => sizes.get(l)!)), labels };
}

/** Without `->`: the dims of `...`, then the letters that appear once, in alphabetical order. */
function implicitOutput(terms: readonly string[]): string {
  const letters = terms.join("").replaceAll(".", "");
  const once = [...letters].filter((l) =>
    letters.indexOf(l) === letters.lastIndexOf(l)
  );
  const dots = terms.some((term) => term.includes("...")) ? "..." : "";
  return dots + once.sort().join("");
}

/** Reads what the operands and the result are labeled with. */
function parse(
  equation: string,
  tensors: readonly Tensor[],
): { operands: Labeled[]; output: string[] } {
  const sides = equation.replaceAll(" ", "").split("->");
  if (sides.length > 2) throw malformed(equation, 'expected "->" once');
  const terms = sides[0]!.split(",");
  if (terms.length !== tensors.length) {
    throw new TypeError(
      `Cannot compute einsum "${equation}": expected ${terms.length} tensors, got ${tensors.length}`,
    );
  }
  const labeled = tensors.map((t, i) => label(equation, terms[i]!, t));
  const dots = labeled.map(({ labels }) =>
    labels.filter((l) => l.startsWith(".")).length
  );
  const output = parseTerm(
    equation,
    sides[1] ?? implicitOutput(terms),
    Math.max(0, ...dots),
  );
  const known = new Set(labeled.flatMap(({ labels }) => labels));
  const strange = output.find((l) => !known.has(l));
  if (strange !== undefined || new Set(output).size !== output.length) {
    throw malformed(
      equation,
      "expected every label of the result once, and in an operand",
    );
  }
  const operands = labeled.map((x) => withoutRepeats(equation, x));
  return { operands, output };
}

/**
 * Products of tensors summed over labels, by Einstein's convention. The
 * equation names the dims of each tensor and, after `->`, those of the result;
 * labels that are not in the result are summed over. A label that repeats
 * within a tensor takes its diagonal, `...` stands for dims that broadcast, and
 * without `->` the result has the labels that appear once, in alphabetical
 * order. Tensors are multiplied from the left to the right.
 *
 * @throws {SyntaxError} if the equation is malformed.
 * @throws {TypeError} if the tensors do not fit the equation.
 *
 * @example
 * ```ts
 * import { einsum, tensor } from "@gradus/tensor";
 * import { assertEquals } from "@std/assert";
 *
 * const a = tensor([[1, 2], [3, 4]]), b = tensor([[0, 1], [1, 1]]);
 * assertEquals(einsum("ij,jk->ik", a, b).arraySync(), [[2, 3], [4, 7]]);
 * assertEquals(einsum("ii", a).arraySync(), 5);
 * ```
 */
export function einsum(equation: string, ...tensors: Tensor[]): Tensor {
  const { operands, output } = parse(equation, tensors);
  const sizes = sizesOf(equation, operands);
  const [first, ...rest] = operands.map((x) => squeezed(x, sizes));
  let result = first!;
  rest.forEach((operand, i) => {
    const later = rest.slice(i + 1).flatMap(({ labels }) => labels);
    result = contract(result, operand, new Set([...output, ...later]), sizes);
  });
  const { t, labels } = summed(result, new Set(output));
  return t.permute(output.map((name) => labels.indexOf(name)));
}
