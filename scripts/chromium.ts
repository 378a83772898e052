// A headless Chromium, driven through the Chrome DevTools Protocol.

const NAMES = [
  "chromium",
  "chromium-browser",
  "google-chrome-stable",
  "google-chrome",
];

// WebGPU needs the first two where there is no GPU; the others keep Chromium
// from asking, from needing a large /dev/shm and from using the network.
const FLAGS = [
  "--enable-unsafe-webgpu",
  "--use-webgpu-adapter=swiftshader",
  "--headless=new",
  "--no-sandbox",
  "--no-first-run",
  "--disable-dev-shm-usage",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--disable-quic",
  "--remote-debugging-port=0",
];

const PATIENCE = 30_000; // ms to start or to exit

/** An event of the protocol. */
export interface ChromiumEvent {
  method: string;
  params: Record<string, unknown>;
  sessionId?: string;
}

interface Answer {
  id: number;
  result?: Record<string, unknown>;
  error?: { message: string };
}

/**
 * Finds Chromium: the path in the environment variable CHROMIUM, or else a
 * usual name on the PATH.
 *
 * @throws {Error} If there is none
 */
export async function findChromium(): Promise<string> {
  const named = Deno.env.get("CHROMIUM");
  const names = named === undefined ? NAMES : [named];
  for (const name of names) {
    try {
      await new Deno.Command(name, { args: ["--version"] }).output();
      return name;
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  throw new Error(
    `Cannot find Chromium as ${names.join(", ")}: install it, for example ` +
      `with "apt-get update && apt-get install chromium", or set CHROMIUM to its path`,
  );
}

/** A running browser. Disposing of it ends the process and deletes its profile. */
export class Chromium implements AsyncDisposable {
  #process: Deno.ChildProcess;
  #profile: string;
  #socket: WebSocket | undefined;
  #address = Promise.withResolvers<string>();
  #logRead: Promise<void>;
  #ended = false;
  #log = ""; // the end of what it wrote to stderr
  #lastId = 0;
  #pending = new Map<number, PromiseWithResolvers<Record<string, unknown>>>();

  /** Called with each event. */
  onEvent: (event: ChromiumEvent) => void = () => {};

  private constructor(process: Deno.ChildProcess, profile: string) {
    this.#process = process;
    this.#profile = profile;
    this.#logRead = this.#readLog();
    process.status.then(() => this.#ended = true);
  }

  /**
   * Starts a browser.
   *
   * @param path where it is, as {@linkcode findChromium} returns it
   * @throws {Error} If it does not start within half a minute
   */
  static async start(path: string): Promise<Chromium> {
    const profile = await Deno.makeTempDir();
    const process = new Deno.Command(path, {
      args: [...FLAGS, `--user-data-dir=${profile}`, "about:blank"],
      env: { TMPDIR: profile },
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).spawn();
    const chromium = new Chromium(process, profile);
    const timer = setTimeout(() => {
      chromium.#address.reject(
        new Error(`Cannot start Chromium in time: ${chromium.#log}`),
      );
    }, PATIENCE);
    try {
      await chromium.#connect(await chromium.#address.promise);
      return chromium;
    } catch (error) {
      await chromium[Symbol.asyncDispose]();
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Reads stderr to its end, so that the browser never blocks on a full pipe. */
  async #readLog(): Promise<void> {
    const text = this.#process.stderr.pipeThrough(new TextDecoderStream());
    for await (const part of text) {
      this.#log = (this.#log + part).slice(-4000);
      const address = /^DevTools listening on (ws:\S+)$/m.exec(this.#log);
      if (address !== null) this.#address.resolve(address[1]!);
    }
    this.#address.reject(
      new Error(`Cannot start Chromium as it ended: ${this.#log}`),
    );
  }

  #connect(address: string): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const socket = new WebSocket(address);
    this.#socket = socket;
    socket.onopen = () => resolve();
    socket.onmessage = ({ data }) => this.#receive(JSON.parse(data));
    socket.onclose = () => {
      const error = new Error(`Cannot reach Chromium: ${this.#log}`);
      reject(error);
      for (const call of this.#pending.values()) call.reject(error);
      this.#pending.clear();
    };
    return promise;
  }

  #receive(message: Answer | ChromiumEvent): void {
    if (!("id" in message)) return this.onEvent(message);
    const call = this.#pending.get(message.id);
    this.#pending.delete(message.id);
    if (message.error !== undefined) {
      call?.reject(new Error(message.error.message));
    } else {
      call?.resolve(message.result ?? {});
    }
  }

  /** Calls a method of the protocol, in a page's session if one is given. */
  call(
    method: string,
    params: Record<string, unknown> = {},
    sessionId?: string,
  ): Promise<Record<string, unknown>> {
    const id = ++this.#lastId;
    const call = Promise.withResolvers<Record<string, unknown>>();
    this.#pending.set(id, call);
    this.#socket!.send(JSON.stringify({ id, method, params, sessionId }));
    return call.promise;
  }

  /** Ends the browser and deletes its profile. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#ended) this.#process.kill("SIGTERM");
    const timer = setTimeout(() => this.#process.kill("SIGKILL"), PATIENCE);
    await this.#process.status;
    clearTimeout(timer);
    // Its helpers share stderr: until that ends, they may write to the profile.
    await this.#logRead;
    await Deno.remove(this.#profile, { recursive: true });
  }
}
