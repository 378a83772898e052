/** Tensors as text, laid out as PyTorch lays them out. */

import { type DType, getDefaultDtype } from "./dtype.ts";
import {
  type ElementTexts,
  type ElementValue,
  formatElements,
} from "./print_elements.ts";

/** What {@linkcode formatTensor} needs to know of a tensor. */
export interface PrintView {
  /** The size of each dimension. */
  shape: readonly number[];
  /** The type of the elements. */
  dtype: DType;
  /**
   * The element at a row-major index. Asked once for each element that is
   * shown and for no other.
   */
  at(flatLogicalIndex: number): number | bigint | boolean;
  /** The name of the function that made the tensor, `MulBackward0` say. */
  gradFn?: string;
  /** Whether the tensor collects a gradient; not shown beside `gradFn`. */
  requiresGrad?: boolean;
  /** Where the elements are; not shown if absent or `"cpu"`. */
  device?: string;
}

/** How tensors print. */
export interface PrintOptions {
  /** Digits after the decimal point, 4 by default. */
  precision: number;
  /** Tensors of more elements are summarized, 1000 by default. */
  threshold: number;
  /** Elements shown at either end of a summarized dimension, 3 by default. */
  edgeItems: number;
  /** Characters in a line after which it breaks, 80 by default. */
  lineWidth: number;
  /** Whether to print with an exponent; by the values if `undefined`. */
  sciMode: boolean | undefined;
}

/** Options of {@linkcode setPrintOptions}. */
export interface SetPrintOptions extends Partial<PrintOptions> {
  /**
   * Named values for all options, which the others given beside it override:
   * `"short"` shows 2 digits and 2 edge items, `"full"` never summarizes.
   */
  profile?: "default" | "short" | "full";
}

type Profile = Omit<PrintOptions, "sciMode">;

const profiles: Readonly<Record<string, Profile>> = {
  default: { precision: 4, threshold: 1000, edgeItems: 3, lineWidth: 80 },
  short: { precision: 2, threshold: 1000, edgeItems: 2, lineWidth: 80 },
  full: { precision: 4, threshold: Infinity, edgeItems: 3, lineWidth: 80 },
};

let current: PrintOptions = { ...profiles.default!, sciMode: undefined };

/**
 * The options tensors print with, as a copy: handing it to
 * {@linkcode setPrintOptions} brings them back.
 *
 * @example
 * ```ts
 * import { getPrintOptions } from "@gradus/tensor";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(getPrintOptions().precision, 4);
 * ```
 */
export function getPrintOptions(): PrintOptions {
  return { ...current };
}

/**
 * Sets how tensors print. Options not given stay as they are, but for
 * `sciMode`, which every call sets, as in PyTorch.
 *
 * @throws {RangeError} If an option is out of range; then none changes.
 *
 * @example
 * ```ts
 * import { getPrintOptions, setPrintOptions } from "@gradus/tensor";
 * import { assertEquals } from "@std/assert";
 *
 * setPrintOptions({ profile: "short", lineWidth: 100 });
 * assertEquals(getPrintOptions(), {
 *   precision: 2,
 *   threshold: 1000,
 *   edgeItems: 2,
 *   lineWidth: 100,
 *   sciMode: undefined,
 * });
 * setPrintOptions({ profile: "default" });
 * ```
 */
export function setPrintOptions(options: SetPrintOptions): void {
  const { profile, sciMode } = options;
  if (profile !== undefined && !Object.hasOwn(profiles, profile)) {
    throw new RangeError(
      `Cannot set print options: expected profile default, short or full, got ${profile}`,
    );
  }
  const base = profile === undefined ? current : profiles[profile]!;
  const {
    precision = base.precision,
    threshold = base.threshold,
    edgeItems = base.edgeItems,
    lineWidth = base.lineWidth,
  } = options;
  // 100 digits are the most that toFixed and toExponential write.
  const isPrecision = isCount(precision) && precision <= 100;
  checkOption("precision", precision, isPrecision, "an integer from 0 to 100");
  checkOption("threshold", threshold, threshold >= 0, "a number from 0 up");
  checkOption(
    "edgeItems",
    edgeItems,
    isCount(edgeItems),
    "an integer from 0 up",
  );
  const isWidth = lineWidth > 0 &&
    (isCount(lineWidth) || lineWidth === Infinity);
  checkOption(
    "lineWidth",
    lineWidth,
    isWidth,
    "an integer from 1 up or Infinity",
  );
  current = { precision, threshold, edgeItems, lineWidth, sciMode };
}

function isCount(value: number): boolean {
  return Number.isInteger(value) && value >= 0;
}

function checkOption(
  name: string,
  value: number,
  ok: boolean,
  expected: string,
) {
  if (ok) return;
  throw new RangeError(
    `Cannot set print option ${name}: expected ${expected}, got ${value}`,
  );
}

