/** The elements of a tensor as text, all in one style and padded to one width. */

import { type DType, isFloating } from "./dtype.ts";

/** An element as it is read from a tensor. */
export type ElementValue = number | bigint | boolean;

/** The texts of a tensor's elements. */
export interface ElementTexts {
  readonly texts: readonly string[];
  /** The width by which the elements of a line are counted. */
  readonly width: number;
}

/** Formats elements of type `dtype`; `sciMode` is by the values if `undefined`. */
export function formatElements(
  values: readonly ElementValue[],
  dtype: DType,
  precision: number,
  sciMode: boolean | undefined,
): ElementTexts {
  if (isFloating(dtype)) {
    return formatFloats(values.map(Number), precision, sciMode);
  }
  const texts = values.map((value) =>
    dtype === "bool" ? (value ? "True" : "False") : String(value)
  );
  const width = longest(texts);
  return { texts: texts.map((text) => text.padStart(width)), width };
}

/** One style for all, chosen by the finite values other than zero. */
function formatFloats(
  values: readonly number[],
  precision: number,
  sciMode: boolean | undefined,
): ElementTexts {
  const telling = values.filter((v) => Number.isFinite(v) && v !== 0);
  let min = Infinity, max = 0;
  for (const value of telling) {
    min = Math.min(min, Math.abs(value));
    max = Math.max(max, Math.abs(value));
  }
  const isSci = telling.length > 0 &&
    (sciMode ?? (max / min > 1000 || max > 1e8 || min < 1e-4));
  const isIntegral = telling.every(Number.isInteger);
  const format = (value: number): string => {
    if (!Number.isFinite(value)) return formatNonFinite(value);
    if (isSci) return formatExponential(value, precision);
    return isIntegral
      ? formatFixed(value, 0) + "."
      : formatFixed(value, precision);
  };
  const width = Math.max(1, longest(telling.map(format)));
  return { texts: values.map((value) => format(value).padStart(width)), width };
}

function longest(texts: readonly string[]): number {
  return texts.reduce((width, text) => Math.max(width, text.length), 0);
}

function formatNonFinite(value: number): string {
  return Number.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
}

function signOf(value: number): string {
  return value < 0 || Object.is(value, -0) ? "-" : "";
}

/** C's `%.{digits}f` of a finite number; at most 100 digits. */
function formatFixed(value: number, digits: number): string {
  const size = Math.abs(value);
  // toFixed turns to an exponent here, where doubles have long been integers.
  if (size >= 1e21) {
    const fraction = digits > 0 ? "." + "0".repeat(digits) : "";
    return signOf(value) + BigInt(size) + fraction;
  }
  const text = size.toFixed(digits);
  // A double halfway between two texts is an odd multiple of 2^-(digits + 1).
  const isTie = (size * 2 ** (digits + 1)) % 2 === 1;
  return signOf(value) + (isTie ? roundTieToEven(text) : text);
}

/** C's `%.{digits}e` of a finite number; at most 100 digits. */
function formatExponential(value: number, digits: number): string {
  const size = Math.abs(value);
  const [mantissa, exponentText] = size.toExponential(digits).split("e");
  const exponent = Number(exponentText);
  const isTie = isHalfway(size, digits - exponent);
  const rounded = isTie ? roundTieToEven(mantissa!) : mantissa!;
  const sign = exponent < 0 ? "-" : "+";
  const places = String(Math.abs(exponent)).padStart(2, "0");
  return `${signOf(value)}${rounded}e${sign}${places}`;
}

/** Whether `size` is an odd multiple of half of 10^-places. */
function isHalfway(size: number, places: number): boolean {
  if (places >= 0) return (size * 2 ** (places + 1)) % 2 === 1;
  if (!Number.isInteger(size)) return false;
  const unit = 10n ** BigInt(-places);
  return BigInt(size) % unit === unit / 2n;
}

/** JavaScript rounds ties up, C to the even digit: takes back one step too many. */
function roundTieToEven(text: string): string {
  const last = Number(text.at(-1));
  return last % 2 === 1 ? text.slice(0, -1) + (last - 1) : text;
}
