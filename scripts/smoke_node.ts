// Runs scripts/smoke_program.ts with Deno, and its bundle with the Node on the
// PATH, and fails unless both print the same loss.
//
//     deno run --allow-read --allow-write --allow-env --allow-run \
//       scripts/smoke_node.ts

import { bundle } from "./bundle.ts";

/** The program: it prints one line, `loss` and a number. */
export const PROGRAM: URL = new URL("smoke_program.ts", import.meta.url);

const LOSS_LINE = /^loss (\S+)$/;
const TIMEOUT = 120_000; // ms
const TOLERANCE = 1e-5; // relative: machines differ in fused multiply-add

/** Returns the number in a line that the program logged, or `undefined` if it is another line. */
export function lossIn(line: string): number | undefined {
  const number = LOSS_LINE.exec(line)?.[1];
  return number === undefined ? undefined : Number(number);
}

/**
 * Runs a command and returns the loss it printed.
 *
 * @throws {Error} If it cannot be run, takes too long, exits with another
 *   status than 0 or prints anything but one loss
 */
export async function lossOf(
  command: string,
  args: string[],
): Promise<number> {
  const shown = [command, ...args].join(" ");
  const { code, signal, stdout, stderr } = await new Deno.Command(command, {
    args,
    stdin: "null",
    signal: AbortSignal.timeout(TIMEOUT),
  }).output();
  const text = new TextDecoder().decode(stdout);
  const output = `${text}${new TextDecoder().decode(stderr)}`;
  if (code !== 0) {
    const status = signal ?? `status ${code}`;
    throw new Error(
      `Cannot use "${shown}" as it ended by ${status}:\n${output}`,
    );
  }
  const losses = text.split("\n").map(lossIn).filter((x) => x !== undefined);
  if (losses.length !== 1) {
    throw new Error(
      `Cannot use "${shown}": expected one line "loss <number>", got:\n${output}`,
    );
  }
  return losses[0]!;
}

/** Runs the program with this Deno, from its sources and without permissions, and returns its loss. */
export function lossInDeno(): Promise<number> {
  return lossOf(Deno.execPath(), ["run", "--no-prompt", PROGRAM.href]);
}

/**
 * Compares losses and reports them.
 *
 * @throws {Error} If they differ by more than rounding, or are not finite
 */
export function compareLosses(
  where: string,
  actual: number,
  expected: number,
): void {
  const error = Math.abs(actual - expected) / Math.abs(expected);
  const same = actual === expected || error <= TOLERANCE;
  if (!same || !Number.isFinite(expected)) {
    throw new Error(
      `Cannot trust ${where}: expected a loss of ${expected} as in Deno, got ${actual}`,
    );
  }
  console.log(`${where}: loss ${actual}, as in Deno (${expected})`);
}

if (import.meta.main) {
  const folder = await Deno.makeTempDir();
  try {
    const file = `${folder}/smoke.mjs`;
    const { code } = await bundle(PROGRAM, { platform: "node" });
    await Deno.writeTextFile(file, code);
    const { stdout } = await new Deno.Command("node", { args: ["--version"] })
      .output();
    const node = `Node ${new TextDecoder().decode(stdout).trim()}`;
    compareLosses(node, await lossOf("node", [file]), await lossInDeno());
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
