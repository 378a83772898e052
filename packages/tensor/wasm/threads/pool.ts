/** The worker threads that help the main thread. */

import { modules, scratchBytes } from "../functions.ts";
import { heap } from "../heap.ts";
import { at, controlBytes, workerBytes } from "./control.ts";
import { ModuleList } from "./module_list.ts";
import { nodeModule, startWorker, type WorkerHandle } from "./start_worker.ts";

/**
 * Milliseconds of runs with work for one more thread after which that is
 * started, if nobody asked for it: starting takes the main thread about half.
 */
const startAfter = 50;
/** Threads are of little use beyond so many: most kernels wait for memory then. */
const mostByDefault = 8;
/** Rounds that a thread spins before it sleeps: some 30 microseconds, a few times what waking it costs. */
const spins = 20_000;

/** Some workers and what they share. */
interface Group {
  /** Address of the shared words, and what it takes. */
  readonly control: number;
  readonly bytes: number;
  /** How many workers there may be, and those that were started. */
  most: number;
  readonly workers: WorkerHandle[];
  /** Addresses of the workers' scratch memory. */
  readonly scratches: number[];
}

/** The number of threads unless somebody says otherwise. */
function defaultThreads(): number {
  const found = globalThis.navigator?.hardwareConcurrency ??
    nodeModule("node:os")?.availableParallelism() ?? 1;
  return Math.max(1, Math.min(found, mostByDefault));
}

/** Whether this thread may sleep; the main thread of a browser may not. */
function maySleep(): boolean {
  try {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 0);
    return true;
  } catch {
    return false;
  }
}

/** The threads of this program. */
class Pool {
  /** Milliseconds after which a worker that does not finish a piece counts as lost. */
  patience = 60_000;
  #chosen: number | undefined;
  #default: number | undefined;
  #group: Group | undefined;
  /** Milliseconds of runs that another thread could have helped with, and when such a run began. */
  #missed = 0;
  #begun = 0;
  /** Groups that were told to leave. */
  #leaving: Group[] = [];
  readonly #modules = new ModuleList();
  #published = 0;
  #sleeps: boolean | undefined;
  /** The job that the main thread waits for, for how many milliseconds it has, and when it last looked. */
  #job = 0;
  #waited = 0;
  #looked = 0;

  /** The number of threads, the main one included. */
  get threads(): number {
    if (!heap.shared) return 1;
    return this.#chosen ?? (this.#default ??= defaultThreads());
  }

