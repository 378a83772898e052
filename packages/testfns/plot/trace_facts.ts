import type { Trace } from "../trace.ts";
import { formatNumber } from "./scale.ts";

/** Returns one run or several as a list. */
export function runsOf(traces: Trace | readonly Trace[]): readonly Trace[] {
  return "params" in traces ? [traces] : traces;
}

/** Returns a title and a subtitle that say what was run and what came out. */
export function describeTrace(
  trace: Trace,
): { title: string; subtitle: string } {
  const steps = trace.params.length - 1;
  const title = `${trace.fn}, ${trace.optimizer}: ` +
    `${count(steps, "step")}, final value ${
      formatNumber(trace.loss.at(-1) ?? NaN)
    }`;
  const parts = [
    `from ${formatPoint(trace.params[0])} to ${
      formatPoint(trace.params.at(-1))
    }`,
  ];
  const evaluations = trace.evaluations.at(-1) ?? 0;
  // One evaluation a step is what everybody expects.
  if (evaluations > steps) parts.push(count(evaluations, "evaluation"));
  // Last, because what does not fit is cut off.
  parts.push(...Object.entries(trace.options).map(formatOption));
  return { title, subtitle: parts.filter((part) => part !== "").join(", ") };
}

/** Returns a title and a subtitle for several traces of one function. */
export function describeTraces(
  traces: readonly Trace[],
): { title: string; subtitle: string } {
  const steps = new Set(traces.map(({ params }) => params.length - 1));
  const starts = new Set(traces.map(({ params }) => formatPoint(params[0])));
  const optimizers = new Set(traces.map(({ optimizer }) => optimizer));
  const [only] = optimizers;
  const title = `${traces[0]!.fn}, ${
    optimizers.size === 1 ? only : `${optimizers.size} optimizers`
  }: ${
    steps.size === 1
      ? count([...steps][0]!, "step")
      : `up to ${count(Math.max(...steps), "step")}`
  }`;
  return {
    title,
    subtitle: starts.size === 1 ? `from ${[...starts][0]}` : "",
  };
}

/** Returns a label for each trace: the optimizer, and what sets it apart from others of the same name. */
export function labelTraces(traces: readonly Trace[]): string[] {
  const functions = new Set(traces.map(({ fn }) => fn));
  return traces.map((trace) => {
    const rivals = traces.filter(({ optimizer }) =>
      optimizer === trace.optimizer
    );
    const names = new Set(
      rivals.flatMap(({ options }) => Object.keys(options)),
    );
    const differing = [...names].filter((name) =>
      new Set(rivals.map(({ options }) => JSON.stringify(options[name]))).size >
        1
    );
    return [
      trace.optimizer,
      ...(functions.size > 1 ? [trace.fn] : []),
      ...differing.map((name) => formatOption([name, trace.options[name]])),
    ].filter((part) => part !== "").join(" ");
  });
}

/** Returns the lowest of the known minimum values; infinity if none is known. */
export function lowestMinimum({ minima }: Pick<Trace, "minima">): number {
  const values = minima.map(({ value }) => value).filter(Number.isFinite);
  return Math.min(...values);
}

function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? "" : "s"}`;
}

// Options that have no short text, such as nested objects, are left out.
function formatOption([name, value]: [string, unknown]): string {
  const text = formatValue(value);
  return text === undefined ? "" : `${name}=${text}`;
}

function formatValue(value: unknown): string | undefined {
  if (typeof value === "number") return formatNumber(value);
  if (typeof value === "string") return value;
  if (typeof value === "boolean") return `${value}`;
  if (!Array.isArray(value)) return undefined;
  const items = value.map(formatValue);
  return items.includes(undefined) ? undefined : `[${items.join(", ")}]`;
}

function formatPoint(point: readonly number[] | undefined): string {
  return `(${(point ?? []).map((value) => formatNumber(value)).join(", ")})`;
}
