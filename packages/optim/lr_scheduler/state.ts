/** The fields of schedulers as plain data. */

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Numbers that JSON does not know, by the text that stands for them. */
const unwritable: ReadonlyMap<unknown, number> = /* @__PURE__ */ new Map([
  ["Infinity", Infinity],
  ["-Infinity", -Infinity],
  ["NaN", NaN],
]);

/** A copy of a field that JSON can hold. */
export function toPlain(value: unknown): unknown {
  if (typeof value === "number") {
    return Number.isFinite(value) ? value : String(value);
  }
  return copyWith(value, toPlain);
}

/** The field that {@linkcode toPlain} made `value` from. */
export function fromPlain(value: unknown): unknown {
  return unwritable.get(value) ?? copyWith(value, fromPlain);
}

function copyWith(value: unknown, copy: (value: unknown) => unknown): unknown {
  if (Array.isArray(value)) return value.map(copy);
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name, copy(inner)]),
  );
}

/**
 * Throws unless `dict` has the entries of `own`, and no others.
 *
 * @throws {TypeError} if it does not.
 */
export function checkDict(
  scheduler: string,
  dict: unknown,
  own: Readonly<Record<string, unknown>>,
): asserts dict is Record<string, unknown> {
  const action = `Cannot load a state dictionary into ${scheduler}`;
  if (!isRecord(dict)) {
    throw new TypeError(
      `${action}: expected an object as stateDict() makes it`,
    );
  }
  const missing = Object.keys(own).filter((name) => !(name in dict));
  const unknown = Object.keys(dict).filter((name) => !(name in own));
  const wrong = Object.keys(own).filter((name) =>
    name in dict && dict[name] !== null && own[name] !== null &&
    kind(dict[name]) !== kind(own[name])
  );
  const problems = [
    ["missing entries", missing],
    ["unknown entries", unknown],
    ["entries of another type", wrong],
  ] as const;
  const found = problems.filter(([, names]) => names.length > 0);
  if (found.length === 0) return;
  throw new TypeError(
    `${action} as it does not fit: ${
      found.map(([what, names]) => `${what} ${names.join(", ")}`).join("; ")
    }`,
  );
}

function kind(value: unknown): string {
  if (unwritable.has(value)) return "number";
  return Array.isArray(value) ? "array" : typeof value;
}

/** What of a function can be saved: the properties that it was given, if any. */
export function saveFunction(fn: object | null): unknown {
  return fn && Object.keys(fn).length > 0 ? toPlain({ ...fn }) : null;
}

/** Gives a function the properties that {@linkcode saveFunction} saved. */
export function loadFunction(fn: object | null, saved: unknown): void {
  if (fn && isRecord(saved)) Object.assign(fn, fromPlain(saved));
}