/**
 * A tensor's text, character for character what PyTorch 2.13 prints, but for
 * the name of the type, which stands without `torch.`. Follows
 * {@linkcode getPrintOptions}.
 */
export function formatTensor(view: PrintView): string {
  const prefix = "tensor(", indent = prefix.length;
  let text = prefix + formatBody(view, indent);
  let column = lastLineLength(text);
  for (const suffix of suffixes(view)) {
    // PyTorch's name of a type is longer; lines break where its lines break.
    const width = suffix.length + (suffix.startsWith("dtype=") ? 6 : 0);
    // Room for ", " before the suffix, and for ")" and one more after it.
    if (column + width + 4 > current.lineWidth) {
      text += ",\n" + " ".repeat(indent) + suffix;
      // The ", " before it is not counted: after a break PyTorch fits two more.
      column = indent + width - 2;
    } else {
      text += ", " + suffix;
      column += width + 2;
    }
  }
  return text + ")";
}

function lastLineLength(text: string): number {
  return text.length - text.lastIndexOf("\n") - 1;
}

function countElements(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

function suffixes(view: PrintView): string[] {
  const { shape, dtype, device, gradFn } = view;
  const isEmpty = countElements(shape) === 0;
  const found: string[] = [];
  if (device !== undefined && device !== "cpu") {
    found.push(`device='${device}'`);
  }
  // The text tells no shape if there is no element, or if none may be shown.
  if (isEmpty ? shape.length !== 1 : current.edgeItems === 0) {
    const comma = shape.length === 1 ? "," : "";
    found.push(`size=(${shape.join(", ")}${comma})`);
  }
  const isEvident = dtype === getDefaultDtype() ||
    (!isEmpty && (dtype === "int64" || dtype === "bool"));
  if (!isEvident) found.push(`dtype=${dtype}`);
  if (gradFn !== undefined) found.push(`grad_fn=<${gradFn}>`);
  else if (view.requiresGrad) found.push("requires_grad=True");
  return found;
}

/** The elements to show, as a dense block: `shape` as cut down by a summary. */
interface Block extends ElementTexts {
  readonly shape: readonly number[];
  /** Per dimension, whether its middle was left out. */
  readonly isCut: readonly boolean[];
}

function formatBody(view: PrintView, indent: number): string {
  const { precision, threshold, edgeItems, sciMode } = current;
  const count = countElements(view.shape);
  if (count === 0) return "[]";
  const summarize = count > threshold && view.shape.length > 0;
  if (summarize && edgeItems === 0) return "[...]";

  const isCut = view.shape.map((size) => summarize && size > 2 * edgeItems);
  const shape = view.shape.map((size, d) => isCut[d] ? 2 * edgeItems : size);
  const values: ElementValue[] = [];
  collect(view, shape, 0, 0, values);
  const { texts, width } = formatElements(
    values,
    view.dtype,
    precision,
    sciMode,
  );
  if (shape.length === 0) return texts[0]!;
  return arrange({ shape, isCut, texts, width }, 0, 0, indent);
}

/** Appends the elements to show below the slice `slice` of the dims before `dim`. */
function collect(
  view: PrintView,
  shown: readonly number[],
  dim: number,
  slice: number,
  values: ElementValue[],
): void {
  if (dim === shown.length) {
    values.push(view.at(slice));
    return;
  }
  const size = view.shape[dim]!, count = shown[dim]!;
  for (let i = 0; i < count; i++) {
    const index = i < count / 2 ? i : i + size - count;
    collect(view, shown, dim + 1, slice * size + index, values);
  }
}

function arrange(
  block: Block,
  dim: number,
  slice: number,
  indent: number,
): string {
  const rank = block.shape.length, count = block.shape[dim]!;
  const isVector = dim === rank - 1;
  const parts: string[] = [];
  for (let i = 0; i < count; i++) {
    if (block.isCut[dim] && i === count / 2) {
      parts.push(isVector ? " ..." : "...");
    }
    const index = slice * count + i;
    parts.push(
      isVector
        ? block.texts[index]!
        : arrange(block, dim + 1, index, indent + 1),
    );
  }
  const margin = " ".repeat(indent + 1);
  if (!isVector) {
    return `[${parts.join("," + "\n".repeat(rank - 1 - dim) + margin)}]`;
  }
  const room = (current.lineWidth - indent) / (block.width + 2);
  const perLine = Math.max(1, Math.floor(room));
  const lines: string[] = [];
  for (let i = 0; i < parts.length; i += perLine) {
    lines.push(parts.slice(i, i + perLine).join(", "));
  }
  return `[${lines.join(",\n" + margin)}]`;
}
