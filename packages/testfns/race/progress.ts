/** Showing how far a long work is. */

/** Told how many of how many pieces of work are done. */
export type Progress = (done: number, total: number) => void;

/** What a bar is written to. */
export interface Terminal {
  /** Whether somebody looks at it. */
  readonly isTTY?: boolean;
  /** Writes a text where the last one ended. */
  write(text: string): unknown;
}

/** The terminal for messages, where the program has one. */
function terminal(): Terminal | null {
  const { process } = globalThis as { process?: { stderr?: Terminal } };
  return process?.stderr?.isTTY ? process.stderr : null;
}

/** A bar of `width` characters, and the figures beside it. */
export function barOf(done: number, total: number, width = 30): string {
  const share = total === 0 ? 1 : done / total;
  const full = Math.floor(share * width);
  return `[${"#".repeat(full)}${" ".repeat(width - full)}] ${
    String(done).padStart(String(total).length)
  } of ${total}`;
}

/** A bar that fills on the terminal; nothing where the program has none. */
export function terminalProgress(
  title: string,
  out: Terminal | null = terminal(),
): Progress {
  if (!out) return () => {};
  let shown = "";
  return (done, total) => {
    const line = `${title} ${barOf(done, total)}`;
    if (line !== shown) out.write(`\r${line}${done === total ? "\n" : ""}`);
    shown = line;
  };
}
