/** Parameter groups as PyTorch prints them. */

import { Tensor } from "@gradus/tensor";

/** A number as Python's `repr` writes it; a whole one as an `int`. */
function showNumber(value: number): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  const magnitude = Math.abs(value);
  if (magnitude === 0 || magnitude >= 1e-4) return String(value);
  // Both languages print the shortest digits; Python turns to exponents earlier and pads them.
  const [digits, exponent] = value.toExponential().split("e-");
  return `${digits}e-${exponent!.padStart(2, "0")}`;
}

/** A value inside of a list or a dictionary, where Python quotes strings. */
function showInner(value: unknown): string {
  return typeof value === "string" ? `'${value}'` : showValue(value);
}

function showTuple(values: readonly unknown[]): string {
  const texts = values.map(showInner);
  return texts.length === 1 ? `(${texts[0]},)` : `(${texts.join(", ")})`;
}

/** A value as Python prints it: `True`, `None`, `1e-08`, `(0.9, 0.999)`. */
export function showValue(value: unknown): string {
  if (value === undefined || value === null) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value === "number") return showNumber(value);
  if (Array.isArray(value)) return showTuple(value);
  if (value instanceof Tensor) {
    return value.ndim === 0 && value.device === "cpu"
      ? showNumber(value.itemSync())
      : value.toString();
  }
  return String(value);
}

/** The text of an optimizer, laid out as PyTorch does: every group with its values under their camelCase names, sorted by name. */
export function showGroups(
  name: string,
  groups: readonly Readonly<Record<string, unknown>>[],
): string {
  const texts = groups.map((group, i) => {
    const lines = Object.keys(group).sort()
      .filter((key) => key !== "params" && group[key] !== undefined)
      .map((key) => {
        const value = group[key];
        const text = key === "paramNames"
          ? `[${(value as readonly string[]).map(showInner).join(", ")}]`
          : showValue(value);
        return `    ${key}: ${text}\n`;
      });
    return `\nParameter Group ${i}\n${lines.join("")}`;
  });
  return `${name} (${texts.join("")})`;
}
