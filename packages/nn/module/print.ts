/** The text of modules, laid out as PyTorch lays it out. */

/** Lines after the first moved right by two spaces. */
function indent(text: string): string {
  return text.replaceAll("\n", "\n  ");
}

/**
 * `Name(extra)` on one line if there is at most one line of `extra` and no
 * child, else every line and every child, `(key): text`, on its own.
 */
export function formatModule(
  name: string,
  extra: string,
  children: Iterable<readonly [string, string]> = [],
): string {
  const lines = extra === "" ? [] : extra.split("\n");
  const own = lines.length;
  for (const [key, text] of children) lines.push(`(${key}): ${indent(text)}`);
  if (lines.length === 0) return `${name}()`;
  if (own === 1 && lines.length === 1) return `${name}(${lines[0]})`;
  return `${name}(\n  ${lines.join("\n  ")}\n)`;
}

/** A number as Python prints a float: `1.0`, `0.01`, `1e-05`. */
export function showFloat(value: number): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value < 0 ? "-inf" : "inf";
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e16)) {
    const [digits, exponent] = value.toExponential().split("e") as [
      string,
      string,
    ];
    const places = exponent.slice(1).padStart(2, "0");
    return `${digits}e${exponent[0]}${places}`;
  }
  const text = Object.is(value, -0) ? "-0" : String(value);
  return text.includes(".") ? text : `${text}.0`;
}

/** A number as Python prints it, a whole one as an integer: `20`, `0.1`, `1e-05`. */
export function showNumber(value: number): string {
  return Number.isSafeInteger(value) ? String(value) : showFloat(value);
}

/** A boolean as Python prints it. */
export function showBool(value: boolean): string {
  return value ? "True" : "False";
}

/** Sizes as Python prints a tuple: `(4,)`, `(2, 3)`. */
export function showTuple(sizes: readonly number[]): string {
  return sizes.length === 1 ? `(${sizes[0]},)` : `(${sizes.join(", ")})`;
}
