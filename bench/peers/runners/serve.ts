// Answers on standard output, line by line in JSON, to requests on standard
// input, with one library:
//
//     deno run runners/serve.ts MODULE [THREADS]
//
// It says first which version it has, or why it has none. Requests are
// { "start": row, "seconds": s }, { "sample": true } and { "stop": true }.

import type { Row } from "../rows.ts";
import type { Program, Runner } from "./program.ts";

/** How many times the work is done before the answer is taken. */
const ANSWER_AFTER = 5;

interface Request {
  start?: Row;
  seconds?: number;
  sample?: boolean;
  stop?: boolean;
}

class Server {
  #runner: Runner;
  #program: Program | undefined;
  #times = 1;

  constructor(runner: Runner) {
    this.#runner = runner;
  }

  handle(request: Request): Promise<Record<string, unknown>> {
    if (request.start) return this.#start(request.start, request.seconds!);
    return request.sample ? this.#sample() : this.#stop();
  }

  async #start(row: Row, seconds: number): Promise<Record<string, unknown>> {
    this.#program = await this.#runner.prepare(row);
    await this.#program.run(ANSWER_AFTER);
    const answer = await this.#answer();
    // Doubling runs the work long enough for its code to be optimized.
    let taken = 0, spent = 0;
    this.#times = 1;
    while (true) {
      taken = await this.#time(this.#times);
      spent += taken;
      if (taken >= seconds / 4 && spent >= seconds) break;
      if (taken < seconds / 4) this.#times *= 2;
    }
    this.#times = Math.max(1, Math.round(this.#times * seconds / taken));
    return { how: this.#program.how, answer };
  }

  /** Measures once. What others left in the caches is driven out before. */
  async #sample(): Promise<Record<string, unknown>> {
    await this.#time(Math.ceil(this.#times / 10));
    return { seconds: await this.#time(this.#times) / this.#times };
  }

  async #stop(): Promise<Record<string, unknown>> {
    await this.#answer();
    this.#program!.release?.();
    this.#program = undefined;
    return {};
  }

  async #answer(): Promise<number> {
    const answer = await this.#program!.answer();
    if (!Number.isFinite(answer)) {
      throw new Error(`The result is not finite: ${answer}`);
    }
    return answer;
  }

  async #time(times: number): Promise<number> {
    const start = performance.now();
    await this.#program!.run(times);
    return (performance.now() - start) / 1000;
  }
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : `${error}`;
}

async function* lines(): AsyncGenerator<string> {
  let rest = "";
  for await (
    const text of Deno.stdin.readable.pipeThrough(new TextDecoderStream())
  ) {
    const parts = (rest + text).split("\n");
    rest = parts.pop()!;
    yield* parts;
  }
}

const say = console.log;
console.log = console.info = console.error; // what libraries say is no answer

const [module = "", threads = "1"] = Deno.args;
let server: Server | undefined;
try {
  const runner: Runner = await import(
    new URL(module, import.meta.url).href
  );
  const description = await runner.start(Number(threads));
  server = new Server(runner);
  say(JSON.stringify(description));
} catch (error) {
  say(JSON.stringify({ absent: describe(error) }));
}
for await (const line of lines()) {
  try {
    say(JSON.stringify(await server!.handle(JSON.parse(line))));
  } catch (error) {
    say(JSON.stringify({ error: describe(error) }));
  }
}
Deno.exit(); // threads may be alive
