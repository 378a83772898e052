/** What bundles may weigh. */

/** A program and the bytes that its bundle may have. */
export interface Budget {
  /** The program. */
  source: string;
  /** Most bytes. */
  limit: number;
  /** Bytes aimed at, if there are fewer. */
  target?: number;
  /** The program whose bundle does not count: the limit is on what this one adds. */
  over?: string;
}

/** Compares sizes with their budgets: a line for each program, and the names of those that are too large. */
export function compareSizes(
  programs: Readonly<Record<string, Budget>>,
  sizes: Readonly<Record<string, number>>,
): { lines: string[]; tooLarge: string[] } {
  const tooLarge: string[] = [];
  const lines = Object.entries(programs).map(([name, program]) => {
    const { limit, target, over } = program;
    const total = sizes[name]!;
    const size = over === undefined ? total : total - sizes[over]!;
    const what = over === undefined ? "bytes" : `bytes more than ${over}`;
    const aim = target === undefined ? "" : `, target ${target}`;
    if (size > limit) tooLarge.push(name);
    const verdict = size > limit ? "TOO LARGE" : "fits";
    return `${name}: ${size} ${what}, budget ${limit}${aim}: ${verdict}`;
  });
  return { lines, tooLarge };
}
