import type { Mode, RowHead } from "./rows.ts";
import type { Description } from "./runners/program.ts";

/** How a library is run. */
export interface PeerOptions {
  /** The name of its column. */
  name: string;
  command: string;
  args: string[];
  /** The modes that it is for; by default all. */
  modes?: Mode[];
  /** Seconds to wait for one answer. */
  patience?: number;
}

/** A library in a process of its own, which answers line by line. */
export class Peer {
  /** The name of its column. */
  readonly name: string;
  /** Says why there is no such library here. */
  absent: string | undefined;
  /** What the library says of itself. */
  description: Description | undefined;
  #options: PeerOptions;
  #process: Deno.ChildProcess | undefined;
  #writer: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>> | undefined;
  #lines: AsyncGenerator<string> | undefined;
  #complaints = Promise.resolve("");

  constructor(options: PeerOptions) {
    this.name = options.name;
    this.#options = options;
  }

  /** Says whether it is for rows of this mode. */
  serves(mode: Mode): boolean {
    return this.#options.modes?.includes(mode) ?? true;
  }

  /** Starts the process unless it runs, and learns whether the library is there. */
  async open(): Promise<void> {
    if (this.#process || this.absent !== undefined) return;
    const { command, args } = this.#options;
    try {
      this.#process = new Deno.Command(command, {
        args,
        stdin: "piped",
        stdout: "piped",
        stderr: "piped",
      }).spawn();
    } catch (error) {
      this.absent = `Cannot run ${command}: ${(error as Error).message}`;
      return;
    }
    this.#writer = this.#process.stdin.getWriter();
    this.#lines = linesOf(this.#process.stdout);
    this.#complaints = tailOf(this.#process.stderr);
    try {
      this.description = await this.#receive() as unknown as Description;
    } catch (error) {
      this.absent = (error as Error).message;
      await this.close();
    }
  }

  /** Sets a row up so that a sample takes about `seconds`; returns how the library does it and its answer. */
  async start(
    row: RowHead,
    seconds: number,
  ): Promise<{ how: string; answer: number }> {
    await this.open();
    if (this.absent !== undefined) throw new Error(this.absent);
    return await this.#ask({ start: row, seconds }) as {
      how: string;
      answer: number;
    };
  }

  /** Measures once; returns the seconds that the work takes. */
  async sample(): Promise<number> {
    return (await this.#ask({ sample: true }))["seconds"] as number;
  }

  /** Gives up what the row needed. */
  async stop(): Promise<void> {
    await this.#ask({ stop: true });
  }

  /** Ends the process. */
  async close(): Promise<void> {
    const process = this.#process;
    this.#process = undefined;
    if (!process) return;
    await this.#writer!.close().catch(() => {}); // it may be dead
    const timer = setTimeout(() => process.kill("SIGKILL"), 2000);
    await process.status;
    clearTimeout(timer);
    await this.#lines!.return(undefined);
  }

  async #ask(
    request: Record<string, unknown>,
  ): Promise<Record<string, unknown>> {
    const line = new TextEncoder().encode(`${JSON.stringify(request)}\n`);
    await this.#writer!.write(line).catch(() => {}); // no answer says it too
    return await this.#receive();
  }

  /** Returns the next answer; a process that gives none is ended. */
  async #receive(): Promise<Record<string, unknown>> {
    const { patience = 300 } = this.#options;
    const process = this.#process!;
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      process.kill("SIGKILL");
    }, patience * 1000);
    const { value: line, done } = await this.#lines!.next();
    clearTimeout(timer);
    if (done) {
      const { code, signal } = await process.status;
      await this.close();
      if (late) throw new Error(`No answer within ${patience} s`);
      const complaint = (await this.#complaints).trim().split("\n").at(-1);
      throw new Error(`Ended by ${signal ?? `status ${code}`}: ${complaint}`);
    }
    const answer: Record<string, unknown> = JSON.parse(line);
    const problem = answer["absent"] ?? answer["error"];
    if (problem !== undefined) throw new Error(problem as string);
    return answer;
  }
}

async function* linesOf(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
): AsyncGenerator<string> {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const parts = (rest + text).split("\n");
    rest = parts.pop()!;
    yield* parts;
  }
}

/** Reads a stream to its end, so that its writer never waits; returns its end. */
async function tailOf(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
): Promise<string> {
  let tail = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    tail = (tail + text).slice(-4000);
  }
  return tail;
}