  /** Changes the number of threads; workers are started when there is work for them. */
  set threads(count: number) {
    this.#chosen = count;
    if (this.#group?.most !== this.threads - 1) this.#leave();
  }

  /** The number of workers that are ready. */
  get ready(): number {
    return this.#group ? this.#read(this.#group, at.ready) : 0;
  }

  #read(group: Group, offset: number): number {
    return Atomics.load(heap.i32, (group.control + offset) >>> 2);
  }
  #write(group: Group, offset: number, value: number): void {
    Atomics.store(heap.i32, (group.control + offset) >>> 2, value);
  }

  /** To be called before each run; returns the address of the words that threads share. */
  begin(driver: () => WebAssembly.Module): number {
    const group = this.#group ??= this.#makeGroup(this.threads - 1);
    const { control, workers, most } = group;
    if (
      workers.length < most && heap.i32[(control + at.wanted) >>> 2]! > 0
    ) {
      if (this.#chosen !== undefined) this.#hire(group, most, driver);
      else if (this.#missed > startAfter) this.#hire(group, 1, driver);
      this.#begun = performance.now();
    }
    if (workers.length > 0 && this.#published !== modules.length) {
      this.#publish(group);
    }
    return control;
  }

  /** To be called after each run. */
  end(): void {
    if (this.#begun === 0) return;
    this.#missed += performance.now() - this.#begun;
    this.#begun = 0;
  }

  #makeGroup(most: number): Group {
    const bytes = controlBytes(most);
    const control = heap.reserve(bytes);
    heap.u8.fill(0, control, control + bytes);
    heap.i32[(control + at.spins) >>> 2] = spins;
    return { control, bytes, most, workers: [], scratches: [] };
  }

  #release(group: Group): void {
    heap.release(group.control, group.bytes);
    for (const s of group.scratches) heap.release(s, scratchBytes);
  }

  /** Starts `count` workers. */
  #hire(group: Group, count: number, driver: () => WebAssembly.Module): void {
    const { control, workers, scratches } = group;
    this.#missed = 0;
    this.#publish(group);
    try {
      for (const last = workers.length + count; workers.length < last;) {
        const scratch = heap.reserve(scratchBytes);
        scratches.push(scratch);
        const { memory } = heap, index = workers.length;
        const data = { memory, driver: driver(), control, index, scratch };
        workers.push(startWorker(data, (error) => this.#report(error)));
      }
    } catch (error) {
      group.most = workers.length;
      this.#report(error);
    }
  }

  #report(error: unknown): void {
    console.error("Gradus goes on with fewer threads:", error);
  }

  #publish(group: Group): void {
    this.#modules.update(modules);
    this.#published = modules.length;
    heap.i32[(group.control + at.modules) >>> 2] = this.#modules.first;
    this.#write(group, at.published, modules.length);
  }

  /** Tells the workers to leave; the next run makes a new group. */
  #leave(): void {
    const group = this.#group;
    if (!group) return;
    this.#group = undefined;
    this.#leaving.push(group);
    this.#write(group, at.quit, 1);
    const wake = (group.control + at.wake) >>> 2;
    Atomics.add(heap.i32, wake, 1);
    Atomics.notify(heap.i32, wake);
    // Memory is given back when nobody uses it any more.
    this.#leaving = this.#leaving.filter((group) => {
      const gone = this.#read(group, at.ended) === group.workers.length;
      if (gone) this.#release(group);
      return !gone;
    });
  }

  /** The driver calls this where it has long waited for pieces that workers claimed, and with -1 where one failed. */
  stall(expected: number): void {
    const group = this.#group!;
    if (expected < 0) this.#fail(group);
    const job = this.#read(group, at.claim + 4), now = performance.now();
    if (job !== this.#job) [this.#job, this.#waited] = [job, 0];
    // Machines sleep, too: what counts is how long this thread was awake.
    else this.#waited += Math.min(now - this.#looked, 200);
    this.#looked = now;
    if (this.#waited > this.patience) this.#lose(group);
    const done = this.#read(group, at.done);
    if (done !== expected) this.#sleep(group, done);
  }

  /** Sleeps, if this thread may, until the number of finished pieces is no longer `done`, or a little while. */
  #sleep(group: Group, done: number): void {
    this.#sleeps ??= maySleep();
    if (!this.#sleeps) return;
    this.#write(group, at.mainWaits, 1);
    Atomics.wait(heap.i32, (group.control + at.done) >>> 2, done, 100);
    this.#write(group, at.mainWaits, 0);
  }

  /** Ends the job at hand after an error in this thread: afterwards no worker touches its memory. */
  abandon(): void {
    const group = this.#group;
    if (!group) return;
    this.#write(group, at.claim, 0);
    const isBusy = (_: WorkerHandle, w: number) =>
      this.#read(group, at.workers + w * workerBytes) !== 0;
    const start = performance.now();
    while (group.workers.some(isBusy)) {
      if (performance.now() - start > this.patience) this.#lose(group);
    }
  }

  /** All pieces are over, but one was not finished. */
  #fail(group: Group): never {
    const number = this.#read(group, at.failed);
    const own = group.control + at.workers + (number - 1) * workerBytes;
    const length = heap.i32[(own + 4) >>> 2]!;
    const text = new TextDecoder().decode(
      heap.u8.slice(own + 8, own + 8 + length),
    );
    this.#leave();
    this.#chosen = 1;
    throw new Error(
      `Cannot finish a computation as worker thread ${number} failed; from now on one thread is used: ${text}`,
    );
  }

  /** A worker is gone or hangs; its memory is never used again. */
  #lose(group: Group): never {
    for (const worker of group.workers) worker.terminate();
    this.#group = undefined;
    this.#chosen = 1;
    throw new Error(
      `Cannot finish a computation as a worker thread has not answered for ${
        this.patience / 1000
      } seconds; from now on one thread is used`,
    );
  }
}

/** The pool of this program. */
export const pool: Pool = new Pool();
